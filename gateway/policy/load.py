"""Reading of `config/scopes.toml`: purposes and scopes as declared, compiled into the ways that decisions follow.

The disclosure levels are rules of the field (`domain.md` §4.2, after 政务数据共享条例) and stand in code below;
which scope, purpose and consent fills them is the city's choice and stands in the file.
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, get_args

import msgspec

from connectors.errors import ConfigError, Mistake
from connectors.spec import Disclosure
from gateway.declaration import read_table, read_tables, read_toml
from gateway.policy.model import Decision, Policy, Reason, Way, Ways

LEVELS: Final[tuple[str, ...]] = get_args(Disclosure)
TOP_LEVEL: Final = ("government_scope", "consent_scope", "owner", "purposes", "scopes")


class PurposeSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One purpose code; ``duty`` marks a statutory task of a department."""

    zh: str
    en: str
    duty: bool = False


class OwnerSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for `owner.<source>` of every source."""

    zh: str
    en: str
    purposes: list[str]


class ScopeSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One scope.

    ``purposes`` it may be used for; ``implies`` further scopes that its holder has too; ``government``: only
    departments hold it; ``fields``: a field may carry it; ``by_consent``: a holder of the consent scope opens its
    fields with the subject's consent.
    """

    zh: str
    en: str
    purposes: list[str]
    implies: list[str] = []
    government: bool = False
    fields: bool = True
    by_consent: bool = False


class _Declared(msgspec.Struct, frozen=True):
    """The whole file, read and checked."""

    purposes: dict[str, PurposeSpec]
    scopes: dict[str, ScopeSpec]
    owner: OwnerSpec
    government_scope: str
    consent_scope: str


def load_policy(path: Path) -> Policy:
    """Return the policy of the scopes file ``path``; raises `ConfigError` with every mistake of it."""
    tables = read_toml(path)
    mistakes: list[Mistake] = []
    declared = _read(tables, path.name, mistakes)
    if mistakes or declared is None:
        raise ConfigError(mistakes)
    return _compile(declared, sha256(path.read_bytes()).hexdigest()[:16])


def _read(tables: Mapping[str, Any], file: str, mistakes: list[Mistake]) -> _Declared | None:
    known = ", ".join(TOP_LEVEL)
    mistakes.extend(Mistake(file, key, f"unknown key; known: {known}") for key in tables if key not in TOP_LEVEL)
    mistakes.extend(Mistake(file, key, "missing") for key in TOP_LEVEL if key not in tables)
    purposes = read_tables(tables.get("purposes", {}), PurposeSpec, file, "purposes", mistakes)
    scopes = read_tables(tables.get("scopes", {}), ScopeSpec, file, "scopes", mistakes)
    owner = read_table(tables["owner"], OwnerSpec, file, "owner", mistakes) if "owner" in tables else None
    names = {kind: tables.get(kind) for kind in ("purposes", "scopes")}
    mistakes.extend(Mistake(file, place, message) for place, message in _references(names, scopes, owner))
    mistakes.extend(
        Mistake(file, key, _unknown("scope", tables[key], _names(names["scopes"])))
        for key in ("government_scope", "consent_scope")
        if key in tables and tables[key] not in _names(names["scopes"])
    )
    if mistakes or owner is None:
        return None
    return _Declared(purposes, scopes, owner, tables["government_scope"], tables["consent_scope"])


def _references(
    tables: Mapping[str, Any], scopes: Mapping[str, ScopeSpec], owner: OwnerSpec | None
) -> Iterator[tuple[str, str]]:
    """Yield place and message of each name that is not declared, against all names of the file, sound or not."""
    purposes, known = _names(tables["purposes"]), _names(tables["scopes"])
    used = [(f"scopes.{name}", spec.purposes) for name, spec in scopes.items()]
    used += [("owner", owner.purposes)] if owner is not None else []
    for place, names in used:
        if not names:
            yield f"{place}.purposes", "empty: the scope could never open anything"
        for name in names:
            if name not in purposes:
                yield f"{place}.purposes", _unknown("purpose", name, purposes)
    for scope, spec in scopes.items():
        if scope.startswith("owner.") or not all(part.isidentifier() for part in scope.split(".")):
            yield f"scopes.{scope}", "not a scope name: words joined by dots, the first not `owner`"
        for name in spec.implies:
            if name not in known:
                yield f"scopes.{scope}.implies", _unknown("scope", name, known)
        if scope in _implied(scope, scopes):
            yield f"scopes.{scope}.implies", "implies itself through others"


def _names(table: Any) -> list[str]:
    return sorted(table) if isinstance(table, dict) else []


def _unknown(noun: str, name: object, known: Iterable[str]) -> str:
    return f"unknown {noun} `{name}`; known: {', '.join(known)}"


def _implied(scope: str, scopes: Mapping[str, ScopeSpec]) -> frozenset[str]:
    """Return every scope that the holder of ``scope`` has too, without ``scope`` unless it implies itself."""
    found: set[str] = set()
    open_ = [scope]
    while open_:
        spec = scopes.get(open_.pop())
        new = [name for name in (spec.implies if spec else ()) if name not in found]
        found.update(new)
        open_.extend(new)
    return frozenset(found)


def _compile(declared: _Declared, version: str) -> Policy:
    scopes = declared.scopes
    return Policy(
        version=version,
        purposes={name: spec.duty for name, spec in declared.purposes.items()},
        fields={
            (name, level): _ways(declared, name, level)
            for name, spec in scopes.items()
            if spec.fields
            for level in LEVELS
        },
        links={name: Ways(_way(declared, [name], None), None) for name in scopes},
        owner_purposes=frozenset(declared.owner.purposes),
        government=frozenset(name for name, spec in scopes.items() if spec.government),
    )


def _ways(declared: _Declared, scope: str, level: str) -> Ways:
    """Return the ways to a field of ``scope`` at ``level``; both are None for OWNER: nobody but the owner."""
    spec = declared.scopes[scope]
    consent = _way(declared, [declared.consent_scope], None)
    by_consent = consent if spec.by_consent else None
    general = [] if spec.government else [declared.government_scope]
    match level:
        case "PUBLIC":
            return Ways(_way(declared, [scope], None), by_consent)
        case "GOV":
            return Ways(_way(declared, [scope, *general], None), by_consent)
        case "GOV_CONDITIONAL":
            duties = frozenset(name for name, purpose in declared.purposes.items() if purpose.duty)
            return Ways(_way(declared, [scope, *general], duties), by_consent)
        case "CONSENT":
            return Ways(None, consent)
        case "OWNER":
            return Ways(None, None)
        case _:
            raise AssertionError(level)


def _way(declared: _Declared, scopes: list[str], among: frozenset[str] | None) -> Way:
    """Return the way that needs all ``scopes``, for the purposes common to them (and to ``among``, if given)."""
    specs = [declared.scopes[name] for name in scopes]
    purposes = frozenset[str].intersection(*(frozenset(spec.purposes) for spec in specs))
    return Way(
        scopes=tuple(scopes),
        holders=tuple(_holders(name, declared.scopes) for name in scopes),
        purposes=purposes if among is None else purposes & among,
        department=any(spec.government for spec in specs),
        granted=Decision(True, scopes[0], Reason.GRANTED),
    )


def _holders(scope: str, scopes: Mapping[str, ScopeSpec]) -> frozenset[str]:
    return frozenset({scope, *(name for name in scopes if scope in _implied(name, scopes))})
