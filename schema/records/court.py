"""Courts and procuratorates (司法执行、裁判), field lists of `domain.md` §3.6."""

from enum import Enum

import strawberry

from schema.enums import Sex, label
from schema.fields import say, shown
from schema.records.record import CreditRecord
from schema.scalars import Date
from schema.values import Money


@strawberry.enum(description=say("当事人类型", "Whether a party is a person or an organization"))
class PartyType(Enum):
    """Kinds of parties."""

    PERSON = label("PERSON", "自然人", "Natural person")
    ORGANIZATION = label("ORGANIZATION", "法人或其他组织", "Legal person or other organization")


@strawberry.enum(description=say("履行情况", "How far an obligation has been performed"))
class Performance(Enum):
    """How far an obligation has been performed."""

    NONE = label("NONE", "全部未履行", "Not performed at all")
    PARTIAL = label("PARTIAL", "部分未履行", "Performed in part")
    FULL = label("FULL", "全部已履行", "Performed in full")


@strawberry.enum(description=say("被限制人与单位的关系", "What the restricted person is to the organization"))
class RestrictionRelation(Enum):
    """Relations named in consumption restrictions."""

    LEGAL_REPRESENTATIVE = label("LEGAL_REPRESENTATIVE", "法定代表人", "Legal representative")
    PRINCIPAL = label("PRINCIPAL", "主要负责人", "Principal in charge")
    DIRECTLY_RESPONSIBLE = label(
        "DIRECTLY_RESPONSIBLE", "影响债务履行的直接责任人员", "Directly responsible for the debt's performance"
    )
    ACTUAL_CONTROLLER = label("ACTUAL_CONTROLLER", "实际控制人", "Actual controller")
    OPERATOR = label("OPERATOR", "经营者", "Operator of an individual business")


@strawberry.interface(description=say("执行案件共有信息", "What all records of enforcement share"))
class EnforcementRecord(CreditRecord):
    """The party, the court and the case."""

    name: str | None = shown("被执行人姓名或名称", "Name of the judgment debtor")
    sex: Sex | None = shown("性别（自然人）", "Sex, of a natural person")
    masked_id_no: str | None = shown(
        "证件号码或代码（法院已脱敏）", "Number of the party as the court prints it: masked"
    )
    court: str | None = shown("执行法院", "The court of enforcement")
    province: str | None = shown("省份", "Province of the court")
    filed_on: Date | None = shown("立案时间", "Date of filing")
    case_no: str | None = shown("案号", "Case number")


@strawberry.type(description=say("失信被执行人", "An entry of a dishonest judgment debtor"))
class DishonestDebtorEntry(EnforcementRecord):
    """失信被执行人 (最高人民法院关于公布失信被执行人名单信息的若干规定, art. 6)."""

    party_type: PartyType | None = shown("当事人类型", "Kind of the party")
    age: int | None = shown("年龄（自然人）", "Age, of a natural person")
    legal_representative: str | None = shown("法定代表人或者负责人", "Name of the legal representative or principal")
    enforcement_basis_no: str | None = shown("执行依据文号", "Number of the enforcement basis")
    enforcement_basis_issuer: str | None = shown("做出执行依据单位", "The body that issued it")
    obligation: str | None = shown("生效法律文书确定的义务", "The obligation in the effective document")
    performance: Performance | None = shown("履行情况", "How far it has been performed")
    performed_part: str | None = shown("已履行部分", "The part performed")
    unperformed_part: str | None = shown("未履行部分", "The part not performed")
    conduct: str | None = shown("失信行为具体情形", "The specific conduct")
    published_on: Date | None = shown("发布时间", "Date of publication")


@strawberry.type(description=say("被执行人（执行案件）", "An enforcement case"))
class EnforcementCase(EnforcementRecord):
    """被执行人."""

    party_type: PartyType | None = shown("当事人类型", "Kind of the party")
    amount: Money | None = shown("执行标的（元）", "Amount under enforcement, in yuan")


@strawberry.type(description=say("终本案件", "A case whose execution ended for now"))
class TerminatedExecution(EnforcementRecord):
    """终结本次执行程序案件."""

    party_type: PartyType | None = shown("当事人类型", "Kind of the party")
    amount: Money | None = shown("执行标的（元）", "Amount under enforcement, in yuan")
    terminated_on: Date | None = shown("终本日期", "Date of termination")
    unpaid_amount: Money | None = shown("未履行金额（元）", "Amount not paid, in yuan")


@strawberry.type(description=say("限制消费", "A consumption restriction"))
class ConsumptionRestriction(EnforcementRecord):
    """限制消费令."""

    restricted_person: str | None = shown("被限制人", "Name of the restricted person")
    related_organization: str | None = shown("关联企业", "The organization concerned")
    relation: RestrictionRelation | None = shown("与企业的关系", "What the person is to the organization")
    published_on: Date | None = shown("发布日期", "Date of publication")
    order_document: str | None = shown("限消令文书", "Title of the order")


@strawberry.enum(description=say("诉讼地位", "Positions of a party"))
class PartyPosition(Enum):
    """What a party is in a case."""

    PLAINTIFF = label("PLAINTIFF", "原告、上诉人、申请人", "Plaintiff, appellant or applicant")
    DEFENDANT = label("DEFENDANT", "被告、被上诉人、被申请人", "Defendant, appellee or respondent")
    THIRD_PARTY = label("THIRD_PARTY", "第三人", "Third party")
    ACCUSED = label("ACCUSED", "被告人（被告单位）", "Accused in a criminal case")
    OTHER = label("OTHER", "其他", "Other")


@strawberry.type(description=say("裁判文书（仅链接）", "A judgment: its particulars and where it is published"))
class Judgment(CreditRecord):
    """裁判文书: the text stays where the courts publish it."""

    case_no: str | None = shown("案号", "Case number")
    case_kind: str | None = shown("案件类型（民事、刑事、行政等）", "Kind of the case: civil, criminal, administrative")
    cause: str | None = shown("案由", "Cause of action")
    court: str | None = shown("审理法院", "The court")
    document_title: str | None = shown("文书名称", "Title of the document")
    procedure: str | None = shown("审理程序", "Instance or procedure")
    decided_on: Date | None = shown("裁判日期", "Date of the judgment")
    published_on: Date | None = shown("公布日期", "Date of publication")
    position: PartyPosition | None = shown("当事人诉讼地位", "What the subject is in the case")
    position_as_written: str | None = shown("诉讼地位（来源原文）", "The position as written")
    result: str | None = shown("裁判结果", "The result")
    url: str | None = shown("文书公开网址", "Where the document is published")


@strawberry.type(
    description=say("行贿犯罪档案（2018 年 8 月起停止查询）", "The bribery file, closed since August 2018")
)
class BriberyRecord(CreditRecord):
    """行贿犯罪档案查询结果: no source holds one any more; judgments took its place."""

    notice_no: str | None = shown("查询结果告知函编号", "Number of the notice of the result")
    found: bool | None = shown("是否有行贿犯罪记录", "Whether a crime of bribery was on record")
    result: str | None = shown("查询结果", "The result in words")
    period_from: Date | None = shown("查询期间自", "Period searched from")
    period_to: Date | None = shown("查询期间至", "Period searched to")
    issued_on: Date | None = shown("告知函日期", "Date of the notice")
    authority: str | None = shown("检察机关（来源原文）", "The procuratorate as written")
