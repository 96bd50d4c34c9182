"""Clauses, kind by kind: what they come to over records that are known, not known, and not all there."""

from typing import Any

import pytest

from gateway.rules.evidence import Section
from gateway.rules.model import Result
from tests.gateway.rulesets import entry, outcome, penalty, without

STANDS = {"need": "listed", "when": 'active(e) && usable(e) && e.kind == "WAGE_ARREARS"'}
DOWN = {
    "source": "s",
    "department": {"code": "court"},
    "status": "UNAVAILABLE",
    "reason": "down",
    "until": "2026-06-01T05:30:00Z",
}


def partial(*items: dict[str, Any]) -> Section:
    return Section(state="PARTIAL", items=list(items), coverage=[DOWN])


@pytest.mark.parametrize(
    ("section", "result"),
    [
        pytest.param([], "CLEAN", id="attested none"),
        pytest.param([entry()], "HIT", id="stands"),
        pytest.param([entry(), entry(removedOn="2026-05-01")], "HIT", id="one of two stands"),
        pytest.param([entry(removedOn="2026-06-01")], "CLEAN", id="removed on the day"),
        pytest.param([entry(removedOn="2026-06-02")], "HIT", id="removed the day after"),
        pytest.param([entry(validUntil="2026-05-31")], "CLEAN", id="expired the day before"),
        pytest.param([entry(validUntil="2026-06-01")], "HIT", id="valid to the day"),
        pytest.param([entry(includedOn="2026-06-02")], "CLEAN", id="included the day after"),
        pytest.param([entry(includedOn=None)], "UNKNOWN", id="included nobody knows when"),
        pytest.param(
            [entry(includedOn=None, removedOn="2026-01-01")], "CLEAN", id="removed, included nobody knows when"
        ),
        pytest.param([without(entry(), "removedOn")], "UNKNOWN", id="whether removed was misread"),
        pytest.param([without(entry(kind="MAJOR_TAX_VIOLATION"), "removedOn")], "CLEAN", id="misread, of another list"),
        pytest.param([without(entry(), "kind")], "UNKNOWN", id="of which list was misread"),
        pytest.param(
            [without(entry(removedOn="2026-01-01"), "kind")], "CLEAN", id="removed, of which list was misread"
        ),
        pytest.param([without(entry(), "state")], "UNKNOWN", id="state was misread"),
        pytest.param([entry(state=None)], "UNKNOWN", id="state cannot be told"),
        pytest.param([entry(state=None), entry()], "HIT", id="a known hit wins over what cannot be told"),
        pytest.param(partial(), "UNKNOWN", id="none found, a source is down"),
        pytest.param(partial(entry()), "HIT", id="found, a source is down"),
        pytest.param(partial(entry(removedOn="2026-01-01")), "UNKNOWN", id="removed, a source is down"),
        pytest.param(Section(state="UNKNOWN"), "UNKNOWN", id="nobody answered"),
        pytest.param(Section(state="NOT_COVERED"), "UNKNOWN", id="not covered"),
        pytest.param(Section(state="DENIED", denied={"reason": "SCOPE"}), "UNKNOWN", id="denied"),
    ],
)
def test_a_record_hits_or_not_or_nobody_knows(section: Any, result: Result) -> None:
    assert outcome(STANDS, listed=section).result == result


@pytest.mark.parametrize("state", ["REPAIRED", "REVOKED", "ALTERED", "SHIELDED", "PUBLICITY_ENDED", "NOT_PUBLISHABLE"])
@pytest.mark.parametrize("when", [STANDS["when"], "true"], ids=["asks for usable", "asks for nothing"])
def test_what_is_not_in_force_hits_only_where_the_clause_names_it(state: str, when: str) -> None:
    """A repaired record is invisible to rules (invariant 8), whether or not a condition thinks of it."""
    named = {"ended": "PUBLICITY_ENDED", "minor": "NOT_PUBLISHABLE", "repaired": "REPAIRED"}
    clause = {"need": "listed", "when": when}
    assert outcome(clause, listed=[entry(state=state)]).result == "CLEAN"
    for key, counts in named.items():
        found = outcome({**clause, key: True}, listed=[entry(state=state)])
        assert found.result == ("HIT" if counts == state else "CLEAN")


