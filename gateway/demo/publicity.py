"""The front-end database of the double publicity of licenses and penalties: a SQLite file, dialect of 2018.

Beside it the archive of the years before, in the dialect of 2016 (`gateway.demo.archive`).

Oddities kept on purpose (`domain.md` §3.1, §3.2): every column is text; six code columns of which any one may be the
only one filled; amounts in ten thousand yuan; dates in four forms; `2099-12-31` for no end; CF_GSJZQ overwritten by the
time of the last update; one decision twice with different brackets; repaired and deleted decisions still in the table;
ADD_TIME, which some departments leave blank, tells when a decision was first collected, now and then weeks late.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from gateway.demo import archive
from gateway.demo.chance import hits, lot
from gateway.demo.facts import BUSINESS_ENVIRONMENT, REFERENCE, License, Penalty
from gateway.demo.scenarios import Known
from gateway.demo.subjects import Subject

CODES: Final = ("SHXYM", "GSZC", "ZZJG", "SWDJ", "SYDW", "SHZZ")
"""The six code columns, after their prefix XK_XDR_ or CF_XDR_."""
LICENSE_COLUMNS: Final = (
    "ID", "XK_XDR_MC", "XK_XDR_LB", *(f"XK_XDR_{code}" for code in CODES),
    "XK_FRDB", "XK_FR_ZJLX", "XK_FR_ZJHM", "XK_XDR_ZJLX", "XK_XDR_ZJHM",
    "XK_XKWS", "XK_WSH", "XK_XKLB", "XK_XKZS", "XK_XKBH", "XK_NR", "XK_JDRQ", "XK_YXQZ", "XK_YXQZI",
    "XK_XKJG", "XK_XKJGDM", "XK_ZT", "XK_LYDW", "XK_LYDWDM", "BZ", "ADD_TIME", "GXSJ",
)  # fmt: skip
PENALTY_COLUMNS: Final = (
    "ID", "CF_XDR_MC", "CF_XDR_LB", *(f"CF_XDR_{code}" for code in CODES),
    "CF_FRDB", "CF_FR_ZJLX", "CF_FR_ZJHM", "CF_XDR_ZJLX", "CF_XDR_ZJHM",
    "CF_WSH", "CF_WFXW", "CF_SY", "CF_YJ", "CF_CFLB", "CF_NR", "CF_NR_FK", "CF_NR_WFFF", "CF_NR_ZKDX",
    "CF_JDRQ", "CF_YXQ", "CF_GSJZQ", "CF_CFJG", "CF_CFJGDM", "CF_AJLB", "CF_ZT", "CF_XFRQ",
    "CF_SJLY", "CF_SJLYDM", "BZ", "ADD_TIME", "GXSJ",
)  # fmt: skip
CATEGORY: Final = {"91": "法人及非法人组织", "92": "个体工商户"}
_DATE_FORMS: Final[tuple[Callable[[date], str], ...]] = (
    date.isoformat,
    lambda day: f"{day.year}-{day.month}-{day.day}",
    lambda day: f"{day:%Y%m%d}",
    lambda day: f"{day.year}-{day.month}-{day.day} 0:00:00",
)
_NO_END: Final = ("2099-12-31", "长期", "9999-9-9")
_NOTHING: Final = ("", "无", None, "— —")
_COLLECTED_AFTER: Final = {
    "CF0000000026": 36,
    "CF0000000033": 27,
    "XK0000000009": 24,
    "XK0000000016": 1,
    "CF0000000208": 2,
    "CF0000000209": 2,  # two rows of one decision
}
"""Days from the decision to the night of its collection, of rows that tests and the README name; else by lot."""
_LATE_SHARE: Final = 700


def _day(serial: int, day: date) -> str:
    return _DATE_FORMS[serial % 4](day)


def _ten_thousand(yuan: int) -> str:
    """Return ``yuan`` in ten thousand yuan as DECIMAL(18,6) prints: 2000 -> 0.200000."""
    return f"{yuan // 10_000}.{yuan % 10_000:04d}00"


def _codes(subject: Subject, serial: int, keyed_by: str) -> tuple[str | None, ...]:
    """Return the six codes: all that exist in some rows, one alone in most; blank is '' or NULL."""
    known = {
        "SHXYM": subject.uscc,
        "GSZC": subject.registration_number,
        "ZZJG": subject.org_code,
        "SWDJ": subject.uscc,
    }
    if not known[keyed_by]:
        keyed_by = "SHXYM"
    everything = keyed_by == "SHXYM" and serial % 4 == 0
    blank = "" if serial % 2 else None
    return tuple((known.get(code) or blank) if everything or code == keyed_by else blank for code in CODES)


def _people(subject: Subject) -> tuple[str | None, ...]:
    """Return representative, his document type and number, then those of a natural person as counterpart."""
    person = subject.representative
    if subject.kind == "92":
        return ("", None, None, "身份证", person.id_no)
    return (person.name, "身份证", person.id_no, None, None)


def collected_on(row: str, decided_on: date) -> date:
    """Return the night in which the row of an id was first collected: within the week, a few of them weeks late.

    Nothing was collected after the day that the demo stands for.
    """
    prefix, serial = row[:2], int(row[2:])
    late = hits(f"{prefix} late", serial, _LATE_SHARE)
    days = 20 + lot(f"{prefix} days", serial) % 40 if late else 1 + lot(f"{prefix} days", serial) % 5
    found = decided_on + timedelta(days=_COLLECTED_AFTER.get(row, days))
    return min(found, max(decided_on, REFERENCE))


def _add_time(row: str, collected: date) -> str | None:
    """Return ADD_TIME: one row in twenty was delivered without."""
    blank = row not in _COLLECTED_AFTER and hits(f"{row[:2]} undated", int(row[2:]), 500)
    return None if blank else f"{collected} 03:12:45"


def license_row(subject: Subject, each: License) -> tuple[str | None, ...]:
    """Return the row of ``LICENSE_COLUMNS`` of one license."""
    serial, day, row = each.serial, each.decided_on, f"XK{each.serial:010d}"
    collected = collected_on(row, day)
    return (
        row,
        subject.name,
        CATEGORY.get(subject.kind, "法人及非法人组织"),
        *_codes(subject, serial, each.keyed_by),
        *_people(subject),
        each.decision_name,
        f"{each.authority.letters}许〔{day.year}〕{serial}号",
        each.category,
        each.certificate_name,
        f"{each.letters}230881{serial:08d}",
        each.content,
        _day(serial, day),
        _day(serial + 1, day),
        _day(serial + 2, each.valid_to) if each.valid_to else _NO_END[serial % 3],
        each.authority.as_written if day.year < 2021 else each.authority.name,
        each.authority.uscc,
        each.status,
        BUSINESS_ENVIRONMENT.name,
        BUSINESS_ENVIRONMENT.uscc,
        _NOTHING[serial % 4],
        _add_time(row, collected),
        f"{collected} 03:12:45",
    )


def penalty_row(subject: Subject, each: Penalty) -> tuple[str | None, ...]:
    """Return the row of ``PENALTY_COLUMNS`` of one penalty."""
    serial, day, row = each.serial, each.decided_on, f"CF{each.serial:010d}"
    collected = collected_on(row, day)
    return (
        row,
        subject.name,
        CATEGORY.get(subject.kind, "法人及非法人组织"),
        *_codes(subject, serial, each.keyed_by),
        *_people(subject),
        each.decision_no,
        each.violation.type,
        each.violation.facts,
        each.violation.grounds,
        each.violation.categories,
        each.content,
        _ten_thousand(each.fine) if each.fine else None,
        _ten_thousand(each.confiscated) if each.confiscated else "",
        each.license_affected or _NOTHING[serial % 4],
        _day(serial, day),
        each.effective_until or _NOTHING[serial % 4],
        each.public_until,
        each.authority.as_written if day.year < 2022 else each.authority.name,
        each.authority.uscc,
        "01" if each.simple else "02",
        each.status,
        each.repaired_on.isoformat() if each.repaired_on else None,
        BUSINESS_ENVIRONMENT.name,
        BUSINESS_ENVIRONMENT.uscc,
        _NOTHING[serial % 4],
        _add_time(row, collected),
        f"{max(collected, each.repaired_on or collected)} 03:12:45",
    )


def write_publicity(path: Path, everyone: Iterable[Known]) -> None:
    """Write the database file ``path`` anew, in WAL mode, with an index on every code column."""
    for old in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        old.unlink(missing_ok=True)
    known = list(everyone)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA journal_mode = OFF")
        _fill(database, "xk_info", LICENSE_COLUMNS, _licenses(known), [f"XK_XDR_{code}" for code in CODES])
        _fill(database, "cf_info", PENALTY_COLUMNS, _penalties(known), [f"CF_XDR_{code}" for code in CODES])
        _fill_archive(database, known)
        database.commit()
        database.execute("ANALYZE")
        database.execute("PRAGMA journal_mode = WAL")


def _fill_archive(database: sqlite3.Connection, known: list[Known]) -> None:
    licenses, penalties = archive.license_rows(known), archive.penalty_rows(known)
    _fill(database, "xk_2016", archive.LICENSE_COLUMNS, licenses, [f"XK_XDR_{code}" for code in archive.CODES])
    _fill(database, "cf_2016", archive.PENALTY_COLUMNS, penalties, [f"CF_XDR_{code}" for code in archive.CODES])
    database.execute(archive.VIEW)


def _licenses(everyone: Iterable[Known]) -> Iterator[tuple[str | None, ...]]:
    return (license_row(known.subject, each) for known in everyone for each in known.facts.licenses)


def _penalties(everyone: Iterable[Known]) -> Iterator[tuple[str | None, ...]]:
    return (penalty_row(known.subject, each) for known in everyone for each in known.facts.published_penalties)


def _fill(
    database: sqlite3.Connection,
    table: str,
    columns: Sequence[str],
    rows: Iterable[tuple[str | None, ...]],
    codes: Sequence[str],
) -> None:
    # Table and column names are constants of this module.
    database.execute(f"CREATE TABLE {table} ({', '.join(f'{column} VARCHAR' for column in columns)})")
    database.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", rows)  # noqa: S608  # as above
    for code in codes:
        database.execute(f"CREATE INDEX {table}_{code} ON {table} ({code})")
