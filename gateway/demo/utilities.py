"""Water and heat: who owes, and how much was used; monthly CSV files of the utility companies, without any code.

Oddities kept on purpose (`domain.md` §6.2 D16): a customer is a name and an account, the name as the company's clerk
typed it, in full-width brackets, with blanks, or still the former one; amounts with `元`; the month as 202610.
Households are left out by the company before it sends anything.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct

from gateway.demo.chance import holds, lot
from gateway.demo.codes import DIVISION, utility_account
from gateway.demo.registry_events import FORMER_NAMES
from gateway.demo.scenarios import Known
from gateway.demo.sheets import write_sheet
from gateway.demo.subjects import Subject

ARREARS_HEADER: Final = (
    "统计年月", "用户号", "用户性质", "用户名称", "用水(用热)地址", "账单流水号", "种类", "欠费期数", "欠费金额",
    "滞纳金", "供应单位", "行政区域代码",
)  # fmt: skip
USAGE_HEADER: Final = (
    "统计年月", "用户号", "用户性质", "用户名称", "用水(用热)地址", "账单流水号", "种类", "抄表日期", "本期用量",
    "计量单位", "应缴金额", "实缴金额", "滞纳金", "缴费日期", "供应单位",
)  # fmt: skip
SUPPLIERS: Final = {"供水": "同江市自来水公司(示例)", "供热": "同江市供热公司(示例)"}
UNITS: Final = {"供水": ("立方米", 460), "供热": ("平方米", 530)}
"""Unit of the quantity, and its price in cents."""
_BEHIND: Final = {4: 1, 6: 3}
MONTH: Final = "202610"
READ_ON: Final = date(2026, 10, 25)

Kind = Literal["供水", "供热"]


class Account(Struct, frozen=True):
    """One customer's account: what was used this month, and for how many months nothing was paid."""

    number: str
    kind: Kind
    name: str
    quantity: int
    behind: int


def written_name(subject: Subject) -> str:
    """Return the subject's name as the company has it: of subject 4, who moved in under it, the former one."""
    if subject.number == 4:
        return FORMER_NAMES[4]
    full_width = subject.name.replace("(", "（").replace(")", "）")
    return {0: full_width, 1: f" {subject.name} ", 2: full_width.replace("有限公司", " 有限公司")}[subject.number % 3]


def accounts(subject: Subject) -> Iterator[Account]:
    """Yield the accounts of a subject that has any: water, and for some heat; 4, 6 and a few others are behind."""
    number = subject.number
    if not holds(subject, "utility", 6000, range(30)):
        return
    name, late = written_name(subject), holds(subject, "utility late", 500)
    behind = _BEHIND.get(number, 1 + lot("utility behind", number) % 6 if late else 0)
    yield Account(utility_account(number * 2), "供水", name, 20 + lot("water", number) % 900, behind)
    if number % 3 == 0 and number != 6:  # 6 makes the heat itself
        yield Account(utility_account(number * 2 + 1), "供热", name, 80 + lot("heat", number) % 2000, 0)


def _yuan(cents: int) -> str:
    return f"{cents // 100:,}.{cents % 100:02d}"


def _due(account: Account) -> int:
    """Return what a month costs, in cents."""
    return account.quantity * UNITS[account.kind][1]


def _head(subject: Subject, account: Account) -> list[str]:
    return [
        MONTH,
        account.number,
        "非居民" if subject.kind != "92" else "经营服务业",
        account.name,
        subject.address,
        f"{account.number}{MONTH}",
        account.kind,
    ]


def arrears_row(subject: Subject, account: Account) -> list[str]:
    """Return what is owed on an account."""
    owed = _due(account) * account.behind
    return [
        *_head(subject, account),
        f"{account.behind}",
        f"{_yuan(owed)}元",
        f"{_yuan(owed // 50)}元",
        SUPPLIERS[account.kind],
        DIVISION,
    ]


def usage_row(subject: Subject, account: Account) -> list[str]:
    """Return what was used on an account this month, and paid for it."""
    due, paid = _due(account), account.behind == 0
    return [
        *_head(subject, account),
        f"{READ_ON:%Y%m%d}",
        f"{account.quantity}",
        UNITS[account.kind][0],
        _yuan(due),
        _yuan(due if paid else 0),
        _yuan(0 if paid else due // 50),
        f"{READ_ON.replace(day=28):%Y%m%d}" if paid else "",
        SUPPLIERS[account.kind],
    ]


def write_utilities(folder: Path, everyone: Iterable[Known]) -> None:
    """Write this month's two files, and last month's, in which nobody was behind yet but those who still are."""
    known = [(each.subject, account) for each in everyone for account in accounts(each.subject)]
    owing = [arrears_row(subject, account) for subject, account in known if account.behind]
    total = ["合计", f"{len(owing)}户"]
    title = ["公用事业欠费信息(非居民)", "同江市住房和城乡建设局(示例)汇总"]
    write_sheet(folder / "公用事业欠费_202609.csv", title, ARREARS_HEADER, owing[::2], total, 35)
    write_sheet(folder / "公用事业欠费_202610.csv", title, ARREARS_HEADER, owing, total, 5)
    used = (usage_row(subject, account) for subject, account in known)
    title = ["公用事业用量信息(非居民,授权查询)", title[1]]
    write_sheet(folder / "公用事业用量_202610.csv", title, USAGE_HEADER, used, ["合计", f"{len(known)}户"], 5)
