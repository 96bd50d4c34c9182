"""Whatever is altered in a ledger is found, and where it is told; one that grows beside the verifying is none."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from gateway.ledger import Charter, Keys, Ledger, LedgerRefused
from gateway.ledger.store import open_store
from gateway.ledger.tables import LEDGER
from gateway.ledger.tree import Tiles
from gateway.ledger.verify import Claim, verify_ledger
from gateway.proof.merkle import (
    ALGORITHMS,
    Algorithm,
    Frontier,
    ProofError,
    leaf_hash,
    root_of,
    verify_consistency,
)
from gateway.proof.note import SigningKey, open_checkpoint, sign_checkpoint, stamped
from tests.gateway.logs import CHARTER, KEY, KEYS, ORIGIN, made, sqlite_url, verified, verified_aside, write_log


@pytest.fixture(scope="module")
async def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 600 entries with a checkpoint over 300."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.db"
    await write_log(sqlite_url(path))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture
def path(pristine: Path, tmp_path: Path) -> Path:
    return Path(copyfile(pristine, tmp_path / "ledger.db"))


def alter(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


def swap(one: int, other: int) -> tuple[str, ...]:
    """Exchange two entries, with all that is filed beside them."""
    return tuple(
        f'UPDATE {table} SET "index" = {new} WHERE "index" = {old}'
        for old, new in ((one, -1), (other, one), (-1, other))
        for table in ("ledger", "ledger_subject")
    )


@dataclass(frozen=True)
class Damage:
    """What is done to a log, and what is said of it."""

    statements: tuple[str, ...]
    what: str
    said: str
    index: int | None = None
    opens: bool = True
    """Whether the gateway still takes it: the checks at the start read the ends of the tree only."""


SUBJECT = "01234567:" + "0" * 62 + "0a"
DAMAGED = {
    "a byte of an entry": Damage(
        ("""UPDATE ledger SET entry = replace(entry, '"elapsed_ms":12', '"elapsed_ms":13') WHERE "index" = 17""",),
        "entry",
        "entry 17 (receipt",
        17,
    ),
    "a byte of the last entry": Damage(
        ("""UPDATE ledger SET entry = replace(entry, '"elapsed_ms":12', '"elapsed_ms":13') WHERE "index" = 599""",),
        "entry",
        "entry 599 (receipt",
        599,
        opens=False,
    ),
    "a leaf": Damage(
        ("""UPDATE ledger SET leaf = zeroblob(32) WHERE "index" = 17""",), "entry", "entry 17 (receipt", 17
    ),
    "an entry deleted": Damage(
        ("""DELETE FROM ledger WHERE "index" = 17""",), "entry", "entry 17, which followed", 17, opens=False
    ),
    "the first entry deleted": Damage(
        ("""DELETE FROM ledger WHERE "index" = 0""",), "entry", "entry 0, is missing", 0, opens=False
    ),
    "the last entries deleted": Damage(
        ("""DELETE FROM ledger WHERE "index" >= 590""",), "entry", "entry 590, which followed", 590, opens=False
    ),
    "entries in another order": Damage(swap(17, 18), "node", "the entries 0 to 255", 0),
    "the last entries in another order": Damage(swap(598, 597), "head", "head of the ledger is not that", opens=False),
    "entries of a checkpoint in another order": Damage(
        swap(258, 259), "checkpoint", "over 300 entries", 0, opens=False
    ),
    "an entry before the first": Damage(
        ("""UPDATE ledger SET "index" = -5 WHERE "index" = 17""",), "entry", "entry at -5", -5, opens=False
    ),
    "an entry beyond the head": Damage(
        (
            "INSERT INTO ledger SELECT 600, 'f00d', at, kind, client, department, purpose, outcome, code, shape, leaf, "
            'entry FROM ledger WHERE "index" = 0',
        ),
        "entry",
        "entry 600 is beyond",
        600,
        opens=False,
    ),
    "a node": Damage(
        ('UPDATE ledger_node SET hash = zeroblob(32) WHERE "index" = 1',), "node", "256 to 511", 256, opens=False
    ),
    "a node deleted": Damage(('DELETE FROM ledger_node WHERE "index" = 0',), "node", "is missing", 0, opens=False),
    "a node too many": Damage(("INSERT INTO ledger_node VALUES (8, 2, zeroblob(32))",), "node", "does not hold"),
    "a node of a strange height": Damage(("INSERT INTO ledger_node VALUES (9, 0, zeroblob(32))",), "node", "height 9"),
    "the head": Damage(
        ("UPDATE ledger_head SET frontier = zeroblob(length(frontier))",), "head", "is not that of its", opens=False
    ),
    "the size of the head": Damage(("UPDATE ledger_head SET size = 1023",), "head", "was altered", opens=False),
    "the hash that the head names": Damage(
        ("UPDATE ledger_head SET algorithm = 'md5'",), "head", "a hash that is not known: `md5`", opens=False
    ),
    "another hash": Damage(("UPDATE ledger_head SET algorithm = 'sm3'",), "entry", "entry 0 (receipt", 0, opens=False),
    "no head": Damage(("DELETE FROM ledger_head",), "head", "has lost its head", opens=False),
    "the name of the log": Damage(
        ("UPDATE ledger_head SET origin = 'elsewhere'",), "checkpoint", "is of another log", opens=False
    ),
    "the client that an entry is filed under": Damage(
        ("""UPDATE ledger SET client = 'nobody' WHERE "index" = 17""",), "entry", "under another client", 17
    ),
    "the time that an entry is filed under": Damage(
        ("""UPDATE ledger SET at = '2020' WHERE "index" = 17""",), "entry", "under another at", 17
    ),
    "the receipt that an entry is filed under": Damage(
        ("""UPDATE ledger SET receipt = 'f00d' WHERE "index" = 17""",), "entry", "under another receipt", 17
    ),
    "a subject taken away": Damage(
        (f"DELETE FROM ledger_subject WHERE pseudonym = '{SUBJECT}'",), "subject", "entry 10 (receipt", 10
    ),
    "a subject under another entry": Damage(
        (f"UPDATE ledger_subject SET \"index\" = 11 WHERE pseudonym = '{SUBJECT}'",), "subject", "entry 10 (", 10
    ),
    "a subject added": Damage(
        ("INSERT INTO ledger_subject VALUES ('somebody', 17)",), "subject", "1 rows that no entry names"
    ),
    "a subject added to another entry": Damage(
        (f"INSERT INTO ledger_subject VALUES ('{SUBJECT}', 17)",), "subject", "who is not its subject", 17
    ),
    "a shape": Damage(("UPDATE ledger_shape SET shape = '{}'",), "shape", "of entry 0 (receipt", 0),
    "a shape deleted": Damage(("DELETE FROM ledger_shape",), "shape", "is missing", 0),
    "a checkpoint": Damage(
        ("UPDATE ledger_checkpoint SET note = replace(note, '300', '299')",),
        "checkpoint",
        "cannot be trusted",
        opens=False,
    ),
    "the size of a checkpoint": Damage(
        ("UPDATE ledger_checkpoint SET size = 299",), "checkpoint", "tells of 300 entries"
    ),
    "no checkpoint": Damage(("UPDATE ledger_checkpoint SET note = ''",), "checkpoint", "no empty line", opens=False),
}


@pytest.mark.parametrize("how", DAMAGED)
async def test_what_is_altered_is_found(path: Path, how: str) -> None:
    damage = DAMAGED[how]
    alter(path, *damage.statements)
    report = await verified_aside(sqlite_url(path))
    assert report.fault is not None
    assert (report.fault.what, report.fault.index) == (damage.what, damage.index)
    assert damage.said in report.fault.message
    try:
        await (await Ledger.open(sqlite_url(path), CHARTER)).close()
    except LedgerRefused:
        assert not damage.opens
    else:
        assert damage.opens


def rewrite_history(path: Path, index: int) -> None:
    """Alter an entry and everything above it, as somebody can who has the database but not the key."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(
        """UPDATE ledger SET entry = replace(entry, '"elapsed_ms":12', '"elapsed_ms":13') WHERE "index" = ?""", (index,)
    )
    frontier = Frontier("sha-256")
    for place, text in connection.execute('SELECT "index", entry FROM ledger ORDER BY "index"').fetchall():
        leaf = leaf_hash(text.encode(), "sha-256")
        completed = frontier.append(leaf)
        connection.execute('UPDATE ledger SET leaf = ? WHERE "index" = ?', (leaf, place))
        if len(completed) > 8:
            connection.execute('UPDATE ledger_node SET hash = ? WHERE "index" = ?', (completed[8], place >> 8))
    connection.execute("UPDATE ledger_head SET frontier = ?", (frontier.encode(),))
    connection.close()


