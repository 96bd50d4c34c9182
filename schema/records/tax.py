"""Taxes (税务): registration, credit ratings, non-normal status and arrears, field lists of `domain.md` §3.4."""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown
from schema.records.record import CreditRecord, NegativeRecord
from schema.scalars import Date, Decimal
from schema.values import Money


@strawberry.enum(description=say("纳税缴费信用级别", "Levels of tax and fee credit"))
class TaxCreditLevel(Enum):
    """Levels (国家税务总局公告2025年第12号)."""

    A = label("A", "A级：年度评价 90 分以上", "A: 90 points or more")
    B = label("B", "B级：70 分以上不满 90 分", "B: from 70 to below 90 points")
    M = label("M", "M级：新设立企业，或年度无收入且评价 70 分以上", "M: new, or without revenue and 70 points or more")
    C = label("C", "C级：40 分以上不满 70 分", "C: from 40 to below 70 points")
    D = label("D", "D级：不满 40 分或直接判级", "D: below 40 points, or rated so directly")


@strawberry.type(description=say("纳税缴费信用评价", "A tax and fee credit rating"))
class TaxCreditRating(CreditRecord):
    """One year's rating; a subject without one is not rated, which is no bad sign."""

    taxpayer_name: str | None = shown("纳税人名称", "Name of the taxpayer")
    taxpayer_no: str | None = shown("纳税人识别号", "Taxpayer identification number")
    evaluation_name: str | None = shown("信用评价名称", "Name of the evaluation")
    evaluation_year: int | None = shown("评价年度", "Year evaluated")
    level: TaxCreditLevel | None = shown("信用级别", "Level")
    score: Decimal | None = shown("评价得分（仅归属部门）", "Points, for the owning department alone")
    authority: str | None = shown("评价单位（来源原文）", "The rating authority as written")
    decided_on: Date | None = shown("评定时间", "Date of the rating")
    valid_from: Date | None = shown("有效期始", "Valid from")
    valid_to: Date | None = shown("有效期止", "Valid to")


@strawberry.enum(description=say("纳税人状态", "States of a taxpayer"))
class TaxpayerStatus(Enum):
    """States of a taxpayer."""

    NORMAL = label("NORMAL", "正常", "Normal")
    SUSPENDED = label("SUSPENDED", "停业", "Business suspended")
    NON_NORMAL = label("NON_NORMAL", "非正常", "Non-normal: does not file and cannot be found")
    NON_NORMAL_CANCELED = label(
        "NON_NORMAL_CANCELED", "非正常户注销（证件失效）", "Non-normal, its registration canceled"
    )
    CLEARING = label("CLEARING", "清算", "Under clearing")
    DEREGISTERED = label("DEREGISTERED", "注销", "Deregistered")
    OTHER = label("OTHER", "其他", "Other")


@strawberry.type(description=say("税务登记", "Registration at the tax office"))
class TaxRegistration(CreditRecord):
    """税务登记信息."""

    taxpayer_no: str | None = shown("纳税人识别号", "Taxpayer identification number", "NSRSBH")
    name: str | None = shown("纳税人名称", "Name of the taxpayer", "NSRMC")
    status: TaxpayerStatus | None = shown("纳税人状态", "State of the taxpayer")
    registered_on: Date | None = shown("登记日期", "Date of registration")
    authority: str | None = shown("主管税务机关（来源原文）", "The tax office in charge as written")
    authority_code: str | None = shown("主管税务机关代码", "Code of the tax office in charge")
    office: str | None = shown("主管税务所（科、分局）", "The branch in charge")
    legal_representative: str | None = shown("法定代表人（负责人）", "Name of the legal representative")
    address: str | None = shown("生产经营地址", "Address of business")


