"""The database of the market regulator's supervision: MariaDB in GBK, or the same tables in a SQLite file.

Oddity kept on purpose (`domain.md` §6.2 D02): the marks of individual businesses lie in a table that is declared latin1
and holds bytes of GBK, as an application of 2009 wrote them; what the department offers is a view that says what they
are. In SQLite, which has one encoding only, the view shows the table as it is.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import asyncmy

from gateway.demo.scenarios import Known
from gateway.demo.supervision_rows import MARKS, TABLES, Row, is_time, rows_of

DATABASE: Final = "scxyjg"
READER: Final = "gateway_reader"
"""The account by which the gateway reads; it may do nothing else."""
MARKS_VIEW: Final = f"v_{MARKS}"
_KEYS: Final = ("UNISCID", "REGNO")
_ROWS_AT_ONCE: Final = 500


async def write_mariadb(address: dict[str, Any], everyone: Iterable[Known], password: str | None = None) -> None:
    """Fill the database `DATABASE`, which is made here, of the server at ``address`` (arguments of the driver).

    With a ``password`` the account `READER` may read it; without one the server has its own accounts.
    """
    known = list(everyone)
    connection = await asyncmy.connect(**address, charset="utf8mb4", autocommit=False)
    try:
        async with connection.cursor() as cursor:
            for statement in (*_layout(), *_grants(password)):
                await cursor.execute(statement)
            for table in TABLES:
                await _fill(cursor, table, known)
        await connection.commit()
    finally:
        await connection.ensure_closed()


def _layout() -> list[str]:
    made = [f"CREATE DATABASE {DATABASE} CHARACTER SET gbk", f"USE {DATABASE}"]
    for table, columns in TABLES.items():
        charset = "latin1" if table == MARKS else "gbk"
        typed = ", ".join(f"{column} {_type(column)}" for column in columns)
        indexes = ", ".join(f"INDEX ({key})" for key in _KEYS)
        made.append(f"CREATE TABLE {table} ({typed}, PRIMARY KEY (ID), {indexes}) CHARACTER SET {charset}")
    shown = ", ".join(_as_gbk(column) for column in TABLES[MARKS])
    return [*made, f"CREATE VIEW {MARKS_VIEW} AS SELECT {shown} FROM {MARKS}"]  # noqa: S608  # names of this package


def _type(column: str) -> str:
    if is_time(column):
        return "datetime"
    return "varchar(50)" if column in {"ID", *_KEYS} else "varchar(500)"


def _as_gbk(column: str) -> str:
    if is_time(column) or column in {"ID", *_KEYS}:
        return column
    return f"CONVERT(CAST({column} AS BINARY) USING gbk) AS {column}"


def _grants(password: str | None) -> list[str]:
    if password is None:
        return []
    account = f"{READER}@'127.0.0.1'"
    # The password is made here of letters and digits only.
    return [f"CREATE USER {account} IDENTIFIED BY '{password}'", f"GRANT SELECT ON {DATABASE}.* TO {account}"]


async def _fill(cursor: Any, table: str, known: Sequence[Known]) -> None:
    rows = [_bytes(row) if table == MARKS else _in_gbk(row) for row in rows_of(table, known)]
    statement = f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(TABLES[table]))})"  # noqa: S608  # as above
    for at in range(0, len(rows), _ROWS_AT_ONCE):
        await cursor.executemany(statement, rows[at : at + _ROWS_AT_ONCE])


def _in_gbk(row: Row) -> Row:
    """Return ``row`` with a question mark for every character that GBK lacks, as the system's own forms leave one."""
    return tuple(cell.encode("gbk", "replace").decode("gbk") if isinstance(cell, str) else cell for cell in row)


def _bytes(row: Row) -> Row:
    return tuple(cell.encode("gbk", "replace") if isinstance(cell, str) else cell for cell in row)


def write_sqlite(path: Path, everyone: Iterable[Known]) -> None:
    """Write the same tables into the SQLite file ``path``, made anew."""
    known = list(everyone)
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        for table, columns in TABLES.items():
            database.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
            marks = ", ".join("?" * len(columns))
            rows = (tuple(map(_cell, _in_gbk(row))) for row in rows_of(table, known))
            database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608  # as above
            for key in _KEYS:
                database.execute(f"CREATE INDEX {table}_{key} ON {table} ({key})")
        database.execute(f"CREATE VIEW {MARKS_VIEW} AS SELECT * FROM {MARKS}")  # noqa: S608  # as above


def _cell(cell: Any) -> Any:
    return cell if cell is None or isinstance(cell, str) else f"{cell:%Y-%m-%d %H:%M:%S}"
