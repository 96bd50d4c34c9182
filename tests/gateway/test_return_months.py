"""A month read from a real ledger, in SQLite and PostgreSQL: by days in China, in pages, once, and on from there."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import LedgerUnavailable
from gateway.ledger import Ledger
from gateway.ledger.tables import Query
from gateway.returns import months
from gateway.returns.month import read_month
from gateway.returns.months import Months, fill
from gateway.returns.reader import open_reader
from gateway.returns.tally import Tally
from tests.gateway.returned import CATALOGUE, OCTOBER, OWNERS, asked, invented, tallied, use

VERSION = CATALOGUE.version


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    found: str = request.getfixturevalue("postgres_ledger")
    return found


@pytest.fixture
async def ledger(url: str) -> AsyncIterator[Ledger]:
    ledger = await Ledger.open(url)
    yield ledger
    await ledger.close()


def court(at: str) -> Any:
    return asked(at, sources=use("court_enforcement"))


class Counting:
    """Reads the ledger, and counts the rows that it gave."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.given = 0

    async def __call__(self, query: Query) -> Sequence[Any]:
        found = await self.ledger.rows(query)
        self.given += len(found)
        return found


async def test_a_month_begins_and_ends_at_midnight_in_china(ledger: Ledger) -> None:
    moments = [
        "2026-09-30T15:59:59.999Z",
        "2026-09-30T16:00:00.000Z",
        "2026-10-31T15:59:59.999Z",
        "2026-10-31T16:00:00.000Z",
    ]
    for at in moments:
        await ledger.append(court(at))
    counts = []
    for text in ("2026-08", "2026-09", "2026-10", "2026-11", "2026-12"):
        tally = await Months(ledger.rows).tally(read_month(text), OWNERS, VERSION)
        counts.append(tally.total.queries)
    assert counts == [0, 1, 2, 1, 0]


async def test_places_not_times_order_a_month(ledger: Ledger) -> None:
    """A clock that was set back, and entries of other months between those of this one, lose and repeat nothing."""
    for day in ("10-05", "11-02", "10-03", "09-29", "10-31", "10-01"):
        await ledger.append(court(f"2026-{day}T04:00:00.000Z"))
    tally = await Months(ledger.rows).tally(OCTOBER, OWNERS, VERSION)
    assert (tally.entries, tally.upto) == (4, 5)


async def test_pages_give_what_one_reading_gives(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(months, "PAGE", 7)
    monkeypatch.setattr(months, "AT_ONCE", 2)
    month = list(invented(40))
    for each in month:
        await ledger.append(each)
    found, told = Tally(OWNERS), []
    await fill(found, OCTOBER, ledger.rows, lambda done, of: told.append((done, of)))
    whole = tallied(month)
    assert (found.entries, found.total.calls, found.total.latencies) == (
        *(40, whole.total.calls),
        whole.total.latencies,
    )
    assert told == [(7, 40), (14, 40), (21, 40), (28, 40), (35, 40), (40, 40)]


async def test_what_was_read_is_not_read_again_and_what_is_new_is_added(ledger: Ledger) -> None:
    rows = Counting(ledger)
    kept = Months(rows)
    for day in range(1, 10):
        await ledger.append(court(f"2026-10-0{day}T04:00:00.000Z"))
    assert (await kept.tally(OCTOBER, OWNERS, VERSION)).total.queries == 9
    before = rows.given
    assert (await kept.tally(OCTOBER, OWNERS, VERSION)).total.queries == 9
    assert rows.given == before + 1, "only the ends of the month were asked for"
    await ledger.append(court("2026-10-01T04:00:00.000Z"))
    assert (await kept.tally(OCTOBER, OWNERS, VERSION)).total.queries == 10
    assert rows.given == before + 3
    assert (await kept.tally(OCTOBER, OWNERS, "another catalogue")).total.queries == 10
    assert rows.given == before + 14, "owners of fields may have changed: from the start"


async def test_only_some_months_are_kept(ledger: Ledger) -> None:
    kept = Months(ledger.rows)
    for number in range(1, 13):
        await kept.tally(read_month(f"2025-{number:02}"), OWNERS, VERSION)
    await kept.tally(OCTOBER, OWNERS, VERSION)
    assert len(kept._kept) == months.KEPT
    assert ("2026-10", VERSION) in kept._kept
    assert ("2025-01", VERSION) not in kept._kept


async def test_a_command_reads_beside_a_gateway_and_writes_nothing(ledger: Ledger, url: str) -> None:
    await ledger.append(court("2026-10-03T04:00:00.000Z"))
    async with open_reader(url) as rows:
        tally = Tally(OWNERS)
        await fill(tally, OCTOBER, rows)
        assert tally.total.queries == 1
        await ledger.append(court("2026-10-04T04:00:00.000Z"))
        await fill(tally, OCTOBER, rows)
        assert tally.total.queries == 2


async def test_a_ledger_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "no.sqlite"
    with pytest.raises(LedgerUnavailable, match="there is no ledger"):
        async with open_reader(f"sqlite:///{path}"):
            pass
    assert not path.exists()
    path.write_bytes(b"no database at all, and long enough to be none" * 40)
    with pytest.raises(LedgerUnavailable, match="cannot be read") as raised:
        async with open_reader(f"sqlite:///{path}") as rows:
            await fill(Tally(OWNERS), OCTOBER, rows)
    assert str(tmp_path) not in str(raised.value)


async def test_a_ledger_that_fails_is_unavailable() -> None:
    async def failing(query: Query) -> Sequence[Any]:
        raise OSError("postgresql://user:secret@db")

    with pytest.raises(LedgerUnavailable) as raised:
        await Months(failing).tally(OCTOBER, OWNERS, VERSION)
    assert "secret" not in str(raised.value)
