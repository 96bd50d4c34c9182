"""One small department in three real databases: the same tables and rows in SQLite, PostgreSQL and MariaDB."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncmy
import asyncpg
from sqlalchemy.engine import url as urls

from connectors.base import Answer, Batch
from connectors.spec import AsOf, FieldSpec, KeySpec, Scheme, SqlEntity, SqlSource, Tombstone, ValueType
from connectors.sql import SqlConnector
from gateway.demo.codes import org_code, registration_number, uscc

KINDS: Final = ("sqlite", "postgres", "mariadb")
URL: Final = "DEPARTMENT_URL"
ENTITY: Final = "AdministrativePenalty"
FIELDS: Final = ("counterpart_name", "content", "fine_amount", "decided_on")

A, B, C, D, NOBODY = (uscc("91", number) for number in (11, 12, 13, 14, 15))
REG_NO: Final = {uscc("91", number): registration_number(number) for number in (11, 12, 13, 14)}
ORG_CODE: Final = {uscc("91", number): org_code(number) for number in (11, 12, 13, 14)}

_COLUMNS: Final = (
    "id", "uscc", "reg_no", "org_code", "name", "content", "fine", "decided", "secret", "mark", "updated",
)  # fmt: skip
_ROWS: Final[tuple[tuple[str | None, ...], ...]] = (
    ("1", A, REG_NO[A], None, "甲公司", "罚款", "2000", "2020-03-16", "s1", "I", "2020-03-17 08:00:00"),
    ("2", A, None, "", "甲公司", "警告,𠮷䶮㛃", None, "20210102", "s2", None, "2021-01-03 08:00:00"),
    ("3", A, None, None, "甲公司", "已删除", "1", "2020-01-01", "s3", "D", "2020-01-02 08:00:00"),
    ("4", B, None, None, "乙公司", "罚款", "3,000", "2022-05-06", "s4", "U", "2022-05-07 08:00:00"),
    ("4", B, None, None, "乙公司", "罚款", "3,000", "2022-05-06", "s4", "U", "2022-05-07 08:00:00"),
    ("5", None, REG_NO[C], None, "丙公司", "按注册号", "5", "2022-05-06", "s5", "I", "2022-05-07 08:00:00"),
    ("6", "", "", f"{ORG_CODE[C][:8]}-{ORG_CODE[C][8]}", "丙公司", "按代码", "6", "2022-05-06", "s6", "I", None),
    ("7", D, REG_NO[C], None, "丁公司", "丁的", "7", "2022-05-06", "s7", "I", "2022-05-07 08:00:00"),
    ("", D, None, None, "丁公司", "无编号", "8", "2022-05-06", "s8", "I", "2022-05-07 08:00:00"),
)
_LOWER: Final = tuple((code.lower(), f"{ORG_CODE[code][:8]}-{ORG_CODE[code][8]}", code) for code in (A, B, C, D))


@dataclass(frozen=True, slots=True)
class Site:
    """One database; ``run`` executes statements as its owner, not by the connector; returns the last one's rows."""

    kind: str
    url: str
    run: Callable[[Sequence[str]], Awaitable[Sequence[Any]]]

    @asynccontextmanager
    async def connector(self, url: str | None = None, **changes: Any) -> AsyncIterator[SqlConnector]:
        """Yield a connector to this database; ``changes`` are those of its source file."""
        connector = SqlConnector(source(**changes), {URL: url or self.url}, Path())
        try:
            yield connector
        finally:
            await connector.close()


def entity(table: str = "penalties", **changes: Any) -> SqlEntity:
    """Return how the table is described, or another one of the same columns."""
    keys: dict[Scheme, KeySpec] = {
        "USCC": KeySpec(column="uscc"),
        "REG_NO": KeySpec(column="reg_no"),
        "ORG_CODE": KeySpec(column="org_code", form="hyphenated"),
    }
    described: dict[str, Any] = {
        "table": table,
        "keys": keys,
        "record_key": ["id"],
        "tombstone": Tombstone(column="mark", values=["D"]),
        "as_of": AsOf(column="updated"),
        "also_by": ["REG_NO", "ORG_CODE"],
        "fields": {
            "counterpart_name": field("name"),
            "content": field("content"),
            "fine_amount": field("fine", "yuan"),
            "decided_on": field("decided", "date"),
            "remark": field("secret"),
        },
    }
    return SqlEntity(**(described | changes))


