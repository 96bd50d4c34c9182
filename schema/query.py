"""The roots of the graph: subjects by key, and what the gateway says about its sources, catalogue and departments."""

from typing import Annotated

import strawberry

from schema.audit import AuditFilter, AuditTrail
from schema.bindings import Root
from schema.catalogue import CatalogueField, CatalogueItem, LegalBasis
from schema.check import CheckInput, CreditCheck, RuleSet
from schema.consent import Consent
from schema.fields import explained, planned, say, unplanned
from schema.inquiry import Inquiries
from schema.measure import ApplicableMeasures, Measure, MeasureDirection
from schema.objection import Objection, ObjectionState
from schema.receipt import ConsistencyProof, LedgerCheckpoint, Receipt, Replay
from schema.report import CreditReport
from schema.results import SubjectKey, SubjectResult
from schema.returns import DepartmentReports
from schema.scalars import Date, DateTime, YearMonth
from schema.screening import Screening
from schema.sources import SourceStatus
from schema.statistics import DisclosureStats, StatsBy
from schema.trace import FieldTrace
from schema.values import Department
from schema.watch import ChangedSince, QuestionInput, Watch, WatchMessage, WatchMessageState


@strawberry.type(description=say("查询入口", "The roots of the graph"))
class Query:
    """Where an operation starts."""

    @planned("按标识符查询一个信用主体", "One subject by one of its identifiers", Root("subject"))
    def subject(self, key: Annotated[SubjectKey, explained("查询键", "The key")]) -> SubjectResult:
        unplanned()

    @planned(
        "批量查询信用主体，至多 1000 个，结果与查询键顺序一致",
        "Up to 1,000 subjects, in the order of their keys",
        Root("subjects"),
    )
    def subjects(self, keys: Annotated[list[SubjectKey], explained("查询键", "The keys")]) -> list[SubjectResult]:
        unplanned()

    @planned("各数据源的运行状态", "The state of every source", Root("sources"))
    def sources(self) -> list[SourceStatus]:
        unplanned()

    @planned(
        "公共信用信息目录：每一项的责任部门、法律依据、公开属性，以及不提供的原因",
        "The catalogue of public credit information: its items, and why some are not served",
        Root("catalogue"),
    )
    def catalogue(
        self,
        edition: Annotated[str | None, explained("只要该版本", "Only this edition")] = strawberry.UNSET,
        category: Annotated[
            int | None, explained("只要该类别（1 至 13）", "Only this category, 1 to 13")
        ] = strawberry.UNSET,
        served: Annotated[
            bool | None, explained("只要提供（true）或不提供（false）的", "Only items served (true), or not (false)")
        ] = strawberry.UNSET,
        entity: Annotated[
            str | None, explained("只要涵盖该实体的", "Only items that cover this entity")
        ] = strawberry.UNSET,
    ) -> list[CatalogueItem]:
        unplanned()

    @planned(
        "各数据源的每一个字段，及对当前查询者是否开放",
        "Every field of every source, and whether it is open to this caller",
        Root("catalogue_fields"),
    )
    def catalogue_fields(
        self,
        entity: Annotated[str | None, explained("只要该实体", "Only this entity")] = strawberry.UNSET,
        source: Annotated[str | None, explained("只要该数据源", "Only this source")] = strawberry.UNSET,
    ) -> list[CatalogueField]:
        unplanned()

    @planned(
        "部门：当前的和机构改革前的",
        "Departments: those of today, and those that older records name",
        Root("departments"),
    )
    def departments(
        self,
        as_of: Annotated[
            Date | None, explained("只要该日存在的", "Only those that existed on this day")
        ] = strawberry.UNSET,
    ) -> list[Department]:
        unplanned()

    @planned("目录和名单所依据的法律法规和政策", "What the catalogue and its lists rest on", Root("legal_bases"))
    def legal_bases(self) -> list[LegalBasis]:
        unplanned()

    @planned(
        "与查询者有关的授权：授予它的、由它登记的，或主体本人的；由新到旧",
        "Consents that concern this caller: for it, recorded by it, or its own as a subject; newest first",
        Root("consents"),
    )
    def consents(
        self,
        subject: Annotated[
            str | None, explained("只要该主体的（统一社会信用代码）", "Only of this subject, by its credit code")
        ] = strawberry.UNSET,
        first: Annotated[int, explained("至多几份（1 至 1000）", "How many at most, 1 to 1000")] = 100,
        after: Annotated[
            str | None, explained("从该编号之后继续", "Go on after the consent of this id")
        ] = strawberry.UNSET,
    ) -> list[Consent] | None:
        unplanned()

    @planned(
        "与查询者有关的异议：本主体的、由它代为提出的，或归属部门的待办；由新到旧",
        "Objections that concern this caller: its own as a subject, those it filed, a department's queue; newest first",
        Root("objections"),
    )
    def objections(
        self,
        id: Annotated[str | None, explained("只要该编号的", "Only the one of this id")] = strawberry.UNSET,  # noqa: A002
        state: Annotated[
            ObjectionState | None, explained("只要该状态的", "Only those in this state")
        ] = strawberry.UNSET,
        source: Annotated[str | None, explained("只要该数据源的", "Only those of this source")] = strawberry.UNSET,
        first: Annotated[int, explained("至多几件（1 至 1000）", "How many at most, 1 to 1000")] = 100,
        after: Annotated[
            str | None, explained("从该编号之后继续", "Go on after the objection of this id")
        ] = strawberry.UNSET,
    ) -> list[Objection] | None:
        unplanned()

    @planned(
        "访问日志：谁在何时为何目的查询了什么，由新到旧；仅限审计",
        "The access log: who asked for what, when and what for, newest first; for auditors",
        Root("audit_trail"),
    )
    def audit_trail(
        self,
        filter: Annotated[  # noqa: A002 (the argument's name)
            AuditFilter | None, explained("筛选条件", "What entries must have in common")
        ] = strawberry.UNSET,
        first: Annotated[int, explained("至多几条（1 至 1000）", "How many at most, 1 to 1000")] = 100,
        after: Annotated[
            str | None, explained("上一页的 endCursor", "`endCursor` of the page before")
        ] = strawberry.UNSET,
    ) -> AuditTrail | None:
        unplanned()

    @planned(
        "追溯一份答复中的一个字段：部门、系统、时间、版本、规则；仅限审计",
        "Where a field of an answer came from: department, system, time, versions, rule; for auditors",
        Root("field_trace"),
    )
    def field_trace(
        self,
        receipt: Annotated[str, explained("回执编号", "The receipt of the answer")],
        path: Annotated[
            str,
            explained(
                "答复中的路径，如 `subject.penalties.items.0.fineAmount.amount`",
                "The path in the response, places in lists as numbers: `subject.penalties.items.0.fineAmount.amount`",
            ),
        ],
    ) -> FieldTrace | None:
        unplanned()

    @planned(
        "披露统计：期间至多 366 天；仅限审计",
        "How much was disclosed, in a period of 366 days at most; for auditors",
        Root("disclosure_stats"),
    )
    def disclosure_stats(
        self,
        from_: Annotated[
            DateTime, strawberry.argument(name="from", description="起始时间（含）。Not before this time.")
        ],
        to: Annotated[DateTime, explained("截止时间（不含）", "Before this time")],
        by: Annotated[StatsBy, explained("分组", "By what they are counted")],
    ) -> DisclosureStats | None:
        unplanned()

    @planned(
        "谁查询过本主体：时间、目的、信息、结果，由新到旧；仅限主体本人",
        "Who asked about the caller's own subject: when, what for, which fields; newest first. For the subject itself",
        Root("inquiries"),
    )
    def inquiries(
        self,
        first: Annotated[int, explained("至多几条（1 至 1000）", "How many at most, 1 to 1000")] = 100,
        after: Annotated[
            str | None, explained("上一页的 endCursor", "`endCursor` of the page before")
        ] = strawberry.UNSET,
    ) -> Inquiries | None:
        unplanned()

    @planned(
        "月报表与通报：审计可看全部，部门的客户端只看本部门",
        "The monthly return of all departments for auditors, of its own department for any other client",
        Root("department_reports"),
    )
    def department_reports(
        self,
        month: Annotated[YearMonth, explained("月份，如 2026-10", "The month, such as 2026-10")],
        department: Annotated[
            str | None, explained("只要该部门（代码）", "Only this department, by its code")
        ] = strawberry.UNSET,
    ) -> DepartmentReports | None:
        unplanned()

    @planned(
        "一次答复的收据：供得到该答复的客户端和审计者读取；不存在的与他人的没有区别",
        "The receipt of an answer, for the client that got it and for auditors; one that is another's looks unknown",
        Root("receipt"),
    )
    def receipt(self, id: Annotated[str, explained("收据编号", "Its id")]) -> Receipt | None:  # noqa: A002
        unplanned()

    @planned(
        "交回证明包：证明它即当时所披露的，并说明当时的规则；不查询任何数据源",
        "A bundle handed back: proven as disclosed, with the versions then in force; no source is asked",
        Root("replay"),
    )
    def replay(
        self, bundle: Annotated[str, explained("证明包的原文", "The exact text of the bundle")]
    ) -> Replay | None:
        unplanned()

    @planned(
        "信用核查：按规则集逐条判断；未能查得的为 UNDETERMINED，绝不视为通过",
        "A credit check by a rule set, rule by rule; what could not be had is UNDETERMINED and never a pass",
        Root("credit_check"),
    )
    def credit_check(
        self,
        input: Annotated[CheckInput, explained("核查内容", "What to check, by which rules")],  # noqa: A002
    ) -> CreditCheck | None:
        unplanned()

    @planned("信用核查的规则集及其依据", "The rule sets of credit checks, with what they rest on", Root("rule_sets"))
    def rule_sets(
        self,
        as_of: Annotated[
            Date | None, explained("该日施行的；默认今日", "Those in force on this day; today unless given")
        ] = strawberry.UNSET,
    ) -> list[RuleSet]:
        unplanned()

    @planned(
        "对一个主体可以依法采取的联合奖惩措施，依其现行名单记录；目的由请求申报",
        "What may lawfully be done for or against a subject, by the lists on which it stands, for the declared purpose",
        Root("applicable_measures"),
    )
    def applicable_measures(
        self, key: Annotated[SubjectKey, explained("查询键", "The key")]
    ) -> ApplicableMeasures | None:
        unplanned()

    @planned(
        "联合奖惩措施目录：现行有效的",
        "The register of measures of joint reward and punishment: those in force",
        Root("measures"),
    )
    def measures(
        self,
        direction: Annotated[
            MeasureDirection | None, explained("只要该方向的", "Only those that go this way")
        ] = strawberry.UNSET,
    ) -> list[Measure]:
        unplanned()

    @planned(
        "批量筛查的进度、各行结论与签名清单：供发起它的客户端读取；他人的与不存在的没有区别",
        "How far a screening is, its rows and signed manifest, for the client that began it; another's looks unknown",
        Root("screening"),
    )
    def screening(
        self,
        id: Annotated[str, explained("任务编号", "Its id")],  # noqa: A002
        first: Annotated[int, explained("本页行数，0 至 1000", "How many rows at most, from 0 to 1,000")] = 100,
        after: Annotated[int, explained("只要该行号之后的行", "Only rows after this number")] = 0,
    ) -> Screening | None:
        unplanned()

    @planned(
        "账本中关于一份信用报告的内容（报告本身不留存）：供申请者和审计者读取；他人的与不存在的没有区别",
        "What the ledger knows of a credit report, which itself is not kept: for the client that ordered it, and "
        "auditors; another's looks unknown",
        Root("credit_report"),
    )
    def credit_report(self, number: Annotated[str, explained("报告编号", "Its number")]) -> CreditReport | None:
        unplanned()

    @planned("账本此刻的检查点", "The signed checkpoint of the ledger, of this moment", Root("checkpoint"))
    def checkpoint(self) -> LedgerCheckpoint:
        unplanned()

    @planned(
        "账本两个长度之间的一致性证明",
        "The proof that the ledger only grew from one size to another",
        Root("consistency"),
    )
    def consistency(
        self,
        from_: Annotated[
            int, strawberry.argument(name="from", description=say("较短的条数", "Entries of the shorter log"))
        ],
        to: Annotated[int, explained("较长的条数", "Entries of the longer log")],
    ) -> ConsistencyProof:
        unplanned()

    @planned(
        "本客户端的持续关注，由新到旧",
        "The lasting watches of this client, newest first",
        Root("watches"),
    )
    def watches(
        self,
        id: Annotated[str | None, explained("只要该编号的", "Only the one of this id")] = strawberry.UNSET,  # noqa: A002
        first: Annotated[int, explained("至多几项（1 至 100）", "How many at most, 1 to 100")] = 20,
        after: Annotated[
            str | None, explained("从该编号之后继续", "Go on after the watch of this id")
        ] = strawberry.UNSET,
    ) -> list[Watch]:
        unplanned()

    @planned(
        "本客户端各项关注的 webhook 消息，由新到旧；已放弃的可重新送达",
        "The messages of this client's watches, newest first; those given up can be put back",
        Root("watch_messages"),
    )
    def watch_messages(
        self,
        state: Annotated[
            WatchMessageState | None, explained("只要该送达情况的", "Only those of which this became")
        ] = strawberry.UNSET,
        first: Annotated[int, explained("至多几条（1 至 1000）", "How many at most, 1 to 1000")] = 100,
        after: Annotated[
            str | None, explained("从该编号之后继续", "Go on after the message of this id")
        ] = strawberry.UNSET,
    ) -> list[WatchMessage]:
        unplanned()

    @planned(
        "自先前一次答复以来，哪几类信息有变化：按原样再问一次，只作比对，不返回内容",
        "Which sections changed since an earlier answer: the same question is asked again, and only compared",
        Root("changed_since"),
    )
    def changed_since(
        self,
        receipt: Annotated[str, explained("先前答复的回执编号", "The receipt of the earlier answer")],
        question: Annotated[QuestionInput, explained("当时的查询", "The question that it answered")],
    ) -> ChangedSince | None:
        unplanned()
