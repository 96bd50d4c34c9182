"""The transport bureau: yearly grades of carriers, and who overloaded seriously.

Oddities: grades in full-width letters, codes in lower case, dates with dots; the list's last column is blank as long as
an entry stands.
"""

from datetime import date
from typing import Final

from msgspec import Struct

from gateway.demo.chance import holds, pick
from gateway.demo.days import dotted, years_after
from gateway.demo.facts import TRANSPORT
from gateway.demo.ledgers import Ledger
from gateway.demo.listed import Listed, listed
from gateway.demo.subjects import Subject

CARRIERS: Final = frozenset({"物流", "粮贸", "农机"})
_FULL_WIDTH: Final = str.maketrans("ABC", "ＡＢＣ")


class Assessment(Struct, frozen=True):
    """One year's grade of a carrier."""

    year: int
    grade: str
    points: int


def assessments(subject: Subject) -> tuple[Assessment, ...]:
    """Return the grades of a carrier, the newest first."""
    number = subject.number
    if number == 4:
        return (Assessment(2025, "AAA", 960), Assessment(2024, "AA", 870))
    if subject.trade.word not in CARRIERS or not holds(subject, "carrier", 8000):
        return ()
    grade = pick("carrier grade", number, ("AAA", "AA", "AA", "A", "B"))
    return (Assessment(2025, grade, {"AAA": 940, "AA": 860, "A": 770, "B": 590}[grade]),)


_OVERLOADED: Final = {27: (Listed(27, "一年内违法超限运输超过三次", date(2026, 2, 12)),)}
_REASONS: Final = ("一年内违法超限运输超过三次", "故意堵塞固定超限检测站点通行车道")


def overloaded(subject: Subject) -> tuple[Listed, ...]:
    """Return the entries on the list of serious overloading."""
    carrier = subject.trade.word in CARRIERS or subject.number == 27
    return listed(subject, "overload", _OVERLOADED, 500, _REASONS) if carrier else ()


LEDGERS: Final = (
    Ledger[Assessment](
        "道路运输企业质量信誉考核结果_2025.csv",
        "道路运输企业质量信誉考核结果公示",
        assessments,
        {
            "业户名称": lambda subject, _: subject.name,
            "统一社会信用代码": lambda subject, _: subject.uscc.lower(),
            "经营许可证号": lambda subject, _: f"黑交运管许可佳字230881{subject.number:06d}号",
            "考核年度": lambda _, each: f"{each.year}年度",
            "考核等级": lambda _, each: each.grade.translate(_FULL_WIDTH),
            "考核得分": lambda _, each: f"{each.points}",
            "考核日期": lambda _, each: dotted(date(each.year + 1, 5, 20)),
            "有效期至": lambda _, each: dotted(date(each.year + 2, 5, 19)),
            "考核机关": lambda _, each: TRANSPORT.name if each.year > 2024 else TRANSPORT.as_written,
        },
    ),
    Ledger[Listed](
        "严重违法超限超载运输失信当事人名单_202610.csv",
        "严重违法超限超载运输失信当事人名单",
        overloaded,
        {
            "当事人名称": lambda subject, _: subject.name,
            "统一社会信用代码": lambda subject, _: subject.uscc.lower(),
            "失信行为": lambda _, each: each.reason,
            "认定文书号": lambda _, each: f"{TRANSPORT.letters}超失信〔{each.included_on.year}〕{each.serial}号",
            "列入日期": lambda _, each: dotted(each.included_on),
            "有效期至": lambda _, each: dotted(years_after(each.included_on, 2)),
            "认定机关": lambda _, __: TRANSPORT.name,
            "移出日期": lambda _, each: dotted(each.removed_on) if each.removed_on else "",
        },
    ),
)
