"""The tables of the return, each from the figures of `gateway.returns.report`. Pure."""

from collections.abc import Sequence
from typing import Any, Final

from gateway.returns.columns import ASKED, OWNED, RANKED, Column
from gateway.returns.printed import Cell, Head, Table, written
from gateway.returns.report import UNREGISTERED_NAME, DepartmentReport, DepartmentReports

_FIRST: Final = ("queries", "calls", "records", "denials", "answers", "availability", "unavailable", "timed_out")
_FIRST_REST: Final = ("closed", "misread_answers", "stale_answers", "latency_p50_ms", "latency_p95_ms")
_SECOND: Final = ("age_p50_days", "age_max_days", "misread_records", "readable", "timely", "overdue", "timeliness")
_OF_SOURCE: Final = ("queries", "calls", "records", "availability", "latency_p95_ms", "age_p50_days", "readable")
_COLUMN: Final = {column.name: column for column in OWNED}
_UNITS: Final[dict[str, str]] = {"MS": "毫秒 ms", "DAYS": "天 days"}
_STATES: Final = {
    "SUBMITTED": "已提交",
    "ROUTED": "已转办",
    "NOT_ACCEPTED": "不予受理",
    "INVESTIGATING": "核查中",
    "CORRECTED": "已更正",
    "REMOVED": "已删除",
    "UPHELD": "维持原信息",
    "CLOSED": "已办结",
}


_NUMBER: Final = Head("序号", "No.", "COUNT")
_DEPARTMENT: Final = Head("部门", "Department", "TEXT")
_FILED: Final = Head("异议件数", "Objections", "COUNT")
_LATE: Final = Head("异议逾期数", "Objections late", "COUNT")
_RANK: Final = Head("位次", "Rank", "COUNT")


def named(report: DepartmentReport) -> str:
    """Return the name of a department; the code of one that the register does not know."""
    department = report.department
    return department.name if department.name != UNREGISTERED_NAME else f"{UNREGISTERED_NAME} {department.code}".strip()


def whole(reports: DepartmentReports) -> list[Table]:
    """Return the tables of all departments."""
    first, second = (*_FIRST, *_FIRST_REST), _SECOND
    return [
        _figures("查询与答复", "表一 查询与答复 Queries and answers", first, reports),
        _quality(second, reports),
        _asking(reports),
        _circular(reports),
        _sources(reports, "表五"),
        *_objections(reports, "表六"),
        _meaning(reports),
    ]


def single(reports: DepartmentReports) -> list[Table]:
    """Return the tables of the one department that ``reports`` hold."""
    (one,) = reports.departments
    heads = (
        _NUMBER,
        Head("项目", "Item", "TEXT"),
        Head("数值", "Figure", "FIGURE"),
        Head("计算方法", "How it is computed", "TEXT"),
    )
    tables = [
        _form("数据归属", "表一 作为数据归属部门 As an owner of sources", heads, OWNED, one.figures),
        _form("查询情况", "表二 作为查询部门 As a department that asks", heads, ASKED, one.asking),
        _sources(reports, "表三"),
        _purposes(one),
    ]
    return [*tables, *_objections(reports, "表五")]


def _heads(names: Sequence[str]) -> list[Head]:
    return [_head(_COLUMN[name]) for name in names]


def _head(column: Column) -> Head:
    unit = _UNITS.get(column.form)
    return Head(column.zh, f"{column.en} ({unit})" if unit else column.en, column.form)


def _values(figures: Any, names: Sequence[str]) -> list[Cell]:
    return [getattr(figures, name) for name in names]


def _figures(name: str, title: str, names: Sequence[str], reports: DepartmentReports) -> Table:
    rows = [[at, named(each), *_values(each.figures, names)] for at, each in enumerate(reports.departments, 1)]
    total = [None, "合计 Total", *_values(reports.total, names)]
    remark = "被查询次数、拒绝提供数的合计不是各部门之和:一次查询可涉及多个部门。"
    return Table(name, title, [_NUMBER, _DEPARTMENT, *_heads(names)], rows, total, remark)


def _quality(names: Sequence[str], reports: DepartmentReports) -> Table:
    heads = [_NUMBER, _DEPARTMENT, *_heads(names), _FILED, _LATE]
    rows: list[list[Cell]] = []
    for at, each in enumerate(reports.departments, 1):
        filed = [each.objections.filed, each.objections.overdue] if each.objections is not None else [None, None]
        rows.append([at, named(each), *_values(each.figures, names), *filed])
    total = [None, "合计 Total", *_values(reports.total, names), _sum(rows, -2), _sum(rows, -1)]
    return Table("质量与双公示", "表二 数据质量、时效与双公示 Quality, age and double publicity", heads, rows, total)


