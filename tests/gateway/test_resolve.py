"""Keys that registers are asked for: names, certificates, customs codes; each leads to one subject, or says why not."""

from typing import Any

import pytest

from connectors.errors import SourceUnavailable
from gateway.demo import codes
from tests.gateway.staged import Record, staged
from tests.gateway.world import World, former_name, name_of, uscc_of

COMPANY, HOSPITAL, SOCIETY = 3, 4, 10
QUERY = """query($key: SubjectKey!) { subject(key: $key) { __typename
    ... on Subject { resolution { scheme method via confidence } }
    ... on Organization { uscc identifiers { scheme value } }
    ... on SubjectUnresolved { coverage { source status } }
    ... on SubjectAmbiguous { candidates { uscc } }
} }"""


async def resolved(made: World, scheme: str | None, value: str) -> Any:
    key = {"value": value} if scheme is None else {"scheme": scheme, "value": value}
    return (await made.ask(QUERY, {"key": key}, made.caller("bank"))).data["subject"]


@pytest.mark.parametrize(
    ("scheme", "value", "number", "method", "via", "confidence"),
    [
        ("NAME", name_of(COMPANY), COMPANY, "NAME", "market_registry", 0.8),
        ("NAME", " 同江第3公司 (示例)", COMPANY, "NAME", "market_registry", 0.8),
        (None, name_of(COMPANY), COMPANY, "NAME", "market_registry", 0.8),
        ("NAME", former_name(COMPANY), COMPANY, "NAME", "market_registry", 0.8),
        ("NAME", name_of(HOSPITAL), HOSPITAL, "NAME", "institution_registry", 0.8),
        ("CUSTOMS_CODE", codes.customs_code(COMPANY), COMPANY, "CROSSWALK", "customs_credit", 1.0),
        (
            "INSTITUTION_CERT",
            codes.institution_certificate(HOSPITAL),
            HOSPITAL,
            "CROSSWALK",
            "institution_registry",
            1.0,
        ),
        ("SOCIAL_ORG_CERT", codes.social_certificate(SOCIETY), SOCIETY, "CROSSWALK", "civil_affairs", 1.0),
        (None, codes.social_certificate(SOCIETY), SOCIETY, "CROSSWALK", "civil_affairs", 1.0),
        ("REG_NO", codes.registration_number(COMPANY), COMPANY, "CROSSWALK", "market_registry", 1.0),
    ],
)
async def test_a_key_leads_to_the_subject_that_a_register_holds_under_it(
    scheme: str | None, value: str, number: int, method: str, via: str, confidence: float
) -> None:
    subject = await resolved(staged(), scheme, value)
    assert subject["uscc"] == uscc_of(number)
    how = subject["resolution"]
    assert (how["method"], how["via"], how["confidence"]) == (method, via, confidence)
    assert how["scheme"] == scheme or scheme is None


async def test_the_code_that_was_given_is_an_identifier_and_a_name_is_none() -> None:
    by_code = await resolved(staged(), "CUSTOMS_CODE", codes.customs_code(COMPANY))
    assert {"scheme": "CUSTOMS_CODE", "value": codes.customs_code(COMPANY)} in by_code["identifiers"]
    by_name = await resolved(staged(), "NAME", name_of(COMPANY))
    assert {each["scheme"] for each in by_name["identifiers"]} == {"USCC", "ORG_CODE", "TAX_NO"}


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("CUSTOMS_CODE", "2300999999"),
        ("INSTITUTION_CERT", codes.institution_certificate(COMPANY)),
        ("SOCIAL_ORG_CERT", codes.social_certificate(HOSPITAL)),
    ],
)
async def test_a_code_that_its_own_register_does_not_hold_is_nobodys(scheme: str, value: str) -> None:
    assert await resolved(staged(), scheme, value) == {"__typename": "SubjectNotFound"}


@pytest.mark.parametrize("name", ["同江第3公司", "同江第3有限公司（示例）", name_of(SOCIETY)])
async def test_a_name_is_compared_whole_and_its_absence_attests_nothing(name: str) -> None:
    """Registries of names register some kinds of subjects each; nobody is found by a name that is alike."""
    found = await resolved(staged(), "NAME", name)
    assert found["__typename"] == "SubjectUnresolved"
    assert {each["status"] for each in found["coverage"]} == {"NOT_COVERED"}


async def test_a_name_of_two_subjects_is_asked_back() -> None:
    key = "同江第3公司(示例)"
    both = [
        Record("market_registry", "Crosswalk", key, {"uscc": uscc_of(number), "name": name_of(COMPANY)}, str(number))
        for number in (COMPANY, 9)
    ]
    found = await resolved(staged(*both), "NAME", name_of(COMPANY))
    assert found["__typename"] == "SubjectAmbiguous"
    assert [each["uscc"] for each in found["candidates"]] == sorted(map(uscc_of, (COMPANY, 9)))


@pytest.mark.parametrize(
    ("scheme", "value", "down"),
    [
        ("NAME", name_of(COMPANY), "institution_registry"),
        ("CUSTOMS_CODE", codes.customs_code(COMPANY), "customs_credit"),
        ("SOCIAL_ORG_CERT", codes.social_certificate(SOCIETY), "civil_affairs"),
    ],
)
async def test_while_one_register_is_away_nobody_is_found_for_certain(scheme: str, value: str, down: str) -> None:
    found = await resolved(staged(faults={down: SourceUnavailable("down")}), scheme, value)
    assert found == {"__typename": "SubjectUnresolved", "coverage": [{"source": down, "status": "UNAVAILABLE"}]}


@pytest.mark.parametrize("unread", [(), ("uscc",)])
async def test_who_is_registered_without_a_unified_code_is_not_absent(unread: tuple[str, ...]) -> None:
    number = codes.registration_number(COMPANY)
    row = Record("market_registry", "Crosswalk", number, {"reg_no": number}, unread=unread)
    found = await resolved(staged(row), "REG_NO", number)
    assert found == {"__typename": "SubjectUnresolved", "coverage": []}
