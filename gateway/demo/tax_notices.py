"""What the tax bureau announces: arrears, major violations, taxpayers of level A; CSV files, a folder a quarter.

Oddities kept on purpose (`domain.md` §6.2 D05): a title and a unit line above the header (line 3), thousands
separators, full-width digits, a total row at the end; individual businesses by name alone, since their numbers can hold
that of a person; a quarter's folder supersedes the one before, and within it a corrected file the first one.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct

from gateway.demo.chance import holds, lot, pick
from gateway.demo.facts import TAXATION, Rating
from gateway.demo.listed import Listed, listed
from gateway.demo.scenarios import Known
from gateway.demo.sheets import FULL_WIDTH, write_sheet
from gateway.demo.subjects import Subject

ARREARS_HEADER: Final = (
    "序号", "纳税人名称", "纳税人识别号", "法定代表人(负责人)姓名", "证件号码", "经营地点", "欠税税种", "欠税余额(元)",
    "其中:当期新发生的欠税金额(元)", "发布单位", "公告日期",
)  # fmt: skip
VIOLATION_HEADER: Final = (
    "序号", "纳税人名称", "纳税人识别号", "组织机构代码", "注册地址", "法定代表人姓名", "证件号码",
    "负有直接责任的财务人员", "案件性质", "主要违法事实", "相关法律依据及处理处罚情况", "检查机关", "公布日期",
    "停止公布日期",
)  # fmt: skip
A_LEVEL_HEADER: Final = ("序号", "纳税人识别号", "纳税人名称", "评价年度", "评价单位", "公布日期")

TAXES: Final = ("增值税", "企业所得税", "城镇土地使用税", "房产税", "增值税;城市维护建设税")
NATURES: Final = ("虚开增值税专用发票或者虚开用于骗取出口退税、抵扣税款的其他发票", "偷税", "逃避追缴欠税")
_ANNOUNCED: Final = {"2026Q2": date(2026, 7, 10), "2026Q3": date(2026, 10, 12)}
_VIOLATIONS: Final[dict[int, tuple[Listed, ...]]] = {25: (Listed(25, NATURES[0], date(2025, 11, 20)),)}


class Arrears(Struct, frozen=True):
    """Tax owed at the end of a quarter, in cents; ``old`` was owed a quarter before as well."""

    tax: str
    balance: int
    newly_owed: int
    old: bool


_ARREARS: Final = {
    3: Arrears("增值税;城市维护建设税", 386_214_37, 120_000_00, old=True),
    7: Arrears("个人所得税", 1_260_00, 1_260_00, old=False),
}


def arrears(subject: Subject) -> Arrears | None:
    """Return what the subject owes, None when nothing."""
    number = subject.number
    if number in _ARREARS:
        return _ARREARS[number]
    if subject.kind not in {"91", "92"} or not holds(subject, "arrears", 400):
        return None
    balance = lot("arrears balance", number) * 37_19 + 800_00
    return Arrears(pick("arrears tax", number, TAXES), balance, balance // 3, old=number % 2 == 0)


def violations(subject: Subject) -> tuple[Listed, ...]:
    """Return the entries on the list of major tax violations."""
    return listed(subject, "tax violation", _VIOLATIONS, 25, NATURES) if subject.kind == "91" else ()


def taxpayer_no(subject: Subject) -> str:
    """Return the number under which files list the subject, none for individual businesses."""
    return "" if subject.kind == "92" else subject.uscc


def _amount(cents: int, *, full_width: bool) -> str:
    text = f"{cents // 100:,}.{cents % 100:02d}"
    return text.translate(FULL_WIDTH) if full_width else text


def arrears_row(at: int, subject: Subject, each: Arrears, announced: date) -> list[str]:
    """Return one line of a quarter's announcement."""
    return [
        f"{at}",
        subject.name,
        taxpayer_no(subject),
        subject.representative.name,
        subject.representative.masked,
        subject.address,
        each.tax,
        _amount(each.balance, full_width=at % 4 == 0),
        _amount(each.newly_owed, full_width=at % 4 == 0),
        TAXATION.name,
        f"{announced:%Y年%m月%d日}",
    ]