def field(column: str, kind: ValueType = "text") -> FieldSpec:
    """Return a field that ``column`` fills."""
    return FieldSpec(column=column, type=kind, scope="credit.public")


def source(**changes: Any) -> SqlSource:
    """Return the source file of the department, with ``changes``."""
    entities = {
        ENTITY: entity(),
        "Registration": SqlEntity(
            table="registrations",
            keys={
                "USCC": KeySpec(column="uniscid", form="lower"),
                "ORG_CODE": KeySpec(column="zzjgdm", form="hyphenated"),
            },
            record_key=["pripid"],
            fields={"uscc": field("uniscid", "uscc")},
        ),
    }
    described: dict[str, Any] = {
        "name": "department",
        "department": "business_environment",
        "title": "测试库",
        "contact": "测试",
        "timeout_seconds": 5.0,
        "batch_size": 500,
        "concurrency": 4,
        "url_env": URL,
        "entities": entities,
    }
    return SqlSource(**(described | changes))


def batch(*keys: str, fields: tuple[str, ...] = FIELDS, scheme: str = "USCC", **more: Any) -> Batch:
    """Return a question about penalties."""
    return Batch(ENTITY, scheme, keys, fields, **more)


def contents(answer: Answer, key: str) -> list[Any]:
    """Return what the penalties of ``key`` say, in the order of the answer."""
    return [row.values[1] for row in answer.rows[key]]


def tables() -> list[str]:
    """Return the statements that make and fill the tables anew, in the SQL that all three databases understand."""
    columns = ", ".join(f"{name} varchar(60)" for name in _COLUMNS)
    indexes = [f"CREATE INDEX penalties_{name} ON penalties ({name})" for name in ("uscc", "reg_no", "org_code")]
    return [
        "DROP TABLE IF EXISTS penalties",
        "DROP TABLE IF EXISTS registrations",
        f"CREATE TABLE penalties ({columns})",
        *(f"INSERT INTO penalties VALUES ({_literals(row)})" for row in _ROWS),
        *indexes,
        "CREATE TABLE registrations (uniscid varchar(18), zzjgdm varchar(10), pripid varchar(36))",
        *(f"INSERT INTO registrations VALUES ({_literals(row)})" for row in _LOWER),
    ]


def _literals(row: Iterable[str | None]) -> str:
    return ", ".join("NULL" if cell is None else f"'{cell}'" for cell in row)


async def make_site(kind: str, port: int, folder: Path) -> Site:
    """Return the database of ``kind``, whose server listens on ``port``, filled; SQLite is a file in ``folder``."""
    site = _SITES[kind](port, folder)
    await site.run(tables())
    return site


def sqlite_site(path: Path) -> Site:
    """Return the SQLite file ``path`` as a site, empty if it is not there."""

    async def run(statements: Sequence[str]) -> Sequence[Any]:
        with closing(sqlite3.connect(path)) as database, database:
            return [database.execute(statement).fetchall() for statement in statements][-1]

    return Site("sqlite", urls.URL.create("sqlite+aiosqlite", database=str(path)).render_as_string(), run)


def _postgres_site(port: int, folder: Path) -> Site:
    address = f"postgres@127.0.0.1:{port}/postgres"

    async def run(statements: Sequence[str]) -> Sequence[Any]:
        database = await asyncpg.connect(f"postgresql://{address}")
        try:
            return [await database.fetch(statement) for statement in statements][-1]  # type: ignore[no-any-return]
        finally:
            await database.close()

    return Site("postgres", f"postgresql+asyncpg://{address}", run)


def _mariadb_site(port: int, folder: Path) -> Site:
    async def run(statements: Sequence[str]) -> Sequence[Any]:
        database = await asyncmy.connect(host="127.0.0.1", port=port, user="root", database="source", autocommit=True)
        try:
            async with database.cursor() as cursor:
                for statement in statements:
                    await cursor.execute(statement)
                rows: Sequence[Any] = await cursor.fetchall()
                return rows
        finally:
            await database.ensure_closed()

    return Site("mariadb", f"mariadb+asyncmy://root@127.0.0.1:{port}/source", run)


_SITES: Final[dict[str, Callable[[int, Path], Site]]] = {
    "sqlite": lambda port, folder: sqlite_site(folder / "department.sqlite"),
    "postgres": _postgres_site,
    "mariadb": _mariadb_site,
}