def _sum(rows: Sequence[Sequence[Cell]], at: int) -> int | None:
    found = [row[at] for row in rows if isinstance(row[at], int)]
    return sum(value for value in found if isinstance(value, int)) if found else None


def _asking(reports: DepartmentReports) -> Table:
    names = [column.name for column in ASKED]
    heads = [_NUMBER, _DEPARTMENT, *map(_head, ASKED)]
    rows: list[list[Cell]] = [
        [at, named(each), *_values(each.asking, names)] for at, each in enumerate(reports.departments, 1)
    ]
    if reports.others is not None:
        others = "不属于任何部门的查询者 Callers of no department"
        rows.append([len(rows) + 1, others, *_values(reports.others, names)])
    total = [None, "合计 Total", *(_sum(rows, at) for at in range(2, 2 + len(names)))]
    return Table("查询情况", "表三 各部门查询情况 What departments asked", heads, rows, total)


def _circular(reports: DepartmentReports) -> Table:
    heads = [_NUMBER, _DEPARTMENT]
    for column in RANKED:
        heads += [_head(column), _RANK]
    rows: list[list[Cell]] = []
    for at, each in enumerate(reports.departments, 1):
        places = {rank.column: rank.rank for rank in each.ranks}
        row: list[Cell] = [at, named(each)]
        for column in RANKED:
            row += [getattr(each.figures, column.name), places.get(column.field)]
        rows.append(row)
    remark = "按部门登记顺序排列;位次只就单项指标而言,相同数值并列,没有数值的不排;不作综合评分。"
    return Table("通报", "表四 通报 Circular: ranks by single figures", heads, rows, None, remark)


def _sources(reports: DepartmentReports, number: str) -> Table:
    heads = [_NUMBER, _DEPARTMENT, Head("数据源", "Source", "TEXT"), *_heads(_OF_SOURCE)]
    found = [(each, source) for each in reports.departments for source in each.sources]
    rows: list[list[Cell]] = [
        [at, named(each), source.source, *_values(source.figures, _OF_SOURCE)]
        for at, (each, source) in enumerate(found, 1)
    ]
    return Table("分数据源", f"{number} 各数据源 Source by source", heads, rows)


def _purposes(one: DepartmentReport) -> Table:
    heads = [_NUMBER, Head("查询目的", "Purpose", "TEXT"), Head("查询次数", "Queries", "COUNT")]
    rows: list[list[Cell]] = [[at, each.purpose, each.queries] for at, each in enumerate(one.asking.purposes, 1)]
    return Table("查询目的", "表四 按查询目的 By purpose", heads, rows)


def _objections(reports: DepartmentReports, number: str) -> list[Table]:
    kept = [(each, each.objections) for each in reports.departments if each.objections is not None]
    if not kept:
        return []
    found = {state.state for _, objections in kept for state in objections.states}
    states = [*(each for each in _STATES if each in found), *sorted(found - _STATES.keys())]
    heads = [_NUMBER, _DEPARTMENT, _FILED, _LATE]
    heads += [Head(_STATES.get(state, state), state, "COUNT") for state in states]
    rows: list[list[Cell]] = []
    for at, (each, objections) in enumerate([pair for pair in kept if pair[1].filed], 1):
        counts = {state.state: state.count for state in objections.states}
        rows.append(
            [at, named(each), objections.filed, objections.overdue, *(counts.get(state, 0) for state in states)]
        )
    return [
        Table(
            "异议", f"{number} 本月收到的异议,按当前状态 Objections filed in the month, by present state", heads, rows
        )
    ]


def _form(name: str, title: str, heads: Sequence[Head], columns: Sequence[Column], figures: Any) -> Table:
    rows: list[list[Cell]] = [
        [at, f"{each.zh} {each.en}", written(getattr(figures, each.name), each.form), each.how]
        for at, each in enumerate(columns, 1)
    ]
    return Table(name, title, heads, rows)


def _meaning(reports: DepartmentReports) -> Table:
    heads = (
        Head("表", "Table", "TEXT"),
        Head("指标", "Figure", "TEXT"),
        Head("计算方法", "How it is computed", "TEXT"),
    )
    rows = [
        [of, f"{each.zh} {each.en}", each.how]
        for of, columns in (("归属 owner", reports.columns), ("查询 asker", reports.asked_columns))
        for each in columns
    ]
    return Table("指标说明", "附 指标说明 What the figures mean", heads, rows)