@pytest.mark.parametrize(("index", "stored"), [(17, True), (299, True), (300, False)])
async def test_history_written_anew_does_not_fit_what_was_signed(path: Path, index: int, stored: bool) -> None:
    rewrite_history(path, index)
    report = await verified_aside(sqlite_url(path))
    if not stored:
        assert report.fault is None, "nothing was signed over it"
        return
    assert report.fault is not None
    assert (report.fault.what, report.fault.index) == ("checkpoint", 0)
    assert "some of 0 to 299 were altered" in report.fault.message
    with pytest.raises(LedgerRefused, match="first 300 entries are not those that the last checkpoint"):
        await Ledger.open(sqlite_url(path), CHARTER)


async def test_a_forked_log_is_found_by_whoever_holds_a_checkpoint(path: Path) -> None:
    """The stored checkpoint is taken away, and the log signed anew: only a note elsewhere tells."""
    ledger = await Ledger.open(sqlite_url(path), CHARTER)
    note = await ledger.checkpoint()
    await ledger.close()
    rewrite_history(path, 17)
    alter(path, "DELETE FROM ledger_checkpoint")
    assert (await verified_aside(sqlite_url(path))).fault is None
    report = await verified_aside(sqlite_url(path), Claim(note, "the auditor's checkpoint"))
    assert report.fault is not None
    assert "the auditor's checkpoint was signed over other entries than the first 600" in report.fault.message
    forked = await Ledger.open(sqlite_url(path), CHARTER)
    await forked.append(made(600))
    held, now = (open_checkpoint(each, [KEY.verifier]) for each in (note, await forked.checkpoint()))
    path_of = await forked.consistency(held.size, now.size)
    await forked.close()
    with pytest.raises(ProofError, match="consistency proof does not lead to"):
        verify_consistency(held.size, now.size, path_of, held.root, now.root, "sha-256")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_ledger_that_holds(tmp_path: Path, algorithm: Algorithm) -> None:
    url = sqlite_url(tmp_path / "ledger.db")
    await write_log(url, 520, Charter(ORIGIN, algorithm, KEYS), keep_at=(1, 256, 520))
    report = await verified_aside(url)
    assert report.fault is None
    assert (report.origin, report.algorithm, report.size, report.signed) == (ORIGIN, algorithm, 520, True)
    assert (report.entries, report.nodes, report.checkpoints) == (520, 2, 3)
    assert (report.subjects, report.shapes) == (520, 1)
    ledger = await Ledger.open(url, Charter(ORIGIN, algorithm, KEYS))
    leaves = [leaf for (leaf,) in await ledger.rows(sa.select(LEDGER.c.leaf).order_by(LEDGER.c["index"]))]
    note = await ledger.checkpoint()
    await ledger.close()
    assert report.root == root_of(leaves, algorithm).hex() == open_checkpoint(note, [KEY.verifier]).root.hex()


