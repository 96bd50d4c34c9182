"""The register of clients: the city's own file loads, and a wrong one is told every mistake at once."""

from pathlib import Path
from typing import Any

import pytest

from connectors.errors import ConfigError
from gateway.auth import Client, load_clients
from gateway.configuration import load_configuration
from gateway.departments import load_departments
from gateway.policy import load_policy
from schema.entities import entity_of
from tests.gateway.policies import CONFIG, toml

POLICY = load_policy(CONFIG / "scopes.toml")
DEPARTMENTS = load_departments(CONFIG / "departments.toml")

BANK: dict[str, Any] = {"title": "银行", "scopes": ["credit.public"], "purposes": ["BANK_CREDIT"]}
COURT: dict[str, Any] = {
    "title": "法院",
    "department": "court",
    "scopes": ["credit.gov", "owner.court_enforcement"],
    "purposes": ["LAW_ENFORCEMENT", "OWNER"],
    "default_purpose": "OWNER",
    "case_required": ["LAW_ENFORCEMENT"],
}


def load(tmp_path: Path, text: str) -> dict[str, Client]:
    path = tmp_path / "clients.toml"
    path.write_text(text, encoding="utf-8")
    return load_clients(path, POLICY, DEPARTMENTS)


def mistakes(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, text)
    return [str(each).removeprefix("clients.toml: ") for each in refused.value.mistakes]


def test_the_clients_of_the_city_load() -> None:
    clients = load_clients(CONFIG / "clients.toml", POLICY, DEPARTMENTS)
    assert clients.keys() >= {"portal", "bank", "procurement", "tax_department", "court", "auditor"}
    for name, client in clients.items():
        assert client.id == name
        assert client.default_purpose is None or client.default_purpose in client.purposes
        assert all(POLICY.knows(scope) for scope in client.scopes)


def test_the_portal_is_the_public_and_nothing_more() -> None:
    portal = load_clients(CONFIG / "clients.toml", POLICY, DEPARTMENTS)["portal"]
    assert portal.scopes == {"credit.public"}
    assert portal.purposes == ("PUBLIC_DISCLOSURE",)
    assert portal.department is None


def test_every_source_that_keeps_something_for_its_owner_has_an_owner_among_the_clients() -> None:
    city = load_configuration(CONFIG)
    clients = city.clients.values()
    for name, source in city.catalogue.sources.items():
        levels = {field.disclosure for entity in source.entities.values() for field in entity.fields.values()}
        judged = any(city.disclosure.inputs(entity_of(part)) for part in source.entities)
        if judged or levels & {"OWNER", "CONSENT"}:
            owners = [each for each in clients if f"owner.{name}" in each.scopes]
            assert [each.department for each in owners] == [source.department], name
            assert all("OWNER" in each.purposes for each in owners)


def test_no_client_both_audits_and_reads() -> None:
    for client in load_clients(CONFIG / "clients.toml", POLICY, DEPARTMENTS).values():
        assert "audit.read" not in client.scopes or client.scopes.isdisjoint(POLICY.field_scopes), client.id


def test_what_a_client_is(tmp_path: Path) -> None:
    clients = load(tmp_path, toml({"clients": {"bank": BANK, "court": COURT}}))
    assert clients == {
        "bank": Client(
            "bank", "银行", None, frozenset({"credit.public"}), ("BANK_CREDIT",), "BANK_CREDIT", frozenset()
        ),
        "court": Client(
            "court",
            "法院",
            "court",
            frozenset({"credit.gov", "owner.court_enforcement"}),
            ("LAW_ENFORCEMENT", "OWNER"),
            "OWNER",
            frozenset({"LAW_ENFORCEMENT"}),
        ),
    }


def test_one_of_several_purposes_is_no_default(tmp_path: Path) -> None:
    court = {key: value for key, value in COURT.items() if key != "default_purpose"}
    assert load(tmp_path, toml({"clients": {"court": court}}))["court"].default_purpose is None


def test_departments_may_stay_unchecked(tmp_path: Path) -> None:
    path = tmp_path / "clients.toml"
    path.write_text(toml({"clients": {"court": {**COURT, "department": "elsewhere"}}}), encoding="utf-8")
    assert load_clients(path, POLICY)["court"].department == "elsewhere"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"department": "cuort"}, ["department: unknown department `cuort`"]),
        (
            {"department": 3, "scopes": ["credit.gov"], "purposes": ["OWNER"], "key": "s"},
            [
                "key: unknown key `key`; known: title, scopes, purposes, department, default_purpose, case_required, "
                "keys_file, subject, limits",
                "department: expected a text, found 3",
            ],
        ),
        (
            {"scopes": ["credit.gov", "owner.tax_credit"], "purposes": ["OWNER"]},
            [
                "scopes: scope `credit.gov` is for departments; the client names none",
                "scopes: scope `owner.tax_credit` is for departments; the client names none",
            ],
        ),
        (
            {"scopes": ["credit.publik", "credit.consent"], "purposes": ["SUPERVISION"]},
            [
                f"scopes: unknown scope `credit.publik`; known: {', '.join(POLICY.scopes)}, owner.<source>, "
                "records.<source>; "
                "did you mean `credit.public`?",
                "scopes: scope `credit.consent` is opened by none of the client's purposes",
            ],
        ),
        (
            {"scopes": [], "purposes": []},
            ["scopes: empty: the client could never ask", "purposes: empty: the client could never ask"],
        ),
        (
            {"purposes": ["BANK_CREDIT", "BANKING"], "default_purpose": "AUDIT", "case_required": ["OWNER"]},
            [
                f"purposes: unknown purpose `BANKING`; known: {', '.join(sorted(POLICY.purposes))}",
                "default_purpose: `AUDIT` is not one of the client's purposes: BANK_CREDIT, BANKING",
                "case_required: `OWNER` is not one of the client's purposes: BANK_CREDIT, BANKING",
            ],
        ),
    ],
)
def test_every_mistake_of_a_client_is_told(tmp_path: Path, changes: dict[str, Any], expected: list[str]) -> None:
    found = mistakes(tmp_path, toml({"clients": {"bank": {**BANK, **changes}}}))
    assert found == [f"clients.bank.{each}" for each in expected]


def test_the_mistakes_of_all_clients_are_told_at_once(tmp_path: Path) -> None:
    text = toml(
        {
            "client": {},
            "clients": {
                "no name": BANK,
                "empty": {},
                "court": {**COURT, "scopes": "credit.gov", "department": "cuort"},
                "bank": 3,
            },
        }
    )
    assert sorted(mistakes(tmp_path, text)) == [
        "client: unknown key `client`; known: clients; did you mean `clients`?",
        "clients.bank: expected a table, found 3",
        "clients.court.department: unknown department `cuort`",
        "clients.court.scopes: expected a list, found a text",
        "clients.empty.purposes: missing",
        "clients.empty.scopes: missing",
        "clients.empty.title: missing",
        "clients.no name: not a client name: letters, digits and `.` `_` `:` `-`, at most 128",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "clients: missing"),
        ("clients = 3", "clients: expected a table, found 3"),
        ("[clients", "line 1: is not TOML"),
    ],
)
def test_a_file_without_clients(tmp_path: Path, text: str, message: str) -> None:
    (found,) = mistakes(tmp_path, text)
    assert found.startswith(message)


def test_a_missing_file_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"clients\.toml: cannot be read"):
        load_clients(tmp_path / "clients.toml", POLICY)
