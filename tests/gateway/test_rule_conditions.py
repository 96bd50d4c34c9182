"""Conditions: what they may say, what is told of those that are none, what they come to when something is not known."""

from datetime import date
from typing import Any

import pytest

from gateway.rules.conditions import UNTOLD, program, read_condition
from gateway.rules.conditions.program import code_of
from gateway.rules.conditions.reading import _PARSER, paths_of
from gateway.rules.conditions.tree import Call, Constant, Items, Loop, Name, Other, Select, read_tree
from gateway.rules.conditions.types import BOOLEAN, DATE, DECIMAL, INTEGER, TEXT, Type, list_of, record_of
from gateway.rules.periods import period_of

KINDS = Type("enum", names=("WAGE_ARREARS", "FIRE"))
ENTRY = record_of(
    {
        "kind": KINDS,
        "state": Type("enum", names=("PUBLISHED", "REPAIRED")),
        "includedOn": DATE,
        "removedOn": DATE,
        "validUntil": DATE,
        "month": Type("month"),
        "year": INTEGER,
        "amount.amount": DECIMAL,
        "open": BOOLEAN,
        "name": TEXT,
        "categories": list_of(KINDS),
    }
)
VARIABLES = {
    "e": ENTRY,
    "asOf": DATE,
    "input": record_of({"amount": DECIMAL, "names": list_of(TEXT)}),
    "first": Type("record", fields={"entry": ENTRY}),
    "all": Type("record", fields={"entry": list_of(ENTRY)}),
}

SOUND = [
    "active(e) && usable(e)",
    'e.kind == "WAGE_ARREARS" || e.kind in ["FIRE"]',
    'e.includedOn >= "2026-01-01" && e.includedOn <= asOf && e.removedOn == null',
    'within(e.includedOn, "P3Y6M") && months(e.month) > 3 && months(e.includedOn) <= 12',
    "e.amount.amount > 5 && number(e.amount.amount) >= 2000000 && e.year > 2024",
    "e.amount != null && e.amount.amount > 0.5",
    'e.categories.exists(c, c == "FIRE") && !e.categories.all(c, c in ["FIRE"])',
    "e.categories.exists_one(c, c == e.kind) && e.categories.size() > 1 && size(e.name) < 5",
    'e.open == true || e.name.contains("施工") || e.name.startsWith("安全") || e.name.matches("^[A-Z]+$")',
    "first.entry == null || first.entry.year > 2020",
    "all.entry.exists(a, active(a) && all.entry.exists(b, a.year - b.year == 1))",
    'all.entry.filter(a, a.kind == "FIRE").map(a, a.name).size() > 0',
    "(e.open ? e.year : 2020) > 2019 && e.year + 1 > months(asOf) && double(e.year) / 2.0 > 3.0",
    "input.names.exists(n, n == e.name) && input.amount > e.amount.amount",
    'e.month == "2026-03" && e.includedOn in ["2026-01-01", "2026-01-02"]',
]

