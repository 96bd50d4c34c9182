"""Words in both languages, and the words of the schema: labels of fields, names of codes.

The schema describes everything as `中文。English.` (`schema.fields.say`); a report shows the two apart.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Final, Literal

import msgspec
from graphql import GraphQLEnumType, GraphQLObjectType, get_named_type

from schema.schema import SCHEMA

Language = Literal["zh", "en"]


class Words(msgspec.Struct, frozen=True, array_like=False):
    """The same in Chinese and in English."""

    zh: str
    en: str

    def said(self, language: Language) -> str:
        """Return them in ``language``."""
        return self.zh if language == "zh" else self.en

    def filled(self, **values: str) -> "Words":
        """Return them with ``values`` in the places of `{names}`; what is filled in is never read for names again."""
        return Words(self.zh.format_map(values), self.en.format_map(values))


def same(text: str) -> Words:
    """Return what is said alike in both languages, such as a number or a name."""
    return Words(text, text)


def joined(words: Iterable[Words]) -> Words:
    """Return several as one enumeration."""
    every = list(words)
    return Words("、".join(each.zh for each in every), ", ".join(each.en for each in every))


ASIDE: Final = re.compile(r"（[^）]*）$|；.*$")
"""What the labels of the schema say beside the name of a field, and a report has no room for."""
ASIDE_EN: Final = re.compile(r" as written$|, in (?:yuan|whole units of its currency)$|;.*$|, see `.*$")


@cache
def label(type_name: str, field: str) -> Words:
    """Return how the field of that type is called."""
    type_ = SCHEMA.type_map[type_name]
    assert isinstance(type_, GraphQLObjectType), "records are objects"
    words = split(type_.fields[field].description or field)
    return Words(ASIDE.sub("", words.zh), ASIDE_EN.sub("", words.en))


@cache
def code(enum: str, value: str) -> Words:
    """Return what a code of ``enum`` means; a code that the schema does not know is shown as it is."""
    type_ = SCHEMA.type_map[enum]
    assert isinstance(type_, GraphQLEnumType), "only enumerations have codes"
    found = type_.values.get(value)
    return split(found.description or value) if found is not None else same(value)


@cache
def enum_of(type_name: str, field: str) -> str | None:
    """Return the enumeration whose codes the field holds, or none."""
    type_ = SCHEMA.type_map[type_name]
    assert isinstance(type_, GraphQLObjectType), "records are objects"
    named = get_named_type(type_.fields[field].type)
    return named.name if isinstance(named, GraphQLEnumType) else None


def split(description: str) -> Words:
    """Return the two halves of a description of the schema; one that is not in two is said alike in both."""
    told = description.partition(" 标准字段 standard column")[0]
    zh, found, en = told.partition("。")
    return Words(zh, en.removesuffix(".")) if found else same(told)
