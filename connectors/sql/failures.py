"""What a database driver raised -> the `SourceError` that it means, and whether the connection is gone.

Tables before branches: SQLSTATE for PostgreSQL, error numbers for MariaDB and MySQL, codes for Oracle, words of the
message for SQLite, which has no finer codes. What no table lists may pass: the source is unavailable.

# INVARIANT: no reason quotes an address, a statement or the driver's own words: they can hold keys, and keys can be
# numbers of persons. Names of tables and columns come from the source file.
"""

import sqlite3
from collections.abc import Collection
from typing import Final, NamedTuple

from sqlalchemy.exc import DBAPIError

from connectors.errors import SourceError, SourceMisread, SourceRejected, SourceTimedOut, SourceUnavailable

Meaning = tuple[type[SourceError], str]


class Asked(NamedTuple):
    """What a question names, so that a failure can name what is missing."""

    table: str
    columns: Collection[str]


_TABLE: Final = (SourceMisread, "table `{table}` is missing at the source")
_COLUMN: Final = (SourceMisread, "column `{column}` is missing at the source")
_PERMISSION: Final = (SourceRejected, "the source does not let us read table `{table}`")
_CREDENTIALS: Final = (SourceRejected, "the source does not accept our credentials")
_DATABASE: Final = (SourceRejected, "the source has no database of the name that we ask for")
_TIME: Final = (SourceTimedOut, "the source stopped the question because its time was up")
_FILE: Final = (SourceMisread, "the source's file is not a sound database")
_TEXT: Final = (SourceMisread, "the source sent text in another encoding than it declares")
_GONE: Final = (SourceUnavailable, "the source could not be reached")

_BY_SQLSTATE: Final[tuple[tuple[str, Meaning], ...]] = (
    ("57014", _TIME),
    ("42501", _PERMISSION),
    ("42P01", _TABLE),
    ("42703", _COLUMN),
    ("3F", _TABLE),
    ("3D", _DATABASE),
    ("28", _CREDENTIALS),
    ("25006", (SourceRejected, "table `{table}` cannot be read without writing")),
    ("42", (SourceMisread, "table `{table}` does not have the promised form")),
    ("57P", (SourceUnavailable, "the source is shutting down or starting up")),
    ("08", _GONE),
    ("53", (SourceUnavailable, "the source is overloaded")),
)
"""The first SQLSTATE, or beginning of one, that fits."""

_LOST_NUMBERS: Final = frozenset({0, 1053, 1152, 1158, 1159, 1160, 1161, 1927, 2003, 2006, 2013, 2014, 2055, 4031})
"""The connection was refused, closed, killed, or fell out of step."""

_BY_NUMBER: Final[dict[int, Meaning]] = {
    **dict.fromkeys(_LOST_NUMBERS, _GONE),
    1040: (SourceUnavailable, "the source is overloaded"),
    1203: (SourceUnavailable, "the source is overloaded"),
    1226: (SourceUnavailable, "the source is overloaded"),
    1044: _CREDENTIALS,
    1045: _CREDENTIALS,
    1698: _CREDENTIALS,
    1049: _DATABASE,
    1142: _PERMISSION,
    1143: _PERMISSION,
    1370: _PERMISSION,
    1054: _COLUMN,
    1146: _TABLE,
    1356: (SourceMisread, "view `{table}` is broken at the source"),
    1317: _TIME,
    1969: _TIME,
    3024: _TIME,
}

_LOST_CODES: Final = frozenset(
    {"ORA-00028", "ORA-01012", "ORA-03113", "ORA-03114", "ORA-03135", "DPY-1001", "DPY-4011", "DPY-6000", "DPY-6005"}
)
"""The connection was refused, closed or killed."""

