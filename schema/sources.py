"""Sources as the gateway sees them: their state, and where what they send no longer fits what their file says."""

import strawberry

from schema.enums import SourceState
from schema.fields import say, shown
from schema.scalars import DateTime
from schema.values import Department


@strawberry.type(
    description=say(
        "数据漂移：某字段的来源内容与数据源文件不再相符", "A field whose values no longer fit the source file"
    )
)
class Drift:
    """One field of one entity at one source, since the gateway started."""

    field: str = shown("字段", "The field, by its name in source files")
    entity: str = shown("实体", "The entity of the source file")
    count: int = shown("无法识读的次数", "How often it could not be read")
    last_at: DateTime = shown("最近一次时间", "When it last happened")
    reason: str = shown("原因", "Why, in words; the raw value is never quoted")


@strawberry.type(description=say("数据源", "A source and its state as seen from here"))
class SourceStatus:
    """One source."""

    name: str = shown("数据源", "Name of the source")
    title: str = shown("系统名称", "Name of the department's system")
    department: Department = shown("归属部门", "The department that owns it")
    kind: str = shown("接口类型", "Kind of its interface, such as sql, rest, soap or file")
    state: SourceState = shown("运行状态", "Whether it answers")
    last_answered_at: DateTime | None = shown("最近一次答复时间", "When it last answered this gateway")
    calls: int = shown("启动以来的查询次数", "Calls since the gateway started")
    failures: int = shown("启动以来的失败次数", "Failed calls since the gateway started")
    misreads: int = shown("启动以来无法识读的记录数", "Records with unreadable values since the gateway started")
    median_ms: float | None = shown("近期答复耗时中位数（毫秒）", "Median of recent answers, in milliseconds")
    quiet_hours: str | None = shown("停止服务时段（北京时间）", "Hours in which it is not asked, Asia/Shanghai")
    since_year: int | None = shown("自哪一年起有数据", "First year that it covers, where it has one")
    update_cycle: str = shown("更新周期", "How often its data are brought up to date")
    entities: list[str] = shown("持有的记录类型", "Entities it holds")
    drift: list[Drift] = shown(
        "启动以来出现漂移的字段", "Fields that no longer fit the source file, since the gateway started"
    )
