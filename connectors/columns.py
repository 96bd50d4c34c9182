"""Which columns of a source a question needs, and which of them nothing can be read without. Pure."""

from collections.abc import Sequence
from typing import Final

from connectors.spec import EntitySpec, FieldSpec, ValueType

PERSONAL: Final[frozenset[ValueType]] = frozenset(
    {"masked_id", "masked_name", "masked_phone", "masked_address", "birth_year", "person_key"}
)
"""Types of what is shown of a person in part, or not at all."""


def columns_of(spec: FieldSpec) -> list[str]:
    """Return the columns of a field: its own and that of its currency; none of a constant."""
    if spec.column is None:
        return []
    return [spec.column] if spec.currency is None else [spec.column, spec.currency.column]


def columns_described(entity: EntitySpec) -> tuple[str, ...]:
    """Return every column of which the source file says anything but a constant condition."""
    every = columns_needed(entity, next(iter(entity.keys)), tuple(entity.fields), tuple(entity.keys))
    return every if entity.records_of is None else tuple(dict.fromkeys((*every, entity.records_of.column)))


def columns_for_all(
    entity: EntitySpec, scheme: str, also: Sequence[str] = (), decided_by: str | None = None
) -> tuple[str, ...]:
    """Return the columns without which no row can be read: keys, record key, tombstone, and whose decision it is."""
    named = [entity.keys[each].column for each in (scheme, *also)]  # type: ignore[index]  # checked by the loader
    named += entity.record_key
    if entity.tombstone is not None:
        named.append(entity.tombstone.column)
    if decided_by is not None and entity.records_of is not None:
        named.append(entity.records_of.column)
    return tuple(dict.fromkeys(named))


def columns_needed(
    entity: EntitySpec, scheme: str, fields: Sequence[str], also: Sequence[str] = (), decided_by: str | None = None
) -> tuple[str, ...]:
    """Return the columns to ask for, without duplicates: those needed for all, as-of, then those of ``fields``."""
    named = [*columns_for_all(entity, scheme, also, decided_by)]
    if entity.as_of is not None:
        named.append(entity.as_of.column)
    for name in fields:
        named += columns_of(entity.fields[name])
    return tuple(dict.fromkeys(named))


def columns_personal(entity: EntitySpec) -> frozenset[str]:
    """Return the columns of which no whole value may leave, in any form: numbers of persons, and what is masked."""
    named = {spec.column for spec in entity.fields.values() if spec.column is not None and spec.type in PERSONAL}
    return frozenset(named | {key.column for scheme, key in entity.keys.items() if scheme == "PERSON"})
