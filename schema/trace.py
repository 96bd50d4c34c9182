"""Where one field of an answer came from, for auditors: told from the ledger, without the value."""

from enum import Enum

import strawberry

from schema.audit import AuditDenial, StatusCount
from schema.enums import Disclosure, SectionState, label
from schema.fields import say, shown
from schema.scalars import DateTime


@strawberry.enum(description=say("追溯的结果", "What a field of an answer could be traced to"))
class TraceState(Enum):
    """What came of a trace."""

    TRACED = label("TRACED", "已追溯到数据源", "It was asked of the sources that are named")
    OWN = label("OWN", "由本网关给出，不来自数据源", "The gateway itself told it: no source did")
    DENIED = label("DENIED", "被拒，答复中为空", "It was denied: the answer holds null there")
    NO_SUCH_ITEM = label("NO_SUCH_ITEM", "列表没有这么多条", "The list in the answer had fewer items")
    NOT_IN_ANSWER = label("NOT_IN_ANSWER", "答复中没有该路径", "The answer had no such path")
    NO_ANSWER = label("NO_ANSWER", "该条目没有答复内容可追溯", "The entry is of a request without an answer to trace")
    RECEIPT_UNKNOWN = label("RECEIPT_UNKNOWN", "没有该回执", "The ledger holds no such receipt")


@strawberry.type(
    description=say("字段所依据的目录项和法律依据", "The item of the catalogue behind a field, and its bases")
)
class TraceBasis:
    """What the catalogue of the moment says."""

    item: str = shown("目录项代码", "Code of the item")
    name: str = shown("目录项名称", "Its name")
    legal_bases: list[str] = shown("法律依据", "The legal bases, by title")


@strawberry.type(description=say("数据源在追溯中的部分", "One source's part in a trace"))
class TraceSource:
    """What one source was asked, and which of its records it was."""

    source: str = shown("数据源", "The source")
    department: str = shown("归属部门代码", "Code of the department that owns it")
    entity: str = shown("实体", "The kind of record")
    asked: bool = shown("是否查询了该字段", "Whether the field itself was asked for there")
    record_key: str | None = shown(
        "记录号的化名", "Pseudonym of the record's key there; null without a place in a list"
    )
    statuses: list[StatusCount] = shown("答复状态", "How it answered")
    mapping: str = shown("数据源文件的版本", "Version of the source file that it was read by")
    as_of: str | None = shown("数据源自述的日期", "The date that the source itself gave")
    elapsed_ms: int = shown("耗时（毫秒）", "The longest call, in milliseconds")
    digest: str | None = shown("答复内容的化名摘要", "A keyed digest that stands for what it sent")
    scope: str | None = shown("字段的授权范围（现行）", "The scope that opens the field, as declared now")
    disclosure: Disclosure | None = shown(
        "字段的公开属性（现行）", "The disclosure level of the field, as declared now"
    )


@strawberry.type(
    description=say(
        "答复中一个字段的来历：部门、系统、时间、版本、规则",
        "Where a field of an answer came from: department, system, time, versions and rule",
    )
)
class FieldTrace:
    """One path of one answer."""

    receipt: str = shown("回执编号", "The receipt")
    path: str = shown("答复中的路径", "The path in the response")
    state: TraceState = shown("追溯结果", "What came of it")
    message: str = shown("说明", "The same in words")
    field: str | None = shown("模式中的字段", "The field of the schema, `Type.field`")
    record_field: str | None = shown("数据源文件中的字段", "The field as source files name it, `Entity.field`")
    section: SectionState | None = shown("所在关系的完整性", "State of the section that it stands in")
    items: int | None = shown("所在列表的条数", "How many items that list had")
    sources: list[TraceSource] = shown("数据源", "The sources that it came from, or could have")
    denials: list[AuditDenial] = shown("拒绝的原因", "Why it was denied, where it was")
    basis: TraceBasis | None = shown("目录项和法律依据（现行）", "Item and legal bases, as the catalogue says now")
    catalogue_unchanged: bool | None = shown(
        "现行目录即当时的目录", "Whether the catalogue of the moment is the one that counted then"
    )
    at: DateTime | None = shown("答复时间", "When the answer was given")
    client: str | None = shown("客户端", "Who asked")
    purpose: str | None = shown("查询目的", "What for")
    policy_version: str | None = shown("权限规则版本", "Version of the policy")
    catalogue_version: str | None = shown("目录版本", "Version of the catalogue")
    response_digest: str | None = shown("答复的 SHA-256", "SHA-256 of the response")
