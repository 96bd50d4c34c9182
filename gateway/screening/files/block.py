"""What every format of a portfolio can do: be read block by block, and be written again with columns added.

# INVARIANT: no reader or writer holds more than a few blocks, whatever the size of the portfolio, and of a workbook the
texts that its cells refer to: their bytes and eight more for each that differs from the others.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from gateway.screening.model import Fault

Format = Literal["csv", "xlsx", "parquet", "ndjson"]


class FileRefused(ValueError):
    """A portfolio that cannot be read as a whole; the message says what to do, and quotes no cell."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row as its format has it, ``number`` from 1 on.

    ``read`` are the cells of the columns that were asked for, ``cells`` all of them, for the writer; ``fault`` says why
    it cannot be read as a row of this portfolio.
    """

    number: int
    read: Sequence[Any]
    cells: Any
    fault: Fault | None = None

    @property
    def key(self) -> Any:
        """The cell of the first column that is read: that of the key."""
        return self.read[0]


@dataclass(frozen=True, slots=True)
class Block:
    """Rows one after the other; ``raw`` is what the format's writer needs besides."""

    records: Sequence[Record]
    raw: Any = None

    @property
    def first(self) -> int:
        """The number of the first row."""
        return self.records[0].number


class Reader(Protocol):
    """An open portfolio; may be read several times, each time from the start."""

    @property
    def path(self) -> Path:
        """Where it is."""
        ...

    @property
    def format(self) -> Format:
        """What it is written in."""
        ...

    @property
    def columns(self) -> Sequence[str]:
        """The names of its columns."""
        ...

    def objects(self, block: Block) -> Iterable[Mapping[str, Any]]:
        """Return the rows of one of its blocks as what JSON makes objects of, in order."""
        ...

    def blocks(self, columns: Sequence[str], size: int) -> Iterator[Block]:
        """Yield its rows in order, ``size`` at a time and fewer in the last block, with the cells of ``columns``."""
        ...


class Writer(Protocol):
    """The same portfolio, written anew with columns added at its right."""

    def write(self, block: Block, added: Sequence[Sequence[str]], masked: Sequence[bool]) -> None:
        """Write ``block`` with the cells ``added`` to each row; where ``masked``, the key is not told."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


def distinct(columns: Sequence[str]) -> list[str]:
    """Return ``columns`` as names of members, of which no two are the same: `note`, `note_2`."""
    named: dict[str, None] = {}
    for column in columns:
        name, number = column, 1
        while name in named:
            number += 1
            name = f"{column}_{number}"
        named[name] = None
    return list(named)


MASK = "***"
"""Stands for a key that is the number of a person."""


def number_blocks(records: Iterator[Record], size: int) -> Iterator[Block]:
    """Yield ``records`` in blocks of ``size``."""
    held: list[Record] = []
    for record in records:
        held.append(record)
        if len(held) == size:
            yield Block(held)
            held = []
    if held:
        yield Block(held)
