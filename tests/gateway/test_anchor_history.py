"""Checkpoints go out only while the ledger continues what went out before; forked, cut back or exchanged, none does."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from connectors.errors import ConfigError
from gateway.anchors import Anchors, AnchorSpec, split_notes
from gateway.anchors.history import FILE, FORKED
from gateway.app import open_gateway
from gateway.ledger import Charter, Entry, Ledger
from tests.gateway.anchors import KEY, OTHER, note_of
from tests.gateway.entries import entry
from tests.gateway.test_anchors_running import configured, environ, metrics
from tests.gateway.test_ledger_tree import CHARTER

ARCHIVE = AnchorSpec(name="archive", kind="file", path="checkpoints.txt")
ENTRIES = [entry() for _ in range(40)]
OTHERS = [entry() for _ in range(40)]


@asynccontextmanager
async def ledger(path: Path, charter: Charter = CHARTER) -> AsyncIterator[Ledger]:
    opened = await Ledger.open(f"sqlite:///{path}", charter)
    try:
        yield opened
    finally:
        await opened.close()


async def note(of: Ledger, entries: Iterable[Entry]) -> str:
    """Return the checkpoint of ``of`` once ``entries`` are written."""
    for each in entries:
        await of.append(each)
    return await of.checkpoint()


@asynccontextmanager
async def anchoring(data: Path, of: Ledger) -> AsyncIterator[Anchors]:
    url = f"sqlite:///{data / 'anchors.sqlite'}"
    anchors = await Anchors.open([ARCHIVE], {}, data, data, url, consistency=of.consistency)
    try:
        yield anchors
        await anchors.settled()
    finally:
        await anchors.close()


def kept(data: Path) -> list[str]:
    path = data / "checkpoints.txt"
    return split_notes(path.read_text(encoding="utf-8")) if path.exists() else []


async def test_what_continues_goes_out_also_after_a_restart(tmp_path: Path) -> None:
    async with ledger(tmp_path / "a.sqlite") as one:
        sent = []
        for begin, end in ((0, 1), (1, 4), (4, 8), (8, 9), (9, 23)):
            sent.append(await note(one, ENTRIES[begin:end]))
            async with anchoring(tmp_path, one) as anchors:
                await anchors.anchor(sent[-1])
                await anchors.check()
        assert kept(tmp_path) == sent
        assert (tmp_path / FILE).read_text(encoding="utf-8") == sent[-1]


@pytest.mark.parametrize(
    ("same", "size"),
    [(0, 12), (3, 12), (6, 12), (0, 7), (0, 3), (3, 3), (6, 6)],
    ids=[
        *("another from the start", "rewritten and longer", "cut back by one and written on", "as long, rewritten"),
        *("shorter, rewritten", "cut back", "cut back by one"),
    ],
)
async def test_a_fork_goes_nowhere_and_is_loud(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, same: int, size: int
) -> None:
    """Seven entries were anchored; the fork begins with ``same`` of them, and has ``size``."""
    async with ledger(tmp_path / "a.sqlite") as good, ledger(tmp_path / "b.sqlite") as fork:
        anchored = await note(good, ENTRIES[:7])
        async with anchoring(tmp_path, good) as anchors:
            await anchors.anchor(anchored)
        forked = await note(fork, [*ENTRIES[:same], *OTHERS[same:size]])
        async with anchoring(tmp_path, fork) as anchors:
            await anchors.anchor(forked)
            with pytest.raises(RuntimeError, match=FORKED):
                await anchors.check()
            assert anchors.states["archive"].failures == {FORKED: 1}
        (told,) = [each for each in caplog.records if each.levelname == "CRITICAL"]
        assert told.getMessage().startswith(f"{FORKED}: size={size} anchored=7: ")
        assert kept(tmp_path) == [anchored]
        assert (tmp_path / FILE).read_text(encoding="utf-8") == anchored, "a fork takes the place of nothing"


async def test_when_the_ledger_is_as_it_was_anchoring_goes_on(tmp_path: Path) -> None:
    async with ledger(tmp_path / "a.sqlite") as good, ledger(tmp_path / "b.sqlite") as fork:
        first = await note(good, ENTRIES[:7])
        async with anchoring(tmp_path, good) as anchors:
            await anchors.anchor(first)
            await anchors.anchor(await note(fork, OTHERS[:12]))  # and the ledger cannot prove it either
            with pytest.raises(RuntimeError):
                await anchors.check()
            await anchors.anchor(await note(good, ENTRIES[7:9]))
            await anchors.check()
        assert len(kept(tmp_path)) == 2


async def test_an_older_checkpoint_of_the_same_ledger_is_no_fork(tmp_path: Path) -> None:
    async with ledger(tmp_path / "a.sqlite") as good:
        older, newer = await note(good, ENTRIES[:4]), await note(good, ENTRIES[4:9])
        async with anchoring(tmp_path, good) as anchors:
            await anchors.anchor(newer)
            await anchors.anchor(older)
            await anchors.check()
        assert (tmp_path / FILE).read_text(encoding="utf-8") == newer


async def test_another_ledger_has_a_history_of_its_own(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(note_of(900, key=OTHER), encoding="utf-8")
    async with ledger(tmp_path / "a.sqlite") as good, anchoring(tmp_path, good) as anchors:
        await anchors.anchor(await note(good, ENTRIES[:2]))
        await anchors.check()


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"\xff", note_of(3).encode()[:-20]])
async def test_a_file_that_is_no_checkpoint_stops_the_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    async with ledger(tmp_path / "a.sqlite") as good:
        with pytest.raises(ConfigError, match=f"`{FILE}` of the data folder cannot be read"):
            async with anchoring(tmp_path, good):
                pytest.fail("it opened")


async def test_a_running_gateway_says_so_in_its_health_and_metrics(tmp_path: Path) -> None:
    async with open_gateway(configured(ARCHIVE), environ(), tmp_path) as gateway:
        ready, report = await gateway.readiness.report()
        assert report["checks"] == {"ledger": "OK", "anchors": "OK"}
    first = kept(tmp_path)
    origin = first[-1].splitlines()[0]
    key = type(KEY)(origin, bytes(range(32)))
    (tmp_path / FILE).write_text(note_of(1, "another", key=key), encoding="utf-8")
    async with open_gateway(configured(ARCHIVE), environ(), tmp_path) as gateway:
        gateway.readiness.open()
        ready, report = await gateway.readiness.report()
        assert (ready, report["checks"]) == (False, {"ledger": "OK", "anchors": "FAILED"})
        transport = httpx2.ASGITransport(app=gateway.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            assert (await client.get("/health/ready")).status_code == 503
        told = f'credit_gateway_anchor_failures_total{{anchor="archive",reason="{FORKED}"}} 1.0'
        assert told in await metrics(gateway)
    assert kept(tmp_path) == first
