"""Verdicts: how outcomes are taken together, what advisory sets and overlays make of hits, what objections lower."""

from typing import Any

import pytest

from gateway.rules.evidence import Evidence, Section
from gateway.rules.model import RuleSet
from gateway.rules.outcomes import Evaluation, worst
from tests.gateway.rulesets import entry, evaluated, evidence, overlay, penalty, read, rule, tables

STANDS = {"need": "listed", "when": "active(e)"}
FINED = {"need": "penalties", "when": "true"}
OWING = {"need": "cases", "when": "true"}
UNKNOWN = Section(state="UNKNOWN")


def rules(**keys: Any) -> RuleSet:
    """Return a set of a rule that rejects, one for attention, one that need not be known, and a note."""
    return read(
        tables(
            rule("GP-01", STANDS),
            rule("GP-02", FINED, verdict="ATTENTION", mark="HIGH"),
            rule("GP-03", OWING, verdict="ATTENTION", mandatory=False),
            rule("GP-04", {"need": "levels", "when": 'e.level == "A"'}, verdict="NOTE", mark="PASS_PLUS"),
            **keys,
        )
    )


@pytest.mark.parametrize(
    ("sections", "verdict"),
    [
        pytest.param({}, "PASS", id="nothing"),
        pytest.param({"levels": [{"level": "A"}]}, "PASS", id="a note"),
        pytest.param({"levels": UNKNOWN}, "PASS", id="a note that is not known"),
        pytest.param({"penalties": [penalty()]}, "ATTENTION", id="attention"),
        pytest.param({"penalties": UNKNOWN}, "UNDETERMINED", id="attention that is not known"),
        pytest.param({"penalties": [penalty()], "listed": UNKNOWN}, "UNDETERMINED", id="attention, and not known"),
        pytest.param({"cases": [{}]}, "ATTENTION", id="what need not be known"),
        pytest.param({"cases": UNKNOWN}, "ATTENTION", id="nobody looked at what need not be known"),
        pytest.param({"listed": [entry()]}, "REJECT", id="reject"),
        pytest.param({"listed": [entry()], "penalties": UNKNOWN}, "REJECT", id="reject, and not known"),
        pytest.param({"listed": UNKNOWN}, "UNDETERMINED", id="reject that is not known"),
    ],
)
def test_the_worst_outcome_is_the_verdict(sections: dict[str, Any], verdict: str) -> None:
    found = evaluated(rules(), evidence(**sections))
    assert (found.verdict, found.subjects[0].verdict) == (verdict, verdict)


def test_what_is_not_known_never_reads_as_pass() -> None:
    """Invariant 5: nothing at all is known of a subject."""
    found = evaluated(rules(), Evidence(subject=evidence().subject))
    assert found.verdict == "UNDETERMINED"
    assert [each.result for each in found.subjects[0].outcomes] == ["UNKNOWN"] * 4


def test_marks_come_with_hits_alone() -> None:
    found = evaluated(rules(), evidence(levels=[{"level": "A"}]))
    assert [each.mark for each in found.subjects[0].outcomes] == [None, None, None, "PASS_PLUS"]


def test_the_whole_is_the_worst_of_its_subjects() -> None:
    found = evaluated(rules(), evidence(), evidence(penalties=[penalty()]), evidence(listed=UNKNOWN))
    assert [each.verdict for each in found.subjects] == ["PASS", "ATTENTION", "UNDETERMINED"]
    assert found.verdict == "UNDETERMINED"
    assert evaluated(rules(), evidence(listed=[entry()]), evidence(listed=UNKNOWN)).verdict == "REJECT"
    assert worst([]) == "PASS"
    assert worst(["UNDETERMINED", "ATTENTION"]) == "UNDETERMINED"


def test_an_evaluation_names_its_rules() -> None:
    set_ = rules()
    found = evaluated(set_, evidence())
    assert found.rules == {"code": "GP", "version": "1", "digest": set_.digest}
    assert (found.as_of, found.overlay) == ("2026-06-01", None)


