"""SQLite files: opened read-only, anew when another file has taken their place, and told apart from half of a copy."""

import asyncio
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Dialect
from sqlalchemy.ext.asyncio import AsyncEngine

from connectors.errors import SourceUnavailable
from connectors.sql.at_once import AtOnce
from connectors.sql.databases import Driver, make_engine

_UNSOUND: Final = ("not a database", "malformed", "no such table", "disk i/o error")
"""What SQLite says of a file that is whole only in part, as it is for as long as it is being copied."""
_LOOKS: Final = 5
_LOOK_SECONDS: Final = 0.1
"""A file that is being copied changes meanwhile."""


class Sqlite:
    """A SQLite file, opened read-only, and anew when another file has taken its place; what takes long by aiosqlite."""

    arrays = False
    exact_names = False
    probe = "SELECT 1"

    def __init__(self, url: URL, timeout_seconds: float) -> None:
        self._path = Path((url.database or "").removeprefix("file:")).absolute()
        self._url = url.set(database=self._path.as_uri(), query={"mode": "ro", "uri": "true"})
        self._timeout_seconds = timeout_seconds
        self._at_once = AtOnce(self._path)

    def engine(self) -> AsyncEngine:
        # Half the time: "the file is locked" is to be told before the time is up.
        return make_engine(self._url, {"timeout": self._timeout_seconds / 2})

    async def ask(self, driver: Driver, text: str, arguments: Sequence[Any]) -> Sequence[Any]:
        version = self.version()
        rows: Sequence[Any] | None = self._at_once.ask(text, arguments, version)
        if rows is not None:
            return rows
        try:
            rows = await driver.execute_fetchall(text, arguments)
        except sqlite3.DatabaseError as error:
            if _is_unsound(error) and await self._is_being_replaced(version):
                raise SourceUnavailable("the source's file is being replaced") from None
            raise
        return rows

    def columns(self, dialect: Dialect, table: str, schema: str | None) -> tuple[str, Sequence[Any]]:
        return "SELECT name FROM pragma_table_xinfo(?, ?)", [table, schema or "main"]

    def close(self) -> None:
        self._at_once.close()

    def is_open(self, driver: Driver) -> bool:
        return True

    def version(self) -> object:
        """Return which file it is now: a drop of the night replaces it, or is copied over it."""
        try:
            file = os.stat(self._path)  # noqa: PTH116  (half the cost of Path.stat, paid by every question)
        except OSError:
            return None
        return (file.st_dev, file.st_ino, file.st_size, file.st_mtime_ns)

    async def _is_being_replaced(self, version: object) -> bool:
        """Return whether the file is another one than ``version``, or becomes one while we look."""
        for _ in range(_LOOKS):
            if self.version() != version:
                return True
            await asyncio.sleep(_LOOK_SECONDS)
        return self.version() != version

    async def stop(self, driver: Driver, engine: AsyncEngine) -> None:
        """Interrupt until the thread is free: what has not begun yet cannot be interrupted."""
        free = asyncio.ensure_future(driver.execute_fetchall("SELECT 1"))
        while not free.done():
            await driver.interrupt()
            await asyncio.wait([free], timeout=0.05)
        free.exception()


def _is_unsound(error: Exception) -> bool:
    return any(words in str(error).lower() for words in _UNSOUND)
