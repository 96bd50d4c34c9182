"""Watches as the schema shows them: that a section changed, never what; and what starts and stops one."""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown
from schema.results import SubjectKey
from schema.scalars import DateTime


@strawberry.enum(description=say("关注到的情况", "What is told of a section"))
class WatchNews(Enum):
    """A section that could not be asked is unknown: neither changed nor unchanged."""

    BASELINE = label("BASELINE", "首次取得，以后与之比较", "Known for the first time: later ones are compared with it")
    CHANGED = label("CHANGED", "与上次取得的不同", "Not what it was when it was last known")
    UNKNOWN = label("UNKNOWN", "无法取得；不等于没有变化", 'It could not be asked, which is not "unchanged"')
    UNCHANGED = label("UNCHANGED", "恢复取得，与此前相同", "Known again after a gap, and as it was before")
    STOPPED = label("STOPPED", "不再关注，原因见 reason", "It is watched no longer: `reason` tells why")


@strawberry.type(description=say("一个主体的一类信息的情况", "What is told of one section of one subject"))
class SectionNews:
    """One line of a report."""

    subject: str | None = shown("主体的查询键，与提交的一致", "The key of the subject, as the watcher gave it")
    section: str | None = shown("信息类别的路径", "Path of the section: `penalties`")
    news: WatchNews = shown("情况", "What there is to tell")
    at: DateTime = shown("发现时间", "When it was noticed")
    before: str | None = shown("此前内容的带密钥摘要", "Keyed digest of what it was when it was last known")
    after: str | None = shown("现在内容的带密钥摘要；未知时为空", "Keyed digest of what it is now; null where unknown")
    state: str | None = shown(
        "该类信息的状态；CUT 指记录多于所看的条数，只比对最新的那些和总数",
        "State of the section in the answer; CUT: it has more records than are looked at, and the newest of them are "
        "compared, and how many there are",
    )
    unknown_since: DateTime | None = shown("自何时起未能取得", "Since when it could not be asked, up to now")
    reason: str | None = shown("不再关注的原因", "Why it is watched no longer")


@strawberry.type(
    description=say("一次比对的结果，仅在有情况时送出", "What one round of asking came to; only where there is news")
)
class WatchReport:
    """One event of `watchSubjects`."""

    at: DateTime = shown("比对时间", "When it was asked")
    next_at: DateTime | None = shown("下次比对时间；不再比对时为空", "When it is asked again; null where it is not")
    news: list[SectionNews] = shown("有情况的信息类别", "The sections of which there is something to tell")


@strawberry.enum(description=say("关注的状态", "Whether a watch is kept"))
class WatchState(Enum):
    """A watch that stopped stays listed, with the reason."""

    ACTIVE = label("ACTIVE", "关注中", "It is kept")
    STOPPED = label("STOPPED", "已停止，原因见 reason", "It stopped: `reason` tells why")


@strawberry.type(description=say("被关注的一类信息", "One section that is watched"))
class WatchedSection:
    """Where one section of one subject stands."""

    subject: str | None = shown("主体的查询键", "The key of the subject, as the watcher gave it")
    section: str = shown("信息类别的路径", "Path of the section")
    state: str | None = shown(
        "最近一次的状态；CUT 指只看了最新的部分记录",
        "Its state when it was asked last, CUT where only the newest records were looked at; null before that",
    )
    digest: str | None = shown("最近一次取得的带密钥摘要", "Keyed digest of what it was when it was last known")
    since: DateTime | None = shown("自何时起如此", "Since when it is known to be so")
    unknown_since: DateTime | None = shown("自何时起未能取得", "Since when it could not be asked; null where it could")


@strawberry.type(description=say("一项持续关注，变化经 webhook 送达", "A lasting watch: changes are sent by webhook"))
class Watch:
    """One watch of a client."""

    id: str = shown("关注编号", "Its id")
    state: WatchState = shown("状态", "Whether it is kept")
    reason: str | None = shown("停止的原因", "Why it stopped")
    purpose: str = shown("查询目的", "The purpose that it asks for")
    case: str | None = shown("案件或项目编号", "The case or project number")
    subjects: int = shown("主体数", "How many subjects")
    sections: list[str] = shown("信息类别的路径", "Paths of the sections")
    every_seconds: int = shown("比对间隔（秒）", "Seconds between two rounds")
    started_at: DateTime = shown("开始时间", "When it was started")
    stopped_at: DateTime | None = shown("停止时间", "When it stopped")
    asked_at: DateTime | None = shown("最近一次比对的时间", "When it was asked last")
    next_at: DateTime | None = shown("下次比对的时间", "When it is asked next")
    standing: list[WatchedSection] = shown("各类信息的情况", "Where each section stands")


