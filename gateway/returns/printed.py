"""What a document is made of before it is printed: titled tables of typed cells, and notes. Frozen values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["TEXT", "FIGURE", "COUNT", "SHARE", "MS", "DAYS"]
Cell = str | int | None
"""A share is the text of a decimal, a FIGURE one as it is printed; None is printed as a dash: there is no figure."""


@dataclass(frozen=True, slots=True)
class Head:
    """The heading of a column, in both languages, and what its cells are."""

    zh: str
    en: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Table:
    """One table: ``name`` is short enough for the tab of a sheet; ``total`` its last row, where there is one."""

    name: str
    title: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """The whole document; ``about`` are pairs of what stands above the tables, ``notes`` what a reader must know.

    ``warning`` is what must be seen first, where there is any.
    """

    title: str
    subtitle: str
    about: Sequence[tuple[str, str]]
    tables: Sequence[Table]
    notes: Sequence[str]
    warning: str = ""


def written(value: Cell, kind: Kind) -> str:
    """Return ``value`` as it is printed."""
    if value is None:
        return "—"
    if kind == "SHARE":
        return f"{float(value) * 100:.2f}%"
    return f"{value:,}" if isinstance(value, int) else value