def test_a_rule_is_asked_of_its_kinds_and_while_it_is_in_force() -> None:
    set_ = read(tables(rule("GP-01", STANDS, kinds=["ENTERPRISE"]), rule("GP-02", FINED, from_="2026-06-02")))

    def results(found: Evaluation) -> dict[str, str]:
        return {each.rule: each.result for each in found.subjects[0].outcomes}

    assert results(evaluated(set_, evidence(listed=[entry()]))) == {"GP-01": "HIT"}
    passed_by = evaluated(set_, evidence("GOVERNMENT_BODY", listed=[entry()]))
    assert results(passed_by) == {"GP-01": "NOT_APPLICABLE"}
    assert passed_by.verdict == "UNDETERMINED", "what no rule has judged is not clean"
    later = evaluated(set_, evidence(None, listed=[entry()]), as_of="2026-06-02")
    assert results(later) == {"GP-01": "UNKNOWN", "GP-02": "CLEAN"}
    assert later.verdict == "UNDETERMINED"


def test_all_clauses_or_any() -> None:
    for all_, one, both in ((False, "HIT", "HIT"), (True, "CLEAN", "HIT")):
        set_ = read(tables(rule("GP-01", STANDS, FINED, all=all_)))
        assert evaluated(set_, evidence(listed=[entry()])).subjects[0].outcomes[0].result == one
        assert evaluated(set_, evidence(listed=[entry()], penalties=[penalty()])).subjects[0].outcomes[0].result == both
    set_ = read(tables(rule("GP-01", STANDS, FINED, all=True)))
    assert evaluated(set_, evidence(listed=[entry()], penalties=UNKNOWN)).verdict == "UNDETERMINED"
    assert evaluated(set_, evidence(penalties=UNKNOWN)).verdict == "PASS"


def test_an_advisory_set_stops_at_attention_unless_the_client_raises_it() -> None:
    """No bank is forced (`domain.md` §5.4), and what one decides for itself is recorded as its own."""
    set_, bad = rules(advisory=True), evidence(listed=[entry()])
    found = evaluated(set_, bad)
    assert found.verdict == "ATTENTION"
    assert (found.subjects[0].outcomes[0].verdict, found.subjects[0].outcomes[0].raised_by) == ("ATTENTION", None)
    own = overlay(("GP-01", "REJECT"), ("GP-03", "REJECT"))
    raised = evaluated(set_, bad, overlay=own)
    assert raised.verdict == "REJECT"
    assert (raised.subjects[0].outcomes[0].verdict, raised.subjects[0].outcomes[0].raised_by) == ("REJECT", "bank")
    assert raised.overlay == own.digest
    assert evaluated(set_, evidence(listed=UNKNOWN)).verdict == "UNDETERMINED"
    assert evaluated(set_, evidence(cases=UNKNOWN), overlay=own).verdict == "UNDETERMINED", "what rejects must be known"
    assert evaluated(rules(), bad, overlay=overlay(("GP-02", "REJECT"))).subjects[0].outcomes[1].raised_by is None


OBJECTED = entry(underObjection=True)


@pytest.mark.parametrize(
    ("section", "verdict", "lowered"),
    [
        pytest.param([OBJECTED], "ATTENTION", True, id="all under objection"),
        pytest.param([OBJECTED, entry()], "REJECT", False, id="one is not"),
        pytest.param([entry(underObjection=False)], "REJECT", False, id="none is"),
        pytest.param([OBJECTED, entry(state=None)], "UNDETERMINED", True, id="one more cannot be told"),
        pytest.param(Section(state="PARTIAL", items=[OBJECTED]), "UNDETERMINED", True, id="there may be more"),
        pytest.param([entry(state=None, underObjection=True)], "UNDETERMINED", False, id="not known to hit"),
    ],
)
def test_a_hit_under_objection_is_lowered_and_never_lost(section: Any, verdict: str, lowered: bool) -> None:
    found = evaluated(rules(), evidence(listed=section))
    assert found.verdict == verdict
    outcome = found.subjects[0].outcomes[0]
    assert outcome.lowered is lowered
    if lowered:
        assert (outcome.result, outcome.verdict) == ("HIT", "ATTENTION")
        assert outcome.open is (verdict == "UNDETERMINED")
        assert bool(outcome.missing) is outcome.open


