"""What must hold of a field in a source file, beyond the types of its keys: every mistake as a place and a message.

Rules of this file: those of `connectors.checks`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from connectors.constants import TRUTHS, constant_mistake
from connectors.declaration import Part, unknown
from connectors.personal import NUMBERS, types_of_personal
from schema.entities import ENTITY_FIELDS, EntityField

Found = Iterator[tuple[str, str]]
"""Place and message of each mistake."""

PERSON_KEY: Final = "person_key"
"""The internal field that leads on to a person, and the value type that is for this field alone."""
TYPES_OF_FORM: Final[Mapping[str, tuple[str, ...]]] = {
    "text": (
        "text", "uscc", "org_code", "identifier", "month",
        "masked_id", "masked_name", "masked_phone", "masked_address",
    ),
    "enum": ("code",),
    "enum_list": ("code_list",),
    "date": ("date",),
    "datetime": ("datetime",),
    "integer": ("integer", "year", "birth_year"),
    "month": ("month",),
    "decimal": ("decimal",),
    "money": ("yuan", "wan_yuan"),
    "boolean": ("boolean",),
    "key": ("uscc", "org_code", "identifier", "text"),
}  # fmt: skip
_OF_COLUMNS: Final = ("column", "type", "codes", "blank", "currency")


@dataclass(frozen=True, slots=True)
class Known:
    """What the rest of the configuration declares: department codes, and why a source's field may not carry a scope.

    None stands for a file that could not be read itself: what depends on it is then left unchecked.
    """

    departments: Collection[str] | None
    field_mistake: Callable[[str, str], str | None] | None
    """(source, scope) -> what is wrong with it, None when nothing is."""


def field_mistakes(entity: str, name: str, spec: Part, source: str, known: Known) -> Found:
    """Yield the mistakes of ``spec``, the field ``name`` of ``entity`` at ``source``."""
    check = known.field_mistake
    if check is not None and "scope" in spec and (mistake := check(source, spec["scope"])) is not None:
        yield "scope", mistake
    yield from _column_or_value(spec)
    if spec.get("approval") is True and spec.get("disclosure", "PUBLIC") != "GOV_CONDITIONAL":
        yield "approval", "only for fields of disclosure GOV_CONDITIONAL, which departments share on conditions"
    if entity in ENTITY_FIELDS:
        fields = ENTITY_FIELDS[entity]
        if name not in fields:
            yield "", unknown(f"field of {entity}", name, sorted(fields))
        elif "value" in spec:
            yield from _value(spec["value"], fields[name])
        else:
            yield from _type(spec, entity, fields[name])


def empty(table: Part, key: str, consequence: str) -> Found:
    """Yield the mistake that the list or table under ``key`` holds nothing."""
    if key in table and not table[key]:
        yield key, f"empty: {consequence}"


def _column_or_value(spec: Part) -> Found:
    """Yield what a field lacks, or has too much of: it stands in a column, or has one value in all records."""
    if not spec.lacks("value"):
        yield from ((key, "not beside `value`, which takes no column") for key in _OF_COLUMNS if not spec.lacks(key))
    elif spec.lacks("column"):
        yield "column", "missing: where the field stands; or its `value`, if all records of the table have the same"
    elif spec.lacks("type"):
        yield "type", "missing"


def _value(value: str, field: EntityField) -> Found:
    if field.form == "key" or field.name in NUMBERS:
        yield "value", f"{field.name} is never the same for all records"
    elif (mistake := constant_mistake(value, field)) is not None:
        yield "value", mistake


def _type(spec: Part, entity: str, field: EntityField) -> Found:
    if "type" in spec:
        fitting = _fitting(entity, field)
        if spec["type"] not in fitting:
            yield "type", f"`{spec['type']}` does not fit {field.name} ({field.form}); fitting: {', '.join(fitting)}"
        else:
            yield from _codes_or_none(field, spec)
            yield from _currency(spec)
    meanings = TRUTHS if field.form == "boolean" else field.enum
    for code, value in spec.get("codes", {}).items():
        for each in value.split(";") if spec.get("type") == "code_list" else (value,):
            if meanings and each not in meanings:
                yield f"codes.{code}", unknown("value", each, meanings)


def _fitting(entity: str, field: EntityField) -> tuple[str, ...]:
    if field.form == "key":
        return (PERSON_KEY,) if field.name == PERSON_KEY else TYPES_OF_FORM["key"]
    return types_of_personal(entity, field.name) or TYPES_OF_FORM[field.form]


def _codes_or_none(field: EntityField, spec: Part) -> Found:
    if spec["type"] in {"code", "code_list"}:
        if spec.lacks("codes") or not spec.get("codes", True):
            yield "codes", f"missing: what each code of the source means; known: {', '.join(field.enum)}"
    elif "codes" in spec and spec["type"] != "boolean":
        yield "codes", f"not for type {spec['type']}: only for code, code_list and boolean"


def _currency(spec: Part) -> Found:
    if "currency" in spec and spec["type"] not in {"yuan", "wan_yuan"}:
        yield "currency", f"not for type {spec['type']}: only for yuan and wan_yuan"
    for key, message in empty(spec.get("currency", Part()), "codes", "no amount could be read"):
        yield f"currency.{key}", message
