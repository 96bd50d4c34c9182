"""The auditors' trail: who asked whom about what, and how it ended. Never the content of a record."""

from enum import Enum

import strawberry

from schema.enums import CoverageStatus, ResolutionScheme, label
from schema.fields import say, shown
from schema.scalars import DateTime
from schema.values import PageInfo


@strawberry.enum(description=say("日志条目的类别", "What an entry of the ledger is about"))
class EntryKind(Enum):
    """Kinds of entries."""

    QUERY = label("QUERY", "已答复的查询", "An answered query")
    MUTATION = label("MUTATION", "登记、撤回等操作", "A mutation")
    EXPLAIN = label("EXPLAIN", "仅说明查询计划，未查询数据源", "A plan that was told; no source was asked")
    REFUSAL = label("REFUSAL", "被拒绝的请求", "A request that got no answer")
    CHANGE = label("CHANGE", "管理性变更", "An administrative change")
    CHECK = label("CHECK", "为信用核查所作的查询", "What was asked for a credit check")
    SCREENING = label("SCREENING", "为批量核查所作的查询", "What was asked for rows of a screening")
    REPORT = label("REPORT", "为信用报告所作的查询", "What was asked for a credit report")
    ISSUED = label("ISSUED", "出具的信用报告", "A credit report that was issued")
    WATCH = label("WATCH", "为变动关注所作的查询", "What was asked by a watch")
    EVENT = label("EVENT", "推送给订阅者的事件", "An event that was told to a subscriber")
    SUBSCRIPTION = label("SUBSCRIPTION", "订阅的开始或结束", "The start or the end of a subscription")


@strawberry.enum(description=say("请求的结果", "How a request ended"))
class EntryOutcome(Enum):
    """Outcomes of entries."""

    ANSWERED = label("ANSWERED", "完整答复", "Answered whole")
    PARTIAL = label("PARTIAL", "部分答复", "Answered in part: something was denied, or a source did not answer")
    DENIED = label("DENIED", "所查信息均不予开放", "Nothing that was asked for is open to the caller")
    REFUSED = label("REFUSED", "请求被拒绝", "The request was refused")
    FAILED = label("FAILED", "数据源均未答复，或系统故障", "No source answered, or a fault")
    EXPLAINED = label("EXPLAINED", "仅说明查询计划", "Only the plan was told")


@strawberry.input(
    description=say(
        "被查询的主体；收到后立即化名，不以原值写入任何日志",
        "A subject that was asked about; it is turned into a pseudonym at once and written down in no other form",
    )
)
class AuditSubject:
    """One identifier; without a scheme, every way in which the value may have been asked."""

    value: str = shown("标识符的值", "The value of the identifier")
    scheme: ResolutionScheme | None = strawberry.field(
        default=strawberry.UNSET,
        description=say(
            "标识符类型：能确定主体的查询均以统一社会信用代码记入，其他类型只用于未能确定主体的查询",
            "Its scheme: whoever was found is in the ledger by its unified code; other schemes find the questions "
            "whose key led to nobody",
        ),
    )


@strawberry.input(description=say("筛选条件，须同时满足", "What entries must have in common: all of it"))
class AuditFilter:
    """Everything is optional; what is left out does not matter."""

    subject: AuditSubject | None = strawberry.field(
        default=strawberry.UNSET, description=say("被查询的主体", "Whom the request was about")
    )
    client: str | None = strawberry.field(
        default=strawberry.UNSET, description=say("客户端", "Who asked: the client, by its name in the register")
    )
    department: str | None = strawberry.field(
        default=strawberry.UNSET, description=say("查询部门代码", "Who asked: the department, by its code")
    )
    owner: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=say("归属部门代码：其数据源被查询", "Code of a department one of whose sources was asked"),
    )
    source: str | None = strawberry.field(
        default=strawberry.UNSET, description=say("被查询的数据源", "A source that was asked")
    )
    purpose: str | None = strawberry.field(
        default=strawberry.UNSET, description=say("查询目的", "The purpose that was declared")
    )
    field: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=say(
            "查询过或被拒的字段 `实体.字段`，或整个实体",
            "A field that was asked for or denied, such as `AdministrativePenalty.fineAmount`, or a whole entity",
        ),
    )
    kind: EntryKind | None = strawberry.field(
        default=strawberry.UNSET, description=say("条目类别", "The kind of entry")
    )
    outcome: EntryOutcome | None = strawberry.field(
        default=strawberry.UNSET, description=say("结果", "How the request ended")
    )
    receipt: str | None = strawberry.field(
        default=strawberry.UNSET, description=say("回执编号", "The receipt of one answer")
    )
    from_: DateTime | None = strawberry.field(
        name="from", default=strawberry.UNSET, description=say("起始时间（含）", "Not before this time")
    )
    to: DateTime | None = strawberry.field(
        default=strawberry.UNSET, description=say("截止时间（不含）", "Before this time")
    )


