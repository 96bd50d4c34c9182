"""Properties of evaluation, for any rules and any evidence: what less knowledge and what worse records can lead to.

Less knowledge is an item gone from a section that is no longer COMPLETE, a section that is not COMPLETE, a field that
is absent, a kind that is not known, an answer too old or not sure enough: a verdict only moves towards UNDETERMINED.

Rules and evidence are made from a seed that hypothesis draws: drawn piece by piece they would take most of the time.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.rules.evaluate import evaluate
from gateway.rules.evidence import Evidence, Section, Subject
from gateway.rules.model import RuleSet, Verdict
from gateway.rules.outcomes import Evaluation, Outcome
from tests.gateway.rulesets import DAY, NEEDS, overlay, read, rule, tables

WORSE_WITH_RECORDS: Final[list[dict[str, Any]]] = [
    {"need": "listed", "when": "active(e)"},
    {"need": "listed", "when": 'usable(e) && e.kind == "WAGE_ARREARS"', "ended": True},
    {"need": "penalties", "when": 'within(e.decidedOn, "P3Y") && e.categories.exists(c, c == "FINE")'},
    {"need": "penalties", "when": "e.fineAmount.amount > 100 || e.domain == 'FIRE'"},
    {"need": "penalties", "when": "true", "at_least": 2},
    {"need": "penalties", "when": 'e.domain == "MARKET"', "sum": "fineAmount.amount", "over": "150.0"},
    {"need": "cases", "when": "true", "sum": "amount.amount", "over": "first.registration.registeredCapital.amount"},
    {"need": "dishonest", "when": "e.publishedOn <= asOf", "minor": True},
]
"""Clauses for which a further record can only make things worse."""
OTHERS: Final[list[dict[str, Any]]] = [
    {"need": "levels", "when": 'e.level == "D"', "latest": "evaluationYear"},
    {"need": "penalties", "when": 'e.domain == "FIRE"', "latest": "decidedOn"},
    {"need": "licenses", "lacks": 'e.status == "VALID" && (e.validTo == null || e.validTo >= asOf)'},
    {"need": "licenses", "for_each": "input.requiredLicenses", "lacks": "e.certificateName == r"},
    {"test": 'first.registration == null || first.registration.status != "IN_BUSINESS"'},
    {"test": "all.penalties.exists(a, all.penalties.exists(b, a.decidedOn < b.decidedOn && a.domain == b.domain))"},
    {"test": "all.listed.filter(a, active(a) && usable(a)).size() > 1", "repaired": True},
]
LOT: Final[list[dict[str, Any]]] = [
    {"need": "persons", "same": ["person.name"]},
    {"need": "holders", "when": "others.exists(o, o.uscc == e.organization.uscc)"},
]

Make = Callable[[Random], Any]
"""Makes a value by chance."""


def one_of(*values: Any) -> Make:
    return lambda chance: chance.choice(values)


DAYS: Final = ("2021-01-01", "2025-06-01", DAY, "2026-07-01")
STATES: Final = ("PUBLISHED", "PUBLISHED", "REPAIRED", "PUBLICITY_ENDED", "UNDER_OBJECTION", None)
AMOUNTS: Final = tuple({"amount": amount} for amount in ("0", "100", "100.5", "-1", "many", 7, None))
FIELDS: Final[dict[str, dict[str, Make]]] = {
    "listed": {
        "kind": one_of("WAGE_ARREARS", "MAJOR_TAX_VIOLATION"),
        "state": one_of(*STATES),
        "includedOn": one_of(*DAYS),
        "removedOn": one_of(None, None, *DAYS),
        "validUntil": one_of(None, None, *DAYS),
    },
    "dishonest": {"publishedOn": one_of(None, *DAYS)},
    "penalties": {
        "state": one_of(*STATES),
        "decidedOn": one_of(None, *DAYS),
        "categories": one_of([], ["FINE"], ["WARNING"], ["WARNING", "FINE"], None),
        "fineAmount": one_of(None, *AMOUNTS),
        "domain": one_of("MARKET", "FIRE", None),
    },
    "cases": {"amount": one_of(*AMOUNTS)},
    "levels": {"evaluationYear": one_of(None, 2024, 2025), "level": one_of("A", "D", None)},
    "licenses": {
        "certificateName": one_of("食品", "药品"),
        "status": one_of("VALID", "INVALID"),
        "validTo": one_of(None, *DAYS),
    },
    "registration": {
        "status": one_of("IN_BUSINESS", "REVOKED", None),
        "registeredCapital": one_of(None, *AMOUNTS),
    },
    "persons": {"person": one_of(None, {"name": "张三"}, {"name": "李四"}, {"name": None})},
    "holders": {"organization": one_of(None, {"uscc": "0"}, {"uscc": "1"})},
}
GIVEN: Final[tuple[dict[str, Any], ...]] = ({}, {"requiredLicenses": []}, {"requiredLicenses": ["食品", "药品"]})


def make_item(chance: Random, need: str) -> dict[str, Any]:
    """Make a record of which a field may be absent."""
    item = {name: make(chance) for name, make in FIELDS[need].items()}
    if chance.random() < 0.15:
        del item[chance.choice(sorted(item))]
    return {**item, "source": chance.choice("st"), "underObjection": chance.random() < 0.2}


def make_section(chance: Random, need: str) -> Section:
    state = chance.choice(["COMPLETE"] * 6 + ["PARTIAL", "NOT_COVERED"])
    coverage = [
        {
            "source": source,
            "status": "ANSWERED",
            "asOf": chance.choice([DAY] * 9 + ["2020-01-01"]),
            "matchConfidence": chance.choice([1.0] * 9 + [0.5]),
        }
        for source in "st"
    ]
    return Section(state=state, items=[make_item(chance, need) for _ in range(chance.randrange(3))], coverage=coverage)


def make_evidence(chance: Random, uscc: str = "0") -> Evidence:
    kind = chance.choice(["ENTERPRISE"] * 6 + ["GOVERNMENT_BODY", None])
    sections = {need: make_section(chance, need) for need in FIELDS}
    return Evidence(subject=Subject(uscc=uscc, kind=kind, name="甲"), sections=sections)


def make_rules(chance: Random, clauses: Sequence[dict[str, Any]]) -> RuleSet:
    """Make a set of one to three rules of these ``clauses``, and the rules of lots with them."""
    made = []
    for number in range(chance.randint(1, 3)):
        verdict = chance.choice(["REJECT", "REJECT", "ATTENTION", "ATTENTION", "NOTE"])
        keys: dict[str, Any] = {"mandatory": False} if verdict != "REJECT" and chance.random() < 0.5 else {}
        chosen = chance.sample(clauses, chance.randint(1, 2))
        kinds = chance.choice([[], [], ["ENTERPRISE"]])
        made.append(rule(f"GP-0{number}", *chosen, verdict=verdict, all=chance.random() < 0.3, kinds=kinds, **keys))
    of_lot = [rule(f"GP-1{number}", clause, scope="LOT") for number, clause in enumerate(LOT)]
    return read(tables(*made, *of_lot, advisory=chance.random() < 0.3))


def lose(chance: Random, known: Evidence) -> Evidence:
    """Return what is left of ``known`` when something of it is lost."""
    need = chance.choice(sorted(known.sections))
    section = known.sections[need]
    at = chance.randrange(len(section.items)) if section.items else 0
    match chance.choice(["section", "state", "coverage", "kind", *(["item", "field"] * 4 if section.items else [])]):
        case "section":
            return replace(known, sections={name: each for name, each in known.sections.items() if name != need})
        case "state":
            lost = chance.choice(["PARTIAL", "UNKNOWN", "DENIED", "NOT_COVERED"])
            section = replace(section, state=lost, items=section.items if lost == "PARTIAL" else [])
        case "coverage":
            worse: dict[str, Any] = chance.choice([{"asOf": "2020-01-01"}, {"matchConfidence": 0.1}, {"asOf": None}])
            section = replace(section, coverage=[{**each, **worse} for each in section.coverage])
        case "kind":
            return replace(known, subject=replace(known.subject, kind=None))
        case "item":
            section = replace(section, state="PARTIAL", items=section.items[:at] + section.items[at + 1 :])
        case "field":
            name = chance.choice(sorted(FIELDS[need]))
            item = {key: value for key, value in section.items[at].items() if key != name}
            section = replace(section, items=[*section.items[:at], item, *section.items[at + 1 :]])
    return replace(known, sections={**known.sections, need: section})


TOWARDS: Final[dict[Verdict, set[Verdict]]] = {
    "PASS": {"PASS", "ATTENTION", "UNDETERMINED"},
    "ATTENTION": {"ATTENTION", "UNDETERMINED"},
    "UNDETERMINED": {"UNDETERMINED"},
    "REJECT": {"REJECT", "UNDETERMINED"},
}
"""Verdict -> what may become of it when less is known: a hit that goes missing is not known, never a PASS."""
seeds = st.integers(0, 2**64 - 1)


def evaluated(chance: Random, rules: RuleSet, *known: Evidence, given_: dict[str, Any] | None = None) -> Evaluation:
    own = overlay(("GP-00", "REJECT")) if chance.random() < 0.3 else None
    return evaluate(rules, known, given_ or {}, DAY, own, lot=True)


def outcomes(before: Evaluation, after: Evaluation) -> list[tuple[Outcome, Outcome]]:
    """Return the outcomes that may differ, of the lot and of the first subject, before and after."""
    of_lot = zip(before.lot, after.lot, strict=True)
    return [*of_lot, *zip(before.subjects[0].outcomes, after.subjects[0].outcomes, strict=True)]


@settings(max_examples=150)
@given(seeds)
def test_less_knowledge_moves_a_verdict_only_towards_undetermined(seed: int) -> None:
    chance = Random(seed)
    rules, given_ = make_rules(chance, [*WORSE_WITH_RECORDS, *OTHERS]), chance.choice(GIVEN)
    one, other = make_evidence(chance, "0"), make_evidence(chance, "1")
    before = evaluated(Random(seed), rules, one, other, given_=given_)
    after = evaluated(Random(seed), rules, lose(chance, one), other, given_=given_)
    assert after.verdict in TOWARDS[before.verdict]
    for was, now in zip(before.subjects, after.subjects, strict=True):
        assert now.verdict in TOWARDS[was.verdict]
    for old, new in outcomes(before, after):
        assert new.result in {old.result, "UNKNOWN"}
        if "UNKNOWN" not in {old.result, new.result} and not new.open:
            assert (new.verdict, new.lowered) == (old.verdict, old.lowered)


@settings(max_examples=150)
@given(seeds)
def test_a_further_record_never_moves_a_verdict_towards_pass(seed: int) -> None:
    chance = Random(seed)
    rules = make_rules(chance, WORSE_WITH_RECORDS)
    one, other = make_evidence(chance, "0"), make_evidence(chance, "1")
    need = chance.choice(sorted({clause["need"] for clause in [*WORSE_WITH_RECORDS, *LOT]}))
    section = one.sections[need]
    at = chance.randint(0, len(section.items))
    more = [*section.items[:at], make_item(chance, need), *section.items[at:]]
    before = evaluated(Random(seed), rules, one, other)
    worse = replace(one, sections={**one.sections, need: replace(section, items=more)})
    after = evaluated(Random(seed), rules, worse, other)
    order = ("NOT_APPLICABLE", "CLEAN", "UNKNOWN", "HIT")
    for old, new in outcomes(before, after):
        assert order.index(new.result) >= order.index(old.result)
        assert not (new.lowered and old.result == "HIT" and not old.lowered)
    assert after.verdict == "REJECT" or before.verdict != "REJECT"
    assert after.verdict != "PASS" or before.verdict == "PASS"


@settings(max_examples=100)
@given(seeds)
def test_a_verdict_rests_on_its_outcomes(seed: int) -> None:
    """A PASS is nothing but clean; a REJECT has a hit that rejects; and every unknown says what is missing."""
    chance = Random(seed)
    rules = make_rules(chance, [*WORSE_WITH_RECORDS, *OTHERS])
    whole = evaluated(chance, rules, make_evidence(chance), make_evidence(chance, "1"), given_=chance.choice(GIVEN))
    found = whole.subjects[0]
    weighed = [each for each in found.outcomes if rules.rule(each.rule).verdict != "NOTE"]
    judged = not found.outcomes or any(each.result in {"HIT", "CLEAN"} for each in found.outcomes)
    clean = all(each.result in {"CLEAN", "NOT_APPLICABLE"} for each in weighed)
    assert (found.verdict == "PASS") == (judged and clean)
    assert (found.verdict == "REJECT") == any(each.verdict == "REJECT" for each in weighed)
    for each in (*found.outcomes, *whole.lot):
        assert (each.verdict is not None) == (each.result == "HIT")
        assert bool(each.missing) == (each.result == "UNKNOWN" or each.open)


WILD: Final = (None, True, 0, -1, 2**70, 1e308, float("nan"), "", "\ud800", "\0", DAY, "2026-02-30", "P3Y", "张三")
FIELD_NAMES: Final = sorted({name for fields in FIELDS.values() for name in fields})
COVERAGE_NAMES: Final = ("part", "department", "reason", "until", "asOf", "fetchedAt", "matchConfidence", "source")


def make_wild(chance: Random, depth: int = 0) -> Any:
    """Make any JSON at all, and some that is none."""
    if depth < 3 and chance.random() < 0.4:
        inner = [make_wild(chance, depth + 1) for _ in range(chance.randrange(3))]
        names = ("amount", "name", "uscc", "@active", "x")
        return inner if chance.random() < 0.5 else {chance.choice(names): each for each in inner}
    return chance.choice(WILD)


def make_wild_section(chance: Random) -> Section:
    names = (*FIELD_NAMES, "source", "underObjection", "recordId")
    items = [{name: make_wild(chance) for name in chance.sample(names, 8)} for _ in range(chance.randrange(3))]
    status = {"status": chance.choice(["ANSWERED", "STALE", make_wild(chance)])}
    coverage = [{**status, **{name: make_wild(chance) for name in chance.sample(COVERAGE_NAMES, 4)}}]
    denied = chance.choice([None, None, {}, {"reason": make_wild(chance)}])
    return Section(state=chance.choice(["COMPLETE", "PARTIAL", "?"]), items=items, coverage=coverage, denied=denied)


ALL_RULES: Final = read(
    tables(
        *(rule(f"GP-{number}", clause) for number, clause in enumerate([*WORSE_WITH_RECORDS, *OTHERS], 10)),
        *(rule(f"GP-{number}", clause, scope="LOT") for number, clause in enumerate(LOT, 40)),
    )
)


@settings(max_examples=100)
@given(seeds)
def test_no_evidence_makes_an_evaluation_raise(seed: int) -> None:
    chance = Random(seed)
    known = [
        Evidence(
            subject=Subject(uscc=chance.choice([None, "1"]), kind=chance.choice([None, "?", "ENTERPRISE"])),
            sections={need: make_wild_section(chance) for need in NEEDS if chance.random() < 0.8},
        )
        for _ in range(chance.randint(1, 3))
    ]
    found = evaluated(chance, ALL_RULES, *known, given_=chance.choice(GIVEN))
    assert len(found.subjects) == len(known)


def test_evidence_is_read_and_written_as_it_is() -> None:
    plain = {
        "subject": {"uscc": "1", "kind": "ENTERPRISE", "name": "甲"},
        "sections": {"listed": {"state": "DENIED", "items": [], "coverage": [], "denied": {"reason": "SCOPE"}}},
    }
    assert msgspec.to_builtins(msgspec.convert(plain, Evidence)) == plain
