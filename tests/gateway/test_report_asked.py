"""How far a report goes: bounded records, what is urgent first, and what is cut is said."""

import re
from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from gateway.caller import Caller
from gateway.inner import Answered
from gateway.ledger.entry import Kind
from gateway.reports.asked import FIRST, MAXIMUM_OF_SECTION, MAXIMUM_RECORDS, PAGE, URGENT, Asked
from gateway.reports.contents import GROUPS
from gateway.reports.model import Report
from gateway.reports.report import make_report
from tests.gateway.report_answers import MADE, RECEIPT, USCC, item, section

CALLER = Caller("bank", None, frozenset(), "BANK_CREDIT")


class Holdings:
    """Answers the queries of a report from ``counts`` records of each relation, page by page."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self.asked: list[tuple[str, int]] = []

    async def ask(self, document: str, variables: Mapping[str, Any], caller: Caller, kind: Kind = "QUERY") -> Answered:
        wanted = [name for name in GROUPS if re.search(rf"\b{name}: \w+\(", document)]
        first, start = variables["first"], int(variables.get("after", 0))
        subject: dict[str, Any] = {"__typename": "Enterprise", "uscc": USCC, "kind": "ENTERPRISE", "name": "示例公司"}
        subject["courtEnforcement"] = {}
        for name in wanted:
            self.asked.append((name, first))
            end = min(start + first, self._counts.get(name, 0))
            items = [item(name, number) for number in range(start, end)]
            after = str(end) if end < self._counts.get(name, 0) else None
            place = subject["courtEnforcement"] if "." in GROUPS[name].path else subject
            place[name] = section(items, after=after, totalCount=None)
        return Answered(RECEIPT, orjson.dumps({"data": {"subject": subject}}))


async def made(counts: Mapping[str, int], largest: int = 1_000) -> tuple[Report, Holdings]:
    holdings = Holdings(counts)
    asked = Asked(holdings, CALLER, largest)
    assert await asked.all({"scheme": "USCC", "value": USCC}) == USCC
    return make_report(asked.pages, MADE), holdings


def shown(report: Report) -> dict[str, int]:
    return {each.name: len(each.records) for part in report.parts for each in part.sections if each.records}


def cut(report: Report) -> set[str]:
    return {each.name for part in report.parts for each in part.sections if each.truncated is not None}


def test_the_first_answers_are_no_more_than_a_report_holds() -> None:
    assert FIRST * len(GROUPS) <= MAXIMUM_RECORDS
    assert set(URGENT) < set(GROUPS)


async def test_few_records_are_one_question() -> None:
    report, holdings = await made({"penalties": FIRST, "licenses": 1})
    assert (shown(report), cut(report)) == ({"penalties": FIRST, "licenses": 1}, set())
    assert len(holdings.asked) == len(GROUPS)


async def test_a_relation_is_shown_to_its_bound_and_the_rest_is_said() -> None:
    report, holdings = await made({"penalties": MAXIMUM_OF_SECTION + 1, "changes": MAXIMUM_OF_SECTION})
    assert shown(report) == {"penalties": MAXIMUM_OF_SECTION, "changes": MAXIMUM_OF_SECTION}
    assert cut(report) == {"penalties"}
    assert [first for name, first in holdings.asked if name == "penalties"] == [FIRST, PAGE, PAGE, 70]
    assert "行政处罚（列出 300 条）" in report.hints[0].zh
    assert "Administrative penalties (300 shown)" in report.hints[0].en
    assert not report.parts[1].complete


async def test_of_all_together_a_report_holds_its_bound_and_what_is_urgent_comes_first() -> None:
    report, _ = await made(dict.fromkeys(GROUPS, 5_000))
    counts = shown(report)
    assert sum(counts.values()) == MAXIMUM_RECORDS
    assert counts["dishonest"] > FIRST
    assert all(counts[name] == FIRST for name in GROUPS if name not in URGENT)
    assert cut(report) == set(GROUPS)


async def test_what_is_urgent_is_whole_however_much_else_there_is() -> None:
    others = dict.fromkeys((name for name in GROUPS if name not in URGENT), 5_000)
    report, _ = await made({**others, "dishonestDebtors": 200})
    assert shown(report)["dishonestDebtors"] == 200
    assert "dishonestDebtors" not in cut(report)


@pytest.mark.parametrize("largest", [1, 7, 100])
async def test_no_page_is_larger_than_the_installation_allows(largest: int) -> None:
    _, holdings = await made({"penalties": 20}, largest)
    assert max(first for _, first in holdings.asked) <= largest
