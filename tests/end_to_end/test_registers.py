"""What the gateway says of itself: plans, sources, the catalogue, health."""

from typing import Any

from gateway.demo import Departments
from tests.end_to_end.queries import PENALTIES, PERSON, PUNISHERS, uscc_key
from tests.end_to_end.served import Served

EXPLAINED = """
query Explained($key: SubjectKey!) {
  subject(key: $key) {
    ... on Organization { penalties { items { fineAmount { amount } remark } } taxRatings { state } }
  }
}
"""
SOURCES = """
{ sources { name title kind state calls failures misreads medianMs lastAnsweredAt quietHours sinceYear updateCycle
            entities
            department { code name } } }
"""
CATALOGUE = """
query Catalogue($entity: String, $source: String) {
  catalogueFields(entity: $entity, source: $source) {
    type field entity source scope disclosure allowed reason department { code }
  }
}
"""


async def explained(served: Served, client: str) -> Any:
    body = {"query": EXPLAINED, "variables": {"key": uscc_key(3)}, "extensions": {"explain": True}}
    told = await served.post(body, served.headers(client))
    return told.content["extensions"]["explain"]


async def test_a_plan_tells_what_is_asked_of_whom_and_what_is_not(served: Served) -> None:
    plan = await explained(served, "bank")
    steps = {(each["source"], each["entity"]): each for each in plan["steps"] if "part" not in each}
    assert {source for source, entity in steps if entity == "AdministrativePenalty"} == set(PUNISHERS)
    assert ("market_registry", "Crosswalk") in steps
    publicity = steps["double_publicity", "AdministrativePenalty"]
    assert {"decided_on", "fine_amount"} <= set(publicity["fields"]), "and those by which it is judged and merged"
    assert ("remark" in publicity["fields"], publicity["askedBy"]) == (False, "USCC")
    assert "columns" not in publicity
    assert publicity["alsoBy"] == ["REG_NO", "ORG_CODE", "TAX_NO"]
    assert steps["market_penalties", "AdministrativePenalty"]["needs"] == ["crosswalk: REG_NO"]
    denied = [(each["source"], each["field"], each["reason"]) for each in plan["denied"]]
    remark = ("double_publicity", "remark", "CONSENT_MISSING")
    assert denied == [remark, remark, ("tax_credit", "*", "CONSENT_MISSING")], "of both tables of double publicity"
    registry = steps["market_registry", "Crosswalk"]["cost"]
    others = sum(each["cost"] for each in plan["steps"] if each["entity"] != "Crosswalk")
    assert plan["cost"] == others + 2 * registry, "which is asked for REG_NO, and by REG_NO whose it is"


async def test_a_plan_is_the_callers_own(served: Served) -> None:
    plan = await explained(served, "tax_department")
    steps = [each for each in plan["steps"] if each["entity"] != "Crosswalk" and "part" not in each]
    columns = {each["source"]: each["columns"] for each in steps}
    assert {"CF_JDRQ", "CF_NR_FK", "BZ"} <= set(columns["double_publicity"])
    assert not {"CF_FR_ZJHM", "CF_XDR_ZJHM"} & set(columns["double_publicity"])
    assert "tax_credit" in columns
    assert plan["denied"] == []


async def test_a_plan_tells_the_levels_in_the_order_in_which_links_lead_to_them(served: Served) -> None:
    body = {"query": PERSON, "variables": {"key": uscc_key(3)}, "extensions": {"explain": True}}
    told = await served.post(body, served.headers("court"))
    levels = [(each["stage"], each["entity"]) for each in told.content["extensions"]["explain"]["steps"]]
    assert sorted(set(levels)) == [
        (0, "Crosswalk"),
        (0, "LegalRepresentative"),
        (1, "PersonRole"),
        (2, "AdministrativePenalty"),
        (2, "ConsumptionRestriction"),
        (2, "Registration"),
    ]
    assert [stage for stage, _ in levels] == sorted(stage for stage, _ in levels)


