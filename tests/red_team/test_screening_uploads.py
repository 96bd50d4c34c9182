"""Attacks on uploads of portfolios: others' screenings filled, rows that lie, more than may be; and a lying gateway."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from typer.testing import CliRunner, Result

from gateway.cli.main import commands
from gateway.http.screenings import AT_ONCE
from gateway.ledger import new_receipt
from gateway.proof.note import sign_note
from gateway.screening.documents import ANNOUNCE, LOOK, ROWS
from gateway.screening.sent import MAXIMUM_PART_BYTES, MEDIA, PART_ROWS, RowsDigest, SentRow, written
from tests.commands import nobody_there
from tests.end_to_end.conftest import demo_day as demo_day
from tests.end_to_end.served import Served, Told, serving
from tests.gateway.portfolios import KEY, Counting, rows, uscc, write

PERSON = "230881199003070010"
ROWS_SENT = [SentRow(uscc(number)) for number in range(4)]


@pytest.fixture(scope="module")
def counting() -> Counting:
    return Counting()


@pytest.fixture(scope="module")
async def afar(counting: Counting, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """A gateway whose verdicts follow from the keys; no department is there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gateway.screening.opened.check_by", lambda *_: counting)
        async with serving(nobody_there(), tmp_path_factory.mktemp("afar")) as running:
            yield running


def digest(sent: list[SentRow]) -> str:
    told = RowsDigest()
    for row in sent:
        told.add(row.key, row.fault)
    return told.hex


async def announce(afar: Served, client: str = "bank", **more: Any) -> Told:
    given = {"ruleSet": "BK", "rows": len(ROWS_SENT), "digest": digest(ROWS_SENT), "sliceRows": 2, **more}
    return await afar.ask(client, ANNOUNCE, input=given)


async def job_of(afar: Served, **more: Any) -> str:
    return str((await announce(afar, **more)).data["screening"]["id"])


async def put(afar: Served, job: str, body: bytes, *, first: str = "1", client: str = "bank", **headers: str) -> Told:
    url = f"{afar.origin}/screenings/{job}/rows/{first}"
    said = {**afar.headers(client), "Content-Type": MEDIA, **{k.replace("_", "-"): v for k, v in headers.items()}}
    said = {name: value for name, value in said.items() if value}
    async with afar.session.put(url, data=BytesIO(body), headers=said) as response:
        return Told(response.status, response.headers, await response.read())


def code(told: Told) -> str:
    return str(told.content["errors"][0]["extensions"]["code"])


