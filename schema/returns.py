"""The monthly return (月报表) and the circular (通报) as the schema shows them: figures, and how each is made."""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown
from schema.scalars import Date, DateTime, Decimal, YearMonth
from schema.values import Department


@strawberry.enum(description=say("指标的形式", "Forms of figures"))
class FigureForm(Enum):
    """What a figure is."""

    COUNT = label("COUNT", "计数", "A count")
    SHARE = label("SHARE", "比例，0 至 1", "A share from 0 to 1")
    MS = label("MS", "毫秒", "Milliseconds")
    DAYS = label("DAYS", "天", "Days")


@strawberry.enum(description=say("排位的方向", "Which figures of a column come first"))
class FigureOrder(Enum):
    """How a column is ranked."""

    MORE = label("MORE", "大者在前", "The larger")
    LESS = label("LESS", "小者在前", "The smaller")


@strawberry.type(description=say("月报表的一项指标及其计算方法", "A column of the return, and how it is computed"))
class ReportColumn:
    """One column."""

    field: str = shown("指标的字段名", "The name of the figure's field")
    zh: str = shown("中文名称", "Its name in Chinese")
    en: str = shown("英文名称", "Its name in English")
    form: FigureForm = shown("形式", "What the figure is")
    how_zh: str = shown("计算方法（中文）", "How it is computed, in Chinese")
    how_en: str = shown("计算方法（英文）", "How it is computed, in English")
    summable: bool = shown("各部门之和是否等于合计", "Whether the figures of departments add up to the total")
    better: FigureOrder | None = shown("排位的方向；不排位的为空", "How it is ranked; null where it is not")


@strawberry.type(
    description=say(
        "作为数据归属部门的指标；没有依据的为空", "Figures of an owner of sources; null where they rest on nothing"
    )
)
class ReportFigures:
    """What was asked of one department, one source, or all."""

    queries: int = shown("被查询次数", "Queries that called its sources")
    calls: int = shown("调用次数", "Calls to its sources")
    records: int = shown("提供记录数", "Records shown")
    denials: int = shown("拒绝提供数", "Its fields that were refused to callers")
    answers: int = shown("应答复次数", "Answers that were due")
    availability: Decimal | None = shown("可用率", "Share of the answers due that were given")
    unavailable: int = shown("无法连接", "Answers missing because it was not reached, or failed")
    timed_out: int = shown("超时", "Answers missing because they were not whole in time")
    closed: int = shown("停止服务", "Answers missing because it was closed")
    misread_answers: int = shown("无法识读的答复", "Answers in which something could not be read")
    stale_answers: int = shown("过期的答复", "Answers older than they should be")
    latency_p50_ms: int | None = shown(
        "答复耗时中位数（毫秒），按每次查询中最长的一次调用", "Median of the longest call of each query and entity"
    )
    latency_p95_ms: int | None = shown("答复耗时第 95 百分位数（毫秒）", "The 95th percentile of the same")
    age_p50_days: int | None = shown(
        "数据时效中位数（天），按来源自报的最早更新日期", "Median age of the oldest date that the source itself gave"
    )
    age_max_days: int | None = shown("最久未更新（天）", "The largest of those ages")
    misread_records: int = shown("有误记录数", "Records shown with a value that could not be read")
    readable: Decimal | None = shown("数据合格率", "Share of the records shown in which all could be read")
    timely: int = shown("双公示及时数", "Decisions shown that were published in time, where that can be told")
    overdue: int = shown("双公示逾期数", "Decisions shown that were published late")
    timeliness: Decimal | None = shown("双公示及时率", "Share of those published in time")


@strawberry.type(description=say("某一查询目的的查询数", "How many queries declared a purpose"))
class PurposeCount:
    """One purpose."""

    purpose: str = shown("查询目的", "The purpose")
    queries: int = shown("查询数", "Queries")


