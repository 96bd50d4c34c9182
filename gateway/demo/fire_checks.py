"""What the fire brigade found when it checked premises: a sheet beside its penalties, a quarter each."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Final

from msgspec import Struct

from gateway.demo.chance import day, hits, holds, pick
from gateway.demo.days import compact
from gateway.demo.facts import FIRE
from gateway.demo.scenarios import Known
from gateway.demo.sheets import write_sheet
from gateway.demo.subjects import Subject

HEADER: Final = (
    "序号", "检查记录编号", "单位名称", "统一社会信用代码", "检查日期", "检查结果", "发现的火灾隐患", "检查机关",
    "检查机关代码",
)  # fmt: skip
_DANGERS: Final = ("疏散通道堆放货物", "应急照明损坏", "自动喷水灭火系统断电")


class Check(Struct, frozen=True):
    """One check; ``danger`` is blank when nothing was found."""

    serial: int
    checked_on: date
    danger: str = ""


_NAMED: Final[dict[int, tuple[Check, ...]]] = {
    3: (Check(25, date(2026, 8, 3)), Check(24, date(2026, 4, 22), "疏散通道堆放货物")),
    11: (Check(88, date(2026, 9, 14)),),
}


def checks(subject: Subject) -> tuple[Check, ...]:
    """Return the checks of the premises of ``subject``."""
    number = subject.number
    if number in _NAMED:
        return _NAMED[number]
    if not holds(subject, "fire check", 1500):
        return ()
    danger = pick("fire danger", number, _DANGERS) if hits("fire check failed", number, 2500) else ""
    return (Check(number * 8, day("fire check", number, 20, 400), danger),)


def check_row(at: int, subject: Subject, check: Check) -> list[str]:
    """Return one line of the sheet."""
    return [
        f"{at}",
        f"{FIRE.letters}检〔{check.checked_on.year}〕{check.serial}号",
        subject.name,
        subject.uscc,
        compact(check.checked_on),
        "不合格" if check.danger else "合格",
        check.danger,
        FIRE.name,
        FIRE.uscc,
    ]


def write_checks(folder: Path, everyone: Iterable[Known]) -> None:
    """Write this quarter's sheet, which has those of the quarters before."""
    found = [(known.subject, each) for known in everyone for each in checks(known.subject)]
    rows = [check_row(at, subject, each) for at, (subject, each) in enumerate(found, 1)]
    above = ["消防监督检查结果公示表", "填报单位:同江市消防救援大队(示例) 2026年10月9日"]
    write_sheet(folder / "消防监督检查_2026Q3.csv", above, HEADER, rows, ["合计", f"{len(rows)}条"], 0)
