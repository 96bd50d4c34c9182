"""Penalty lists that departments drop as CSV files in GB18030: the fire brigade's and the market regulator's.

Oddities kept on purpose (`domain.md` §6.2 D05): a title and a unit line above the header (line 3), thousands
separators, full-width digits, a total row at the end, an older file that the newer one supersedes.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from gateway.demo.bureaus import LEDGERS
from gateway.demo.facts import Penalty
from gateway.demo.fire_checks import write_checks
from gateway.demo.institutions import write_institutions
from gateway.demo.labor import write_labor
from gateway.demo.ledgers import writer_of
from gateway.demo.safety import write_safety
from gateway.demo.scenarios import Known
from gateway.demo.sheets import FULL_WIDTH, write_sheet
from gateway.demo.subjects import Subject
from gateway.demo.tax_notices import write_tax_notices
from gateway.demo.utilities import write_utilities

FIRE_HEADER: Final = (
    "序号", "单位名称", "统一社会信用代码", "处罚决定书文号", "违法行为类型", "违法事实", "处罚依据", "处罚种类",
    "处罚内容", "罚款金额(元)", "处罚决定日期", "公示截止期", "处罚机关", "处罚机关代码",
)  # fmt: skip
MARKET_HEADER: Final = (
    "当事人", "注册号", "法定代表人", "决定书文号", "违法行为", "主要违法事实", "处罚依据", "处罚种类", "处罚内容",
    "罚款(元)", "没收金额(元)", "决定日期", "公示截止期", "案件程序", "案件类别", "处罚机关", "处罚机关代码",
    "更新时间",
)  # fmt: skip


def fire_row(at: int, subject: Subject, penalty: Penalty) -> list[str]:
    """Return a penalty as the fire brigade lists it; every fifth amount in full-width digits."""
    amount = f"{penalty.fine:,}"
    return [
        f"{at}",
        subject.name,
        subject.uscc,
        penalty.decision_no,
        penalty.violation.type,
        penalty.violation.facts,
        penalty.violation.grounds,
        penalty.violation.categories,
        penalty.content,
        f"{penalty.fine}".translate(FULL_WIDTH) if penalty.serial % 5 == 0 else amount,
        f"{penalty.decided_on:%Y%m%d}",
        penalty.public_until,
        penalty.authority.name,
        penalty.authority.uscc,
    ]


def market_row(subject: Subject, penalty: Penalty) -> list[str]:
    """Return a penalty as the market regulator lists it: by registration number, `—` where there is no amount."""
    day = penalty.decided_on
    return [
        subject.name,
        subject.registration_number,
        subject.representative.name,
        penalty.decision_no,
        penalty.violation.type,
        penalty.violation.facts,
        penalty.violation.grounds,
        penalty.violation.categories,
        penalty.content,
        f"{penalty.fine:,}" if penalty.fine else "—",
        f"{penalty.confiscated:,}" if penalty.confiscated else "—",
        f"{day.year}年{day:%m}月{day:%d}日",
        penalty.public_until,
        "简易" if penalty.simple else "普通",
        penalty.violation.sector,
        penalty.authority.name,
        penalty.authority.uscc,
        f"{day:%Y-%m-%d} 09:00:00",
    ]


def write_fire(folder: Path, everyone: Iterable[Known]) -> None:
    """Write the fire brigade's two quarterly files, of which the older one lacks the newest decisions."""
    penalties = [(known.subject, each) for known in everyone for each in known.facts.fire_penalties]
    rows = [fire_row(at, subject, penalty) for at, (subject, penalty) in enumerate(penalties, 1)]
    title = "消防行政处罚信息公示表"
    unit = "填报单位:同江市消防救援大队(示例)"
    total = ["合计", "", "", "", "", "", "", "", "", f"{sum(penalty.fine for _, penalty in penalties):,}"]
    write_sheet(folder / "消防行政处罚_2026Q2.csv", [title, f"{unit} 2026年7月5日"], FIRE_HEADER, rows[1::2], total, 90)
    write_sheet(folder / "消防行政处罚_2026Q3.csv", [title, f"{unit} 2026年10月9日"], FIRE_HEADER, rows, total, 0)


def write_market(folder: Path, everyone: Iterable[Known]) -> None:
    """Write the market regulator's two monthly files."""
    penalties = [(known.subject, each) for known in everyone for each in known.facts.market_penalties]
    rows = [market_row(subject, penalty) for subject, penalty in penalties]
    title = "市场监管行政处罚台账"
    total = ["合计", f"共{len(rows)}件"]
    write_sheet(folder / "市场监管处罚_202609.csv", [title, "2026年9月"], MARKET_HEADER, rows[1::2], total, 30)
    write_sheet(folder / "市场监管处罚_202610.csv", [title, "2026年10月"], MARKET_HEADER, rows, total, 0)


def write_fire_folder(folder: Path, everyone: list[Known]) -> None:
    """Write the fire brigade's penalties, and what it found when it checked."""
    write_fire(folder, everyone)
    write_checks(folder, everyone)


Write = Callable[[Path, list[Known]], None]
FOLDERS: Final[dict[str, Write]] = {
    "fire_penalties": write_fire_folder,
    "market_penalties": write_market,
    "tax_notices": write_tax_notices,
    "labor_inspection": write_labor,
    "institution_registry": write_institutions,
    "utility_arrears": write_utilities,
    "work_safety": write_safety,
    **{source: writer_of(ledgers) for source, ledgers in LEDGERS.items()},
}
