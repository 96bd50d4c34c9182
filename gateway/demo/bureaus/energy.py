"""The bureau of development and reform: how key users of energy met their targets."""

from datetime import date
from typing import Final

from msgspec import Struct

from gateway.demo.authorities import DEVELOPMENT
from gateway.demo.chance import holds, pick
from gateway.demo.days import dotted
from gateway.demo.ledgers import Ledger
from gateway.demo.subjects import Subject

KEY_USERS: Final = frozenset({"热力", "渔业食品", "木业", "化肥", "超市"})
_GRADES: Final = ("超额完成", "完成", "完成", "基本完成", "未完成")


class Assessment(Struct, frozen=True):
    """One year's assessment of a key user of energy."""

    year: int
    grade: str
    points: str


def assessments(subject: Subject) -> tuple[Assessment, ...]:
    """Return the assessments of a key user of energy."""
    number = subject.number
    if number == 6:
        return (Assessment(2025, "基本完成", "78.5"), Assessment(2024, "未完成", "56"))
    if subject.kind != "91" or subject.trade.word not in KEY_USERS or not holds(subject, "energy", 5000, {2, 24}):
        return ()
    place = 4 if number == 24 else pick("energy grade", number, range(5))
    return (Assessment(2025, _GRADES[place], f"{99 - 10 * place}.0"),)


LEDGERS: Final = (
    Ledger[Assessment](
        "重点用能单位节能考核结果_2025.csv",
        "重点用能单位节能目标责任评价考核结果",
        assessments,
        {
            "单位名称": lambda subject, _: subject.name,
            "统一社会信用代码": lambda subject, _: subject.uscc,
            "考核年度": lambda _, each: f"{each.year}年度",
            "考核等级": lambda _, each: each.grade,
            "考核得分": lambda _, each: each.points,
            "公告日期": lambda _, each: dotted(date(each.year + 1, 6, 28)),
            "考核部门": lambda _, __: DEVELOPMENT.name,
        },
    ),
)
