"""The roots of the graph: subjects by key, and what the gateway says about its sources, catalogue and departments."""

from typing import Annotated

import strawberry

from schema.bindings import Root
from schema.catalogue import CatalogueField, CatalogueItem, LegalBasis
from schema.consent import Consent
from schema.fields import explained, planned, say, unplanned
from schema.receipt import ConsistencyProof, LedgerCheckpoint, Receipt, Replay
from schema.results import SubjectKey, SubjectResult
from schema.scalars import Date
from schema.sources import SourceStatus
from schema.values import Department


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
