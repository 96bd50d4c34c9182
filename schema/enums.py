"""Enumerations of the schema: names as codes, labels in Chinese first."""

from enum import Enum
from typing import Any

import strawberry

from schema.fields import say


def label(name: str, zh: str, en: str) -> Any:
    """Return the enum value ``name`` with its bilingual label."""
    return strawberry.enum_value(name, description=say(zh, en))


@strawberry.enum(description=say("标识符类型", "Schemes of identifiers of organizations"))
class IdentifierScheme(Enum):
    """Schemes a caller may ask by."""

    USCC = label("USCC", "统一社会信用代码（18 位）", "Unified social credit code, GB 32100-2015, 18 characters")
    ORG_CODE = label("ORG_CODE", "组织机构代码（9 位）", "Organization code, GB 11714-1997, 9 characters")
    REG_NO = label("REG_NO", "工商注册号（15 位）", "Business registration number, GS 15-2006, 15 digits")
    TAX_NO = label("TAX_NO", "纳税人识别号", "Taxpayer identification number of 15, 17, 18 or 20 characters")
    CUSTOMS_CODE = label("CUSTOMS_CODE", "海关注册编码（10 位）", "Customs registration code of 10 characters")
    INSTITUTION_CERT = label("INSTITUTION_CERT", "事业单位法人证书号", "Certificate number of a public institution")
    SOCIAL_ORG_CERT = label(
        "SOCIAL_ORG_CERT", "社会组织登记证号", "Registration certificate number of a social organization"
    )
    NAME = label("NAME", "登记名称全称，不作模糊匹配", "The full registered name, never matched by likeness")


@strawberry.enum(
    description=say("用于确定或查询主体的标识符类型", "Schemes by which a subject was found or a source asked")
)
class ResolutionScheme(Enum):
    """`IdentifierScheme` and the internal keys, whose values are never shown."""

    USCC = label("USCC", "统一社会信用代码", "Unified social credit code")
    ORG_CODE = label("ORG_CODE", "组织机构代码", "Organization code")
    REG_NO = label("REG_NO", "工商注册号", "Business registration number")
    TAX_NO = label("TAX_NO", "纳税人识别号", "Taxpayer identification number")
    CUSTOMS_CODE = label("CUSTOMS_CODE", "海关注册编码", "Customs registration code")
    INSTITUTION_CERT = label("INSTITUTION_CERT", "事业单位法人证书号", "Certificate number of a public institution")
    SOCIAL_ORG_CERT = label(
        "SOCIAL_ORG_CERT", "社会组织登记证号", "Registration certificate number of a social organization"
    )
    NAME = label("NAME", "登记名称", "Registered name")
    UNIT_NO = label("UNIT_NO", "社会保险单位编号", "The employer's number at the social-insurance office")
    UTILITY_ACCOUNT = label("UTILITY_ACCOUNT", "公用事业户号", "Account number at a utility")
    PRIPID = label("PRIPID", "主体身份代码（登记机关内部）", "The registry's internal key")
    PERSON = label("PERSON", "自然人内部键", "The internal key of a natural person")


@strawberry.enum(description=say("校验结果", "Result of checking an identifier"))
class CheckResult(Enum):
    """Whether a check digit is right."""

    OK = label("OK", "校验通过", "The check digit is right")
    FAILED = label("FAILED", "校验不符", "The check digit is wrong")
    NONE = label("NONE", "无校验码", "The scheme has no check digit")


@strawberry.enum(description=say("主体确定方式", "How an identifier led to a subject"))
class MatchMethod(Enum):
    """How an identifier is known."""

    EXACT = label("EXACT", "查询者提供", "The caller stated it")
    DERIVED = label("DERIVED", "按算法推导", "It follows from another identifier by algorithm")
    CROSSWALK = label("CROSSWALK", "经登记机关对照", "The registry's crosswalk said so")
    NAME = label("NAME", "按名称匹配，可信度小于 1", "By its name alone, which is less than sure")


@strawberry.enum(description=say("信用主体类别", "Kinds of subjects"))
class SubjectKind(Enum):
    """Kinds of subjects (`domain.md` §1.1)."""

    ENTERPRISE = label("ENTERPRISE", "企业", "Enterprise")
    INDIVIDUAL_BUSINESS = label("INDIVIDUAL_BUSINESS", "个体工商户", "Individual business")
    FARMER_COOPERATIVE = label("FARMER_COOPERATIVE", "农民专业合作社", "Farmers' cooperative")
    RURAL_COLLECTIVE = label("RURAL_COLLECTIVE", "农村集体经济组织", "Rural collective economic organization")
    SOCIAL_ORGANIZATION = label("SOCIAL_ORGANIZATION", "社会组织", "Social organization")
    PUBLIC_INSTITUTION = label("PUBLIC_INSTITUTION", "事业单位", "Public institution")
    GOVERNMENT_BODY = label("GOVERNMENT_BODY", "机关", "Government body")
    MASS_ORGANIZATION = label("MASS_ORGANIZATION", "群团组织、工会", "Mass organization or trade union")
    LEGAL_SERVICE_BODY = label(
        "LEGAL_SERVICE_BODY", "司法行政登记机构", "Legal service body: law firm, notary office, appraiser"
    )
    NATURAL_PERSON = label("NATURAL_PERSON", "自然人", "Natural person")
    OTHER = label("OTHER", "其他组织", "Other organization")


