"""The registry of social organizations: a SQLite file of the civil affairs bureau.

Oddities kept on purpose (`domain.md` §6.2 D14): bodies of before 2016 stand in the registry by their certificate alone;
which unified code each was given later is in a table of its own; days as 2012.03.07; grades as Chinese numerals.
"""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from gateway.demo.chance import day, holds, pick
from gateway.demo.codes import social_certificate
from gateway.demo.listed import Listed, listed
from gateway.demo.scenarios import Known
from gateway.demo.subjects import Subject

Row = tuple[str | None, ...]
Dress = Callable[[Subject], list[Row]]
Named = dict[int, tuple[Listed, ...]]

AUTHORITY: Final = "同江市民政局(示例)"
LETTERS: Final = "同民"
FIRST_WITH_USCC: Final = 2016
TABLES: Final[dict[str, tuple[str, ...]]] = {
    "shzz_jbxx": (
        "DJZH", "TYSHXYDM", "SHZZMC", "SHZZLX", "FDDBR", "ZS", "YWFW", "ZCZJ", "CLRQ", "ZSYXQZ", "YWZGDW", "DJGLJG",
        "ZT", "GXSJ",
    ),
    "shzz_fm": ("DJZH", "TYSHXYDM", "ZZJGDM", "FMRQ"),
    "shzz_ycml": ("YCID", "DJZH", "SHZZMC", "LRYY", "LRWH", "LRRQ", "LRJG", "YCRQ", "YCYY", "GXSJ"),
    "shzz_yzwf": ("YZID", "DJZH", "SHZZMC", "LRYY", "LRWH", "LRRQ", "LRJG", "YCRQ", "YCYY", "GXSJ"),
    "shzz_cs": ("CSID", "DJZH", "SHZZMC", "LRYY", "LRWH", "LRRQ", "LRJG", "YCRQ", "YCYY", "GXSJ"),
    "shzz_pg": ("PGID", "DJZH", "SHZZMC", "PGND", "PGDJ", "GGRQ", "YXQZ", "PGJG"),
}  # fmt: skip
"""Table -> columns: registration, codes given, list of abnormal activity, serious violations, charity, grades."""

ABNORMAL_REASONS: Final = ("未按规定时限和要求报送年度工作报告", "通过登记的住所无法与社会组织取得联系")
SERIOUS_REASONS: Final = ("被列入活动异常名录满2年", "弄虚作假办理变更登记,受到行政处罚")
CHARITY_REASONS: Final = ("公开募捐后未按规定公开募捐情况,受到行政处罚",)
_ABNORMAL: Final[Named] = {
    9: (Listed(9, ABNORMAL_REASONS[0], date(2022, 8, 1), date(2023, 2, 20), "已补报年度工作报告"),),
    119: (Listed(119, ABNORMAL_REASONS[1], date(2023, 9, 4)),),
}
_SERIOUS: Final[Named] = {119: (Listed(119, SERIOUS_REASONS[0], date(2025, 9, 30)),)}
_CHARITY: Final[Named] = {139: (Listed(139, CHARITY_REASONS[0], date(2026, 1, 12)),)}


def _day(moment: date | None) -> str | None:
    return None if moment is None else f"{moment:%Y.%m.%d}"


def founded(subject: Subject) -> date:
    """Return when the organization was registered; subject 9 long before there were unified codes."""
    return date(2012, 3, 7) if subject.number == 9 else day("founded", subject.number, 400, 6500)


def registrations(subject: Subject) -> list[Row]:
    """Return the row of the registry."""
    since = founded(subject)
    return [
        (
            social_certificate(subject.number),
            subject.uscc if since.year >= FIRST_WITH_USCC else None,
            subject.name,
            "民办非企业单位",
            subject.representative.name,
            subject.address,
            subject.trade.scope,
            f"{3 + subject.number % 8}",
            _day(since),
            _day(date(2027, 1, 1) + timedelta(days=subject.number % 900)),
            AUTHORITY,
            AUTHORITY,
            "注销" if holds(subject, "dissolved", 300) else "正常",
            f"{max(since, date(2025, 7, 1)):%Y-%m-%d} 18:00:00",
        )
    ]


def codes_given(subject: Subject) -> list[Row]:
    """Return the row that pairs the certificate with the codes given to its holder, at once or in 2016."""
    given = max(founded(subject), date(2016, 1, 20))
    return [(social_certificate(subject.number), subject.uscc, subject.org_code, _day(given))]


def _entries(letters: str, what: str, named: Named, share: int, reasons: tuple[str, ...]) -> Dress:
    """Return what dresses the entries on the list ``what``."""

    def rows(subject: Subject) -> list[Row]:
        return [
            (
                f"{letters}{each.serial:07d}",
                social_certificate(subject.number),
                subject.name,
                each.reason,
                f"{LETTERS}{letters}〔{each.included_on.year}〕{each.serial}号",
                _day(each.included_on),
                AUTHORITY,
                _day(each.removed_on),
                each.removal_reason or None,
                f"{each.removed_on or each.included_on:%Y-%m-%d} 18:00:00",
            )
            for each in listed(subject, what, named, share, reasons)
        ]

    return rows


def grades(subject: Subject) -> list[Row]:
    """Return the grade of the last evaluation, 1A to 5A, valid for five years."""
    if not holds(subject, "evaluated", 5000, {9}):
        return []
    number = subject.number
    year = 2021 + number % 5
    decided = date(year, 11, 30)
    grade = "四级(4A)" if number == 9 else pick("grade", number, ("一级(1A)", "二级(2A)", "三级(3A)", "三级(3A)", "5A"))
    return [
        (
            f"PG{year}{number:07d}",
            social_certificate(number),
            subject.name,
            f"{year}",
            grade,
            _day(decided),
            _day(decided.replace(year=year + 5)),
            AUTHORITY,
        )
    ]


_ROWS: Final[dict[str, Dress]] = {
    "shzz_jbxx": registrations,
    "shzz_fm": codes_given,
    "shzz_ycml": _entries("活异", "abnormal activity", _ABNORMAL, 1200, ABNORMAL_REASONS),
    "shzz_yzwf": _entries("严失", "serious organization", _SERIOUS, 200, SERIOUS_REASONS),
    "shzz_cs": _entries("慈善", "charity", _CHARITY, 200, CHARITY_REASONS),
    "shzz_pg": grades,
}


def write_civil_affairs(path: Path, everyone: Iterable[Known]) -> None:
    """Write the database file ``path`` anew."""
    subjects = [known.subject for known in everyone if known.subject.kind == "52"]
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        for table, columns in TABLES.items():
            database.execute(f"CREATE TABLE {table} ({', '.join(f'{column} VARCHAR' for column in columns)})")
            rows = (row for subject in subjects for row in _ROWS[table](subject))
            marks = ", ".join("?" * len(columns))
            database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608  # names of this module
            for key in ("DJZH", "TYSHXYDM", "ZZJGDM"):
                if key in columns:
                    database.execute(f"CREATE INDEX {table}_{key} ON {table} ({key})")