def test_a_hit_carries_its_records_and_an_unknown_what_is_missing() -> None:
    hit = outcome(STANDS, listed=[entry(), entry(removedOn="2026-01-01")])
    assert [(each.need, each.item) for each in hit.hits] == [("listed", entry())]
    assert (hit.verdict, hit.missing) == ("REJECT", [])
    (missing,) = outcome(STANDS, listed=partial()).missing
    assert (missing.need, missing.source, missing.status) == ("listed", "s", "UNAVAILABLE")
    assert (missing.reason, missing.until) == ("down", "2026-06-01T05:30:00Z")
    (unread,) = outcome(STANDS, listed=[without(entry(), "kind")]).missing
    assert (unread.status, unread.source, unread.record) == ("UNREADABLE", "s", "r1")
    (denied,) = outcome(
        STANDS, listed=Section(state="DENIED", denied={"reason": "SCOPE", "needs": "credit.gov"})
    ).missing
    assert (denied.status, denied.reason, denied.needs) == ("DENIED", "SCOPE", "credit.gov")
    (nothing,) = outcome(STANDS, listed=Section(state="UNKNOWN")).missing
    assert (nothing.status, nothing.source) == ("UNKNOWN", None)


TWO = {"need": "penalties", "when": "true", "at_least": 2}


@pytest.mark.parametrize(
    ("section", "result"),
    [
        pytest.param([penalty(), penalty()], "HIT", id="two"),
        pytest.param([penalty()], "CLEAN", id="one"),
        pytest.param([penalty(), penalty(state="REPAIRED")], "CLEAN", id="one of two is repaired"),
        pytest.param([penalty(), penalty(state=None)], "UNKNOWN", id="one, and one that cannot be told"),
        pytest.param([penalty(), penalty(), penalty(state=None)], "HIT", id="two, and one that cannot be told"),
        pytest.param([penalty(state=None)], "CLEAN", id="at most one"),
        pytest.param(partial(penalty()), "UNKNOWN", id="one, a source is down"),
        pytest.param(partial(penalty(), penalty()), "HIT", id="two, a source is down"),
    ],
)
def test_so_many_records_are_counted(section: Any, result: Result) -> None:
    assert outcome(TWO, penalties=section).result == result


SUM = {"need": "penalties", "when": 'e.domain == "MARKET"', "sum": "fineAmount.amount", "over": "1000.0"}


@pytest.mark.parametrize(
    ("section", "result"),
    [
        pytest.param([penalty("600"), penalty("400.01")], "HIT", id="over"),
        pytest.param([penalty("600"), penalty("400")], "CLEAN", id="exactly"),
        pytest.param([penalty("0.1")] * 3 + [penalty("999.7")], "CLEAN", id="exactly, in tenths"),
        pytest.param([], "CLEAN", id="none"),
        pytest.param([penalty("2000", domain="FIRE")], "CLEAN", id="of another domain"),
        pytest.param([penalty("600"), penalty(None)], "UNKNOWN", id="one without amount"),
        pytest.param([penalty("1001"), penalty(None)], "HIT", id="over, one without amount"),
        pytest.param([penalty("600"), without(penalty(), "fineAmount")], "UNKNOWN", id="an amount was misread"),
        pytest.param([penalty("600"), penalty("many")], "UNKNOWN", id="an amount is none"),
        pytest.param([penalty("1001"), penalty("-500")], "HIT", id="a negative amount lowers nothing"),
        pytest.param([penalty("600"), penalty("-500")], "UNKNOWN", id="a negative amount is none"),
        pytest.param([penalty("600"), without(penalty("600"), "domain")], "UNKNOWN", id="perhaps of the domain"),
        pytest.param(partial(penalty("600")), "UNKNOWN", id="below, a source is down"),
        pytest.param(partial(penalty("1001")), "HIT", id="over, a source is down"),
    ],
)
def test_amounts_are_added_up(section: Any, result: Result) -> None:
    assert outcome(SUM, penalties=section).result == result


