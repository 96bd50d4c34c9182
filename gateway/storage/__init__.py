"""Where the gateway keeps what it must not lose: a SQLite file or a PostgreSQL database, in a thread of its own.

`gateway.storage.files` writes single files that rights hang on.
"""

from gateway.storage.postgres import create_tables, make_engine
from gateway.storage.sqlite import BUSY_SECONDS, open_file
from gateway.storage.thread import StoreThread
from gateway.storage.urls import read_url
from gateway.storage.works import WorkStore, open_works

__all__ = [
    "BUSY_SECONDS",
    "StoreThread",
    "WorkStore",
    "create_tables",
    "make_engine",
    "open_file",
    "open_works",
    "read_url",
]
