"""Ratings that owners give (信用评价、分类分级): by industry, risk class, and labor protection (`domain.md` §3.8)."""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown
from schema.records.record import CreditRecord
from schema.scalars import Date, Decimal


@strawberry.enum(description=say("评价种类", "Kinds of ratings"))
class RatingKind(Enum):
    """Kinds of ratings; taxes, environment, labor and customs have fields of their own."""

    FOOD_SAFETY = label("FOOD_SAFETY", "食品安全量化分级", "Food-safety grade")
    CONSTRUCTION = label("CONSTRUCTION", "建筑市场信用评价", "Credit evaluation in construction")
    TRANSPORT = label("TRANSPORT", "交通运输信用（质量信誉）考核", "Credit assessment in transport")
    FINANCE = label("FINANCE", "地方金融组织监管评级", "Supervision grade of a local financial organization")
    INTERMEDIARY = label("INTERMEDIARY", "中介机构信用评价", "Credit evaluation of an intermediary")
    ENERGY = label("ENERGY", "重点用能单位节能考核", "Assessment of a key user of energy")
    SOCIAL_ORGANIZATION = label("SOCIAL_ORGANIZATION", "社会组织评估等级", "Grade of a social organization")
    CULTURE_TOURISM = label("CULTURE_TOURISM", "文化和旅游市场信用评价", "Evaluation in culture and tourism")
    HEALTH = label("HEALTH", "医疗卫生机构信用评价", "Evaluation of a health institution")
    EDUCATION = label("EDUCATION", "办学评估、年检等级", "Evaluation of a school")
    PROPERTY_SERVICE = label(
        "PROPERTY_SERVICE", "物业、房地产信用评价", "Evaluation in real estate and property service"
    )
    QUALITY = label("QUALITY", "质量信用评价", "Evaluation of quality")
    COMPREHENSIVE = label("COMPREHENSIVE", "公共信用综合评价", "Comprehensive evaluation of public credit")
    RISK_CLASS = label("RISK_CLASS", "信用风险分类", "Class of credit risk")
    OTHER = label("OTHER", "其他，见 kindText", "Another kind, see `kindText`")


@strawberry.enum(description=say("信用风险类别", "Classes of credit risk"))
class RiskClass(Enum):
    """Classes of credit risk that steer how often a subject is inspected."""

    A = label("A", "A类：信用风险低", "A: low risk")
    B = label("B", "B类：信用风险一般", "B: ordinary risk")
    C = label("C", "C类：信用风险较高", "C: raised risk")
    D = label("D", "D类：信用风险高", "D: high risk")


@strawberry.type(description=say("信用评价结果", "A rating"))
class CreditRating(CreditRecord):
    """信用评价: as its owner gave it; grades of different owners are never merged."""

    kind: RatingKind | None = shown("评价种类", "Kind of the rating")
    kind_text: str | None = shown("评价种类（来源原文）", "Kind of the rating as written")
    evaluation_name: str | None = shown("评价名称", "Name of the evaluation")
    name: str | None = shown("被评价主体名称", "Name of the subject")
    level: str | None = shown("评价等级", "The grade as its owner writes it")
    risk_class: RiskClass | None = shown("信用风险类别", "Class of credit risk")
    score: Decimal | None = shown("评价得分（仅归属部门）", "Points, for the owning department alone")
    evaluation_year: int | None = shown("评价年度", "Year evaluated")
    batch: str | None = shown("评价批次", "Batch of the evaluation")
    standard: str | None = shown("评价标准（依据）", "Standard by which it was evaluated")
    decided_on: Date | None = shown("评定日期", "Date of the rating")
    published_on: Date | None = shown("公布日期", "Date of publication")
    valid_from: Date | None = shown("有效期自", "Valid from")
    valid_to: Date | None = shown("有效期至", "Valid to")
    authority: str | None = shown("评价机构（来源原文）", "The rating authority as written")
    authority_uscc: str | None = shown("评价机构统一社会信用代码", "Code of the rating authority")
    remark: str | None = shown("备注", "Remark")


@strawberry.enum(
    description=say(
        "企业劳动保障守法诚信等级（人社部规〔2016〕1号）", "Grades of labor compliance, MOHRSS rule 1 of 2016"
    )
)
class LaborLevel(Enum):
    """Grades of labor compliance."""

    A = label("A", "A级：未因劳动保障违法行为被处罚", "A: not penalized for a violation of labor law")
    B = label("B", "B级：因劳动保障违法行为被处罚，但不属于 C 级情形", "B: penalized, but not as for C")
    C = label(
        "C",
        "C级：三次以上被处罚，或有重大违法、群体性事件、使用童工等情形",
        "C: penalized three times or more, or for a grave violation such as child labor",
    )


@strawberry.type(description=say("劳动保障守法诚信等级评价", "A grade of labor compliance"))
class LaborRating(CreditRecord):
    """劳动保障守法诚信等级: given every year by the labor inspectorate."""

    name: str | None = shown("用人单位名称", "Name of the employer")
    uscc: str | None = shown("统一社会信用代码", "Unified social credit code as the source has it")
    evaluation_year: int | None = shown("评价年度", "Year evaluated")
    level: LaborLevel | None = shown("诚信等级", "Grade")
    ground_case: str | None = shown("评定为该等级的情形", "The case on which the grade rests")
    decided_on: Date | None = shown("评定日期", "Date of the grade")
    valid_to: Date | None = shown("有效期至", "Valid to")
    authority: str | None = shown("评价机关（来源原文）", "The authority as written")
    authority_uscc: str | None = shown("评价机关统一社会信用代码", "Code of the authority")
    remark: str | None = shown("备注", "Remark")