@pytest.mark.parametrize(
    ("client", "headers", "status", "expected"),
    [
        ("bank", {"Authorization": ""}, 401, "UNAUTHENTICATED"),
        ("bank", {"Authorization": "Bearer x"}, 401, "UNAUTHENTICATED"),
        ("portal", {}, 403, "FORBIDDEN"),
        ("procurement", {"Credit-Purpose": "BIDDING", "Credit-Case": "P-1"}, 404, "SCREENING_UNKNOWN"),
        ("bank", {"Credit-Purpose": "BIDDING"}, 403, "FORBIDDEN"),
        ("bank", {"Content-Type": "application/json"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("bank", {"Content-Encoding": "gzip"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    ],
    ids=["no token", "a bad token", "no right", "another client", "a purpose of others", "json", "compressed"],
)
async def test_nobody_else_fills_a_screening(
    afar: Served, client: str, headers: dict[str, str], status: int, expected: str
) -> None:
    job = await job_of(afar, clientMutationId=f"filled-{client}-{expected}")
    told = await put(afar, job, written(ROWS_SENT), client=client, **headers)
    assert (told.status, code(told)) == (status, expected)
    assert (await afar.gateway.screenings.jobs.progress(job)).rows == 0


async def test_an_unknown_screening_looks_like_anothers(afar: Served) -> None:
    job = await job_of(afar, clientMutationId="looks")
    purpose = {"Credit-Purpose": "BIDDING", "Credit-Case": "P-1"}
    others = [await put(afar, each, b"", client="procurement", **purpose) for each in (job, new_receipt())]
    assert others[0].body == others[1].body


@pytest.mark.parametrize(
    ("job", "first"),
    [("' OR '1'='1", "1"), ("x" * 4_000, "1"), ("..%2f..%2fgraphql", "1"), ("0" * 32, "1"), ("0" * 32, "9" * 400)],
    ids=["or", "long", "path", "none", "a long number"],
)
async def test_places_that_are_none_find_nothing(afar: Served, job: str, first: str) -> None:
    told = await put(afar, job, written(ROWS_SENT), first=first)
    assert told.status == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"key": "a"}\n{"key": "b", "asked": "c"}\n', 400),
        (b'{"key": "%s", "fault": "PERSONAL_NUMBER"}\n' % PERSON.encode(), 400),
        (b'{"key": ""}\n' * (PART_ROWS + 1), 400),
        (b" " * (MAXIMUM_PART_BYTES + 1), 413),
        (b"", 409),
    ],
    ids=["asked otherwise than named", "a person's number", "many rows", "many bytes", "nothing"],
)
async def test_rows_that_cannot_be_are_refused_and_not_quoted(afar: Served, body: bytes, status: int) -> None:
    job = await job_of(afar, clientMutationId="cannot-be")
    told = await put(afar, job, body)
    assert told.status == status
    assert PERSON.encode() not in told.body


async def test_a_persons_number_that_is_sent_all_the_same_is_not_asked_and_not_told(
    afar: Served, counting: Counting
) -> None:
    """By hand, past `row_of`: as a key, and in a row that is said to be invalid for another reason."""
    sent = [SentRow(PERSON), SentRow(f"张三{PERSON}", "CELLS")]
    job = await job_of(afar, rows=2, digest=digest(sent), clientMutationId="by-hand")
    assert (await put(afar, job, written(sent))).status == 200
    while (told := await afar.ask("bank", LOOK, id=job)).data["screening"]["state"] == "RUNNING":
        await asyncio.sleep(0.05)
    page = await afar.ask("bank", ROWS, id=job, after=0)
    assert [row["fault"] for row in page.data["screening"]["rows"]] == ["PERSONAL_NUMBER"] * 2
    assert PERSON not in json.dumps(counting.calls)
    assert PERSON.encode() not in told.body + page.body
    kept = b"".join(path.read_bytes() for path in afar.data.iterdir() if path.is_file())
    assert PERSON.encode() not in kept


async def test_one_client_holds_so_many_parts_at_most(afar: Served) -> None:
    """Parts that never end: the next one is told to come back, and another client's is taken."""
    job = await job_of(afar, clientMutationId="at-once")
    go = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b'{"key": '
        await go.wait()
        yield b'"x"}\n'

    async def send() -> int:
        """Hold a place; whoever asks below may have taken it for a moment, and is then gone when it is asked again."""
        url, headers = f"{afar.origin}/screenings/{job}/rows/1", {**afar.headers("bank"), "Content-Type": MEDIA}
        while True:
            async with afar.session.put(url, data=slow(), headers=headers) as told:
                if told.status != 429:
                    return told.status

    held = [asyncio.create_task(send()) for _ in range(AT_ONCE)]
    async with asyncio.timeout(30):
        while (refused := await put(afar, job, written(ROWS_SENT[:1]))).status != 429:
            await asyncio.sleep(0.05)
    assert (code(refused), refused.headers["Retry-After"]) == ("RATE_LIMITED", "1")
    go.set()
    assert await asyncio.gather(*held) == [409] * AT_ONCE
    assert (await put(afar, job, written(ROWS_SENT[:2]))).status == 200


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"rows": 0}, "rows"),
        ({"rows": 1_000_001, "sliceRows": 1_000}, "rows"),
        ({"digest": "0" * 63}, "digest"),
        ({"digest": "G" * 64}, "digest"),
        ({"key": ""}, "key"),
        ({"key": "a\nroot x"}, "key"),
        ({"key": PERSON}, "key"),
        ({"key": "k" * 201}, "key"),
        ({"scheme": "CITIZEN_ID"}, "scheme"),
        ({"columns": []}, "columns"),
        ({"columns": ["row", "row"]}, "columns"),
        ({"columns": ["row", "x\ny"]}, "columns"),
        ({"prefix": "a b"}, "prefix"),
        ({"prefix": "a\n"}, "prefix"),
        ({"sliceRows": 0}, "sliceRows"),
        ({"sliceRows": 1_001}, "sliceRows"),
        ({"rows": 20_000, "sliceRows": 1}, "sliceRows"),
        ({"asOf": "2999-01-01"}, "asOf"),
        ({"clientMutationId": PERSON}, "clientMutationId"),
    ],
    ids=[
        *("no rows", "a million and one", "a short digest", "no digest", "no column", "a line of the manifest"),
        *("a number", "a long name", "persons", "no columns", "a column twice", "a broken column", "a blank"),
        *("a line end", "no slice", "a long slice", "ten thousand slices", "the future", "a number as key"),
    ],
)
async def test_what_cannot_be_announced_is_told_and_kept_nowhere(
    afar: Served, given: dict[str, Any], field: str
) -> None:
    before = len(await afar.gateway.screenings.jobs.of_client("bank", 1_000))
    told = await announce(afar, **given)
    assert told.codes == {"screening": "INPUT_INVALID"}
    assert [each["field"] for each in told.errors[0]["extensions"]["inputs"]] == [field]
    assert PERSON.encode() not in told.body
    assert len(await afar.gateway.screenings.jobs.of_client("bank", 1_000)) == before


