"""Decisions of double publicity (双公示): licenses and penalties, field lists of `domain.md` §3.1, §3.2."""

from enum import Enum

import strawberry

from schema.bindings import Noted
from schema.enums import label
from schema.fields import say, shown
from schema.records.record import Counterpart, CreditRecord, NegativeRecord
from schema.scalars import Date, DateTime
from schema.values import Money


@strawberry.enum(description=say("行政相对人类别", "Kinds of administrative counterparts"))
class CounterpartCategory(Enum):
    """Kinds of counterparts."""

    ORGANIZATION = label("ORGANIZATION", "法人及非法人组织", "Legal person or unincorporated organization")
    INDIVIDUAL_BUSINESS = label("INDIVIDUAL_BUSINESS", "个体工商户", "Individual business")
    NATURAL_PERSON = label("NATURAL_PERSON", "自然人", "Natural person")


@strawberry.enum(description=say("许可类别", "Categories of licenses"))
class LicenseCategory(Enum):
    """Categories of licenses."""

    GENERAL = label("GENERAL", "普通", "General license")
    CONCESSION = label("CONCESSION", "特许", "Concession")
    RECOGNITION = label("RECOGNITION", "认可", "Recognition of a qualification")
    VERIFICATION = label("VERIFICATION", "核准", "Verification")
    REGISTRATION = label("REGISTRATION", "登记", "Registration")
    OTHER = label("OTHER", "其他", "Other")


@strawberry.enum(description=say("许可状态", "States of a license"))
class LicenseStatus(Enum):
    """States of a license."""

    VALID = label("VALID", "有效", "Valid")
    INVALID = label("INVALID", "无效", "Not valid")


@strawberry.enum(
    description=say("处罚类别（行政处罚法第九条）", "Categories of penalties, Administrative Penalties Law art. 9")
)
class PenaltyCategory(Enum):
    """Categories of penalties, 2021 revision of the law."""

    WARNING = label("WARNING", "警告", "Warning")
    CIRCULATED_CRITICISM = label("CIRCULATED_CRITICISM", "通报批评", "Circulated criticism")
    FINE = label("FINE", "罚款", "Fine")
    CONFISCATE_GAINS = label("CONFISCATE_GAINS", "没收违法所得", "Confiscation of illegal gains")
    CONFISCATE_PROPERTY = label("CONFISCATE_PROPERTY", "没收非法财物", "Confiscation of illegal property")
    SUSPEND_LICENSE = label("SUSPEND_LICENSE", "暂扣许可证件", "Suspension of a license")
    LOWER_QUALIFICATION = label("LOWER_QUALIFICATION", "降低资质等级", "Lowering of a qualification grade")
    REVOKE_LICENSE = label("REVOKE_LICENSE", "吊销许可证件", "Revocation of a license")
    RESTRICT_ACTIVITY = label("RESTRICT_ACTIVITY", "限制开展生产经营活动", "Restriction of business activity")
    ORDER_SUSPENSION = label("ORDER_SUSPENSION", "责令停产停业", "Order to suspend business")
    ORDER_CLOSURE = label("ORDER_CLOSURE", "责令关闭", "Order to close")
    RESTRICT_PROFESSION = label("RESTRICT_PROFESSION", "限制从业", "Restriction from a profession")
    ADMINISTRATIVE_DETENTION = label("ADMINISTRATIVE_DETENTION", "行政拘留", "Administrative detention")
    OTHER = label("OTHER", "其他", "Other penalty of a law or administrative regulation")


@strawberry.enum(description=say("案件程序", "Procedures of a penalty"))
class PenaltyProcedure(Enum):
    """Procedures of a penalty."""

    SIMPLE = label("SIMPLE", "简易程序", "Simple procedure")
    ORDINARY = label("ORDINARY", "普通程序", "Ordinary procedure")


@strawberry.enum(description=say("处罚状态", "States of a penalty"))
class PenaltyStatus(Enum):
    """States of a penalty."""

    IN_FORCE = label("IN_FORCE", "有效", "In force")
    REVOKED = label("REVOKED", "已撤销", "Revoked")
    ALTERED = label("ALTERED", "已变更", "Altered")
    REPAIRED = label("REPAIRED", "已信用修复", "Repaired")
    PUBLICITY_ENDED = label("PUBLICITY_ENDED", "公示期满", "Publicity ended")


