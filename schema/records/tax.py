"""Tax credit ratings (纳税缴费信用评价), field list of `domain.md` §3.4."""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown
from schema.records.record import CreditRecord
from schema.scalars import Date, Decimal


@strawberry.enum(description=say("纳税缴费信用级别", "Levels of tax and fee credit"))
class TaxCreditLevel(Enum):
    """Levels (国家税务总局公告2025年第12号)."""

    A = label("A", "A级：年度评价 90 分以上", "A: 90 points or more")
    B = label("B", "B级：70 分以上不满 90 分", "B: from 70 to below 90 points")
    M = label("M", "M级：新设立企业，或年度无收入且评价 70 分以上", "M: new, or without revenue and 70 points or more")
    C = label("C", "C级：40 分以上不满 70 分", "C: from 40 to below 70 points")
    D = label("D", "D级：不满 40 分或直接判级", "D: below 40 points, or rated so directly")


@strawberry.type(description=say("纳税缴费信用评价", "A tax and fee credit rating"))
class TaxCreditRating(CreditRecord):
    """One year's rating; a subject without one is not rated, which is no bad sign."""

    taxpayer_name: str | None = shown("纳税人名称", "Name of the taxpayer")
    taxpayer_no: str | None = shown("纳税人识别号", "Taxpayer identification number")
    evaluation_name: str | None = shown("信用评价名称", "Name of the evaluation")
    evaluation_year: int | None = shown("评价年度", "Year evaluated")
    level: TaxCreditLevel | None = shown("信用级别", "Level")
    score: Decimal | None = shown("评价得分（仅归属部门）", "Points, for the owning department alone")
    authority: str | None = shown("评价单位（来源原文）", "The rating authority as written")
    decided_on: Date | None = shown("评定时间", "Date of the rating")
    valid_from: Date | None = shown("有效期始", "Valid from")
    valid_to: Date | None = shown("有效期止", "Valid to")