@strawberry.enum(
    description=say(
        "数据源答复状态；除 ANSWERED 外均不可视为“无记录”",
        'Whether a source answered; anything but ANSWERED is not "none"',
    )
)
class CoverageStatus(Enum):
    """What came of asking a source."""

    ANSWERED = label("ANSWERED", "已答复；无记录即为经确认的无记录", "It answered: no items means an attested none")
    DENIED = label("DENIED", "查询者无权查询该源", "The caller may not ask it")
    UNAVAILABLE = label("UNAVAILABLE", "无法连接或系统故障", "It could not be reached, or failed")
    TIMED_OUT = label("TIMED_OUT", "超时", "No whole answer in time")
    CLOSED = label("CLOSED", "停止服务时段", "It is closed now")
    MISREAD = label("MISREAD", "答复中有无法识读的内容", "Something it sent could not be read")
    STALE = label("STALE", "数据已过期", "What it holds is older than it should be")
    NOT_COVERED = label(
        "NOT_COVERED", "该源不涵盖此主体或条件", "It is not meant to hold this subject, or what a filter names"
    )
    IDENTITY_UNRESOLVED = label(
        "IDENTITY_UNRESOLVED", "未能确定主体在该源的标识符", "The subject's code at this source could not be found out"
    )
    DISCONTINUED = label("DISCONTINUED", "该源已停止提供", "The source has been closed for good")


@strawberry.enum(description=say("整个关系的完整性", "Whether a section tells everything"))
class SectionState(Enum):
    """What a section as a whole can be relied on for."""

    COMPLETE = label(
        "COMPLETE",
        "所有应答复的数据源均已完整答复；无记录即为确认无记录",
        "Every owner that should answer did: no items is an attested none",
    )
    PARTIAL = label(
        "PARTIAL",
        "部分数据源未答复，已有记录有效，但不能得出“无记录”",
        "Some owner did not answer: the items hold, their absence proves nothing",
    )
    NOT_COVERED = label(
        "NOT_COVERED",
        "没有数据源涵盖此类主体；并非“无记录”",
        "No source is meant to hold subjects of this kind: nothing is attested",
    )
    UNKNOWN = label("UNKNOWN", "没有数据源答复，情况不明", "No owner answered: nothing is known")


@strawberry.enum(description=say("读取说明代码", "What may be noted while a value is read"))
class IssueCode(Enum):
    """Notes of `connectors.values`."""

    MISREAD = label(
        "MISREAD",
        "来源有值但无法识读，字段为空不代表没有",
        "The source sent a value that could not be read: null is not none",
    )
    OPEN_ENDED = label("OPEN_ENDED", "长期有效，无截止日期", "Without an end")
    PLACEHOLDER_DATE = label("PLACEHOLDER_DATE", "占位日期，视为空", "A placeholder date, read as none")
    NO_TERM = label("NO_TERM", "无期限", "Declared to have no term")
    UNIT_ASSUMED = label("UNIT_ASSUMED", "单位由文本推断", "The unit was read from a text")
    CHECK_FAILED = label(
        "CHECK_FAILED", "代码校验不符，原样保留", "The check digit is wrong; the code is shown as it is"
    )


@strawberry.enum(description=say("数据源运行状态", "State of a source as seen from here"))
class SourceState(Enum):
    """Whether a source answers."""

    UNKNOWN = label("UNKNOWN", "尚未查询", "Not asked yet")
    UP = label("UP", "正常", "The last call was answered")
    FAILING = label("FAILING", "最近一次查询失败", "The last call failed")
    CLOSED = label("CLOSED", "停止服务时段", "In its quiet hours")


@strawberry.enum(description=say("公开属性", "Disclosure level of a field"))
class Disclosure(Enum):
    """Who a field is open to in principle (`domain.md` §4.2)."""

    PUBLIC = label("PUBLIC", "社会公开", "Open to everybody")
    GOV = label("GOV", "政务共享（无条件）", "Shared among departments")
    GOV_CONDITIONAL = label("GOV_CONDITIONAL", "政务共享（有条件）", "Shared with departments for a statutory duty")
    CONSENT = label("CONSENT", "授权查询", "Open with the subject's consent")
    OWNER = label("OWNER", "不予共享", "Open to the owning department alone")


@strawberry.enum(description=say("性别", "Sex as registered"))
class Sex(Enum):
    """Sex as registered."""

    MALE = label("MALE", "男", "Male")
    FEMALE = label("FEMALE", "女", "Female")


@strawberry.enum(description=say("失信信息的状态", "States of a negative record"))
class RecordState(Enum):
    """Where a negative record stands between its decision and its repair (`domain.md` §4.4)."""

    NOT_PUBLISHABLE = label("NOT_PUBLISHABLE", "不予公示（轻微）", "Minor: not to be published")
    PUBLISHED = label("PUBLISHED", "公示中", "Published")
    PUBLICITY_ENDED = label("PUBLICITY_ENDED", "公示期满", "The term of publicity has ended")
    REPAIRED = label("REPAIRED", "已信用修复，停止公示、共享和使用", "Repaired: no longer published, shared or used")
    REVOKED = label("REVOKED", "经复议、诉讼等被撤销", "Revoked by review, court or the authority itself")
    ALTERED = label("ALTERED", "已变更，以新决定为准", "Altered: another decision takes its place")
    UNDER_OBJECTION = label("UNDER_OBJECTION", "异议处理中", "Under objection")
    SHIELDED = label("SHIELDED", "暂停公示（破产重整等）", "Shielded for a time, as in a reorganization")


@strawberry.enum(description=say("失信程度", "Severity of a dishonest act"))
class Severity(Enum):
    """Severities of the rules of credit repair (`domain.md` §4.3)."""

    MINOR = label("MINOR", "轻微", "Minor")
    GENERAL = label("GENERAL", "一般", "General")
    SERIOUS = label("SERIOUS", "严重", "Serious")
    UNCLASSIFIED = label("UNCLASSIFIED", "未分类", "Not classified")
