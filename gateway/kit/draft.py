"""What is told of a new source, piece by piece, made into the tables of its file.

Every key of every kind of source can be told: which there are, and of what type, is read off the Structs of
`connectors.spec`. Nothing is checked here beyond what is needed to place a piece; the reader of source files does that.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, get_args

import msgspec
from msgspec import Struct

from connectors.declaration import unknown
from connectors.fields import PERSON_KEY
from connectors.load import STRUCT_OF_KIND
from connectors.personal import NUMBERS
from connectors.spec import KeySpec, SourceBase
from gateway.kit.header import Column
from gateway.kit.levels import LEVELS, usual_level
from gateway.kit.pieces import Unclear, keys_of, named_pieces, plain_pieces, put
from gateway.kit.proposal import Proposal, usual_type
from gateway.kit.words import code_words, names_of
from gateway.policy import Policy
from gateway.policy.model import OWNER_PREFIX

PUBLIC_SCOPE: Final = "credit.public"
LINK_SCOPE: Final = "person.link"
KEY_FORM: Final = "SCHEME=COLUMN[:FORM]"
FIELD_FORM: Final = "NAME=COLUMN[:TYPE[:SCOPE[:LEVEL]]]"
CONSTANT_FORM: Final = "NAME=VALUE[:SCOPE[:LEVEL]]"
CODES_FORM: Final = "FIELD=CODE:NAME[,CODE:NAME…]"
_LIMITS: Final[Mapping[str, Any]] = {"timeout_seconds": 3.0, "batch_size": 1, "concurrency": 2}
"""What a department is asked for until something else is agreed with it; the most careful that works."""
_BATCH_SIZES: Final = {"sql": 100, "file": 1000}
_FORMS: Final = get_args(keys_of(KeySpec)["form"])
_LEVEL_TOLD: Final = 3
"""Colons in a piece that tells the level too."""
_WITH_CODES: Final = frozenset({"code", "code_list"})

Tables = dict[str, Any]


@dataclass(slots=True)
class Told:
    """What has been told of a new source; ``about`` holds department, title and contact, lists hold pieces.

    ``scope`` is that of fields which name none.
    """

    name: str
    kind: str
    about: dict[str, str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    settings: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    record_keys: list[str] = field(default_factory=list)
    as_of: list[str] = field(default_factory=list)
    tombstones: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    scope: str = PUBLIC_SCOPE
    levels: set[tuple[str, str]] = field(default_factory=set)
    """Part and field of which the level has been told."""

    def setting(self, key: str) -> str | None:
        """Return what has been told of another ``key``, of the source or of any part; None when nothing has."""
        pieces = named_pieces("--set", self.settings, self.parts, "KEY=VALUE")
        return next((text for _, name, text in pieces if name == key), None)

    def suppose(self, key: str, text: str) -> None:
        """Let ``key`` be ``text`` unless something else has been told; a blank text is nothing."""
        if text and self.setting(key) is None:
            self.settings.append(f"{key}={text}")


def make_tables(told: Told, policy: Policy) -> Tables:
    """Return the tables of the file; raises `Unclear`."""
    if told.kind not in STRUCT_OF_KIND:
        known = f"missing; known: {', '.join(STRUCT_OF_KIND)}"
        raise Unclear(f"--kind: {unknown('kind', told.kind, STRUCT_OF_KIND) if told.kind else known}")
    struct = STRUCT_OF_KIND[told.kind]
    tables: Tables = {"name": told.name, **told.about, "kind": told.kind, **dict(_usual(told, struct))}
    entities: dict[str, Tables] = {part: {} for part in told.parts}
    _add_settings(told, struct, tables, entities)
    _add_columns(told, entities)
    _add_fields(told, entities, policy)
    return {**tables, "entities": entities}


def propose_pieces(told: Told, part: str, proposal: Proposal) -> None:
    """Add to ``told`` what a table's columns seem to be, but for what has been told already."""
    fields = list(named_pieces("--field", told.fields, told.parts, FIELD_FORM))
    known = {name for of, name, _ in fields if of in {None, part}}
    for name, column in proposal.fields.items():
        if name not in known:
            told.fields.append(f"{part}.{name}={column.name}:{usual_type(part, name, column)}")
    if not any(of in {None, part} for of, _, _ in named_pieces("--key", told.keys, told.parts, KEY_FORM)):
        told.keys += [f"{part}.{scheme}={column}" for scheme, column in proposal.keys.items()]


def entity_struct(struct: type[SourceBase]) -> type[Struct]:
    """Return the Struct of the entities of a kind of source."""
    kind: type[Struct] = get_args(keys_of(struct)["entities"])[1]
    return kind


def _usual(told: Told, struct: type[SourceBase]) -> Iterator[tuple[str, Any]]:
    """Yield the keys that need no telling: names of environment variables, and careful limits."""
    for each in msgspec.structs.fields(struct):
        if each.required and each.name.endswith("_env"):
            yield each.name, f"{told.name}_{each.name.removesuffix('_env')}".upper()
    yield from {**_LIMITS, "batch_size": _BATCH_SIZES.get(told.kind, 1)}.items()