def test_what_a_sum_is_over_may_be_given_or_read() -> None:
    over_capital = {**SUM, "over": "first.registration.registeredCapital.amount * 0.5"}
    capital = [{"registeredCapital": {"amount": "1000"}, "status": "IN_BUSINESS"}]
    assert outcome(over_capital, penalties=[penalty("501")], registration=capital).result == "HIT"
    assert outcome(over_capital, penalties=[penalty("500")], registration=capital).result == "CLEAN"
    assert outcome(over_capital, penalties=[penalty("500")]).result == "UNKNOWN"
    assert outcome(over_capital, penalties=[], registration=Section(state="UNKNOWN")).result == "CLEAN"
    unknown = outcome(over_capital, penalties=[penalty("9")], registration=Section(state="UNKNOWN"))
    assert (unknown.result, unknown.missing[0].need) == ("UNKNOWN", "registration")
    given = {**SUM, "over": "input.amount"}
    assert outcome(given, given={"amount": 99.5}, penalties=[penalty()]).result == "HIT"
    lacking = outcome(given, penalties=[penalty()])
    assert (lacking.result, lacking.inputs) == ("NOT_APPLICABLE", ["amount"])


LATEST = {"need": "levels", "when": 'e.level in ["C", "D"]', "latest": "evaluationYear"}


def level(level_: str | None, year: Any = 2025) -> dict[str, Any]:
    return {"evaluationYear": year, "level": level_}


@pytest.mark.parametrize(
    ("section", "result"),
    [
        pytest.param([level("D"), level("A", 2024)], "HIT", id="newest is bad"),
        pytest.param([level("A"), level("D", 2024)], "CLEAN", id="newest is good"),
        pytest.param([level("A"), level("D")], "HIT", id="one of two of the newest year"),
        pytest.param([level("A"), level("D", None)], "UNKNOWN", id="of a year nobody knows, and it matters"),
        pytest.param([level("D"), level("C", None)], "HIT", id="of a year nobody knows, all bad"),
        pytest.param([level("A"), level("A", None)], "CLEAN", id="of a year nobody knows, all good"),
        pytest.param([without(level("D"), "level"), level("A", 2024)], "UNKNOWN", id="newest was misread"),
        pytest.param([level("A"), without(level("D", 2024), "level")], "CLEAN", id="an older one was misread"),
        pytest.param([], "CLEAN", id="none"),
        pytest.param(partial(level("D")), "UNKNOWN", id="bad, a newer one may be missing"),
    ],
)
def test_only_the_newest_are_judged(section: Any, result: Result) -> None:
    assert outcome(LATEST, levels=section).result == result


@pytest.mark.parametrize(
    ("section", "result"),
    [
        pytest.param([penalty(decidedOn="2026-01-01", state="REPAIRED"), penalty()], "HIT", id="newest is repaired"),
        pytest.param([penalty(decidedOn="2026-01-01", state=None, domain="FIRE"), penalty()], "UNKNOWN", id="perhaps"),
        pytest.param([penalty(decidedOn="2026-01-01", state=None, domain="FIRE")], "CLEAN", id="neither way"),
    ],
)
def test_the_newest_is_one_that_is_in_force(section: Any, result: Result) -> None:
    newest = {"need": "penalties", "when": 'e.domain == "MARKET"', "latest": "decidedOn"}
    assert outcome(newest, penalties=section).result == result


LACKS = {
    "need": "licenses",
    "for_each": "input.requiredLicenses",
    "lacks": 'e.certificateName == r && e.status == "VALID" && (e.validTo == null || e.validTo >= asOf)',
}


def license_(name: str, valid_to: Any = None, status: str = "VALID") -> dict[str, Any]:
    return {"certificateName": name, "status": status, "validTo": valid_to}


