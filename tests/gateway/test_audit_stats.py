"""How much was disclosed: counted entry by entry and by the columns, with the same figures where both tell them."""

from pathlib import Path
from typing import Any

import pytest

from gateway.audit import stats, tally
from gateway.audit.rows import Rows
from gateway.audit.stats import ShownStats, read_stats
from gateway.errors import BadQuery
from gateway.ledger import Denial, Entry
from schema.statistics import StatsBy
from tests.gateway.audited import OTHER, asked, kept, refused, use
from tests.gateway.consents import new_database

SPAN = {"from": "2026-11-20T00:00:00+08:00", "to": "2026-11-22T00:00:00+08:00"}
TAX = (use("TaxCreditRating", "taxation", fields=("level",), records=5),)
DENIED = (Denial(field="TaxCreditRating.level", reason="CONSENT_MISSING"), Denial(field="X.y", reason="SCOPE_MISSING"))
ENTRIES: list[Entry] = [
    asked(at="2026-11-19T15:59:59.999Z"),
    asked(at="2026-11-19T16:00:00.000Z"),
    asked(OTHER, at="2026-11-20T10:00:00.000Z", sources={"fire_penalties": (use(),), "tax_credit": TAX}),
    asked(at="2026-11-20T16:00:00.000Z", client="court", department="court", purpose="LAW_ENFORCEMENT"),
    asked(at="2026-11-21T15:59:59.999Z", denied=DENIED, sources={}, outcome="DENIED"),
    refused(at="2026-11-21T10:00:00.000Z", count=7),
    asked(at="2026-11-21T11:00:00.000Z", kind="EXPLAIN", outcome="EXPLAINED", sources={}),
    asked(at="2026-11-21T16:00:00.000Z"),
]
EXPECTED: dict[str, dict[str, tuple[int, int | None, int | None, int, int]]] = {
    "CLIENT": {"bank": (3, 2, 9, 2, 7), "court": (1, 1, 2, 0, 0)},
    "DEPARTMENT": {"": (3, 2, 9, 2, 7), "court": (1, 1, 2, 0, 0)},
    "PURPOSE": {"BANK_CREDIT": (3, 2, 9, 2, 7), "LAW_ENFORCEMENT": (1, 1, 2, 0, 0)},
    "OUTCOME": {
        "ANSWERED": (3, 2, 11, 0, 0),
        "DENIED": (1, 1, 0, 2, 0),
        "REFUSED": (0, 0, 0, 0, 7),
        "EXPLAINED": (0, 0, 0, 0, 0),
    },
    "SOURCE": {"fire_penalties": (3, 2, 6, 0, 0), "tax_credit": (1, 1, 5, 0, 0)},
    "OWNER": {"fire_rescue": (3, 2, 6, 0, 0), "taxation": (1, 1, 5, 0, 0)},
    "FIELD": {
        "AdministrativePenalty.decision_no": (3, 2, None, 0, 0),
        "AdministrativePenalty.fine_amount": (3, 2, None, 0, 0),
        "TaxCreditRating.level": (2, 2, None, 1, 0),
        "X.y": (1, 1, None, 1, 0),
    },
    "DAY": {"2026-11-20": (2, 2, 9, 0, 0), "2026-11-21": (2, 1, 2, 2, 7)},
}
"""By -> key -> answers, subjects, records, denials, refusals."""


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return await new_database(request.getfixturevalue("postgres_server"), "audit_stats")
    return f"sqlite:///{tmp_path / 'ledger.sqlite'}"


def figures(shown: ShownStats) -> dict[str, tuple[int, int | None, int | None, int, int]]:
    return {each.key: (each.answers, each.subjects, each.records, each.denials, each.refusals) for each in shown.groups}


async def test_every_group_is_counted_both_ways(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(EXPECTED) == set(StatsBy.__members__)
    async with kept(url, ENTRIES) as ledger:
        rows = Rows(ledger)
        for by, expected in EXPECTED.items():
            shown = await read_stats(rows, {**SPAN, "by": by})
            assert (shown.entries, shown.computed_from, figures(shown)) == (6, "ENTRIES", expected), by
        monkeypatch.setattr(stats, "MAX_ENTRIES", 0)
        for by, expected in EXPECTED.items():
            shown = await read_stats(rows, {**SPAN, "by": by})
            whole = by in tally.WHOLE
            told = {key: (each[0], None, each[2] if whole else None, *each[3:]) for key, each in expected.items()}
            assert (shown.entries, shown.computed_from, figures(shown)) == (6, "COLUMNS", told), by


async def test_groups_are_told_most_answers_first_and_the_rest_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stats, "MAX_GROUPS", 1)
    async with kept(f"sqlite:///{tmp_path / 'ledger.sqlite'}", ENTRIES) as ledger:
        shown = await read_stats(Rows(ledger), {**SPAN, "by": "FIELD"})
    assert ([each.key for each in shown.groups], shown.left_out) == (["AdministrativePenalty.decision_no"], 3)


async def test_subjects_are_not_counted_above_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MAX_SUBJECTS", 1)
    async with kept(f"sqlite:///{tmp_path / 'ledger.sqlite'}", ENTRIES) as ledger:
        shown = await read_stats(Rows(ledger), {**SPAN, "by": "CLIENT"})
    assert {each.key: each.subjects for each in shown.groups} == {"bank": None, "court": None}


async def test_a_period_without_entries_has_no_groups(tmp_path: Path) -> None:
    said = {"from": "2020-01-01T00:00:00Z", "to": "2020-01-02T00:00:00Z", "by": "CLIENT"}
    async with kept(f"sqlite:///{tmp_path / 'ledger.sqlite'}", ENTRIES) as ledger:
        assert await read_stats(Rows(ledger), said) == ShownStats(0, "ENTRIES", [], 0)


@pytest.mark.parametrize(
    "said",
    [
        {"from": "2020-01-01T00:00:00Z", "to": "2026-11-20T00:00:00Z"},
        {"from": "1970-01-01T00:00:00Z", "to": "9999-12-31T00:00:00Z"},
        {"from": "2026-11-20T00:00:00Z", "to": "2026-11-20T00:00:00Z"},
        {"from": "2026-11-21T00:00:00Z", "to": "2026-11-20T00:00:00Z"},
    ],
    ids=["years", "ever", "nothing", "backwards"],
)
async def test_a_period_that_is_none_or_too_long_is_refused(tmp_path: Path, said: dict[str, Any]) -> None:
    async with kept(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger:
        with pytest.raises(BadQuery):
            await read_stats(Rows(ledger), {**said, "by": "CLIENT"})
