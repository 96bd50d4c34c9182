"""The same small department behind every kind of connector: what it holds can be set, and it can be broken.

A site holds rows of four columns: code, number, content, decided on. Its faults:

    gone      nobody answers: port closed, file removed
    lost      the connection is reset in the middle of the answer
    cut       the answer, or the file, ends too early
    garbled   bytes of the answer, or the file, are spoiled
    html      a maintenance page where the answer, or the file, should be
    blank     no bytes at all
    renamed   a column that feeds one field has another name
    unkeyed   the column that tells one record from another has another name
    hanging   the question arrives, no answer does
"""

import csv
import io
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol
from xml.sax.saxutils import escape

import orjson
import xlsxwriter
from graphql import build_schema, graphql_sync

from connectors.spec import (
    GraphqlSource,
    RestSource,
    SoapSource,
    SourceSpec,
    SqlSource,
)
from gateway.demo.listen import Answered, Asked
from tests.connectors.envelopes import enveloped
from tests.faults import FaultProxy

Rows = Sequence[tuple[str | None, ...]]
COLUMNS: Final = ("code", "number", "content", "decided")
ENTITY: Final = "AdministrativePenalty"
FIELDS: Final = ("content", "decided_on")
SCHEMA: Final = """
type Query { penalties(codes: [String!]!): [Penalty!]! subject(code: String!): Subject }
type Subject { code: String! penalties: [Penalty!]! }
type Penalty { code: String number: String content: String decided: String }
"""
RENAMED: Final = {"renamed": "content", "unkeyed": "number"}
HTML: Final = "<html><head><title>系统提示</title></head><body>系统正在升级维护</body></html>".encode()


class Site(Protocol):
    """One department that can be broken."""

    environ: Mapping[str, str]

    @property
    def spec(self) -> SourceSpec:
        """The source file."""
        ...

    @property
    def folder(self) -> Path:
        """Where the source file lies."""
        ...

    @property
    def secrets(self) -> tuple[str, ...]:
        """What failures must not tell."""
        ...

    def hold(self, rows: Rows) -> None:
        """Hold exactly ``rows``, in this order."""
        ...

    async def fail(self, fault: str) -> None:
        """Fail in this way until mended."""
        ...

    async def mend(self) -> None:
        """Answer as before."""
        ...


@dataclass
class StoredSite:
    """A department that is a file: an SQLite database, a CSV file or a workbook."""

    spec: SourceSpec
    environ: Mapping[str, str]
    path: Path
    rows: Rows = ()
    columns: tuple[str, ...] = COLUMNS
    writer: sqlite3.Connection | None = None

    @property
    def folder(self) -> Path:
        return self.path.parent

    @property
    def secrets(self) -> tuple[str, ...]:
        return (str(self.path), self.path.name, str(self.folder), "SELECT", "sqlite")

    def hold(self, rows: Rows) -> None:
        self.rows = rows
        self._write(_MAKERS[self.path.suffix])

    async def fail(self, fault: str) -> None:
        match fault:
            case "gone":
                self.path.unlink()
            case "cut":
                # A page of a database; a file in the middle of a line, for one that ends with a line looks whole.
                self._replace(self.path.read_bytes()[: -4096 if isinstance(self.spec, SqlSource) else -12])
            case "garbled":
                # Checksums, where there are any, are of parts: spoiled is what holds it together.
                spoiled = b"\xff" * 4000 if isinstance(self.spec, SqlSource) else b'"\xff"\x00<{'
                self._replace(self.path.read_bytes()[:100] + spoiled)
            case "html":
                self._replace(HTML)
            case "blank":
                self._replace(b"")
            case "renamed" | "unkeyed":
                self.columns = tuple("other" if name == RENAMED[fault] else name for name in COLUMNS)
                self.hold(self.rows)
            case "hanging":
                self.writer = sqlite3.connect(self.path, isolation_level=None)
                self.writer.execute("BEGIN EXCLUSIVE")

    async def mend(self) -> None:
        if self.writer is not None:
            self.writer.close()
            self.writer = None
        self.columns = COLUMNS
        self.hold(self.rows)

    def _write(self, make: Any) -> None:
        new = self.path.with_suffix(".new")
        new.unlink(missing_ok=True)
        make(new, self.columns, self.rows)
        new.replace(self.path)

    def _replace(self, content: bytes) -> None:
        self._write(lambda path, *_: path.write_bytes(content))


