"""Objections as the schema shows them, what files one and steps on, and the notice of a repair."""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown
from schema.scalars import Date, DateTime


@strawberry.enum(description=say("异议的状态", "Where an objection stands"))
class ObjectionState(Enum):
    """`domain.md` §4.7; who makes which step stands in `gateway.objections.states`."""

    SUBMITTED = label("SUBMITTED", "已提交，等待送达归属部门", "Filed, and on its way to the owner")
    ROUTED = label("ROUTED", "已送达归属部门，等待受理", "With the owner, which has yet to take it up")
    NOT_ACCEPTED = label("NOT_ACCEPTED", "归属部门不予受理", "The owner does not take it up, and says why")
    INVESTIGATING = label("INVESTIGATING", "归属部门核查中", "The owner looks into it")
    CORRECTED = label("CORRECTED", "信息已更正", "The owner has corrected the record")
    REMOVED = label("REMOVED", "信息已删除", "The owner has removed the record")
    UPHELD = label("UPHELD", "信息无误，维持", "The owner upholds the record, and says why")
    CLOSED = label("CLOSED", "已办结或已撤回", "Closed, or withdrawn by who filed it")


@strawberry.enum(description=say("异议的理由", "Why a record is objected to"))
class ObjectionGround(Enum):
    """What is wrong with it, as the filer says."""

    NOT_MINE = label("NOT_MINE", "不是本主体的信息", "It is not about this subject")
    VALUE_WRONG = label("VALUE_WRONG", "内容有误", "What it says is wrong")
    EXPIRED = label("EXPIRED", "已超过公示或有效期限", "Its term is over")
    REPAIRED_NOT_UPDATED = label(
        "REPAIRED_NOT_UPDATED", "已修复而未更新", "It was repaired, and is shown as if it were not"
    )
    DUPLICATE = label("DUPLICATE", "重复的信息", "It is there twice")
    OTHER = label("OTHER", "其他", "Something else")


@strawberry.enum(description=say("以何身份提出异议", "As whom an objection was filed"))
class ObjectionFiler(Enum):
    """Who filed it."""

    SUBJECT = label("SUBJECT", "信用主体本人", "The subject itself")
    WINDOW = label("WINDOW", "服务窗口", "A service window, for the subject")


@strawberry.enum(description=say("异议的送达情况", "What became of telling the owner"))
class ObjectionDelivery(Enum):
    """What became of its message."""

    WAITING = label("WAITING", "等待送达", "To be sent, or sent again")
    DELIVERED = label("DELIVERED", "已送达", "The owner's system has it")
    QUEUED = label(
        "QUEUED", "归属部门没有接收地址，在其待办中", "The owner has no address for it: it waits in its queue"
    )
    DEAD = label(
        "DEAD", "多次送达失败，在归属部门待办中", "Given up after many attempts: it waits in the owner's queue"
    )
    CANCELED = label("CANCELED", "送达前已撤回", "Withdrawn before it was sent")


@strawberry.type(description=say("异议办理的一步", "One step of an objection"))
class ObjectionStep:
    """Who took it from where to where."""

    at: DateTime = shown("时间", "When")
    before: ObjectionState = shown("原状态", "The state before")
    after: ObjectionState = shown("新状态", "The state after")
    by: str | None = shown("办理者；网关自身为空", "The client that made it; null for the gateway itself")
    note: str | None = shown("说明；审计不可见", "What it said; not for auditors")


@strawberry.type(
    description=say(
        "对一条信用记录的异议；由归属部门办理，网关只负责送达和计时",
        "An objection to a record: its owner decides, the gateway routes and times",
    )
)
class Objection:
    """One ticket."""

    id: str = shown("异议编号", "Its id")
    state: ObjectionState = shown("状态", "Where it stands")
    filed_at: DateTime = shown("提出时间", "When it was filed")
    filed_by: str = shown("提出所经的客户端", "The client that filed it")
    filed_as: ObjectionFiler = shown("提出者的身份", "As whom that client filed it")
    receipt: str = shown("所异议答复的回执编号", "The receipt of the answer that it objects to")
    path: str = shown("答复中的字段路径", "The path of the field in that answer")
    source: str = shown("数据源", "The source that holds the record")
    department: str = shown("归属部门代码", "Code of the department that owns it")
    entity: str = shown("信息类别", "The kind of record")
    field: str = shown("字段；`.*` 为整条记录", "The field; `.*` for the whole record")
    ground: ObjectionGround = shown("理由", "Why")
    statement: str | None = shown("陈述；审计不可见", "What the filer says; not for auditors")
    evidence: list[str] | None = shown(
        "证据文件的 SHA-256；审计不可见", "SHA-256 of the documents that prove it; not for auditors"
    )
    contact: str | None = shown(
        "提出者的联系编号；审计不可见", "The filer's own reference, to reach it by; not for auditors"
    )
    subject: str | None = shown(
        "信用主体代码；仅归属部门在受理前可见，其后网关不再保存",
        "Code of the subject; for the owner until it takes the objection up or was sent it: it is not kept longer",
    )
    record_key: str | None = shown(
        "记录在来源系统中的键；仅归属部门在受理前可见，其后网关不再保存",
        "Key of the record at its source; for the owner until it takes the objection up or was sent it",
    )
    part: str | None = shown(
        "记录所在的表，数据源文件中的名称，如 ListEntry_abnormal；与 recordKey 一同可见",
        "The table that holds the record, by its name in the source file, such as `ListEntry_abnormal`; seen as long "
        "as `recordKey` is",
    )
    delivery: ObjectionDelivery = shown("送达情况", "What became of telling the owner")
    delivery_attempts: int = shown("送达次数", "How often it was tried to send it")
    accept_by: Date | None = shown(
        "应受理的日期；送达前为空", "The day by which it is to be taken up; null until routed"
    )
    due_on: Date | None = shown("应办结的日期；送达前为空", "The day by which it is to be decided; null until routed")
    overdue: bool = shown("已超过期限", "Whether a day for it has passed")
    history: list[ObjectionStep] = shown("办理经过，由旧到新", "Its steps, the oldest first")