def violation_row(at: int, subject: Subject, each: Listed) -> list[str]:
    """Return one entry of the list of major violations."""
    return [
        f"{at}",
        subject.name,
        taxpayer_no(subject),
        f"{subject.org_code[:8]}-{subject.org_code[8]}",
        subject.address,
        subject.representative.name,
        subject.representative.masked,
        "—",
        each.reason,
        f"经检查,发现其{each.reason}",
        "依照《中华人民共和国税收征收管理法》等相关法律法规的有关规定,对其作出追缴税款、罚款的行政处理处罚决定",
        "国家税务总局佳木斯市税务局稽查局(示例)",
        f"{each.included_on:%Y-%m-%d}",
        f"{each.removed_on:%Y-%m-%d}" if each.removed_on else "",
    ]


def a_level_row(at: int, subject: Subject, year: int, published_on: date) -> list[str]:
    """Return one taxpayer of level A."""
    return [f"{at}", taxpayer_no(subject), subject.name, f"{year}", TAXATION.name, f"{published_on:%Y%m%d}"]


def write_tax_notices(folder: Path, everyone: Iterable[Known]) -> None:
    """Write the folders of two quarters; the older arrears lack what is newly owed, and have what was paid since."""
    subjects = [(known.subject, known.facts.ratings[:1]) for known in everyone]
    owing = [(subject, each) for subject, _ in subjects if (each := arrears(subject)) is not None]
    for quarter, announced in _ANNOUNCED.items():
        old = quarter == "2026Q2"
        due = [(subject, each) for subject, each in owing if each.old or not old]
        _write_arrears(folder / quarter / f"欠税公告_{quarter}.csv", due, announced, old=old)
    listed_now = [(subject, each) for subject, _ in subjects for each in violations(subject)]
    rows = [violation_row(at, subject, each) for at, (subject, each) in enumerate(listed_now, 1)]
    title = ["重大税收违法失信主体信息公布", "2026年第三季度"]
    # The first file of the quarter went out without its newest lines; the corrected one has them all.
    path = folder / "2026Q3" / "重大税收违法失信主体_2026Q3.csv"
    write_sheet(path, title, VIOLATION_HEADER, rows[:-1], ["合计", f"{len(rows) - 1}户"], 20)
    write_sheet(path.with_stem(f"{path.stem}(更正)"), title, VIOLATION_HEADER, rows, ["合计", f"{len(rows)}户"], 8)
    _write_a_level(folder / "2026Q2" / "纳税信用A级纳税人名单_2025.csv", subjects)


def _write_arrears(path: Path, due: list[tuple[Subject, Arrears]], announced: date, *, old: bool) -> None:
    rows = [arrears_row(at, subject, each, announced) for at, (subject, each) in enumerate(due, 1)]
    total = ["合计", *[""] * 6, _amount(sum(each.balance for _, each in due), full_width=False)]
    unit = "填报单位:国家税务总局同江市税务局(示例) 金额单位:元"
    write_sheet(path, ["欠税公告", unit], ARREARS_HEADER, rows, total, 100 if old else 10)


def _write_a_level(path: Path, subjects: Iterable[tuple[Subject, tuple[Rating, ...]]]) -> None:
    published_on = date(2026, 4, 15) + timedelta(days=10)
    good = ((subject, rating[0].year) for subject, rating in subjects if rating and rating[0].level.upper() == "A")
    rows = [a_level_row(at, subject, year, published_on) for at, (subject, year) in enumerate(good, 1)]
    title = ["2025年度纳税缴费信用A级纳税人名单", "国家税务总局同江市税务局(示例)"]
    write_sheet(path, title, A_LEVEL_HEADER, rows, ["合计", f"{len(rows)}户"], 180)
