"""The labor inspectorate's monthly workbooks: grades of labor compliance, and the list of wage arrears.

Oddities kept on purpose (`domain.md` §6.2 D08): a header of two lines with merged cells, a row that explains the table
below it, signatures at the end; codes and numbers of persons that Excel made numbers of, so that digits are lost (the
unified code of subject 6, which ends in letters, was typed as digits); a corrected reissue beside the first issue.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from xlsxwriter import Workbook

from gateway.demo.chance import holds, lot, pick
from gateway.demo.facts import LABOR
from gateway.demo.listed import Listed, listed
from gateway.demo.scenarios import Known
from gateway.demo.sheets import set_age
from gateway.demo.subjects import Subject

Cells = list[Any]

RATING_GROUPS: Final = {
    "序号": (),
    "单位信息": ("单位名称", "统一社会信用代码", "组织机构代码", "法定代表人"),
    "评价信息": ("评价年度", "诚信等级", "评定情形", "评定日期", "评价机关"),
    "备注": (),
}
"""Heading above -> headings below it; one without any covers both lines."""
LIST_GROUPS: Final = {
    "序号": (),
    "单位信息": ("单位名称", "组织机构代码", "法定代表人", "法定代表人证件号码", "地址"),
    "列入信息": ("决定文号", "列入事由", "拖欠人数", "拖欠金额(元)", "列入日期", "有效期至"),
    "移出信息": ("移出日期", "移出事由"),
}
NOTE: Final = "表格说明:单位名称填营业执照上的全称;代码、证件号码单元格请设为文本格式;请勿改动表头。"
SIGNATURES: Final = ("填表人:王某(示例)", "审核人:李某(示例)", "填报日期:2026-11-03")
ARREARS: Final = "克扣、无故拖欠农民工工资报酬,数额较大,经责令限期支付逾期未支付"
_WAGES: Final[dict[int, tuple[Listed, ...]]] = {
    3: (Listed(3, ARREARS, date(2026, 4, 2)),),
    26: (Listed(26, ARREARS, date(2022, 9, 1), date(2025, 8, 31), "列入期满,已支付全部工资"),),
}
_CASES: Final = {
    "A": "全年遵守劳动保障法律法规规章,未被处罚",
    "B": "因未依法订立劳动合同被责令改正并处罚一次",
    "C": "一年内因拖欠工资被处罚三次以上",
}


class Grade(Struct, frozen=True):
    """One year's grade of labor compliance."""

    year: int
    level: str
    decided_on: date


def grade(subject: Subject) -> Grade | None:
    """Return the last grade of an employer that was evaluated, None of others."""
    number = subject.number
    if subject.kind not in {"91", "93", "52"} or not holds(subject, "labor", 800, range(30)):
        return None
    level = {3: "C", 26: "C", 27: "B"}.get(number) or ("A" if number < 30 else pick("labor level", number, "AAAABBC"))
    return Grade(2025, level, date(2026, 3, 20))


def wage_arrears(subject: Subject) -> tuple[Listed, ...]:
    """Return the entries on the list of those who owe migrant workers their wages."""
    return listed(subject, "wages", _WAGES, 30, (ARREARS,)) if subject.kind == "91" else ()


def _as_number(code: str) -> float | str:
    """Return what Excel makes of ``code`` in a cell that is not set to text: a number of fifteen digits, if it can."""
    return float(code) if code.isdigit() else code


def _org_code(subject: Subject) -> str:
    return f"{subject.org_code[:8]}-{subject.org_code[8]}"


def rating_row(at: int, subject: Subject, each: Grade) -> Cells:
    """Return one line of the grades."""
    typed_as_digits = 912308810000060000.0
    return [
        at,
        subject.name,
        typed_as_digits if subject.number == 6 else subject.uscc,
        _org_code(subject),
        subject.representative.name,
        each.year,
        each.level if at % 3 else f"{each.level}级",
        _CASES[each.level],
        each.decided_on,
        LABOR.name,
        "",
    ]


def list_row(at: int, subject: Subject, each: Listed) -> Cells:
    """Return one entry of the list; in every second line the number of the representative has become a number."""
    id_no = subject.representative.id_no
    workers = 5 + lot("workers", subject.number) % 60
    return [
        at,
        subject.name,
        _org_code(subject),
        subject.representative.name,
        _as_number(id_no) if at % 2 else id_no,
        subject.address,
        f"{LABOR.letters}监列字〔{each.included_on.year}〕{each.serial}号",
        each.reason,
        workers,
        workers * 18_600,
        each.included_on,
        each.included_on + timedelta(days=3 * 365),
        each.removed_on or "",
        each.removal_reason,
    ]


def write_labor(folder: Path, everyone: Iterable[Known]) -> None:
    """Write this month's workbooks, a corrected issue of the grades, and the list of the month before."""
    folder.mkdir(parents=True, exist_ok=True)
    subjects = [known.subject for known in everyone]
    graded = [(subject, each) for subject in subjects if (each := grade(subject)) is not None]
    ratings = [rating_row(at, subject, each) for at, (subject, each) in enumerate(graded, 1)]
    entries = [(subject, each) for subject in subjects for each in wage_arrears(subject)]
    rows = [list_row(at, subject, each) for at, (subject, each) in enumerate(entries, 1)]
    # In the first issue all were graded A: a column had been filled down.
    wrong = [[*row[:6], "A", _CASES["A"], *row[8:]] for row in ratings]
    title = "企业劳动保障守法诚信等级评价月报表"
    _write(folder / "劳动保障守法诚信等级_202610.xlsx", title, RATING_GROUPS, wrong, 6)
    _write(folder / "劳动保障守法诚信等级_202610(更正).xlsx", title, RATING_GROUPS, ratings, 3)
    title = "拖欠农民工工资失信联合惩戒对象名单月报表"
    _write(folder / "拖欠农民工工资名单_202609.xlsx", title, LIST_GROUPS, rows[1:], 36)
    _write(folder / "拖欠农民工工资名单_202610.xlsx", title, LIST_GROUPS, rows, 6)


def _write(path: Path, title: str, groups: Mapping[str, Sequence[str]], rows: Iterable[Cells], age_days: int) -> None:
    with Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as workbook:
        sheet = workbook.add_worksheet("月报表")
        width = sum(max(1, len(below)) for below in groups.values())
        sheet.merge_range(0, 0, 0, width - 1, title)
        sheet.write(1, 0, f"填报单位:{LABOR.name}")
        _write_header(sheet, groups)
        sheet.merge_range(4, 0, 4, width - 1, NOTE)
        line = 4
        for line, row in enumerate(rows, 5):
            sheet.write_row(line, 0, row)
        for column, signature in enumerate(SIGNATURES):
            sheet.write(line + 2, column * 3, signature)
    set_age(path, age_days)


def _write_header(sheet: Any, groups: Mapping[str, Sequence[str]]) -> None:
    """Write the two lines of the header: a heading over several columns, or over both lines of one."""
    column = 0
    for above, below in groups.items():
        if not below:
            sheet.merge_range(2, column, 3, column, above)
        else:
            sheet.merge_range(2, column, 2, column + len(below) - 1, above)
            sheet.write_row(3, column, below)
        column += max(1, len(below))
