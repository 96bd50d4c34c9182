"""Who sees what, for which purpose: a table of fields against clients, each cell data or what would open it."""

from collections.abc import Iterator
from typing import Any

import pytest

from gateway.demo.codes import uscc
from tests.end_to_end.queries import PROBE, uscc_key
from tests.end_to_end.served import Served, Told

EVERYBODY = [
    "ADMIN_APPROVAL", "AGENCY", "BANK_CREDIT", "BIDDING", "FISCAL_FUNDS", "GOVERNMENT_PROCUREMENT", "HONOR",
    "LAW_ENFORCEMENT", "MARKET_ACCESS", "OWNER", "PUBLIC_DISCLOSURE", "QUALIFICATION_REVIEW", "SELF_QUERY",
    "SUPERVISION",
]  # fmt: skip
DEPARTMENTS = [
    "ADMIN_APPROVAL", "FISCAL_FUNDS", "HONOR", "LAW_ENFORCEMENT", "MARKET_ACCESS", "OWNER", "QUALIFICATION_REVIEW",
    "SUPERVISION",
]  # fmt: skip
TAX_DUTIES = ["FISCAL_FUNDS", "HONOR", "LAW_ENFORCEMENT", "QUALIFICATION_REVIEW", "SUPERVISION"]
LINKS = ["LAW_ENFORCEMENT", "MARKET_ACCESS", "SUPERVISION"]

PUBLIC = {"scope": "credit.public", "purpose": EVERYBODY}
SHARED = {"scope": "credit.gov", "department": True, "purpose": DEPARTMENTS}
TAX = {"scope": "credit.gov.tax", "department": True, "purpose": TAX_DUTIES}
LINK = {"scope": "person.link", "department": True, "purpose": LINKS}
REGISTRY = {"scope": "owner.market_registry", "department": "market_regulation", "purpose": ["OWNER"]}
PUBLICITY = {"scope": "owner.double_publicity", "department": "business_environment", "purpose": ["OWNER"]}
SHARED_FIELDS = (
    "legalRepresentative.person.sex",
    "legalRepresentative.person.nationality",
    "licenses.counterpartTaxNo",
    "licenses.legalRepIdType",
    "licenses.remark",
)
SECTIONS = ("registration", "legalRepresentative", "licenses", "penalties", "courtEnforcement.dishonestEntries")
CONSENTED: dict[str, Any] = {
    "licenses.counterpartTaxNo": {"consent": "AdministrativeLicense.counterpart_tax_no"},
    "licenses.legalRepIdType": {"consent": "AdministrativeLicense.legal_rep_id_type"},
    "licenses.remark": {"consent": "AdministrativeLicense.remark"},
    "taxRatings": {"consent": "TaxCreditRating.*"},
}
"""What a bank sees with a consent that names it; of persons in roles an organization's consent opens nothing."""
OWNERS: dict[str, Any] = {
    "legalRepresentative.person.maskedIdNo": REGISTRY,
    "licenses.legalRepIdNo": PUBLICITY,
    "licenses.personIdNo": PUBLICITY,
}
"""What only its owner sees: none of the registered clients of the demo is one of these."""


def without_purpose(needs: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in needs.items() if name != "purpose"}


AT_OWNER = {field: without_purpose(needs) for field, needs in OWNERS.items()}
ROLES = "legalRepresentative.person.roles"
CASES: list[tuple[str, str | None, dict[str, Any]]] = [
    ("portal", None, {**OWNERS, **dict.fromkeys(SHARED_FIELDS, SHARED), "taxRatings": TAX, ROLES: LINK}),
    ("bank", None, {**OWNERS, **dict.fromkeys(SHARED_FIELDS, SHARED), **CONSENTED, ROLES: LINK}),
    (
        "procurement",
        "GOVERNMENT_PROCUREMENT",
        {**OWNERS, **dict.fromkeys(SHARED_FIELDS, SHARED), "taxRatings": TAX, ROLES: LINK},
    ),
    ("tax_department", None, {**OWNERS, "taxRatings.score": {"purpose": ["OWNER"]}, ROLES: {"scope": "person.link"}}),
    (
        "tax_department",
        "OWNER",
        {**AT_OWNER, ROLES: {"scope": "person.link", "purpose": LINKS}},
    ),
    (
        "tax_department",
        "ADMIN_APPROVAL",
        {**OWNERS, "taxRatings": {"purpose": TAX_DUTIES}, ROLES: {"scope": "person.link", "purpose": LINKS}},
    ),
    ("tax_department", "LAW_ENFORCEMENT", {**OWNERS, "taxRatings.score": {"purpose": ["OWNER"]},
                                           ROLES: {"scope": "person.link"}}),
    ("court", None, {**OWNERS, "taxRatings": {"scope": "credit.gov.tax"}}),
    ("court", "OWNER", {**AT_OWNER, "taxRatings": {"scope": "credit.gov.tax", "purpose": TAX_DUTIES},
                        ROLES: {"purpose": LINKS}}),
    ("auditor", None, {"name": PUBLIC, **dict.fromkeys(SECTIONS, PUBLIC), "taxRatings": TAX}),
]  # fmt: skip


