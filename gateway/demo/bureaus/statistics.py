"""The statistics bureau: its list of serious dishonesty, and the commitments of enterprises that report to it.

Oddities: it keeps enterprises by organization code, with a hyphen; a commitment has no end.
"""

from datetime import date
from typing import Final

from msgspec import Struct

from gateway.demo.authorities import STATISTICS
from gateway.demo.chance import day, hits, holds
from gateway.demo.days import compact, years_after
from gateway.demo.ledgers import Ledger, hyphenated
from gateway.demo.listed import Listed, listed
from gateway.demo.subjects import Subject

_SERIOUS: Final = {
    22: (Listed(22, "提供不真实统计资料,违法数额占应报数额60%以上", date(2024, 9, 3), date(2025, 9, 2), "公示期满"),),
    24: (Listed(24, "拒绝、阻碍统计调查、统计检查", date(2026, 1, 27)),),
}
_REASONS: Final = ("编造虚假统计数据", "提供不真实统计资料,违法数额占应报数额60%以上")


class Commitment(Struct, frozen=True):
    """One commitment to report truly."""

    made_on: date
    kept: bool


def serious(subject: Subject) -> tuple[Listed, ...]:
    """Return the entries on the list of serious dishonesty in statistics."""
    return listed(subject, "statistics serious", _SERIOUS, 80, _REASONS) if subject.kind == "91" else ()


def commitments(subject: Subject) -> tuple[Commitment, ...]:
    """Return the commitments of an enterprise that reports to the bureau."""
    number = subject.number
    if subject.kind != "91" or not holds(subject, "statistics commitment", 3000, {1, 2, 6, 24}):
        return ()
    kept = number != 24 and not hits("statistics commitment broken", number, 300)
    return (Commitment(day("statistics commitment", number, 60, 700), kept),)


LEDGERS: Final = (
    Ledger[Listed](
        "统计严重失信企业名单_2026.csv",
        "统计严重失信企业公示",
        serious,
        {
            "企业名称": lambda subject, _: subject.name,
            "组织机构代码": lambda subject, _: hyphenated(subject),
            "地址": lambda subject, _: subject.address,
            "法定代表人": lambda subject, _: subject.representative.name,
            "统计违法行为": lambda _, each: each.reason,
            "依法处理情况": lambda _, each: f"{STATISTICS.letters}罚决字〔{each.included_on.year}〕{each.serial}号",
            "认定机构": lambda _, __: STATISTICS.name,
            "认定日期": lambda _, each: compact(each.included_on),
            "公示截止日期": lambda _, each: compact(years_after(each.included_on, 1)),
            "移出日期": lambda _, each: compact(each.removed_on),
            "移出原因": lambda _, each: each.removal_reason,
        },
    ),
    Ledger[Commitment](
        "统计诚信承诺登记表_2026.csv",
        "企业统计诚信承诺登记表",
        commitments,
        {
            "企业名称": lambda subject, _: subject.name,
            "组织机构代码": lambda subject, _: hyphenated(subject),
            "承诺书编号": lambda subject, each: f"230881{each.made_on:%Y%m%d}{subject.number:06d}",
            "承诺内容": lambda _, __: "依法独立真实准确完整及时报送统计资料",
            "承诺日期": lambda _, each: compact(each.made_on),
            "有效期": lambda _, __: "长期",
            "履行情况": lambda _, each: "已履行" if each.kept else "未履行",
            "受理单位": lambda _, __: STATISTICS.name,
        },
    ),
)
