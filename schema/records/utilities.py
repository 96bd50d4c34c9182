"""Public utilities (公用事业): arrears and usage of organizations, never of households (`domain.md` §3.13)."""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown
from schema.records.record import CreditRecord
from schema.scalars import Date, Decimal, YearMonth
from schema.values import Money


@strawberry.enum(description=say("公用事业种类", "Kinds of utilities"))
class UtilityKind(Enum):
    """Kinds of utilities."""

    WATER = label("WATER", "供水、排水", "Water")
    ELECTRICITY = label("ELECTRICITY", "供电", "Electricity")
    HEAT = label("HEAT", "供热", "Heat")
    GAS = label("GAS", "燃气", "Gas")
    TELECOM = label("TELECOM", "电信", "Telecommunications")
    RAILWAY = label("RAILWAY", "铁路", "Railway")
    OTHER = label("OTHER", "其他", "Other")


@strawberry.interface(description=say("公用事业账户共有信息", "What records of utilities share"))
class UtilityRecord(CreditRecord):
    """The account at the supplier."""

    kind: UtilityKind | None = shown("公用事业种类", "Kind of the utility")
    account_no: str | None = shown("用户号（户号）", "Number of the account")
    user_nature: str | None = shown("用户性质", "Nature of the user")
    name: str | None = shown("用户名称", "Name of the user")
    uscc: str | None = shown("统一社会信用代码", "Unified social credit code as the source has it")
    address: str | None = shown("用水（用电、用热）地址", "Address of supply")
    bill_no: str | None = shown("账单流水号", "Number of the bill")
    month: YearMonth | None = shown("统计（账单）年月", "Month of the figures")
    supplier: str | None = shown("供应单位名称", "Name of the supplier")
    division_code: str | None = shown("行政区域代码", "Administrative division, GB/T 2260")
    authority: str | None = shown("信息提供（主管）单位（来源原文）", "The authority as written")


@strawberry.type(description=say("公用事业欠费", "Arrears at a utility"))
class UtilityArrears(UtilityRecord):
    """欠费."""

    periods: int | None = shown("欠费期数", "Periods owed")
    amount: Money | None = shown("欠费金额（元）", "Amount owed, in yuan")
    late_fee: Money | None = shown("滞纳金额（元）", "Late fee, in yuan")
    as_of: Date | None = shown("欠费统计日期", "Date of the figures")
    settled_on: Date | None = shown("缴清日期", "Date on which it was paid")


@strawberry.type(description=say("公用事业用量（授权查询）", "Usage at a utility, by consent"))
class UtilityUsage(UtilityRecord):
    """用量."""

    read_on: Date | None = shown("抄表日期", "Date of the reading")
    quantity: Decimal | None = shown("本期用量", "Quantity used in the period")
    unit: str | None = shown("计量单位", "Unit of the quantity")
    due_amount: Money | None = shown("应缴金额（元）", "Amount due, in yuan")
    paid_amount: Money | None = shown("实缴金额（元）", "Amount paid, in yuan")
    late_fee: Money | None = shown("滞纳金额（元）", "Late fee, in yuan")
    paid_on: Date | None = shown("缴费日期", "Date of payment")
