"""What tests of the policy share: sources and fields to decide about, and scopes files written from tables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from connectors.spec import Disclosure, FieldSpec, FileSource
from gateway.caller import Caller
from gateway.policy import Place, Policy, load_policy
from gateway.policy.departmental import EVERYTHING, Departmental, Duty

CONFIG = Path(__file__).parents[2] / "config"
DEPARTMENTS = {
    "tax_credit": "taxation",
    "market_registry": "market_regulation",
    "court_enforcement": "court",
}


PLACE = Place("TaxCreditRating", "level")


def on_duty(policy: Policy, *departments: str) -> Policy:
    """Return ``policy`` with duty lists that name everything, for every purpose of ``departments``."""
    asking = departments or (*DEPARTMENTS.values(), "fire_rescue", "civil_affairs", "finance", "other")
    duties = [
        Duty(department, purpose, frozenset({EVERYTHING}), "test")
        for department in asking
        for purpose in policy.purposes
    ]
    return policy.with_departmental(Departmental(duties=tuple(duties)))


def city_policy() -> Policy:
    """Return the city's policy, with every department on duty for everything."""
    return on_duty(load_policy(CONFIG / "scopes.toml"))


def source(name: str, department: str | None = None) -> FileSource:
    """Return a source of that name and department; its kind and content are nothing to the policy."""
    return FileSource(
        name=name,
        department=department or DEPARTMENTS[name],
        title=name,
        contact="nobody",
        timeout_seconds=1,
        batch_size=1,
        concurrency=1,
        folder_env="FOLDER",
        entities={},
    )


def field(scope: str, level: str) -> FieldSpec:
    return FieldSpec(column="column", type="text", scope=scope, disclosure=cast(Disclosure, level))


def caller(
    *scopes: str,
    purpose: str,
    department: str | None = None,
    consent: str | None = None,
    evaluates: frozenset[str] = frozenset(),
) -> Caller:
    return Caller("client", department, frozenset(scopes), purpose, consent=consent, evaluates=evaluates)


def toml(table: Mapping[str, Any]) -> str:
    """Return ``table`` as TOML; inner tables stand inline."""
    return "".join(f"{_value(key)} = {_value(value)}\n" for key, value in table.items())


def _value(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case Mapping():
            return "{" + ", ".join(f"{_value(key)} = {_value(each)}" for key, each in value.items()) + "}"
        case list() | tuple() | set() | frozenset():
            return "[" + ", ".join(_value(each) for each in value) + "]"
        case str():
            return f'"{value}"'
        case _:
            return str(value)
