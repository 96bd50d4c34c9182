"""Decisions of sectors that ordinary facts never draw: health, schools, lawyers, fishing, travel, lending, web trade.

Beside them three penalties in states of their own: revoked by a court, altered, and shielded (`domain.md` §4.4).
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from msgspec.structs import replace

from gateway.demo.authorities import AGRICULTURE, CULTURE, EDUCATION, FINANCIAL_OFFICE, HEALTH, JUSTICE
from gateway.demo.facts import HOUSING, LABOR, MARKET, Authority, Facts, License, Penalty
from gateway.demo.ordinary import penalty
from gateway.demo.words import PUBLICITY_VIOLATIONS, Violation


def _granted(
    serial: int, name: str, certificate: str, letters: str, content: str, decided_on: date, authority: Authority
) -> License:
    """Return a general license that is valid for five years."""
    return License(
        serial=serial,
        decision_name=f"准予{name}决定书",
        certificate_name=certificate,
        letters=letters,
        content=content,
        category="普通",
        decided_on=decided_on,
        valid_to=decided_on.replace(year=decided_on.year + 5),
        authority=authority,
    )


_LICENSES: Final[Mapping[int, tuple[License, ...]]] = {
    11: (_granted(89, "医疗机构执业登记", "医疗机构执业许可证", "YL", "二级甲等综合医院", date(2024, 3, 18), HEALTH),),
    14: (_granted(113, "渔业捕捞许可", "渔业捕捞许可证", "YB", "内陆水域捕捞", date(2025, 4, 9), AGRICULTURE),),
    25: (
        _granted(200, "旅行社设立许可", "旅行社业务经营许可证", "LX", "国内旅游、入境旅游", date(2023, 5, 30), CULTURE),
    ),
    26: (_granted(211, "安全生产许可", "安全生产许可证", "AQ", "建筑施工", date(2024, 6, 12), HOUSING),),
    31: (_granted(248, "律师事务所设立许可", "律师事务所执业许可证", "LS", "普通合伙", date(2022, 2, 21), JUSTICE),),
    32: (_granted(256, "民办学校办学许可", "民办学校办学许可证", "JX", "初中、高中教育", date(2023, 7, 4), EDUCATION),),
}
_FISHING: Final = Violation(
    "禁渔期捕捞", "当事人在禁渔期内于松花江捕捞", "《渔业法》第三十八条第一款", "没收违法所得;罚款", 5000
)
_LENDING: Final = Violation(
    "超出核准区域放贷", "当事人向省外借款人发放贷款", "《地方金融组织监督管理条例》第三十七条", "罚款", 50000
)
_FAKE_SALES: Final = Violation(
    "组织虚假交易", "当事人雇人刷单,虚构网店销量和好评", "《反不正当竞争法》第二十条", "罚款", 20000, "网络交易"
)
_PUBLISHED: Final[Mapping[int, tuple[Penalty, ...]]] = {
    14: (penalty(114, _FISHING, AGRICULTURE, date(2026, 6, 20), fine=5000),),
    25: (
        penalty(203, _LENDING, FINANCIAL_OFFICE, date(2026, 7, 30), fine=50000),
        replace(penalty(201, PUBLICITY_VIOLATIONS[4], MARKET, date(2026, 4, 10), fine=2000), status="2"),
        replace(penalty(202, PUBLICITY_VIOLATIONS[2], HOUSING, date(2026, 5, 15), fine=20000), status="3"),
    ),
    # The plan of its reorganization is being carried out: the platform of the level above shields this one.
    27: (penalty(220, PUBLICITY_VIOLATIONS[3], LABOR, date(2026, 5, 20), fine=50000),),
}
_MARKET: Final[Mapping[int, tuple[Penalty, ...]]] = {
    8: (penalty(66, _FAKE_SALES, MARKET, date(2026, 9, 2), fine=20000),),
}


def with_sectors(number: int, facts: Facts) -> Facts:
    """Return ``facts`` of the named subject ``number`` with the decisions of these sectors."""
    return replace(
        facts,
        licenses=(*facts.licenses, *_LICENSES.get(number, ())),
        published_penalties=(*facts.published_penalties, *_PUBLISHED.get(number, ())),
        market_penalties=(*facts.market_penalties, *_MARKET.get(number, ())),
    )