@strawberry.enum(description=say("监管领域", "Fields of supervision"))
class SupervisionDomain(Enum):
    """Fields of supervision, by the sections of the notice of 2018."""

    MARKET = label("MARKET", "市场监管（登记、竞争、质量）", "Market: registration, competition, quality")
    PRICE = label("PRICE", "价格", "Prices")
    ADVERTISING = label("ADVERTISING", "广告", "Advertising")
    E_COMMERCE = label("E_COMMERCE", "电子商务", "E-commerce")
    INTELLECTUAL_PROPERTY = label("INTELLECTUAL_PROPERTY", "知识产权", "Intellectual property")
    FOOD_DRUG = label("FOOD_DRUG", "食品药品、医疗器械", "Food, drugs and medical devices")
    SPECIAL_EQUIPMENT = label("SPECIAL_EQUIPMENT", "特种设备", "Special equipment")
    FIRE = label("FIRE", "消防", "Fire safety")
    WORK_SAFETY = label("WORK_SAFETY", "安全生产、应急管理", "Work safety and emergencies")
    ENVIRONMENT = label("ENVIRONMENT", "生态环境", "Protection of the environment")
    ENERGY = label("ENERGY", "节能", "Energy saving")
    TAX = label("TAX", "税务", "Taxes")
    FINANCE = label("FINANCE", "金融、财政、会计、政府采购", "Finance, accounting and government procurement")
    STATISTICS = label("STATISTICS", "统计", "Statistics")
    CUSTOMS = label("CUSTOMS", "海关、检验检疫、口岸", "Customs, quarantine and ports")
    CONSTRUCTION = label("CONSTRUCTION", "工程建设、住房、城市管理", "Construction, housing and city order")
    LAND_RESOURCES = label("LAND_RESOURCES", "自然资源、林草", "Land, forests and grassland")
    WATER = label("WATER", "水务", "Water resources")
    AGRICULTURE = label("AGRICULTURE", "农业农村、渔政、粮食", "Agriculture, fishing and grain")
    TRANSPORT = label("TRANSPORT", "交通运输", "Transport")
    LABOR = label("LABOR", "劳动用工、社会保险", "Labor and social insurance")
    MEDICAL_INSURANCE = label("MEDICAL_INSURANCE", "医疗保障", "Medical insurance")
    HEALTH = label("HEALTH", "卫生健康", "Health")
    EDUCATION = label("EDUCATION", "教育", "Education")
    CULTURE_TOURISM = label("CULTURE_TOURISM", "文化、体育、旅游", "Culture, sports and tourism")
    CIVIL_AFFAIRS = label("CIVIL_AFFAIRS", "民政、社会组织", "Civil affairs and social organizations")
    PUBLIC_SECURITY = label("PUBLIC_SECURITY", "公安、道路交通安全", "Public security and road safety")
    JUSTICE = label("JUSTICE", "司法行政", "Administration of justice")
    OTHER = label("OTHER", "其他", "Other")


@strawberry.type(description=say("行政许可", "An administrative license"))
class AdministrativeLicense(CreditRecord, Counterpart):
    """行政许可, the double-publicity standard of 2018 (发改办财金〔2018〕424号)."""

    counterpart_category: CounterpartCategory | None = shown("行政相对人类别", "Kind of the counterpart", "XK_XDR_LB")
    domain: SupervisionDomain | None = shown("监管领域", "Field of supervision")
    decision_name: str | None = shown("行政许可决定文书名称", "Name of the decision document", "XK_XKWS")
    decision_no: str | None = shown("行政许可决定文书号", "Number of the decision document", "XK_WSH")
    category: LicenseCategory | None = shown("许可类别", "Category of the license", "XK_XKLB")
    certificate_name: str | None = shown("许可证书名称", "Name of the certificate", "XK_XKZS")
    certificate_no: str | None = shown("许可编号", "Number of the license", "XK_XKBH")
    content: str | None = shown("许可内容", "What is permitted", "XK_NR")
    decided_on: Date | None = shown("许可决定日期", "Date of the decision", "XK_JDRQ")
    valid_from: Date | None = shown("有效期自", "Valid from", "XK_YXQZ")
    valid_to: Date | None = shown(
        "有效期至；长期有效为空，见 openEnded", "Valid to; null when open-ended, see `openEnded`", "XK_YXQZI"
    )
    open_ended: bool | None = shown("是否长期有效", "Whether it has no end", binding=Noted("valid_to", "OPEN_ENDED"))
    authority: str | None = shown("许可机关（来源原文）", "The licensing authority as written", "XK_XKJG")
    authority_uscc: str | None = shown("许可机关统一社会信用代码", "Code of the licensing authority", "XK_XKJGDM")
    status: LicenseStatus | None = shown("当前状态", "State of the license", "XK_ZT")
    use_scope: str | None = shown("信息使用范围（地方扩展）", "Scope of use, locally", "XK_SYFW")
    collected_at: DateTime | None = shown(
        "首次采集时间（地方扩展），双公示时效由此判定",
        "When it was first collected, locally: tells whether it was published in time",
        "ADD_TIME",
    )
    data_source: str | None = shown("数据来源单位", "The body that delivered the data", "XK_LYDW")
    data_source_code: str | None = shown("数据来源单位统一社会信用代码", "Code of that body", "XK_LYDWDM")
    remark: str | None = shown("备注", "Remark", "BZ")