async def test_postgresql_is_verified_too(postgres_ledger: str) -> None:
    await write_log(postgres_ledger, 300, keep_at=(300,))
    assert (await verified_aside(postgres_ledger)).fault is None
    engine = create_async_engine(postgres_ledger.replace("postgresql:", "postgresql+asyncpg:"))
    async with engine.begin() as connection:
        await connection.execute(sa.text('DELETE FROM ledger WHERE "index" = 17'))
    await engine.dispose()
    report = await verified_aside(postgres_ledger)
    assert report.fault is not None
    assert (report.fault.what, report.fault.index) == ("entry", 17)
    with pytest.raises(LedgerRefused, match="holds 299 of the 300 entries"):
        await Ledger.open(postgres_ledger, CHARTER)


CLAIMS: dict[str, tuple[Callable[[bytes], str], str]] = {
    "of another size": (
        lambda root: sign_checkpoint(stamped(ORIGIN, 601, root, "sha-256", "now"), KEY),
        "tells of 601 entries",
    ),
    "of another log": (
        lambda root: sign_checkpoint(stamped("elsewhere", 600, root, "sha-256", "now"), KEY),
        "of another log",
    ),
    "of another root": (
        lambda root: sign_checkpoint(stamped(ORIGIN, 600, bytes(32), "sha-256", "now"), KEY),
        "over other entries",
    ),
    "of another key": (
        lambda root: sign_checkpoint(stamped(ORIGIN, 600, root, "sha-256", "now"), SigningKey(ORIGIN, bytes(32))),
        "no key that is known",
    ),
    "of the empty log": (lambda root: sign_checkpoint(stamped(ORIGIN, 0, root, "sha-256", "now"), KEY), "the first 0"),
}


