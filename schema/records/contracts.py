"""Performance of contracts (合同履约): government procurement, construction, and other public contracts."""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown
from schema.records.commitments import Fulfillment
from schema.records.record import CreditRecord
from schema.scalars import Date
from schema.values import Money


@strawberry.enum(description=say("合同类别", "Kinds of public contracts"))
class ContractKind(Enum):
    """Kinds of public contracts."""

    GOVERNMENT_PROCUREMENT = label("GOVERNMENT_PROCUREMENT", "政府采购合同", "Government procurement")
    ENGINEERING = label("ENGINEERING", "工程建设合同", "Engineering and construction")
    CONCESSION = label("CONCESSION", "特许经营、政府和社会资本合作", "Concession, public-private partnership")
    LAND = label("LAND", "土地出让合同", "Land grant")
    INVESTMENT = label("INVESTMENT", "招商引资合同", "Investment attraction")
    UTILITY = label("UTILITY", "供水供电供热供气合同", "Supply of utilities")
    OTHER = label("OTHER", "其他", "Other")


@strawberry.type(description=say("合同履约信息", "The performance of a contract"))
class ContractPerformance(CreditRecord):
    """合同履约: one contract of the subject as supplier."""

    contract_no: str | None = shown("合同编号", "Number of the contract")
    contract_name: str | None = shown("合同名称", "Name of the contract")
    kind: ContractKind | None = shown("合同类别", "Kind of the contract")
    project_no: str | None = shown("项目编号", "Number of the project")
    project_name: str | None = shown("项目名称", "Name of the project")
    purchaser: str | None = shown("甲方（采购人、建设单位）", "The purchaser")
    purchaser_uscc: str | None = shown("甲方统一社会信用代码", "Code of the purchaser")
    supplier: str | None = shown("乙方（供应商、承包人）", "The supplier")
    amount: Money | None = shown("合同金额（元）", "Amount of the contract, in yuan")
    signed_on: Date | None = shown("签订日期", "Date of the contract")
    due_on: Date | None = shown("履约期限", "Date by which it is due")
    completed_on: Date | None = shown("验收（完成）日期", "Date of acceptance")
    fulfillment: Fulfillment | None = shown("履约状态", "How far it has been performed")
    evaluation: str | None = shown("履约评价（验收结论）", "Evaluation of the performance")
    breach: str | None = shown("违约情形", "What was breached")
    liability_imposed: str | None = shown("违约责任追究", "What followed from the breach")
    recorded_on: Date | None = shown("履约信息记录日期", "Date of this information")
    authority: str | None = shown("信息提供（监管）单位（来源原文）", "The authority as written")
    authority_uscc: str | None = shown("监管单位统一社会信用代码", "Code of the authority")
