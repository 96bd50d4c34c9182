"""Registration of business entities (企业登记), field list of `domain.md` §3.3."""

from enum import Enum

import strawberry

from schema.bindings import Noted
from schema.enums import label
from schema.fields import say, shown
from schema.records.record import CreditRecord
from schema.scalars import Date
from schema.values import Money


@strawberry.enum(description=say("登记状态", "States of a registration"))
class RegistrationStatus(Enum):
    """States of a registration."""

    IN_BUSINESS = label("IN_BUSINESS", "存续（在营、开业、在册）", "In business")
    REVOKED = label("REVOKED", "吊销", "License revoked")
    DEREGISTERED = label("DEREGISTERED", "注销", "Deregistered")
    MOVED_OUT = label("MOVED_OUT", "迁出", "Moved to another registry")
    CANCELED = label("CANCELED", "撤销", "Registration canceled")
    DORMANT = label("DORMANT", "停业（歇业）", "Dormant")
    OTHER = label("OTHER", "其他", "Other")


@strawberry.type(description=say("企业登记", "Registration of a business entity"))
class Registration(CreditRecord):
    """企业登记."""

    uscc: str | None = shown("统一社会信用代码", "Unified social credit code", "UNISCID")
    reg_no: str | None = shown("注册号", "Business registration number", "REGNO")
    org_code: str | None = shown("组织机构代码", "Organization code")
    name: str | None = shown("企业名称", "Registered name", "ENTNAME")
    former_names: str | None = shown("曾用名", "Former names as the registry lists them")
    entity_type_code: str | None = shown("企业类型代码", "Code of the entity type", "ENTTYPE")
    entity_type: str | None = shown("企业类型", "Entity type in words")
    status: RegistrationStatus | None = shown("登记状态", "State of the registration", "REGSTATE")
    registered_capital: Money | None = shown(
        "注册资本（元）", "Registered capital, in whole units of its currency", "REGCAP"
    )
    address: str | None = shown("住所（经营场所）", "Registered address", "DOM")
    division_code: str | None = shown(
        "住所所在行政区划", "Administrative division of the address, GB/T 2260", "DOMDISTRICT"
    )
    industry_section: str | None = shown("行业门类", "Industry section, GB/T 4754", "INDUSTRYPHY")
    industry_code: str | None = shown("行业代码", "Industry code, GB/T 4754", "INDUSTRYCO")
    business_scope: str | None = shown("经营范围", "Business scope", "OPSCOPE")
    established_on: Date | None = shown("成立日期", "Date of establishment", "ESTDATE")
    approved_on: Date | None = shown("核准日期", "Date of the last approval", "APPRDATE")
    term_from: Date | None = shown("经营期限自", "Term of business from", "OPFROM")
    term_to: Date | None = shown(
        "经营期限至；长期为空，见 openEnded", "Term of business to; null when open-ended, see `openEnded`", "OPTO"
    )
    open_ended: bool | None = shown(
        "是否长期经营", "Whether the term has no end", binding=Noted("term_to", "OPEN_ENDED")
    )
    registration_authority: str | None = shown("登记机关（来源原文）", "The registration authority as written")
    registration_authority_code: str | None = shown("登记机关代码", "Code of the registration authority", "REGORG")
