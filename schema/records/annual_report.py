"""Annual reports of business entities (年度报告), field list of `domain.md` §3.3.

The reporter chooses for some figures whether everybody may see them. The choices are fields of their own, so that a
source can open them to those to whom the figures are closed.
"""

import strawberry

from schema.fields import say, shown
from schema.records.record import CreditRecord
from schema.scalars import Date
from schema.values import Money


@strawberry.type(description=say("企业年度报告", "An annual report"))
class AnnualReport(CreditRecord):
    """年度报告 (企业信息公示暂行条例 art. 9)."""

    report_year: int | None = shown("报告年度", "Year of the report", "ANCHEYEAR")
    submitted_on: Date | None = shown("报送（公示）日期", "Date of submission", "ANCHEDATE")
    name: str | None = shown("名称", "Name as reported")
    uscc: str | None = shown("统一社会信用代码", "Unified social credit code as reported")
    address: str | None = shown("通信地址", "Postal address", "ADDR")
    postal_code: str | None = shown("邮政编码", "Postal code")
    phone: str | None = shown("企业联系电话", "Telephone of the enterprise", "TEL")
    email: str | None = shown("企业电子邮箱", "E-mail of the enterprise", "EMAIL")
    business_state: str | None = shown("经营状态", "State of business as reported", "BUSST")
    main_business: str | None = shown("主营业务活动", "Main line of business")
    employees: int | None = shown("从业人数（人）", "Number of employees", "EMPNUM")
    employees_public: bool | None = shown("从业人数是否公示", "Whether the number of employees is public")
    has_website: bool | None = shown("是否有网站或网店", "Whether it has a website or online shop")
    has_investments: bool | None = shown("是否有投资信息或购买其他公司股权", "Whether it invested in other companies")
    equity_transferred: bool | None = shown("股东股权是否转让", "Whether shares were transferred in the year")
    has_guarantees: bool | None = shown("是否有对外提供担保信息", "Whether it gave guarantees to others")
    total_assets: Money | None = shown("资产总额（元）", "Total assets, in yuan", "ASSGRO")
    total_assets_public: bool | None = shown("资产总额是否公示", "Whether total assets are public")
    owners_equity: Money | None = shown("所有者权益合计（元）", "Owners' equity, in yuan", "TOTEQU")
    owners_equity_public: bool | None = shown("所有者权益是否公示", "Whether owners' equity is public")
    liabilities: Money | None = shown("负债总额（元）", "Total liabilities, in yuan", "LIAGRO")
    liabilities_public: bool | None = shown("负债总额是否公示", "Whether total liabilities are public")
    revenue: Money | None = shown("营业总收入（元）", "Total revenue, in yuan", "VENDINC")
    revenue_public: bool | None = shown("营业总收入是否公示", "Whether total revenue is public")
    main_revenue: Money | None = shown(
        "主营业务收入（元）", "Revenue of the main line of business, in yuan", "MAIBUSINC"
    )
    main_revenue_public: bool | None = shown("主营业务收入是否公示", "Whether that revenue is public")
    total_profit: Money | None = shown("利润总额（元）", "Total profit, in yuan", "PROGRO")
    total_profit_public: bool | None = shown("利润总额是否公示", "Whether total profit is public")
    net_profit: Money | None = shown("净利润（元）", "Net profit, in yuan", "NETINC")
    net_profit_public: bool | None = shown("净利润是否公示", "Whether net profit is public")
    taxes_paid: Money | None = shown("纳税总额（元）", "Total taxes paid, in yuan", "RATGRO")
    taxes_paid_public: bool | None = shown("纳税总额是否公示", "Whether total taxes paid are public")
    authority: str | None = shown("登记机关（来源原文）", "The registration authority as written")
