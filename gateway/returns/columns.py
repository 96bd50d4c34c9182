"""The columns of the return: what each is called, what it says, and how it is computed; the one table of all outputs.

There is no score: a department has a rank in single columns, by the figure of that column alone.
"""

from dataclasses import dataclass
from typing import Final, Literal

Form = Literal["COUNT", "SHARE", "MS", "DAYS"]
Better = Literal["MORE", "LESS"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``name`` is the attribute that holds its figure, ``zh`` and ``en`` its heading.

    ``how_zh`` and ``how_en`` say how it is computed. ``summable`` tells whether the figures of departments add up to
    the total; ``better`` which figures are ranked first, None where there is nothing to rank.
    """

    name: str
    zh: str
    en: str
    form: Form
    how_zh: str
    how_en: str
    summable: bool = False
    better: Better | None = None

    @property
    def how(self) -> str:
        """How it is computed, in both languages."""
        return f"{self.how_zh}。 {self.how_en[0].upper()}{self.how_en[1:]}."

    @property
    def field(self) -> str:
        """The name of the figure in the schema."""
        first, *others = self.name.split("_")
        return first + "".join(map(str.capitalize, others))


OWNED: Final = (
    Column(
        "queries", "被查询次数", "Queries", "COUNT",
        "至少调用过该部门一个数据源的查询数;同一查询涉及多个部门的,各计一次,故合计少于各部门之和",
        "queries that called a source of the department; one that called several departments counts at each of them",
    ),
    Column(
        "calls", "调用次数", "Calls", "COUNT",
        "对该部门数据源的调用数", "calls to its sources", summable=True,
    ),
    Column(
        "records", "提供记录数", "Records shown", "COUNT",
        "答复中列出的该部门记录数;同一决定由多个部门报送的,计入列在首位的来源",
        "records of it in answers; a decision that several report counts at the one whose report leads", summable=True,
    ),
    Column(
        "denials", "拒绝提供数", "Denials", "COUNT",
        "查询者无权查看的该部门字段数(按查询、字段计);多个部门都有的字段各计一次",
        "its fields that were refused to callers, by query and field; a field that several own counts at each",
    ),
    Column(
        "answers", "应答复次数", "Answers due", "COUNT",
        "被调用的数据源在答复中的状态总数(按主体和关系计),不含无权查询、标识符未确定、已停止提供",
        "statuses of the sources that were called, by subject and section, without DENIED, IDENTITY_UNRESOLVED and "
        "DISCONTINUED", summable=True,
    ),
    Column(
        "availability", "可用率", "Availability", "SHARE",
        "应答复次数中 ANSWERED、NOT_COVERED 所占比例;舍去四位以后小数,有失败即不为 100%",
        "share of the answers due that were ANSWERED or NOT_COVERED, cut and never rounded up", better="MORE",
    ),
    Column(
        "unavailable", "无法连接", "Unavailable", "COUNT",
        "状态 UNAVAILABLE:无法连接或系统故障", "UNAVAILABLE: not reached, or failed", summable=True,
    ),
    Column(
        "timed_out", "超时", "Timed out", "COUNT",
        "状态 TIMED_OUT:限时内未完整答复", "TIMED_OUT: no whole answer in time", summable=True,
    ),
    Column(
        "closed", "停止服务", "Closed", "COUNT",
        "状态 CLOSED:部门约定的停止服务时段", "CLOSED: hours in which the department does not serve", summable=True,
    ),
    Column(
        "misread_answers", "无法识读的答复", "Misread answers", "COUNT",
        "状态 MISREAD:答复中有无法识读的内容", "MISREAD: something in it could not be read", summable=True,
    ),
    Column(
        "stale_answers", "过期的答复", "Stale answers", "COUNT",
        "状态 STALE:数据早于应有的更新时间", "STALE: older than it should be", summable=True,
    ),
    Column(
        "latency_p50_ms", "答复耗时中位数", "Latency p50", "MS",
        "每次查询、每类记录中最长一次调用的耗时,取中位数(毫秒)",
        "of each query and entity the longest call; the median of those, in milliseconds",
    ),
    Column(
        "latency_p95_ms", "答复耗时95分位", "Latency p95", "MS",
        "同上,取第 95 百分位数(毫秒)", "the same, the 95th percentile", better="LESS",
    ),
    Column(
        "age_p50_days", "数据时效中位数", "Age of data p50", "DAYS",
        "每次查询、每类记录中来源自报的最早更新日期距查询日的天数,取中位数;来源不报的不计",
        "of each query and entity the days since the oldest date that the source itself gave; the median of those",
        better="LESS",
    ),
    Column(
        "age_max_days", "最久未更新", "Oldest data", "DAYS",
        "同上,取最大值", "the same, the largest",
    ),
    Column(
        "misread_records", "有误记录数", "Misread records", "COUNT",
        "所提供的记录中,有字段无法识读的记录数", "records shown with a value that could not be read", summable=True,
    ),
    Column(
        "readable", "数据合格率", "Readable records", "SHARE",
        "所提供的记录中,各字段均可识读的比例;舍去四位以后小数",
        "share of the records shown in which every value could be read, cut and never rounded up", better="MORE",
    ),
    Column(
        "timely", "双公示及时数", "Published in time", "COUNT",
        "所提供的行政许可、行政处罚中,能判定自决定之日起在规定的工作日内公示的次数;计入作出决定的部门,不知其为何部门的计入数据源的归属部门",
        "licenses and penalties shown that were published within the working days that the rule gives, where that can "
        "be told; each time they were shown, at the department that decided, or the source's where none is known",
        summable=True,
    ),
    Column(
        "overdue", "双公示逾期数", "Published late", "COUNT",
        "能判定逾期公示的次数,同样计入作出决定的部门;只凭更新时间不判定逾期",
        "those that were published later, counted likewise; never told by the time of an update alone", summable=True,
    ),
    Column(
        "timeliness", "双公示及时率", "Timeliness", "SHARE",
        "及时数占及时数与逾期数之和的比例;无法判定的不计",
        "in time among those in time and late; what cannot be told is left out", better="MORE",
    ),
)  # fmt: skip
"""What a department was asked as an owner of sources."""

ASKED: Final = (
    Column(
        "queries", "发起查询数", "Queries made", "COUNT",
        "该部门的客户端发起的查询数", "queries by clients of the department", summable=True,
    ),
    Column(
        "subjects", "查询主体数", "Subjects", "COUNT",
        "各次查询涉及的信用主体数之和", "subjects that those were about, added up", summable=True,
    ),
    Column(
        "records", "获得记录数", "Records received", "COUNT",
        "答复中列出的记录数", "records that they were shown", summable=True,
    ),
    Column(
        "denials", "被拒字段数", "Fields refused", "COUNT",
        "因无权而未获提供的字段数", "fields that were refused to them", summable=True,
    ),
    Column(
        "refused", "被拒请求数", "Requests refused", "COUNT",
        "未获答复的请求数(如超出限额、目的不符)", "requests that got no answer, such as those over a budget",
        summable=True,
    ),
)  # fmt: skip
"""What a department asked of others, and of itself."""

RANKED: Final = tuple(column for column in OWNED if column.better is not None)
