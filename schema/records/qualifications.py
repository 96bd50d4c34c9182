"""Qualifications of organizations and of persons (资质、职业资格): certificates that are no license of their own."""

from enum import Enum

import strawberry

from schema.bindings import Noted
from schema.enums import label
from schema.fields import say, shown
from schema.records.record import CreditRecord
from schema.scalars import Date


@strawberry.enum(description=say("资质类别", "Kinds of qualifications of organizations"))
class QualificationKind(Enum):
    """Kinds of qualifications of organizations."""

    CONSTRUCTION = label("CONSTRUCTION", "建筑业企业资质", "Construction enterprise")
    SURVEY_DESIGN = label("SURVEY_DESIGN", "工程勘察、设计资质", "Survey and design")
    ENGINEERING_SUPERVISION = label("ENGINEERING_SUPERVISION", "工程监理资质", "Supervision of engineering")
    REAL_ESTATE = label(
        "REAL_ESTATE", "房地产开发、经纪、估价资质（备案）", "Real estate development, agency, appraisal"
    )
    PRODUCT_CERTIFICATION = label("PRODUCT_CERTIFICATION", "强制性产品认证（CCC）", "Compulsory product certification")
    PRODUCTION_LICENSE = label("PRODUCTION_LICENSE", "工业产品生产许可证", "Production license of industrial products")
    MANAGEMENT_SYSTEM = label("MANAGEMENT_SYSTEM", "管理体系认证", "Certified management system")
    TESTING = label("TESTING", "检验检测机构资质认定", "Testing and inspection body")
    INTERMEDIARY = label("INTERMEDIARY", "中介服务机构备案（资质）", "Intermediary service")
    HUMAN_RESOURCES = label("HUMAN_RESOURCES", "人力资源、劳务派遣", "Human resources and labor dispatch")
    ENVIRONMENTAL_ASSESSMENT = label("ENVIRONMENTAL_ASSESSMENT", "环境影响评价单位", "Environmental impact assessor")
    TRAVEL_AGENCY = label("TRAVEL_AGENCY", "旅行社、星级饭店、A级景区", "Travel agency, rated hotel or scenic spot")
    TRANSPORT = label("TRANSPORT", "交通运输、公路水运工程资质", "Transport and its engineering")
    WATER = label("WATER", "水利工程资质", "Water engineering")
    HIGH_TECH = label("HIGH_TECH", "高新技术企业、科技型中小企业", "High-tech or technology enterprise")
    OTHER = label("OTHER", "其他，见 kindText", "Another kind, see `kindText`")


@strawberry.enum(description=say("证书状态", "States of a certificate"))
class CertificateStatus(Enum):
    """States of a certificate."""

    VALID = label("VALID", "有效", "Valid")
    SUSPENDED = label("SUSPENDED", "暂停（暂扣）", "Suspended")
    REVOKED = label("REVOKED", "撤销、吊销", "Revoked")
    WITHDRAWN = label("WITHDRAWN", "注销", "Withdrawn")
    EXPIRED = label("EXPIRED", "过期", "Expired")


@strawberry.interface(description=say("资质、资格证书共有信息", "What certificates share"))
class CertificateRecord(CreditRecord):
    """The certificate, its term and who issued it."""

    name: str | None = shown("持证主体名称或姓名", "Name of the holder")
    kind_text: str | None = shown("资质（资格）名称（来源原文）", "Name of the qualification as written")
    level: str | None = shown("资质（资格）等级", "Grade")
    certificate_no: str | None = shown("证书编号", "Number of the certificate")
    issued_on: Date | None = shown("发证日期", "Date of issue")
    valid_from: Date | None = shown("有效期自", "Valid from")
    valid_to: Date | None = shown(
        "有效期至；长期有效为空，见 openEnded", "Valid to; null when open-ended, see `openEnded`"
    )
    open_ended: bool | None = shown("是否长期有效", "Whether it has no end", binding=Noted("valid_to", "OPEN_ENDED"))
    status: CertificateStatus | None = shown("证书状态", "State of the certificate")
    authority: str | None = shown("发证机关（来源原文）", "The issuing authority as written")
    authority_uscc: str | None = shown("发证机关统一社会信用代码", "Code of the issuing authority")
    remark: str | None = shown("备注", "Remark")


