"""What a condition may be about: types of values, told from the schema, and which of them may be compared."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from graphql import (
    GraphQLEnumType,
    GraphQLNamedType,
    GraphQLOutputType,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from connectors.declaration import unknown
from gateway.days import is_day

Form = Literal[
    "text",
    "enum",
    "date",
    "datetime",
    "month",
    "integer",
    "decimal",
    "boolean",
    "null",
    "list",
    "record",
    "any",
]
"""`decimal` is any number with a fraction: amounts are read into it, though answers write them as texts."""

TIMES: Final = frozenset({"date", "datetime", "month"})
NUMBERS: Final = frozenset({"integer", "decimal"})
_TEXTS: Final = frozenset({"text", "enum", *TIMES})
_FORMS: Final[Mapping[str, Form]] = {
    "Int": "integer",
    "Float": "decimal",
    "Decimal": "decimal",
    "Boolean": "boolean",
    "Date": "date",
    "DateTime": "datetime",
    "YearMonth": "month",
}
_WORDS: Final[Mapping[Form, str]] = {
    "text": "a text",
    "enum": "a code",
    "date": "a date",
    "datetime": "a time",
    "month": "a month",
    "integer": "a whole number",
    "decimal": "a number",
    "boolean": "true or false",
    "null": "null",
    "list": "a list",
    "record": "a record",
    "any": "anything",
}
_MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])\Z")


@dataclass(frozen=True, slots=True)
class Type:
    """One type: ``names`` of a code, ``element`` of a list, ``fields`` of a record, the ``literal`` of a constant."""

    form: Form
    names: tuple[str, ...] = ()
    element: "Type | None" = None
    fields: Mapping[str, "Type"] | None = None
    literal: str | None = None

    @property
    def word(self) -> str:
        """What people call it."""
        return _WORDS[self.form]

    @property
    def item(self) -> "Type":
        """What a list holds; anything where that is not known."""
        return self.element or ANY


ANY: Final = Type("any")
TEXT: Final = Type("text")
BOOLEAN: Final = Type("boolean")
INTEGER: Final = Type("integer")
DECIMAL: Final = Type("decimal")
DATE: Final = Type("date")
NULL: Final = Type("null")


def list_of(element: Type) -> Type:
    """Return the type of lists of ``element``."""
    return Type("list", element=element)


def record_of(fields: Mapping[str, Type]) -> Type:
    """Return the type of records with ``fields``; a name with dots opens records within."""
    grouped: dict[str, dict[str, Type]] = {}
    plain: dict[str, Type] = {}
    for name, type_ in fields.items():
        head, _, rest = name.partition(".")
        if rest:
            grouped.setdefault(head, {})[rest] = type_
        else:
            plain[head] = type_
    return Type("record", fields={**plain, **{head: record_of(inner) for head, inner in grouped.items()}})


def type_of(output: GraphQLOutputType) -> Type:
    """Return the type of a scalar, an enumeration, or a list of them, of the schema."""
    nullable = get_nullable_type(output)
    if is_list_type(nullable):
        return list_of(_leaf(get_named_type(nullable)))
    return _leaf(get_named_type(nullable))


def _leaf(named: GraphQLNamedType) -> Type:
    if isinstance(named, GraphQLEnumType):
        return Type("enum", names=tuple(named.values))
    return Type(_FORMS.get(named.name, "text"))


def unlike(one: Type, other: Type, *, ordered: bool) -> str | None:
    """Return why ``one`` and ``other`` may not be compared, None when they may; ``ordered`` of `<` and its like."""
    forms = {one.form, other.form}
    if "any" in forms:
        return None
    if "null" in forms:
        return "null has no order" if ordered else None
    if forms <= NUMBERS:
        return None
    if forms <= _TEXTS:
        return _unlike_texts(one, other, ordered=ordered)
    if len(forms) == 1 and not ordered and forms <= {"boolean", "list"}:
        return None
    return f"{one.word} is never compared with {other.word}" if len(forms) > 1 else f"{one.word} has no order"


def _unlike_texts(one: Type, other: Type, *, ordered: bool) -> str | None:
    if ordered and "enum" in {one.form, other.form}:
        return "a code has no order"
    for typed, text in ((one, other), (other, one)):
        if typed.form != "text" and text.literal is not None:
            return _unfit(typed, text.literal)
    if one.form == other.form == "enum" and not set(one.names) & set(other.names):
        return "two codes that have no name in common"
    if "text" not in {one.form, other.form} and (one.form == "enum") != (other.form == "enum"):
        return f"{one.word} is never compared with {other.word}"
    return None


def _unfit(typed: Type, literal: str) -> str | None:
    """Return why ``literal`` can be no value of ``typed``."""
    if typed.form == "enum":
        return None if literal in typed.names else unknown("name", literal, typed.names)
    if typed.form == "month":
        return None if _MONTH.match(literal) else f"`{literal}` is no month: write `2026-03`"
    return None if is_day(literal[:10]) else f"`{literal}` is no date: write `2026-03-18`"


def joined_types(one: Type, other: Type) -> Type | None:
    """Return the type of what is the one or the other, None when no type is both."""
    if one == other or one.form == "null":
        return other
    if other.form == "null":
        return one
    if "any" in {one.form, other.form}:
        return ANY
    if {one.form, other.form} <= NUMBERS:
        return DECIMAL
    if {one.form, other.form} <= _TEXTS:
        return TEXT
    if one.form == other.form == "list":
        return list_of(joined_types(one.item, other.item) or ANY)
    return None
