"""Measures of joint reward and punishment: which may lawfully be taken, why, and that one was taken."""

from enum import Enum

import strawberry

from schema.check import MissingSource, RuleBasis
from schema.enums import label
from schema.fields import say, shown
from schema.records.lists import ListKind
from schema.scalars import Date, DateTime
from schema.values import Department


@strawberry.enum(description=say("措施的方向", "Which way a measure goes"))
class MeasureDirection(Enum):
    """For or against."""

    PUNISH = label("PUNISH", "失信惩戒", "Against whoever broke faith")
    INCENTIVE = label("INCENTIVE", "守信激励", "For whoever kept it")


@strawberry.enum(description=say("措施所指的对象", "Whom a measure is about"))
class MeasureTarget(Enum):
    """Targets."""

    FIRM = label("FIRM", "单位", "The organization")
    LEGAL_REP = label("LEGAL_REP", "法定代表人", "Its legal representative")
    RESPONSIBLE = label("RESPONSIBLE", "直接责任人员", "Persons directly responsible")
    PRACTITIONER = label("PRACTITIONER", "执业人员", "Registered practitioners")
    PERSON = label("PERSON", "自然人", "A natural person")


@strawberry.enum(description=say("对措施做了什么", "What was done with a measure"))
class MeasureAct(Enum):
    """Taken or lifted."""

    APPLIED = label("APPLIED", "已采取", "It was taken")
    LIFTED = label("LIFTED", "已解除", "It was lifted")
    DECLINED = label("DECLINED", "决定不采取", "It was decided not to take it")


@strawberry.type(
    description=say("联合奖惩措施；可以依法采取，不等于已经采取", "What may lawfully be done, not what was")
)
class Measure:
    """One row of the register."""

    code: str = shown("措施代码", "Its code")
    name: str = shown("名称", "What it is called")
    name_en: str = shown("英文名称", "What it is called in English")
    direction: MeasureDirection = shown("方向", "Which way it goes")
    targets: list[MeasureTarget] = shown("对象", "Whom it is about")
    implementers: list[Department] = shown("实施部门；自主决定的为空", "Who takes it; none for an autonomous one")
    bodies: str | None = shown("自主决定者", "Who decides by itself, of an autonomous one")
    bodies_en: str | None = shown("自主决定者（英文）", "The same in English")
    autonomous: bool = shown(
        "由有关机构自主决定，任何人不得强制", "Left to a body's own decision, which nobody may force"
    )
    bases: list[RuleBasis] = shown("现行有效的依据", "Its legal bases that are in force")
    catalogue_item: str | None = shown("所属目录项代码", "Item of the catalogue under which it is recorded")
    in_force_from: Date | None = shown("施行日期", "In force from")
    in_force_to: Date | None = shown("终止日期", "In force to")
    note: str | None = shown("说明", "What else must be known")


@strawberry.type(description=say("触发措施的一条名单记录", "An entry of a list that leads to a measure"))
class MeasureGround:
    """Why it applies."""

    kind: ListKind = shown("名单类别", "Kind of the list")
    source: str = shown("数据源", "Name of the source")
    record_id: str = shown("记录标识", "Id of the record")
    included_on: Date | None = shown("列入日期", "When the subject was put on it")
    under_objection: bool = shown("是否处于异议处理中", "Whether an objection to it is open")


@strawberry.type(description=say("可以采取的一项措施及其缘由", "A measure that may be taken, and why"))
class ApplicableMeasure:
    """One measure."""

    measure: Measure = shown("措施", "The measure")
    because: list[MeasureGround] = shown("所依据的名单记录", "The entries that lead to it")
    objected: bool = shown("所依据的记录是否均处于异议处理中", "Whether all of them are under objection")


@strawberry.type(
    description=say(
        "对一个主体可以采取的联合奖惩措施；missing 不为空时可能还有其他措施",
        "What may be taken for or against a subject; with something `missing` there may be more",
    )
)
class ApplicableMeasures:
    """The measures of one subject."""

    uscc: str | None = shown("统一社会信用代码", "Code of the subject; null when the key led to nobody")
    name: str | None = shown("登记名称", "Its registered name")
    problem: str | None = shown("未能确定主体的原因", "Why the key led to nobody")
    complete: bool = shown("是否齐全", "Whether no other measure applies")
    measures: list[ApplicableMeasure] = shown("措施", "The measures")
    missing: list[MissingSource] = shown("所缺的信息", "What could not be had")
    receipt: str = shown("查询名单的回执", "Receipt of what was asked of sources")


@strawberry.input(description=say("反馈一项措施的实施情况", "What was done with a measure"))
class ReportMeasureInput:
    """By whom it was decided is the caller; of which case, the header `Credit-Case`."""

    measure: str = shown("措施代码", "Code of the measure")
    subject: str = shown(
        "信用主体的统一社会信用代码；不接受个人证件号码",
        "Unified social credit code of the subject; never a person's number",
    )
    act: MeasureAct = shown("采取、解除或决定不采取", "Taken, lifted, or decided against")
    on: Date = shown("日期，不晚于今日", "When, not later than today")
    receipt: str | None = strawberry.field(
        default=None,
        description=say("所依据的答复的回执编号", "Receipt of the answer that it rests on"),
    )


@strawberry.type(description=say("已记入账本的实施反馈", "What was reported, as the ledger has it"))
class MeasureReport:
    """One report."""

    measure: str = shown("措施代码", "Code of the measure")
    subject: str = shown("信用主体的统一社会信用代码", "Unified social credit code of the subject")
    act: MeasureAct = shown("采取、解除或决定不采取", "Taken, lifted, or decided against")
    on: Date = shown("日期", "When")
    reported_at: DateTime = shown("反馈时间", "When it was reported")
