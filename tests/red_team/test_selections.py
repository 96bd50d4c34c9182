"""Attacks by selection: a field that is not open is asked for by every detour that GraphQL has."""

from typing import Any, Final

import pytest

from gateway.demo import Departments
from tests.end_to_end.notice import CODES
from tests.end_to_end.served import Served, Told
from tests.red_team.attacks import BANK, COURT, PORTAL, TAX, Attacker, key

RATINGS: Final = "taxRatings { state totalCount items { level score evaluationYear } coverage { status } }"
SECRETS: Final = (b'"score":"17"', b'"level":"D"', b'"D"', b'"17"')
"""What the tax department holds of subject 3; the bank may not know."""

# Guard: a section that every owner refuses is null (`Use.denied`), whatever it is called, wherever it is spread.
SECTIONS: Final = {
    "by its name": RATINGS,
    "under an alias": f"mine: {RATINGS}",
    "under the name of an open field": f"penalties: {RATINGS}",
    "under the name of an open field beside it": f"penalties: {RATINGS} taxRatings: penalties {{ state }}",
    "twice under one key": f"{RATINGS} {RATINGS}",
    "twice under two keys": f"a: {RATINGS} b: {RATINGS}",
    "in an inline fragment without a type": f"... {{ {RATINGS} }}",
    "in an inline fragment on the type": f"... on Enterprise {{ {RATINGS} }}",
    "in an inline fragment on the interface": f"... on Subject {{ ... on Organization {{ {RATINGS} }} }}",
    "in fragments of fragments": f"... {{ ... on Organization {{ ... on Enterprise {{ ... {{ {RATINGS} }} }} }} }}",
    "by its typename alone": "taxRatings { __typename }",
    "by its count alone": "taxRatings { totalCount }",
    "by its state alone": "taxRatings { state }",
    "by its coverage alone": "taxRatings { coverage { source status reason } }",
    "by its page alone": "taxRatings { pageInfo { hasNextPage endCursor } }",
    "by the ids of its records": "taxRatings { items { recordId recordType source } }",
    "by the provenance of its records": "taxRatings { items { provenance { recordKey digest sourceUpdatedAt } } }",
    "by the issues of its records": "taxRatings { items { issues { field code } } }",
    "by the interface of its records": "taxRatings { items { ... on CreditRecord { recordId } } }",
    "with a page of one": "taxRatings(first: 1) { totalCount items { level } }",
    "with a filter that fits": "taxRatings(level: D, years: [2025]) { totalCount items { level } }",
    "included by a constant": "taxRatings @include(if: true) { items { level } }",
    "not skipped by a constant": "taxRatings @skip(if: false) { items { level } }",
}


def check_denied(told: Told, keys: int = 1) -> None:
    """Check that nothing of the ratings came, and that every place where they were asked for says why."""
    for secret in SECRETS:
        assert secret not in told.said
    refused = [error for error in told.errors if error["extensions"]["field"] == "Organization.taxRatings"]
    assert len(refused) == keys
    for error in refused:
        assert error["extensions"]["code"] == "FIELD_FORBIDDEN"
        value: Any = told.data
        for step in error["path"]:
            value = value[step]
        assert value is None


@pytest.mark.parametrize("selection", SECTIONS.values(), ids=SECTIONS)
async def test_a_denied_section_is_not_had(served: Served, selection: str) -> None:
    told = await BANK.about(served, 3, selection)
    check_denied(told, keys=2 if selection.startswith("a:") else 1)


async def test_what_the_attacks_are_after_is_there(served: Served) -> None:
    told = await Attacker("tax_department", "OWNER").about(served, 3, RATINGS)
    assert all(secret in told.said for secret in SECRETS)


# Guard: the same, with the fragments and conditions of a document; conditions are part of a plan's cache key.
DOCUMENTS: Final = {
    "in a named fragment": ("{ ...a } } fragment a on Organization { %s }", {}),
    "in a fragment of a fragment": (
        "{ ...a } } fragment a on SubjectResult { ...b } fragment b on Organization { ...c } fragment c on Enterprise"
        " { %s }",
        {},
    ),
    "in two fragments that merge": (
        "{ ...a ...b } } fragment a on Enterprise { taxRatings { state } } fragment b on Enterprise { %s }",
        {},
    ),
    "included by a variable": ("{ ... on Enterprise @include(if: $yes) { %s } } }", {"yes": True}),
    "not skipped by a variable": ("{ ... on Enterprise @skip(if: $no) { %s } } }", {"no": False}),
    "included by a default": ("{ ... on Enterprise @include(if: $yes) { %s } } }", {}),
}


@pytest.mark.parametrize(("document", "said"), DOCUMENTS.values(), ids=DOCUMENTS)
async def test_a_denied_section_is_not_had_by_fragments_and_conditions(
    served: Served, document: str, said: dict[str, bool]
) -> None:
    declared = "$yes: Boolean! = true, $no: Boolean! = false"
    head = "query($key: SubjectKey!%s) { subject(key: $key) " % (f", {declared}" if "$" in document else "")
    if "$" in document:
        document = document.replace("{ ...", "{ __typename @include(if: $yes) @skip(if: $no) ...", 1)
    text = head + document % RATINGS
    check_denied(await BANK.ask(served, text, key=key(3), **said))