def test_objections_bear_on_counts_sums_and_tests() -> None:
    two = {"need": "penalties", "when": "true", "at_least": 2}
    over = {"need": "penalties", "when": "true", "sum": "fineAmount.amount", "over": "150.0"}
    test = {"test": "all.penalties.size() > 1"}
    objected = penalty(underObjection=True)
    for clause in (two, over, test):
        set_ = read(tables(rule("GP-01", clause)))
        assert evaluated(set_, evidence(penalties=[penalty(), penalty()])).verdict == "REJECT"
        assert evaluated(set_, evidence(penalties=[penalty(), objected])).verdict == "ATTENTION"
    for clause in (two, over):
        set_ = read(tables(rule("GP-01", clause)))
        assert evaluated(set_, evidence(penalties=[penalty(), penalty(), objected])).verdict == "REJECT"


def test_an_objection_lowers_a_raised_verdict_too() -> None:
    raised = evaluated(rules(advisory=True), evidence(listed=[OBJECTED]), overlay=overlay(("GP-01", "REJECT")))
    assert raised.verdict == "ATTENTION"
    assert (raised.subjects[0].outcomes[0].lowered, raised.subjects[0].outcomes[0].raised_by) == (True, "bank")


SAME = {"need": "persons", "same": ["person.name"]}
CONTROLLED = {"need": "holders", "when": "e.organization != null && others.exists(o, o.uscc == e.organization.uscc)"}


def person(name: Any, **fields: Any) -> dict[str, Any]:
    return {"title": "经理", "person": {"name": name}, **fields}


def lot(clause: dict[str, Any], *subjects: Evidence, **keys: Any) -> str:
    found = evaluated(read(tables(rule("GP-11", clause, scope="LOT"))), *subjects, lot=True, **keys)
    (outcome,) = found.lot
    return outcome.result if outcome.result != "HIT" else f"HIT {found.verdict}"


@pytest.mark.parametrize(
    ("first", "second", "result"),
    [
        pytest.param([person("张三")], [person("张三")], "HIT REJECT", id="the same"),
        pytest.param([person("张三")], [person("李四")], "CLEAN", id="two"),
        pytest.param([person(None)], [person(None)], "CLEAN", id="nobody is not the same"),
        pytest.param([person("张三")], [{"title": "经理"}], "UNKNOWN", id="a name was misread"),
        pytest.param([person("张三")], UNKNOWN, "UNKNOWN", id="not known"),
        pytest.param([person("张三")], Section(state="PARTIAL", items=[person("张三")]), "HIT REJECT", id="partial"),
        pytest.param([person("张三")], [person("张三", underObjection=True)], "HIT ATTENTION", id="under objection"),
    ],
)
def test_two_bidders_of_a_lot_have_something_in_common(first: Any, second: Any, result: str) -> None:
    assert lot(SAME, evidence(uscc="1", persons=first), evidence(uscc="2", persons=second)) == result


def test_a_condition_knows_the_other_bidders() -> None:
    holder = {"name": "甲", "organization": {"uscc": "2"}}
    one = evidence(uscc="1", holders=[holder, {"name": "张三", "organization": None}])
    assert lot(CONTROLLED, one, evidence(uscc="2")) == "HIT REJECT"
    assert lot(CONTROLLED, one, evidence(uscc="3")) == "CLEAN"
    assert lot(CONTROLLED, one, evidence(uscc="3", holders=UNKNOWN)) == "UNKNOWN"
    set_ = read(tables(rule("GP-11", CONTROLLED, scope="LOT")))
    (outcome,) = evaluated(set_, one, evidence(uscc="2"), lot=True).lot
    assert [(hit.uscc, hit.item) for hit in outcome.hits] == [("1", holder)]


