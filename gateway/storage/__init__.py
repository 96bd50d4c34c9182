"""Where the gateway keeps what it must not lose: a SQLite file or a PostgreSQL database, in a thread of its own.

`gateway.storage.files` writes single files that rights hang on.
"""

from gateway.storage.postgres import create_tables, make_engine
from gateway.storage.sqlite import BUSY_SECONDS, open_file
from gateway.storage.thread import StoreThread
from gateway.storage.urls import read_url

__all__ = ["BUSY_SECONDS", "StoreThread", "create_tables", "make_engine", "open_file", "read_url"]
