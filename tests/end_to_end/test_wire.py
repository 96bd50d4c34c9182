"""What the sources hear: no column that the caller may not see, no person that they need not know, no caller."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest

from gateway.demo import Departments
from gateway.demo.scenarios import everyone
from gateway.demo.subjects import DEFAULT_SIZE
from tests.end_to_end.queries import NAMED, PERSON, PROBE, uscc_key
from tests.end_to_end.served import Served, serving
from tests.end_to_end.wire import Wire, overheard

REGISTRY, TAX, COURT, ENVIRONMENT = (
    "MARKET_REGISTRY_URL", "TAX_CREDIT_URL", "COURT_ENFORCEMENT_URL", "ENVIRONMENT_PENALTIES_URL",
)  # fmt: skip
POLICE, PLATFORM = "POLICE_VERIFICATION_URL", "UPPER_PLATFORM_URL"


@pytest.fixture
async def tapped(demo_departments: Departments, tmp_path: Path) -> AsyncIterator[tuple[Served, Wire]]:
    """A fresh gateway: every statement is prepared on the wire before it runs for the first time."""
    async with (
        overheard(demo_departments.environment) as wire,
        serving(wire.environment, tmp_path / "gateway") as running,
    ):
        yield running, wire


async def test_a_column_that_is_denied_is_not_asked_for(tapped: tuple[Served, Wire]) -> None:
    served, wire = tapped
    await served.ask("bank", PROBE, key=uscc_key(3))
    said = bytes(wire.heard[REGISTRY])
    assert all(column in said for column in (b"entname", b"regstate", b"uniscid"))
    for column in (b"cerno", b"sex", b"natcode"):
        assert column not in said
    assert wire.heard[TAX] == b"", "what is denied whole is not asked at all"


async def test_a_column_that_is_permitted_is(tapped: tuple[Served, Wire]) -> None:
    served, wire = tapped
    await served.ask("court", PROBE, key=uscc_key(3))
    assert all(column in wire.heard[REGISTRY] for column in (b"cerno", b"sex", b"natcode"))
    assert wire.heard[TAX] == b""
    await served.ask("tax_department", PROBE, key=uscc_key(3))
    assert NAMED[3].uscc.encode() in wire.heard[TAX]


async def test_the_registry_alone_hears_a_personal_number_and_nobody_hears_who_asks(
    tapped: tuple[Served, Wire],
) -> None:
    served, wire = tapped
    await served.ask("court", PERSON, case="(2026)黑0881执123号", key=uscc_key(3))
    await served.ask("court", PROBE, key=uscc_key(7))
    number = NAMED[3].representative.id_no.encode()
    assert number in wire.heard[REGISTRY], "by it the registry finds the other roles"
    people = [each.subject.representative for each in everyone(DEFAULT_SIZE)]
    for source in (TAX, COURT, ENVIRONMENT):
        said = bytes(wire.heard[source])
        for person in people:
            assert person.id_no.encode() not in said
            assert person.masked.encode() not in said
    for heard in wire.heard.values():
        for secret in (served.token("court"), "(2026)黑0881执123号", "LAW_ENFORCEMENT"):
            assert secret.encode() not in heard


async def test_an_address_holds_nothing_but_an_organizations_code(tapped: tuple[Served, Wire]) -> None:
    served, wire = tapped
    await served.ask("court", PERSON, key=uscc_key(3))
    await served.ask("portal", PROBE, key=uscc_key(7))
    codes = {NAMED[number].uscc for number in (3, 7, 25, 26)}
    asked = targets(wire.heard[COURT])
    assert asked
    for target in asked:
        path, _, query = target.partition("?")
        parameters = dict(each.split("=") for each in query.split("&"))
        assert path.startswith("/api/")
        assert set(parameters) == {"code", "page"}
        assert parameters["code"] in codes
    assert targets(wire.heard[ENVIRONMENT]) == {"/openapi/v1/penalties"}


PEOPLE = """query($key: SubjectKey!) { subject(key: $key) { ... on Organization {
  legalRepresentative { items { person {
    qualifications { state } professionBans { state } listEntries { state }
    consumptionRestrictions { state } identityVerification { state items { result } }
  } } }
} } }"""


async def test_what_persons_are_asked_by_goes_in_bodies_and_to_those_alone_who_need_it(
    tapped: tuple[Served, Wire],
) -> None:
    served, wire = tapped
    told = await served.ask("court", PEOPLE, key=uscc_key(3))
    (role,) = told.subject["legalRepresentative"]["items"]
    assert {each["state"] for each in role["person"].values()} == {"COMPLETE"}
    assert role["person"]["identityVerification"]["items"] == [{"result": "MATCH"}]
    person = NAMED[3].representative
    for variable, heard in wire.heard.items():
        heads = b"\n".join(re.findall(rb"(?:GET|POST) .*?\r\n\r\n", bytes(heard), re.DOTALL))
        for secret in (person.id_no, person.name, quote(person.name), json.dumps(person.name)[1:-1]):
            assert secret.encode() not in heads
        if variable not in {REGISTRY, COURT, POLICE}:
            assert person.id_no.encode() not in heard, variable
    assert person.id_no.encode() in wire.heard[COURT]
    assert person.id_no.encode() in wire.heard[POLICE]
    assert person.name.encode() not in wire.heard[COURT]


@pytest.mark.parametrize("client", ["portal", "bank", "tax_department", "auditor"])
async def test_nobody_is_asked_about_a_person_for_one_who_may_not(client: str, tapped: tuple[Served, Wire]) -> None:
    served, wire = tapped
    await served.ask(client, PEOPLE, key=uscc_key(3))
    assert bytes(wire.heard[POLICE] + wire.heard[COURT]) == b""
    assert b"cerno" not in wire.heard[REGISTRY]


async def test_the_platform_above_is_asked_for_what_the_caller_selected_and_what_it_is_judged_by(
    tapped: tuple[Served, Wire],
) -> None:
    served, wire = tapped
    query = (
        "query($key: SubjectKey!) { subject(key: $key) { ... on Organization { penalties { items { decisionNo } } } } }"
    )
    await served.ask("portal", query, key=uscc_key(3))
    said = bytes(wire.heard[PLATFORM])
    assert all(name in said for name in (b"docNo", b"repairedOn", b"state"))
    assert all(name not in said for name in (b"content", b"confiscatedYuan", b"publicUntil"))


def targets(heard: bytearray) -> set[str]:
    return {target.decode() for target in re.findall(rb"(?:GET|POST) (\S+) HTTP/1\.1\r\n", heard)}