@strawberry.type(description=say("某一答复状态的次数", "How often sources answered with one status"))
class StatusCount:
    """One coverage status, counted."""

    status: CoverageStatus = shown("答复状态", "The status")
    count: int = shown("次数", "How often")


@strawberry.type(
    description=say("向一个数据源查询了什么、结果如何", "What was asked of one entity of one source, and how it went")
)
class AuditUse:
    """One entity of one source."""

    source: str = shown("数据源", "The source")
    department: str = shown("归属部门代码", "Code of the department that owns it")
    entity: str = shown("实体", "The kind of record")
    fields: list[str] = shown("查询的字段", "The fields that were asked for, by their names in source files")
    calls: int = shown("调用次数", "How many calls were made")
    statuses: list[StatusCount] = shown("答复状态", "How it answered")
    mapping: str = shown("数据源文件的版本", "Version of the source file that its answers were read by")
    elapsed_ms: int = shown("最长一次调用的耗时（毫秒）", "The longest call, in milliseconds")
    records: int = shown("展示的记录数", "How many records were shown")
    misread: int = shown("其中有无法识读内容的", "Those of them with a value that could not be read")
    timely: int = shown("其中按期公示的", "Those published in time")
    overdue: int = shown("其中逾期公示的", "Those published too late, or not yet")
    as_of: str | None = shown("数据源自述的最早日期", "The oldest date that the source itself gave")
    digest: str | None = shown("答复内容的化名摘要", "A keyed digest that stands for what it sent")


@strawberry.type(description=say("被拒的字段及原因", "A field that was asked for and denied"))
class AuditDenial:
    """A field and the reason."""

    field: str = shown("字段", "The field")
    reason: str = shown("原因代码", "Code of the reason")


@strawberry.type(
    description=say(
        "依法对主体隐去的查询", "Inquiries that were lawfully withheld from the subject that asked for them"
    )
)
class AuditWithheld:
    """How many, and on which basis."""

    rule: str = shown("隐去规则", "The rule of config/audit.toml")
    basis: str | None = shown("法律依据代码", "Code of its legal basis; null when the rule is no longer there")
    count: int = shown("隐去的条数", "How many were withheld")


@strawberry.type(description=say("管理性变更的内容", "What an administrative change changed"))
class AuditChange:
    """One change."""

    what: str = shown("变更的对象", "What changed")
    name: str = shown("名称", "Its name")
    before: str | None = shown("变更前的版本或状态", "The version or state before")
    after: str | None = shown("变更后的版本或状态", "The version or state after")


@strawberry.type(
    description=say(
        "日志条目：谁、何时、为何、查询了谁的哪些信息、结果如何；不含任何记录内容",
        "One entry of the ledger: who asked, when, what for, about whom, for what, and how it ended; no content",
    )
)
class AuditEntry:
    """One entry."""

    receipt: str = shown("回执编号", "The receipt")
    index: int = shown("在日志中的位置", "Its place in the ledger, from 0")
    at: DateTime = shown("时间", "When")
    kind: EntryKind = shown("类别", "The kind of entry")
    client: str = shown("客户端；未能识别的为空", "The client; empty when the caller could not be identified")
    department: str | None = shown("查询部门代码", "Code of the client's department")
    purpose: str = shown("查询目的", "The purpose that was declared")
    case_number: str | None = strawberry.field(
        name="case", description=say("项目或案件编号", "The project or case number")
    )
    consent: str | None = shown("所提交授权的化名", "The pseudonym of the consent that was named")
    operation_hash: str = shown("查询文本的 SHA-256", "SHA-256 of the document")
    operation_name: str | None = shown("查询名称", "Name of the operation")
    subjects: list[str] = shown("主体的化名", "Pseudonyms of the subjects")
    uses: list[AuditUse] = shown("所查的数据源", "What was asked of sources")
    denied: list[AuditDenial] = shown("被拒的字段", "What was denied")
    withheld: list[AuditWithheld] = shown(
        "主体自查时依法隐去的查询", "Of a subject's own look at its inquiries: what was withheld from it"
    )
    outcome: EntryOutcome = shown("结果", "How it ended")
    code: str | None = shown("错误代码", "Code of the error, of a request that was refused")
    count: int = shown("合并的同类拒绝数", "Above 1 where several like refusals share the entry")
    changes: list[AuditChange] = shown("管理性变更", "What an administrative change changed")
    policy_version: str = shown("权限规则版本", "Version of the policy")
    catalogue_version: str = shown("目录版本", "Version of the catalogue")
    response_digest: str = shown("答复的 SHA-256", "SHA-256 of the response")
    elapsed_ms: int = shown("耗时（毫秒）", "How long it took, in milliseconds")


@strawberry.type(description=say("日志条目，由新到旧", "Entries of the ledger, newest first"))
class AuditTrail:
    """One page."""

    entries: list[AuditEntry] = shown("条目", "The entries of this page")
    page_info: PageInfo = shown("分页信息", "Where this page ends")
