"""Doubts that must stay doubts: each was once told wrong when one condition of the evaluation was taken away."""

from collections.abc import Sequence
from typing import Any, Final

import pytest

from gateway.rules.evidence import Evidence, Section, Subject
from gateway.rules.model import Result
from gateway.rules.outcomes import Outcome
from tests.gateway.rulesets import entry, evaluated, evidence, outcome, penalty, read, rule, tables, without
from tests.gateway.test_rule_clauses import DOWN, STANDS, partial

ANSWERED: Final = {"source": "a", "part": None, "status": "ANSWERED", "reason": None}
ASIDE: Final = {"source": "b", "part": "闭", "status": "DENIED", "reason": "OWNER_ONLY"}
UNCOVERED: Final = {"source": "c", "part": None, "status": "NOT_COVERED", "reason": "not its district"}
SUM: Final = {"need": "penalties", "when": 'e.domain == "MARKET"', "sum": "fineAmount.amount", "over": "1000.0"}
LATEST: Final = {"need": "levels", "when": 'e.level == "D"', "latest": "evaluationYear"}


@pytest.mark.parametrize(
    ("item", "result"),
    [
        (entry(includedOn="2026-06-01"), "HIT"),
        (entry(includedOn="2026-06-01T09:00:00+08:00"), "HIT"),
        (entry(includedOn="2026-06-02T00:00:00+08:00"), "CLEAN"),
        (without(entry(), "validUntil"), "UNKNOWN"),
        (entry(validUntil=20260531), "UNKNOWN"),
        (entry(removedOn=["2026-05-01"]), "UNKNOWN"),
    ],
    ids=["included on the day", "at nine on the day", "at midnight after it", "no end read", "a number", "a list"],
)
def test_an_entry_stands_by_days_and_by_nothing_else(item: dict[str, Any], result: Result) -> None:
    assert outcome(STANDS, listed=[item]).result == result


def test_of_a_sum_that_lacks_records_nothing_is_told() -> None:
    for section in (partial(), partial(penalty("900")), partial(penalty("5000", domain="TAX"))):
        assert outcome(SUM, penalties=section).result == "UNKNOWN"
    assert outcome(SUM, penalties=[penalty("5000", domain="TAX")]).result == "CLEAN"


@pytest.mark.parametrize("over", ["double(1) / 0.0", "input.amount / 0.0"])
def test_a_limit_that_is_no_number_is_no_limit(over: str) -> None:
    """An infinite limit would never be reached, and every sum be clean."""
    assert outcome({**SUM, "over": over}, given={"amount": 1.0}, penalties=[penalty("900")]).result == "UNKNOWN"


@pytest.mark.parametrize(
    ("items", "result"),
    [
        ([{"level": None, "evaluationYear": None}], "CLEAN"),
        ([{"evaluationYear": None}], "UNKNOWN"),
        ([{"evaluationYear": 2025}, {"level": "A"}], "UNKNOWN"),
        ([{"evaluationYear": True, "level": "D"}, {"evaluationYear": 0, "level": "A"}], "UNKNOWN"),
        ([{"evaluationYear": "2030", "level": "D"}, {"evaluationYear": 2025, "level": "A"}], "UNKNOWN"),
        ([{"evaluationYear": None, "level": "A"}, {"evaluationYear": 2025, "level": "A"}], "CLEAN"),
    ],
    ids=["none is none", "no level, no year", "one lacks each", "true is no year", "a text is no year", "all alike"],
)
def test_the_newest_of_what_nobody_knows_is_not_known(items: list[dict[str, Any]], result: Result) -> None:
    levels = [{"recordId": str(at), "source": "s", **each} for at, each in enumerate(items)]
    assert outcome(LATEST, levels=levels).result == result


def test_what_is_required_by_what_is_not_known_is_not_known() -> None:
    """Not "nothing is required": the list itself could not be had."""
    lacks = {
        "need": "licenses",
        "lacks": "e.certificateName == r",
        "for_each": 'all.penalties.exists(p, p.domain == "MARKET") ? ["食品"] : ["药品"]',
    }
    found = outcome(lacks, penalties=Section(state="PARTIAL", coverage=[DOWN]))
    assert (found.result, [each.status for each in found.missing]) == ("UNKNOWN", ["UNAVAILABLE"])
    assert outcome(lacks, penalties=[]).result == "HIT"


