"""Where sources differ: on the identifiers of one subject, or on the fields of one record; shown, never settled."""

import strawberry

from schema.enums import ResolutionScheme, SectionState
from schema.fields import say, shown
from schema.values import Coverage, Department


@strawberry.type(description=say("一个来源的说法", "What one source says"))
class ConflictingValue:
    """One of several values that differ."""

    value: str = shown("值", "The value")
    source: str = shown("数据源", "Name of the source")
    department: Department = shown("归属部门", "The department that owns it")


@strawberry.type(description=say("同一记录中各来源不一致的字段", "A field in which origins of one record differ"))
class RecordConflict:
    """One field of one record."""

    field: str = shown("字段", "The field of the record, by its name in the schema")
    values: list[ConflictingValue] = shown("各来源的值", "What each of them says")


@strawberry.type(description=say("主体标识不一致", "An identifier of a subject on which sources differ"))
class IdentityConflict:
    """One scheme of identifiers."""

    scheme: ResolutionScheme = shown("标识符类型", "Scheme of the identifier")
    values: list[ConflictingValue] = shown("各来源的值", "What each source says")


@strawberry.type(
    description=say(
        "主体标识核对结果：先看 state，再看 conflicts",
        "What comparing the identifiers of a subject brought: read `state` before `conflicts`",
    )
)
class IdentityReport:
    """Conflicts as far as the sources answered: none means none only when ``state`` is COMPLETE."""

    state: SectionState = shown("完整性", "Whether every source that should answer did")
    conflicts: list[IdentityConflict] = shown("不一致的标识", "Identifiers on which sources differ")
    coverage: list[Coverage] = shown("每个数据源的答复情况", "What came of asking each source")