_BY_CODE: Final[dict[str, Meaning]] = {
    **dict.fromkeys(_LOST_CODES, _GONE),
    "ORA-00904": _COLUMN,
    "ORA-00942": _TABLE,
    "ORA-01031": _PERMISSION,
    "ORA-01017": _CREDENTIALS,
    "ORA-01005": _CREDENTIALS,
    "ORA-28000": _CREDENTIALS,
    "ORA-28001": _CREDENTIALS,
    "ORA-12505": _DATABASE,
    "ORA-12514": _DATABASE,
    "DPY-6001": _DATABASE,
    "DPY-6003": _DATABASE,
    "ORA-04063": (SourceMisread, "view `{table}` is broken at the source"),
    "ORA-01013": _TIME,
    "DPY-4024": _TIME,
    "ORA-00018": (SourceUnavailable, "the source is overloaded"),
    "ORA-00020": (SourceUnavailable, "the source is overloaded"),
    "ORA-01033": (SourceUnavailable, "the source is shutting down or starting up"),
    "ORA-01034": (SourceUnavailable, "the source is shutting down or starting up"),
    "ORA-01089": (SourceUnavailable, "the source is shutting down or starting up"),
}

_BY_WORDS: Final[tuple[tuple[str, Meaning], ...]] = (
    ("no such table", _TABLE),
    ("no such column", _COLUMN),
    ("locked", (SourceUnavailable, "the source's file is locked")),
    ("not a database", _FILE),
    ("malformed", _FILE),
    ("could not decode", _TEXT),
    ("unable to open", (SourceUnavailable, "the source's file could not be opened")),
)


def driver_error(error: Exception) -> Exception:
    """Return what the driver raised where SQLAlchemy wrapped it."""
    return error.orig if isinstance(error, DBAPIError) and isinstance(error.orig, Exception) else error


def is_lost(error: Exception) -> bool:
    """Return whether ``error`` says that the connection is gone, and nothing about the question."""
    if isinstance(error, OSError | EOFError):
        return True
    number = _number(error)
    if number is not None:
        return number in _LOST_NUMBERS
    code = _code(error)
    if code is not None:
        return code in _LOST_CODES
    state = _sqlstate(error)
    if state is not None:
        return state.startswith(("08", "57P"))
    # asyncpg and aiosqlite say in a class of their own, without a code, that the connection was closed before.
    return not isinstance(error, sqlite3.Error | UnicodeError) and "clos" in str(error)


def lacks_column(error: Exception) -> bool:
    """Return whether ``error``, raised by a driver, says that the table does not have a column."""
    return _meaning(error) is _COLUMN


def failure_of(error: Exception, asked: Asked) -> SourceError:
    """Return the error that ``error``, raised by a driver when it was ``asked``, means to a caller."""
    kind, reason = _meaning(error)
    column = _named(str(error), asked.columns)
    if reason is _COLUMN[1] and column is None:
        return kind("a column is missing at the source")
    return kind(reason.format(table=asked.table, column=column))


def _meaning(error: Exception) -> Meaning:
    if isinstance(error, UnicodeError):
        return _TEXT
    number = _number(error)
    if number is not None:
        return _BY_NUMBER.get(number, (SourceUnavailable, f"the source failed with error {number}"))
    code = _code(error)
    if code is not None:
        return _BY_CODE.get(code, (SourceUnavailable, f"the source failed with {code}"))
    state = _sqlstate(error)
    if state is not None:
        found = (meaning for prefix, meaning in _BY_SQLSTATE if state.startswith(prefix))
        return next(found, (SourceUnavailable, f"the source failed with SQLSTATE {state}"))
    if is_lost(error):
        return _GONE
    words = str(error).lower() if isinstance(error, sqlite3.Error) else ""
    return next((meaning for each, meaning in _BY_WORDS if each in words), (SourceUnavailable, "the source failed"))


def _sqlstate(error: Exception) -> str | None:
    """Return the state that PostgreSQL gave; asyncmy has one too, but its number says more."""
    state = getattr(error, "sqlstate", None)
    return state if isinstance(state, str) else None


def _number(error: Exception) -> int | None:
    """Return the error number of MariaDB or MySQL, the first argument of what asyncmy raises."""
    first = error.args[0] if error.args and not isinstance(error, OSError) else None
    return first if isinstance(first, int) else None


def _code(error: Exception) -> str | None:
    """Return the code that python-oracledb gives, its own (DPY) or the server's (ORA)."""
    code = getattr(error.args[0], "full_code", None) if error.args else None
    return code if isinstance(code, str) and code else None


def _named(message: str, columns: Collection[str]) -> str | None:
    """Return which of ``columns`` the message names: statements qualify every column, and servers repeat that."""
    named = [column for column in columns if f"t.{column}" in message or f'"T"."{column.upper()}"' in message]
    return max(named, key=len, default=None)
