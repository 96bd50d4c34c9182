"""What the schema calls its entities, fields, codes and schemes: the Chinese words that departments know them by."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from graphql import GraphQLEnumType, GraphQLObjectType, get_named_type

from schema.entities import CROSSWALK, ENTITIES, ENTITY_FIELDS, entity_of
from schema.schema import SCHEMA, graphql_name

_STANDARD: Final = re.compile(r" 标准字段 standard column: `([^`]+)`$")
_CROSSWALK: Final = "新旧代码对照", "Old and new codes of one subject, side by side"


@dataclass(frozen=True, slots=True)
class Words:
    """What something is called; ``standard`` is the column of the standard of double publicity."""

    zh: str
    en: str
    standard: str | None = None


@cache
def entity_words(part: str) -> Words:
    """Return what the entity of ``part`` is called; its own name where the schema shows no such record."""
    entity = entity_of(part)
    if entity == CROSSWALK:
        return Words(*_CROSSWALK)
    type_ = SCHEMA.get_type(ENTITIES.get(entity, ""))
    return Words(entity, entity) if type_ is None else _words(type_.description or entity)


@cache
def field_words(part: str) -> Mapping[str, Words]:
    """Return what each field of the entity of ``part`` is called, in the order of the schema."""
    return {name: _field_words(part, name) for name in ENTITY_FIELDS.get(entity_of(part), {})}


@cache
def code_words(part: str, field: str) -> Mapping[str, str]:
    """Return what each name that a code of ``field`` may become is called in Chinese; empty for other fields."""
    shown = _shown(part, field)
    type_ = get_named_type(shown.type) if shown is not None else None
    if not isinstance(type_, GraphQLEnumType):
        return {}
    return {name: _words(value.description or name).zh for name, value in type_.values.items()}


@cache
def scheme_words(scheme: str) -> Words:
    """Return what an identifier scheme is called."""
    type_ = SCHEMA.get_type("ResolutionScheme")
    value = type_.values.get(scheme) if isinstance(type_, GraphQLEnumType) else None
    return Words(scheme, scheme) if value is None else _words(value.description or scheme)


def names_of(zh: str) -> Iterator[str]:
    """Yield what ``zh`` may stand as in a table: without what is explained after it or beside it, then the last part.

    `行政相对人代码_1：统一社会信用代码` is 统一社会信用代码 too, `处罚机关（来源原文）` is 处罚机关.
    """
    yield zh
    bare = re.sub(r"（[^（）]*）$", "", zh.partition("；")[0])
    yield bare
    yield bare.rpartition("：")[2]


def _field_words(part: str, field: str) -> Words:
    shown = _shown(part, field)
    if shown is None:  # internal: a key that leads on, called as its scheme is
        scheme = field.removeprefix("organization_").removesuffix("_key").upper()
        return scheme_words(scheme)
    return _words(shown.description or field)


def _shown(part: str, field: str) -> Any:
    """Return the field of the public schema that shows an entity's ``field``, None when none does."""
    entity = entity_of(part)
    if entity not in ENTITIES:
        return None
    try:
        name, _, of_person = graphql_name(ENTITIES[entity], field).partition(".")
    except KeyError:
        return None
    fields = _fields(SCHEMA.get_type(ENTITIES[entity]))
    return _fields(get_named_type(fields[name].type))[of_person] if of_person else fields[name]


def _fields(type_: Any) -> Mapping[str, Any]:
    return type_.fields if isinstance(type_, GraphQLObjectType) else {}


def _words(description: str) -> Words:
    standard = _STANDARD.search(description)
    zh, _, en = _STANDARD.sub("", description).partition("。")
    return Words(zh, en.removesuffix("."), standard[1] if standard else None)
