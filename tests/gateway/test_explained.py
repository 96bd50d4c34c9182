"""What an explained plan tells of fields that open for some subjects only, and of links that are denied."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.caller import Caller
from gateway.consents.model import Consent
from gateway.errors import BadParameters
from gateway.plan.explain import explain, explain_wish
from gateway.plan.model import Plan
from gateway.policy import Decision, Reason
from tests.gateway.world import World, uscc_of

QUERY = (
    f'{{ subject(key: {{scheme: USCC, value: "{uscc_of(1)}"}})'
    " { ... on Enterprise { taxRatings { items { level authority } }"
    " legalRepresentative { items { person { name } } } } } }"
)
CONSENT = Consent(
    id="c1",
    subject=uscc_of(1),
    grantee="bank",
    purposes=frozenset({"BANK_CREDIT"}),
    fields=frozenset({"TaxCreditRating.level", "TaxCreditRating.decided_on"}),
    not_before="2020-01-01",
    not_after="2099-12-31",
    form="ELECTRONIC",
    evidence="0" * 64,
)


async def planned(caller: Caller) -> Plan:
    return (await World().ask(QUERY, {}, caller)).compiled.plan


async def test_what_opens_with_consent_is_told_of_those_who_consented() -> None:
    caller = replace(World().caller("bank"), consent="c1", consents=(CONSENT,))
    explained = explain(await planned(caller), columns=False, standings=caller.standings)
    tax = [each for each in explained["open"] if each["source"] == "tax_credit"]
    assert tax == [
        {
            "source": "tax_credit",
            "entity": "TaxCreditRating",
            "fields": ["decided_on", "level"],
            "towards": ["CONSENTING"],
        }
    ]
    (step,) = [each for each in explained["steps"] if each["source"] == "tax_credit"]
    assert step["towards"] == ["CONSENTING"]
    denied = {
        (each["field"], *each.get("towards", ())) for each in explained["denied"] if each["source"] == "tax_credit"
    }
    assert denied == {("*", "ANYBODY"), ("authority", "CONSENTING")}
    assert uscc_of(1) not in str(explained), "whose consents they are is nobody's business"


async def test_a_link_that_is_denied_is_told_without_a_source() -> None:
    plan = await planned(World().caller("court"))
    assert not [each for each in explain(plan, columns=False)["denied"] if each["source"] is None]
    follows = [follow for stage in plan.stages for need in stage.needs.values() for follow in need.follows.values()]
    for follow in follows:
        follow.denied = Decision(False, "person.link", Reason.SCOPE_MISSING, {"scope": "person.link"})
    (link,) = [each for each in explain(plan, columns=False)["denied"] if each["source"] is None]
    assert (link["field"], link["reason"], link["needs"]) == ("person", "SCOPE_MISSING", {"scope": "person.link"})


@pytest.mark.parametrize(
    ("extensions", "wish"),
    [
        ({}, "none"),
        ({"explain": None}, "none"),
        ({"explain": False}, "none"),
        ({"explain": True}, "beside"),
        ({"explain": "only"}, "only"),
    ],
)
def test_wishes(extensions: dict[str, Any], wish: str) -> None:
    assert explain_wish(extensions) == wish


@pytest.mark.parametrize("wish", ["", "true", "Only", 0, 1, 1.0, [], {}, ["only"]])
def test_a_wish_that_cannot_be_meant_is_refused(wish: Any) -> None:
    with pytest.raises(BadParameters):
        explain_wish({"explain": wish})