@strawberry.type(description=say("行政处罚", "An administrative penalty"))
class AdministrativePenalty(NegativeRecord, Counterpart):
    """行政处罚, the double-publicity standard of 2018."""

    counterpart_category: CounterpartCategory | None = shown("行政相对人类别", "Kind of the counterpart", "CF_XDR_LB")
    domain: SupervisionDomain | None = shown("监管领域", "Field of supervision")
    decision_no: str | None = shown("行政处罚决定书文号", "Number of the decision document", "CF_WSH")
    violation_type: str | None = shown("违法行为类型", "Kind of the violation", "CF_WFXW")
    facts: str | None = shown("违法事实", "Facts of the violation", "CF_SY")
    legal_grounds: str | None = shown("处罚依据", "Legal grounds of the penalty", "CF_YJ")
    categories: list[PenaltyCategory] | None = shown("处罚类别", "Categories of the penalty", "CF_CFLB")
    categories_as_written: str | None = shown(
        "处罚类别（来源原文）", "The categories as the source writes them", "CF_CFLB"
    )
    content: str | None = shown("处罚内容", "What was imposed", "CF_NR")
    fine_amount: Money | None = shown("罚款金额（元）", "Amount of the fine, in yuan", "CF_NR_FK")
    confiscated_amount: Money | None = shown("没收金额（元）", "Amount confiscated, in yuan", "CF_NR_WFFF")
    license_affected: str | None = shown("暂扣或吊销证照名称及编号", "License suspended or revoked", "CF_NR_ZKDX")
    decided_on: Date | None = shown("处罚决定日期", "Date of the decision", "CF_JDRQ")
    effective_until: Date | None = shown("处罚有效期", "Until when the penalty is in effect", "CF_YXQ")
    without_term: bool | None = shown(
        "是否无处罚期限", "Whether it has no term", binding=Noted("effective_until", "NO_TERM")
    )
    source_public_until: Date | None = shown(
        "公示截止期（来源所报，可能被更新时间覆盖）",
        "End of publicity as the source reports it, which may be overwritten",
        "CF_GSJZQ",
    )
    authority: str | None = shown("处罚机关（来源原文）", "The penalizing authority as written", "CF_CFJG")
    authority_uscc: str | None = shown("处罚机关统一社会信用代码", "Code of the penalizing authority", "CF_CFJGDM")
    procedure: PenaltyProcedure | None = shown("案件程序", "Procedure of the case")
    status: PenaltyStatus | None = shown("处罚状态", "State of the penalty")
    revocation_reason: str | None = shown("撤销（变更）原因", "Why it was revoked or altered")
    major_violation: bool | None = shown("是否重大违法行为", "Whether it is a major violation")
    collected_at: DateTime | None = shown(
        "首次采集时间（地方扩展），双公示时效由此判定",
        "When it was first collected, locally: tells whether it was published in time",
        "ADD_TIME",
    )
    data_source: str | None = shown("数据来源单位", "The body that delivered the data", "CF_SJLY")
    data_source_code: str | None = shown("数据来源单位统一社会信用代码", "Code of that body", "CF_SJLYDM")
    remark: str | None = shown("备注", "Remark", "BZ")