def test_partners_and_single_bidders_are_held_against_nobody() -> None:
    two = [evidence(uscc="1", persons=[person("张三")]), evidence(uscc="2", persons=[person("张三")])]
    assert lot(SAME, two[0]) == "NOT_APPLICABLE"
    assert lot(SAME, *two, bidders=["one", "one"]) == "NOT_APPLICABLE"
    assert lot(SAME, *two, bidders=["one", None]) == "HIT REJECT"
    assert lot(SAME, *two, evidence(uscc="3"), bidders=["one", "one", None]) == "CLEAN"
    owner = evidence(uscc="1", holders=[{"organization": {"uscc": "2"}}])
    assert lot(CONTROLLED, owner, evidence(uscc="2"), evidence(uscc="3"), bidders=["one", "one", "two"]) == "CLEAN"


def test_rules_about_lots_are_asked_of_lots_alone() -> None:
    set_ = read(tables(rule("GP-01", STANDS), rule("GP-11", SAME, scope="LOT", kinds=["ENTERPRISE"])))
    two = [evidence(uscc="1", persons=[person("张三")]), evidence(uscc="2", persons=[person("张三")])]
    alone = evaluated(set_, *two)
    assert (alone.lot, alone.verdict) == ([], "PASS")
    found = evaluated(set_, *two, lot=True)
    assert (found.verdict, [each.verdict for each in found.subjects]) == ("REJECT", ["PASS", "PASS"])
    bodies = [evidence("GOVERNMENT_BODY", uscc=each.subject.uscc or "", persons=[person("张三")]) for each in two]
    assert evaluated(set_, *bodies, lot=True).lot[0].result == "NOT_APPLICABLE"


DENIED = {"source": "c", "part": "承诺(不可公开)", "status": "DENIED", "reason": "closed"}
ANSWERED = {"source": "c", "part": "承诺", "status": "ANSWERED", "reason": None}


@pytest.mark.parametrize(
    ("section", "verdict"),
    [
        pytest.param(Section(state="PARTIAL", coverage=[ANSWERED, DENIED]), "PASS", id="only what is set aside"),
        pytest.param(Section(state="PARTIAL", coverage=[DENIED]), "UNDETERMINED", id="nobody answered"),
        pytest.param(Section(state="UNKNOWN", coverage=[DENIED]), "UNDETERMINED", id="not known"),
        pytest.param(
            Section(state="PARTIAL", coverage=[ANSWERED, {**DENIED, "part": "承诺(政务)"}]),
            "UNDETERMINED",
            id="another",
        ),
        pytest.param(
            Section(state="PARTIAL", coverage=[ANSWERED, {**DENIED, "status": "TIMED_OUT"}]), "UNDETERMINED", id="down"
        ),
        pytest.param(
            Section(state="PARTIAL", coverage=[{**ANSWERED, "reason": "more records"}, DENIED]),
            "UNDETERMINED",
            id="there are more pages",
        ),
        pytest.param(
            Section(state="PARTIAL", coverage=[ANSWERED, DENIED], denied={"reason": "SCOPE"}),
            "UNDETERMINED",
            id="denied on the way",
        ),
        pytest.param(
            Section(
                state="PARTIAL", coverage=[ANSWERED, DENIED, {"source": "d", "status": "NOT_COVERED", "reason": "x"}]
            ),
            "PASS",
            id="another source does not cover it",
        ),
    ],
)
def test_a_part_that_is_set_aside_is_not_missed(section: Section, verdict: str) -> None:
    needs = {"promises": {"section": "commitments", "fields": ["fulfillment"], "set_aside": ["承诺(不可公开)"]}}
    set_ = read(tables(rule("GP-01", {"need": "promises", "when": 'e.fulfillment == "NONE"'}), needs=needs))
    assert evaluated(set_, evidence(promises=section)).verdict == verdict


def test_not_covered_may_be_as_good_as_none() -> None:
    needs = {"shops": {"section": "onlineShops", "fields": ["name"], "not_covered": "CLEAN"}}
    set_ = read(tables(rule("GP-01", {"need": "shops", "when": "true"}), needs=needs))
    assert evaluated(set_, evidence(shops=Section(state="NOT_COVERED"))).verdict == "PASS"
    assert evaluated(set_, evidence(shops=UNKNOWN)).verdict == "UNDETERMINED"