def field_of(path: list[Any]) -> str:
    """Return a path without the root, `items` and places in lists."""
    return ".".join(str(step) for step in path[1:] if not isinstance(step, int) and step != "items")


def forbidden(told: Told) -> dict[str, Any]:
    """Return what is forbidden and what would open it; every error of ``told`` must be of that kind, at a null."""
    for error in told.errors:
        value = told.data
        for step in error["path"]:
            value = value[step]
        assert value is None, error["path"]
        assert error["extensions"]["code"] == "FIELD_FORBIDDEN"
        assert error["message"] == f"`{error['extensions']['field']}` is not open to this caller"
    return {field_of(error["path"]): error["extensions"]["needs"] for error in told.errors}


def nulls(value: Any, place: str = "") -> Iterator[str]:
    """Yield the places of nulls in an answer, as `field_of` names them."""
    if value is None:
        yield place.removesuffix(".")
    for name, child in value.items() if isinstance(value, dict) else ():
        yield from nulls(child, place if name == "items" else f"{place}{name}.")
    for child in value if isinstance(value, list) else ():
        yield from nulls(child, place)


@pytest.mark.parametrize(("client", "purpose", "expected"), CASES, ids=lambda value: str(value)[:20])
async def test_each_field_is_data_or_says_what_would_open_it(
    served: Served, client: str, purpose: str | None, expected: dict[str, Any]
) -> None:
    told = await served.ask(client, PROBE, purpose=purpose, case="2026-7", key=uscc_key(3))
    assert forbidden(told) == expected
    blank = {"licenses.remark", "penalties.repairedOn"}
    assert set(nulls(told.subject)) - blank == set(expected) - blank, "what is not forbidden is there"


async def test_the_purpose_decides_whether_the_owner_sees_its_score(served: Served) -> None:
    scores = {}
    for purpose in ("SUPERVISION", "OWNER"):
        told = await served.ask("tax_department", PROBE, purpose=purpose, key=uscc_key(3))
        scores[purpose] = [(item["level"], item["score"]) for item in told.subject["taxRatings"]["items"]]
    assert scores["SUPERVISION"] == [("D", None), ("D", None), ("C", None)]
    assert scores["OWNER"] == [("D", "17"), ("D", "16"), ("C", "45")]


async def test_a_denied_section_is_null_and_never_an_empty_one(served: Served) -> None:
    for client in ("portal", "bank", "auditor"):
        subject = (await served.ask(client, PROBE, key=uscc_key(1))).subject
        assert subject["taxRatings"] is None
    assert subject["registration"] is None
    assert subject["courtEnforcement"] == {"dishonestEntries": None}


async def test_a_consent_that_nobody_verified_opens_nothing(served: Served) -> None:
    headers = {**served.headers("bank"), "Credit-Consent": "019a8b6c55d07c3f9a1be0d1c2f3a4b5"}
    told = await served.post({"query": PROBE, "variables": {"key": uscc_key(3)}}, headers)
    assert told.subject["taxRatings"] is None
    reasons = {error["extensions"]["field"]: error["extensions"]["reason"] for error in told.errors}
    assert reasons["Organization.taxRatings"] == "CONSENT_NOT_COVERING"


async def test_a_token_with_fewer_scopes_than_its_client_opens_less(served: Served) -> None:
    assert served.gateway.issuer is not None
    token = served.gateway.issuer.mint("tax_department", scopes=["credit.public"])
    headers = {**served.headers("tax_department"), "Authorization": f"Bearer {token}"}
    told = await served.post({"query": PROBE, "variables": {"key": uscc_key(3)}}, headers)
    assert told.subject["taxRatings"] is None
    assert set(SHARED_FIELDS) <= set(forbidden(told))


