"""What is not continued: a log that was cut, rolled back, is of another form, of another name, or another key's."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from connectors.load import Known, load_sources
from gateway.ledger import Charter, Keys, Ledger, LedgerRefused, load_keys
from gateway.ledger.copies import read_copy, write_copy
from gateway.ledger.tables import LEDGER_CHECKPOINT
from gateway.proof.note import SigningKey, open_checkpoint, sign_checkpoint, stamped
from tests.commands import Run
from tests.gateway.entries import entry
from tests.gateway.logs import CHARTER, KEY, KEYS, ORIGIN, sqlite_url, verified_aside, write_log
from tests.nowhere import nobody_there

SOURCES = Path(__file__).parents[2] / "config" / "sources"
OLD_FORM = "CREATE TABLE ledger (receipt VARCHAR(32) PRIMARY KEY, at TEXT, client TEXT, outcome TEXT, entry TEXT)"


def kept_in(folder: Path, **changes: object) -> Charter:
    given: dict[str, object] = {"origin": ORIGIN, "keys": KEYS, "folder": folder, **changes}
    return Charter(**given)  # type: ignore[arg-type]


async def grow(url: str, charter: Charter, count: int) -> str | None:
    """Append entries to the log; return the checkpoint that is stored over them."""
    ledger = await Ledger.open(url, charter)
    for _ in range(count):
        await ledger.append(entry())
    note = await ledger.keep_checkpoint()
    await ledger.close()
    return note


async def test_a_database_that_was_rolled_back_as_a_whole(tmp_path: Path) -> None:
    path, charter = tmp_path / "ledger.db", kept_in(tmp_path)
    await grow(sqlite_url(path), charter, 5)
    copyfile(path, tmp_path / "backup")
    note = await grow(sqlite_url(path), charter, 5)
    assert charter.copy is not None
    assert (read_copy(charter.copy), charter.copy.stat().st_mode & 0o777) == (note, 0o600)
    copyfile(tmp_path / "backup", path)
    with pytest.raises(
        LedgerRefused, match="data folder tells of 10 entries, and the ledger holds 5: it was cut or ro"
    ):
        await Ledger.open(sqlite_url(path), charter)
    path.unlink()
    with pytest.raises(LedgerRefused, match="tells of 10 entries, and the ledger holds 0"):
        await Ledger.open(sqlite_url(path), charter)
    path.unlink()
    assert await grow(sqlite_url(path), kept_in(tmp_path, origin="credit.city.example/second"), 1) is not None


async def test_another_log_in_the_place_of_ours(tmp_path: Path) -> None:
    charter = kept_in(tmp_path)
    await grow(sqlite_url(tmp_path / "one"), charter, 5)
    await write_log(sqlite_url(tmp_path / "other"), 9, keep_at=(9,))
    with pytest.raises(
        LedgerRefused, match="first 5 entries are not those that the checkpoint kept in the data folder"
    ):
        await Ledger.open(sqlite_url(tmp_path / "other"), charter)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda note: note.replace("5", "4", 1), "cannot be trusted"),
        (lambda note: "", "cannot be trusted: the note has no empty line"),
        (lambda note: note.replace(ORIGIN, "elsewhere"), "cannot be trusted"),
    ],
    ids=["altered", "emptied", "renamed"],
)
async def test_a_copy_that_was_altered(tmp_path: Path, change: Callable[[str], str], said: str) -> None:
    charter = kept_in(tmp_path)
    await grow(sqlite_url(tmp_path / "ledger.db"), charter, 5)
    assert charter.copy is not None
    charter.copy.write_text(change(charter.copy.read_text()))
    with pytest.raises(LedgerRefused, match=said):
        await Ledger.open(sqlite_url(tmp_path / "ledger.db"), charter)


def test_a_copy_never_goes_back(tmp_path: Path) -> None:
    notes = [sign_checkpoint(stamped(ORIGIN, size, bytes(32), "sha-256", "now"), KEY) for size in (3, 7)]
    path = tmp_path / "copy"
    for note in (*notes, notes[0]):
        write_copy(path, note)
    assert read_copy(path) == notes[1]
    path.write_bytes(b"\xff")
    with pytest.raises(LedgerRefused, match="is no text"):
        read_copy(path)


@pytest.mark.parametrize("changed", [{"origin": "elsewhere"}, {"algorithm": "sm3"}], ids=["origin", "algorithm"])
async def test_a_log_keeps_its_name_and_its_hash(tmp_path: Path, changed: dict[str, str]) -> None:
    url = sqlite_url(tmp_path / "ledger.db")
    await write_log(url, 1, keep_at=())
    with pytest.raises(LedgerRefused, match="a log keeps both as long as it lasts"):
        await Ledger.open(url, kept_in(tmp_path, **changed))


async def test_checkpoints_of_another_log(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "ledger.db")
    await write_log(url, 3, keep_at=(3,))
    connection = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    connection.execute("UPDATE ledger_head SET origin = 'elsewhere'")
    connection.close()
    with pytest.raises(LedgerRefused, match=f"is of another log, `{ORIGIN}`, not of `elsewhere`"):
        await Ledger.open(url)


async def test_replicas_share_the_key(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "ledger.db")
    await write_log(url, 3, keep_at=(3,))
    other = SigningKey(ORIGIN, b"\x02" * 32)
    with pytest.raises(LedgerRefused, match=r"no key that is known .*replicas share one signing key"):
        await Ledger.open(url, kept_in(tmp_path, keys=Keys(other, (other.verifier,))))
    rotated = kept_in(tmp_path, keys=Keys(other, (other.verifier, KEY.verifier)))
    note = await grow(url, rotated, 1)
    assert note is not None
    assert open_checkpoint(note, [other.verifier]).size == 4
    assert (await verified_aside(url, keys=Keys(other, (other.verifier, KEY.verifier)))).fault is None


async def test_a_ledger_of_the_earlier_form(tmp_path: Path, postgres_ledger: str) -> None:
    connection = sqlite3.connect(tmp_path / "ledger.db")
    connection.execute(OLD_FORM)
    connection.close()
    engine = create_async_engine(postgres_ledger.replace("postgresql:", "postgresql+asyncpg:"))
    async with engine.begin() as opened:
        await opened.execute(sa.text(OLD_FORM))
    await engine.dispose()
    for url in (sqlite_url(tmp_path / "ledger.db"), postgres_ledger):
        with pytest.raises(LedgerRefused, match="of an earlier form, without a tree"):
            await Ledger.open(url, CHARTER)


async def test_the_gateway_signs_every_so_often_and_when_it_stops(tmp_path: Path) -> None:
    charter = kept_in(tmp_path, checkpoint_seconds=0.01)
    ledger = await Ledger.open(sqlite_url(tmp_path / "ledger.db"), charter)
    handed: asyncio.Queue[str] = asyncio.Queue()
    ledger.add_anchor(handed.put)
    await ledger.append(entry())
    assert open_checkpoint(await asyncio.wait_for(handed.get(), 20), [KEY.verifier]).size == 1
    await ledger.close()
    slow = await Ledger.open(sqlite_url(tmp_path / "ledger.db"), kept_in(tmp_path, checkpoint_seconds=86_400))
    slow.add_anchor(handed.put)
    await slow.append(entry())
    await slow.close()
    last = handed.get_nowait()
    assert open_checkpoint(last, [KEY.verifier]).size == 2
    assert charter.copy is not None
    assert read_copy(charter.copy) == last


async def test_of_several_processes_one_signs_in_a_period(tmp_path: Path) -> None:
    clock = ["2026-11-26T08:00:00.000Z"]
    url = sqlite_url(tmp_path / "ledger.db")
    one, two = [await Ledger.open(url, CHARTER, now=lambda: clock[0]) for _ in range(2)]
    await one.append(entry())
    assert await one.keep_checkpoint() is not None
    await two.append(entry())
    assert two._signer is not None
    clock[0] = "2026-11-26T08:00:29.000Z"
    assert await two._signer.keep(since_seconds=30) is None
    clock[0] = "2026-11-26T08:00:31.000Z"
    assert await two._signer.keep(since_seconds=30) is not None
    await one.append(entry())
    clock[0] = "2020-01-01T00:00:00.000Z"
    assert await one._signer.keep(since_seconds=30) is not None, "a clock that was set back stops nothing"  # type: ignore[union-attr]
    stored = await one.rows(sa.select(LEDGER_CHECKPOINT.c.size).order_by(LEDGER_CHECKPOINT.c.size))
    assert [size for (size,) in stored] == [1, 2, 3]
    await one.close()
    await two.close()


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment in which every source has an address at which nobody is."""
    for name, value in nobody_there(load_sources(SOURCES, Known(None, None)).values()).items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize("how", ["old form", "cut", "another hash", "rolled back", "open key"])
