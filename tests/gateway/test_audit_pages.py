"""Paging through a real ledger: every entry that fits once, newest first, whatever is appended meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.audit import pages as paging
from gateway.audit.filters import Wanted, read_filter
from gateway.audit.pages import places, read_page, sets_of, span_of
from gateway.audit.rows import Rows
from gateway.errors import LedgerUnavailable
from gateway.ledger import Denial, Entry, Ledger
from gateway.ledger.facets import facets_of, milliseconds
from gateway.ledger.tables import DAYS, FACET_NAMES, FACETS
from tests.drawn import examples
from tests.gateway.audited import OTHER, SUBJECT, asked, called, kept, pages, pseudonyms, refused, use
from tests.gateway.consents import new_database

CLIENTS = ("bank", "court", "portal")
FILTERS: list[dict[str, Any]] = [
    {},
    {"client": "court"},
    {"client": "nobody"},
    {"kind": "REFUSAL"},
    {"outcome": "FAILED"},
    {"owner": "fire_rescue"},
    {"source": "tax_credit"},
    {"field": "TaxCreditRating"},
    {"field": "AdministrativePenalty.fineAmount"},
    {"subject": {"value": SUBJECT}},
    {"subject": {"value": SUBJECT}, "client": "court"},
    {"subject": {"value": SUBJECT}, "source": "tax_credit"},
    {"client": "bank", "source": "tax_credit", "outcome": "ANSWERED"},
    {"from": "2026-11-20T00:00:00Z"},
    {"from": "2026-11-19T00:00:00Z", "to": "2026-11-20T16:00:00Z", "client": "bank"},
]


def mixed(number: int) -> Entry:
    """Return one of many entries that differ in everything that can be asked for; the clock goes backwards at times."""
    at = f"2026-11-{18 + number * 7 % 5:02d}T{number % 24:02d}:00:00.000Z"
    if number % 11 == 0:
        return refused(client=CLIENTS[number % 3], at=at)
    tax = (use("TaxCreditRating", "taxation", fields=("level",)),)
    sources = {"fire_penalties": (use(),)} if number % 4 else {"tax_credit": tax}
    denied = (Denial(field="TaxCreditRating.*", reason="SCOPE_MISSING"),) if number % 13 == 0 else ()
    return asked(
        SUBJECT if number % 5 == 0 else OTHER,
        client=CLIENTS[number % 3],
        outcome="FAILED" if number % 29 == 0 else "ANSWERED",
        sources=sources,
        denied=denied,
        at=at,
    )


ENTRIES = [mixed(number) for number in range(130)]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
async def read(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ledger]:
    """The ledger of those who only read in it."""
    async with kept(await _url(request, tmp_path_factory.mktemp("read"), "audit_read"), ENTRIES) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
async def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ledger]:
    """A ledger that may be written to."""
    async with kept(await _url(request, tmp_path, "audit_pages"), ENTRIES) as opened:
        yield opened


async def _url(request: pytest.FixtureRequest, folder: Path, name: str) -> str:
    if request.param == "postgresql":
        return await new_database(request.getfixturevalue("postgres_server"), name)
    return f"sqlite:///{folder / 'ledger.sqlite'}"


@pytest.mark.parametrize("first", [1, 7, 1000])
async def test_pages_hold_every_entry_that_fits_once_and_newest_first(
    read: Ledger, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "FIRST_WINDOW", 4)  # so that a small ledger has many windows
    for said in FILTERS[:: 3 if first == 1 else 1]:  # a page for each entry is dear
        wanted = read_filter(said, pseudonyms)[0]
        expected = [each.receipt for each in reversed(ENTRIES) if wanted.matches(each)]
        found = await pages(read, said, first)
        assert [each.receipt for page in found for each in page] == expected, said
        assert all(len(page) == first for page in found[:-1]), said
        assert found[-1] or len(found) == 1, "no page is empty but the only one"


async def test_what_is_appended_meanwhile_changes_no_later_page(ledger: Ledger) -> None:
    said = {"client": "bank"}
    wanted = read_filter(said, pseudonyms)[0]
    expected = [each.receipt for each in reversed(ENTRIES) if wanted.matches(each)]
    seen: list[str] = []
    after: int | None = None
    while True:
        meanwhile = [asyncio.create_task(ledger.append(mixed(number))) for number in (1, 3, 6)]
        page = await read_page(Rows(ledger), wanted, 10, after)
        await asyncio.gather(*meanwhile)
        seen += [entry.receipt for _, entry in page.entries if entry.receipt in expected]
        after = page.end
        if not page.more:
            break
    assert seen == expected


async def test_a_page_that_looks_in_vain_ends_early_and_goes_on(read: Ledger) -> None:
    """Auditors get a short page and a cursor; nothing is left out."""
    wanted = Wanted(pseudonyms=(called(OTHER),), facets=(("source tax_credit",),))
    expected = [each.receipt for each in reversed(ENTRIES) if wanted.matches(each)]
    seen: list[str] = []
    after: int | None = None
    short = 0
    while True:
        page = await read_page(Rows(read), wanted, 5, after, scan=3)
        seen += [entry.receipt for _, entry in page.entries]
        short += len(page.entries) < 5
        after = page.end
        if not page.more:
            break
    assert seen == expected
    assert short > 1


async def test_an_entry_is_found_by_its_receipt(read: Ledger) -> None:
    one = ENTRIES[100]
    (found,) = await pages(read, {"receipt": one.receipt}, 10)
    assert [each.receipt for each in found] == [one.receipt]
    for after, told in ((101, 1), (100, 0)):
        page = await read_page(Rows(read), Wanted(receipt=one.receipt), 10, after)
        assert len(page.entries) == told, "a cursor excludes the place it stands for"
    assert await pages(read, {"receipt": one.receipt, "client": "nobody"}, 10) == [[]]
    assert await pages(read, {"receipt": "0" * 32}, 10) == [[]]


async def test_the_index_lies_beside_every_entry(read: Ledger) -> None:
    rows = await read.rows(sa.select(FACETS.c.facets, FACETS.c["index"], FACETS.c.at).order_by(FACETS.c["index"]))
    assert [tuple(each) for each in rows] == [
        (facets_of(each).number, index, milliseconds(each.at)) for index, each in enumerate(ENTRIES)
    ]
    names = {tuple(each) for each in await read.rows(sa.select(FACET_NAMES.c.name, FACET_NAMES.c.facets))}
    assert names == {(name, facets_of(each).number) for each in ENTRIES for name in facets_of(each).names}
    days = {each[0] for each in await read.rows(sa.select(DAYS.c.day))}
    assert len(days) == 6, "those of five dates in UTC are six in China"


async def test_a_second_process_that_writes_the_same_facets_is_no_conflict(ledger: Ledger, tmp_path: Path) -> None:
    url = str(ledger._writer._make_store.args[0])  # type: ignore[attr-defined]
    async with kept(url, [mixed(1), mixed(2), mixed(3)]) as other:
        assert (await span_of(Rows(other), None, None)) is not None
        newest = await span_of(Rows(ledger), None, None)
        assert newest is not None
        assert newest.high == len(ENTRIES) + 2


async def test_a_period_within_one_day_finds_what_is_of_that_day(tmp_path: Path) -> None:
    one = mixed(3)
    at = one.at[:10]
    async with kept(f"sqlite:///{tmp_path / 'one.sqlite'}", [one]) as opened:
        found = await pages(opened, {"from": f"{at}T00:00:00Z", "to": f"{at}T15:00:00Z"}, 10)
        assert [[each.receipt for each in page] for page in found] == [[one.receipt]]


async def test_an_empty_ledger_has_one_empty_page(tmp_path: Path) -> None:
    async with kept(f"sqlite:///{tmp_path / 'empty.sqlite'}") as empty:
        for said in FILTERS:
            assert await pages(empty, said, 10) == [[]]


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    numbers=st.lists(st.integers(0, 400), max_size=30),
    said=st.sampled_from(FILTERS),
    first=st.integers(1, 12),
    window=st.integers(1, 40),
)
async def test_any_ledger_is_paged_whole(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[int], said: dict[str, Any], first: int, window: int
) -> None:
    entries = [mixed(number) for number in numbers]
    wanted = read_filter(said, pseudonyms)[0]
    expected = [each.receipt for each in reversed(entries) if wanted.matches(each)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paging, "FIRST_WINDOW", window)
        async with kept(f"sqlite:///{tmp_path_factory.mktemp('paged') / 'ledger.sqlite'}", entries) as opened:
            found = await pages(opened, said, first)
    assert [each.receipt for page in found for each in page] == expected


@pytest.mark.parametrize("said", FILTERS, ids=lambda said: "+".join(said) or "none")
async def test_every_filter_is_answered_by_an_index(tmp_path: Path, said: dict[str, Any]) -> None:
    """SQLite's plan names no table that is read from end to end."""
    path = tmp_path / "ledger.sqlite"
    async with kept(f"sqlite:///{path}", ENTRIES[:20]) as opened:
        span = await span_of(Rows(opened), None, None)
        assert span is not None
    wanted = read_filter(said, pseudonyms)[0]
    queries = [places(wanted, span, 10), *([sets_of(wanted)] if wanted.facets else [])]
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        for query in queries:
            text = query.compile(engine, compile_kwargs={"literal_binds": True})
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
            assert any(step.startswith("SEARCH") for step in plan), plan
            assert not [step for step in plan if step.startswith("SCAN") and "sets" not in step], plan
    engine.dispose()


async def test_a_failure_of_the_store_tells_nothing(tmp_path: Path) -> None:
    class Broken:
        async def rows(self, query: object) -> list[Any]:
            raise RuntimeError(f"could not read {SUBJECT} by {query}")

    with pytest.raises(LedgerUnavailable) as refusal:
        await read_page(Rows(Broken()), Wanted(), 10, None)
    assert SUBJECT not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__
