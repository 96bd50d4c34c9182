"""The tree of the ledger: every entry is proven in it, on SQLite and PostgreSQL, with SHA-256 and SM3."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from gateway.ledger import Charter, Entry, Keys, Ledger, Pseudonym
from gateway.ledger.entry import Shape, encode_entry, encode_shape, shape_digest
from gateway.ledger.tables import (
    INDEXED,
    LEDGER,
    LEDGER_HEAD,
    LEDGER_NODE,
    LEDGER_SHAPE,
    LEDGER_SUBJECT,
    SEARCHED,
    period,
)
from gateway.proof.merkle import (
    ALGORITHMS,
    Algorithm,
    ProofError,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from gateway.proof.note import Checkpoint, SigningKey, VerifierKey, open_checkpoint
from tests.gateway.entries import entry

ORIGIN = "credit.city.example/ledger"
KEY = SigningKey(ORIGIN, b"\x01" * 32)
KEYS = Keys(KEY, (KEY.verifier,))
CHARTER = Charter(ORIGIN, keys=KEYS)
SHAPE = encode_shape(Shape({"subject.penalties.items.amount": "AdministrativePenalty.amount"}))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, postgres_ledger: str) -> str:
    return f"sqlite:///{tmp_path}/ledger.db" if request.param == "sqlite" else postgres_ledger


@pytest.fixture
async def opened() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def open_on(stack: AsyncExitStack, url: str, charter: Charter | None = CHARTER) -> Ledger:
    ledger = await Ledger.open(url, charter)
    stack.push_async_callback(ledger.close)
    return ledger


def read(note: str) -> Checkpoint:
    return open_checkpoint(note, [KEY.verifier])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_every_entry_is_proven(opened: AsyncExitStack, url: str, algorithm: Algorithm) -> None:
    ledger = await open_on(opened, url, Charter(ORIGIN, algorithm, KEYS))
    made = [entry(client=f"client-{number}") for number in range(600)]
    for first in range(0, 600, 40):
        await asyncio.gather(*(ledger.append(each) for each in made[first : first + 40]))
    checkpoint = read(await ledger.checkpoint())
    assert (checkpoint.origin, checkpoint.size, checkpoint.algorithm) == (ORIGIN, 600, algorithm)
    leaves = [leaf_hash(encode_entry(each).encode(), algorithm) for each in made]
    assert checkpoint.root == root_of(leaves, algorithm)
    for place in (0, 1, 255, 256, 511, 512, 598, 599):
        proven = await ledger.proven(made[place].receipt)
        assert proven is not None
        assert (proven.entry, proven.index, proven.algorithm) == (encode_entry(made[place]), place, algorithm)
        assert read(proven.checkpoint) == checkpoint
        leaf = leaf_hash(proven.entry.encode(), algorithm)
        verify_inclusion(leaf, proven.index, checkpoint.size, proven.path, checkpoint.root, algorithm)
    assert await ledger.proven("0" * 32) is None
    for old in (0, 1, 256, 300, 599, 600):
        path = await ledger.consistency(old, 600)
        verify_consistency(old, 600, path, root_of(leaves[:old], algorithm), checkpoint.root, algorithm)
    with pytest.raises(ProofError, match="not yet 601"):
        await ledger.consistency(600, 601)


async def test_the_tables_hold_what_is_searched(opened: AsyncExitStack, url: str) -> None:
    ledger = await open_on(opened, url)
    who = [Pseudonym(f"01234567:{letter * 64}") for letter in "ab"]
    made = [
        entry(at="2026-01-01T00:00:00.000Z", subjects=(who[0], who[1], who[0])),
        entry(at="2025-01-01T00:00:00.000Z", subjects=(who[1],), kind="REFUSAL", outcome="REFUSED", code="TOO_COSTLY"),
        entry(at="2026-01-02T00:00:00.000Z", subjects=(), department="court", shape=shape_digest(SHAPE)),
    ]
    for each in made:
        await ledger.append(each, SHAPE if each.shape else None)
    await ledger.append(entry(shape=shape_digest(SHAPE)), SHAPE)
    columns = [LEDGER.c[name] for name in ("index", "receipt", "code", *SEARCHED)]
    rows = await ledger.rows(sa.select(*columns).order_by(LEDGER.c["index"]).limit(3))
    assert list(map(tuple, rows)) == [
        (place, each.receipt, each.code, *(getattr(each, name) for name in SEARCHED)) for place, each in enumerate(made)
    ]
    subjects = await ledger.rows(sa.select(LEDGER_SUBJECT).where(LEDGER_SUBJECT.c["index"] < 3))
    assert {tuple(row) for row in subjects} == {(who[0], 0), (who[1], 0), (who[1], 1)}
    assert [tuple(row) for row in await ledger.rows(sa.select(LEDGER_SHAPE))] == [(shape_digest(SHAPE), SHAPE)]
    proven = [await ledger.proven(each.receipt) for each in made]
    assert [each.shape for each in proven if each is not None] == [None, None, SHAPE]
    assert tuple((await ledger.rows(period("2025-12-31T00:00:00.000Z", "2026-01-03T00:00:00.000Z")))[0]) == (0, 2)


async def test_order_is_that_of_commits_and_clocks_change_nothing(opened: AsyncExitStack, url: str) -> None:
    ledger = await open_on(opened, url)
    made = [entry(at=f"2026-01-0{9 - number}T00:00:00.000Z", receipt=f"{9 - number:032x}") for number in range(6)]
    for each in made:
        await ledger.append(each)
    rows = await ledger.rows(sa.select(LEDGER.c.receipt).order_by(LEDGER.c["index"]))
    assert [receipt for (receipt,) in rows] == [each.receipt for each in made]
    path = await ledger.consistency(3, 6)
    leaves = [leaf_hash(encode_entry(each).encode(), "sha-256") for each in made]
    verify_consistency(3, 6, path, root_of(leaves[:3], "sha-256"), root_of(leaves, "sha-256"), "sha-256")


async def test_several_writers_make_one_log(opened: AsyncExitStack, url: str) -> None:
    """Replicas: each has connections of its own, and none knows of the others."""
    ledgers = [await open_on(opened, url) for _ in range(3)]
    made = [[entry(client=f"replica-{number}", elapsed_ms=place) for place in range(120)] for number in range(3)]

    async def write(ledger: Ledger, entries: Sequence[Entry]) -> None:
        for first in range(0, len(entries), 10):
            await asyncio.gather(*(ledger.append(each) for each in entries[first : first + 10]))

    await asyncio.gather(*(write(*pair) for pair in zip(ledgers, made, strict=True)))
    rows = await ledgers[0].rows(
        sa.select(LEDGER.c["index"], LEDGER.c.entry, LEDGER.c.leaf).order_by(LEDGER.c["index"])
    )
    assert [place for place, _, _ in rows] == list(range(360))
    assert {text for _, text, _ in rows} == {encode_entry(each) for entries in made for each in entries}
    leaves = [leaf_hash(text.encode(), "sha-256") for _, text, _ in rows]
    notes = [read(await ledger.checkpoint()) for ledger in ledgers]
    assert {(each.size, each.root) for each in notes} == {(360, root_of(leaves, "sha-256"))}
    nodes = await ledgers[0].rows(sa.select(LEDGER_NODE))
    assert [tuple(row) for row in nodes] == [(8, 0, root_of(leaves[:256], "sha-256"))]


async def test_a_bad_row_leaves_no_gap(opened: AsyncExitStack, url: str) -> None:
    ledger = await open_on(opened, url)
    known = entry()
    await ledger.append(known)
    results = await asyncio.gather(
        ledger.append(entry()), ledger.append(known), ledger.append(entry()), return_exceptions=True
    )
    assert [result is None for result in results] == [True, False, True]
    rows = await ledger.rows(sa.select(LEDGER.c["index"], LEDGER.c.leaf).order_by(LEDGER.c["index"]))
    assert [place for place, _ in rows] == [0, 1, 2]
    assert read(await ledger.checkpoint()).root == root_of([leaf for _, leaf in rows], "sha-256")
    (size,) = (await ledger.rows(sa.select(LEDGER_HEAD.c.size)))[0]
    assert size == 3


async def test_checkpoints_are_stored_where_there_is_something_new(opened: AsyncExitStack, url: str) -> None:
    ledger = await open_on(opened, url)
    handed: list[str] = []

    async def anchor(note: str) -> None:
        handed.append(note)

    async def broken(note: str) -> None:
        raise OSError(note)

    ledger.add_anchor(broken)
    ledger.add_anchor(anchor)
    assert await ledger.keep_checkpoint() is None
    made = [entry() for _ in range(5)]
    await ledger.append(made[0])
    first = await ledger.keep_checkpoint()
    assert await ledger.keep_checkpoint() is None
    for each in made[1:]:
        await ledger.append(each)
    other = await open_on(opened, url)
    second = await other.keep_checkpoint()
    assert await ledger.keep_checkpoint() is None, "another process has"
    assert first is not None
    assert second is not None
    assert (read(first).size, read(second).size, handed) == (1, 5, [first])
    proven = [await ledger.proven(each.receipt) for each in made]
    assert [each.checkpoint for each in proven if each is not None] == [first, *[second] * 4]


async def test_without_keys_nothing_is_signed(opened: AsyncExitStack, url: str) -> None:
    ledger = await open_on(opened, url)
    assert [VerifierKey.parse(each) for each in ledger.keys] == [KEY.verifier]
    await ledger.append(entry())
    plain = await open_on(opened, url, None)
    assert (plain.origin, plain.algorithm, plain.keys) == (ORIGIN, "sha-256", ())
    assert await plain.consistency(1, 1) == ()
    for call in (plain.checkpoint, plain.keep_checkpoint):
        with pytest.raises(RuntimeError, match="opened without keys"):
            await call()


@pytest.mark.parametrize("name", INDEXED)
async def test_pages_of_every_indexed_column_are_read_by_an_index(tmp_path: Path, name: str) -> None:
    """No page is sorted, and none is found by reading entries that do not belong to it."""
    ledger = await Ledger.open(f"sqlite:///{tmp_path}/ledger.db")
    place = LEDGER.c["index"]
    query = sa.select(LEDGER.c.entry).where(LEDGER.c[name] == "x", place < 9).order_by(place.desc()).limit(5)
    text = str(query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    await ledger.close()
    connection = sqlite3.connect(tmp_path / "ledger.db")
    plan = [detail for *_, detail in connection.execute(f"EXPLAIN QUERY PLAN {text}")]
    connection.close()
    assert plan == [f"SEARCH ledger USING INDEX ledger_{name}_index ({name}=? AND index<?)"]
