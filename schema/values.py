"""Small values that stand in answers as they are: amounts, identifiers, departments, notes, coverage."""

import strawberry

from schema.enums import CheckResult, CoverageStatus, IdentifierScheme, IssueCode, MatchMethod, ResolutionScheme
from schema.fields import say, shown
from schema.scalars import Date, DateTime, Decimal


@strawberry.type(description=say("金额", "An amount of money"))
class Money:
    """An amount; ``amount`` is a plain decimal string in units of ``currency`` (for CNY: yuan, never 万元)."""

    amount: Decimal = shown("金额，单位为元", "The amount in whole units of the currency: yuan, not ten thousand yuan")
    currency: str = strawberry.field(default="CNY", description=say("币种代码", "ISO 4217 code of the currency"))
    unit_assumed: bool = strawberry.field(
        default=False,
        description=say(
            "单位由文本推断，而非来源字段约定", "True when the unit was read from a text and not agreed with the source"
        ),
    )


@strawberry.type(description=say("信用主体的一个标识符", "One identifier of a subject"))
class SubjectIdentifier:
    """One identifier under which a subject is known."""

    scheme: IdentifierScheme = shown("标识符类型", "The scheme of the identifier")
    value: str = shown("标识符的值", "The value, normalized")
    check: CheckResult = shown("校验码检验结果", "Whether its check digit is right")


@strawberry.type(description=say("键值如何确定到主体", "How the key that was given led to the subject"))
class Resolution:
    """How a subject was found."""

    scheme: ResolutionScheme = shown("查询键的标识符类型", "Scheme of the key that was given")
    check: CheckResult = shown("查询键的校验结果", "Whether the key's check digit is right")
    method: MatchMethod = shown("确定方式", "How the key led to the subject")
    via: str | None = shown("经由的数据源（如登记机关对照）", "The source whose crosswalk was asked, if one was")
    confidence: float = shown(
        "确定的可信度，0 至 1；按名称确定的小于 1", "How sure it is, from 0 to 1; below 1 when a name led to it"
    )


@strawberry.type(description=say("部门", "A department: one that owns records today, or one that older records name"))
class Department:
    """A department as `config/departments.toml` lists it."""

    code: str = shown("部门代码", "Code of the department at this gateway")
    name: str = shown("部门名称", "Name of the department")
    uscc: str | None = shown("部门的统一社会信用代码", "The department's own unified social credit code")
    predecessors: list[str] = shown(
        "机构改革前的部门名称", "Names of the bodies it succeeded, as the notice of 2018 has them"
    )
    successor: str | None = shown(
        "机构改革后承接其职责的部门代码", "Code of the department that took its tasks over, when it has ended"
    )
    valid_from: Date | None = shown("设立日期", "Since when it exists in this form")
    valid_to: Date | None = shown("撤销日期", "Its last day, when it has ended")


@strawberry.type(description=say("读取记录时的说明", "Something noted while a record was read"))
class Issue:
    """A value that could not be read, or was read with a reservation."""

    field: str = shown("字段", "The field of the record, by its name in source files")
    code: IssueCode = shown("说明代码", "What was noted")
    message: str = shown("说明", "What was noted, in words; the raw value is never quoted")


@strawberry.type(description=say("一个数据源对本次查询的答复情况", "What came of asking one owning source"))
class Coverage:
    """The outcome at one source: whether, when and why not."""

    source: str = shown("数据源", "Name of the source")
    department: Department = shown("归属部门", "The department that owns it")
    part: str | None = shown(
        "该源中的表（同一类记录分多表存放时）", "The table of the source, when it holds records of the kind in several"
    )
    status: CoverageStatus = shown("答复状态", "Whether it answered")
    reason: str | None = shown("未完整答复的原因", "Why it did not, or not fully")
    until: DateTime | None = shown("预计恢复时间", "When it is expected to answer again")
    as_of: Date | None = shown("数据日期", "The source's own date of the answer")
    as_of_time: DateTime | None = shown(
        "数据时间（数据源写明到秒的）", "The source's own time of the answer, where it tells more than a date"
    )
    fetched_at: DateTime | None = shown("查询时间", "When it answered")
    elapsed_ms: int | None = shown("耗时（毫秒）", "How long it took, in milliseconds")
    match_confidence: float | None = shown(
        "查询该源所用标识符的可信度，0 至 1；未查询的为空",
        "How sure the code is by which it was asked, from 0 to 1; null when it was not asked",
    )


@strawberry.type(description=say("分页信息", "Where this page ends"))
class PageInfo:
    """Where a page ends."""

    has_next_page: bool = shown("是否还有下一页", "Whether more items follow")
    end_cursor: str | None = shown(
        "本页末尾的游标，用于 after", "Cursor of the last item: give it as `after` for the next page"
    )
