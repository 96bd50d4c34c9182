"""Records of natural persons (自然人): bans, lists, restrictions, verification; all found by the person's key."""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown
from schema.records.lists import ListRecord
from schema.records.qualifications import Profession
from schema.records.record import CreditRecord, NegativeRecord
from schema.scalars import Date, DateTime


@strawberry.type(description=say("行业（职业）禁入、限制从业", "A ban from a profession or industry"))
class ProfessionBan(NegativeRecord):
    """禁入、限制从业: food and drugs, securities, work safety, transport."""

    name: str | None = shown("姓名", "Name of the person")
    profession: Profession | None = shown("被限制的职业群体", "Professional group from which the person is barred")
    industry: str | None = shown(
        "被限制的行业、岗位或活动", "Industry, post or activity from which the person is barred"
    )
    decision_no: str | None = shown("决定文书号", "Number of the decision")
    reason: str | None = shown("原因（违法事实）", "Reason: facts of the violation")
    grounds: str | None = shown("法律依据", "Legal grounds")
    decided_on: Date | None = shown("决定日期", "Date of the decision")
    banned_from: Date | None = shown("禁入起始日期", "Barred from")
    banned_until: Date | None = shown(
        "禁入截止日期；终身为空，见 lifeLong", "Barred until; null when for life, see `lifeLong`"
    )
    life_long: bool | None = shown("是否终身禁入", "Whether it is for life")
    lifted_on: Date | None = shown("解除日期", "Date on which it was lifted")
    employer: str | None = shown("作出决定时所在单位", "Employer at the time of the decision")
    authority: str | None = shown("决定机关（来源原文）", "The authority as written")
    authority_uscc: str | None = shown("决定机关统一社会信用代码", "Code of the authority")


@strawberry.type(description=say("名单记录（自然人）", "An entry of a natural person on a list"))
class PersonListEntry(ListRecord):
    """One inclusion of a person; an entry that was removed stays one, with its date of removal."""

    masked_id_no: str | None = shown("证件号码（脱敏）", "Number of the person's document: masked")
    organization_name: str | None = shown("关联单位名称", "Name of the organization concerned")
    organization_code: str | None = shown("关联单位统一社会信用代码", "Code of the organization concerned")
    position: str | None = shown("在关联单位的职务（责任）", "Position or responsibility there")


@strawberry.type(description=say("限制消费（自然人）", "A consumption restriction on a natural person"))
class PersonConsumptionRestriction(CreditRecord):
    """限制消费令: one order against one person."""

    name: str | None = shown("被限制人姓名", "Name of the restricted person")
    masked_id_no: str | None = shown("证件号码（法院已脱敏）", "Number of the person as the court prints it: masked")
    case_no: str | None = shown("案号", "Case number")
    court: str | None = shown("执行法院", "The court of enforcement")
    filed_on: Date | None = shown("立案时间", "Date of filing")
    published_on: Date | None = shown("发布日期", "Date of publication")
    related_organization: str | None = shown("关联企业", "The organization concerned")
    order_document: str | None = shown("限消令文书", "Title of the order")
    lifted_on: Date | None = shown("解除日期", "Date on which it was lifted")


@strawberry.enum(description=say("身份核验结果", "Results of an identity check"))
class VerificationResult(Enum):
    """What the register of persons answers, and nothing more."""

    MATCH = label("MATCH", "一致", "Name and number match")
    MISMATCH = label("MISMATCH", "不一致", "They do not match")
    NOT_FOUND = label("NOT_FOUND", "库中无此号", "The number is not on record")


@strawberry.type(description=say("身份核验", "A check of a person's identity"))
class PersonVerification(CreditRecord):
    """人口核验: a yes or no, never data of the person."""

    result: VerificationResult | None = shown("核验结果", "The result")
    verified_at: DateTime | None = shown("核验时间", "When it was checked")
    authority: str | None = shown("核验机关（来源原文）", "The authority as written")
