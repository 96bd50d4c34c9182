"""One decision reported by several sources: what is the same, what leads, and what is contradicted."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from gateway.merge import DECISIONS, DecisionKey, Origin, best_first, conflicting, decision_of, document_number, groups
from schema.entities import ENTITY_FIELDS
from schema.values import Money

NUMBERS = Path(__file__).parents[1] / "cases" / "merge" / "numbers.toml"
ROWS: list[list[str]] = tomllib.loads(NUMBERS.read_text(encoding="utf-8"))["rows"]
MARKET, FIRE = "11230881TJ0000123N", "11230881TJ0000852E"
NO = "同市监罚〔2026〕12号"


def yuan(amount: str, currency: str = "CNY") -> Money:
    return Money(amount=amount, currency=currency)  # type: ignore[arg-type]


def penalty(number: str | None, code: str | None = None, name: str | None = None) -> DecisionKey | None:
    said = {"decision_no": number, "authority_uscc": code, "authority": name}
    return decision_of("AdministrativePenalty", said.__getitem__)


@pytest.mark.parametrize(("text", "number"), ROWS)
def test_numbers(text: str, number: str) -> None:
    assert document_number(text) == (number or None)
    assert not number or document_number(number) == number


@pytest.mark.parametrize(
    ("number", "code", "name", "key"),
    [
        (NO, MARKET, "同江市市场监督管理局", DecisionKey(NO, None, MARKET, "同江市市场监督管理局")),
        ("同市监罚(2026)12号", MARKET.lower(), None, DecisionKey(NO, None, MARKET, None)),
        (NO, None, "同江市 市场监督管理局（示例）", DecisionKey(NO, None, None, "同江市市场监督管理局(示例)")),
        # a code that is none is not told
        (NO, "007010123", "市场局", DecisionKey(NO, None, None, "市场局")),
        (NO, "无", None, None),
        (NO, None, None, None),
        (NO, None, "　", None),
        (None, MARKET, "市场局", None),
        ("2026", MARKET, "市场局", None),
    ],
)
def test_keys(number: str | None, code: str | None, name: str | None, key: DecisionKey | None) -> None:
    assert penalty(number, code, name) == key


def test_an_entry_is_of_its_list_and_a_case_of_its_court() -> None:
    entry = {"kind": "FIRE", "decision_no": NO, "authority_uscc": FIRE, "authority": None}
    assert decision_of("ListEntry", entry.__getitem__) == DecisionKey(NO, "FIRE", FIRE, None)
    case = {"case_no": "(2026)黑0881执123号", "court": "同江市人民法院"}
    expected = DecisionKey("〔2026〕黑0881执123号", None, None, "同江市人民法院")
    assert decision_of("EnforcementCase", case.__getitem__) == expected


@pytest.mark.parametrize("entity", DECISIONS)
def test_the_fields_of_numbers_and_authorities_exist(entity: str) -> None:
    assert set(DECISIONS[entity]) <= ENTITY_FIELDS[entity].keys()


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
    assert groups([penalty(*key) for key in keys], [f"source_{at}" for at in range(len(keys))]) == expected


def test_entries_of_two_lists_are_two() -> None:
    keys = [DecisionKey(NO, kind, MARKET, None) for kind in ("FIRE", "WORK_SAFETY", "FIRE", None)]
    assert groups(keys, ["a", "b", "c", "d"]) == [[0, 2], [1], [3]]


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["a", "b", "c"], [[0, 1, 2]]),
        (["a", "a"], [[0], [1]]),
        (["a", "b", "a", "c"], [[0], [1, 3], [2]]),
        (["a", "a", "b"], [[0], [1], [2]]),
    ],
)
def test_rows_of_a_source_that_has_the_number_twice_stay_alone(sources: list[str], expected: list[list[int]]) -> None:
    assert groups([penalty(NO, MARKET)] * len(sources), sources) == expected


def test_the_newest_leads_then_the_fullest_then_the_first_by_name() -> None:
    undated = Origin("b", "1", None, ["1", "2", None, []])
    twin = Origin("bb", "1", None, ["1", "2"])
    same_source = Origin("b", "0", None, ("1", "2", ()))
    old = Origin("a", "1", "2026-03-01", ["1", "2", "3"])
    fuller = Origin("c", "1", None, ["1", "2", False])
    new = Origin("d", "1", "2026-03-18T09:30:00+08:00", ["1"])
    assert best_first([undated, twin, same_source, old, fuller, new]) == [5, 3, 4, 2, 0, 1]


@pytest.mark.parametrize(
    ("values", "conflict"),
    [
        ([yuan("2000"), yuan("2000.00")], False),
        ([yuan("2000"), yuan("2000.01")], True),
        ([yuan("2000"), yuan("2000", "USD")], True),
        (["罚款（2000元）", "罚款 (２０００元)"], False),
        (["罚款2000元", "罚款二千元"], True),
        (["罚款", "罚 款", "罚款2000元"], True),
        (["2026-02-03", "2026-02-04"], True),
        ([["FINE", "WARNING"], ("WARNING", "FINE")], False),
        ([["FINE"], ["FINE", "WARNING"]], True),
        ([True, False], True),
        ([3, 3], False),
        ([None, "罚款", None], False),
        ([None, None], False),
        ([], False),
    ],
)
def test_what_contradicts(values: list[Any], conflict: bool) -> None:
    assert conflicting(values) == conflict
    assert conflicting(values[::-1]) == conflict