@strawberry.type(description=say("非正常户认定", "A finding that a taxpayer is non-normal"))
class TaxAnomaly(NegativeRecord):
    """非正常户: one finding, and its release."""

    taxpayer_no: str | None = shown("纳税人识别号", "Taxpayer identification number")
    taxpayer_name: str | None = shown("纳税人名称", "Name of the taxpayer")
    legal_representative: str | None = shown("法定代表人（负责人）姓名", "Name of the legal representative")
    address: str | None = shown("经营地点", "Place of business")
    recognized_on: Date | None = shown("认定日期", "Date of the finding")
    released_on: Date | None = shown("解除日期", "Date of release")
    release_reason: str | None = shown("解除原因", "Why it was released")
    authority: str | None = shown("认定机关（来源原文）", "The authority as written")


@strawberry.enum(description=say("税种", "Kinds of taxes"))
class TaxKind(Enum):
    """The taxes of today, and what is collected with them."""

    VALUE_ADDED = label("VALUE_ADDED", "增值税", "Value-added tax")
    CONSUMPTION = label("CONSUMPTION", "消费税", "Consumption tax")
    ENTERPRISE_INCOME = label("ENTERPRISE_INCOME", "企业所得税", "Enterprise income tax")
    INDIVIDUAL_INCOME = label("INDIVIDUAL_INCOME", "个人所得税", "Individual income tax")
    RESOURCE = label("RESOURCE", "资源税", "Resource tax")
    CITY_MAINTENANCE = label("CITY_MAINTENANCE", "城市维护建设税", "City maintenance and construction tax")
    PROPERTY = label("PROPERTY", "房产税", "Property tax")
    STAMP = label("STAMP", "印花税", "Stamp tax")
    URBAN_LAND_USE = label("URBAN_LAND_USE", "城镇土地使用税", "Urban land use tax")
    LAND_APPRECIATION = label("LAND_APPRECIATION", "土地增值税", "Land appreciation tax")
    VEHICLE_VESSEL = label("VEHICLE_VESSEL", "车船税", "Vehicle and vessel tax")
    VEHICLE_PURCHASE = label("VEHICLE_PURCHASE", "车辆购置税", "Vehicle purchase tax")
    FARMLAND_OCCUPATION = label("FARMLAND_OCCUPATION", "耕地占用税", "Farmland occupation tax")
    DEED = label("DEED", "契税", "Deed tax")
    TOBACCO_LEAF = label("TOBACCO_LEAF", "烟叶税", "Tobacco leaf tax")
    ENVIRONMENTAL_PROTECTION = label("ENVIRONMENTAL_PROTECTION", "环境保护税", "Environmental protection tax")
    BUSINESS = label("BUSINESS", "营业税（2016 年前）", "Business tax, of before 2016")
    FEES = label("FEES", "教育费附加等费", "Fees, such as the education surcharge")
    OTHER = label("OTHER", "其他", "Other")


@strawberry.type(description=say("欠税公告", "A notice of tax arrears"))
class TaxArrears(NegativeRecord):
    """欠税公告: quarterly for enterprises, half-yearly for individuals."""

    taxpayer_name: str | None = shown("纳税人名称", "Name of the taxpayer")
    taxpayer_no: str | None = shown("纳税人识别号", "Taxpayer identification number")
    legal_representative: str | None = shown("法定代表人（业主）姓名", "Name of the legal representative or owner")
    masked_id_no: str | None = shown("法定代表人（业主）证件号码（脱敏）", "Number of that person's document: masked")
    address: str | None = shown("经营地点", "Place of business")
    tax_kinds: list[TaxKind] | None = shown("欠税税种", "Kinds of taxes owed")
    tax_kinds_as_written: str | None = shown("欠税税种（来源原文）", "The kinds of taxes as the source writes them")
    balance: Money | None = shown("欠税余额（元）", "Taxes owed, in yuan")
    newly_owed: Money | None = shown("当期新发生的欠税金额（元）", "Newly owed in the period, in yuan")
    period: str | None = shown("公告期（季度）", "Period of the notice")
    announced_on: Date | None = shown("公告日期", "Date of the notice")
    settled_on: Date | None = shown("清缴日期", "Date on which the arrears were settled")
    authority: str | None = shown("发布单位（来源原文）", "The authority as written")