UNSOUND = [
    ("e.knd == 'FIRE'", "`e`: unknown field `knd`; known: amount, categories"),
    ("e.amount.amont > 5", "`e.amount`: unknown field `amont`; known: amount"),
    ("f.kind == 'FIRE'", "unknown name `f`; known: e, asOf, input, first, all"),
    ("e.kind == 'FIER'", "unknown name `FIER`; known: WAGE_ARREARS, FIRE; did you mean `FIRE`?"),
    ("e.kind in ['FIRE', 'DISHONST']", "unknown name `DISHONST`"),
    ("'FIER' in e.categories", "unknown name `FIER`"),
    ("e.categories.exists(c, c == 'FIER')", "unknown name `FIER`"),
    ("e.kind > 'FIRE'", "a code has no order"),
    ("e.kind == e.state", "two codes that have no name in common"),
    ("e.includedOn > '2026-13-01'", "`2026-13-01` is no date"),
    ("e.includedOn > 2026", "a date is never compared with a whole number"),
    ("e.month == '2026'", "`2026` is no month"),
    ("e.year == '2026'", "a whole number is never compared with a text"),
    ("e.amount.amount > '5'", "a number is never compared with a text"),
    ("e.open > true", "true or false has no order"),
    ("e.removedOn < null", "null has no order"),
    ("e.amount == 5", "a record is never compared with a whole number"),
    ("e.year", ""),
    ("e.year && true", "expected true or false, found a whole number"),
    ("e.year + e.name == 3", "no arithmetic with a whole number and a text"),
    ("e.amount.amount * 2 > 3.0", "a point makes a whole number one"),
    ("within(e.includedOn, '3 years')", "within: expected a period in quotes"),
    ("within(e.includedOn, e.name)", "within: expected a period in quotes"),
    ("within(e.name, 'P3Y')", "within: does not take a text"),
    ("within(e.includedOn)", "within: takes 2 values, found 1"),
    ("active(first.entry.kind)", "active: does not take a code"),
    ("e.name.size('x') == 1", "size: takes 1 values, found 2"),
    ("contains(e.name, 'x')", "contains: is called on a text"),
    ("e.active()", "active: is no method of a value"),
    ("has(e.kind)", "`has` is not known"),
    ("dyn(e).kind == 'FIRE'", "unknown function `dyn`"),
    ("type(e) == string", "unknown function `type`"),
    ("timestamp(e.includedOn) > timestamp('2026-01-01T00:00:00Z')", "unknown function `timestamp`"),
    ("e['kind'] == 'FIRE'", "unknown function `[…]`"),
    ("{'a': 1}.a == 1", "a map or message has no place in a condition"),
    ("e.name + 'x' == 'yx'", "no arithmetic with a text"),
    ("e.year % 2 == 0", "unknown function `_%_`"),
    ("[1, 'a'].size() == 2", "a list of unlike items"),
    ("e.name.exists(c, c == 'x')", "a macro runs over a list, not over a text"),
    ("e.categories.exists(e, e == 'FIRE')", "the name `e` is taken"),
    ("e.kind == 'FIRE' &&", "character 20: mismatched input"),
    ("e.kind = 'FIRE'", "character 8: token recognition error"),
    ("", "character 1"),
]


@pytest.mark.parametrize("text", SOUND)
def test_sound_conditions_have_no_mistake(text: str) -> None:
    read = read_condition(text, VARIABLES)
    assert read.mistakes == ()
    assert read.type == BOOLEAN


@pytest.mark.parametrize(("text", "message"), UNSOUND, ids=[text or "nothing" for text, _ in UNSOUND])
def test_unsound_conditions_are_told(text: str, message: str) -> None:
    read = read_condition(text, VARIABLES)
    if message:
        assert message in "\n".join(read.mistakes)
    else:
        assert read.type != BOOLEAN


def test_what_a_function_needs_must_be_read() -> None:
    variables = {"e": record_of({"includedOn": DATE})}
    assert read_condition("active(e)", variables).mistakes == (
        "active: needs `removedOn`, `validUntil` among the `fields` of its need",
    )
    assert read_condition("usable(e)", variables).mistakes == ("usable: needs `state` among the `fields` of its need",)


def test_paths_are_those_of_variables_alone() -> None:
    text = "all.entry.exists(a, a.year == first.other.year) && e.amount.amount > input.amount && asOf > '2026-01-01'"
    assert paths_of(text) == {"all.entry", "first.other.year", "e.amount.amount", "input.amount", "asOf"}


KNOWN: dict[str, Any] = {
    "e.a": True,
    "e.n": 3,
    "e.t": "x",
    "e.none": None,
    "e.list": ["FIRE", "WATER"],
    "e.d": "2024-06-01",
}
TOLD = [
    ("e.a", True),
    ("e.gone", None),
    ("e.gone || e.a", True),
    ("e.a || e.gone", True),
    ("e.gone || !e.a", None),
    ("e.gone && !e.a", False),
    ("!e.a && e.gone", False),
    ("e.gone && e.a", None),
    ("!e.gone", None),
    ("e.gone ? true : true", None),
    ("e.a ? e.a : e.gone", True),
    ("e.none == null", True),
    ("e.none != 3", True),
    ("e.none < 3", None),
    ("e.none < 3 || e.a", True),
    ("e.none", None),
    ("!e.none", None),
    ("e.gone == null", None),
    ("e.list.exists(c, c == 'FIRE' || c == e.gone)", True),
    ("e.list.exists(c, c == 'ICE' || c == e.gone)", None),
    ("e.list.all(c, c == 'ICE' && c == e.gone)", False),
    ("e.none.exists(c, c == 'FIRE')", None),
    ("e.n > 2.5", True),
    ("e.n / 0 == 1", None),
    ("e.n / 0 == 1 || e.a", True),
    ("number('2.50') > e.n", False),
    ("number('about 2') > e.n", None),
    ("number('Infinity') > e.n", None),
    ("number(e.none) > e.n", None),
    ("number(e.n) == 3", True),
    ("within(e.d, 'P2Y')", True),
    ("within(e.d, 'P1Y')", False),
    ("within(e.none, 'P1Y')", None),
    ("within(e.t, 'P1Y')", None),
    ("within('2026-06-02', 'P1Y')", False),
    ("within('2026-06-01T23:00:00+08:00', 'P1D')", True),
    ("months(e.d) == 24", True),
    ("months('2026-09') == -3", True),
    ("months(e.none) > 1", None),
    ("months('soon') > 1", None),
]


