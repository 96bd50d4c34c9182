"""What tests of the policy share: sources and fields to decide about, and scopes files written from tables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from connectors.spec import Disclosure, FieldSpec, FileSource
from gateway.caller import Caller

CONFIG = Path(__file__).parents[2] / "config"
DEPARTMENTS = {
    "tax_credit": "taxation",
    "market_registry": "market_regulation",
    "court_enforcement": "court",
}


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


def caller(*scopes: str, purpose: str, department: str | None = None, consent: str | None = None) -> Caller:
    return Caller("client", department, frozenset(scopes), purpose, consent=consent)


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
