"""Credit commitments (信用承诺), the twenty fields of `domain.md` §3.11."""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown
from schema.records.decisions import CounterpartCategory
from schema.records.record import CreditRecord
from schema.scalars import Date


@strawberry.enum(description=say("承诺类型", "Kinds of commitments"))
class CommitmentKind(Enum):
    """Kinds of commitments."""

    APPROVAL_SUBSTITUTE = label("APPROVAL_SUBSTITUTE", "审批替代型", "In place of an approval")
    TOLERANT_ACCEPTANCE = label("TOLERANT_ACCEPTANCE", "容缺受理型", "For acceptance with gaps")
    PROOF_SUBSTITUTE = label("PROOF_SUBSTITUTE", "证明事项型", "In place of a proof")
    CREDIT_REPAIR = label("CREDIT_REPAIR", "信用修复型", "For credit repair")
    SELF_DISCIPLINE = label("SELF_DISCIPLINE", "行业自律型", "Self-discipline of an industry")
    VOLUNTARY = label("VOLUNTARY", "主动型", "Voluntary")
    OTHER = label("OTHER", "其他", "Other")


@strawberry.enum(description=say("履行状态", "States of fulfillment"))
class Fulfillment(Enum):
    """How far what was promised has been done."""

    FULL = label("FULL", "全部履行", "Fulfilled")
    PARTIAL = label("PARTIAL", "部分履行", "Fulfilled in part")
    NONE = label("NONE", "全部未履行", "Not fulfilled at all")
    IN_PROGRESS = label("IN_PROGRESS", "履行中，尚未认定", "Under way, not yet judged")


@strawberry.enum(description=say("公开类型", "Kinds of publication"))
class PublicationType(Enum):
    """Who may see a commitment."""

    PUBLIC = label("PUBLIC", "可向社会公开", "Everybody")
    LIMITED = label("LIMITED", "特定范围内公开", "A certain circle")
    CLOSED = label("CLOSED", "不可公开", "Nobody")


@strawberry.type(description=say("信用承诺", "A credit commitment"))
class CreditCommitment(CreditRecord):
    """信用承诺及履行情况."""

    code: str | None = shown(
        "承诺编码（行政区划 6 位、日期 8 位、流水 6 位）", "Code: division, date and serial number"
    )
    promisor_name: str | None = shown("承诺人名称", "Name of the promisor")
    promisor_category: CounterpartCategory | None = shown("承诺人类别", "Kind of the promisor")
    promisor_code: str | None = shown("承诺人代码（统一社会信用代码）", "Unified social credit code of the promisor")
    kind: CommitmentKind | None = shown("承诺类型", "Kind of the commitment")
    reason: str | None = shown("承诺事由", "What it was made for")
    content: str | None = shown("承诺内容", "What was promised")
    liability: str | None = shown("违诺责任", "Liability for a breach")
    made_on: Date | None = shown("承诺作出日期", "Date on which it was made")
    valid_until: Date | None = shown("承诺有效期", "Until when it binds")
    fulfillment: Fulfillment | None = shown("承诺履行状态", "How far it has been fulfilled")
    unperformed_content: str | None = shown("未履行内容", "What was not fulfilled")
    liability_imposed: str | None = shown("违诺责任追究内容", "What followed from the breach")
    recognized_on: Date | None = shown("履行状态认定日期", "Date on which the fulfillment was judged")
    recognized_by: str | None = shown("履行状态认定单位", "Who judged the fulfillment")
    recognized_by_uscc: str | None = shown("履行状态认定单位统一社会信用代码", "Code of that body")
    authority: str | None = shown("承诺受理单位（来源原文）", "The accepting authority as written")
    authority_uscc: str | None = shown("承诺受理单位统一社会信用代码", "Code of the accepting authority")
    publication_type: PublicationType | None = shown("公开类型", "Who may see it")
    document_url: str | None = shown("承诺书网址", "Where the letter is published")
    remark: str | None = shown("备注", "Remark")