@pytest.mark.parametrize(
    ("required", "section", "result"),
    [
        pytest.param(["食品"], [license_("食品")], "CLEAN", id="has it"),
        pytest.param(["食品"], [license_("药品")], "HIT", id="has another"),
        pytest.param(["食品", "药品"], [license_("食品")], "HIT", id="has one of two"),
        pytest.param(["食品"], [license_("食品", "2026-05-31")], "HIT", id="expired"),
        pytest.param(["食品"], [without(license_("食品"), "validTo")], "UNKNOWN", id="until when was misread"),
        pytest.param(["食品"], partial(license_("食品")), "CLEAN", id="has it, a source is down"),
        pytest.param(["食品"], partial(), "UNKNOWN", id="not found, a source is down"),
        pytest.param([], [], "NOT_APPLICABLE", id="nothing is required"),
        pytest.param(None, [], "NOT_APPLICABLE", id="nothing is given"),
    ],
)
def test_what_is_required_is_there_or_lacks(required: Any, section: Any, result: Result) -> None:
    given = {} if required is None else {"requiredLicenses": required}
    assert outcome(LACKS, given=given, licenses=section).result == result


def test_what_lacks_is_named() -> None:
    found = outcome(LACKS, given={"requiredLicenses": ["食品", "药品"]}, licenses=[license_("食品")])
    assert (found.lacking, found.hits) == (["药品"], [])
    graded = {
        "need": "licenses",
        "for_each": 'input.requiredQualifications.filter(q, q.kind != "OTHER")',
        "lacks": 'e.certificateName == r.kind && (r.grade == "" || e.certificateName.endsWith(r.grade))',
    }
    required = {"requiredQualifications": [{"kind": "A", "grade": ""}, {"kind": "OTHER"}, {"kind": "B", "grade": "1"}]}
    found = outcome(graded, given=required, licenses=[license_("A"), license_("B")])
    assert (found.result, found.lacking) == ("HIT", [{"kind": "B", "grade": "1"}])


def test_one_thing_may_be_required_of_everybody() -> None:
    clause = {"need": "licenses", "lacks": 'e.certificateName == "安全生产"'}
    assert outcome(clause, licenses=[license_("安全生产")]).result == "CLEAN"
    assert outcome(clause, licenses=[license_("食品")]).result == "HIT"
    assert outcome(clause, licenses=partial()).result == "UNKNOWN"


IN_BUSINESS = {"test": 'first.registration == null || first.registration.status != "IN_BUSINESS"'}


@pytest.mark.parametrize(
    ("section", "result"),
    [
        pytest.param([{"status": "REVOKED"}], "HIT", id="revoked"),
        pytest.param([{"status": "IN_BUSINESS"}, {"status": "REVOKED"}], "CLEAN", id="the first record counts"),
        pytest.param([], "HIT", id="not registered"),
        pytest.param([{}], "UNKNOWN", id="the standing was misread"),
        pytest.param(partial({"status": "REVOKED"}), "UNKNOWN", id="a source is down"),
        pytest.param(Section(state="NOT_COVERED"), "UNKNOWN", id="not covered"),
    ],
)
def test_a_test_is_about_the_first_record(section: Any, result: Result) -> None:
    assert outcome(IN_BUSINESS, registration=section).result == result


def test_a_test_is_known_where_nothing_else_matters() -> None:
    clause = {"test": 'first.registration.status == "REVOKED" || all.cases.size() > 1'}
    down = Section(state="UNKNOWN")
    assert outcome(clause, registration=down, cases=[{}, {}]).result == "HIT"
    assert outcome(clause, registration=down, cases=[]).result == "UNKNOWN"


def test_a_test_may_hold_records_against_each_other() -> None:
    clause = {
        "test": "all.levels.exists(a, all.levels.exists(b, a.evaluationYear == b.evaluationYear + 1"
        ' && a.level == "D" && b.level == "A"))'
    }
    assert outcome(clause, levels=[level("D"), level("A", 2024)]).result == "HIT"
    assert outcome(clause, levels=[level("A"), level("D", 2024)]).result == "CLEAN"
    assert outcome(clause, levels=[level("D"), without(level("A", 2024), "level")]).result == "UNKNOWN"
    assert outcome(clause, levels=partial(level("D"), level("A", 2024))).result == "UNKNOWN"