def _add_settings(told: Told, struct: type[SourceBase], tables: Tables, entities: Mapping[str, Tables]) -> None:
    """Set every key that is told of the source or of its entities; raises `Unclear` when there is none of that name."""
    of_entity = entity_struct(struct)
    for part, name, text in named_pieces("--set", told.settings, told.parts, "KEY=VALUE"):
        path = name.split(".")
        if part is None and path[0] in keys_of(struct):
            put(tables, struct, path, text)
        elif path[0] in keys_of(of_entity):
            for each in _chosen(entities, part):
                put(each, of_entity, path, text)
        else:
            known = [*(keys_of(struct) if part is None else ()), *keys_of(of_entity)]
            raise Unclear(f"--set: {unknown('key', path[0], known)}")


def _add_columns(told: Told, entities: Mapping[str, Tables]) -> None:
    """Set the columns that are no fields: keys, record key, date of the record, mark of deletion."""
    for part, scheme, text in named_pieces("--key", told.keys, told.parts, KEY_FORM):
        column, colon, form = text.rpartition(":")
        key = {"column": column, "form": form} if colon and form in _FORMS else {"column": text}
        _update(entities, part, "keys", {scheme: key})
    for part, text in plain_pieces(told.record_keys, told.parts):
        for each in _chosen(entities, part):
            each["record_key"] = [column.strip() for column in text.split(",")]
    for part, text in plain_pieces(told.as_of, told.parts):
        column, colon, type_ = text.rpartition(":")
        _update(entities, part, "as_of", {"column": column, "type": type_} if colon else {"column": text})
    for part, text in plain_pieces(told.tombstones, told.parts):
        column, _, values = text.partition(":")
        _update(entities, part, "tombstone", {"column": column, "values": values.split(",") if values else []})


def _add_fields(told: Told, entities: Mapping[str, Tables], policy: Policy) -> None:
    codes: dict[tuple[str, str], dict[str, str]] = {}
    for part, name, text in named_pieces("--codes", told.codes, told.parts, CODES_FORM):
        for of in told.parts if part is None else (part,):
            codes.setdefault((of, name), {}).update(_codes(name, text))
    for part, name, text in named_pieces("--field", told.fields, told.parts, FIELD_FORM):
        for of in told.parts if part is None else (part,):
            spec = _field(told, policy, of, name, text)
            if text.count(":") == _LEVEL_TOLD:
                told.levels.add((of, name))
            if spec["type"] in _WITH_CODES or (of, name) in codes:
                spec["codes"] = codes.get((of, name)) or usual_codes(of, name)
            _update(entities, of, "fields", {name: spec})
    for part, name, text in named_pieces("--constant", told.constants, told.parts, CONSTANT_FORM):
        _update(entities, part, "fields", {name: _constant(told, policy, text)})
        if text.rpartition(":")[2] in LEVELS:
            told.levels |= {(of, name) for of in (told.parts if part is None else (part,))}


def _field(told: Told, policy: Policy, part: str, name: str, text: str) -> dict[str, Any]:
    column, type_, scope, level, *more = [*text.split(":"), "", "", ""]
    if any(more):
        raise Unclear(f"--field: expected [PART.]{FIELD_FORM}, found `{name}={text}`")
    type_ = type_ or usual_type(part, name, Column(column)) or "text"
    scope = scope or _usual_scope(told, name, type_)
    return {"column": column, "type": type_, **_rights(policy, scope, level)}


def _constant(told: Told, policy: Policy, text: str) -> dict[str, Any]:
    """Return a field that has one value in all records; a time may hold colons too, a scope is known by its name."""
    value, level = text, ""
    if (left := text.rpartition(":"))[2] in LEVELS:
        value, level = left[0], left[2]
    value, colon, scope = value.rpartition(":")
    if not colon or not (scope in policy.field_scopes or scope.startswith(OWNER_PREFIX)):
        value, scope = f"{value}{colon}{scope}", told.scope
    return {"value": value, **_rights(policy, scope, level)}


def _rights(policy: Policy, scope: str, level: str) -> dict[str, str]:
    level = level or usual_level(policy, scope)
    return {"scope": scope} if level == "PUBLIC" else {"scope": scope, "disclosure": level}


def _usual_scope(told: Told, name: str, type_: str) -> str:
    if type_ == "masked_id" or name in NUMBERS:
        return OWNER_PREFIX + told.name
    return LINK_SCOPE if type_ == PERSON_KEY else told.scope


def usual_codes(part: str, name: str) -> dict[str, str]:
    """Return the Chinese words of the schema as codes: what is written otherwise is MISREAD until it is listed."""
    found: dict[str, str] = {}
    for member, zh in code_words(part, name).items():
        for text in names_of(zh):
            found.setdefault(text, member)
    return found


def _codes(name: str, text: str) -> dict[str, str]:
    pairs = [each.rpartition(":") for each in text.split(",")]
    if not all(colon for _, colon, _ in pairs):
        raise Unclear(f"--codes: expected [PART.]{CODES_FORM}, found `{name}={text}`")
    return {code: value for code, _, value in pairs}


def _chosen(entities: Mapping[str, Tables], part: str | None) -> list[Tables]:
    return list(entities.values()) if part is None else [entities[part]]


def _update(entities: Mapping[str, Tables], part: str | None, key: str, table: Tables) -> None:
    for each in _chosen(entities, part):
        each.setdefault(key, {}).update(table)