@strawberry.type(description=say("归属部门的修复通知", "A notice of repair by the owner"))
class RepairNotice:
    """What was noticed, and since when it counts."""

    source: str = shown("数据源", "The source that holds the record")
    entity: str = shown("信息类别", "The kind of record")
    repaired_on: Date = shown("信用修复日期", "Date of the repair")
    basis: str = shown("信用修复依据", "What it rests on")
    noticed_at: DateTime = shown(
        "通知时间，自下一次查询起生效", "Since when it is known; it counts from the next query on"
    )


@strawberry.input(description=say("提出一件异议", "An objection to file"))
class FileObjectionInput:
    """What is objected to, and why."""

    receipt: str = shown("所异议答复的回执编号", "The receipt of the answer that is objected to")
    path: str = shown(
        "答复中的字段路径，如 `subject.penalties.items.0.fineAmount`",
        "The path of the field in that answer, such as `subject.penalties.items.0.fineAmount`",
    )
    ground: ObjectionGround = shown("理由", "Why")
    statement: str = shown(
        "陈述，至多 1000 字，不得含个人证件号码", "What is wrong: at most 1,000 characters, no personal number"
    )
    evidence: list[str] = strawberry.field(
        default_factory=list,
        description=say("证据文件的 SHA-256，至多 10 个", "SHA-256 in hex of the documents that prove it, at most 10"),
    )
    record_key: str | None = strawberry.field(
        default=None,
        description=say(
            "答复中记录的键（provenance.recordKey），供归属部门查找；网关送达后即删除",
            "Key of the record as the answer showed it (provenance.recordKey), by which the owner finds it; the "
            "gateway deletes it once delivered",
        ),
    )
    subject: str | None = strawberry.field(
        default=None,
        description=say(
            "服务窗口代为提出时，信用主体的统一社会信用代码",
            "For a service window: unified social credit code of the subject that it files for",
        ),
    )
    contact: str | None = strawberry.field(
        default=None,
        description=say(
            "提出者的联系编号，不得为电话或证件号码",
            "A reference of the filer's own to reach it by, never a telephone or personal number",
        ),
    )
    client_mutation_id: str | None = strawberry.field(
        default=None,
        description=say(
            "幂等键：同一键再次提交时返回首次的结果",
            "A key of idempotency: sent again, it gives the first result and files nothing",
        ),
    )


@strawberry.input(description=say("办理一件异议", "A step of an objection"))
class AdvanceObjectionInput:
    """Where to take it."""

    id: str = shown("异议编号", "Its id")
    to: ObjectionState = shown("新状态", "The state to take it to")
    note: str | None = strawberry.field(
        default=None,
        description=say(
            "说明，至多 500 字；不予受理和维持时必填",
            "What there is to say, at most 500 characters; needed where it is not accepted or upheld",
        ),
    )


@strawberry.input(description=say("通知一条记录已修复", "That a record was repaired"))
class NoticeRepairInput:
    """Which record, since when and on what basis."""

    source: str = shown("数据源", "The source that holds the record")
    entity: str = shown(
        "信息类别；数据源有几张表时为表名，如 `ListEntry_abnormal`",
        "The kind of record; of a source with several tables of it the table's name, such as `ListEntry_abnormal`",
    )
    record_key: str = shown(
        "记录在来源系统中的键；网关只保存其摘要", "Key of the record there; the gateway keeps a pseudonym"
    )
    repaired_on: Date = shown("信用修复日期，不晚于今日", "Date of the repair, not later than today")
    basis: str = shown("信用修复依据，至多 200 字", "What it rests on, at most 200 characters")
