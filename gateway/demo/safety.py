"""The emergency bureau's quarterly workbook on work safety: five sheets.

    标准化    grades of standardization        任职限制   principals barred from office after an accident
    事故      accidents and who is responsible  严重失信   the list of serious dishonesty
    隐患      major hidden dangers

Oddities kept on purpose (`domain.md` §3.9): the header has two lines, its upper cells merged; days are Excel's own;
losses are in ten thousand yuan; who is barred for life stands with the word 终身; signatures at the end.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from xlsxwriter import Workbook

from gateway.demo.authorities import EMERGENCY
from gateway.demo.chance import day, hits, holds, pick
from gateway.demo.days import years_after
from gateway.demo.listed import Listed, listed
from gateway.demo.scenarios import Known
from gateway.demo.sheets import set_age
from gateway.demo.subjects import Subject

Cells = list[Any]
FILE: Final = "安全生产信用信息_2026Q3.xlsx"
RISKY: Final = frozenset({"建筑工程", "热力", "木业", "化肥", "渔业食品", "汽车维修"})
GROUPS: Final[dict[str, Mapping[str, Sequence[str]]]] = {
    "标准化": {
        "单位": ("名称", "统一社会信用代码"),
        "证书": ("编号", "行业", "等级", "评定日期", "有效期至"),
        "评定机关": (),
    },
    "事故": {
        "单位": ("名称", "统一社会信用代码"),
        "事故": ("名称", "发生日期", "地点", "等级", "死亡人数", "重伤人数", "直接经济损失(万元)"),
        "调查": ("原因", "责任认定", "报告文号"),
    },
    "隐患": {
        "单位": ("名称", "统一社会信用代码"),
        "隐患": ("编号", "内容", "挂牌日期", "整改期限", "摘牌日期"),
        "督办机关": (),
    },
    "任职限制": {
        "单位": ("名称", "统一社会信用代码"),
        "人员": ("姓名", "职务"),
        "限制": ("决定文号", "决定日期", "截止日期"),
    },
    "严重失信": {
        "单位": ("名称", "统一社会信用代码", "法定代表人"),
        "列入": ("决定文号", "事由", "依据", "日期", "有效期至"),
        "移出": ("日期", "事由"),
    },
}
"""Sheet -> heading above -> headings below it; one without any covers both lines."""
_SIGNATURES: Final = ("填表人:赵某(示例)", "审核人:钱某(示例)")


class Accident(Struct, frozen=True):
    """One accident; the class in words."""

    serial: int
    name: str
    happened_on: date
    grade: str
    deaths: int
    injured: int
    loss: float
    responsibility: str


class Danger(Struct, frozen=True):
    """One major hidden danger; not removed while ``resolved_on`` is None."""

    serial: int
    content: str
    listed_on: date
    resolved_on: date | None = None


_ACCIDENTS: Final = {
    3: Accident(24, "“3·16”高处坠落事故", date(2025, 3, 16), "一般", 1, 1, 186.5, "对事故发生负有主要责任"),
}
_DANGERS: Final = {
    6: Danger(48, "锅炉房可燃气体报警装置失效", date(2026, 8, 11)),
    24: Danger(192, "粉尘涉爆车间未设置除尘系统", date(2023, 5, 9), date(2023, 9, 28)),
}
_SERIOUS: Final = {24: (Listed(192, "隐瞒重大事故隐患不报,拒不执行停产整顿指令", date(2024, 2, 20)),)}
_REASONS: Final = ("未取得安全生产许可证擅自从事生产", "发生较大生产安全事故负有主要责任")


def standard(subject: Subject) -> str | None:
    """Return the grade of standardization of who works at a risk."""
    if subject.trade.word not in RISKY or not holds(subject, "standardization", 5000, {2, 3, 6}):
        return None
    return {2: "二级", 3: "三级", 6: "二级"}.get(subject.number) or pick(
        "standardization", subject.number, ("二级", "三级")
    )


def accident(subject: Subject) -> Accident | None:
    """Return the accident of ``subject``."""
    number = subject.number
    if subject.trade.word not in RISKY or not holds(subject, "accident", 300, _ACCIDENTS):
        return None
    happened_on = day("accident", number, 90, 1200)
    name = f"“{happened_on.month}·{happened_on.day}”机械伤害事故"
    return _ACCIDENTS.get(number) or Accident(
        number * 8, name, happened_on, "一般", 0, 1, 32.0, "对事故发生负有管理责任"
    )


def danger(subject: Subject) -> Danger | None:
    """Return the hidden danger found at ``subject``."""
    number = subject.number
    if subject.trade.word not in RISKY or not holds(subject, "danger", 500, _DANGERS):
        return None
    listed_on = day("danger", number, 30, 900)
    resolved_on = listed_on + timedelta(days=120) if hits("danger resolved", number, 7000) else None
    return _DANGERS.get(number) or Danger(number * 8, "配电室电缆沟积水、绝缘老化", listed_on, resolved_on)


def serious(subject: Subject) -> tuple[Listed, ...]:
    """Return the entries on the list of serious dishonesty."""
    return listed(subject, "safety serious", _SERIOUS, 100, _REASONS) if subject.trade.word in RISKY else ()


def standard_rows(subject: Subject) -> Iterable[Cells]:
    """Yield the line of the grade of standardization."""
    grade = standard(subject)
    if grade is not None:
        graded_on = day("standardized", subject.number, 60, 900)
        number = f"AQBⅢ黑{graded_on.year}{subject.number:06d}"
        yield [*_who(subject), number, subject.trade.word, grade, graded_on, years_after(graded_on, 3), EMERGENCY.name]


def accident_rows(subject: Subject) -> Iterable[Cells]:
    """Yield the line of an accident."""
    each = accident(subject)
    if each is not None:
        report = f"{EMERGENCY.letters}调〔{each.happened_on.year}〕{each.serial}号"
        told = [each.name, each.happened_on, subject.address, f"{each.grade}事故", each.deaths, each.injured, each.loss]
        yield [*_who(subject), *told, "现场安全管理不到位,违章作业", each.responsibility, report]


def danger_rows(subject: Subject) -> Iterable[Cells]:
    """Yield the line of a hidden danger."""
    each = danger(subject)
    if each is not None:
        until = each.listed_on + timedelta(days=90)
        told = [f"GP{each.serial:07d}", each.content, each.listed_on, until, each.resolved_on or ""]
        yield [*_who(subject), *told, EMERGENCY.name]


def restriction_rows(subject: Subject) -> Iterable[Cells]:
    """Yield the line of a principal barred from office: after an accident with a death, for five years."""
    each = accident(subject)
    if each is not None and each.deaths:
        decided_on = each.happened_on + timedelta(days=121)
        number = f"{EMERGENCY.letters}限〔{decided_on.year}〕{each.serial}号"
        until = "终身" if each.deaths > 2 else years_after(decided_on, 5)
        yield [*_who(subject), subject.representative.name, "主要负责人", number, decided_on, until]


def serious_rows(subject: Subject) -> Iterable[Cells]:
    """Yield the entries on the list of serious dishonesty."""
    for each in serious(subject):
        day_of, number = each.included_on, f"{EMERGENCY.letters}失信〔{each.included_on.year}〕{each.serial}号"
        told = [number, each.reason, "《安全生产严重失信主体名单管理办法》第六条", day_of, years_after(day_of, 3)]
        removed = [each.removed_on or "", each.removal_reason]
        yield [*_who(subject), subject.representative.name, *told, *removed]


def _who(subject: Subject) -> Cells:
    return [subject.name, subject.uscc]


ROWS: Final[dict[str, Callable[[Subject], Iterable[Cells]]]] = {
    "标准化": standard_rows,
    "事故": accident_rows,
    "隐患": danger_rows,
    "任职限制": restriction_rows,
    "严重失信": serious_rows,
}


def write_safety(folder: Path, everyone: Iterable[Known]) -> None:
    """Write the quarter's workbook."""
    folder.mkdir(parents=True, exist_ok=True)
    subjects = [known.subject for known in everyone]
    with Workbook(str(folder / FILE), {"default_date_format": "yyyy-mm-dd"}) as workbook:
        for name, groups in GROUPS.items():
            rows = [row for subject in subjects for row in ROWS[name](subject)]
            _write_sheet(workbook.add_worksheet(name), f"安全生产{name}信息", groups, rows)
    set_age(folder / FILE, 20)


def _write_sheet(sheet: Any, title: str, groups: Mapping[str, Sequence[str]], rows: Sequence[Cells]) -> None:
    width = sum(max(1, len(below)) for below in groups.values())
    sheet.merge_range(0, 0, 0, width - 1, title)
    column = 0
    for above, below in groups.items():
        if below:
            sheet.merge_range(1, column, 1, column + len(below) - 1, above)
            sheet.write_row(2, column, below)
        else:
            sheet.merge_range(1, column, 2, column, above)
        column += max(1, len(below))
    for line, row in enumerate(rows, 3):
        sheet.write_row(line, 0, row)
    for place, signature in enumerate(_SIGNATURES):
        sheet.write(len(rows) + 5, place * 3, signature)