@pytest.mark.parametrize(
    ("source", "result"), [("s", "UNKNOWN"), ("other", "HIT"), (None, "UNKNOWN")], ids=["its own", "another", "unnamed"]
)
def test_a_source_that_was_asked_by_an_unsure_code_tells_nothing_surely(source: str | None, result: Result) -> None:
    """A source that does not say its name may be any."""
    item = {"recordId": "r", "source": "s", "status": "REVOKED"}
    coverage: list[dict[str, Any]] = [
        {"source": source, "status": "ANSWERED", "asOf": "2026-06-01", "matchConfidence": 0.5},
        {"source": "s2", "status": "ANSWERED", "asOf": "2026-06-01", "matchConfidence": 1.0},
    ]
    clause = {"need": "registration", "when": 'e.status == "REVOKED"'}
    assert outcome(clause, registration=Section(items=[item], coverage=coverage)).result == result


NEED: Final = {"section": "listEntries", "fields": ["kind", "state"], "set_aside": ["闭"]}


def promised(section: Section, **need: Any) -> tuple[str, list[str]]:
    """Return the verdict where parts called 闭 are set aside, and the sources that are missed."""
    set_ = read(tables(rule("GP-01", {"need": "x", "when": 'e.kind == "WAGE_ARREARS"'}), needs={"x": NEED | need}))
    (subject,) = evaluated(set_, evidence(x=section)).subjects
    return subject.verdict, [str(each.source) for one in subject.outcomes for each in one.missing]


@pytest.mark.parametrize(
    ("section", "need", "verdict", "missed"),
    [
        (Section(state="PARTIAL", coverage=[ANSWERED, ASIDE]), {}, "PASS", []),
        (Section(state="PARTIAL", coverage=[ANSWERED, ASIDE, DOWN]), {}, "UNDETERMINED", ["s"]),
        (Section(state="PARTIAL", coverage=[ANSWERED, DOWN]), {}, "UNDETERMINED", ["s"]),
        (Section(state="UNKNOWN", coverage=[ANSWERED, ASIDE]), {}, "UNDETERMINED", ["None"]),
        (Section(state="UNAVAILABLE", coverage=[ANSWERED, ASIDE]), {}, "UNDETERMINED", ["None"]),
        (Section(state="PARTIAL", coverage=[ANSWERED, ASIDE, UNCOVERED]), {}, "PASS", []),
        (
            Section(state="PARTIAL", coverage=[ANSWERED, ASIDE, UNCOVERED]),
            {"arguments": {"kinds": ["WAGE_ARREARS"]}},
            "UNDETERMINED",
            ["None"],
        ),
        (Section(state="PARTIAL", coverage=[UNCOVERED, ASIDE]), {}, "UNDETERMINED", ["None"]),
    ],
    ids=[
        "only what is set aside",
        "another source is down",
        "nothing is set aside",
        "nothing is known",
        "nobody could be asked",
        "one does not cover it",
        "one does not cover what the arguments ask for",
        "nobody answered",
    ],
)
def test_a_part_that_is_set_aside_excuses_nothing_else(
    section: Section, need: dict[str, Any], verdict: str, missed: list[str]
) -> None:
    assert promised(section, **need) == (verdict, missed)


DECIDED: Final = {"need": "penalties", "same": ["decidedOn", "domain"]}


def of_lot(clause: dict[str, Any], *subjects: Evidence, bidders: Sequence[str | None] = (), **keys: Any) -> Outcome:
    """Return what a rule about lots comes to."""
    set_ = read(tables(rule("GP-11", clause, scope="LOT", **keys)))
    (found,) = evaluated(set_, *subjects, lot=True, bidders=bidders).lot
    return found


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({}, "HIT"),
        ({"state": "REPAIRED"}, "CLEAN"),
        ({"state": "PUBLICITY_ENDED"}, "CLEAN"),
        ({"state": None}, "UNKNOWN"),
        ({"decidedOn": None}, "CLEAN"),
    ],
    ids=["in force", "repaired", "ended", "of a state nobody knows", "of no day"],
)
def test_what_two_bidders_share_must_be_in_force(fields: dict[str, Any], result: Result) -> None:
    one, two = evidence(uscc="1", penalties=[penalty()]), evidence(uscc="2", penalties=[penalty(**fields)])
    found = of_lot(DECIDED, one, two)
    assert found.result == result
    assert bool(found.missing) is (result == "UNKNOWN")


