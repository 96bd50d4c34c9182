"""Environmental credit (企业环境信用评价), field list of `domain.md` §3.7; permits stand with all licenses."""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown
from schema.records.record import CreditRecord
from schema.scalars import Date, Decimal


@strawberry.enum(
    description=say("企业环境信用等级（环发〔2013〕150号）", "Grades of environmental credit, order 150 of 2013")
)
class EnvironmentalLevel(Enum):
    """The four colors of the national measures, and the fifth of some cities."""

    GREEN = label("GREEN", "环保诚信企业（绿牌）", "Green: honest")
    BLUE = label("BLUE", "环保良好企业（蓝牌）", "Blue: good")
    YELLOW = label("YELLOW", "环保警示企业（黄牌）", "Yellow: warned")
    RED = label("RED", "环保不良企业（红牌）", "Red: bad")
    BLACK = label("BLACK", "环保严重失信企业（黑牌，部分城市）", "Black: seriously dishonest, in some cities")


@strawberry.type(description=say("企业环境信用评价", "A rating of environmental credit"))
class EnvironmentalRating(CreditRecord):
    """企业环境信用评价: the year evaluated and the year of publication differ."""

    division: str | None = shown("地区名称", "Name of the region")
    name: str | None = shown("主体名称", "Name of the subject")
    uscc: str | None = shown("统一社会信用代码", "Unified social credit code as the source has it")
    level: EnvironmentalLevel | None = shown("评价等级", "Grade")
    level_as_written: str | None = shown("评价等级（来源原文）", "The grade as the source writes it")
    score: Decimal | None = shown("评价分值（仅归属部门）", "Points, for the owning department alone")
    evaluation_year: int | None = shown("评价年度", "Year evaluated")
    batch: str | None = shown("评价批次", "Batch of the evaluation")
    evaluation_name: str | None = shown("评价名称", "Name of the evaluation")
    published_on: Date | None = shown("发布时间", "Date of publication")
    valid_to: Date | None = shown("有效期限至", "Valid to")
    authority: str | None = shown("评价机构（来源原文）", "The rating authority as written")
    authority_uscc: str | None = shown("评价机构统一社会信用代码", "Code of the rating authority")
