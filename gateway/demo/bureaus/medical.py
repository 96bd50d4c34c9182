"""The bureau of medical insurance: contracted institutions, and who deceived the fund seriously.

Oddity: an agreement that was suspended stays in the list, with the word for it in the column of its number.
"""

from datetime import date
from typing import Final

from msgspec import Struct

from gateway.demo.authorities import MEDICAL_INSURANCE
from gateway.demo.chance import day, hits, holds
from gateway.demo.days import in_words, years_after
from gateway.demo.ledgers import Ledger
from gateway.demo.listed import Listed, listed
from gateway.demo.subjects import Subject

CONTRACTED: Final = frozenset({"医药连锁", "养老服务"})
_SERIOUS: Final = {22: (Listed(22, "伪造、虚构医药服务项目骗取医疗保障基金", date(2026, 4, 23)),)}
_REASONS: Final = ("伪造、虚构医药服务项目骗取医疗保障基金", "为非定点机构提供医保费用结算")


class Agreement(Struct, frozen=True):
    """One agreement with a hospital or pharmacy."""

    kind: str
    signed_on: date
    state: str


def agreements(subject: Subject) -> tuple[Agreement, ...]:
    """Return the agreements of ``subject`` with the fund."""
    number = subject.number
    if subject.trade.word not in CONTRACTED or not holds(subject, "medical agreement", 6000, {9, 11}):
        return ()
    kind = "定点零售药店" if subject.kind in {"91", "92"} else "定点医疗机构"
    state = "暂停" if hits("medical suspended", number, 800) and number > 100 else "有效"
    return (Agreement(kind, day("medical agreement", number, 30, 360), state),)


def serious(subject: Subject) -> tuple[Listed, ...]:
    """Return the entries on the list of serious dishonesty."""
    known = subject.trade.word in CONTRACTED or subject.number in _SERIOUS
    return listed(subject, "medical serious", _SERIOUS, 500, _REASONS) if known else ()


LEDGERS: Final = (
    Ledger[Agreement](
        "医保定点机构名单_2026.csv",
        "医疗保障定点医药机构名单",
        agreements,
        {
            "机构名称": lambda subject, _: subject.name,
            "统一社会信用代码": lambda subject, _: subject.uscc,
            "机构类别": lambda _, each: each.kind,
            "协议编号": lambda subject, each: f"YBXY{each.signed_on.year}{subject.number:06d}",
            "签订日期": lambda _, each: in_words(each.signed_on),
            "协议期止": lambda _, each: in_words(years_after(each.signed_on, 1)),
            "协议状态": lambda _, each: each.state,
            "经办机构": lambda _, __: MEDICAL_INSURANCE.name,
        },
    ),
    Ledger[Listed](
        "医疗保障严重失信主体名单_2026.csv",
        "医疗保障领域严重失信主体名单",
        serious,
        {
            "名称": lambda subject, _: subject.name,
            "统一社会信用代码": lambda subject, _: subject.uscc,
            "失信事实": lambda _, each: each.reason,
            "认定文书": lambda _, each: f"{MEDICAL_INSURANCE.letters}失信〔{each.included_on.year}〕{each.serial}号",
            "认定日期": lambda _, each: in_words(each.included_on),
            "移出日期": lambda _, each: in_words(each.removed_on),
            "认定机关": lambda _, __: MEDICAL_INSURANCE.name,
        },
    ),
)