REFUSED: list[tuple[str, dict[str, str], int, str, str]] = [
    (
        "procurement", {}, 400, "BAD_REQUEST",
        "the header `Credit-Purpose` is needed: one of GOVERNMENT_PROCUREMENT, BIDDING",
    ),
    (
        "procurement", {"purpose": "BIDDING"}, 400, "BAD_REQUEST",
        "purpose `BIDDING` needs a project or case number in the header `Credit-Case`",
    ),
    (
        "tax_department", {"purpose": "LAW_ENFORCEMENT"}, 400, "BAD_REQUEST",
        "purpose `LAW_ENFORCEMENT` needs a project or case number in the header `Credit-Case`",
    ),
    (
        "portal", {"purpose": "OWNER"}, 403, "FORBIDDEN",
        "client `portal` may not ask for `OWNER`; allowed: PUBLIC_DISCLOSURE",
    ),
    (
        "bank", {"purpose": "CURIOSITY"}, 403, "FORBIDDEN",
        "client `bank` may not ask for `CURIOSITY`; allowed: BANK_CREDIT",
    ),
    (
        "bank", {"purpose": "bank credit"}, 400, "BAD_REQUEST",
        "`Credit-Purpose` is not a purpose code; allowed: BANK_CREDIT",
    ),
    (
        "bank", {"case": "230881188501010017"}, 400, "BAD_REQUEST",
        "`Credit-Case` looks like a personal number: send a project or case number",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("client", "said", "status", "code", "message"), REFUSED, ids=lambda value: str(value)[:40])
async def test_a_request_without_a_good_purpose_is_refused_whole(
    served: Served, client: str, said: dict[str, str], status: int, code: str, message: str
) -> None:
    told = await served.ask(client, PROBE, key=uscc_key(3), **said)
    assert (told.status, list(told.content)) == (status, ["errors", "extensions"])
    (error,) = told.errors
    assert (error["message"], error["extensions"]["code"]) == (message, code)


async def test_what_the_catalogue_promises_is_what_an_answer_shows(served: Served) -> None:
    for client, purpose in (("portal", None), ("tax_department", None), ("tax_department", "OWNER")):
        listed = await served.ask(client, '{ catalogueFields(entity: "AdministrativeLicense") { field allowed } }',
                                  purpose=purpose)  # fmt: skip
        fields = {each["field"]: each["allowed"] for each in listed.data["catalogueFields"]}
        query = "query($key: SubjectKey!) { subject(key: $key) { ... on Organization { licenses { items { %s } } } } }"
        told = await served.ask(client, query % " ".join(fields), purpose=purpose, key=uscc_key(6))
        closed = {field.removeprefix("licenses.") for field in forbidden(told)}
        assert closed == {name for name, allowed in fields.items() if not allowed}
        assert closed
        assert len(fields) > len(closed)


OWN = """query($keys: [SubjectKey!]!) { subjects(keys: $keys) { ... on Organization {
  licenses(first: 100) { items { source decisionNo authority authorityUscc legalRepIdNo remark }
    state coverage { source part status } } } } }"""
TRANSPORT = "11230881TJ00008609"


async def test_a_department_sees_whole_what_it_decided_at_the_source_of_another(served: Served) -> None:
    keys = [{"scheme": "USCC", "value": uscc("91", number)} for number in range(1, 61)]
    all_of_it = items(await served.ask("business_environment", OWN, purpose="OWNER", keys=keys))
    own = items(await served.ask("transport", OWN, purpose="OWNER", keys=keys))
    decided = [each for each in all_of_it if each["authorityUscc"] == TRANSPORT or "交通" in each["authority"]]
    others = [each for each in own if each not in decided]
    assert 0 < len(decided) < len(all_of_it)
    assert [each for each in own if each in decided] == decided
    assert any(each["legalRepIdNo"] for each in decided)
    assert [each["legalRepIdNo"] for each in others] == [None] * (len(all_of_it) - len(decided))


def items(told: Told) -> list[dict[str, Any]]:
    """Return the licenses of double publicity; their sections attest nothing."""
    sections = [each["licenses"] for each in told.data["subjects"]]
    return [item for section in sections for item in section["items"] if item["source"] == "double_publicity"]
