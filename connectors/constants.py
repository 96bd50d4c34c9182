"""Constants of a table: fields that have one value in all its records, which stands in the source file.

A constant is written as answers show it: `true`, `2026-03-01`, the name of an enum value, several joined by `;`. The
loader gives it the type by which it then reads, so that whoever reads rows need not know the schema.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final, TypeVar

from msgspec.structs import replace

from connectors.declaration import unknown
from connectors.errors import InvalidValue
from connectors.spec import AnyEntity, FieldSpec, SourceSpec, ValueType
from connectors.values import Noted, parser
from schema.entities import ENTITY_FIELDS, EntityField, Form, entity_of
from schema.values import Money

S = TypeVar("S", bound=SourceSpec)

TRUTHS: Final = ("true", "false")
_TYPES: Final[Mapping[Form, ValueType]] = {
    "text": "text",
    "enum": "code",
    "enum_list": "code_list",
    "date": "date",
    "datetime": "datetime",
    "month": "month",
    "integer": "integer",
    "decimal": "decimal",
    "money": "yuan",
    "boolean": "boolean",
}
_EXPECTED: Final[Mapping[Form, str]] = {
    "text": "a text as answers show it, without blanks around it",
    "date": "a date such as `2026-03-01`",
    "datetime": "a time such as `2026-03-01T09:00:00+08:00`",
    "month": "a month such as `2026-03`",
    "integer": "a whole number such as `12`",
    "decimal": "a number such as `77.5`",
    "money": "an amount in yuan such as `2000`",
}


def constant_of(spec: FieldSpec) -> Any:
    """Return the value of the constant ``spec``, which the loader has checked, as rows hold it."""
    return parser(spec)(spec.value)


def constant_mistake(value: str, field: EntityField) -> str | None:
    """Return what is wrong with ``value`` as the constant of ``field``, None when nothing is."""
    if field.form in {"enum", "enum_list", "boolean"}:
        return _unknown_name(value.split(";") if field.form == "enum_list" else [value], field.enum or TRUTHS)
    try:
        read = constant_of(_typed(FieldSpec(value=value, scope=""), field))
    except InvalidValue:
        read = None
    shown = read.amount if isinstance(read, Money) else str(read)
    sound = read is not None and type(read) is not Noted and shown == value
    return None if sound else f"expected {_EXPECTED[field.form]}"


def with_constants(source: S) -> S:
    """Return ``source`` with the types of its constants."""
    return replace(source, entities={part: _completed(part, entity) for part, entity in source.entities.items()})


def _completed(part: str, entity: AnyEntity) -> AnyEntity:
    known = ENTITY_FIELDS[entity_of(part)]
    constants = {name: _typed(spec, known[name]) for name, spec in entity.fields.items() if spec.value is not None}
    return replace(entity, fields={**entity.fields, **constants}) if constants else entity


def _typed(spec: FieldSpec, field: EntityField) -> FieldSpec:
    codes = {name: name for name in field.enum} or None
    return replace(spec, type=_TYPES[field.form], codes=codes)


def _unknown_name(names: Collection[str], known: Collection[str]) -> str | None:
    return next((unknown("value", name, known) for name in names if name not in known), None)
