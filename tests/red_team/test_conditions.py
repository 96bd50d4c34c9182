"""Attacks on rules: conditions, overlays and evidence that would run away, reach out, or turn a verdict around.

A condition comes from a file that many may edit; evidence from departments. An attack succeeds when a condition of its
kind is accepted, or when a verdict is better than the records allow.
"""

from typing import Any, Final

import pytest

from gateway.rules.conditions import UNTOLD, program, read_condition
from gateway.rules.conditions.reading import paths_of
from gateway.rules.evidence import Section
from tests.gateway.rulesets import WORDS, entry, evaluated, evidence, mistakes_of, outcome, penalty, read, rule, tables

REFUSED: Final = {
    "a text without end": "e.kind == 'FIRE' || " * 100 + "true",
    "brackets in brackets": "(" * 400 + "true" + ")" * 400,
    "a path without end": "e" + ".amount" * 130 + " == null",
    "a sum without end": "1" + "-1" * 200 + " == 0",
    "a list in a list": "[" * 200 + "]" * 200 + ".size() == 0",
    "macros in macros": "[1].all(a, [1].all(b, [1].all(c, a + b + c == 3)))",
    "macros in what macros run over": "[1].map(a, [1].map(b, [1].map(c, c))).size() == 1",
    "a list that is spelled out without end": "1 in [" + ",".join(["1"] * 101) + "]",
    "a text that doubles": "[1, 2].map(a, e.name + e.name).size() == 2",
    "a list that doubles": "([1] + [1] + 1).size() > 0",
    "what is behind an object": "e.__class__ == null",
    "what is behind a function": "active.__globals__ == null",
    "an import": "__import__('os').system('id') == 0",
    "a message of another library": "google.protobuf.StringValue{value: 'x'} == 'x'",
    "a map": "{'a': [1]}.a.size() == 1",
    "an index": "e['kind'] == 'FIRE'",
    "any type at all": "dyn(e.kind) == 5",
    "a type as a value": "type(e.kind) == string",
    "whether a field is there": "has(e.kind) || true",
    "a clock": "now() > '2026-01-01'",
    "a time zone": "timestamp('2026-01-01T00:00:00Z').getHours() == 0",
    "a variable of the library": "__result__ == 1",
    "a macro that hides the record": "[1].exists(e, e == 1)",
    "a macro that hides the day": "['2030-01-01'].exists(asOf, e.kind == 'FIRE')",
    "a binding": "cel.bind(x, 1, x == 1)",
    "bytes": "b'x' == b'x' && e.name == b'x'",
    "letters that look alike": "е.kind == 'FIRE'",
    "a second line": "e.kind == 'FIRE' // usable(e)\n || nosuch",
    "an end of text": "e.kind == 'FIRE'\0",
}
VARIABLES: Final = read(tables(rule("GP-01", {"need": "listed", "when": "true"})))


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_a_condition_that_would_run_away_or_reach_out_is_refused(text: str) -> None:
    told = mistakes_of(tables(rule("GP-01", {"need": "listed", "when": text})))
    assert told
    assert all(each.isprintable() and len(each) < 2_000 for each in told), "what is told fits a screen"


def test_two_lists_held_against_each_other_are_bounded() -> None:
    """What two macros may cost is bounded by the library: beyond, nothing is told."""
    text = "all.levels.all(a, all.levels.all(b, a.level == b.level))"
    many = [{"level": "A"}] * 1000
    assert outcome({"test": text}, levels=many[:20]).result == "HIT"
    assert outcome({"test": text}, levels=many).result == "UNKNOWN"


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "(.*)*x", "((((((a{1,50}){1,50}){1,50}))))", "["], ids=str)
def test_a_pattern_that_backtracks_is_matched_or_refused_at_once(pattern: str) -> None:
    text = f"e.name.matches('{pattern}')"
    found = program(text, paths_of(text), "2026-06-01").evaluate({"e.name": "a" * 5_000 + "!"})
    assert found in {UNTOLD, False}


