"""The SQL text of a question, written once per shape by SQLAlchemy Core: no I/O, no values of keys in it.

Rules
    * SELECT lists exactly the columns needed, never `*`; no text of ours but what SQLAlchemy compiles.
    * Keys are parameters. PostgreSQL takes each list of keys as one array whose type the server infers from the column,
      so that an index on a char(18) column is used. Other databases take one parameter per key; the lists are padded
      to a power of two by repeating the last key, so that a source sees a dozen statements and not one per length.
    * Every column is qualified: SQLite reads an unknown "name" in double quotes as a text, not as a missing column.
    * Constant conditions, tombstones and the names of departments come from the source file, not from a request: they
      stand in the text.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Dialect,
    String,
    any_,
    bindparam,
    column,
    literal_column,
    or_,
    select,
    table,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from connectors.spec import SqlEntity

Columns = ReadOnlyColumnCollection[str, Any]


def statement_text(
    entity: SqlEntity,
    schemes: Sequence[str],
    columns: Sequence[str],
    *,
    schema: str | None,
    size: int | None,
    dialect: Dialect,
    decided_by: str | None = None,
) -> str:
    """Return the text that asks for ``columns`` of ``entity`` under any of ``schemes``, one list of keys for each.

    ``decided_by`` narrows it to what this department decided. ``size`` is the length of every list of keys, None where
    the database takes arrays.
    """
    keys = [entity.keys[scheme].column for scheme in schemes]  # type: ignore[index]  # checked by the loader
    every = dict.fromkeys([*columns, *keys, *entity.where])
    rows = table(entity.table, *map(column, every), schema=schema).alias("t").c
    statement = select(*(rows[name] for name in columns))
    statement = statement.where(or_(*(_key_condition(rows[key], at, size) for at, key in enumerate(keys))))
    for condition in _constants(entity, rows, decided_by):
        statement = statement.where(condition)
    return str(statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True}))


def padded_size(length: int, limit: int) -> int:
    """Return the length to which a list of ``length`` keys is padded: a power of two, at most ``limit``."""
    return max(length, min(1 << (length - 1).bit_length(), limit))


def padded(keys: Sequence[str], size: int) -> list[str]:
    """Return ``keys`` with the last one repeated up to ``size``."""
    return [*keys, *[keys[-1]] * (size - len(keys))]


def _key_condition(key: ColumnElement[Any], place: int, size: int | None) -> ColumnElement[bool]:
    if size is None:
        return key == any_(literal_column(f"${place + 1}", ARRAY(String)))
    return key.in_([bindparam(f"key_{place}_{at}", "", type_=String) for at in range(size)])


def _constants(entity: SqlEntity, rows: Columns, decided_by: str | None) -> Iterator[ColumnElement[bool]]:
    for at, (name, value) in enumerate(entity.where.items()):
        yield rows[name] == _constant(f"where_{at}", value)
    if entity.tombstone is not None:
        mark = rows[entity.tombstone.column]
        values = [_constant(f"deleted_{at}", value) for at, value in enumerate(entity.tombstone.values)]
        yield or_(mark.is_(None), mark.not_in(values))
    if decided_by is not None and entity.records_of is not None:
        names = entity.records_of.departments.get(decided_by, [])
        yield rows[entity.records_of.column].in_([_constant(f"decided_{at}", name) for at, name in enumerate(names)])


def _constant(name: str, value: str) -> ColumnElement[Any]:
    return bindparam(name, value, type_=String, literal_execute=True)
