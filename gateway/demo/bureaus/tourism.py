"""The bureau of culture and tourism: its black list, its evaluation of travel agencies, and complaints of travelers.

Oddities: the ledger of complaints knows the name alone, with the brackets of a Chinese keyboard; amounts in words.
"""

from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from gateway.demo.authorities import CULTURE
from gateway.demo.chance import day, holds, pick
from gateway.demo.days import in_words
from gateway.demo.ledgers import Ledger, full_width_name
from gateway.demo.listed import Listed, listed
from gateway.demo.subjects import Subject

TRADES: Final = frozenset({"旅行社", "餐饮", "网络科技"})
_SERIOUS: Final = {25: (Listed(25, "未经许可擅自从事旅行社业务,造成严重后果", date(2026, 6, 18)),)}
_REASONS: Final = ("因侵害旅游者合法权益被吊销旅行社业务经营许可证", "擅自从事互联网上网服务经营活动")
_ISSUES: Final = (("强迫购物", "退还购物款"), ("擅自变更行程", "双方和解"), ("餐饮质量与约定不符", "道歉并减免餐费"))


class Evaluation(Struct, frozen=True):
    """One year's evaluation of a travel agency."""

    year: int
    grade: str


class Complaint(Struct, frozen=True):
    """One complaint of a traveler; not closed while ``closed_on`` is None."""

    serial: int
    issue: str
    result: str
    received_on: date
    closed_on: date | None
    amount: int


def serious(subject: Subject) -> tuple[Listed, ...]:
    """Return the entries on the list of serious dishonesty."""
    belongs = subject.trade.word in TRADES
    return listed(subject, "tourism serious", _SERIOUS, 400, _REASONS) if belongs else ()


def evaluations(subject: Subject) -> tuple[Evaluation, ...]:
    """Return the evaluations of a travel agency."""
    if subject.trade.word not in TRADES or not holds(subject, "travel agency", 7000, {25}):
        return ()
    return (Evaluation(2025, "D" if subject.number == 25 else pick("travel agency", subject.number, "AABBC")),)


def complaints(subject: Subject) -> tuple[Complaint, ...]:
    """Return what travelers complained of."""
    number = subject.number
    if subject.trade.word not in TRADES or not holds(subject, "travel complaint", 5000, {25}):
        return ()
    issue, result = pick("travel complaint", number, _ISSUES)
    received_on = day("travel complaint", number, 8, 800)
    closed_on = received_on + timedelta(days=15) if number % 5 < 4 else None
    return (Complaint(number, issue, result if closed_on else "", received_on, closed_on, number * 37 % 4000 + 100),)


LEDGERS: Final = (
    Ledger[Listed](
        "文化和旅游市场严重失信主体名单_2026.csv",
        "文化和旅游市场严重失信主体名单",
        serious,
        {
            "序号": lambda _, each: f"{each.serial}",
            "主体名称": lambda subject, _: subject.name,
            "统一社会信用代码": lambda subject, _: subject.uscc,
            "法定代表人": lambda subject, _: subject.representative.name,
            "列入事由": lambda _, each: each.reason,
            "列入依据": lambda _, __: "《文化和旅游市场信用管理规定》第十三条",
            "决定书文号": lambda _, each: f"{CULTURE.letters}信列字[{each.included_on.year}]{each.serial}号",
            "列入日期": lambda _, each: in_words(each.included_on),
            "列入机关": lambda _, __: CULTURE.name,
            "移出日期": lambda _, each: in_words(each.removed_on),
            "移出事由": lambda _, each: each.removal_reason or "无",
        },
    ),
    Ledger[Evaluation](
        "旅行社信用评价结果_2025.csv",
        "旅行社信用评价结果公告",
        evaluations,
        {
            "旅行社名称": lambda subject, _: subject.name,
            "统一社会信用代码": lambda subject, _: subject.uscc,
            "许可证编号": lambda subject, _: f"L-HLJ{subject.number:05d}",
            "评价年度": lambda _, each: f"{each.year}",
            "信用等级": lambda _, each: f"{each.grade}级",
            "公布日期": lambda _, each: in_words(date(each.year + 1, 4, 30)),
            "评价机关": lambda _, __: CULTURE.name,
        },
    ),
    Ledger[Complaint](
        "旅游投诉处理台账_202610.csv",
        "旅游投诉处理台账",
        complaints,
        {
            "编号": lambda _, each: f"LYTS{each.received_on:%Y%m}{each.serial:06d}",
            "被投诉单位": lambda subject, _: full_width_name(subject),
            "投诉事项": lambda _, each: each.issue,
            "涉及金额": lambda _, each: f"{each.amount}元",
            "受理日期": lambda _, each: in_words(each.received_on),
            "办理状态": lambda _, each: "已办结" if each.closed_on else "办理中",
            "处理结果": lambda _, each: each.result,
            "办结日期": lambda _, each: in_words(each.closed_on),
        },
    ),
)
