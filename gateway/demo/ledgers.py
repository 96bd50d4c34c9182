"""Ledgers of departments that only drop files: each a title, what is held of a subject, and how it is written.

A department with such files is a module of `gateway.demo.bureaus` that lists its ledgers. All are written alike: a
title above the header, a total below.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from gateway.demo.scenarios import Known
from gateway.demo.sheets import write_sheet
from gateway.demo.subjects import Subject

T = TypeVar("T")


@dataclass(frozen=True)
class Ledger(Generic[T]):
    """One file: ``held`` is what the department holds of a subject, ``columns`` how it writes each."""

    file: str
    title: str
    held: Callable[[Subject], Iterable[T]]
    columns: Mapping[str, Callable[[Subject, T], str]]

    def rows(self, everyone: Iterable[Known]) -> list[list[str]]:
        """Return the lines between header and total."""
        return [
            [cell(known.subject, each) for cell in self.columns.values()]
            for known in everyone
            for each in self.held(known.subject)
        ]

    def write(self, folder: Path, everyone: Iterable[Known]) -> None:
        """Write the file into ``folder``."""
        rows = self.rows(everyone)
        write_sheet(folder / self.file, [self.title], tuple(self.columns), rows, ["合计", f"{len(rows)}条"], 5)


def writer_of(ledgers: Iterable[Ledger[Any]]) -> Callable[[Path, list[Known]], None]:
    """Return what writes ``ledgers`` into a folder."""

    def write(folder: Path, everyone: list[Known]) -> None:
        for ledger in ledgers:
            ledger.write(folder, everyone)

    return write


def hyphenated(subject: Subject) -> str:
    """Return the organization code as certificates print it."""
    return f"{subject.org_code[:8]}-{subject.org_code[8]}"


def full_width_name(subject: Subject) -> str:
    """Return the name with the brackets of a Chinese keyboard."""
    return subject.name.replace("(", "（").replace(")", "）")
