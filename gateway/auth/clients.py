"""What a client may hold, declare and be, as `config/clients.toml` or a table says it. No secret stands there.

Secrets and keys are named only: a variable, a file of the right mode, a file of public keys.
"""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from connectors.declaration import Part, read_toml, sound_part, unknown
from connectors.errors import ConfigError, Mistake
from connectors.spec import Variable
from gateway.auth.subject import identity_mistakes, leads_down
from gateway.limits.spec import AS_SET, ClientLimits
from gateway.policy import Policy
from gateway.policy.model import of_source

CLIENT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
"""The form of a client's name: safe to quote in an error, a header and a log line."""
MAXIMUM_TITLE_LENGTH: Final = 128


class WebhookSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a client takes messages of its watches: variables hold the URL and the secret that signs."""

    url_env: Variable
    secret_env: Variable


class ClientSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One client as the file, or its row, has it.

    ``keys_file`` holds its public keys (a JWK set); ``secret_env`` and ``secret_file`` tell where its secret is.
    Files are named below the configuration folder; a secret's may be named by its whole path.
    """

    title: str
    scopes: list[str]
    purposes: list[str]
    department: str | None = None
    default_purpose: str | None = None
    case_required: list[str] = []
    suspended: bool = False
    keys_file: str | None = None
    secret_env: Variable | None = None
    secret_file: str | None = None
    subject: str | None = None
    limits: ClientLimits = AS_SET
    webhook: WebhookSpec | None = None


class _Register(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    clients: dict[str, ClientSpec]


@dataclass(frozen=True, slots=True)
class Client:
    """One registered client; ``default_purpose`` is declared, or its only purpose, or None.

    ``keys_file`` names its public keys (JWKS), ``subject`` is the unified code of its own subject. A ``suspended`` one
    stays on the books and may not ask: no `gateway.auth.register.Register` finds it.
    """

    id: str
    title: str
    department: str | None
    scopes: frozenset[str]
    purposes: tuple[str, ...]
    default_purpose: str | None
    case_required: frozenset[str]
    suspended: bool = False
    keys_file: str | None = None
    secret_env: str | None = None
    secret_file: str | None = None
    subject: str | None = None
    limits: ClientLimits = AS_SET
    webhook: WebhookSpec | None = None


def load_clients(path: Path, policy: Policy, departments: Container[str] | None = None) -> dict[str, Client]:
    """Return the clients of ``path`` by name; raises `ConfigError` with every mistake.

    ``departments`` are the known codes; None leaves them unchecked.
    """
    return read_clients(read_toml(path), path.name, policy, departments)


def read_clients(
    tables: Mapping[str, Any], file: str, policy: Policy, departments: Container[str] | None = None
) -> dict[str, Client]:
    """Return the clients that ``tables`` declare by name; raises `ConfigError` with every mistake, told as of ``file``.

    The one set of rules, wherever clients are kept.
    """
    mistakes: list[Mistake] = []
    sound = sound_part(tables, _Register, "", lambda place, message: mistakes.append(Mistake(file, place, message)))
    declared: Mapping[str, Part] = sound.get("clients", {})
    for name, client in declared.items():
        found = [
            *_identity(name, client, departments),
            *_rights(client, policy),
            *_purposes(client, policy),
            *_credentials(client),
        ]
        mistakes.extend(Mistake(file, f"clients.{name}.{key}".rstrip("."), message) for key, message in found)
    if mistakes:
        raise ConfigError(mistakes)
    return {name: _client(name, spec) for name, spec in msgspec.convert(tables, _Register).clients.items()}


def _identity(name: str, client: Part, departments: Container[str] | None) -> Iterator[tuple[str, str]]:
    if not is_name(name):
        yield "", "not a client name: letters, digits and `.` `_` `:` `-`, at most 128"
    title = client.get("title", "-")
    if not 1 <= len(title) <= MAXIMUM_TITLE_LENGTH or not title.isprintable():
        yield "title", f"expected 1 to {MAXIMUM_TITLE_LENGTH} printable characters"
    department = client.get("department")
    if departments is not None and department is not None and department not in departments:
        yield "department", f"unknown department `{department}`"
    yield from identity_mistakes(client)


def _rights(client: Part, policy: Policy) -> Iterator[tuple[str, str]]:
    """Yield the scopes that do not exist, that no purpose of the client could use, or that need a department."""
    if client.get("scopes") == []:
        yield "scopes", "empty: the client could never ask"
    for scope in client.get("scopes", []):
        if not policy.knows(scope):
            yield "scopes", unknown("scope", scope, [*policy.scopes, "owner.<source>", "records.<source>"])
        elif "purposes" in client and policy.purposes_of(scope).isdisjoint(client["purposes"]):
            yield "scopes", f"scope `{scope}` is opened by none of the client's purposes"
        if client.lacks("department") and (scope in policy.government or of_source(scope)):
            yield "scopes", f"scope `{scope}` is for departments; the client names none"


def _purposes(client: Part, policy: Policy) -> Iterator[tuple[str, str]]:
    if client.get("purposes") == []:
        yield "purposes", "empty: the client could never ask"
    for purpose in client.get("purposes", []):
        if purpose not in policy.purposes:
            yield "purposes", unknown("purpose", purpose, sorted(policy.purposes))
    if "purposes" not in client:
        return
    own = ", ".join(client["purposes"])
    if "default_purpose" in client and client["default_purpose"] not in client["purposes"]:
        yield "default_purpose", f"`{client['default_purpose']}` is not one of the client's purposes: {own}"
    for purpose in client.get("case_required", []):
        if purpose not in client["purposes"]:
            yield "case_required", f"`{purpose}` is not one of the client's purposes: {own}"


def _credentials(client: Part) -> Iterator[tuple[str, str]]:
    if "secret_env" in client and "secret_file" in client:
        yield "secret_file", "the secret is in `secret_env` already: name one of the two"
    if (secret := client.get("secret_file")) is not None and not leads_down(secret):
        yield "secret_file", "expected a file below the configuration folder or a whole path, without `..`"


def is_name(text: str) -> bool:
    """Return whether ``text`` is a client's name: fit for an error, a log line, and as part of a file's name."""
    return CLIENT_ID.fullmatch(text) is not None


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
        suspended=spec.suspended,
        keys_file=spec.keys_file,
        secret_env=spec.secret_env,
        secret_file=spec.secret_file,
        subject=spec.subject,
        limits=spec.limits,
        webhook=spec.webhook,
    )
