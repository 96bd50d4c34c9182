"""Portfolios written in every format, a check that counts whom it asks, and a screening of files around it."""

import csv
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import arro3.io
from arro3.core import Array, DataType, Field, RecordBatch, Schema
from xlsxwriter import Workbook

from gateway.ledger import Secret
from gateway.proof.note import SigningKey
from gateway.screening.files import open_reader
from gateway.screening.jobs import Jobs
from gateway.screening.keyed import SealedCaller
from gateway.screening.model import Missing, Row, RowOutcome
from gateway.screening.screening import Question, Screening
from gateway.screening.vault import Vault
from schema.identifiers.checks import USCC_ALPHABET, org_code_check, uscc_check

DAY = "2026-11-26"
QUESTION = Question("bank", "BANK_CREDIT", "BK 2026.1 abc", DAY)
SECRET = Secret(bytes(range(32)))
KEY = SigningKey("credit.city.example/ledger", bytes(range(32)))


def uscc(number: int) -> str:
    """Return the code of an invented enterprise of Tongjiang."""
    body = f"MA{number:06d}"
    organization = next(body + each for each in "0123456789X" if org_code_check(body + each))
    head = "91230881" + organization
    return next(head + each for each in USCC_ALPHABET if uscc_check(head + each))


def rows(count: int) -> list[tuple[str, str, str]]:
    """Return rows of code, name and a note."""
    return [(uscc(number), f"同江市第{number}公司", f"note {number}") for number in range(count)]


HEADER = ("统一社会信用代码", "企业名称", "note")


def write(path: Path, content: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> Path:
    """Write ``content`` in the format that the name tells."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *content])
    elif path.suffix == ".xlsx":
        book = Workbook(str(path))
        sheet = book.add_worksheet()
        for line, cells in enumerate([header, *content]):
            sheet.write_row(line, 0, cells)
        book.close()
    elif path.suffix == ".parquet":
        schema = Schema([Field(name, DataType.utf8()) for name in header])
        arrays = [Array(list(column), DataType.utf8()) for column in zip(*content, strict=True)]
        arro3.io.write_parquet(RecordBatch.from_arrays(arrays, schema=schema), path)
    else:
        lines = (json.dumps(dict(zip(header, cells, strict=True)), ensure_ascii=False) for cells in content)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def read(path: Path, format_: Any) -> list[tuple[str, ...]]:
    """Return every cell of a file as text."""
    reader = open_reader(path, format_)
    blocks = reader.blocks(list(reader.columns), 1000)
    return [tuple("" if cell is None else str(cell) for cell in record.read) for b in blocks for record in b.records]


class Counting:
    """A check whose verdict follows from the key alone, and which writes down whom it asks, a line a call."""

    def __init__(self, log: Path | None = None) -> None:
        self.calls: list[list[str]] = []
        self.log = log

    async def __call__(self, asked: Sequence[Row]) -> Sequence[RowOutcome]:
        keys = [row.key.value for row in asked]
        self.calls.append(keys)
        if self.log is not None:
            with self.log.open("a", encoding="utf-8") as log:
                log.write(" ".join(keys) + "\n")
        return [outcome_of(row) for row in asked]


def outcome_of(row: Row) -> RowOutcome:
    """Return one of four outcomes, always the same for a key."""
    number = sha256(row.key.value.encode()).digest()[0]
    receipt = sha256(row.key.value[:15].encode()).hexdigest()[:32]
    if number < 8:
        return RowOutcome("REJECT", (("BK-01", "HIT"),), (), receipt, DAY)
    if number < 32:
        return RowOutcome("ATTENTION", (("BK-02", "HIT"), ("BK-03", "HIT")), (), receipt, DAY)
    if number < 40:
        missing = (Missing("court_enforcement", "UNAVAILABLE"),)
        return RowOutcome("UNDETERMINED", (("BK-04", "UNKNOWN"),), missing, receipt, DAY)
    return RowOutcome("PASS", (), (), receipt, DAY)


@asynccontextmanager
async def opened(folder: Path, url: str | None = None, **with_: Any) -> AsyncIterator[Screening]:
    """Open the jobs of ``folder``, or those at ``url``."""
    jobs = await Jobs.open(url or f"sqlite:///{folder / 'screenings.sqlite'}")
    try:
        yield Screening(jobs, SECRET, KEY, **with_)
    finally:
        await jobs.close()


VAULT = Vault([SECRET])
CALLER = SealedCaller("bank", None, ["credit.public"], "BANK_CREDIT")
