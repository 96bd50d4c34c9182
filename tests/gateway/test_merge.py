"""One decision reported by several sources: what is the same, what leads, and what is contradicted."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from gateway.merge import (
    NUMBERED,
    Conflict,
    DecisionKey,
    Report,
    conflicts,
    decision_key,
    document_number,
    groups,
    merge,
)
from schema.entities import ENTITY_FIELDS
from schema.values import Money

NUMBERS = Path(__file__).parents[1] / "cases" / "merge" / "numbers.toml"
ROWS: list[list[str]] = tomllib.loads(NUMBERS.read_text(encoding="utf-8"))["rows"]
MARKET, FIRE = "11230881TJ0000123N", "11230881TJ0000852E"
NO = "同市监罚〔2026〕12号"


def yuan(amount: str, currency: str = "CNY") -> Money:
    return Money(amount=amount, currency=currency)  # type: ignore[arg-type]


def report(
    source: str, number: str | None, code: str | None = None, name: str | None = None, as_of: str = "", **values: Any
) -> Report:
    return Report(source, f"{source}-1", decision_key(number, code, name), values, as_of or None)


@pytest.mark.parametrize(("text", "number"), ROWS)
def test_numbers(text: str, number: str) -> None:
    assert document_number(text) == (number or None)
    assert not number or document_number(number) == number


@pytest.mark.parametrize(
    ("number", "code", "name", "key"),
    [
        (NO, MARKET, "同江市市场监督管理局", DecisionKey(NO, MARKET, "同江市市场监督管理局")),
        ("同市监罚(2026)12号", MARKET.lower(), None, DecisionKey(NO, MARKET, None)),
        (NO, None, "同江市 市场监督管理局（示例）", DecisionKey(NO, None, "同江市市场监督管理局(示例)")),
        # a code that is none is not told
        (NO, "007010123", "市场局", DecisionKey(NO, None, "市场局")),
        (NO, "无", None, None),
        (NO, None, None, None),
        (NO, None, "　", None),
        (None, MARKET, "市场局", None),
        ("2026", MARKET, "市场局", None),
    ],
)
def test_keys(number: str | None, code: str | None, name: str | None, key: DecisionKey | None) -> None:
    assert decision_key(number, code, name) == key


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([(NO, MARKET, "市场局"), (NO, MARKET, "市监局"), (NO, MARKET, None)], [[0, 1, 2]]),
        ([(NO, None, "市场局"), (NO, None, "市 场局")], [[0, 1]]),
        ([(NO, MARKET, "市场局"), (NO, FIRE, "市场局")], [[0], [1]]),
        ([(NO, MARKET, None), ("同市监罚〔2026〕012号", MARKET, None)], [[0], [1]]),
        ([(None, MARKET, "市场局"), (None, MARKET, "市场局")], [[0], [1]]),
        # a row without a code goes to the only code of that number, if a row of it has its name
        ([(NO, None, "市场局"), (NO, MARKET, "市场局")], [[0, 1]]),
        ([(NO, None, "市场局"), (NO, MARKET, "市监局"), (NO, MARKET, "市场局")], [[0, 1, 2]]),
        ([(NO, None, "工商局"), (NO, MARKET, "市场局")], [[0], [1]]),
        ([(NO, None, "市场局"), (NO, MARKET, None)], [[0], [1]]),
        ([(NO, None, "市场局"), (NO, MARKET, "市场局"), (NO, FIRE, "消防")], [[0], [1], [2]]),
        # in the order in which each first occurs
        ([(NO, FIRE, None), (None, None, None), (NO, MARKET, None), (NO, FIRE, None)], [[0, 3], [1], [2]]),
        ([], []),
    ],
)
def test_groups(keys: list[tuple[str | None, str | None, str | None]], expected: list[list[int]]) -> None:
    assert groups([decision_key(*key) for key in keys]) == expected


def test_the_newest_leads_then_the_fullest_then_the_first_by_name() -> None:
    old = report("a", NO, MARKET, as_of="2026-03-01", x="1", y="2", z="3")
    new = report("d", NO, MARKET, as_of="2026-03-18T09:30:00+08:00", x="1")
    undated = report("b", NO, MARKET, x="1", y="2", z=None, w=[])
    fuller = report("c", NO, MARKET, x="1", y="2", z=False)
    twin = report("bb", NO, MARKET, x="1", y="2")
    (found,) = merge([undated, twin, old, fuller, new], [])
    assert [each.source for each in (found.lead, *found.others)] == ["d", "a", "c", "b", "bb"]


def test_a_source_that_has_the_number_twice_stays_alone() -> None:
    first, second = (Report("a", key, decision_key(NO, MARKET, None), {}) for key in ("1", "2"))
    others = [report("b", NO, MARKET), report("c", NO, MARKET)]
    found = merge([first, others[0], second, others[1]], [])
    assert [(each.lead.source, len(each.others)) for each in found] == [("a", 0), ("b", 1), ("a", 0)]
    assert [len(each.others) for each in merge([first, second, others[0]], [])] == [0, 0, 0]


def test_contradictions_are_told_by_source_the_leading_first() -> None:
    one = report("market", NO, MARKET, as_of="2026-03-01", fine_amount=yuan("2000"), decided_on="2026-02-03")
    two = report("publicity", NO, MARKET, as_of="2026-03-02", fine_amount=yuan("20000"), decided_on="2026-02-03")
    mute = report("city", NO, MARKET, fine_amount=None)
    (found,) = merge([one, two, mute], ["decided_on", "fine_amount", "remark"])
    assert found.conflicts == (Conflict("fine_amount", (("publicity", yuan("20000")), ("market", yuan("2000")))),)


@pytest.mark.parametrize(
    ("one", "other", "contradict"),
    [
        (yuan("2000"), yuan("2000.00"), False),
        (yuan("2000"), yuan("2000.01"), True),
        (yuan("2000"), yuan("2000", "USD"), True),
        ("罚款（2000元）", "罚款 (２０００元)", False),
        ("罚款2000元", "罚款二千元", True),
        ("2026-02-03", "2026-02-04", True),
        (["FINE", "WARNING"], ("WARNING", "FINE"), False),
        (["FINE"], ["FINE", "WARNING"], True),
        (True, False, True),
        (3, 3, False),
        (None, "罚款", False),
    ],
)
def test_what_contradicts(one: Any, other: Any, contradict: bool) -> None:
    found = conflicts([report("a", NO, MARKET, x=one), report("b", NO, MARKET, x=other)], ["x"])
    assert bool(found) == contradict


@pytest.mark.parametrize("entity", NUMBERED)
def test_the_fields_of_numbers_and_authorities_exist(entity: str) -> None:
    assert {field for field in NUMBERED[entity] if field is not None} <= ENTITY_FIELDS[entity].keys()