@pytest.mark.parametrize(("text", "told"), TOLD)
def test_what_is_not_known_is_absorbed_or_not_told(text: str, told: bool | None) -> None:
    assert program(text, paths_of(text), "2026-06-01").tell(KNOWN) is told


@pytest.mark.parametrize(
    ("text", "told"),
    [("active(e)", True), ("usable(e)", None), ("usable(e) || active(e)", True), ("usable(e) && active(e)", None)],
)
def test_a_record_answers_by_its_code(text: str, told: bool | None) -> None:
    assert program(text, frozenset({"e"}), "2026-06-01").tell({"e": code_of(True, None)}) is told


@pytest.mark.parametrize(
    "value",
    ["\ud800", 2**70, object(), {1: 2}, [[[object()]]], float("nan"), b"\xff"],
    ids=lambda each: type(each).__name__,
)
def test_no_value_makes_an_evaluation_raise(value: object) -> None:
    for text in ("e.t == 'x'", "e.t > 3", "e.t.exists(c, c == 'x')", "within(e.t, 'P1Y')", "number(e.t) > 1"):
        assert program(text, frozenset({"e.t"}), "2026-06-01").evaluate({"e.t": value}) in {UNTOLD, True, False}


def test_a_number_or_a_list_comes_as_it_is() -> None:
    assert program("e.n * 2", frozenset({"e.n"}), "2026-06-01").evaluate(KNOWN) == 6
    assert program("e.list.filter(c, c != 'FIRE')", frozenset({"e.list"}), "2026-06-01").evaluate(KNOWN) == ["WATER"]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("e.a == -3", Call("_==_", None, (Select(Name("e"), "a", tested=False), Constant(-3)))),
        ("has(e.a)", Select(Name("e"), "a", tested=True)),
        ("['a', 1.5, null, true]", Items((Constant("a"), Constant(1.5), Constant(None), Constant(True)))),
        ("e.size()", Call("size", Name("e"), ())),
        ("{}", Other("map or message")),
        ("9223372036854775807 - 2u", Call("_-_", None, (Constant(2**63 - 1), Constant(2)))),
    ],
)
def test_the_parser_writes_what_is_read(text: str, tree: object) -> None:
    """An upgrade of the library that writes something else is noticed here."""
    assert read_tree(_PARSER.compile(text, disable_check=True).serialize()) == tree


def test_a_macro_is_read_as_a_loop() -> None:
    tree = read_tree(_PARSER.compile("e.l.exists(c, c == 1)", disable_check=True).serialize())
    assert isinstance(tree, Loop)
    assert (tree.item, tree.over, tree.start) == ("c", Select(Name("e"), "l", tested=False), Constant(False))
    assert tree.step == Call("_||_", None, (Name(tree.total), Call("_==_", None, (Name("c"), Constant(1)))))


@pytest.mark.parametrize(
    ("written", "start"),
    [
        ("P3Y", "2023-03-31"),
        ("P1M", "2026-02-28"),
        ("P90D", "2025-12-31"),
        ("PT24H", "2026-03-30"),
        ("PT12H", "2026-03-31"),
        ("P1Y1M1DT48H", "2025-02-25"),
        ("P999Y", "1027-03-31"),
        ("P999Y9999M", "0193-12-31"),
        ("P999Y9999M99999D", "0001-01-01"),
    ],
)
def test_periods_are_counted_back_by_the_calendar(written: str, start: str) -> None:
    period = period_of(written)
    assert period is not None
    assert period.before(date(2026, 3, 31)).isoformat() == start


@pytest.mark.parametrize("written", ["P", "PT", "P3", "3Y", "P3Y ", "P-3Y", "P0D", "P1YT", "PT0H", "P3Y\n", ""])
def test_what_is_no_period_is_none(written: str) -> None:
    assert period_of(written) is None