@pytest.mark.parametrize("how", CLAIMS)
async def test_a_checkpoint_from_elsewhere_that_does_not_fit(path: Path, how: str) -> None:
    make, said = CLAIMS[how]
    root = bytes.fromhex((await verified_aside(sqlite_url(path))).root)
    report = await verified_aside(sqlite_url(path), Claim(make(root), "the given one"))
    assert report.fault is not None
    assert report.fault.what == "checkpoint"
    assert "the given one" in report.fault.message
    assert said in report.fault.message


async def test_a_ledger_that_grows_meanwhile_holds(path: Path) -> None:
    """Another process writes while a page is read: what came since does not count, and is no fault."""
    connection = sqlite3.connect(path, isolation_level=None)
    ledger = await Ledger.open(sqlite_url(path), CHARTER)
    for number in range(600, 900):
        await ledger.append(made(number))
    await ledger.close()
    (frontier,) = connection.execute("SELECT frontier FROM ledger_head").fetchone()
    hashes = dict(connection.execute('SELECT "index", leaf FROM ledger').fetchall())
    before = Frontier("sha-256")
    for place in range(600):
        before.append(hashes[place])
    connection.execute("UPDATE ledger_head SET size = 600, frontier = ?", (before.encode(),))

    def seen(done: int, size: int) -> None:
        assert size == 600
        connection.execute("UPDATE ledger_head SET size = 900, frontier = ?", (frontier,))

    with closing(open_store(sqlite_url(path))) as store:
        report = verify_ledger(store, KEYS.known, (), seen)
    connection.close()
    assert (report.fault, report.entries) == (None, 600)


@pytest.mark.parametrize("keep", [0.3, 0.7, 0.95])
async def test_a_file_that_was_cut(path: Path, keep: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(LedgerRefused, match="damaged or cut"):
        await Ledger.open(sqlite_url(path), CHARTER)


async def test_tiles_read_each_once(path: Path) -> None:
    ledger = await Ledger.open(sqlite_url(path))
    rows = await ledger.rows(sa.select(LEDGER.c["index"], LEDGER.c.leaf))
    await ledger.close()
    hashes = dict(map(tuple, rows))
    asked: list[object] = []

    def read(query: object) -> list[tuple[int, bytes]]:
        asked.append(query)
        return list(hashes.items())

    tiles = Tiles(read, "sha-256")
    assert tiles.root(100) == root_of([hashes[at] for at in range(100)], "sha-256")
    assert tiles.root(200) == root_of([hashes[at] for at in range(200)], "sha-256")
    assert len(asked) == 1


def test_without_keys_signatures_are_not_checked(path: Path) -> None:
    alter(path, "UPDATE ledger_checkpoint SET note = replace(note, 'time ', 'time  ')")
    report = verified(sqlite_url(path), keys=Keys(KEY, ()))
    assert (report.fault, report.signed) == (None, False)
    assert verified(sqlite_url(path)).fault is not None
