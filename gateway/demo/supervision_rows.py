"""The tables of the market regulator's supervision system, and a row of each.

Oddities kept on purpose (`domain.md` §6.2 D02): rows of before 2018, and all of some individual businesses, have the
registration number alone, newer ones the unified code alone; individual businesses stand in a table of their own,
marked and not listed; what was never removed has NULL in all columns of a removal; every day is a time at 00:00:00.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any, Final

from gateway.demo.chance import hits
from gateway.demo.facts import MARKET, REFERENCE
from gateway.demo.listed import Listed
from gateway.demo.scenarios import Known
from gateway.demo.subjects import Subject
from gateway.demo.supervision import (
    FOOD_TRADES,
    Certificate,
    Complaint,
    Grade,
    Recall,
    Sample,
    Shop,
    abnormal,
    certificates,
    complaints,
    grades,
    marked,
    recalls,
    samples,
    serious,
    shops,
)

Row = tuple[Any, ...]

FIRST_BY_USCC: Final = 2018
"""The year since which rows carry the unified code."""
MARKS: Final = "gt_abn_mark"
"""The table of individual businesses: the one that an older system made, in another encoding."""
_WHO: Final = ("ID", "UNISCID", "REGNO", "ENTNAME")
_REMOVED: Final = ("REMEXCPRES_CN", "REMDATE", "REDECORG_CN")
TABLES: Final[dict[str, tuple[str, ...]]] = {
    "ent_abn_list": (*_WHO, "SPECAUSE_CN", "ABNTIME", "DECNO", "DECORG_CN", *_REMOVED, "UPDTIME"),
    MARKS: (*_WHO, "MARKREA", "MARKDATE", "MARKORG", "ISRESTORE", "RESTOREREA", "RESTOREDATE", "UPDTIME"),
    "ent_ill_list": (*_WHO, "SERILLREA_CN", "ABNTIME", "DECNO", "DECORG_CN", *_REMOVED, "UPDTIME"),
    "spot_check": (
        *_WHO, "NOTICENO", "CHECKTYPE", "PRODUCT", "BATCHNO", "SAMPLEDATE", "INSRES", "UNQITEM", "INSORG_CN", "UPDTIME",
    ),
    "recall": (*_WHO, "PRODUCT", "BATCHNO", "QUANTITY", "DEFECT", "MEASURE", "RECTYPE", "STARTDATE", "UPDTIME"),
    "complaint": (*_WHO, "CASENO", "INFOTYPE", "CONTENT", "ACCDATE", "ENDDATE", "RESULT", "UPDTIME"),
    "ent_grade": (*_WHO, "GRADETYPE", "GRADE", "GRADEDATE", "VALTO", "GRADEORG_CN", "UPDTIME"),
    "online_shop": (*_WHO, "SHOPNAME", "PLATFORM", "WEBSITE", "OPENDATE", "CLOSEDATE", "UPDTIME"),
    "ent_cert": (*_WHO, "CERNAME", "CERNO", "CERSCOPE", "VALFROM", "VALTO", "LICORG_CN", "CERSTATE", "UPDTIME"),
}  # fmt: skip
"""Table -> columns; those that end in DATE, TIME, VALFROM or VALTO are times, the others texts."""


def is_time(column: str) -> bool:
    """True when ``column`` holds a time."""
    return column.endswith(("DATE", "TIME", "VALFROM", "VALTO"))


def _at(day: date | None) -> datetime | None:
    return None if day is None else datetime(day.year, day.month, day.day)  # as the system has it


def _who(letters: str, serial: int, subject: Subject, day: date, name: str | None = None) -> Row:
    by_reg_no = day.year < FIRST_BY_USCC or (
        subject.kind == "92" and (subject.number == 7 or hits("only regno", subject.number, 4000))
    )
    codes = (None, subject.registration_number) if by_reg_no else (subject.uscc, None)
    return (f"{letters}{serial:08d}", *codes, name or subject.name)


def _removal(each: Listed) -> Row:
    if each.removed_on is None:
        return (None, None, None)
    return (each.removal_reason, _at(each.removed_on), MARKET.name)


def list_row(subject: Subject, each: Listed, letters: str) -> Row:
    """Return an entry of the lists of abnormal operation (JY) or serious violations (YZ)."""
    day = each.included_on
    return (
        *_who(letters, each.serial, subject, day),
        each.reason,
        _at(day),
        f"{MARKET.letters}{'列异' if letters == 'JY' else '列严'}字〔{day.year}〕{each.serial}号",
        MARKET.as_written if day.year < 2019 else MARKET.name,
        *_removal(each),
        _at(each.removed_on or day),
    )


def mark_row(subject: Subject, each: Listed) -> Row:
    """Return the mark of an individual business."""
    return (
        *_who("BJ", each.serial, subject, each.included_on),
        each.reason,
        _at(each.included_on),
        MARKET.name,
        "1" if each.removed_on else "0",
        each.removal_reason or None,
        _at(each.removed_on),
        _at(each.removed_on or each.included_on),
    )


def _sample_row(subject: Subject, each: Sample) -> Row:
    return (
        *_who("CJ", each.serial, subject, each.sampled_on),
        f"{MARKET.letters}抽检通告〔{each.sampled_on.year}〕{each.serial}号",
        "食品安全抽检" if subject.trade.word in FOOD_TRADES else "产品质量监督抽查",
        each.product,
        each.batch,
        _at(each.sampled_on),
        "2" if each.failed_item else "1",
        each.failed_item or None,
        MARKET.name,
        _at(each.sampled_on),
    )


def _recall_row(subject: Subject, each: Recall) -> Row:
    return (
        *_who("ZH", each.serial, subject, each.started_on),
        each.product,
        each.batch,
        f"{each.quantity}",
        each.defect,
        each.measure,
        "责令召回" if each.ordered else "主动召回",
        _at(each.started_on),
        _at(each.started_on),
    )


def _complaint_row(subject: Subject, each: Complaint) -> Row:
    return (
        *_who("TS", each.serial, subject, each.accepted_on),
        f"1230881{each.accepted_on:%Y%m%d}{each.serial:06d}",
        "举报" if each.report else "投诉",
        each.content,
        _at(each.accepted_on),
        _at(each.closed_on),
        each.result or None,
        _at(each.closed_on or each.accepted_on),
    )


def _grade_row(subject: Subject, each: Grade) -> Row:
    day = each.decided_on
    return (
        *_who("FJ", each.serial, subject, day),
        each.kind,
        each.grade,
        _at(day),
        _at(each.valid_to),
        MARKET.name,
        _at(day),
    )


def _shop_row(subject: Subject, each: Shop) -> Row:
    return (
        *_who("WD", each.serial, subject, each.opened_on),
        each.name,
        each.platform,
        each.address,
        _at(each.opened_on),
        _at(each.closed_on),
        _at(each.closed_on or each.opened_on),
    )


def _certificate_row(subject: Subject, each: Certificate) -> Row:
    return (
        *_who("ZS", each.serial, subject, each.granted_on),
        each.name,
        each.number,
        each.scope,
        _at(each.granted_on),
        _at(each.valid_to),
        MARKET.name,
        "有效" if each.valid_to > REFERENCE else "过期",
        _at(each.granted_on),
    )


_ROWS: Final[dict[str, Callable[[Subject], Iterable[Row]]]] = {
    "ent_abn_list": lambda subject: (list_row(subject, each, "JY") for each in abnormal(subject)),
    MARKS: lambda subject: (mark_row(subject, each) for each in marked(subject)),
    "ent_ill_list": lambda subject: (list_row(subject, each, "YZ") for each in serious(subject)),
    "spot_check": lambda subject: (_sample_row(subject, each) for each in samples(subject)),
    "recall": lambda subject: (_recall_row(subject, each) for each in recalls(subject)),
    "complaint": lambda subject: (_complaint_row(subject, each) for each in complaints(subject)),
    "ent_grade": lambda subject: (_grade_row(subject, each) for each in grades(subject)),
    "online_shop": lambda subject: (_shop_row(subject, each) for each in shops(subject)),
    "ent_cert": lambda subject: (_certificate_row(subject, each) for each in certificates(subject)),
}


def rows_of(table: str, everyone: Iterable[Known]) -> Iterator[Row]:
    """Yield the rows of ``table``."""
    dress = _ROWS[table]
    return (row for known in everyone for row in dress(known.subject))
