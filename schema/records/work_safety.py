"""Work safety (安全生产), field list of `domain.md` §3.9; licenses and the list stand with all licenses and lists."""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown
from schema.records.record import CreditRecord
from schema.scalars import Date
from schema.values import Money


@strawberry.enum(description=say("安全生产记录种类", "Kinds of work-safety records"))
class WorkSafetyKind(Enum):
    """Kinds of work-safety records."""

    STANDARDIZATION = label("STANDARDIZATION", "安全生产标准化等级", "Grade of standardization")
    ACCIDENT = label("ACCIDENT", "生产安全事故", "Accident")
    HIDDEN_DANGER = label("HIDDEN_DANGER", "重大事故隐患挂牌督办", "Major hidden danger under supervision")
    OFFICE_RESTRICTION = label("OFFICE_RESTRICTION", "主要负责人任职限制", "Restriction of a principal from office")
    PRODUCTION_LICENSE = label("PRODUCTION_LICENSE", "安全生产许可证状态", "State of the work-safety license")
    COMMITMENT = label("COMMITMENT", "安全生产承诺", "Commitment to work safety")


@strawberry.enum(
    description=say("事故等级（生产安全事故报告和调查处理条例）", "Classes of accidents, by State Council order 493")
)
class AccidentClass(Enum):
    """Classes of accidents."""

    GENERAL = label("GENERAL", "一般事故", "General accident")
    LARGER = label("LARGER", "较大事故", "Larger accident")
    MAJOR = label("MAJOR", "重大事故", "Major accident")
    EXTREMELY_MAJOR = label("EXTREMELY_MAJOR", "特别重大事故", "Extremely major accident")


@strawberry.enum(description=say("安全生产标准化等级", "Grades of work-safety standardization"))
class StandardizationLevel(Enum):
    """Grades of standardization."""

    FIRST = label("FIRST", "一级", "First grade")
    SECOND = label("SECOND", "二级", "Second grade")
    THIRD = label("THIRD", "三级", "Third grade")


@strawberry.type(description=say("安全生产记录", "A work-safety record"))
class WorkSafetyRecord(CreditRecord):
    """One grade, accident, danger or restriction; `recordedOn` orders them all."""

    kind: WorkSafetyKind | None = shown("记录种类", "Kind of the record")
    name: str | None = shown("生产经营单位名称", "Name of the unit")
    title: str | None = shown("事故、隐患或证书名称", "Name of the accident, danger or certificate")
    recorded_on: Date | None = shown(
        "事故发生、等级评定、隐患挂牌或限制决定日期", "Date of the accident, the grade, the listing or the decision"
    )
    place: str | None = shown("发生地点", "Place of the accident or danger")
    accident_class: AccidentClass | None = shown("事故等级", "Class of the accident")
    deaths: int | None = shown("死亡人数", "Number of deaths")
    serious_injuries: int | None = shown("重伤人数", "Number of serious injuries")
    direct_loss: Money | None = shown("直接经济损失（元）", "Direct loss, in yuan")
    cause: str | None = shown("事故原因", "Cause of the accident")
    responsibility: str | None = shown("事故责任认定", "Finding on responsibility")
    investigation_no: str | None = shown("事故调查报告（批复）文号", "Number of the report of investigation")
    standardization_level: StandardizationLevel | None = shown("标准化等级", "Grade of standardization")
    industry: str | None = shown("行业（专业）类别", "Line of industry")
    certificate_no: str | None = shown("证书编号", "Number of the certificate or license")
    valid_from: Date | None = shown("有效期自", "Valid from")
    valid_to: Date | None = shown("有效期至", "Valid to")
    danger: str | None = shown("隐患内容", "The hidden danger")
    rectify_by: Date | None = shown("整改期限", "By when it must be removed")
    resolved_on: Date | None = shown("整改完成（摘牌）日期", "Date on which it was removed")
    restricted_person: str | None = shown("被限制任职人员姓名", "Name of the person restricted from office")
    restricted_until: Date | None = shown("任职限制截止日期", "Until when the person is restricted")
    life_long: bool | None = shown("是否终身限制", "Whether the restriction is for life")
    authority: str | None = shown("认定（监管）机关（来源原文）", "The authority as written")
    authority_uscc: str | None = shown("机关统一社会信用代码", "Code of the authority")
