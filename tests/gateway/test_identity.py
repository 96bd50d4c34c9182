"""Whether registers agree on who a subject is: what differs is shown with who says so, and never settled."""

from typing import Any

import pytest

from connectors.errors import SourceUnavailable
from connectors.spec import FieldSpec
from gateway.demo import codes
from tests.gateway.staged import Record, staged, with_fields
from tests.gateway.world import World, uscc_of

SUBJECT = uscc_of(3)
QUERY = """query($uscc: String!) { subject(key: {scheme: USCC, value: $uscc}) { ... on Organization {
    identityConflicts { state conflicts { scheme values { value source } } coverage { source status reason } }
} } }"""


def registered(**values: Any) -> Record:
    return Record("market_registry", "Registration", SUBJECT, values)


def taxed(**values: Any) -> Record:
    return Record("tax_credit", "TaxRegistration", SUBJECT, values)


async def compared(made: World) -> Any:
    asked = await made.ask(QUERY, {"uscc": SUBJECT}, made.caller("tax_department"))
    return asked.data["subject"]["identityConflicts"]


def said(report: Any) -> dict[str, list[tuple[str, str]]]:
    return {
        each["scheme"]: [(value["source"], value["value"]) for value in each["values"]] for each in report["conflicts"]
    }


@pytest.mark.parametrize(
    ("market", "tax"),
    [
        ({"name": "同江一号公司(示例)"}, {"name": "同江一号公司（示例）"}),
        ({"name": "同江一号公司", "former_names": "同江老厂;同江二厂"}, {"name": "同江二厂"}),
        ({"uscc": SUBJECT}, {"taxpayer_no": SUBJECT}),
        ({"org_code": codes.org_code(3)}, {"taxpayer_no": SUBJECT}),
        ({"org_code": codes.org_code(3)}, {"taxpayer_no": f"230881{codes.org_code(3)}"}),
        ({"reg_no": codes.registration_number(3)}, {"taxpayer_no": SUBJECT}),
        ({"name": None}, {"name": "同江一号公司"}),
        ({}, {}),
    ],
)
async def test_what_says_the_same_is_no_conflict(market: dict[str, Any], tax: dict[str, Any]) -> None:
    report = await compared(staged(registered(**market), taxed(**tax)))
    assert (report["state"], report["conflicts"]) == ("COMPLETE", [])


async def test_names_that_differ_are_shown_as_written() -> None:
    report = await compared(staged(registered(name="同江一号公司（示例）"), taxed(name="同江一号公司")))
    assert said(report) == {"NAME": [("market_registry", "同江一号公司（示例）"), ("tax_credit", "同江一号公司")]}


async def test_a_tax_number_contradicts_the_codes_that_follow_from_it() -> None:
    other = uscc_of(5)
    report = await compared(staged(registered(uscc=SUBJECT, org_code=codes.org_code(3)), taxed(taxpayer_no=other)))
    assert said(report) == {
        "USCC": [("market_registry", SUBJECT), ("tax_credit", other)],
        "ORG_CODE": [("market_registry", codes.org_code(3)), ("tax_credit", codes.org_code(5))],
    }


async def test_one_register_may_contradict_itself() -> None:
    two = [Record("market_registry", "Registration", SUBJECT, {"reg_no": codes.registration_number(n)}) for n in (3, 5)]
    assert list(said(await compared(staged(*two)))) == ["REG_NO"]


async def test_without_conflicts_it_is_an_agreement_only_when_everybody_was_heard() -> None:
    report = await compared(staged(registered(name="同江一号公司"), faults={"tax_credit": SourceUnavailable("down")}))
    assert (report["state"], report["conflicts"]) == ("PARTIAL", [])
    told = {each["source"]: (each["status"], each["reason"]) for each in report["coverage"]}
    assert told["tax_credit"] == ("UNAVAILABLE", "down")
    assert told["market_registry"] == ("ANSWERED", None)


async def test_what_the_caller_may_not_see_is_not_compared_and_that_is_said() -> None:
    closed = FieldSpec(column="nsrmc", scope="owner.tax_credit", disclosure="OWNER")
    made = staged(
        registered(name="同江一号公司"),
        taxed(name="另一公司"),
        configured=with_fields("tax_credit", "TaxRegistration", name=closed),
    )
    report = await compared(made)
    assert (report["state"], report["conflicts"]) == ("PARTIAL", [])
    told = {each["source"]: (each["status"], each["reason"]) for each in report["coverage"]}
    assert told["tax_credit"] == ("DENIED", "not compared, for it is not open to this caller: name")
    asked = [batch for name, batch in made.batches() if name == "tax_credit"]
    assert asked
    assert not [batch for batch in asked if "name" in batch.fields]
