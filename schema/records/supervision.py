"""Supervision of markets (监督管理): inspections, recalls and complaints."""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown
from schema.records.decisions import SupervisionDomain
from schema.records.record import CreditRecord
from schema.scalars import Date
from schema.values import Money


@strawberry.enum(description=say("检查种类", "Kinds of inspections"))
class InspectionKind(Enum):
    """Kinds of inspections."""

    DOUBLE_RANDOM = label("DOUBLE_RANDOM", "双随机、一公开抽查", "Double-random check")
    PRODUCT_SAMPLING = label("PRODUCT_SAMPLING", "产品质量监督抽查", "Sampling of products")
    FOOD_SAMPLING = label("FOOD_SAMPLING", "食品安全抽检", "Sampling of food")
    DRUG_SAMPLING = label("DRUG_SAMPLING", "药品、医疗器械、化妆品抽检", "Sampling of drugs, devices and cosmetics")
    FIRE = label("FIRE", "消防监督检查", "Fire-safety inspection")
    WORK_SAFETY = label("WORK_SAFETY", "安全生产检查", "Work-safety inspection")
    SPECIAL_EQUIPMENT = label("SPECIAL_EQUIPMENT", "特种设备检查", "Inspection of special equipment")
    ENVIRONMENT = label("ENVIRONMENT", "生态环境检查", "Environmental inspection")
    CONSTRUCTION = label("CONSTRUCTION", "建设工程质量安全检查", "Inspection of a construction site")
    LABOR = label("LABOR", "劳动保障监察", "Labor inspection")
    HEALTH = label("HEALTH", "卫生监督检查", "Health inspection")
    TRANSPORT = label("TRANSPORT", "交通运输检查", "Transport inspection")
    PRICE = label("PRICE", "价格检查", "Price inspection")
    DAILY = label("DAILY", "日常检查", "Routine inspection")
    OTHER = label("OTHER", "其他，见 kindText", "Another kind, see `kindText`")


@strawberry.enum(description=say("检查结果", "Results of an inspection"))
class InspectionResult(Enum):
    """Results, those of samplings first."""

    QUALIFIED = label("QUALIFIED", "合格", "Qualified")
    UNQUALIFIED = label("UNQUALIFIED", "不合格", "Not qualified")
    NO_PROBLEM = label("NO_PROBLEM", "未发现问题", "No problem found")
    PROBLEM_CORRECTED = label("PROBLEM_CORRECTED", "发现问题已改正", "A problem was found and corrected")
    CORRECTION_ORDERED = label("CORRECTION_ORDERED", "发现问题已责令改正", "A problem was found, correction ordered")
    CASE_OPENED = label("CASE_OPENED", "发现问题待后续处理（立案）", "A problem was found, a case is open")
    NOT_FOUND = label("NOT_FOUND", "通过登记的住所（经营场所）无法联系", "It could not be found at its address")
    NOT_COOPERATING = label("NOT_COOPERATING", "不配合检查情节严重", "It seriously refused to cooperate")
    NOT_ENGAGED = label("NOT_ENGAGED", "未开展本次抽查涉及的经营活动", "It does no business of the kind inspected")
    CLOSED = label("CLOSED", "已关闭、停业或正在清算", "It is closed, or being wound up")
    OTHER = label("OTHER", "其他，见 resultAsWritten", "Another result, see `resultAsWritten`")


@strawberry.type(description=say("行政检查、抽查检验", "An inspection or sampling"))
class Inspection(CreditRecord):
    """行政检查: one result for one subject; samplings name the product."""

    kind: InspectionKind | None = shown("检查种类", "Kind of the inspection")
    kind_text: str | None = shown("检查种类（来源原文）", "Kind of the inspection as written")
    domain: SupervisionDomain | None = shown("监管领域", "Field of supervision")
    name: str | None = shown("被检查对象名称", "Name of the subject inspected")
    plan_no: str | None = shown("抽查计划编号", "Number of the plan")
    task_name: str | None = shown("抽查任务名称", "Name of the task")
    matters: str | None = shown("检查事项", "What was inspected")
    product_name: str | None = shown("产品名称", "Name of the product sampled")
    product_brand: str | None = shown("商标", "Brand of the product")
    product_model: str | None = shown("规格型号", "Model of the product")
    product_batch: str | None = shown("生产日期或批号", "Date or batch of production")
    producer: str | None = shown("标称生产单位", "The producer named on the product")
    sampled_at: str | None = shown("被抽样单位", "Where the sample was taken")
    inspected_on: Date | None = shown("检查（抽样）日期", "Date of the inspection")
    published_on: Date | None = shown("公示日期", "Date of publication")
    result: InspectionResult | None = shown("检查结果", "The result")
    result_as_written: str | None = shown("检查结果（来源原文）", "The result as the source writes it")
    problems: str | None = shown("发现的问题、不合格项目", "Problems found, or items not qualified")
    disposition: str | None = shown("处理情况", "What was done about it")
    corrected_on: Date | None = shown("整改完成日期", "Date on which it was corrected")
    notes: str | None = shown("检查记录（仅归属部门）", "Notes of the inspectors, for the owning department alone")
    authority: str | None = shown("检查机关（来源原文）", "The inspecting authority as written")
    authority_uscc: str | None = shown("检查机关统一社会信用代码", "Code of the inspecting authority")


