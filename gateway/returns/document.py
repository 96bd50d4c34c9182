"""The return as a document, which workbook and page print alike: what stands above its tables, and below. Pure.

All departments give a table of each part (月报表), and one with ranks (通报). One department gives a form: its figures
one below the other, and beside each how it is computed.
"""

from datetime import datetime
from typing import Final

from connectors.hours import CHINA_TIME
from gateway.returns import parts
from gateway.returns.printed import Document
from gateway.returns.report import DepartmentReports

TITLE: Final = "公共信用信息查询月报表"
_OPEN: Final = "本月未结束,各数截至制表时间。 The month is not over: figures up to the time of making."
TITLE_EN: Final = "Monthly return of credit queries"
MADE_BY: Final = "公共信用信息联邦查询网关(由台账自动汇总)"


def document(reports: DepartmentReports) -> Document:
    """Return ``reports`` as a document: of all departments, or of the one that they hold."""
    year, month = reports.month.split("-")
    tables = parts.whole(reports) if reports.total is not None else parts.single(reports)
    return Document(
        title=f"{TITLE}({year}年{int(month)}月)",
        subtitle=f"{TITLE_EN}, {reports.month}",
        about=_about(reports),
        tables=tables,
        notes=_notes(reports),
        warning="" if reports.complete else _OPEN,
    )


def _about(reports: DepartmentReports) -> list[tuple[str, str]]:
    made = datetime.fromisoformat(reports.made_at).astimezone(CHINA_TIME)
    state = "整月 whole month" if reports.complete else "本月未结束 not over"
    one = [] if reports.total is not None else [("部门 Department", parts.named(each)) for each in reports.departments]
    return [
        *one,
        ("填报单位 Made by", MADE_BY),
        ("统计期间 Period", f"{reports.first_day} 至 {reports.last_day}(北京时间)"),
        ("制表时间 Made at", f"{made:%Y-%m-%d %H:%M}"),
        ("状态 State", state),
    ]


def _notes(reports: DepartmentReports) -> list[str]:
    years = "、".join(map(str, reports.calendar_years)) or "无"
    notes = [
        "本表只由网关台账计算,不询问任何数据源;台账不含记录内容。"
        " Computed from the ledger alone, which holds no content.",
        "“—”表示没有数据,不等于 0。 A dash is no figure, not 0.",
        f"双公示时限为 {reports.working_days} 个工作日({reports.basis}),自决定次日起算;{years} 年的工作日按国务院办公厅"
        "通知,其他年份只按周末。 Working days by the State Council's notices of these years, else by weekends only.",
        "同一决定每次被查询都计一次;只凭更新时间不判定逾期。"
        " A decision counts each time it is shown; an update proves no delay.",
    ]
    if reports.read is not None:
        notes.append(f"依据台账条目 {reports.read:,} 条。 Made of {reports.read:,} entries of the ledger.")
    if reports.unreadable:
        notes.append(
            f"另有 {reports.unreadable:,} 条无法识读,未计入:请核验台账。"
            f" {reports.unreadable:,} entries could not be read and are left out: verify the ledger."
        )
    return notes
