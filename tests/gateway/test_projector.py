"""The projector gives what graphql-core's own executor gives over the same fetched data: data, order, nulls, errors."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

from graphql import build_schema, print_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.errors import SourceClosed, SourceError, SourceMisread, SourceTimedOut, SourceUnavailable
from gateway.caller import Caller
from gateway.consents import Consent
from gateway.demo import codes
from gateway.run import MAX_REPEATED_ERRORS
from schema.schema import SCHEMA
from tests.drawn import examples
from tests.gateway.queries import operations
from tests.gateway.reference import Reference
from tests.gateway.world import Asked, World, uscc_of

PLAIN = build_schema(print_schema(SCHEMA))
"""The same schema without Strawberry's own resolvers of types and fields."""
KEYS = [
    *({"scheme": "USCC", "value": uscc_of(number)} for number in (1, 2, 3, 4, 5, 7, 8)),
    {"scheme": "REG_NO", "value": codes.registration_number(9)},
    {"scheme": "ORG_CODE", "value": codes.org_code(11)},
    {"scheme": "USCC", "value": "not a code"},
    {"scheme": "USCC", "value": uscc_of(1)[:-1] + ("0" if uscc_of(1)[-1] != "0" else "1")},
]
CALLERS = [
    ("court", "LAW_ENFORCEMENT"),
    ("court", "OWNER"),
    ("bank", None),
    ("tax_department", "OWNER"),
    ("auditor", None),
    ("fire_rescue", "OWNER"),
]
SUBJECT = Caller("citizen", None, frozenset({"credit.public", "credit.self"}), "SELF_QUERY")
CONSENTED = tuple(
    Consent(str(at), uscc_of(number), "bank", frozenset({"BANK_CREDIT"}), fields, "", "", "PAPER", "")
    for at, number, fields in (
        (1, 1, frozenset({"TaxCreditRating.*", "SocialInsurance.*"})),
        (2, 2, frozenset({"TaxCreditRating.level", "Registration.*", "TaxRegistration.name"})),
    )
)
STANDINGS: list[dict[str, Any]] = [{}, {"subject": uscc_of(3)}, {"consents": CONSENTED, "consent": "named"}]
FAULTS: list[dict[str, SourceError]] = [
    {},
    {},
    {
        "environment_penalties": SourceUnavailable("down"),
        "tax_credit": SourceClosed("closed", "2026-11-02T05:30:00+08:00"),
    },
    {"market_registry": SourceTimedOut("slow"), "court_enforcement": SourceMisread("html")},
]


@settings(
    max_examples=examples(70), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(
    drawn=operations(SCHEMA, KEYS),
    caller=st.sampled_from([*CALLERS, SUBJECT]),
    standing=st.sampled_from(STANDINGS),
    faults=st.sampled_from(FAULTS),
)
async def test_projector_equals_reference(
    drawn: tuple[str, dict[str, Any]],
    caller: tuple[str, str | None] | Caller,
    standing: dict[str, Any],
    faults: dict[str, SourceError],
) -> None:
    query, variables = drawn
    world = World(faults)
    asking = caller if isinstance(caller, Caller) else world.caller(*caller)
    asked = await world.ask(query, variables, replace(asking, **standing))
    reference = Reference(asked.run, asked.compiled, asked.values)
    expected, errors = await reference.execute(PLAIN, asked.operation, variables)
    assert json.dumps(response(asked)) == json.dumps(plain(expected))
    assert_same_errors(asked.errors, errors)


def response(asked: Asked) -> Any:
    return plain(asked.data)


def plain(value: Any) -> Any:
    """Return ``value`` as JSON holds it."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


def assert_same_errors(ours: list[dict[str, Any]], reference: list[dict[str, Any]]) -> None:
    """Every error of ours is one of the reference's; of a cause that repeats, the first tells how many there are."""
    left = Counter(map(text, reference))
    for error in ours:
        assert left[text(error)] > 0, error
        left[text(error)] -= 1
    counted = sum(error["extensions"].get("occurrences", 1) - 1 for error in ours)
    listed = len(ours)
    repeated = sum(
        min(error["extensions"]["occurrences"], MAX_REPEATED_ERRORS) - 1
        for error in ours
        if "occurrences" in error["extensions"]
    )
    assert listed - repeated + counted == len(reference)


def text(error: dict[str, Any]) -> str:
    extensions = {key: value for key, value in error["extensions"].items() if key != "occurrences"}
    return json.dumps({**error, "extensions": extensions}, sort_keys=True, default=str)