@strawberry.enum(description=say("召回方式", "Ways in which a recall comes about"))
class RecallKind(Enum):
    """Ways in which a recall comes about."""

    VOLUNTARY = label("VOLUNTARY", "主动召回", "Voluntary")
    ORDERED = label("ORDERED", "责令召回", "Ordered")


@strawberry.type(description=say("缺陷产品召回", "A recall of a product"))
class Recall(CreditRecord):
    """缺陷产品召回."""

    recall_no: str | None = shown("召回编号", "Number of the recall")
    kind: RecallKind | None = shown("召回方式", "How it came about")
    producer: str | None = shown("召回实施单位", "Who recalls the product")
    product_name: str | None = shown("产品名称", "Name of the product")
    product_brand: str | None = shown("商标", "Brand of the product")
    product_model: str | None = shown("型号、批次", "Models and batches")
    product_kind: str | None = shown("产品类别", "Kind of the product")
    quantity: int | None = shown("涉及数量", "Number of pieces concerned")
    defect: str | None = shown("缺陷描述", "The defect")
    consequence: str | None = shown("可能导致的后果", "What it may lead to")
    measures: str | None = shown("召回措施", "What is done about it")
    announced_on: Date | None = shown("公告日期", "Date of the announcement")
    started_on: Date | None = shown("召回开始日期", "Begin of the recall")
    ended_on: Date | None = shown("召回结束日期", "End of the recall")
    url: str | None = shown("召回公告网址", "Where it is announced")
    authority: str | None = shown("监管机关（来源原文）", "The authority as written")


@strawberry.enum(description=say("诉求类型", "Kinds of complaints"))
class ComplaintKind(Enum):
    """Kinds of complaints."""

    COMPLAINT = label("COMPLAINT", "投诉", "Complaint of a consumer")
    REPORT = label("REPORT", "举报", "Report of a violation")


@strawberry.enum(description=say("投诉举报办理状态", "States of a complaint"))
class ComplaintStatus(Enum):
    """States of a complaint."""

    ACCEPTED = label("ACCEPTED", "已受理", "Accepted")
    NOT_ACCEPTED = label("NOT_ACCEPTED", "不予受理", "Not accepted")
    SETTLED = label("SETTLED", "调解成功", "Settled")
    NOT_SETTLED = label("NOT_SETTLED", "终止调解、调解不成", "Not settled")
    CASE_OPENED = label("CASE_OPENED", "已立案", "A case was opened")
    NO_CASE = label("NO_CASE", "不予立案", "No case was opened")
    CLOSED = label("CLOSED", "已办结", "Closed")


@strawberry.type(description=say("投诉举报（不含投诉人信息）", "A complaint; who complained is never told"))
class Complaint(CreditRecord):
    """投诉举报公示."""

    complaint_no: str | None = shown("登记编号", "Number of the complaint")
    kind: ComplaintKind | None = shown("诉求类型", "Complaint or report")
    channel: str | None = shown("受理渠道（12315、12345 等）", "By which channel it came")
    name: str | None = shown("被投诉举报主体名称", "Name of the subject complained of")
    goods: str | None = shown("商品或服务类别", "Kind of goods or services")
    issue: str | None = shown("问题类别", "Kind of the issue")
    content: str | None = shown("主要内容", "What it says")
    received_on: Date | None = shown("登记日期", "Date of receipt")
    status: ComplaintStatus | None = shown("办理状态", "State of the complaint")
    result: str | None = shown("办理结果", "The result")
    closed_on: Date | None = shown("办结日期", "Date on which it was closed")
    disputed_amount: Money | None = shown("涉及金额（元）", "Amount in dispute, in yuan")
    recovered_amount: Money | None = shown("挽回经济损失（元）", "Amount recovered, in yuan")
    authority: str | None = shown("受理机关（来源原文）", "The authority as written")
