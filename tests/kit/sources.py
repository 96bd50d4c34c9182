"""Sources to examine: a connector that answers what a test wants, and a small real department in SQLite."""

import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from connectors import open_connector
from connectors.base import Answer, Batch, Connector
from connectors.clock import now_text
from connectors.errors import SourceError
from connectors.mapping import RowReader, digest_of
from connectors.spec import AsOf, FieldSpec, KeySpec, SourceSpec, SqlEntity, SqlSource, Tombstone
from gateway.demo.codes import uscc
from gateway.kit.bench import Bench

PART = "AdministrativePenalty"
KEYS = tuple(uscc("91", number) for number in range(600, 640))
ONE, TWO, THREE = KEYS[:3]
COLUMNS = ("tyshxydm", "cf_id", "wsh", "jdrq", "ajcx", "fkje", "bz", "gxsj", "sc_bz")
ENTITY = SqlEntity(
    table="v_cf",
    keys={"USCC": KeySpec(column="tyshxydm", form="lower")},
    record_key=["cf_id"],
    as_of=AsOf(column="gxsj"),
    tombstone=Tombstone(column="sc_bz", values=["D"]),
    fields={
        "decision_no": FieldSpec(column="wsh", type="text", scope="credit.public"),
        "decided_on": FieldSpec(column="jdrq", type="date", scope="credit.public"),
        "procedure": FieldSpec(column="ajcx", type="code", scope="credit.public", codes={"01": "SIMPLE"}),
        "fine_amount": FieldSpec(column="fkje", type="yuan", scope="credit.public"),
        "remark": FieldSpec(column="bz", type="text", scope="credit.public"),
    },
)
SPEC = SqlSource(
    name="city_order",
    department="urban_management",
    title="城市管理行政处罚系统",
    contact="法制科(示例)",
    url_env="CITY_ORDER_URL",
    timeout_seconds=5.0,
    batch_size=20,
    concurrency=3,
    entities={PART: ENTITY},
)


def row(key: str = ONE, **cells: str | None) -> dict[str, str | None]:
    """Return a row in which everything is sound, but for ``cells``."""
    sound = {"tyshxydm": key.lower(), "cf_id": "1", "wsh": "同城罚〔2026〕1号", "jdrq": "2026-03-02", "ajcx": "01"}
    return {**dict.fromkeys(COLUMNS), **sound, "fkje": "2000", "gxsj": "2026-03-03 09:00:00", **cells}


def fill(path: Path, rows: Sequence[Mapping[str, str | None]], columns: Sequence[str] = COLUMNS) -> None:
    """Let the SQLite file hold exactly ``rows``."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"CREATE TABLE v_cf ({', '.join(f'{name} text' for name in columns)})")
        marks = ", ".join("?" * len(columns))
        database.executemany(f"INSERT INTO v_cf VALUES ({marks})", [[each[name] for name in COLUMNS] for each in rows])


def url_of(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def sqlite_bench(path: Path, spec: SourceSpec = SPEC) -> Bench:
    environ = {"CITY_ORDER_URL": url_of(path)}
    return Bench(spec, lambda spec, environ: open_connector(spec, environ, path.parent), environ)


Behave = Callable[["Scripted", Batch], Awaitable[Answer]]


class Scripted:
    """A connector that holds ``rows`` and answers as ``behave`` does; honest when nothing else is wanted."""

    def __init__(
        self, spec: SourceSpec, rows: Sequence[Mapping[str, str | None]], behave: Behave | None = None
    ) -> None:
        self.spec = spec
        self.rows = rows
        self.behave = behave
        self.asked: list[Batch] = []

    async def fetch(self, batch: Batch) -> Answer:
        self.asked.append(batch)
        return await (self.behave(self, batch) if self.behave is not None else self.honest(batch))

    async def honest(self, batch: Batch, rows: Sequence[Mapping[str, Any]] | None = None) -> Answer:
        """Return what the rows say."""
        reader = RowReader(self.spec.entities[batch.entity], batch.scheme, batch.fields, digests=batch.digests)
        gathered = reader.gather(self.rows if rows is None else rows, frozenset(batch.keys))
        return Answer(gathered.rows, now_text(), digest_of(list(gathered.rows)), unreadable=gathered.unreadable)

    async def probe(self) -> None: ...

    async def close(self) -> None: ...


def scripted(rows: Sequence[Mapping[str, str | None]], behave: Behave | None = None, spec: SourceSpec = SPEC) -> Bench:
    """Return a bench of one scripted connector for each time that it is opened."""

    def connect(changed: SourceSpec, _: Mapping[str, str]) -> Connector:
        return Scripted(changed, rows, behave)

    return Bench(spec, connect)


def fails(error: SourceError) -> Behave:
    """Return the behavior of a source that answers nothing but ``error``."""

    async def behave(_: Scripted, __: Batch) -> Answer:
        raise type(error)(error.reason, error.until)

    return behave