@strawberry.type(description=say("作为查询部门的指标", "Figures of what a department asked"))
class AskingFigures:
    """What a department asked."""

    queries: int = shown("发起查询数", "Queries that it made")
    subjects: int = shown("查询主体数", "Subjects that they were about, added up")
    records: int = shown("获得记录数", "Records that it was shown")
    denials: int = shown("被拒字段数", "Fields that were refused to it")
    refused: int = shown("被拒请求数", "Requests that got no answer")
    purposes: list[PurposeCount] = shown("按查询目的", "By purpose, the most frequent first")


@strawberry.type(description=say("一个数据源的指标", "The figures of one source"))
class SourceReport:
    """One source of the department."""

    source: str = shown("数据源", "Name of the source")
    figures: ReportFigures = shown("指标", "Its figures")


@strawberry.type(description=say("处于某一状态的异议数", "How many objections are in a state"))
class ObjectionStateCount:
    """One state."""

    state: str = shown("状态", "The state")
    count: int = shown("件数", "Objections")


@strawberry.type(description=say("本月收到的异议", "Objections that were filed in the month"))
class ObjectionReport:
    """The objections to a department's records."""

    filed: int = shown("本月收到", "How many")
    overdue: int = shown("逾期未办结", "Those not decided although the day for it is over")
    states: list[ObjectionStateCount] = shown("按当前状态", "By the state that they are in now")


@strawberry.type(
    description=say(
        "某部门在一项指标上的位次；各指标分别排，不合成总名次", "A place in one column; columns are ranked one by one"
    )
)
class ReportRank:
    """One rank."""

    column: str = shown("指标的字段名", "The name of the figure's field")
    rank: int = shown("位次，相同数值并列", "The place; equal figures share one")
    of: int = shown("参加排位的部门数", "How many departments have a figure there")


@strawberry.type(description=say("一个部门的月报表", "The monthly return of one department"))
class DepartmentReport:
    """One department."""

    department: Department = shown("部门", "The department")
    figures: ReportFigures = shown("作为数据归属部门", "As an owner of sources")
    asking: AskingFigures = shown("作为查询部门", "As a department that asks")
    sources: list[SourceReport] = shown("各数据源", "Source by source")
    objections: ObjectionReport | None = shown(
        "异议；本网关不受理异议的为空", "Objections; null where none are kept here"
    )
    ranks: list[ReportRank] = shown("各项指标的位次；仅审计可见", "Its ranks, for auditors only")


@strawberry.type(
    description=say(
        "月报表与通报：只由台账计算，不询问任何数据源，不含记录内容；部门按登记顺序排列",
        "The monthly return: computed from the ledger alone, without content; departments in the order of the register",
    )
)
class DepartmentReports:
    """One month."""

    month: YearMonth = shown("月份", "The month")
    first_day: Date = shown("首日（北京时间）", "Its first day, Asia/Shanghai")
    last_day: Date = shown("末日（北京时间）", "Its last day")
    complete: bool = shown(
        "该月是否已结束；未结束的为截至目前的数", "False while the month is not over: figures so far"
    )
    made_at: DateTime = shown("计算时间", "When it was computed")
    departments: list[DepartmentReport] = shown("各部门", "The departments")
    total: ReportFigures | None = shown("合计；仅审计可见", "Of all together, for auditors only")
    others: AskingFigures | None = shown(
        "不属于任何部门的查询者；仅审计可见", "What callers of no department asked, for auditors only"
    )
    read: int | None = shown(
        "计算所依据的台账条目数；仅审计可见", "Entries of the ledger in the month, for auditors only"
    )
    unreadable: int | None = shown("其中无法识读的条目数；应为 0", "Those that could not be read: there should be none")
    calendar_years: list[int] = shown(
        "按国务院办公厅通知计算工作日的年份，其余只按周末",
        "Years whose working days follow a notice; others by weekends only",
    )
    working_days: int = shown("双公示时限（工作日）", "Working days within which decisions are to be published")
    basis: str = shown("双公示时限的依据", "The document that says so")
    columns: list[ReportColumn] = shown("各项指标的含义", "What the figures of owners mean")
    asked_columns: list[ReportColumn] = shown("查询方指标的含义", "What the figures of those who ask mean")
