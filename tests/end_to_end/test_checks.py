"""Credit checks through the front door: the scenarios of the demo, rights, input, the ledger, replay."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any, Final

import msgspec
import orjson
import pytest

from gateway.checks.again import judge_again
from gateway.checks.kept import KeptCheck, read_kept
from gateway.demo import Departments
from gateway.demo.subjects import subjects
from gateway.proof.bundle import FORMAT
from gateway.rules import RuleSet
from gateway.rules.model import Clause
from gateway.rules.reads import needs_of_clause
from tests.end_to_end.consenting import RECORD, given
from tests.end_to_end.notice import CODES
from tests.end_to_end.queries import uscc_key
from tests.end_to_end.served import Served, Told
from tests.rules.expected import EXPECTED, GIVEN, Expected

CHECK: Final = """
verdict nextStep askAgainAfter asOf purpose case receipts ruleSet { code version digest advisory overlay }
subjects {
  key uscc kind name bidder problem verdict marks missing { source status until sections }
  rules {
    rule title titleEn result verdict mark mandatory lowered raisedBy reveal lacking
    basis { article basis { code title } }
    evidence { section recordId source fields fetchedAt sourceUpdatedAt digest underObjection }
    missing { source part department status reason until needs sections }
  }
}
bidders { bidder verdict } lot { rule result verdict evidence { uscc section fields } } missing { source status }
evidence
"""
QUERY: Final = f"query Check($in: CheckInput!) {{ creditCheck(input: $in) {{ {CHECK} }} }}"
MUTATION: Final = f"mutation Check($in: CheckInput!) {{ runCreditCheck(input: $in) {{ {CHECK} }} }}"
REPLAY: Final = """query($bundle: String!) { replay(bundle: $bundle) { verdict checks {
  path ruleSet versionThen versionNow verdictThen verdictNow outcome zh en differences { subject rule then now }
} } }"""
CONSENTED: Final = [
    f"{each}.*"
    for each in (
        *("TaxRegistration", "TaxCreditRating", "TaxArrears", "SocialInsurance", "SocialInsurancePayment"),
        *("UtilityArrears", "UtilityUsage", "HousingFund"),
    )
]


def asked(code: str, *keys: str, **more: Any) -> dict[str, Any]:
    """Return the input of a check of ``keys`` by the set ``code``, with what it demands."""
    return {"ruleSet": code, "subjects": [{"key": {"value": each}} for each in keys], **GIVEN.get(code, {}), **more}


async def check(
    served: Served, client: str, purpose: str, input_: Mapping[str, Any], text: str = QUERY, consent: str | None = None
) -> Told:
    headers = {**served.headers(client, purpose, "TJ-2026-17"), **({"Credit-Consent": consent} if consent else {})}
    return await served.post({"query": text, "variables": {"in": input_}}, headers)


async def consents(served: Served, subjects: list[str]) -> str:
    """Return the header of consents to all that rules read, one of each of ``subjects``."""
    found = []
    for each in subjects:
        told = await served.ask("bank", RECORD, given=given(subject=each, fields=CONSENTED))
        found.append(told.data["recordConsent"]["id"])
    return ", ".join(found)


def _group(each: Expected) -> tuple[str, str, str, bool]:
    return each.set, each.client, each.purpose, each.consent


SORTED: Final = sorted(EXPECTED, key=lambda each: (*_group(each), each.number))
GROUPS: Final = [
    (key, rows[at : at + 8])
    for key, each in groupby(SORTED, _group)
    for rows in [list(each)]
    for at in range(0, len(rows), 8)
]
"""Checks of at most 8 subjects: more consents may not be named at once."""


@pytest.mark.parametrize(
    ("group", "rows"), GROUPS, ids=["-".join(map(str, (*key, rows[0].number))) for key, rows in GROUPS]
)
async def test_every_scenario_comes_to_what_the_law_says(
    served: Served, group: tuple[str, str, str, bool], rows: list[Expected]
) -> None:
    code, client, purpose, consented = group
    consent = await consents(served, [each.uscc for each in rows]) if consented else None
    told = await check(served, client, purpose, asked(code, *(each.uscc for each in rows)), consent=consent)
    assert told.errors == []
    found = told.data["creditCheck"]["subjects"]
    verdicts = {each.number: (one["verdict"], sorted(one["marks"])) for each, one in zip(rows, found, strict=True)}
    assert verdicts == {each.number: (each.verdict, sorted(each.marks)) for each in rows}
    for each, one in zip(rows, found, strict=True):
        results = {outcome["rule"]: outcome["result"] for outcome in one["rules"]}
        assert {results[rule] for rule in each.decided_by} <= {"HIT", "UNKNOWN"}, each.id


async def test_a_check_says_what_it_rests_on(served: Served) -> None:
    told = await check(served, "procurement", "GOVERNMENT_PROCUREMENT", asked("GP", CODES[3]), MUTATION)
    found = told.data["runCreditCheck"]
    assert (found["verdict"], found["case"], found["ruleSet"]["code"]) == ("REJECT", "TJ-2026-17", "GP")
    (subject,) = found["subjects"]
    (hit,) = [each for each in subject["rules"] if each["rule"] == "GP-01"]
    assert (hit["result"], hit["verdict"]) == ("HIT", "REJECT")
    assert hit["basis"][0]["basis"]["title"]
    record = hit["evidence"][0]
    assert (record["section"], record["source"]) == ("courtEnforcement.dishonestEntries", "court_enforcement")
    assert orjson.loads(record["fields"])["caseNo"]
    assert len(record["digest"]) == 64
    entry = await served.gateway.desk.ledger.get(told.receipt)
    assert entry is not None
    assert (entry.kind, entry.outcome, len(entry.subjects)) == ("MUTATION", "ANSWERED", 1)
    for receipt in found["receipts"]:
        behind = await served.gateway.desk.ledger.get(receipt)
        assert behind is not None
        assert (behind.kind, behind.purpose, behind.case) == ("CHECK", "GOVERNMENT_PROCUREMENT", "TJ-2026-17")


async def test_what_is_for_a_verdict_only_is_in_no_answer(served: Served) -> None:
    told = await check(served, "procurement", "GOVERNMENT_PROCUREMENT", asked("GP", CODES[3]))
    outcomes = told.data["creditCheck"]["subjects"][0]["rules"]
    hidden = [each for each in outcomes if each["reveal"] == "VERDICT_ONLY"]
    assert {each["rule"]: each["result"] for each in hidden} == {"GP-04B": "CLEAN", "GP-08": "HIT", "GP-15": "HIT"}
    assert all(each["evidence"] == [] for each in hidden)
    assert b'"level"' not in told.body
    assert b"taxRatings" not in told.said
    open_, hidden_ = told.data["creditCheck"]["receipts"]
    for receipt, client, purpose, status in (
        (open_, "procurement", "BIDDING", 200),
        (hidden_, "procurement", "BIDDING", 404),
        (hidden_, "auditor", "AUDIT", 200),
    ):
        kept_ = await served.get(f"/receipts/{receipt}", served.headers(client, purpose, "c"))
        assert (kept_.status, b'"D"' in kept_.body) == (status, False)


async def test_a_person_is_followed_to_the_firms_in_which_they_hold_a_post(served: Served) -> None:
    whole = await kept(served, "MA", "market_regulation", "MARKET_ACCESS", CODES[25])
    section = whole.subjects[0].sections["firmPenalties"]
    assert section.state == "COMPLETE"
    assert "同消行罚〔2026〕28号" in {each["decisionNo"] for each in section.items}, "of subject 3, which they lead too"
    assert whole.subjects[0].outcomes["MA-01B"].result == "CLEAN", "none of the firms lost its business license"


async def test_two_hundred_may_be_checked_at_once_whoever_their_people_are(served: Served) -> None:
    told = await check(
        served, "market_regulation", "MARKET_ACCESS", asked("MA", *(each.uscc for each in subjects(200)))
    )
    assert told.errors == []
    assert len(told.data["creditCheck"]["subjects"]) == 200


async def test_shares_that_are_pledged_or_frozen_are_seen_by_the_bank(served: Served) -> None:
    told = await check(served, "bank", "BANK_CREDIT", asked("BK", *(CODES[number] for number in (26, 22, 25, 1))))
    outcomes = [
        next(each for each in subject["rules"] if each["rule"] == "BK-11")
        for subject in told.data["creditCheck"]["subjects"]
    ]
    assert [each["result"] for each in outcomes] == ["HIT", "HIT", "CLEAN", "CLEAN"]
    fields = [orjson.loads(each["evidence"][0]["fields"]) for each in outcomes[:2]]
    assert [(each["kind"], each["status"]) for each in fields] == [("FREEZE", "IN_FORCE"), ("PLEDGE", "IN_FORCE")]


async def test_a_statute_looks_back_beyond_publicity_and_tells_its_outcome_alone(served: Served) -> None:
    purpose = "GOVERNMENT_PROCUREMENT"
    told = await check(served, "procurement", purpose, asked("GP", CODES[21]))
    (subject,) = told.data["creditCheck"]["subjects"]
    past, shown = ([each for each in subject["rules"] if each["rule"] == rule] for rule in ("GP-04B", "GP-04"))
    assert [(each["result"], each["verdict"], each["evidence"]) for each in past] == [("HIT", "REJECT", [])]
    assert [each["result"] for each in shown] != ["HIT"], "of what is still published there is nothing"
    assert subject["verdict"] == "REJECT"
    assert "2024-05-20" not in told.body.decode()
    query = (
        "query($key: SubjectKey!) { subject(key: $key) { ... on Organization { penalties { items { decidedOn } } } } }"
    )
    own = await served.ask("procurement", query, key=uscc_key(21), purpose=purpose, case="c")
    assert "2024-05-20" not in str(own.subject["penalties"]["items"])
    clean = await check(served, "procurement", purpose, asked("GP", CODES[1]))
    results = {each["rule"]: each["result"] for each in clean.data["creditCheck"]["subjects"][0]["rules"]}
    assert results["GP-04B"] == "CLEAN"


@pytest.mark.parametrize(
    ("client", "purpose", "code", "reason"),
    [
        ("portal", "PUBLIC_DISCLOSURE", "GP", "SCOPE_MISSING"),
        ("bank", "BANK_CREDIT", "GP", "PURPOSE_NOT_ALLOWED"),
        ("procurement", "BIDDING", "BK", "PURPOSE_NOT_ALLOWED"),
        ("auditor", "AUDIT", "GP", "SCOPE_MISSING"),
    ],
)
@pytest.mark.parametrize(("text", "field"), [(QUERY, "Query.creditCheck"), (MUTATION, "Mutation.runCreditCheck")])
async def test_who_may_not_run_a_check_asks_nobody(
    served: Served, city: Departments, client: str, purpose: str, code: str, reason: str, text: str, field: str
) -> None:
    told = await check(served, client, purpose, asked(code, CODES[3]), text)
    assert told.data[field.split(".")[1]] is None
    (error,) = told.errors
    assert error["extensions"]["code"] == "FIELD_FORBIDDEN"
    assert (error["extensions"]["field"], error["extensions"]["reason"]) == (field, reason)
    assert city.calls("court_enforcement")["calls"] == 0
    entry = await served.gateway.desk.ledger.get(told.receipt)
    assert entry is not None
    assert [(each.field, each.reason) for each in entry.denied] == [(field, reason)]


WRONG: Final = {
    "no subject": (asked("GP"), "subjects"),
    "too many subjects": (asked("GP", *["x"] * 201), "subjects"),
    "a day to come": (asked("GP", "x", asOf="2027-01-01"), "asOf"),
    "a lot of one": (asked("GP", "x", lot=True), "lot"),
    "a negative amount": (asked("GP", "x", amount="-1"), "amount"),
    "a license without words": (asked("GP", "x", requiredLicenses=[""]), "requiredLicenses"),
}


@pytest.mark.parametrize(("input_", "part"), WRONG.values(), ids=WRONG)
async def test_what_is_wrong_with_the_input_is_said(served: Served, input_: dict[str, Any], part: str) -> None:
    told = await check(served, "procurement", "BIDDING", input_ | {"ruleSet": "TB"}, MUTATION)
    (error,) = told.errors
    assert error["extensions"]["code"] == "INPUT_INVALID"
    assert {each["field"].split(".")[0] for each in error["extensions"]["inputs"]} == {part}
    query = await check(served, "procurement", "BIDDING", input_ | {"ruleSet": "TB"})
    assert (query.errors[0]["extensions"]["code"], query.errors[0]["extensions"]["check"]) == (
        "BAD_QUERY",
        "INPUT_INVALID",
    )


@pytest.mark.parametrize(
    ("client", "purpose", "code", "part"),
    [
        ("market_regulation", "QUALIFICATION_REVIEW", "QR", "qualification"),
        ("market_regulation", "ADMIN_APPROVAL", "AA", "license"),
    ],
)
async def test_what_a_set_demands_is_asked_for_before_anybody_is_asked(
    served: Served, city: Departments, client: str, purpose: str, code: str, part: str
) -> None:
    bare = {"ruleSet": code, "subjects": [{"key": {"value": CODES[1]}}]}
    told = await check(served, client, purpose, bare, MUTATION)
    (error,) = told.errors
    assert error["extensions"]["code"] == "INPUT_INVALID"
    assert [each["field"] for each in error["extensions"]["inputs"]] == [part]
    assert f"`{part}` is demanded by rule set `{code}`" in error["message"]
    assert city.calls("court_enforcement")["calls"] == 0
    query = await check(served, client, purpose, bare)
    assert query.errors[0]["extensions"]["check"] == "INPUT_INVALID"
    whole = await check(served, client, purpose, asked(code, CODES[1]), MUTATION)
    assert whole.errors == []


async def test_what_a_set_demands_is_told_by_its_register(served: Served) -> None:
    found = (await served.ask("portal", "{ ruleSets { code demands } }")).data["ruleSets"]
    demands = {each["code"]: each["demands"] for each in found if each["demands"]}
    assert demands == {"GP": ["case"], "TB": ["case"], "AA": ["license"], "QR": ["qualification"]}


async def test_a_set_that_is_not_there_is_named_with_those_that_are(served: Served) -> None:
    told = await check(served, "procurement", "BIDDING", asked("XX", CODES[1]), MUTATION)
    (error,) = told.errors
    assert error["extensions"]["code"] == "RULE_SET_UNKNOWN"
    assert "known: AA, BK, FF, GP" in error["message"]


async def test_the_worst_member_decides_for_a_consortium(served: Served) -> None:
    subjects = [
        {"key": {"value": CODES[1]}, "bidder": "甲"},
        {"key": {"value": CODES[3]}, "bidder": "甲"},
        {"key": {"value": CODES[4]}, "bidder": "乙"},
    ]
    told = await check(
        served, "procurement", "GOVERNMENT_PROCUREMENT", {"ruleSet": "GP", "subjects": subjects, "lot": True}
    )
    found = told.data["creditCheck"]
    assert found["bidders"] == [{"bidder": "甲", "verdict": "REJECT"}, {"bidder": "乙", "verdict": "PASS"}]
    assert {each["rule"] for each in found["lot"]} >= {"GP-11"}


async def test_a_key_that_leads_to_nobody_is_undetermined(served: Served) -> None:
    told = await check(served, "procurement", "BIDDING", asked("TB", "91230881TJ0000999A", CODES[1]))
    found = told.data["creditCheck"]
    assert [each["verdict"] for each in found["subjects"]] == ["UNDETERMINED", "PASS"]
    assert found["verdict"] == "UNDETERMINED"
    assert found["subjects"][0]["problem"]


async def _identity(served: Served, number: int, consent: str | None = None) -> dict[str, Any]:
    told = await check(served, "bank", "BANK_CREDIT", asked("BK", CODES[number]), consent=consent)
    (subject,) = told.data["creditCheck"]["subjects"]
    (outcome,) = [each for each in subject["rules"] if each["rule"] == "BK-01C"]
    return {**outcome, "nextStep": told.data["creditCheck"]["nextStep"]}


async def test_registers_that_differ_hit_and_are_told_side_by_side(served: Served) -> None:
    alone = await _identity(served, 23)
    assert (alone["result"], alone["mark"]) == ("HIT", "HIGH")
    shown = [(each["source"], orjson.loads(each["fields"])) for each in alone["evidence"]]
    assert shown == [
        ("market_registry", {"scheme": "ORG_CODE", "value": "TJ0000238"}),
        ("market_registry", {"scheme": "ORG_CODE", "value": "TJ9000234"}),
    ], "what the tax bureau holds is not open without consent"
    whole = await _identity(served, 23, await consents(served, [CODES[23]]))
    assert {(each["source"], orjson.loads(each["fields"])["scheme"]) for each in whole["evidence"]} == {
        ("market_registry", "NAME"),
        ("tax_credit", "NAME"),
        ("market_registry", "ORG_CODE"),
        ("tax_credit", "ORG_CODE"),
    }


async def test_registers_agree_only_when_all_were_compared(served: Served) -> None:
    alone = await _identity(served, 1)
    assert alone["result"] == "UNKNOWN"
    assert [(each["source"], each["status"], each["reason"]) for each in alone["missing"]] == [
        ("tax_credit", "DENIED", "CONSENT_MISSING")
    ]
    assert "ask again with the subject's consent" in alone["nextStep"]
    assert (await _identity(served, 1, await consents(served, [CODES[1]])))["result"] == "CLEAN"
    assert (await _identity(served, 5, await consents(served, [CODES[5]])))["result"] == "UNKNOWN", "it is closed"


@pytest.mark.parametrize("mode", ["down", "error", "slow", "garbled"])
async def test_a_source_that_does_not_answer_never_reads_as_a_pass(
    served: Served, city: Departments, mode: Any
) -> None:
    city.fault("court_enforcement", mode, **({"seconds": 60} if mode == "slow" else {}))
    told = await check(served, "procurement", "GOVERNMENT_PROCUREMENT", asked("GP", CODES[1], CODES[3]))
    city.fault("court_enforcement")
    found = told.data["creditCheck"]
    assert [each["verdict"] for each in found["subjects"]] == ["UNDETERMINED", "REJECT"], "GP-04 still hits the second"
    assert "court_enforcement" in {each["source"] for each in found["missing"]}


async def kept(served: Served, code: str, client: str, purpose: str, key: str) -> KeptCheck:
    """Return what is kept of a check of ``key``; a bank has its subject's consent."""
    consent = await consents(served, [key]) if client == "bank" else None
    told = await check(served, client, purpose, asked(code, key), consent=consent)
    return read_kept(told.data["creditCheck"]["evidence"])


