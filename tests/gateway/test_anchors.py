"""Anchors put together: several at once, in the ledger's database, over failures and restarts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest
from starlette.responses import Response

from connectors.errors import ConfigError
from gateway.anchors import Anchors, AnchorSpec, check_timestamp, split_notes
from gateway.anchors.delivery import Pauses
from gateway.ledger import new_receipt
from tests.gateway.anchors import note_of
from tests.gateway.consents import new_database
from tests.gateway.receivers import SECRET_TEXT, raw_server, receiving
from tests.servers import Server, free_port
from tests.tsa import Signer, Stamps, authority, stamper, stamping

FILE = AnchorSpec(name="archive", kind="file", path="checkpoints.txt")
WEBHOOK = AnchorSpec(name="hook", kind="webhook", url_env="HOOK_URL", secret_env="HOOK_SECRET")
STAMPS = AnchorSpec(name="stamps", kind="rfc3161", url_env="TSA_URL", ca_file="tsa.pem")


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    server: Server = request.getfixturevalue("postgres_server")
    return await new_database(server, f"anchors_{new_receipt()}")


@pytest.fixture(scope="module")
def root() -> Signer:
    return authority()


@pytest.fixture
def stamps(root: Signer, tmp_path: Path) -> Stamps:
    (tmp_path / "tsa.pem").write_bytes(root.pem)
    return Stamps(tmp_path / "stamps", stamper(root))


@asynccontextmanager
async def opened(folder: Path, url: str, *specs: AnchorSpec, **environ: str) -> AsyncIterator[Anchors]:
    """Open anchors that do not pause long."""
    told = {"HOOK_SECRET": SECRET_TEXT, **environ}
    anchors = await Anchors.open(specs, told, folder, folder, url, pauses=Pauses(0.001, 0.002))
    try:
        yield anchors
    finally:
        await anchors.close()


async def anchored(anchors: Anchors, *sizes: int) -> None:
    for size in sizes:
        await anchors.anchor(note_of(size))
        await anchors.settled()


async def test_every_anchor_gets_every_checkpoint(tmp_path: Path, url: str, root: Signer, stamps: Stamps) -> None:
    async with (
        stamping(stamps.answer) as (tsa, questions),
        receiving() as (hook, received),
        opened(tmp_path, url, FILE, WEBHOOK, STAMPS, TSA_URL=tsa, HOOK_URL=hook) as anchors,
    ):
        await anchored(anchors, 1, 2, 30)
        assert anchors.store is not None
        kept = await anchors.store.stamped(1)
        assert [(name, each.state.size) for name, each in anchors.deliveries.items()] == [
            ("archive", 30), ("hook", 30), ("stamps", 30)
        ]  # fmt: skip
        assert [stamp.size for stamp in await anchors.store.stamped(2)] == [2, 30]
    assert split_notes((tmp_path / "checkpoints.txt").read_text()) == [note_of(size) for size in (1, 2, 30)]
    assert (received.sizes, len(questions)) == ([1, 2, 30], 3)
    assert [(stamp.size, stamp.anchor, stamp.note) for stamp in kept] == [
        (size, "stamps", note_of(size)) for size in (1, 2, 30)
    ]
    for stamp in kept:
        at = check_timestamp(stamp.token, stamp.note, root.pem)
        assert datetime.fromisoformat(stamp.at) == at


async def test_after_a_restart_it_is_known_what_each_has_and_nothing_is_stamped_twice(
    tmp_path: Path, url: str, stamps: Stamps
) -> None:
    async with stamping(stamps.answer) as (tsa, questions), receiving() as (hook, received):
        specs = (FILE, WEBHOOK, STAMPS)
        async with opened(tmp_path, url, *specs, TSA_URL=tsa, HOOK_URL=hook) as anchors:
            await anchored(anchors, 5)
        async with opened(tmp_path, url, *specs, TSA_URL=tsa, HOOK_URL=hook) as anchors:
            assert [each.state.size for each in anchors.deliveries.values()] == [5, 5, 5]
            assert all(each.state.at is not None for each in anchors.deliveries.values())
            await anchored(anchors, 5, 6)
    assert len(questions) == 2
    assert received.sizes == [5, 5, 6]
    assert received.ids[0] == received.ids[1] != received.ids[2]
    assert split_notes((tmp_path / "checkpoints.txt").read_text()) == [note_of(5), note_of(6)]


async def test_one_that_is_down_holds_up_no_other_and_gets_the_newest_when_it_is_back(tmp_path: Path, url: str) -> None:
    up = False

    def answer(_: int) -> Response:
        return Response(status_code=204 if up else 503)

    async with (
        receiving(answer) as (hook, received),
        opened(tmp_path, url, FILE, WEBHOOK, HOOK_URL=hook) as anchors,
    ):
        for size in (1, 2, 3):
            await anchors.anchor(note_of(size))
            await anchors.deliveries["archive"].settled()
        hooked = anchors.deliveries["hook"]
        while not hooked.state.failures:
            received.asked.clear()
            await received.asked.wait()
        assert (hooked.state.size, hooked.state.waiting, set(hooked.state.failures)) == (None, True, {"status 503"})
        up = True
        await anchors.settled()
        assert (hooked.state.size, hooked.state.waiting) == (3, False)
    assert received.sizes[-1] == 3
    assert received.sizes == sorted(received.sizes)
    assert len(split_notes((tmp_path / "checkpoints.txt").read_text())) == 3


async def test_a_checkpoint_that_did_not_arrive_before_a_stop_is_brought_after_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    async with opened(tmp_path, url, WEBHOOK, HOOK_URL=f"http://127.0.0.1:{free_port()}/") as anchors:
        await anchors.anchor(note_of(1))
        await anchors.anchor(note_of(2))
    async with receiving() as (hook, received), opened(tmp_path, url, WEBHOOK, HOOK_URL=hook) as anchors:
        await anchored(anchors, 2)
    assert received.sizes == [2]


def _redirect(_: bytes) -> Response:
    return Response(status_code=302, headers={"Location": "http://127.0.0.1:1/"})


BAD_ANSWERS: dict[str, tuple[Callable[[bytes], bytes | Response], str]] = {
    "500": (lambda _: Response(status_code=500), "status 500"),
    "redirect": (_redirect, "status 302"),
    "empty": (lambda _: b"", "no timestamp can be read in it"),
    "a page": (lambda _: b"<html>maintenance</html>", "no timestamp can be read in it"),
    "rejected": (lambda _: bytes.fromhex("30053003020102"), "not granted: status 2"),
}


@pytest.mark.parametrize("case", BAD_ANSWERS)
async def test_an_authority_that_gives_no_timestamp_is_asked_again(case: str, tmp_path: Path, stamps: Stamps) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    bad, reason = BAD_ANSWERS[case]
    count = 0

    def answer(question: bytes) -> bytes | Response:
        nonlocal count
        count += 1
        return bad(question) if count < 3 else stamps.answer(question)

    async with stamping(answer) as (tsa, questions), opened(tmp_path, url, STAMPS, TSA_URL=tsa) as anchors:
        await anchored(anchors, 7)
        assert anchors.deliveries["stamps"].state.failures == {reason: 2}
        assert anchors.store is not None
        assert [stamp.size for stamp in await anchors.store.stamped(7)] == [7]
    assert len(set(questions)) == 3, "each time with a nonce of its own"


async def test_an_authority_that_never_stops_answering_is_given_up(tmp_path: Path, stamps: Stamps) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    async with (
        raw_server(b"HTTP/1.1 200 OK\r\n\r\n", forever=b"x" * 65_536) as tsa,
        opened(tmp_path, url, STAMPS, TSA_URL=tsa) as anchors,
    ):
        await anchors.anchor(note_of(1))
        state = anchors.deliveries["stamps"].state
        while not state.failures:
            await asyncio.sleep(0)
    assert set(state.failures) == {"the answer is too large"}


async def test_without_anchors_nothing_is_opened(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    async with opened(tmp_path, url) as anchors:
        await anchored(anchors, 1)
        assert anchors.store is None
    assert list(tmp_path.iterdir()) == []


async def test_every_mistake_of_the_environment_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        await Anchors.open([FILE, WEBHOOK, STAMPS], {"TSA_URL": " "}, tmp_path, tmp_path, "sqlite:///unused")
    assert [str(mistake) for mistake in raised.value.mistakes] == [
        "gateway.toml: ledger.anchors.2.url_env: the environment variable `HOOK_URL` is not set",
        "gateway.toml: ledger.anchors.2.secret_env: the environment variable `HOOK_SECRET` is not set",
        "gateway.toml: ledger.anchors.3.url_env: the environment variable `TSA_URL` is not set",
        "gateway.toml: ledger.anchors.3.ca_file: `tsa.pem` holds no certificate (PEM) of an authority",
    ]


@pytest.mark.parametrize("address", ["http://receiver.example/s3cret", "ftp://127.0.0.1/s3cret", "s3cret", "http://"])
async def test_an_address_that_cannot_be_used_is_not_quoted(address: str, tmp_path: Path, stamps: Stamps) -> None:
    environ = {"HOOK_URL": address, "TSA_URL": "ftp://s3cret", "HOOK_SECRET": "s3cret"}
    with pytest.raises(ConfigError) as raised:
        await Anchors.open([WEBHOOK, STAMPS], environ, tmp_path, tmp_path, "sqlite:///unused")
    told = [str(mistake).removeprefix("gateway.toml: ledger.anchors.") for mistake in raised.value.mistakes]
    assert told == [
        "1.url_env: `HOOK_URL` must hold an https URL, or an http one at a loopback address",
        "1.secret_env: `HOOK_SECRET`: expected `whsec_` followed by 24 to 64 random bytes in base64",
        "2.url_env: `TSA_URL` must hold an http or https URL",
    ]


async def test_an_authority_may_be_asked_over_plain_http(tmp_path: Path, stamps: Stamps) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    async with opened(tmp_path, url, STAMPS, TSA_URL="http://tsa.example/") as anchors:
        assert list(anchors.deliveries) == ["stamps"]
