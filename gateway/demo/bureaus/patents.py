"""The science bureau: patents, marks and copyrights, pledges of them, and who violates those of others seriously.

Oddities: holders stand by organization code without a hyphen; a pledge is in ten thousand yuan; a mark has no end.
"""

from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from gateway.demo.authorities import SCIENCE
from gateway.demo.chance import day, holds, pick
from gateway.demo.days import dotted, in_words, years_after
from gateway.demo.ledgers import Ledger
from gateway.demo.listed import Listed, listed
from gateway.demo.subjects import Subject

_SERIOUS: Final = {21: (Listed(21, "重复侵犯注册商标专用权", date(2023, 10, 9), date(2024, 10, 8), "期满"),)}
_REASONS: Final = ("提交非正常专利申请", "重复侵犯注册商标专用权", "恶意商标注册申请")
_TITLES: Final = {
    "发明专利": "一种节能型{}装置",
    "实用新型": "一种{}用输送机构",
    "商标": "{}图形商标",
    "软件著作权": "{}管理系统V1.0",
}


class Right(Struct, frozen=True):
    """One right; ``pledged_to`` names the bank that it secures a loan of."""

    serial: int
    kind: str
    granted_on: date
    pledged_to: str = ""
    secured: str = ""

    @property
    def number(self) -> str:
        """The number under which the right is registered; no office has reached these."""
        year = self.granted_on.year
        return {
            "发明专利": f"ZL{year}19{self.serial:06d}.X",
            "实用新型": f"ZL{year}29{self.serial:06d}.X",
            "商标": f"9{self.serial:07d}",
            "软件著作权": f"{year}SR9{self.serial:06d}",
        }[self.kind]


_RIGHTS: Final[dict[int, tuple[Right, ...]]] = {
    1: (Right(8, "商标", date(2019, 4, 28)),),
    2: (
        Right(16, "商标", date(2018, 7, 21), "同江农村商业银行(示例)", "300.00"),
        Right(17, "发明专利", date(2023, 11, 3)),
    ),
    6: (Right(48, "实用新型", date(2022, 9, 16)),),
}


def rights(subject: Subject) -> tuple[Right, ...]:
    """Return the rights that the subject holds."""
    number = subject.number
    if number in _RIGHTS:
        return _RIGHTS[number]
    if subject.kind != "91" or not holds(subject, "patent", 1500):
        return ()
    granted_on = day("patent", number, 60, 3000)
    pledged = ("同江农村商业银行(示例)", f"{number % 40 + 5}0.00") if number % 6 == 0 else ("", "")
    return (Right(number * 8, pick("patent kind", number, tuple(_TITLES)), granted_on, *pledged),)


def serious(subject: Subject) -> tuple[Listed, ...]:
    """Return the entries on the list of serious violations."""
    return listed(subject, "patent serious", _SERIOUS, 60, _REASONS) if subject.registered else ()


def _title(subject: Subject, right: Right) -> str:
    return _TITLES[right.kind].format(subject.trade.word)


def _end(right: Right) -> str:
    years = {"发明专利": 20, "实用新型": 10}.get(right.kind)
    return dotted(years_after(right.granted_on, years)) if years else "长期"


LEDGERS: Final = (
    Ledger[Right](
        "知识产权登记台账_202610.csv",
        "知识产权登记台账",
        rights,
        {
            "权利人": lambda subject, _: subject.name,
            "组织机构代码": lambda subject, _: subject.org_code,
            "类型": lambda _, right: right.kind,
            "名称": _title,
            "登记号": lambda _, right: right.number,
            "申请日": lambda _, right: dotted(right.granted_on - timedelta(days=400)),
            "授权日": lambda _, right: dotted(right.granted_on),
            "有效期至": lambda _, right: _end(right),
            "法律状态": lambda _, __: "有效",
        },
    ),
    Ledger[Right](
        "知识产权质押登记_202610.csv",
        "知识产权质押登记",
        lambda subject: (right for right in rights(subject) if right.pledged_to),
        {
            "出质人": lambda subject, _: subject.name,
            "组织机构代码": lambda subject, _: subject.org_code,
            "质押登记号": lambda _, right: f"Y{right.granted_on.year + 1}230881{right.serial:06d}",
            "类型": lambda _, right: right.kind,
            "名称": _title,
            "质权人": lambda _, right: right.pledged_to,
            "担保金额(万元)": lambda _, right: right.secured,
            "登记日": lambda _, right: dotted(right.granted_on + timedelta(days=365)),
        },
    ),
    Ledger[Listed](
        "知识产权严重违法失信名单_2026.csv",
        "知识产权领域严重违法失信名单",
        serious,
        {
            "名称": lambda subject, _: subject.name,
            "组织机构代码": lambda subject, _: subject.org_code,
            "列入事由": lambda _, each: each.reason,
            "文号": lambda _, each: f"{SCIENCE.letters}知信〔{each.included_on.year}〕{each.serial}号",
            "列入日期": lambda _, each: in_words(each.included_on),
            "移出日期": lambda _, each: in_words(each.removed_on),
            "列入机关": lambda _, __: SCIENCE.name,
        },
    ),
)
