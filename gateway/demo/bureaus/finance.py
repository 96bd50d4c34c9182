"""The financial office: licenses and supervision grades of micro-lenders and guarantors.

Oddity: the license number is the office's own, and the same holder has one a business line.
"""

from datetime import date
from typing import Final

from msgspec import Struct

from gateway.demo.authorities import FINANCIAL_OFFICE
from gateway.demo.chance import day, holds, pick
from gateway.demo.days import compact, years_after
from gateway.demo.ledgers import Ledger
from gateway.demo.subjects import Subject


class Lender(Struct, frozen=True):
    """One local financial organization."""

    line: str
    licensed_on: date
    grade: str


_NAMED: Final = {25: (Lender("小额贷款", date(2022, 8, 10), "C"),)}


def lenders(subject: Subject) -> tuple[Lender, ...]:
    """Return the lines of lending business of ``subject``."""
    number = subject.number
    if number in _NAMED:
        return _NAMED[number]
    if subject.kind != "91" or subject.trade.word not in {"网络科技", "物业服务"} or not holds(subject, "lender", 3000):
        return ()
    line = pick("lender", number, ("小额贷款", "融资担保", "典当"))
    return (Lender(line, day("lender", number, 300, 2500), pick("lender grade", number, "ABBCD")),)


def _decision_no(subject: Subject, each: Lender) -> str:
    return f"{FINANCIAL_OFFICE.letters}许〔{each.licensed_on.year}〕{subject.number}号"


LEDGERS: Final = (
    Ledger[Lender](
        "地方金融组织许可名录_202610.csv",
        "地方金融组织经营许可名录",
        lenders,
        {
            "机构名称": lambda subject, _: subject.name,
            "统一社会信用代码": lambda subject, _: subject.uscc,
            "法定代表人": lambda subject, _: subject.representative.name,
            "业务类型": lambda _, each: each.line,
            "批准文号": _decision_no,
            "许可证编号": lambda subject, each: f"TJJR{each.licensed_on.year}{subject.number:06d}",
            "发证日期": lambda _, each: compact(each.licensed_on),
            "有效期至": lambda _, each: compact(years_after(each.licensed_on, 5)),
            "发证机关": lambda _, __: FINANCIAL_OFFICE.name,
        },
    ),
    Ledger[Lender](
        "地方金融组织监管评级_2025.csv",
        "地方金融组织监管评级结果",
        lenders,
        {
            "机构名称": lambda subject, _: subject.name,
            "统一社会信用代码": lambda subject, _: subject.uscc,
            "业务类型": lambda _, each: each.line,
            "评级年度": lambda _, __: "2025",
            "评级结果": lambda _, each: f"{each.grade}级",
            "评级得分": lambda _, each: {"A": "92", "B": "83", "C": "71", "D": "55"}[each.grade],
            "评级日期": lambda _, __: "20260610",
        },
    ),
)
