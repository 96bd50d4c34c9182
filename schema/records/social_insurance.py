"""Social insurance and the housing fund of employers (社会保险、住房公积金), field lists of `domain.md` §3.10."""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown
from schema.records.record import CreditRecord
from schema.scalars import Date, YearMonth
from schema.values import Money


@strawberry.enum(description=say("险种", "Kinds of social insurance"))
class InsuranceKind(Enum):
    """The five kinds."""

    PENSION = label("PENSION", "基本养老保险", "Pension")
    UNEMPLOYMENT = label("UNEMPLOYMENT", "失业保险", "Unemployment")
    MEDICAL = label("MEDICAL", "基本医疗保险", "Medical")
    INJURY = label("INJURY", "工伤保险", "Work injury")
    MATERNITY = label("MATERNITY", "生育保险", "Maternity")
    OTHER = label("OTHER", "其他", "Other")


@strawberry.enum(description=say("单位参保、缴存状态", "States of an employer's account"))
class InsuranceStatus(Enum):
    """States of an account."""

    ACTIVE = label("ACTIVE", "正常参保（缴存）", "Paying")
    SUSPENDED = label("SUSPENDED", "暂停参保（封存）", "Suspended")
    CLOSED = label("CLOSED", "终止参保（销户）", "Closed")
    OTHER = label("OTHER", "其他", "Other")


@strawberry.type(description=say("单位社会保险", "The social insurance of an employer"))
class SocialInsurance(CreditRecord):
    """单位参保信息: heads insured and months paid, for each of the five kinds."""

    unit_no: str | None = shown("单位编号", "Number of the employer at the social-insurance office")
    name: str | None = shown("单位名称", "Name of the employer")
    uscc: str | None = shown("统一社会信用代码", "Unified social credit code as the source has it")
    org_code: str | None = shown("组织机构代码", "Organization code as the source has it")
    reg_no: str | None = shown("工商注册号", "Business registration number as the source has it")
    registered_from: YearMonth | None = shown("参保起始年月", "Month in which it first insured")
    status: InsuranceStatus | None = shown("参保状态", "State of the account")
    month: YearMonth | None = shown("数据所属年月（应收年月）", "Month to which the figures belong")
    insured_total: int | None = shown("参保总人数", "Heads insured in all")
    pension_insured: int | None = shown("养老保险参保人数", "Heads insured: pension")
    unemployment_insured: int | None = shown("失业保险参保人数", "Heads insured: unemployment")
    medical_insured: int | None = shown("医疗保险参保人数", "Heads insured: medical")
    injury_insured: int | None = shown("工伤保险参保人数", "Heads insured: work injury")
    maternity_insured: int | None = shown("生育保险参保人数", "Heads insured: maternity")
    pension_paid_to: YearMonth | None = shown("养老保险缴至年月", "Paid to: pension")
    unemployment_paid_to: YearMonth | None = shown("失业保险缴至年月", "Paid to: unemployment")
    medical_paid_to: YearMonth | None = shown("医疗保险缴至年月", "Paid to: medical")
    injury_paid_to: YearMonth | None = shown("工伤保险缴至年月", "Paid to: work injury")
    maternity_paid_to: YearMonth | None = shown("生育保险缴至年月", "Paid to: maternity")
    arrears_amount: Money | None = shown("欠缴金额（元）", "Contributions owed, in yuan")
    arrears_months: int | None = shown("欠缴月数", "Months owed")
    arrears_as_of: Date | None = shown("欠费统计日期", "Date of the figures on what is owed")
    authority: str | None = shown("社会保险经办机构（来源原文）", "The social-insurance office as written")


@strawberry.type(description=say("社会保险缴费（授权查询）", "A payment of social insurance, by consent"))
class SocialInsurancePayment(CreditRecord):
    """单位缴费明细: one kind of insurance in one period; of the employer, never of one employee."""

    unit_no: str | None = shown("单位编号", "Number of the employer at the social-insurance office")
    kind: InsuranceKind | None = shown("险种（征收项目）", "Kind of insurance")
    period_from: YearMonth | None = shown("费款所属期起", "Period from")
    period_to: YearMonth | None = shown("费款所属期止", "Period to")
    month: YearMonth | None = shown("应收年月", "Month in which it was due")
    due_amount: Money | None = shown("应缴金额（元）", "Amount due, in yuan")
    paid_amount: Money | None = shown("实缴金额（元）", "Amount paid, in yuan")
    late_fee: Money | None = shown("滞纳金（元）", "Late fee, in yuan")
    insured: int | None = shown("缴费人数", "Heads paid for")
    paid_on: Date | None = shown("入库（到账）日期", "Date of payment")
    authority: str | None = shown("征收机关（来源原文）", "The collecting authority as written")


@strawberry.type(description=say("单位住房公积金", "The housing fund of an employer"))
class HousingFund(CreditRecord):
    """单位住房公积金缴存."""

    account_no: str | None = shown("单位公积金账号", "Number of the employer's account")
    name: str | None = shown("单位名称", "Name of the employer")
    opened_on: Date | None = shown("开户日期", "Date on which the account was opened")
    status: InsuranceStatus | None = shown("缴存状态", "State of the account")
    month: YearMonth | None = shown("统计年月", "Month of the figures")
    depositors: int | None = shown("缴存人数", "Heads for whom deposits are made")
    monthly_amount: Money | None = shown("月缴存金额（元）", "Deposits of the month, in yuan")
    yearly_amount: Money | None = shown("年度缴存金额（元）", "Deposits of the year, in yuan")
    paid_to: YearMonth | None = shown("缴至年月", "Paid to")
    arrears_amount: Money | None = shown("欠缴金额（元）", "Deposits owed, in yuan")
    arrears_months: int | None = shown("欠缴月数", "Months owed")
    authority: str | None = shown("公积金管理机构（来源原文）", "The fund's office as written")
