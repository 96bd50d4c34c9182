"""What a consent, the own subject and own decisions open, and to whom alone: in the answer, and in what sources see."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from connectors.base import Batch
from gateway.caller import ANYBODY, Caller, Standing
from gateway.consents import Consent
from gateway.seal import refusals_of
from schema.entities import entity_of
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
    assert refusals_of(plan, frozenset({1})).denied == ()
    assert [each.reason for each in refusals_of(plan, frozenset({0, 1})).denied] == ["CONSENT_NOT_COVERING"]


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


async def test_a_department_is_shown_its_own_decisions_at_anothers_source_and_asks_for_no_others() -> None:
    world = staged()
    caller = world.caller("fire_rescue", "OWNER")
    told = await sections(world, PENALTIES, caller, MINE)
    asked = [batch for name, batch in world.batches() if name == "double_publicity"]
    assert asked
    assert {batch.decided_by for batch in asked if entity_of(batch.entity) == "AdministrativePenalty"} == {
        "fire_rescue"
    }
    (coverage, *_) = [each for each in told[MINE]["coverage"] if each["source"] == "double_publicity"]
    assert coverage == {
        "source": "double_publicity",
        "status": "DENIED",
        "reason": "only what the caller's own department decided is shown",
    }
    assert told[MINE]["totalCount"] is None


@pytest.mark.parametrize(("client", "purpose"), [("fire_rescue", "SUPERVISION"), ("finance", "OWNER")])
async def test_who_does_not_ask_for_its_own_decisions_is_not_narrowed_to_them(client: str, purpose: str) -> None:
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