def test_what_an_unsure_source_says_is_nobodys_share() -> None:
    item = {"recordId": "r", "source": "s", "status": "REVOKED", "registeredCapital": {"amount": "1"}}
    sure = {"source": "s", "status": "ANSWERED", "asOf": "2026-06-01", "matchConfidence": 1.0}
    one = evidence(uscc="1", registration=Section(items=[item], coverage=[sure]))
    two = evidence(uscc="2", registration=Section(items=[item], coverage=[{**sure, "matchConfidence": 0.5}]))
    clause = {"need": "registration", "same": ["registeredCapital.amount"]}
    assert of_lot(clause, one, one).result == "HIT"
    assert of_lot(clause, one, two).result == "UNKNOWN"


def test_a_bidder_of_no_known_kind_is_held_against_the_others() -> None:
    one, two = (evidence(uscc=each, penalties=[penalty()]) for each in ("1", "2"))
    for kind, result in ((None, "HIT"), ("ENTERPRIZE", "HIT"), ("GOVERNMENT_BODY", "NOT_APPLICABLE")):
        odd = Evidence(subject=Subject(uscc="2", kind=kind, name="乙"), sections=two.sections)
        assert of_lot(DECIDED, one, odd, kinds=["ENTERPRISE"]).result == result


def test_a_word_that_is_no_kind_passes_no_rule_by() -> None:
    set_ = read(tables(rule("GP-01", STANDS, kinds=["ENTERPRISE"])))
    for kind in ("ENTERPRIZE", "enterprise", "", None):
        odd = Evidence(subject=Subject(uscc="1", kind=kind, name="x"), sections=evidence().sections)
        assert evaluated(set_, odd).verdict == "UNDETERMINED"


def test_no_name_of_a_bidder_makes_it_one_that_bids_alone() -> None:
    one, two = (evidence(uscc=each, penalties=[penalty()]) for each in ("1", "2"))
    for name in ("alone 0", "alone 1", "bidder alone 1", ""):
        assert of_lot(DECIDED, one, two, bidders=[name, None]).result == "HIT"
        assert of_lot(DECIDED, one, two, bidders=[None, name]).result == "HIT"


@pytest.mark.parametrize(
    ("meaning", "lowered"),
    [("REJECT", ("ATTENTION", True)), ("ATTENTION", ("ATTENTION", False)), ("NOTE", ("NOTE", False))],
)
def test_an_objection_lowers_what_rejects_and_nothing_else(meaning: str, lowered: tuple[str, bool]) -> None:
    set_ = read(tables(rule("GP-01", STANDS, verdict=meaning)))
    found = evaluated(set_, evidence(listed=[entry(underObjection=True)]))
    (outcome_,) = found.subjects[0].outcomes
    assert (outcome_.verdict, outcome_.lowered) == lowered
    assert found.verdict == ("PASS" if meaning == "NOTE" else "ATTENTION")


def test_of_a_rule_that_does_not_hit_no_record_is_shown() -> None:
    """One of two clauses hits, and all would have to: its records tell against nobody."""
    license_ = {"need": "licenses", "lacks": 'e.certificateName == "食品"'}
    named = {"need": "licenses", "lacks": "e.certificateName == r", "for_each": "input.requiredLicenses"}
    for clean in ({"need": "dishonest", "when": "true"}, {**license_, "lacks": "true"}):
        set_ = read(tables(rule("GP-01", STANDS, named, clean, all=True)))
        held = [{"recordId": "l", "source": "s", "certificateName": "药品"}]
        given = {"requiredLicenses": ["食品"]}
        (found,) = evaluated(set_, evidence(listed=[entry()], licenses=held), given=given).subjects[0].outcomes
        assert (found.result, found.hits, found.lacking, found.verdict, found.mark) == ("CLEAN", [], [], None, None)
