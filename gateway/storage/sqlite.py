"""Opening of a SQLite file that loses nothing: write-ahead log, synced after each commit, readable by its owner only.

Why a returned commit survives a crash: in WAL mode a transaction is committed by appending its pages and a commit
record to the write-ahead log, and with synchronous=FULL the log is synced after each commit, so it is durable against
power loss; with NORMAL it might roll back (https://www.sqlite.org/pragma.html#pragma_synchronous,
https://www.sqlite.org/wal.html §3.1). A killed process loses nothing that was written: the next to open the file
replays the log up to the last commit record (checksummed, so half a record counts as none).

# INVARIANT: nobody but SQLite opens a file that is there. A process that closes any descriptor of a file loses all its
locks on it (POSIX, fcntl; https://www.sqlite.org/howtocorrupt.html §2.2): another process would then take itself for
the last user, and delete the write-ahead log with what was committed there.
"""

import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import sqlalchemy as sa

BUSY_SECONDS: Final = 5.0
"""How long a commit waits for another process's."""
_DIALECT: Final = sa.make_url("sqlite://").get_dialect()()


def open_file(path: Path, tables: sa.MetaData) -> sqlite3.Connection:
    """Return a connection to the file at ``path``, made with mode 0600 and with ``tables`` where they are missing."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
    try:
        _prepare(connection, tables)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, tables: sa.MetaData) -> None:
    _enter_wal(connection)
    connection.execute("PRAGMA synchronous=FULL")
    for table in tables.sorted_tables:
        connection.execute(str(sa.schema.CreateTable(table, if_not_exists=True).compile(dialect=_DIALECT)))
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            connection.execute(str(sa.schema.CreateIndex(index, if_not_exists=True).compile(dialect=_DIALECT)))
    connection.commit()


def _enter_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL; SQLite's busy timeout does not cover this when several processes open a new file at once."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            if mode != "wal":
                raise sqlite3.OperationalError("the file system does not support write-ahead logging")
            return
