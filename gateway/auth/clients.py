"""The register of clients, `config/clients.toml`: what each may hold, declare and be. No secret stands in it."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from connectors.errors import ConfigError, Mistake
from gateway.declaration import read_tables, read_toml
from gateway.policy import Policy

CLIENT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
"""The form of a client's name: safe to quote in an error, a header and a log line."""


class ClientSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One client as the file has it."""

    title: str
    scopes: list[str]
    purposes: list[str]
    department: str | None = None
    default_purpose: str | None = None
    case_required: list[str] = []


@dataclass(frozen=True, slots=True)
class Client:
    """One registered client; ``default_purpose`` is declared, or its only purpose, or None."""

    id: str
    title: str
    department: str | None
    scopes: frozenset[str]
    purposes: tuple[str, ...]
    default_purpose: str | None
    case_required: frozenset[str]


def load_clients(path: Path, policy: Policy, departments: Container[str] | None = None) -> dict[str, Client]:
    """Return the clients of ``path`` by name; raises `ConfigError` with every mistake.

    ``departments`` are the known codes; None leaves them unchecked.
    """
    tables = read_toml(path)
    file = path.name
    mistakes = [Mistake(file, key, "unknown key; known: clients") for key in tables if key != "clients"]
    specs = read_tables(tables.get("clients", {}), ClientSpec, file, "clients", mistakes)
    for name, spec in specs.items():
        found = [*_rights(spec, policy), *_purposes(spec, policy)]
        if CLIENT_ID.fullmatch(name) is None:
            found.append(("", "not a client name: letters, digits and `.` `_` `:` `-`, at most 128"))
        if departments is not None and spec.department is not None and spec.department not in departments:
            found.append(("department", f"unknown department `{spec.department}`"))
        mistakes.extend(Mistake(file, f"clients.{name}.{key}".rstrip("."), message) for key, message in found)
    if mistakes:
        raise ConfigError(mistakes)
    return {name: _client(name, spec) for name, spec in specs.items()}


def _rights(spec: ClientSpec, policy: Policy) -> Iterator[tuple[str, str]]:
    """Yield the scopes that do not exist, that no purpose of the client could use, or that need a department."""
    for scope in spec.scopes:
        if not policy.knows(scope):
            yield "scopes", f"unknown scope `{scope}`; known: {', '.join([*policy.scopes, 'owner.<source>'])}"
        elif policy.purposes_of(scope).isdisjoint(spec.purposes):
            yield "scopes", f"scope `{scope}` is opened by none of the client's purposes"
        if spec.department is None and (scope in policy.government or scope.startswith("owner.")):
            yield "scopes", f"scope `{scope}` is for departments; the client names none"


def _purposes(spec: ClientSpec, policy: Policy) -> Iterator[tuple[str, str]]:
    if not spec.purposes:
        yield "purposes", "empty: the client could never ask"
    for purpose in spec.purposes:
        if purpose not in policy.purposes:
            yield "purposes", f"unknown purpose `{purpose}`; known: {', '.join(sorted(policy.purposes))}"
    own = ", ".join(spec.purposes)
    if spec.default_purpose is not None and spec.default_purpose not in spec.purposes:
        yield "default_purpose", f"`{spec.default_purpose}` is not one of the client's purposes: {own}"
    for purpose in spec.case_required:
        if purpose not in spec.purposes:
            yield "case_required", f"`{purpose}` is not one of the client's purposes: {own}"


def _client(name: str, spec: ClientSpec) -> Client:
    only = spec.purposes[0] if len(spec.purposes) == 1 else None
    return Client(
        id=name,
        title=spec.title,
        department=spec.department,
        scopes=frozenset(spec.scopes),
        purposes=tuple(spec.purposes),
        default_purpose=spec.default_purpose or only,
        case_required=frozenset(spec.case_required),
    )
