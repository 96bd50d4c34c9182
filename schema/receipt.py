"""Receipts of answers, checkpoints of the ledger, and what becomes of a bundle that is handed back."""

import strawberry

from schema.audit import EntryKind, EntryOutcome
from schema.check import CheckReplay
from schema.enums import CoverageStatus
from schema.fields import say, shown
from schema.scalars import DateTime


@strawberry.type(description=say("某一答复状态的次数", "How often a source answered with one status"))
class ReceiptStatus:
    """One coverage status, counted."""

    status: CoverageStatus = shown("答复状态", "The status")
    count: int = shown("次数", "How often")


@strawberry.type(
    description=say("向一个数据源查询了什么、结果如何", "What was asked of one entity of one source, and how it went")
)
class ReceiptSource:
    """One entity of one source."""

    source: str = shown("数据源", "The source")
    department: str = shown("归属部门代码", "Code of the department that owns it")
    entity: str = shown("实体", "The kind of record")
    fields: list[str] = shown("查询的字段", "The fields that were asked for, by their names in source files")
    calls: int = shown("调用次数", "How many calls were made")
    statuses: list[ReceiptStatus] = shown("答复状态", "How it answered")
    mapping: str = shown("数据源文件的版本", "Version of the source file that its answers were read by")
    records: int = shown("展示的记录数", "How many records were shown")
    as_of: str | None = shown("数据源自述的最早日期", "The oldest date that the source itself gave")
    digest: str | None = shown("答复内容的化名摘要", "A keyed digest that stands for what it sent")


@strawberry.type(description=say("被拒的字段及原因", "A field that was asked for and denied"))
class ReceiptDenial:
    """A field and the reason."""

    field: str = shown("字段", "The field")
    reason: str = shown("原因代码", "Code of the reason")


@strawberry.type(
    description=say("检查点的时间戳（RFC 3161）", "A timestamp over the checkpoint of a receipt (RFC 3161)")
)
class ReceiptTimestamp:
    """A token of a time stamping authority."""

    anchor: str = shown("锚定处的名称", "Name of the anchor that it comes from")
    at: DateTime = shown("所证明的时间", "The time that it proves")
    token: str = shown("时间戳（DER）的 base64", "The token (DER), base64")


@strawberry.type(
    description=say(
        "一次答复的收据：谁、何时、为何、查询了什么，以及它已记入账本的证明；不含任何记录内容",
        "The receipt of an answer: who asked, when, what for, for what, and the proof that it is in the ledger; "
        "no content of any record",
    )
)
class Receipt:
    """An entry of the ledger with its proof."""

    id: str = shown("收据编号", "The id")
    at: DateTime = shown("时间", "When")
    kind: EntryKind = shown("类别", "The kind of entry")
    client: str = shown("客户端", "The client that asked")
    department: str | None = shown("查询部门代码", "Code of the client's department")
    purpose: str = shown("查询目的", "The purpose that was declared")
    case_number: str | None = strawberry.field(
        name="case", description=say("项目或案件编号", "The project or case number")
    )
    consent: str | None = shown("所提交授权的化名", "The pseudonym of the consent that was named")
    operation_hash: str = shown("查询文本的 SHA-256", "SHA-256 of the document")
    operation_name: str | None = shown("查询名称", "Name of the operation")
    subjects: list[str] = shown("主体的化名", "Pseudonyms of the subjects")
    sources: list[ReceiptSource] = shown("所查的数据源", "What was asked of sources")
    denied: list[ReceiptDenial] = shown("被拒的字段", "What was denied")
    outcome: EntryOutcome = shown("结果", "How it ended")
    code: str | None = shown("错误代码", "Code of the error, of a request that was refused")
    policy_version: str = shown("权限规则版本", "Version of the policy then in force")
    catalogue_version: str = shown("目录版本", "Version of the catalogue then in force")
    response_digest: str = shown("答复的 SHA-256", "SHA-256 of the answer, in hex")
    elapsed_ms: int = shown("耗时（毫秒）", "How long it took, in milliseconds")
    entry: str = shown("条目的原文，证明即以它计算", "The exact text of the entry, which the proof is over")
    index: int = shown("在账本中的序号，自 0 起", "Its place in the ledger, from 0")
    tree_size: int = shown("检查点的条数", "How many entries the tree of the checkpoint has")
    algorithm: str = shown("散列算法：sha-256 或 sm3", "The hash of the tree: sha-256 or sm3")
    inclusion: list[str] = shown("通向根的路径，base64", "The path to the root (RFC 6962), each hash in base64")
    leaf: str = shown("条目的叶散列，base64", "The hash of the entry as a leaf, base64")
    checkpoint: str = shown("签名的检查点", "The signed checkpoint, a note with its line breaks")
    shape: str | None = shown("字段表的原文", "The exact text of the table of fields: path in the answer to field")
    timestamps: list[ReceiptTimestamp] = shown("检查点的时间戳", "Timestamps over the checkpoint")
    link: str = shown("收据的地址", "Where it can be read")


