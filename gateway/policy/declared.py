"""Reading of `config/scopes.toml`: purposes and scopes as declared, every mistake told at once."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from connectors.declaration import Note, Part, sound_part, unknown
from connectors.spec import Disclosure
from gateway.policy.model import Audience


class PurposeSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One purpose code; ``duty`` marks a statutory task of a department, ``audience`` who asks for it."""

    zh: str
    en: str
    audience: Audience
    duty: bool = False


class OwnerSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for `owner.<source>` of every source."""

    zh: str
    en: str
    purposes: list[str]


class SubjectSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a subject sees of itself: with ``scope``, for its purposes, fields of these disclosure ``levels``."""

    scope: str
    levels: list[Disclosure]


class PersonsSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The purposes for which more than what is public is told of natural persons."""

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


class Declared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    government_scope: str
    consent_scope: str
    owner: OwnerSpec
    subject: SubjectSpec
    persons: PersonsSpec
    purposes: dict[str, PurposeSpec]
    scopes: dict[str, ScopeSpec]


def read_declared(tables: Mapping[str, Any], note: Note) -> Declared | None:
    """Return what the ``tables`` of the file declare, or None after noting every mistake."""
    places: list[str] = []

    def noted(place: str, message: str) -> None:
        places.append(place)
        note(place, message)

    sound = sound_part(tables, Declared, "", noted)
    for place, message in _mistakes(sound, _names(tables, "scopes"), _names(tables, "purposes")):
        noted(place, message)
    return None if places else msgspec.convert(tables, Declared)


def implied(scope: str, scopes: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Return every scope that the holder of ``scope`` has too, without ``scope`` unless it implies itself.

    ``scopes`` tells what each scope implies by itself.
    """
    found: set[str] = set()
    open_ = [scope]
    while open_:
        new = [name for name in scopes.get(open_.pop(), ()) if name not in found]
        found.update(new)
        open_.extend(new)
    return frozenset(found)


def _names(tables: Mapping[str, Any], kind: str) -> list[str]:
    """Return all names declared as ``kind``, sound or not: a mistake in one must not make its users mistaken."""
    table = tables.get(kind)
    return sorted(table) if isinstance(table, dict) else []


def _mistakes(sound: Part, scopes: list[str], purposes: list[str]) -> Iterator[tuple[str, str]]:
    """Yield place and message of what is well-formed and still cannot be meant, against all names of the file."""
    declared: Mapping[str, Part] = sound.get("scopes", {})
    used = {f"scopes.{name}": spec for name, spec in declared.items()}
    whose = {name: sound.get(name, Part()) for name in ("owner", "persons")}
    for place, spec in {**whose, **used}.items():
        yield from _purpose_mistakes(f"{place}.purposes", spec.get("purposes"), purposes)
    all_implied = {name: spec.get("implies", []) for name, spec in declared.items()}
    for name in declared:
        yield from _scope_mistakes(name, all_implied, scopes)
    for key in ("government_scope", "consent_scope"):
        if key in sound and sound[key] not in scopes:
            yield key, unknown("scope", sound[key], scopes)
    own = sound.get("subject", Part())
    if "scope" in own and own["scope"] not in scopes:
        yield "subject.scope", unknown("scope", own["scope"], scopes)
    general = declared.get(sound.get("government_scope", ""))
    if general is not None and not general.get("government") and "government" not in general.unfit:
        yield "government_scope", f"scope `{sound['government_scope']}` is not marked `government = true`"


def _purpose_mistakes(place: str, names: list[str] | None, known: list[str]) -> Iterator[tuple[str, str]]:
    if names == []:
        yield place, "empty: it could never open anything"
    for name in names or ():
        if name not in known:
            yield place, unknown("purpose", name, known)


def _scope_mistakes(scope: str, scopes: Mapping[str, list[str]], known: list[str]) -> Iterator[tuple[str, str]]:
    first, *_ = words = scope.split(".")
    if first in {"owner", "records"} or not all(word.isidentifier() for word in words):
        yield f"scopes.{scope}", "not a scope name: words joined by dots, the first not `owner` or `records`"
    for name in scopes[scope]:
        if name not in known:
            yield f"scopes.{scope}.implies", unknown("scope", name, known)
    if scope in implied(scope, scopes):
        yield f"scopes.{scope}.implies", "implies itself, directly or through others"