def _database(path: Path, columns: Sequence[str], rows: Rows) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"CREATE TABLE penalties ({', '.join(f'{name} text' for name in columns)})")
        database.executemany("INSERT INTO penalties VALUES (?, ?, ?, ?)", rows)


def _csv(path: Path, columns: Sequence[str], rows: Rows) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([columns, *rows])
    path.write_text(text.getvalue(), encoding="utf-8", newline="")


def _workbook(path: Path, columns: Sequence[str], rows: Rows) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        for line, cells in enumerate([columns, *rows]):
            sheet.write_row(line, 0, cells)


_MAKERS: Final = {".sqlite": _database, ".csv": _csv, ".xlsx": _workbook}


@dataclass
class HttpSite:
    """A department behind a port, with a line that can fail before it."""

    spec: RestSource | SoapSource | GraphqlSource
    environ: Mapping[str, str]
    folder: Path
    proxy: FaultProxy
    rows: list[dict[str, str | None]] = field(default_factory=list)
    fault: str = ""

    @property
    def secrets(self) -> tuple[str, ...]:
        return ("127.0.0.1", str(self.proxy.port), "/api", "http")

    def hold(self, rows: Rows) -> None:
        self.rows = [dict(zip(COLUMNS, row, strict=True)) for row in rows]

    async def fail(self, fault: str) -> None:
        self.fault = fault
        match fault:
            case "gone":
                await self.proxy.refuse()
            case "lost":
                self.proxy.fault("reset", after=120)
            case "cut":
                self.proxy.fault("truncate", after=120)
            case "hanging":
                self.proxy.fault("blackhole")

    async def mend(self) -> None:
        if self.fault == "gone":
            await self.proxy.accept()
        self.fault = ""
        self.proxy.fault()

    def answer(self, asked: Asked) -> Answered:
        """Return the rows that ``asked`` names, as the fault of the moment leaves them."""
        sent = asked.target + asked.body
        rows = [_renamed(row, RENAMED.get(self.fault)) for row in self.rows if _is_asked(row, sent)]
        body = self._told(rows, asked)
        spoiled = {"html": HTML, "blank": b"", "garbled": body[:-30] + b"\xff\xfe\x00<{" + body[-25:]}
        return Answered(spoiled.get(self.fault, body))

    def _told(self, rows: Sequence[Mapping[str, str | None]], asked: Asked) -> bytes:
        if isinstance(self.spec, SoapSource):
            return _xml(rows)
        if isinstance(self.spec, GraphqlSource):
            return _executed(rows, asked.body, "other" if self.fault == "renamed" else "content")
        return orjson.dumps({"data": rows})


def _is_asked(row: Mapping[str, str | None], sent: bytes) -> bool:
    return (row["code"] or "").encode() in sent


def _renamed(row: Mapping[str, str | None], column: str | None) -> dict[str, str | None]:
    return {("other" if name == column else name): cell for name, cell in row.items()}


def _xml(rows: Sequence[Mapping[str, str | None]]) -> bytes:
    items = ["".join(f"<{name}>{escape(cell or '')}</{name}>" for name, cell in row.items()) for row in rows]
    listed = "".join(f"<item>{cells}</item>" for cells in items)
    return enveloped(f"<queryCreditResponse><pjxx>{listed}</pjxx></queryCreditResponse>", "UTF-8").encode()


def _executed(rows: Sequence[Mapping[str, str | None]], sent: bytes, content: str) -> bytes:
    """Return the response to the GraphQL document in ``sent``, by a schema whose third field is ``content``."""
    schema = build_schema(SCHEMA.replace("content", content))
    root = {
        "penalties": lambda _info, codes: [row for row in rows if row["code"] in codes],
        "subject": lambda _info, code: {"code": code, "penalties": rows},
    }
    asked = orjson.loads(sent)
    result = graphql_sync(schema, asked["query"], root, variable_values=asked.get("variables"))
    return orjson.dumps(result.formatted)
