"""Registration of business entities (企业登记) and what belongs to it, field lists of `domain.md` §3.3."""

from enum import Enum
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.bindings import Link, Noted
from schema.enums import label
from schema.fields import say, shown
from schema.records.record import CreditRecord
from schema.scalars import Date, Decimal
from schema.values import Money

if TYPE_CHECKING:
    from schema.organization import Organization


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


@strawberry.type(description=say("变更登记", "A change of a registration"))
class RegistrationChange(CreditRecord):
    """变更登记: one item changed on one day."""

    item_code: str | None = shown("变更事项代码", "Code of the item changed", "ALTITEM")
    item: str | None = shown("变更事项", "The item changed")
    before: str | None = shown("变更前内容", "Its content before", "ALTBE")
    after: str | None = shown("变更后内容", "Its content after", "ALTAF")
    changed_on: Date | None = shown("变更（核准）日期", "Date of the change", "ALTDATE")
    authority: str | None = shown("登记机关（来源原文）", "The registration authority as written")


@strawberry.enum(description=say("股东（投资人）类型", "Kinds of shareholders"))
class ShareholderKind(Enum):
    """Kinds of shareholders and partners."""

    NATURAL_PERSON = label("NATURAL_PERSON", "自然人", "Natural person")
    ENTERPRISE = label("ENTERPRISE", "企业法人、合伙企业", "Company or partnership")
    PUBLIC_BODY = label(
        "PUBLIC_BODY", "机关、事业单位、社会组织", "Government body, institution or social organization"
    )
    RURAL_COLLECTIVE = label("RURAL_COLLECTIVE", "农村集体经济组织", "Rural collective economic organization")
    FOREIGN = label("FOREIGN", "外国（地区）投资者", "Investor from abroad")
    OTHER = label("OTHER", "其他", "Other")


@strawberry.type(description=say("股东及出资", "A shareholder and the contribution"))
class Shareholder(CreditRecord):
    """股东（投资人、合伙人）: what was subscribed, and what has been paid."""

    name: str | None = shown("股东名称或姓名", "Name of the shareholder", "INV")
    kind: ShareholderKind | None = shown("股东类型", "Kind of the shareholder", "INVTYPE")
    masked_id_no: str | None = shown(
        "股东证件号码（自然人，脱敏）", "Number of a natural person's document: masked", "CERNO"
    )
    nationality: str | None = shown("国别（地区）代码", "Code of the country or region")
    subscribed_amount: Money | None = shown("认缴出资额（元）", "Contribution subscribed, in whole units", "SUBCONAM")
    subscribed_form: str | None = shown("认缴出资方式", "Form of the contribution subscribed", "CONFORM")
    subscribed_on: Date | None = shown("认缴出资日期", "Date by which it is due", "CONDATE")
    paid_amount: Money | None = shown("实缴出资额（元）", "Contribution paid, in whole units", "ACCONAM")
    paid_form: str | None = shown("实缴出资方式", "Form of the contribution paid")
    paid_on: Date | None = shown("实缴出资日期", "Date of payment")
    share_percent: Decimal | None = shown("出资比例（%）", "Share of the capital, in percent", "SUBCONPROP")
    organization: Annotated["Organization", strawberry.lazy("schema.organization")] | None = shown(
        "股东为组织时的主体",
        "The shareholder as a subject of its own",
        binding=Link("organization", "organization_uscc"),
    )


@strawberry.enum(description=say("股权受限类型", "What encumbers shares"))
class EncumbranceKind(Enum):
    """By whose act shares are encumbered."""

    PLEDGE = label("PLEDGE", "股权出质登记", "Pledged by their holder")
    FREEZE = label("FREEZE", "人民法院股权冻结", "Frozen by a court")


@strawberry.enum(description=say("股权受限状态", "States of an encumbrance"))
class EncumbranceStatus(Enum):
    """Whether it still stands."""

    IN_FORCE = label("IN_FORCE", "有效（冻结中）", "In force")
    RELEASED = label("RELEASED", "注销、解除", "Released")
    INVALID = label("INVALID", "撤销、失效", "Revoked or lapsed")


@strawberry.type(description=say("股权出质、冻结", "An encumbrance on shares of the organization"))
class EquityEncumbrance(CreditRecord):
    """股权出质登记、股权冻结: shares of the organization itself, whoever holds them (企业信息公示暂行条例 art. 6)."""

    kind: EncumbranceKind | None = shown("类型", "Whether it is a pledge or a freeze")
    number: str | None = shown("登记编号（执行裁定书文号）", "Number of the registration, or of the court's order")
    holder: str | None = shown("出质人（被执行人）", "Who holds the shares")
    creditor: str | None = shown("质权人（执行法院）", "To whom they are pledged, or the court that froze them")
    amount: Money | None = shown("所涉股权数额（元）", "Contribution that the shares stand for, in yuan")
    registered_on: Date | None = shown("登记（公示）日期", "Date of registration")
    until: Date | None = shown("冻结期限至；出质没有期限", "Until when shares are frozen; a pledge has no term")
    status: EncumbranceStatus | None = shown("状态", "Whether it still stands")
    released_on: Date | None = shown("注销（解除）日期", "Date of release")
    authority: str | None = shown("登记机关（来源原文）", "The authority as written")


@strawberry.enum(description=say("网络经营类型", "Forms of selling online"))
class OnlineShopKind(Enum):
    """Forms of selling online."""

    WEBSITE = label("WEBSITE", "自建网站", "A website of its own")
    PLATFORM_SHOP = label("PLATFORM_SHOP", "平台内网店", "A shop on a platform")
    PLATFORM = label("PLATFORM", "电子商务平台", "A platform")


@strawberry.type(description=say("网站、网店", "A website or online shop"))
class OnlineShop(CreditRecord):
    """网络经营信息: whose shop it is, and whether that was verified."""

    kind: OnlineShopKind | None = shown("网络经营类型", "Form of selling online")
    name: str | None = shown("网站（网店）名称", "Name of the site or shop")
    url: str | None = shown("网址", "Address of the site or shop")
    platform: str | None = shown("所在平台名称", "Name of the platform")
    platform_uscc: str | None = shown("平台经营者统一社会信用代码", "Code of the platform's operator")
    icp_no: str | None = shown("网站备案（ICP）号", "Number of the ICP filing or license")
    certification_no: str | None = shown("网站可信认证、亮照标识编号", "Number of the certification of the site")
    registered_on: Date | None = shown("登记（备案）日期", "Date of filing")
    verified_on: Date | None = shown("最近核验日期", "Date of the last verification")
    closed_on: Date | None = shown("关闭日期", "Date on which it was closed")
    authority: str | None = shown("登记（监管）机关（来源原文）", "The authority as written")


@strawberry.type(description=say("信用服务机构备案", "The filing of a credit-service agency"))
class CreditServiceFiling(CreditRecord):
    """信用服务机构备案 (同政发〔2018〕12号 二(十))."""

    name: str | None = shown("机构名称", "Name of the agency")
    filing_no: str | None = shown("备案编号", "Number of the filing")
    services: str | None = shown("信用服务业务范围", "Credit services that it offers")
    filed_on: Date | None = shown("备案日期", "Date of filing")
    valid_until: Date | None = shown("备案有效期至", "Until when the filing stands")
    canceled_on: Date | None = shown("备案注销日期", "Date on which the filing was canceled")
    authority: str | None = shown("备案机关（来源原文）", "The authority as written")
