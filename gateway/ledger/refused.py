"""Why a row, or a whole ledger, is not taken."""

import sqlite3


class RowRefused(Exception):
    """One of the rows is at fault, not the store; nothing of the transaction was written."""


class LedgerRefused(Exception):
    """A ledger that must not be written on: cut, rolled back, altered, of another form, or another log's.

    The message says what was found and what to do; it names no path, address or secret.
    """


OLD_FORM = "the ledger is of an earlier form, without a tree: set it aside and begin a new one"
NO_HEAD = "the ledger has lost its head: `credit-gateway ledger verify` tells what is left"
DAMAGED = "the ledger's file is damaged or cut, or is no SQLite file: `credit-gateway ledger verify` tells what is left"


def is_damaged(error: BaseException) -> bool:
    """Tell whether a driver says that a file is no database, or no whole one; locks and full disks are other errors."""
    return type(getattr(error, "orig", error)) is sqlite3.DatabaseError
