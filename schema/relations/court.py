"""What courts and procuratorates hold: the four public lists of enforcement, judgments, the former bribery file."""

from typing import Annotated

import strawberry

from schema.arguments import After, First, Since, since
from schema.bindings import Filter, Same
from schema.bindings import Section as Relation
from schema.fields import explained, planned, say, shown, unplanned
from schema.records.court import (
    BriberyRecord,
    ConsumptionRestriction,
    DishonestDebtorEntry,
    EnforcementCase,
    Judgment,
    PartyPosition,
    Performance,
    TerminatedExecution,
)
from schema.sections import Section, newest_first, section


@section("失信被执行人", "Entries of dishonest judgment debtors")
class DishonestDebtorSection(Section):
    items: list[DishonestDebtorEntry] = newest_first()


@section("执行案件", "Enforcement cases")
class EnforcementCaseSection(Section):
    items: list[EnforcementCase] = newest_first()


@section("终本案件", "Executions ended for now")
class TerminatedExecutionSection(Section):
    items: list[TerminatedExecution] = newest_first()


@section("限制消费", "Consumption restrictions")
class ConsumptionRestrictionSection(Section):
    items: list[ConsumptionRestriction] = newest_first()


@section("裁判文书", "Judgments")
class JudgmentSection(Section):
    items: list[Judgment] = newest_first()


@section("行贿犯罪档案", "Bribery files")
class BriberySection(Section):
    items: list[BriberyRecord] = newest_first()


@strawberry.type(description=say("司法执行", "Enforcement by the courts"))
class CourtEnforcement:
    """The four public lists of the courts."""

    @planned(
        "失信被执行人",
        "Entries on the list of dishonest judgment debtors, newest publication first",
        Relation(
            "DishonestDebtorEntry",
            "published_on",
            (since("published_on"), Filter("performance", "performance", "equals")),
        ),
    )
    def dishonest_entries(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        performance: Annotated[
            Performance | None, explained("只要该履行情况", "Only this state of performance")
        ] = strawberry.UNSET,
    ) -> DishonestDebtorSection | None:
        unplanned()

    @planned(
        "被执行人（执行案件）",
        "Enforcement cases, newest filing first",
        Relation("EnforcementCase", "filed_on", (since("filed_on"),)),
    )
    def enforcement_cases(
        self, first: First = 20, after: After = strawberry.UNSET, since: Since = strawberry.UNSET
    ) -> EnforcementCaseSection | None:
        unplanned()

    @planned(
        "终本案件",
        "Executions ended for now, newest first",
        Relation("TerminatedExecution", "terminated_on", (since("terminated_on"),)),
    )
    def terminated_executions(
        self, first: First = 20, after: After = strawberry.UNSET, since: Since = strawberry.UNSET
    ) -> TerminatedExecutionSection | None:
        unplanned()

    @planned(
        "限制消费",
        "Consumption restrictions that concern the subject, newest publication first",
        Relation("ConsumptionRestriction", "published_on", (since("published_on"),)),
    )
    def consumption_restrictions(
        self, first: First = 20, after: After = strawberry.UNSET, since: Since = strawberry.UNSET
    ) -> ConsumptionRestrictionSection | None:
        unplanned()


@strawberry.type
class CourtRelations:
    """What courts and procuratorates hold of an organization."""

    court_enforcement: CourtEnforcement = shown("司法执行", "Enforcement by the courts", binding=Same())

    @planned(
        "裁判文书（仅链接）",
        "Judgments, newest first: their particulars, and where the courts publish them",
        Relation("Judgment", "decided_on", (since("decided_on"), Filter("position", "position", "equals"))),
    )
    def judgments(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        position: Annotated[
            PartyPosition | None, explained("只要该诉讼地位", "Only cases in which it has this position")
        ] = strawberry.UNSET,
    ) -> JudgmentSection | None:
        unplanned()

    @planned(
        "行贿犯罪档案；该查询已于 2018 年 8 月停止，见 notServed",
        "The bribery file; that service ended in August 2018, see `notServed`",
        Relation("BriberyRecord", "issued_on"),
    )
    def bribery_record(self, first: First = 20, after: After = strawberry.UNSET) -> BriberySection | None:
        unplanned()