@strawberry.type(description=say("资质证书", "A qualification of an organization"))
class Qualification(CertificateRecord):
    """企业资质."""

    kind: QualificationKind | None = shown("资质类别", "Kind of the qualification")
    scope: str | None = shown("资质（业务）范围", "What it covers")
    product: str | None = shown("产品名称（产品类证书）", "The product, of product certificates")
    technical_lead: str | None = shown("技术负责人姓名", "Name of the technical lead")
    practitioners: int | None = shown("注册执业人员人数", "Number of registered practitioners")


@strawberry.enum(description=say("职业群体", "Professional groups"))
class Profession(Enum):
    """The professional groups of the notice of 2018, and the registered professions they have."""

    LAWYER = label("LAWYER", "律师", "Lawyer")
    NOTARY = label("NOTARY", "公证员", "Notary")
    FORENSIC_APPRAISER = label("FORENSIC_APPRAISER", "司法鉴定人", "Forensic appraiser")
    LEGAL_SERVICE_WORKER = label("LEGAL_SERVICE_WORKER", "基层法律服务工作者", "Grassroots legal service worker")
    TEACHER = label("TEACHER", "教师", "Teacher")
    DOCTOR = label("DOCTOR", "医师", "Physician")
    NURSE = label("NURSE", "护士", "Nurse")
    PHARMACIST = label("PHARMACIST", "执业药师", "Licensed pharmacist")
    CONSTRUCTOR = label("CONSTRUCTOR", "注册建造师", "Registered constructor")
    ARCHITECT = label("ARCHITECT", "注册建筑师、勘察设计工程师", "Registered architect or design engineer")
    SUPERVISING_ENGINEER = label("SUPERVISING_ENGINEER", "注册监理工程师", "Supervising engineer")
    COST_ENGINEER = label("COST_ENGINEER", "注册造价工程师", "Cost engineer")
    REAL_ESTATE_AGENT = label("REAL_ESTATE_AGENT", "房地产估价师、经纪人", "Real estate appraiser or agent")
    SAFETY_ENGINEER = label("SAFETY_ENGINEER", "注册安全工程师、安全管理人员", "Safety engineer or manager")
    SPECIAL_OPERATOR = label("SPECIAL_OPERATOR", "特种作业、特种设备作业人员", "Operator of special work or equipment")
    ACCOUNTANT = label("ACCOUNTANT", "会计师、注册会计师", "Accountant")
    TAX_AGENT = label("TAX_AGENT", "税务师", "Tax agent")
    REVIEW_EXPERT = label("REVIEW_EXPERT", "政府采购、招标评审专家", "Review expert of procurement and tenders")
    TOUR_GUIDE = label("TOUR_GUIDE", "导游", "Tour guide")
    TRANSPORT_DRIVER = label("TRANSPORT_DRIVER", "道路运输从业人员", "Driver in road transport")
    STATISTICIAN = label("STATISTICIAN", "统计从业人员", "Statistician")
    OTHER = label("OTHER", "其他，见 kindText", "Another, see `kindText`")


@strawberry.type(description=say("职业资格、执业注册", "A qualification of a natural person"))
class PersonQualification(CertificateRecord):
    """职业资格、执业注册、职称."""

    profession: Profession | None = shown("职业群体", "Professional group")
    specialty: str | None = shown("专业（执业范围）", "Specialty or scope of practice")
    registration_no: str | None = shown("注册（执业）编号", "Number of the registration")
    professional_title: str | None = shown("职称", "Professional title")
    employer: str | None = shown("执业机构（聘用单位）名称", "Name of the employer")
    employer_uscc: str | None = shown("执业机构统一社会信用代码", "Code of the employer")
    penalty_points: int | None = shown("不良执业行为记分", "Points for bad practice")