async def test_a_plan_is_shown_only_when_asked_for(served: Served) -> None:
    for wish in ({}, {"explain": False}, {"explain": None}):
        body = {"query": EXPLAINED, "variables": {"key": uscc_key(3)}, "extensions": wish}
        told = await served.post(body, served.headers("bank"))
        assert set(told.content["extensions"]) == {"receipt"}


async def source(served: Served, name: str) -> Any:
    found = (await served.ask("portal", SOURCES)).data["sources"]
    return next(each for each in found if each["name"] == name)


async def test_sources_tell_how_they_have_been_answering(served: Served, city: Departments) -> None:
    name = "environment_penalties"
    await served.ask("portal", PENALTIES, key=uscc_key(3))
    before = await source(served, name)
    assert (before["state"], before["department"]["code"]) == ("UP", "ecology_environment")
    assert before["medianMs"] > 0
    city.fault(name, "html", times=1)
    await served.ask("portal", PENALTIES, key=uscc_key(3))
    failing = await source(served, name)
    assert failing["state"] == "FAILING"
    assert (failing["calls"] - before["calls"], failing["failures"] - before["failures"]) == (1, 1)
    assert failing["lastAnsweredAt"] == before["lastAnsweredAt"]
    await served.ask("portal", PENALTIES, key=uscc_key(3))
    after = await source(served, name)
    assert (after["state"], after["failures"]) == ("UP", failing["failures"])
    assert after["lastAnsweredAt"] > before["lastAnsweredAt"]


async def test_sources_tell_what_they_cover(served: Served) -> None:
    publicity = await source(served, "double_publicity")
    assert (publicity["sinceYear"], publicity["updateCycle"]) == (2015, "每日")
    assert publicity["entities"] == ["AdministrativeLicense", "AdministrativePenalty"]
    assert (await source(served, "court_enforcement"))["sinceYear"] is None


async def test_sources_count_what_they_could_not_read(served: Served) -> None:
    before = await source(served, "market_registry")
    query = "query($key: SubjectKey!) { subject(key: $key) { ... on Organization { registration { %s } } } }"
    await served.ask("portal", query % "items { status }", key=uscc_key(23))
    assert (await source(served, "market_registry"))["misreads"] == before["misreads"] + 1


async def test_the_catalogue_is_the_callers_own(served: Served) -> None:
    asked = {"entity": "TaxCreditRating", "source": "tax_credit"}
    portal = (await served.ask("portal", CATALOGUE, **asked)).data["catalogueFields"]
    owner = (await served.ask("tax_department", CATALOGUE, purpose="OWNER", **asked)).data["catalogueFields"]
    assert [each["field"] for each in portal] == [each["field"] for each in owner]
    assert all(not each["allowed"] and each["reason"] for each in portal)
    assert all(each["allowed"] and each["reason"] is None for each in owner)
    score = next(each for each in owner if each["field"] == "score")
    assert (score["scope"], score["disclosure"], score["department"]["code"]) == (
        "owner.tax_credit",
        "OWNER",
        "taxation",
    )


async def test_the_catalogue_lists_every_source_and_no_internal_field(served: Served) -> None:
    found = (await served.ask("auditor", CATALOGUE)).data["catalogueFields"]
    sources = {each["name"] for each in (await served.ask("auditor", SOURCES)).data["sources"]}
    assert {each["source"] for each in found} == sources
    assert not any(each["allowed"] for each in found), "an auditor sees no content of records"
    fields = {each["field"] for each in found}
    assert "person.maskedIdNo" in fields
    assert fields.isdisjoint({"personKey", "person.key", "pripid", "organizationUscc"})
    assert {each["entity"] for each in found}.isdisjoint({"Crosswalk"})


async def test_health_is_told_to_anybody_without_naming_an_address(served: Served) -> None:
    live, ready = await served.get("/health/live"), await served.get("/health/ready")
    assert (live.status, live.content) == (200, {"live": True})
    assert (ready.status, ready.content["stage"], ready.content["checks"]) == (200, "OPEN", {"ledger": "OK"})
    assert b"127.0.0.1" not in ready.body