def _without(kept_check: KeptCheck, need: str, state: str) -> dict[str, Any]:
    """Return the check with one section of its first subject in another ``state``, its records gone."""
    plain = msgspec.json.decode(msgspec.json.encode(kept_check))
    section = plain["subjects"][0]["sections"][need]
    known = {"source": "x", "part": None, "department": None, "reason": "r", "until": None}
    section["coverage"] = [{**known, "status": state, "asOf": None, "fetchedAt": None, "matchConfidence": None}]
    section["state"] = state if state in {"NOT_COVERED", "DENIED"} else "UNKNOWN"
    section["items"] = []
    return plain  # type: ignore[no-any-return]


CLEAN: Final = sorted({_group(each)[:3] for each in EXPECTED if (each.number, each.verdict) == (1, "PASS")})
"""Each rule set with a client and purpose that find nothing against the first scenario."""


async def test_no_needed_source_may_be_missing_for_a_pass(served: Served) -> None:
    book = served.gateway.front.loaded.configuration.rule_book
    tried = 0
    for code, client, purpose in CLEAN:
        whole = await kept(served, code, client, purpose, CODES[1])
        assert whole.verdict == "PASS", code
        rules = book.at(code, whole.as_of)
        for need in _decisive(rules, whole):
            for state in ("UNAVAILABLE", "TIMED_OUT", "DENIED", "MISREAD", "STALE", "NOT_COVERED", "CLOSED"):
                if state == "NOT_COVERED" and rules.needs[need].not_covered == "CLEAN":
                    continue
                text = orjson.dumps(_without(whole, need, state))
                assert judge_again(read_kept(text), rules).verdict != "PASS", f"{code} {need} {state}"
                tried += 1
    assert {code for code, _, _ in CLEAN} == set(book.sets)
    assert tried > 300


