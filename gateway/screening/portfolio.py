"""A portfolio in a file, looked through once before anybody is asked: its digest, its columns, how many rows it has."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Final

from connectors.declaration import unknown
from gateway.screening.files import FileRefused, Format, Reader, format_of, open_reader
from gateway.screening.job import SLICE_ROWS, Settings
from gateway.screening.keys import guess_column, scheme_of
from gateway.screening.results import RESULTS
from schema.identifiers import SCHEMES

MAXIMUM_ROWS = 1_000_000
"""Rows of one portfolio."""


PREFIX: Final = re.compile(r"\w{0,32}")


@dataclass(frozen=True, slots=True)
class Wish:
    """How a client wants its file to be read and told; None is for what the file tells itself."""

    key: str | None = None
    scheme: str | None = None
    format: Format | None = None
    delimiter: str | None = None
    columns: Sequence[str] = tuple(RESULTS)
    prefix: str = ""
    slice_rows: int = SLICE_ROWS


@dataclass(frozen=True, slots=True)
class Portfolio:
    """A file that can be screened: ``digest`` is its SHA-256 in hex, ``slices`` the rows of each slice."""

    reader: Reader
    digest: str
    settings: Settings
    slices: Sequence[int]

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return sum(self.slices)


def open_portfolio(path: Path, wish: Wish) -> Portfolio:
    """Return the portfolio in the file at ``path``; raises `FileRefused`, OSError."""
    reader = open_reader(path, wish.format or format_of(path), wish.delimiter)
    settings = _settings(reader.columns, wish)
    slices = [len(block.records) for block in reader.blocks([settings.key], settings.slice_rows)]
    if sum(slices) > MAXIMUM_ROWS:
        raise FileRefused(
            f"the file has {sum(slices):,} rows, more than the {MAXIMUM_ROWS:,} of one portfolio: part it"
        )
    return Portfolio(reader, digest_of(path), settings, slices)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _settings(columns: Sequence[str], wish: Wish) -> Settings:
    key, scheme = _key(columns, wish)
    if columns.count(key) > 1:
        raise FileRefused(f"the file has several columns `{key}`: give the one that holds the keys a name of its own")
    if not key.isprintable() or not key:
        raise FileRefused("the column of the keys needs a name without control characters")
    if wish.scheme is not None and wish.scheme not in SCHEMES:
        raise FileRefused(unknown("scheme", wish.scheme, SCHEMES))
    for name in wish.columns:
        if name not in RESULTS:
            raise FileRefused(unknown("column of results", name, list(RESULTS)))
    if not PREFIX.fullmatch(wish.prefix):
        raise FileRefused("the prefix of our columns may have letters, digits and `_` only")
    taken = [wish.prefix + each for each in wish.columns if wish.prefix + each in columns]
    if taken:
        raise FileRefused(f"the file has a column `{taken[0]}` already: name ours with `--prefix`, e.g. `screening_`")
    return Settings(
        key=key,
        scheme=wish.scheme or scheme,
        columns=tuple(wish.columns),
        prefix=wish.prefix,
        slice_rows=wish.slice_rows,
    )


def _key(columns: Sequence[str], wish: Wish) -> tuple[str, str | None]:
    if wish.key is not None:
        if wish.key not in columns:
            raise FileRefused(unknown("column", wish.key, list(columns)))
        return wish.key, scheme_of(wish.key)
    found = guess_column(columns)
    if found is None:
        known = ", ".join(f"`{each}`" for each in columns[:20])
        raise FileRefused(f"no header says which column holds the keys: name it with `--key`; there are {known}")
    return found


def private_file(path: Path) -> Path:
    """Return the empty file in which ``path`` is written first, made so that only its owner may read it."""
    draft = path.with_name(f".{path.name}.part")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    return draft
