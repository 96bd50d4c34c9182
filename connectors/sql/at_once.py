"""Questions to a SQLite file that take a moment, asked without a thread.

Handing a question to a thread and its rows back costs several times what most questions take (2026-11: 100 us beside
20). So a question is tried here first, within `MOMENT_SECONDS`; what is not done by then, or meets a lock, is left to
the ordinary way, and a text that was too slow once is not tried again. Only a file on a local disk is asked so.

# INVARIANT: the event loop is held for `MOMENT_SECONDS` at most, apart from reading pages of a local disk.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any, Final

from connectors.disk import is_local

MOMENT_SECONDS: Final = 0.002
_STEPS: Final = 1000
"""Steps of SQLite's virtual machine between two looks at the clock: some 20 us."""


class AtOnce:
    """One read-only connection to the file at ``path``; used in one thread, that of the event loop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._version: object = None
        self._slow: set[str] = set()
        self._until = 0.0

    def ask(self, text: str, arguments: Sequence[Any], version: object) -> Sequence[Any] | None:
        """Return the rows of ``text``, None when they are not to be had in a moment.

        ``version`` tells which file it is. Whatever is wrong also gives None: the ordinary way tells what it is.
        """
        if version is None or text in self._slow:
            return None
        try:
            connection = self._opened(version)
            if connection is None:
                return None
            self._until = monotonic() + MOMENT_SECONDS
            return connection.execute(text, arguments).fetchall()
        except sqlite3.Error as error:
            if "interrupted" in str(error):
                self._slow.add(text)
            self.close()
            return None

    def close(self) -> None:
        """Close the connection; another question opens it again."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = self._version = None

    def _opened(self, version: object) -> sqlite3.Connection | None:
        if self._version != version:
            self.close()
            self._version = version
            if is_local(self._path):
                uri = f"{self._path.as_uri()}?mode=ro"
                self._connection = sqlite3.connect(uri, timeout=0, uri=True, isolation_level=None)
                self._connection.set_progress_handler(self._is_over, _STEPS)
        return self._connection

    def _is_over(self) -> bool:
        return monotonic() > self._until
