"""Which key leads to which subject, and what a key that leads to none is told."""

from typing import Any

import pytest

from gateway.demo.subjects import SHARED_REG_NO, UNKNOWN_REG_NO
from tests.end_to_end.queries import NAMED, WHOLE, column, statuses, uscc_key
from tests.end_to_end.served import Served

WHO = """
query Who($key: SubjectKey!) {
  subject(key: $key) {
    __typename
    ... on Organization { uscc kind name resolution { scheme check method via } registration { state totalCount } }
    ... on SubjectProblem { scheme check message }
    ... on SubjectAmbiguous { candidates { scheme check uscc kind } }
  }
}
"""
REGISTERED_ELSEWHERE = {
    9: ("SocialOrganization", "SOCIAL_ORGANIZATION", "civil_affairs"),
    11: ("PublicInstitution", "PUBLIC_INSTITUTION", "institution_registry"),
    12: ("GovernmentBody", "GOVERNMENT_BODY", "institution_registry"),
}
"""Subjects that the market registry does not register, and who does."""


def key(value: str, scheme: str | None = None) -> dict[str, str]:
    return {"value": value} if scheme is None else {"scheme": scheme, "value": value}


FOUND: list[tuple[dict[str, str], int, tuple[str, str, str | None]]] = [
    (key(NAMED[3].uscc, "USCC"), 3, ("USCC", "EXACT", None)),
    (key(NAMED[3].uscc), 3, ("USCC", "EXACT", None)),
    (key("91230881tj00000350"), 3, ("USCC", "EXACT", None)),
    (key(" ９１２３０８８１TJ-0000-0350 "), 3, ("USCC", "EXACT", None)),
    (key(NAMED[3].uscc, "TAX_NO"), 3, ("TAX_NO", "DERIVED", None)),
    (key(NAMED[7].registration_number, "REG_NO"), 7, ("REG_NO", "CROSSWALK", "market_registry")),
    (key(NAMED[7].registration_number), 7, ("REG_NO", "CROSSWALK", "market_registry")),
    (key("TJ000006-X", "ORG_CODE"), 6, ("ORG_CODE", "CROSSWALK", "market_registry")),
    (key("tj000008-6"), 8, ("ORG_CODE", "CROSSWALK", "market_registry")),
    (key(NAMED[8].tax15, "TAX_NO"), 8, ("TAX_NO", "CROSSWALK", "market_registry")),
]


@pytest.mark.parametrize(("asked", "number", "resolved"), FOUND, ids=lambda value: str(value)[:40])
async def test_a_key_leads_to_its_subject(
    served: Served, asked: dict[str, str], number: int, resolved: tuple[str, str, str | None]
) -> None:
    told = await served.ask("portal", WHO, key=asked)
    subject = told.subject
    assert (subject["uscc"], subject["name"]) == (NAMED[number].uscc, NAMED[number].name)
    scheme, method, via = resolved
    assert subject["resolution"] == {"scheme": scheme, "check": "OK", "method": method, "via": via}
    assert told.errors == []


@pytest.mark.parametrize("number", REGISTERED_ELSEWHERE)
async def test_who_is_no_company_is_registered_by_another_department(served: Served, number: int) -> None:
    type_name, kind, registry = REGISTERED_ELSEWHERE[number]
    subject = (await served.ask("portal", WHOLE, key=uscc_key(number))).subject
    assert (subject["__typename"], subject["kind"], subject["name"]) == (type_name, kind, NAMED[number].name)
    assert statuses(subject["registration"])[registry] == "ANSWERED"
    assert statuses(subject["registration"])["market_registry"] == "NOT_COVERED"
    assert subject["penalties"]["state"] == "COMPLETE", "the market regulator's ledger is declared not to hold them"


