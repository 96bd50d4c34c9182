"""How much was disclosed in a period, for auditors."""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown


@strawberry.enum(description=say("统计的分组", "By what disclosures are counted"))
class StatsBy(Enum):
    """Groups."""

    CLIENT = label("CLIENT", "客户端", "By the client that asked")
    DEPARTMENT = label("DEPARTMENT", "查询部门", "By the department that asked")
    PURPOSE = label("PURPOSE", "查询目的", "By purpose")
    OUTCOME = label("OUTCOME", "结果", "By outcome")
    SOURCE = label("SOURCE", "数据源", "By source that was asked")
    OWNER = label("OWNER", "归属部门", "By department whose source was asked")
    FIELD = label("FIELD", "字段", "By field that was asked for or denied")
    DAY = label("DAY", "日期", "By day, as in China")


@strawberry.enum(description=say("统计的依据", "What figures are computed from"))
class StatsFrom(Enum):
    """Where the figures come from."""

    ENTRIES = label("ENTRIES", "逐条读取条目", "From the entries, one by one: every figure")
    COLUMNS = label(
        "COLUMNS",
        "期间条目过多，由索引列统计；部分数字为空",
        "There are too many entries in the period: from the columns beside them, which do not tell every figure",
    )


@strawberry.type(description=say("一组的披露统计", "How much was disclosed, of one group"))
class StatsGroup:
    """One group."""

    key: str = shown("分组的值", "What the group has in common; empty where there is none")
    answers: int = shown("答复数", "Answers that were given")
    subjects: int | None = shown("不同主体数（化名去重）", "Different pseudonyms of subjects; null where not counted")
    records: int | None = shown("展示的记录数", "Records that were shown; null where not counted")
    denials: int = shown("被拒的字段次数", "Fields that were denied, once an answer")
    refusals: int = shown("被拒绝的请求数", "Requests that were refused")


@strawberry.type(description=say("披露统计", "How much was disclosed in a period"))
class DisclosureStats:
    """The figures of a period."""

    entries: int = shown("期间内的条目数", "How many entries the period holds")
    computed_from: StatsFrom = shown("统计的依据", "What the figures are computed from")
    groups: list[StatsGroup] = shown("各组，答复多者在前", "The groups, most answers first")
    left_out: int = shown("未列出的组数", "How many groups are not listed: 1,000 are at most")
