"""The construction market's credit database: a SQLite file that the housing bureau drops anew every night.

Oddities kept on purpose (`domain.md` §6.2 D10): the organization code with a hyphen is the only key; grades as words
and points; the file is replaced while it is asked; after a restore it comes once in the layout of 2019, whose columns
have other names, until somebody notices.
"""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from gateway.demo.chance import day, holds, lot, pick
from gateway.demo.facts import HOUSING
from gateway.demo.listed import Listed, listed
from gateway.demo.scenarios import Known
from gateway.demo.subjects import Subject

Row = tuple[str | None, ...]

TRADES: Final = frozenset({"建筑工程", "物业服务"})
REASONS: Final = (
    "发生转包、出借资质违法行为,受到行政处罚",
    "发生重大及以上工程质量安全事故,受到行政处罚",
    "经法院判决认定为拖欠工程款,且拒不履行生效法律文书确定的义务",
)
_BLACK: Final[dict[int, tuple[Listed, ...]]] = {
    3: (Listed(3, REASONS[2], date(2026, 5, 20)),),
    26: (Listed(26, REASONS[0], date(2024, 3, 11), date(2025, 3, 10), "管理期满,自动移出"),),
}
TABLES: Final[dict[str, tuple[str, ...]]] = {
    "qyzz": (
        "ZZID", "ZZJGDM", "QYMC", "ZZLB", "ZZDJ", "ZSBH", "ZZFW", "FZRQ", "YXQZ", "FZJG", "ZSZT", "JSFZR", "ZCRS",
        "GXSJ",
    ),
    "xypj": ("PJID", "ZZJGDM", "QYMC", "PJND", "XYDJ", "XYFZ", "PJRQ", "YXQZ", "PJJG", "GXSJ"),
    "hmd": (
        "HMDID", "ZZJGDM", "QYMC", "FRDB", "LRYY", "RDWH", "LRRQ", "RDJG", "GLQX", "YCRQ", "YCYY", "GXSJ",
    ),
}  # fmt: skip
LAYOUT_OF_2019: Final = {"ZZJGDM": "ORG_CODE", "ZSZT": "STATUS", "RDWH": "WH", "XYDJ": "PJDJ"}
"""Column of today -> its name in the old layout."""


def is_there(subject: Subject) -> bool:
    """True when the construction market knows the subject."""
    return subject.kind == "91" and subject.trade.word in TRADES


def blacklisted(subject: Subject) -> tuple[Listed, ...]:
    """Return the entries on the black list of the construction market."""
    return listed(subject, "construction", _BLACK, 300, REASONS) if is_there(subject) else ()


def _who(subject: Subject) -> Row:
    return (f"{subject.org_code[:8]}-{subject.org_code[8]}", subject.name)


def qualifications(subject: Subject) -> list[Row]:
    """Return the certificates of a builder: the main one, and for some a second; of subject 3 one was withheld."""
    if not is_there(subject):
        return []
    number = subject.number
    main = ("建筑工程施工总承包", pick("grade", number, ("三级", "三级", "二级")))
    second = pick("second", number, (("市政公用工程施工总承包", "三级"), ("模板脚手架专业承包", "不分等级")))
    kinds = [main, second] if holds(subject, "second", 4000, {3}) else [main]
    return [_qualification(subject, turn, *kind) for turn, kind in enumerate(kinds)]


def _qualification(subject: Subject, turn: int, kind: str, level: str) -> Row:
    number = subject.number
    granted = day(f"qualified {turn}", number, 100, 1800)
    return (
        f"ZZ{number:07d}{turn}",
        *_who(subject),
        kind,
        level,
        f"D{turn + 1}23{number:06d}",
        f"可承担{kind}{level}资质范围内的工程",
        f"{granted:%Y-%m-%d}",
        f"{granted + timedelta(days=1826):%Y-%m-%d}",
        HOUSING.name,
        "暂扣" if number == 3 and turn else "有效",
        subject.representative.name,
        f"{3 + lot('constructors', number) % 20}",
        f"{granted:%Y-%m-%d} 23:50:00",
    )


def ratings(subject: Subject) -> list[Row]:
    """Return the credit evaluations of the last two years."""
    if not is_there(subject):
        return []
    return [_rating(subject, year) for year in (2025, 2024)]


def _rating(subject: Subject, year: int) -> Row:
    points = 40 if subject.number == 3 else 62 + lot(f"points {year}", subject.number) % 38
    grade = next(grade for least, grade in ((90, "AAA"), (80, "AA"), (70, "A"), (60, "B"), (0, "C")) if points >= least)
    decided = date(year + 1, 3, 31)
    return (
        f"PJ{year}{subject.number:07d}",
        *_who(subject),
        f"{year}",
        grade,
        f"{points}.50",
        f"{decided:%Y-%m-%d}",
        f"{decided.replace(year=year + 2):%Y-%m-%d}",
        HOUSING.name,
        f"{decided:%Y-%m-%d} 23:50:00",
    )


def entries(subject: Subject) -> list[Row]:
    """Return the rows of the black list; an entry stands for a year."""
    return [
        (
            f"HMD{each.serial:07d}",
            *_who(subject),
            subject.representative.name,
            each.reason,
            f"{HOUSING.letters}黑名单〔{each.included_on.year}〕{each.serial}号",
            f"{each.included_on:%Y-%m-%d}",
            HOUSING.name,
            f"{each.included_on + timedelta(days=365):%Y-%m-%d}",
            f"{each.removed_on:%Y-%m-%d}" if each.removed_on else None,
            each.removal_reason or None,
            f"{each.removed_on or each.included_on:%Y-%m-%d} 23:50:00",
        )
        for each in blacklisted(subject)
    ]


_ROWS: Final[dict[str, Callable[[Subject], list[Row]]]] = {"qyzz": qualifications, "xypj": ratings, "hmd": entries}


def write_construction(path: Path, everyone: Iterable[Known], *, old_layout: bool = False) -> None:
    """Drop the database file ``path``: written beside it and moved into its place, so that nobody reads half of it."""
    subjects = [known.subject for known in everyone]
    fresh = path.with_name(f"{path.name}.part")
    fresh.unlink(missing_ok=True)
    with closing(sqlite3.connect(fresh)) as database, database:
        for table, columns in TABLES.items():
            names = [LAYOUT_OF_2019.get(column, column) for column in columns] if old_layout else columns
            database.execute(f"CREATE TABLE {table} ({', '.join(f'{name} VARCHAR' for name in names)})")
            rows = (row for subject in subjects for row in _ROWS[table](subject))
            marks = ", ".join("?" * len(columns))
            database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608  # names of this module
            database.execute(f"CREATE INDEX {table}_code ON {table} ({names[1]})")
    fresh.replace(path)