def test_a_test_passes_over_what_is_not_in_force() -> None:
    clause = {"test": "first.penalties == null || first.penalties.domain == 'FIRE'"}
    fire = penalty(domain="FIRE")
    assert outcome(clause, penalties=[penalty(state="REPAIRED"), fire]).result == "HIT"
    assert outcome(clause, penalties=[penalty(state="REPAIRED")]).result == "HIT"
    assert outcome({**clause, "repaired": True}, penalties=[penalty(state="REPAIRED"), fire]).result == "CLEAN"
    assert outcome(clause, penalties=[penalty(state=None), fire]).result == "UNKNOWN"
    usable = {"test": "all.listed.exists(a, active(a) && usable(a))"}
    assert outcome(usable, listed=[entry()]).result == "HIT"
    assert outcome(usable, listed=[entry(removedOn="2026-01-01")]).result == "CLEAN"


def test_a_null_amount_is_told_from_one_that_is_not_known() -> None:
    clause = {"need": "penalties", "when": "e.fineAmount != null && number(e.fineAmount.amount) >= 100"}
    assert outcome(clause, penalties=[penalty("100")]).result == "HIT"
    assert outcome(clause, penalties=[penalty("99.99")]).result == "CLEAN"
    assert outcome(clause, penalties=[{**penalty(), "fineAmount": None}]).result == "CLEAN"
    assert outcome(clause, penalties=[without(penalty(), "fineAmount")]).result == "UNKNOWN"
    assert (
        outcome(
            {"test": "all.penalties.exists(p, p.fineAmount == null)"}, penalties=[{**penalty(), "fineAmount": None}]
        ).result
        == "HIT"
    )


@pytest.mark.parametrize(
    ("coverage", "result"),
    [
        pytest.param({"asOf": "2026-05-25", "matchConfidence": 1}, "CLEAN", id="seven days old"),
        pytest.param({"asOf": "2026-05-24", "matchConfidence": 1}, "UNKNOWN", id="eight days old"),
        pytest.param(
            {"asOf": None, "fetchedAt": "2026-05-24T16:30:00Z", "matchConfidence": 1}, "CLEAN", id="by the day in China"
        ),
        pytest.param(
            {"asOf": None, "fetchedAt": "2026-05-24T15:30:00Z", "matchConfidence": 1},
            "UNKNOWN",
            id="the day before in China",
        ),
        pytest.param({"asOf": None, "fetchedAt": None, "matchConfidence": 1}, "UNKNOWN", id="of no day"),
        pytest.param({"asOf": "2026-06-01", "matchConfidence": 0.99}, "UNKNOWN", id="not sure enough"),
        pytest.param({"asOf": "2026-06-01", "matchConfidence": None}, "UNKNOWN", id="nobody says how sure"),
    ],
)
def test_an_answer_must_be_young_and_sure_enough(coverage: dict[str, Any], result: Result) -> None:
    clause = {"need": "registration", "when": 'e.status == "REVOKED"'}
    section = Section(
        items=[{"status": "IN_BUSINESS", "source": "m"}], coverage=[{"source": "m", "status": "ANSWERED", **coverage}]
    )
    found = outcome(clause, registration=section)
    assert found.result == result
    assert [each.source for each in found.missing] == ([] if result == "CLEAN" else ["m"])


def test_a_stale_record_still_hits_and_an_unsure_one_may_be_anothers() -> None:
    clause = {"need": "registration", "when": 'e.status == "REVOKED"'}
    revoked = [{"status": "REVOKED", "source": "m"}]
    old = {"source": "m", "status": "ANSWERED", "asOf": "2020-01-01", "matchConfidence": 1}
    unsure = {"source": "m", "status": "ANSWERED", "asOf": "2026-06-01", "matchConfidence": 0.5}
    sure = {**unsure, "source": "other", "matchConfidence": 1}
    assert outcome(clause, registration=Section(items=revoked, coverage=[old])).result == "HIT"
    assert outcome(clause, registration=Section(items=revoked, coverage=[unsure])).result == "UNKNOWN"
    assert (
        outcome(clause, registration=Section(items=revoked, coverage=[unsure, {**unsure, **old}])).result == "UNKNOWN"
    )
    theirs = [{"status": "REVOKED", "source": "other"}]
    assert outcome(clause, registration=Section(items=theirs, coverage=[unsure, sure])).result == "HIT"