def _decisive(rules: RuleSet, whole: KeptCheck) -> list[str]:
    """Return the needs of rules that apply to the subject and weigh on a verdict, which the client could see."""
    outcomes = whole.subjects[0].outcomes
    weighing = [
        rule
        for rule in rules.rules
        if rule.verdict != "NOTE" and rule.scope == "SUBJECT" and outcomes[rule.id].result == "CLEAN"
    ]
    clauses = [clause for rule in weighing if not rule.all for clause in rule.any if not _reads_input(clause)]
    names = dict.fromkeys(name for clause in clauses for name in needs_of_clause(clause))
    return [name for name in names if name in whole.subjects[0].sections]


def _reads_input(clause: Clause) -> bool:
    return any("input." in (text or "") for text in (clause.when, clause.over, clause.for_each, clause.test))


async def test_a_check_that_is_handed_back_is_judged_again(served: Served) -> None:
    told = await check(served, "procurement", "GOVERNMENT_PROCUREMENT", asked("GP", CODES[3], CODES[1]))
    receipt = await served.get(f"/receipts/{told.receipt}", served.headers("procurement", "BIDDING", "c"))
    bundle = orjson.dumps({"format": FORMAT, "answer": told.body.decode(), "receipt": receipt.content}).decode()
    found = (await served.ask("procurement", REPLAY, purpose="BIDDING", case="c", bundle=bundle)).data["replay"]
    assert found["verdict"] == "HOLDS"
    (again,) = found["checks"]
    assert (again["path"], again["outcome"], again["differences"]) == ("creditCheck", "IDENTICAL", [])
    assert (again["verdictThen"], again["verdictNow"]) == ("REJECT", "REJECT")
    forged = bundle.replace("REJECT", "PASS")
    told = await served.ask("procurement", REPLAY, purpose="BIDDING", case="c", bundle=forged)
    assert (told.data["replay"]["verdict"], told.data["replay"]["checks"]) == ("FAILS", [])


SETS: Final = """{ ruleSets { code version title titleEn purposes advisory rules {
  id title needs verdict mandatory reveal basis { article basis { title inForce } } } } }"""


async def test_the_rule_sets_are_told_to_everybody_with_their_basis(served: Served) -> None:
    found = (await served.ask("portal", SETS)).data["ruleSets"]
    assert {"GP", "TB", "BK", "AA", "MA", "QR", "FF", "HN", "SV"} == {each["code"] for each in found}
    assert all(rule["basis"] and rule["needs"] for each in found for rule in each["rules"])
