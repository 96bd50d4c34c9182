"""The branch of the People's Bank: credit villages and rural businesses; households are not in this file."""

from datetime import date
from typing import Final

from msgspec import Struct

from gateway.demo.authorities import PEOPLES_BANK
from gateway.demo.chance import day, holds, pick
from gateway.demo.days import dotted, years_after
from gateway.demo.ledgers import Ledger
from gateway.demo.subjects import Subject
from gateway.demo.words import TOWNS


class Recognition(Struct, frozen=True):
    """One recognition of a village or a rural business."""

    kind: str
    grade: str
    decided_on: date
    households: int = 0
    withdrawn_on: date | None = None


_NAMED: Final = {
    8: (Recognition("新型农业经营主体", "AAA", date(2025, 11, 12)),),
    14: (
        Recognition("信用村", "三星", date(2026, 1, 15), households=186),
        Recognition("信用村", "二星", date(2023, 1, 10), households=171, withdrawn_on=date(2026, 1, 15)),
    ),
}


def recognitions(subject: Subject) -> tuple[Recognition, ...]:
    """Return what was recognized of ``subject``."""
    if subject.number in _NAMED:
        return _NAMED[subject.number]
    if subject.kind != "93" or not holds(subject, "rural credit", 6000):
        return ()
    grade = pick("rural credit", subject.number, ("AAA", "AA", "A"))
    return (Recognition("新型农业经营主体", grade, day("rural credit", subject.number, 60, 700)),)


LEDGERS: Final = (
    Ledger[Recognition](
        "农村信用体系建设评定名单_2026.csv",
        "农村信用体系建设评定名单",
        recognitions,
        {
            "名称": lambda subject, _: subject.name,
            "统一社会信用代码": lambda subject, _: subject.uscc,
            "评定类别": lambda _, each: each.kind,
            "乡镇": lambda subject, _: TOWNS[subject.number % len(TOWNS)],
            "信用等级": lambda _, each: each.grade,
            "信用户数": lambda _, each: f"{each.households}" if each.households else "—",
            "证书编号": lambda subject, each: f"TJXY{each.decided_on:%Y%m}{subject.number:05d}",
            "评定日期": lambda _, each: dotted(each.decided_on),
            "有效期至": lambda _, each: dotted(years_after(each.decided_on, 3)),
            "取消日期": lambda _, each: dotted(each.withdrawn_on),
            "评定单位": lambda _, __: PEOPLES_BANK.name,
        },
    ),
)