async def test_what_no_registry_here_registers_is_said_not_to_be_covered(served: Served) -> None:
    subject = (await served.ask("portal", WHOLE, key=uscc_key(14))).subject
    assert (subject["__typename"], subject["kind"], subject["name"]) == ("RuralCollective", "RURAL_COLLECTIVE", None)
    for name in ("registration", "legalRepresentative"):
        section = subject[name]
        assert (section["state"], section["items"], section["totalCount"]) == ("NOT_COVERED", [], None)
    assert subject["licenses"]["totalCount"] == 3, "one of them in the archive of 2016"
    assert subject["penalties"]["state"] == "COMPLETE", "the market regulator's ledger is declared not to hold them"


async def test_a_number_of_two_companies_names_both_and_picks_none(served: Served) -> None:
    subject = (await served.ask("portal", WHO, key=key(SHARED_REG_NO, "REG_NO"))).subject
    assert (subject["__typename"], subject["scheme"], subject["check"]) == ("SubjectAmbiguous", "REG_NO", "OK")
    assert subject["candidates"] == [
        {"scheme": "USCC", "check": "OK", "uscc": NAMED[number].uscc, "kind": "ENTERPRISE"} for number in (21, 22)
    ]


@pytest.mark.parametrize("number", [21, 22])
async def test_each_of_the_two_is_found_by_its_own_code(served: Served, number: int) -> None:
    subject = (await served.ask("tax_department", WHOLE, key=uscc_key(number))).subject
    assert subject["name"] == NAMED[number].name
    assert column(subject["taxRatings"], "level") == [{21: "B", 22: "C"}[number]]
    penalties = subject["penalties"]
    own = {21: ["同人社罚〔2024〕168号"], 22: []}[number]
    assert (penalties["state"], column(penalties, "decisionNo")) == ("PARTIAL", own)
    assert statuses(penalties)["market_penalties"] == "IDENTITY_UNRESOLVED", "rows under a shared number are nobody's"


PROBLEMS: list[tuple[dict[str, str], dict[str, Any]]] = [
    (key(UNKNOWN_REG_NO, "REG_NO"), {"__typename": "SubjectNotFound", "scheme": "REG_NO", "check": "OK"}),
    (
        key(NAMED[24].registration_number, "REG_NO"),
        {"__typename": "SubjectNotFound", "scheme": "REG_NO", "check": "OK"},
    ),
    (key("91230881TJ00000351", "USCC"), {"__typename": "SubjectKeyInvalid", "scheme": "USCC", "check": "FAILED"}),
    (key("91230881TJ0000035", "USCC"), {"__typename": "SubjectKeyInvalid", "scheme": "USCC", "check": None}),
    # a name, and no registry here can be asked by one
    (key("北岸建筑工程有限公司"), {"__typename": "SubjectUnresolved", "scheme": "NAME", "check": "NONE"}),
    (key("North Bank Engineering"), {"__typename": "SubjectKeyInvalid", "scheme": None, "check": None}),
    (key(""), {"__typename": "SubjectKeyInvalid", "scheme": None, "check": None}),
    # valid as a unified code and as a citizen's number: the caller must say which is meant
    (key("11110119900101157X"), {"__typename": "SubjectAmbiguous", "scheme": None, "check": None}),
]


@pytest.mark.parametrize(("asked", "expected"), PROBLEMS, ids=lambda value: str(value)[:40])
async def test_a_key_without_a_subject_is_told_why(
    served: Served, asked: dict[str, str], expected: dict[str, Any]
) -> None:
    told = await served.ask("portal", WHO, key=asked)
    assert {name: told.subject[name] for name in expected} == expected
    assert told.subject["message"]
    assert asked["value"] == "" or asked["value"].encode() not in told.body, "a wrong key is not quoted"


async def test_no_citizen_can_be_asked_for(served: Served) -> None:
    number = NAMED[3].representative.id_no
    for asked in (key(number), key(number, "USCC"), key(number, "TAX_NO"), key(f"{number}01", "TAX_NO")):
        told = await served.ask("court", WHO, key=asked)
        assert told.subject["__typename"].startswith("Subject"), "a problem, not a subject"
        assert number.encode() not in told.body
