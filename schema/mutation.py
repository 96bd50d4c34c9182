"""What a caller may change, consents, objections and notices of repair, or run as an act of its own, a credit check.

No record of any department is changed.
Resolvers run; what they do stands behind `Changes`, which the gateway gives them as the context of the operation.
"""

from typing import Annotated, Protocol

import strawberry

from schema.check import CheckInput, CreditCheck
from schema.consent import Consent, ConsentRevocation, RecordConsentInput, RevokeConsentInput
from schema.fields import carried_out, explained, say
from schema.measure import MeasureReport, ReportMeasureInput
from schema.objection import (
    AdvanceObjectionInput,
    FileObjectionInput,
    NoticeRepairInput,
    Objection,
    RepairNotice,
)
from schema.report import CreditReportDocument, CreditReportInput
from schema.screening import AnnounceScreeningInput, Screening, StartScreeningInput
from schema.watch import RequeueWatchMessagesInput, StartWatchInput, StopWatchInput, Watch, WatchMessage


class Changes(Protocol):
    """What carries changes out for the caller of one operation; its errors are GraphQL errors with codes."""

    async def record_consent(self, given: RecordConsentInput) -> Consent:
        """Return the consent as recorded, on disk."""
        ...

    async def revoke_consent(self, given: RevokeConsentInput) -> ConsentRevocation:
        """Return the revocation, on disk."""
        ...

    async def file_objection(self, given: FileObjectionInput) -> Objection:
        """Return the objection as filed, on disk."""
        ...

    async def advance_objection(self, given: AdvanceObjectionInput) -> Objection:
        """Return the objection, stepped on and on disk."""
        ...

    async def notice_repair(self, given: NoticeRepairInput) -> RepairNotice:
        """Return the notice as it counts, on disk."""
        ...

    async def start_watch(self, given: StartWatchInput) -> Watch:
        """Return the watch as started, on disk."""
        ...

    async def stop_watch(self, given: StopWatchInput) -> Watch:
        """Return the watch as stopped, on disk."""
        ...

    async def requeue_watch_messages(self, given: RequeueWatchMessagesInput) -> list[WatchMessage]:
        """Return the messages that are put back, on disk."""
        ...

    async def run_credit_check(self, given: CheckInput) -> CreditCheck:
        """Return the check, its questions in the ledger."""
        ...

    async def report_measure_applied(self, given: ReportMeasureInput) -> MeasureReport:
        """Return the report, which the ledger keeps."""
        ...

    async def start_screening(self, given: StartScreeningInput) -> Screening:
        """Return the screening as begun, on disk."""
        ...

    async def announce_screening(self, given: AnnounceScreeningInput) -> Screening:
        """Return the screening as announced, on disk."""
        ...

    async def create_credit_report(self, given: CreditReportInput) -> CreditReportDocument:
        """Return the report, its issue in the ledger."""
        ...


Info = strawberry.Info[Changes, None]