# Guard: conditions are part of the key of a cached plan (`Plans.plan`), in the order of their names.
@pytest.mark.parametrize("first", [False, True], ids=["closed before open", "open before closed"])
async def test_a_plan_kept_for_another_condition_opens_nothing(served: Served, city: Departments, first: bool) -> None:
    text = (
        "query Kept($key: SubjectKey!, $a: Boolean!, $b: Boolean!) { subject(key: $key) { ... on Enterprise {"
        " taxRatings @include(if: $a) { items { level } } uscc @include(if: $b) } } }"
    )
    text += f" # {first}"
    asked = {}
    for attacker in (TAX, BANK) if first else (BANK, TAX):
        for one in (first, not first):
            told = await attacker.ask(served, text, key=key(3), a=one, b=not one)
            asked[attacker.client, one] = told
    assert set(asked["bank", False].subject) == {"uscc"}
    check_denied(asked["bank", True])
    assert [item["level"] for item in asked["tax_department", True].subject["taxRatings"]["items"]] == ["D", "D", "C"]
    assert asked["tax_department", False].subject == {"uscc": CODES[3]}


# Guard: `Ask.fields` holds permitted fields only, for each record whatever type or alias it is reached by.
FIELDS: Final[dict[str, tuple[Attacker, str, str]]] = {
    "by its name": (BANK, "licenses { items { legalRepIdNo } }", "licenses.items.0.legalRepIdNo"),
    "under the alias of an open field": (
        BANK,
        "licenses { items { decisionNo: legalRepIdNo } }",
        "licenses.items.0.decisionNo",
    ),
    "by the interface of records": (
        BANK,
        "licenses { items { ... on CreditRecord { ... on AdministrativeLicense { legalRepIdNo } } } }",
        "licenses.items.0.legalRepIdNo",
    ),
    "by the interface of counterparts": (
        BANK,
        "licenses { items { ... on Counterpart { legalRepIdNo } } }",
        "licenses.items.0.legalRepIdNo",
    ),
    "of a person by its role": (
        BANK,
        "legalRepresentative { items { person { maskedIdNo } } }",
        "legalRepresentative.items.0.person.maskedIdNo",
    ),
    "of a person under the alias of its name": (
        PORTAL,
        "legalRepresentative { items { person { name: maskedIdNo } } }",
        "legalRepresentative.items.0.person.name",
    ),
    "of a person of whom a court may ask": (
        COURT,
        "legalRepresentative { items { person { maskedIdNo } } }",
        "legalRepresentative.items.0.person.maskedIdNo",
    ),
    "of a person through the person's other companies": (
        COURT,
        "legalRepresentative { items { person { roles(first: 1) { items { organization { legalRepresentative"
        " { items { person { maskedIdNo } } } } } } } } }",
        "legalRepresentative.items.0.person.roles.items.0.organization.legalRepresentative.items.0.person.maskedIdNo",
    ),
}


@pytest.mark.parametrize(("attacker", "selection", "place"), FIELDS.values(), ids=FIELDS)
async def test_a_denied_field_of_a_record_is_not_had(
    served: Served, attacker: Attacker, selection: str, place: str
) -> None:
    told = await attacker.about(served, 3, selection)
    assert b"0019" not in told.said, "the number ends so"
    assert told.codes[f"subject.{place}"] == "FIELD_FORBIDDEN"
    value: Any = told.subject
    for step in place.split("."):
        value = value[int(step) if step.isdecimal() else step]
    assert value is None


async def test_the_number_that_the_attacks_are_after_is_there(served: Served) -> None:
    told = await Attacker("market_regulation", "OWNER").about(served, 3, FIELDS["of a person by its role"][1])
    assert b"0019" in told.said


# Guard: what leads on from a person carries the scope `person.link` in the source files, and is decided as any field.
LINKS: Final[dict[str, tuple[Attacker, str]]] = {
    "by the portal": (PORTAL, "roles { totalCount items { organizationName } }"),
    "by a bank under an alias": (BANK, "name: roles { items { organization { uscc } } }"),
    "by a department without the scope": (TAX, "roles { state }"),
    "by its coverage": (TAX, "roles { coverage { source status } }"),
    "to bans of the profession": (TAX, "professionBans { totalCount }"),
    "to the lists that hold the person": (TAX, "listEntries { totalCount }"),
    "to the police": (BANK, "identityVerification { items { result } }"),
    "to restrictions of consumption": (BANK, "consumptionRestrictions { totalCount }"),
}


@pytest.mark.parametrize(("attacker", "selection"), LINKS.values(), ids=LINKS)
async def test_a_person_leads_nowhere_without_the_scope(
    served: Served, city: Departments, attacker: Attacker, selection: str
) -> None:
    told = await attacker.about(served, 3, f"legalRepresentative {{ items {{ person {{ {selection} }} }} }}")
    (role,) = told.subject["legalRepresentative"]["items"]
    assert list(role["person"].values()) == [None]
    assert set(told.codes.values()) == {"FIELD_FORBIDDEN"}
    for source in ("police_verification", "court_enforcement"):
        assert city.calls(source)["calls"] == 0


# Guard: tax ratings behind a link are as closed as in front of it: rights are of the caller, not of the way.
async def test_a_link_that_is_open_opens_nothing_behind_it(served: Served) -> None:
    behind = f"roles {{ items {{ organization {{ uscc {RATINGS} }} }} }}"
    told = await COURT.about(served, 3, f"legalRepresentative {{ items {{ person {{ {behind} }} }} }}")
    (role,) = told.subject["legalRepresentative"]["items"]
    led_to = [item["organization"] for item in role["person"]["roles"]["items"]]
    assert len(led_to) == 3
    assert {each["taxRatings"] for each in led_to} == {None}
    assert all(secret not in told.said for secret in SECRETS)
