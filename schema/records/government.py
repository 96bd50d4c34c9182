"""Integrity of government bodies (政务诚信), and reports of credit-service agencies, shown as links only."""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown
from schema.records.commitments import Fulfillment
from schema.records.record import CreditRecord
from schema.scalars import Date
from schema.values import Money


@strawberry.enum(description=say("政务诚信事项", "Matters of government integrity"))
class GovernmentMatter(Enum):
    """Matters of government integrity."""

    PROMISE = label("PROMISE", "政务承诺（服务承诺、目标责任）", "Promise of a government body")
    POLICY_COMMITMENT = label("POLICY_COMMITMENT", "招商引资等政策承诺", "Commitment of policy, as to investors")
    OVERDUE_PAYABLE = label("OVERDUE_PAYABLE", "拖欠账款", "Overdue payable")
    ADMINISTRATIVE_LITIGATION = label("ADMINISTRATIVE_LITIGATION", "行政诉讼（败诉）", "Administrative case lost")
    RECONSIDERATION = label("RECONSIDERATION", "行政复议（纠错）", "Reconsideration that set right")
    JUDGMENT_DEBTOR = label("JUDGMENT_DEBTOR", "作为被执行人的案件", "Case as a judgment debtor")
    ACCOUNTABILITY = label("ACCOUNTABILITY", "政务失信责任追究", "Accountability for a breach of integrity")
    OTHER = label("OTHER", "其他", "Other")


@strawberry.type(description=say("政务诚信信息", "A record of government integrity"))
class GovernmentIntegrity(CreditRecord):
    """政务诚信: what a government body promised or owes, and what came of it."""

    matter: GovernmentMatter | None = shown("事项类别", "Kind of the matter")
    name: str | None = shown("单位名称", "Name of the body")
    title: str | None = shown("事项名称", "Name of the matter")
    content: str | None = shown("内容", "What it is about")
    counterparty: str | None = shown("相对方（债权人、原告等）", "The other side: creditor, plaintiff")
    document_no: str | None = shown("文号、案号", "Number of the document or case")
    court: str | None = shown("审理（执行）法院", "The court")
    amount: Money | None = shown("涉及金额（元）", "Amount concerned, in yuan")
    outstanding_amount: Money | None = shown("尚欠金额（元）", "Amount outstanding, in yuan")
    recorded_on: Date | None = shown("作出（认定）日期", "Date of the promise or finding")
    due_on: Date | None = shown("应履行（偿还）日期", "Date by which it is due")
    fulfilled_on: Date | None = shown("履行（整改完成）日期", "Date on which it was fulfilled")
    fulfillment: Fulfillment | None = shown("履行状态", "How far it has been fulfilled")
    result: str | None = shown("处理（裁判）结果", "The result")
    authority: str | None = shown("认定机关（来源原文）", "The authority as written")
    authority_uscc: str | None = shown("认定机关统一社会信用代码", "Code of the authority")


@strawberry.type(
    description=say("第三方信用报告（仅链接）", "A report of a credit-service agency: its particulars and link")
)
class ThirdPartyReport(CreditRecord):
    """第三方信用报告: the report stays with the agency."""

    report_no: str | None = shown("报告编号", "Number of the report")
    title: str | None = shown("报告名称", "Title of the report")
    purpose: str | None = shown("报告用途", "What the report was made for")
    agency: str | None = shown("出具机构名称", "Name of the agency")
    agency_uscc: str | None = shown("出具机构统一社会信用代码", "Code of the agency")
    level: str | None = shown("报告所载信用等级", "Grade that the report gives, as written")
    issued_on: Date | None = shown("出具日期", "Date of the report")
    valid_until: Date | None = shown("有效期至", "Until when it stands")
    url: str | None = shown("报告查询网址", "Where the report can be asked for")
