"""Intellectual property (知识产权): rights held, pledged, and found infringed."""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown
from schema.records.record import CreditRecord
from schema.scalars import Date
from schema.values import Money


@strawberry.enum(description=say("知识产权种类", "Kinds of intellectual property"))
class IntellectualPropertyKind(Enum):
    """Kinds of rights."""

    INVENTION = label("INVENTION", "发明专利", "Invention patent")
    UTILITY_MODEL = label("UTILITY_MODEL", "实用新型专利", "Utility model")
    DESIGN = label("DESIGN", "外观设计专利", "Design patent")
    TRADEMARK = label("TRADEMARK", "商标", "Trademark")
    COPYRIGHT = label("COPYRIGHT", "作品著作权", "Copyright of a work")
    SOFTWARE = label("SOFTWARE", "计算机软件著作权", "Copyright of software")
    GEOGRAPHICAL_INDICATION = label("GEOGRAPHICAL_INDICATION", "地理标志", "Geographical indication")
    LAYOUT_DESIGN = label("LAYOUT_DESIGN", "集成电路布图设计", "Layout design of integrated circuits")
    PLANT_VARIETY = label("PLANT_VARIETY", "植物新品种", "New plant variety")
    OTHER = label("OTHER", "其他", "Other")


@strawberry.enum(description=say("知识产权事项", "What a record of intellectual property is about"))
class IntellectualPropertyEvent(Enum):
    """What happened to a right."""

    GRANT = label("GRANT", "授权、注册、登记", "Grant or registration")
    PLEDGE = label("PLEDGE", "质押登记", "Pledge")
    TRANSFER = label("TRANSFER", "转让、许可备案", "Transfer or license")
    INFRINGEMENT = label("INFRINGEMENT", "侵权裁决（行政裁决、判决）", "Decision on an infringement")
    INVALIDATION = label("INVALIDATION", "宣告无效、撤销", "Invalidation")
    OTHER = label("OTHER", "其他", "Other")


@strawberry.type(description=say("知识产权信息", "A record of intellectual property"))
class IntellectualProperty(CreditRecord):
    """知识产权: a right of the subject, or what became of one."""

    kind: IntellectualPropertyKind | None = shown("知识产权种类", "Kind of the right")
    event: IntellectualPropertyEvent | None = shown("事项", "What the record is about")
    title: str | None = shown("专利、商标或作品名称", "Name of the patent, mark or work")
    registration_no: str | None = shown("申请号、注册号、登记号", "Number of the application or registration")
    holder: str | None = shown("权利人", "The holder")
    applied_on: Date | None = shown("申请日期", "Date of application")
    recorded_on: Date | None = shown("授权（登记、裁决）日期", "Date of the grant, entry or decision")
    valid_to: Date | None = shown("有效期至", "Valid to")
    legal_status: str | None = shown("法律状态", "Legal status as written")
    classification: str | None = shown("类别（国际分类）", "International class")
    pledgee: str | None = shown("质权人", "The pledgee")
    pledged_amount: Money | None = shown("质押担保金额（元）", "Amount secured, in yuan")
    pledge_ended_on: Date | None = shown("质押注销日期", "Date on which the pledge ended")
    decision_no: str | None = shown("侵权裁决文书号", "Number of the decision on an infringement")
    decision: str | None = shown("侵权裁决内容", "What was decided on an infringement")
    authority: str | None = shown("主管（裁决）机关（来源原文）", "The authority as written")