@strawberry.enum(description=say("消息的送达情况", "What became of a message"))
class WatchMessageState(Enum):
    """At least once: a message that was delivered may arrive again, under the same id."""

    WAITING = label("WAITING", "等待送达", "To be sent, or sent again")
    DEAD = label("DEAD", "多次送达失败", "Given up after many attempts: it can be put back")
    DELIVERED = label("DELIVERED", "已送达", "The receiver has it")


@strawberry.type(description=say("一条 webhook 消息", "One message of a watch"))
class WatchMessage:
    """What became of it; its content is told to the receiver alone."""

    id: str = shown("消息编号，各次送达相同（webhook-id）", "Its id, the same at each attempt (`webhook-id`)")
    watch: str = shown("关注编号", "The watch that it is of")
    state: WatchMessageState = shown("送达情况", "What became of it")
    made_at: DateTime = shown("产生时间", "When it was made")
    attempts: int = shown("送达次数", "How often it was tried to send it")
    error: str | None = shown("最近一次失败的原因", "Why the last attempt failed")
    receipt: str = shown("账本中的回执编号", "Receipt of the entry that it has in the ledger")


@strawberry.enum(description=say("与先前答复的比对结果", "How a section of an answer stands to an earlier one"))
class Since(Enum):
    """Only what both answers know whole is compared."""

    CHANGED = label("CHANGED", "有变化", "It is not what it was")
    UNCHANGED = label("UNCHANGED", "没有变化", "It is what it was")
    UNKNOWN = label("UNKNOWN", "任一答复未能取得，无法比对", "One of the answers does not know it: nothing can be said")


@strawberry.type(description=say("一类信息与先前答复的比对", "One section, compared with the earlier answer"))
class SectionSince:
    """One line of a comparison."""

    path: str = shown("在答复中的路径", "Its path in the response")
    since: Since = shown("比对结果", "How it stands to the earlier answer")
    state_before: str | None = shown("先前的状态", "Its state then; null where it was not there")
    state: str | None = shown("现在的状态", "Its state now; null where it is not there")


@strawberry.type(description=say("与先前答复的比对", "What changed since an earlier answer"))
class ChangedSince:
    """No content: only which sections."""

    receipt: str = shown("先前答复的回执编号", "Receipt of the earlier answer")
    answered_at: DateTime = shown("先前答复的时间", "When that was given")
    asked_again: str = shown("本次查询的回执编号", "Receipt of the question asked again")
    sections: list[SectionSince] = shown("各类信息", "The sections of both answers")


@strawberry.input(description=say("开始持续关注", "A watch to start"))
class StartWatchInput:
    """Whom, and what of them. Where changes are sent is part of the client's registration, never of a request."""

    keys: list[SubjectKey] = shown("主体的查询键", "The keys of the subjects")
    sections: list[str] = shown(
        "信息类别的路径，如 `penalties`、`courtEnforcement.dishonestEntries`",
        "Paths of sections of `Organization`: `penalties`, `courtEnforcement.dishonestEntries`",
    )
    every_seconds: int | None = strawberry.field(
        default=None,
        description=say(
            "比对间隔（秒），不少于系统规定的间隔", "Seconds between two rounds; not less than the gateway's least"
        ),
    )
    client_mutation_id: str | None = strawberry.field(
        default=None,
        description=say(
            "幂等键：同一键再次提交时返回首次的结果",
            "A key of idempotency: sent again, it gives the first result and starts nothing",
        ),
    )


@strawberry.input(description=say("停止持续关注", "A watch to stop"))
class StopWatchInput:
    """Which one."""

    id: str = shown("关注编号", "Its id")


@strawberry.input(description=say("重新送达已放弃的消息", "Messages to send again after all"))
class RequeueWatchMessagesInput:
    """Which ones."""

    ids: list[str] = shown("消息编号，至多 1000 个", "Their ids, at most 1,000")


@strawberry.input(description=say("当时的查询，与原文一致", "The question of the earlier answer, exactly as it was"))
class QuestionInput:
    """The gateway keeps no question: it is asked again as it is handed back."""

    query: str | None = strawberry.field(
        default=None, description=say("查询文档的原文", "The text of the document, byte for byte")
    )
    document_id: str | None = strawberry.field(
        default=None, description=say("或可信文档的编号", "Or the id of a trusted document: `sha256:…`")
    )
    variables: str | None = strawberry.field(
        default=None, description=say("变量，JSON 文本", "The variables, as the text of a JSON object")
    )