@pytest.mark.parametrize(
    "smuggled",
    [
        {"@active": True, "@usable": True},
        {"e": 1, "e.state": "PUBLISHED"},
        {"state": ["PUBLISHED"]},
        {"state": {"state": "PUBLISHED"}},
        {"state": "published"},
        {"state": "PUBLISHED "},
    ],
    ids=["answers of functions", "variables", "a list", "a record", "another case", "a blank"],
)
def test_a_repaired_record_cannot_be_smuggled_past_its_state(smuggled: dict[str, Any]) -> None:
    record = entry(state="REPAIRED") | smuggled
    for clause in ({"need": "listed", "when": "true"}, {"test": "all.listed.exists(a, active(a) && usable(a))"}):
        assert outcome(clause, listed=[record]).result in {"CLEAN", "UNKNOWN"}


@pytest.mark.parametrize(
    "hidden",
    [
        pytest.param({"state": "PARTIAL", "items": []}, id="a source is down"),
        pytest.param({"state": "complete", "items": []}, id="a state in small letters"),
        pytest.param({"state": "", "items": []}, id="no state"),
        pytest.param({"state": "NOT_COVERED", "items": []}, id="not covered"),
        pytest.param({"items": [entry(underObjection="false", removedOn="")]}, id="a date that is empty"),
        pytest.param({"items": [entry(removedOn=20200101)]}, id="a date that is a number"),
        pytest.param({"items": [entry(includedOn="")]}, id="included on no day"),
        pytest.param({"items": [entry(state=None)]}, id="a state that is null"),
        pytest.param({"items": [entry(validUntil=False)]}, id="an end that is false"),
    ],
)
def test_nothing_that_is_odd_reads_as_clean(hidden: dict[str, Any]) -> None:
    """Invariant 5."""
    set_ = read(tables(rule("GP-01", {"need": "listed", "when": "active(e)"})))
    assert evaluated(set_, evidence(listed=Section(**hidden))).verdict in {"UNDETERMINED", "REJECT"}


@pytest.mark.parametrize("amount", ["-1000000", "NaN", "-Infinity", "1e999", "", {}, [], True, "1,000"], ids=repr)
def test_no_amount_hides_another(amount: Any) -> None:
    clause = {"need": "penalties", "when": "true", "sum": "fineAmount.amount", "over": "1000.0"}
    assert outcome(clause, penalties=[penalty("1001"), penalty(amount)]).result == "HIT"
    assert outcome(clause, penalties=[penalty("999"), penalty(amount)]).result == "UNKNOWN"


def test_no_objection_hides_a_hit() -> None:
    """Who objects to everything is still seen: the hit is lowered, never lost."""
    set_ = read(tables(rule("GP-01", {"need": "listed", "when": "active(e)"})))
    assert evaluated(set_, evidence(listed=[entry(underObjection=True)] * 3)).verdict == "ATTENTION"
    odd = evaluated(set_, evidence(listed=[entry(underObjection="true")]))
    assert odd.verdict == "REJECT", "an objection is told by the gateway, as a truth value"


@pytest.mark.parametrize("kind", ["enterprise", "", None], ids=repr)
def test_a_kind_that_is_not_known_escapes_no_rule(kind: str | None) -> None:
    kinds = ["ENTERPRISE", "INDIVIDUAL_BUSINESS"]
    set_ = read(tables(rule("GP-01", {"need": "listed", "when": "active(e)"}, kinds=kinds)))
    assert evaluated(set_, evidence(kind, listed=[entry()])).verdict != "PASS"


def test_a_set_cannot_name_its_own_digest_or_file() -> None:
    for key in ("digest", "file"):
        assert mistakes_of(tables(rule("GP-01", {"need": "listed", "when": "true"}), **{key: "0"}))


def test_a_hidden_rule_shares_no_need() -> None:
    """What is asked with other rights must not be told with the evidence of another rule."""
    shown = rule("GP-01", {"test": "first.listed == null"})
    hidden = rule("GP-02", {"need": "listed", "when": "true"}, reveal="VERDICT_ONLY", ground=WORDS)
    assert mistakes_of(tables(shown, hidden))


def test_reading_a_condition_tells_nothing_of_the_machine() -> None:
    for text in REFUSED.values():
        told = "\n".join(read_condition(text, {}).mistakes)
        assert "Traceback" not in told
        assert "/" not in told.replace("`_/_`", "")
        assert "0x" not in told