@pytest.mark.parametrize("client", ["portal", "auditor"])
async def test_nobody_announces_without_the_right(afar: Served, client: str) -> None:
    told = await announce(afar, client)
    assert told.codes == {"screening": "FIELD_FORBIDDEN"}


async def test_no_store_is_filled_by_announcing(afar: Served) -> None:
    jobs = [await announce(afar, clientMutationId=f"many-{number}") for number in range(12)]
    assert [each.codes for each in jobs][-1] == {"screening": "SCREENINGS_TOO_MANY"}


Lie = Callable[[Any], None]


def _rows(told: Any) -> list[Any]:
    found: list[Any] = (told["data"].get("screening") or {}).get("rows") or []
    return found


def _better(told: Any) -> None:
    for row in _rows(told):
        row["verdict"], row["cells"][1] = "PASS", "PASS"


def _better_beside(told: Any) -> None:
    for row in _rows(told):
        row["verdict"] = "PASS"


def _swapped(told: Any) -> None:
    found = _rows(told)
    if found:
        found[0]["cells"], found[1]["cells"] = found[1]["cells"], found[0]["cells"]


def _renumbered(told: Any) -> None:
    _rows(told).reverse()


def _shorter(told: Any) -> None:
    del _rows(told)[-1:]


def _wider(told: Any) -> None:
    for row in _rows(told):
        row["cells"].append("x")


def _masking(told: Any) -> None:
    for row in _rows(told):
        row["fault"] = "PERSONAL_NUMBER"


def _note(told: Any, change: Callable[[str], str]) -> None:
    screening = told["data"].get("screening") or {}
    if screening.get("manifest"):
        signed = json.loads(screening["manifest"])
        signed["note"] = change(signed["note"])
        screening["manifest"] = json.dumps(signed)


def _recounted(told: Any) -> None:
    _note(told, lambda note: note.replace('"PASS":', '"PASS":1', 1))


def _resigned(told: Any) -> None:
    def change(note: str) -> str:
        return sign_note(note.partition("\n\n")[0] + "\n", KEY)

    _note(told, change)


def _unsigned(told: Any) -> None:
    _note(told, lambda note: note.rpartition("\n\n")[0] + "\n\n")


