"""Customs (海关): the credit of enterprises at customs, field list of `domain.md` §3.12."""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown
from schema.records.record import CreditRecord
from schema.scalars import Date


@strawberry.enum(description=say("海关企业信用等级", "Grades of enterprises at customs"))
class CustomsLevel(Enum):
    """The five grades of customs order 282, in force 2026-04-01, and the older ones still on record."""

    ADVANCED = label("ADVANCED", "高级认证企业", "Advanced certified enterprise")
    CERTIFIED = label("CERTIFIED", "认证企业", "Certified enterprise")
    REGULAR = label("REGULAR", "常规管理企业", "Enterprise under regular management")
    DISHONEST = label("DISHONEST", "失信企业", "Dishonest enterprise")
    SERIOUSLY_DISHONEST = label("SERIOUSLY_DISHONEST", "严重失信企业", "Seriously dishonest enterprise")
    LEGACY_GENERAL_CERTIFIED = label(
        "LEGACY_GENERAL_CERTIFIED", "一般认证企业（2021 年前）", "General certified enterprise, of before 2021"
    )
    LEGACY_GENERAL_CREDIT = label(
        "LEGACY_GENERAL_CREDIT", "一般信用企业（2021 年前）", "Enterprise of general credit, of before 2021"
    )
    LEGACY_REGISTERED = label(
        "LEGACY_REGISTERED", "注册登记和备案企业（2021 至 2026 年）", "Registered or filed enterprise, of 2021 to 2026"
    )


@strawberry.type(description=say("海关企业信用等级", "The grade of an enterprise at customs"))
class CustomsCredit(CreditRecord):
    """海关企业信用等级."""

    customs_code: str | None = shown("海关注册编码", "Customs registration code")
    name: str | None = shown("企业名称", "Name of the enterprise")
    uscc: str | None = shown("统一社会信用代码", "Unified social credit code as customs has it")
    first_registered_on: Date | None = shown("首次注册日期", "Date of first registration")
    level: CustomsLevel | None = shown("信用等级", "Grade")
    level_as_written: str | None = shown("信用等级（来源原文）", "The grade as the source writes it")
    recognized_on: Date | None = shown("认定日期", "Date of the grade")
    valid_to: Date | None = shown("有效期至", "Valid to")
    aeo_code: str | None = shown("经认证的经营者（AEO）编码", "AEO code")
    authority: str | None = shown("注册（认定）海关（来源原文）", "The customs office as written")
    authority_code: str | None = shown("注册海关代码", "Code of the customs office")
    registration_status: str | None = shown("海关注销标志（备案状态）", "State of the registration at customs")