def test_the_gateway_does_not_start_on_it(run: Run, tmp_path: Path, how: str) -> None:
    path = tmp_path / "ledger.sqlite"
    keys = load_keys(tmp_path, Charter().origin, {})
    said = {
        "old form": "ledger: the ledger is of an earlier form",
        "cut": "ledger: the ledger's file is damaged or cut",
        "another hash": "ledger: the log is `credit-gateway/ledger` with sm3, and the settings say",
        "rolled back": "ledger: the checkpoint kept in the data folder tells of 5 entries, and the ledger holds 0",
        "open key": "others can read",
    }[how]
    if how == "old form":
        connection = sqlite3.connect(path)
        connection.execute(OLD_FORM)
        connection.close()
    else:
        charter = Charter(algorithm="sm3" if how == "another hash" else "sha-256", keys=keys, folder=tmp_path)
        asyncio.run(grow(sqlite_url(path), charter, 5))
    if how == "cut":
        path.write_bytes(path.read_bytes()[:20_000])
    if how == "rolled back":
        path.unlink()
    if how == "open key":
        (tmp_path / "ledger.key").chmod(0o644)
    done = run("serve", "--data", str(tmp_path))
    assert done.returncode == 1
    assert said in done.stderr
    assert keys.signing.seed.hex() not in done.stdout + done.stderr