def _none(told: Any) -> None:
    if "manifest" in (told["data"].get("screening") or {}):
        told["data"]["screening"]["manifest"] = None


LIES: dict[str, Lie] = {
    "better verdicts": _better,
    "better verdicts beside": _better_beside,
    "rows swapped": _swapped,
    "rows renumbered": _renumbered,
    "a row less": _shorter,
    "a cell more": _wider,
    "keys masked": _masking,
    "counts": _recounted,
    "another key": _resigned,
    "no signature": _unsigned,
    "no manifest": _none,
}


@asynccontextmanager
async def lying(afar: Served, lie: Lie) -> AsyncIterator[str]:
    """Pass everything on to the gateway, and back what ``lie`` has made of it."""

    async def answer(request: web.Request) -> web.StreamResponse:
        headers = {k: v for k, v in request.headers.items() if k.lower() not in {"host", "content-length"}}
        url = afar.origin + request.path_qs
        async with (
            aiohttp.ClientSession() as session,
            session.request(request.method, url, data=await request.read(), headers=headers) as told,
        ):
            body, media = await told.read(), told.content_type
        if media == "application/json" and request.path == "/graphql":
            content = json.loads(body)
            lie(content)
            body = json.dumps(content).encode()
        return web.Response(body=body, status=told.status, content_type=media)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def screen(afar: Served, url: str, file: Path, *more: str) -> Result:
    arguments = ["screen", str(file), "--rules", "BK", "--url", url, *more]
    return await asyncio.to_thread(
        lambda: CliRunner().invoke(commands, arguments, env={"CREDIT_TOKEN": afar.token("bank"), "COLUMNS": "200"})
    )


# Guards: `verify`, `Fetching._page`, the width in `Fetching._write`.
@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
async def test_nothing_is_written_of_what_does_not_verify(afar: Served, tmp_path: Path, lie: Lie) -> None:
    file = write(tmp_path / "in.csv", rows(200))
    async with lying(afar, lie) as url:
        done = await screen(afar, url, file)
    assert done.exit_code == 1, done.output
    assert "Traceback" not in done.output
    assert {path.name for path in tmp_path.iterdir()} <= {"in.csv", ".in.screened.csv.screening"}


async def test_the_manifest_of_another_screening_is_not_taken(afar: Served, tmp_path: Path) -> None:
    """Signed by the gateway, of the same portfolio, the day before: another job."""
    file = write(tmp_path / "in.csv", rows(5))
    assert (await screen(afar, afar.origin, file, "--out", str(tmp_path / "old.csv"))).exit_code in {0, 3}
    old = json.loads((tmp_path / "old.csv.manifest").read_text(encoding="utf-8"))

    def replay(told: Any) -> None:
        if (told["data"].get("screening") or {}).get("manifest"):
            told["data"]["screening"]["manifest"] = json.dumps(old)

    async with lying(afar, replay) as url:
        done = await screen(afar, url, file)
    assert (done.exit_code, "another screening" in done.output) == (1, True), done.output
    assert not (tmp_path / "in.screened.csv").exists()


@pytest.mark.parametrize("name", [".in.screened.csv.screening", ".in.screened.csv.part", "in.screened.csv.manifest"])
async def test_no_link_is_followed(afar: Served, tmp_path: Path, name: str) -> None:
    victim = tmp_path / "victim"
    (tmp_path / name).symlink_to(victim)
    file = write(tmp_path / "in.csv", rows(3))
    await screen(afar, afar.origin, file)
    assert not victim.exists()


@pytest.fixture(autouse=True)
async def _counted(afar: Served) -> AsyncIterator[None]:
    """Leave no screening under way: there may be ten of a client."""
    yield
    for job in await afar.gateway.screenings.jobs.of_client("bank", 1_000):
        if job.state == "RECEIVING":
            await afar.gateway.screenings.jobs.end(job.id, "FAILED")
