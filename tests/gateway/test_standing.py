"""What a consent, the own subject and own decisions open, and to whom alone: in the answer, and in what sources see."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from connectors.base import Answer, Batch
from connectors.errors import SourceUnavailable
from gateway.caller import ANYBODY, Caller, Standing
from gateway.consents import Consent
from gateway.denials import denials_of
from tests.gateway.staged import Record, staged
from tests.gateway.world import World, uscc_of

MINE, OTHER, THIRD = uscc_of(3), uscc_of(5), uscc_of(7)
RATINGS = """query($keys: [SubjectKey!]!) { subjects(keys: $keys) { ... on Organization { uscc
  taxRatings { state coverage { source status } items { level score } } } } }"""
PENALTIES = """query($keys: [SubjectKey!]!) { subjects(keys: $keys) { ... on Organization { uscc
  penalties { state totalCount items { decisionNo state } coverage { source status reason } } } } }"""


def keys(*codes: str) -> dict[str, Any]:
    return {"keys": [{"scheme": "USCC", "value": code} for code in codes]}


def consent(subject: str, *fields: str) -> Consent:
    """Return a consent of ``subject`` to the bank."""
    named = frozenset(fields or ("TaxCreditRating.*",))
    purposes = frozenset({"BANK_CREDIT"})
    return Consent("1", subject, "bank", purposes, named, "2026-01-01", "2026-12-31", "PAPER", "0" * 64)


def bank(world: World, *consents: Consent) -> Caller:
    return replace(world.caller("bank"), consent="named", consents=consents)


def oneself(world: World, subject: str | None = MINE) -> Caller:
    scopes = frozenset({"credit.public", "credit.self"})
    return Caller("citizen", None, scopes, "SELF_QUERY", subject=subject)


def rated(*subjects: str) -> World:
    values = {"level": "A", "score": "95.5", "evaluation_year": 2025}
    return staged(*(Record("tax_credit", "TaxCreditRating", each, values) for each in subjects))


def ratings_batches(world: World) -> Iterator[Batch]:
    return (batch for name, batch in world.batches() if name == "tax_credit" and batch.entity == "TaxCreditRating")


async def sections(world: World, query: str, caller: Caller, *codes: str) -> dict[str, Any]:
    asked = await world.ask(query, keys(*codes), caller)
    (field,) = {name for each in asked.data["subjects"] for name in each} - {"uscc"}
    return {each["uscc"]: each[field] for each in asked.data["subjects"]}


# ---- consents -------------------------------------------------------------------------------------------------------


async def test_a_consent_opens_its_own_subject_and_no_other() -> None:
    world = rated(MINE, OTHER)
    asked = await world.ask(RATINGS, keys(MINE, OTHER), bank(world, consent(MINE)))
    mine, other = (each["taxRatings"] for each in asked.data["subjects"])
    assert [item["level"] for item in mine["items"]] == ["A"]
    assert other is None
    (denied,) = [each for each in asked.errors if each["path"] == ["subjects", 1, "taxRatings"]]
    assert denied["extensions"]["reason"] == "CONSENT_NOT_COVERING"
    assert [batch.keys for batch in ratings_batches(world)] == [(MINE,)]


async def test_a_consent_opens_no_field_that_it_does_not_name() -> None:
    world = rated(MINE)
    asked = await world.ask(RATINGS, keys(MINE), bank(world, consent(MINE, "TaxCreditRating.level")))
    (section,) = (each["taxRatings"] for each in asked.data["subjects"])
    assert section["items"] == [{"level": "A", "score": None}]
    (batch,) = ratings_batches(world)
    assert batch.fields == ("level",)


async def test_a_consent_never_opens_what_is_the_owners_alone() -> None:
    world = rated(MINE)
    asked = await world.ask(RATINGS, keys(MINE), bank(world, consent(MINE)))
    (denied,) = [each for each in asked.errors if each["path"][-1] == "score"]
    assert denied["extensions"]["reason"] == "OWNER_ONLY"
    assert all("score" not in batch.fields for batch in ratings_batches(world))


async def test_an_organization_consents_to_nothing_about_a_person_in_a_role() -> None:
    query = """query($keys: [SubjectKey!]!) { subjects(keys: $keys) { ... on Organization { uscc
      legalRepresentative { items { title person { name sex } } } } } }"""
    values = {"title": "执行董事", "person_name": "示例", "person_sex": "FEMALE"}
    world = staged(Record("market_registry", "LegalRepresentative", MINE, values))
    consented = bank(world, consent(MINE, "LegalRepresentative.person_sex"))
    asked = await world.ask(query, keys(MINE), consented)
    (item,) = asked.data["subjects"][0]["legalRepresentative"]["items"]
    assert item["person"] == {"name": "示例", "sex": None}
    (denied,) = asked.errors
    assert (denied["extensions"]["reason"], "consent" in denied["extensions"]["needs"]) == ("SCOPE_MISSING", False)
    assert all("person_sex" not in batch.fields for _, batch in world.batches())


async def test_each_subject_is_asked_about_by_what_it_consented_to() -> None:
    world = rated(MINE, OTHER, THIRD)
    caller = bank(world, consent(MINE, "TaxCreditRating.level"), consent(OTHER, "TaxCreditRating.evaluation_year"))
    query = RATINGS.replace("level score", "level evaluationYear")
    told = await sections(world, query, caller, MINE, OTHER, THIRD)
    assert told[MINE]["items"] == [{"level": "A", "evaluationYear": None}]
    assert told[OTHER]["items"] == [{"level": None, "evaluationYear": 2025}]
    assert told[THIRD] is None
    asked = {batch.keys: batch.fields for batch in ratings_batches(world)}
    assert asked == {(MINE,): ("level",), (OTHER,): ("evaluation_year",)}


async def test_subjects_that_consented_alike_share_one_question() -> None:
    world = rated(MINE, OTHER)
    asks = (await world.ask(RATINGS, keys(MINE, OTHER), bank(world, consent(MINE), consent(OTHER)))).compiled.plan.asks
    assert len([ask for ask in asks if ask.source.name == "tax_credit"]) == 1


async def test_who_has_other_consents_shares_no_plan_and_who_has_the_same_does() -> None:
    world = rated(MINE, OTHER)
    consents = (consent(MINE), consent(OTHER), consent(MINE, "TaxCreditRating.level"))
    one, same, other = [(await world.ask(RATINGS, keys(MINE), bank(world, each))).compiled.plan for each in consents]
    assert one is same
    assert one is not other


async def test_the_ledger_is_told_of_no_denial_that_the_consent_lifted() -> None:
    world = rated(MINE)
    query = RATINGS.replace("level score", "level")
    plan = (await world.ask(query, keys(MINE), bank(world, consent(MINE)))).compiled.plan
    assert denials_of(plan, frozenset({1})).denied == ()
    assert [each.reason for each in denials_of(plan, frozenset({0, 1})).denied] == ["CONSENT_NOT_COVERING"]


# ---- the own subject ------------------------------------------------------------------------------------------------


async def test_a_subject_sees_its_own_records_whole_and_of_others_what_is_public() -> None:
    world = rated(MINE, OTHER)
    asked = await world.ask(RATINGS, keys(MINE, OTHER), oneself(world))
    mine, other = (each["taxRatings"] for each in asked.data["subjects"])
    assert mine["items"] == [{"level": "A", "score": "95.5"}]
    assert other is None
    assert {batch.keys for batch in ratings_batches(world)} == {(MINE,)}


@pytest.mark.parametrize(("subject", "seen"), [(MINE, ["REPAIRED"]), (OTHER, []), (None, [])])
async def test_who_is_told_of_a_repaired_penalty(subject: str | None, seen: list[str]) -> None:
    values = {
        "decision_no": "同环罚〔2026〕8号",
        "decided_on": "2026-08-01",
        "categories": ["FINE"],
        "status": "REPAIRED",
    }
    world = staged(Record("environment_penalties", "AdministrativePenalty", MINE, values))
    told = await sections(world, PENALTIES, oneself(world, subject), MINE)
    assert [item["state"] for item in told[MINE]["items"]] == seen


async def test_the_scope_without_the_subject_and_the_subject_without_the_scope_open_nothing() -> None:
    world = rated(MINE)
    without_scope = replace(oneself(world), scopes=frozenset({"credit.public"}))
    elsewhere = replace(world.caller("bank"), subject=MINE)
    for caller in (oneself(world, None), without_scope, elsewhere):
        assert (await sections(world, RATINGS, caller, MINE))[MINE] is None
    assert not list(ratings_batches(world))


# ---- what the caller's department decided ---------------------------------------------------------------------------


async def test_a_department_is_shown_whole_what_it_decided_itself_and_it_is_asked_for_apart() -> None:
    own = {"decision_no": "同消罚〔2026〕1号", "decided_on": "2026-09-01", "status": "REPAIRED", "remark": "own"}
    other = {"decision_no": "同处罚〔2026〕2号", "decided_on": "2026-08-01", "remark": "other"}
    table = ("double_publicity", "AdministrativePenalty", MINE)
    world = staged(Record(*table, own, "1", decided_by="fire_rescue"), Record(*table, other, "2"))
    told = await sections(world, PENALTIES, world.caller("fire_rescue", "OWNER"), MINE)
    assert [(each["decisionNo"], each["state"]) for each in told[MINE]["items"]] == [
        ("同消罚〔2026〕1号", "REPAIRED"),
        ("同处罚〔2026〕2号", "PUBLISHED"),
    ]
    assert (told[MINE]["state"], told[MINE]["totalCount"]) == ("COMPLETE", 2)
    assert len([each for each in told[MINE]["coverage"] if each["source"] == "double_publicity"]) == 2, "two tables"
    asked = [batch for name, batch in world.batches() if name == "double_publicity"]
    narrowed = {(batch.entity, batch.decided_by) for batch in asked if batch.entity.startswith("AdministrativePenalty")}
    both = ("AdministrativePenalty", "AdministrativePenalty_2016")
    assert narrowed == {(table, department) for table in both for department in (None, "fire_rescue")}
    others = await sections(world, PENALTIES, world.caller("transport", "OWNER"), MINE)
    assert [each["decisionNo"] for each in others[MINE]["items"]] == ["同处罚〔2026〕2号"]


async def test_what_is_shown_whole_is_not_shown_twice() -> None:
    licenses = """query($keys: [SubjectKey!]!) { subjects(keys: $keys) { ... on Organization { uscc
      licenses { totalCount items { decisionNo legalRepIdNo alsoReportedBy { source } } } } } }"""
    values = {"decision_no": "同交许〔2026〕1号", "decided_on": "2026-09-01", "legal_rep_id_no": "230881********0013"}
    world = staged(Record("double_publicity", "AdministrativeLicense", MINE, values, decided_by="transport"))
    told = await sections(world, licenses, world.caller("transport", "OWNER"), MINE)
    (item,) = told[MINE]["items"]
    assert (item["legalRepIdNo"], item["alsoReportedBy"]) == ("230881********0013", [])
    assert told[MINE]["totalCount"] == 1


async def test_a_repair_that_another_department_reports_is_still_heard_of() -> None:
    decided = {"decision_no": "同处罚〔2026〕2号", "decided_on": "2026-08-01", "authority": "同江市生态环境局"}
    reported = {**decided, "status": "REPAIRED", "repaired_on": "2026-10-01"}
    world = staged(
        Record("environment_penalties", "AdministrativePenalty", MINE, decided),
        Record("double_publicity", "AdministrativePenalty", MINE, reported),
    )
    told = await sections(world, PENALTIES, world.caller("fire_rescue", "OWNER"), MINE)
    assert (told[MINE]["state"], told[MINE]["items"]) == ("COMPLETE", [])


async def test_when_its_own_decisions_cannot_be_had_they_stay_as_everybody_sees_them_and_coverage_tells() -> None:
    own = {"decision_no": "同消罚〔2026〕1号", "decided_on": "2026-09-01"}
    world = staged(Record("double_publicity", "AdministrativePenalty", MINE, own, "1", decided_by="fire_rescue"))
    narrow = world.connectors["double_publicity"]
    fetch = narrow.fetch

    async def without_own(batch: Batch) -> Answer:
        if batch.decided_by is not None:
            raise SourceUnavailable("down")
        return await fetch(batch)

    narrow.fetch = without_own  # type: ignore[method-assign]
    told = await sections(world, PENALTIES, world.caller("fire_rescue", "OWNER"), MINE)
    assert [each["decisionNo"] for each in told[MINE]["items"]] == ["同消罚〔2026〕1号"]
    assert told[MINE]["state"] == "PARTIAL"
    assert "UNAVAILABLE" in {each["status"] for each in told[MINE]["coverage"]}


@pytest.mark.parametrize(("client", "purpose"), [("fire_rescue", "SUPERVISION"), ("finance", "OWNER")])
async def test_who_may_not_see_its_own_decisions_whole_asks_for_none_apart(client: str, purpose: str) -> None:
    world = staged()
    await sections(world, PENALTIES, world.caller(client, purpose), MINE)
    assert {batch.decided_by for name, batch in world.batches() if name == "double_publicity"} == {None}


# ---- standings ------------------------------------------------------------------------------------------------------


def test_a_caller_stands_to_each_subject_as_its_consents_and_its_token_say() -> None:
    world = World()
    caller = replace(bank(world, consent(MINE), consent(OTHER, "A.b"), consent(OTHER, "A.c")), subject=THIRD)
    assert [caller.standings[caller.standing(each)] for each in (MINE, OTHER, THIRD, uscc_of(9))] == [
        Standing(consented=frozenset({"TaxCreditRating.*"})),
        Standing(consented=frozenset({"A.b", "A.c"})),
        Standing(own=True),
        ANYBODY,
    ]


def test_the_number_of_no_subject_stands_in_a_callers_text_or_fingerprint() -> None:
    one = oneself(World(), MINE)
    assert MINE not in repr(one)
    assert one.fingerprint == replace(one, subject=OTHER).fingerprint != replace(one, subject=None).fingerprint
