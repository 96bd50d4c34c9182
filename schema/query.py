"""The roots of the graph: subjects by key, and what the gateway says about its sources, catalogue and departments."""

from typing import Annotated

import strawberry

from schema.bindings import Root
from schema.catalogue import CatalogueField, CatalogueItem, LegalBasis
from schema.consent import Consent
from schema.fields import explained, planned, say, unplanned
from schema.results import SubjectKey, SubjectResult
from schema.returns import DepartmentReports
from schema.scalars import Date, YearMonth
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