@strawberry.type(description=say("变更入口", "What may be changed"))
class Mutation:
    """Where a mutation starts; its fields are carried out one after the other."""

    @carried_out(
        "登记信用主体的授权：为自身登记、由服务窗口登记，或由主体本人登记",
        "Record a subject's consent: by the client that it is for, by a service window, or by the subject itself",
    )
    async def record_consent(
        self,
        info: Info,
        input: Annotated[RecordConsentInput, explained("授权内容", "What was signed")],  # noqa: A002
    ) -> Consent | None:
        """Return the consent, or null beside an error that says why."""
        return await info.context.record_consent(input)

    @carried_out(
        "撤回授权：由主体本人、被授权的查询者或登记者撤回，自下一次查询起生效",
        "Revoke a consent: by its subject, the client that it is for, or who recorded it; from the next query on",
    )
    async def revoke_consent(
        self,
        info: Info,
        input: Annotated[RevokeConsentInput, explained("撤回哪一份", "What to revoke")],  # noqa: A002
    ) -> ConsentRevocation | None:
        """Return the revocation, or null beside an error that says why."""
        return await info.context.revoke_consent(input)

    @carried_out(
        "对答复中的一条记录或一个字段提出异议：由主体本人，或由服务窗口代为提出；送达归属部门办理",
        "Object to a record, or a field of one, in an answer: by the subject itself, or a service window for it; its "
        "owner is told and decides",
    )
    async def file_objection(
        self,
        info: Info,
        input: Annotated[FileObjectionInput, explained("异议内容", "What is objected to, and why")],  # noqa: A002
    ) -> Objection | None:
        """Return the objection, or null beside an error that says why."""
        return await info.context.file_objection(input)

    @carried_out(
        "办理异议：归属部门受理、核查、决定；提出者可撤回",
        "Step an objection on: its owner takes it up and decides, who filed it may withdraw it",
    )
    async def advance_objection(
        self,
        info: Info,
        input: Annotated[AdvanceObjectionInput, explained("办理内容", "Where to take it")],  # noqa: A002
    ) -> Objection | None:
        """Return the objection, or null beside an error that says why."""
        return await info.context.advance_objection(input)

    @carried_out(
        "归属部门通知其一条记录已修复：自下一次查询起，即使来源仍按未修复提供，也按已修复处理",
        "Notice by the owner that a record was repaired: from the next query on it is treated so, even where the "
        "source still delivers it unrepaired",
    )
    async def notice_repair(
        self,
        info: Info,
        input: Annotated[NoticeRepairInput, explained("修复内容", "Which record, and on what basis")],  # noqa: A002
    ) -> RepairNotice | None:
        """Return the notice, or null beside an error that says why."""
        return await info.context.notice_repair(input)

    @carried_out(
        "开始持续关注：变化经本客户端登记的 webhook 地址送达，只说哪一类有变化，不含内容",
        "Start a lasting watch: it is sent to the registered address of this client that something changed, never what",
    )
    async def start_watch(
        self,
        info: Info,
        input: Annotated[StartWatchInput, explained("关注什么", "What to watch")],  # noqa: A002
    ) -> Watch | None:
        """Return the watch, or null beside an error that says why."""
        return await info.context.start_watch(input)

    @carried_out("停止持续关注", "Stop a lasting watch")
    async def stop_watch(
        self,
        info: Info,
        input: Annotated[StopWatchInput, explained("哪一项", "Which one")],  # noqa: A002
    ) -> Watch | None:
        """Return the watch, or null beside an error that says why."""
        return await info.context.stop_watch(input)

    @carried_out(
        "重新送达已放弃的消息",
        "Send messages again that were given up",
    )
    async def requeue_watch_messages(
        self,
        info: Info,
        input: Annotated[RequeueWatchMessagesInput, explained("哪几条", "Which ones")],  # noqa: A002
    ) -> list[WatchMessage] | None:
        """Return those that are put back, or null beside an error that says why."""
        return await info.context.requeue_watch_messages(input)

    @carried_out(
        "信用核查，如查询 creditCheck；作为操作提交，以便留存其回执",
        "A credit check as by the query `creditCheck`, as an act whose receipt is kept on file",
    )
    async def run_credit_check(
        self,
        info: Info,
        input: Annotated[CheckInput, explained("核查内容", "What to check, by which rules")],  # noqa: A002
    ) -> CreditCheck | None:
        """Return the check, or null beside an error that says why."""
        return await info.context.run_credit_check(input)

    @carried_out(
        "反馈联合奖惩措施的实施情况，记入账本：由实施部门，或自主决定的机构",
        "Report into the ledger what was done with a measure: by who takes it, or who decides by itself",
    )
    async def report_measure_applied(
        self,
        info: Info,
        input: Annotated[ReportMeasureInput, explained("反馈内容", "What was done")],  # noqa: A002
    ) -> MeasureReport | None:
        """Return the report, or null beside an error that says why."""
        return await info.context.report_measure_applied(input)

    @carried_out(
        "开始批量筛查：逐行核查，由网关或各台工作机在后台完成；用查询 screening 读取进度与结论",
        "Begin a screening: rows are checked in the background, by the gateway or workers; `screening` tells how far",
    )
    async def start_screening(
        self,
        info: Info,
        input: Annotated[StartScreeningInput, explained("筛查内容", "Whom to check, by which rules")],  # noqa: A002
    ) -> Screening | None:
        """Return the screening, or null beside an error that says why."""
        return await info.context.start_screening(input)

    @carried_out(
        "预告批量筛查：各行随后以 PUT /screenings/{id}/rows/{first} 分段上传，收齐即开始",
        "Announce a screening whose rows come in parts, by PUT /screenings/{id}/rows/{first}; it begins with the last",
    )
    async def announce_screening(
        self,
        info: Info,
        input: Annotated[AnnounceScreeningInput, explained("筛查内容", "What will come")],  # noqa: A002
    ) -> Screening | None:
        """Return the screening, or null beside an error that says why."""
        return await info.context.announce_screening(input)

    @carried_out(
        "出具一份信用报告：与 POST /reports 相同，每次变更操作一份；报告不留存",
        "Make a credit report, as `POST /reports` does, one in a mutation; nothing of it is kept",
    )
    async def create_credit_report(
        self,
        info: Info,
        input: Annotated[CreditReportInput, explained("关于谁，何种形式", "About whom, in which form")],  # noqa: A002
    ) -> CreditReportDocument | None:
        """Return the report, or null beside an error that says why."""
        return await info.context.create_credit_report(input)