@strawberry.type(
    description=say("账本的检查点", "A signed checkpoint of the ledger: how long it is, and the root of its tree")
)
class LedgerCheckpoint:
    """The head of the log."""

    note: str = shown("签名的文本，应原样保存", "The signed note, to be kept as it is")
    origin: str = shown("账本的名称", "The name of the log")
    size: int = shown("条数", "How many entries it has")
    root: str = shown("根，base64", "The root of the tree, base64")
    algorithm: str = shown("散列算法：sha-256 或 sm3", "The hash of the tree: sha-256 or sm3")
    at: DateTime | None = shown("签名时间", "When it was signed")
    keys: list[str] = shown("公钥 name+id+key，现行的在前", "The public keys, `name+id+key`, the current one first")


@strawberry.type(
    description=say(
        "一致性证明：较长的账本以较短的开头", "Proof that the longer log begins with the shorter one (RFC 6962)"
    )
)
class ConsistencyProof:
    """A consistency proof."""

    from_: int = strawberry.field(name="from", description=say("较短的条数", "Entries of the shorter log"))
    to: int = shown("较长的条数", "Entries of the longer log")
    path: list[str] = shown("证明，base64", "The proof, each hash in base64")


@strawberry.type(description=say("核验的一项结论", "One finding about a bundle"))
class ReplayFinding:
    """One check."""

    code: str = shown("代码", "Its code")
    verdict: str = shown("结论：HOLDS、FAILS 或 UNKNOWN", "HOLDS, FAILS or UNKNOWN")
    place: str = shown("何处", "What it is about")
    zh: str = shown("中文说明", "In Chinese")
    en: str = shown("英文说明", "In English")


@strawberry.type(
    description=say("当时生效的一个版本，及今天的版本", "A version that was in force, and the one of today")
)
class ReplayVersion:
    """One version."""

    what: str = shown("种类：POLICY、CATALOGUE 或 SOURCE（数据源文件）", "POLICY, CATALOGUE or SOURCE (a source file)")
    name: str = shown("数据源的名称", "Name of the source; empty for the others")
    then: str = shown("当时的版本", "The version then")
    now: str | None = shown("今天的版本；已不存在的为空", "The version of today; null where there is none any more")
    in_force: bool = shown("是否仍然生效", "Whether it is still in force")


@strawberry.type(
    description=say("答复中的一个字段，及当时的来源和决定", "A field of the answer: what it was, who gave it")
)
class ReplayField:
    """One path of the response."""

    path: str = shown("在答复中的路径，不含列表序号", "Its path in the answer, without places in lists")
    field: str = shown("字段 `类型.字段`", "The field of the schema, `Type.field`")
    entity: str | None = shown("记录的实体", "The kind of record that it belongs to")
    decision: str = shown(
        "决定：SHOWN 开放；DENIED 被拒；NOT_ASKED 未向数据源查询",
        "SHOWN, DENIED, or NOT_ASKED: no source was asked for it",
    )
    reason: str | None = shown("被拒的原因代码", "Code of the reason of a denial")
    sources: list[ReplayVersion] = shown("查询的数据源及其文件版本", "The sources that were asked, and their versions")


@strawberry.type(
    description=say(
        "交回的证明包：是否即当时所披露的，当时的规则与目录，以及哪些今天仍然生效；不查询任何数据源",
        "A bundle that was handed back: whether it is what was disclosed, the rules and catalogue of that time, and "
        "which of them are still in force; no source is asked",
    )
)
class Replay:
    """What became of a bundle."""

    verdict: str = shown("结论：HOLDS、FAILS 或 UNKNOWN", "HOLDS, FAILS or UNKNOWN")
    zh: str = shown("结论的中文说明", "What it comes to, in Chinese")
    en: str = shown("结论的英文说明", "What it comes to, in English")
    findings: list[ReplayFinding] = shown("各项结论", "All findings")
    receipt: str | None = shown(
        "收据编号；账本中没有或不属于查询者的为空", "The receipt; null where it is unknown, or another client's"
    )
    at: DateTime | None = shown("答复的时间", "When the answer was given")
    versions: list[ReplayVersion] = shown("当时生效的版本", "The versions then in force")
    fields: list[ReplayField] = shown("逐个字段的说明", "The answer field by field")
    checks: list[CheckReplay] = shown(
        "答复中的信用核查，对留存的依据重新判断；选取过 evidence 的方可",
        "The credit checks of the answer, judged again; only of those whose `evidence` was selected",
    )
