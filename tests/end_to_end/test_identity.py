"""By which keys subjects are found, what several subjects under one key look like, and where registers differ."""

from typing import Any

import pytest

from gateway.demo.subjects import SHARED_REG_NO
from tests.end_to_end.notice import CODES
from tests.end_to_end.queries import NAMED, uscc_key
from tests.end_to_end.served import Served

FOUND = """query Found($key: SubjectKey!) { subject(key: $key) {
  ... on Organization {
    uscc name kind identifiers { scheme value } resolution { scheme check method via confidence }
    penalties { state coverage { source matchConfidence } }
  }
  ... on SubjectProblem { message scheme check }
  ... on SubjectAmbiguous { candidates { scheme check uscc kind } }
  ... on SubjectUnresolved { coverage { source status } }
  __typename
} }"""
CONFLICTS = """query Conflicts($key: SubjectKey!) { subject(key: $key) { ... on Organization { identityConflicts {
  state coverage { source status reason }
  conflicts { scheme values { value source department { code } } }
} } } }"""
KEYS = [
    ("NAME", "中俄大桥物流有限公司（示例）", 4, "NAME", "market_registry", 0.8),
    ("NAME", "中俄大桥物流有限公司(示例)", 4, "NAME", "market_registry", 0.8),
    ("NAME", "界江储运有限公司（示例）", 4, "NAME", "market_registry", 0.8),
    ("NAME", "第一人民医院（示例）", 11, "NAME", "institution_registry", 0.8),
    ("CUSTOMS_CODE", "2300000001", 1, "CROSSWALK", "customs_credit", 1.0),
    ("SOCIAL_ORG_CERT", "同民证字第9000009号", 9, "CROSSWALK", "civil_affairs", 1.0),
    ("INSTITUTION_CERT", "事证第12308819000011号", 11, "CROSSWALK", "institution_registry", 1.0),
    ("REG_NO", "230881900000035", 3, "CROSSWALK", "market_registry", 1.0),
    ("ORG_CODE", "TJ000003-5", 3, "CROSSWALK", "market_registry", 1.0),
    ("USCC", "91230881TJ00000350", 3, "EXACT", None, 1.0),
    ("TAX_NO", "91230881TJ00000350", 3, "DERIVED", None, 1.0),
]
"""Scheme, key, subject, how it leads there, the register that was asked, how sure it is."""


async def found(served: Served, scheme: str, value: str, client: str = "portal") -> Any:
    told = await served.ask(client, FOUND, key={"scheme": scheme, "value": value})
    return told.subject


@pytest.mark.parametrize("case", KEYS, ids=lambda case: f"{case[0]} {case[2]}")
async def test_a_key_of_every_kind_leads_to_its_subject(served: Served, case: tuple[Any, ...]) -> None:
    scheme, value, number, method, via, confidence = case
    subject = await found(served, scheme, value)
    assert (subject["uscc"], subject["name"]) == (CODES[number], NAMED[number].name)
    resolution = subject["resolution"]
    assert (resolution["scheme"], resolution["method"], resolution["via"]) == (scheme, method, via)
    assert resolution["confidence"] == confidence
    assert {"scheme": "USCC", "value": CODES[number]} in subject["identifiers"]
    sure = [each["matchConfidence"] for each in subject["penalties"]["coverage"] if each["matchConfidence"] is not None]
    assert sure
    assert all(each <= confidence for each in sure), "a subject that a name led to is no surer than that"


@pytest.mark.parametrize(
    ("scheme", "value", "outcome"),
    [
        ("CUSTOMS_CODE", "2300000003", "SubjectNotFound"),
        ("SOCIAL_ORG_CERT", "同民证字第9000123号", "SubjectNotFound"),
        ("NAME", "中俄大桥物流", "SubjectUnresolved"),  # no register has the names of every kind of subject
    ],
)
async def test_a_key_that_no_register_holds_leads_nowhere_and_is_never_guessed(
    served: Served, scheme: str, value: str, outcome: str
) -> None:
    subject = await found(served, scheme, value)
    assert subject["__typename"] == outcome
    assert CODES[4] not in str(subject)


async def test_a_number_that_two_live_companies_share_asks_which_is_meant(served: Served) -> None:
    subject = await found(served, "REG_NO", SHARED_REG_NO)
    assert subject["__typename"] == "SubjectAmbiguous"
    assert [(each["uscc"], each["kind"]) for each in subject["candidates"]] == [
        (CODES[21], "ENTERPRISE"),
        (CODES[22], "ENTERPRISE"),
    ]


async def test_registers_that_differ_are_told_side_by_side(served: Served) -> None:
    report = (await served.ask("tax_department", CONFLICTS, key=uscc_key(23))).subject["identityConflicts"]
    assert report["state"] == "COMPLETE"
    said = {
        conflict["scheme"]: [(each["value"], each["source"], each["department"]["code"]) for each in conflict["values"]]
        for conflict in report["conflicts"]
    }
    assert said["NAME"] == [
        ("异码物业服务有限公司(示例)", "market_registry", "market_regulation"),
        ("异码物业管理有限公司(示例)", "tax_credit", "taxation"),
    ]
    assert {(value, source) for value, source, _ in said["ORG_CODE"]} == {
        ("TJ0000238", "market_registry"),
        ("TJ9000234", "market_registry"),
        ("TJ0000238", "tax_credit"),
    }
    assert set(said) == {"NAME", "ORG_CODE"}


async def test_registers_that_agree_are_an_agreement_only_when_all_were_heard(served: Served) -> None:
    report = (await served.ask("tax_department", CONFLICTS, key=uscc_key(1))).subject["identityConflicts"]
    assert (report["state"], report["conflicts"]) == ("COMPLETE", [])
    partly = (await served.ask("court", CONFLICTS, key=uscc_key(1))).subject["identityConflicts"]
    assert (partly["state"], partly["conflicts"]) == ("PARTIAL", []), "what the tax office holds is not open to it"
    closed = (await served.ask("tax_department", CONFLICTS, key=uscc_key(5))).subject["identityConflicts"]
    assert closed["state"] == "PARTIAL"
    former = (await served.ask("tax_department", CONFLICTS, key=uscc_key(4))).subject["identityConflicts"]
    assert former["conflicts"] == [], "a former name contradicts nobody"
