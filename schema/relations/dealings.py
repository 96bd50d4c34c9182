"""How an organization deals with others: commitments, contracts, rights, utilities, rural credit, reports."""

from typing import Annotated

import strawberry

from schema.arguments import BY_KINDS, After, First, Since, SinceMonth, since, since_month
from schema.bindings import Filter
from schema.bindings import Section as Relation
from schema.fields import explained, planned, unplanned
from schema.records.commitments import CommitmentKind, CreditCommitment
from schema.records.contracts import ContractKind, ContractPerformance
from schema.records.government import GovernmentIntegrity, GovernmentMatter, ThirdPartyReport
from schema.records.intellectual_property import (
    IntellectualProperty,
    IntellectualPropertyEvent,
    IntellectualPropertyKind,
)
from schema.records.rural import RuralCredit, RuralCreditKind
from schema.records.utilities import UtilityArrears, UtilityKind, UtilityUsage
from schema.sections import Section, newest_first, section

UtilityKinds = Annotated[list[UtilityKind] | None, explained("只要这些种类", "Only these kinds")]


@section("信用承诺", "Credit commitments")
class CommitmentSection(Section):
    items: list[CreditCommitment] = newest_first()


@section("合同履约信息", "Performance of contracts")
class ContractPerformanceSection(Section):
    items: list[ContractPerformance] = newest_first()


@section("知识产权信息", "Intellectual property")
class IntellectualPropertySection(Section):
    items: list[IntellectualProperty] = newest_first()


@section("公用事业欠费", "Arrears at utilities")
class UtilityArrearsSection(Section):
    items: list[UtilityArrears] = newest_first()


@section("公用事业用量", "Usage at utilities")
class UtilityUsageSection(Section):
    items: list[UtilityUsage] = newest_first()


@section("农村信用评定", "Recognitions of rural credit")
class RuralCreditSection(Section):
    items: list[RuralCredit] = newest_first()


@section("第三方信用报告", "Reports of credit-service agencies")
class ThirdPartyReportSection(Section):
    items: list[ThirdPartyReport] = newest_first()


@section("政务诚信信息", "Records of government integrity")
class GovernmentIntegritySection(Section):
    items: list[GovernmentIntegrity] = newest_first()


@strawberry.type
class DealingsRelations:
    """What is on record of an organization's dealings with others."""

    @planned(
        "信用承诺及履行情况",
        "Credit commitments and their fulfillment, newest first",
        Relation(
            "CreditCommitment",
            "made_on",
            (since("made_on"), BY_KINDS, Filter("unfulfilledOnly", "fulfillment", "switch", ("PARTIAL", "NONE"))),
        ),
    )
    def commitments(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        kinds: Annotated[list[CommitmentKind] | None, explained("只要这些类型", "Only these kinds")] = strawberry.UNSET,
        unfulfilled_only: Annotated[
            bool, explained("只要部分或全部未履行的", "Only those not fulfilled, or in part only")
        ] = False,
    ) -> CommitmentSection | None:
        unplanned()

    @planned(
        "合同履约信息",
        "Performance of contracts, newest contract first",
        Relation("ContractPerformance", "signed_on", (since("signed_on"), BY_KINDS)),
    )
    def contract_performances(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        kinds: Annotated[list[ContractKind] | None, explained("只要这些类别", "Only these kinds")] = strawberry.UNSET,
    ) -> ContractPerformanceSection | None:
        unplanned()

    @planned(
        "知识产权：授权、质押、侵权裁决",
        "Intellectual property: rights, pledges, decisions on infringements; newest first",
        Relation(
            "IntellectualProperty",
            "recorded_on",
            (since("recorded_on"), BY_KINDS, Filter("events", "event", "one_of")),
        ),
    )
    def intellectual_property(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        kinds: Annotated[
            list[IntellectualPropertyKind] | None, explained("只要这些种类", "Only these kinds")
        ] = strawberry.UNSET,
        events: Annotated[
            list[IntellectualPropertyEvent] | None, explained("只要这些事项", "Only these events")
        ] = strawberry.UNSET,
    ) -> IntellectualPropertySection | None:
        unplanned()

    @planned(
        "公用事业欠费",
        "Arrears at utilities, newest month first",
        Relation("UtilityArrears", "month", (since_month("month"), BY_KINDS)),
    )
    def utility_arrears(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since_month: SinceMonth = strawberry.UNSET,
        kinds: UtilityKinds = strawberry.UNSET,
    ) -> UtilityArrearsSection | None:
        unplanned()

    @planned(
        "公用事业用量（经主体授权）",
        "Usage at utilities, newest month first; with the subject's consent",
        Relation("UtilityUsage", "month", (since_month("month"), BY_KINDS)),
    )
    def utility_usage(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since_month: SinceMonth = strawberry.UNSET,
        kinds: UtilityKinds = strawberry.UNSET,
    ) -> UtilityUsageSection | None:
        unplanned()

    @planned(
        "农村信用评定",
        "Recognitions of rural credit, newest first",
        Relation("RuralCredit", "decided_on", (since("decided_on"), BY_KINDS)),
    )
    def rural_credit(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        kinds: Annotated[
            list[RuralCreditKind] | None, explained("只要这些种类", "Only these kinds")
        ] = strawberry.UNSET,
    ) -> RuralCreditSection | None:
        unplanned()

    @planned(
        "第三方信用报告（仅链接）",
        "Reports of credit-service agencies, newest first: their particulars and links",
        Relation("ThirdPartyReport", "issued_on", (since("issued_on"),)),
    )
    def third_party_reports(
        self, first: First = 20, after: After = strawberry.UNSET, since: Since = strawberry.UNSET
    ) -> ThirdPartyReportSection | None:
        unplanned()


@strawberry.type
class GovernmentRelations:
    """What is on record of the integrity of a government body or public institution."""

    @planned(
        "政务诚信：承诺、拖欠账款、行政诉讼等",
        "Government integrity: promises, overdue payables, lost cases; newest first",
        Relation("GovernmentIntegrity", "recorded_on", (since("recorded_on"), Filter("matters", "matter", "one_of"))),
    )
    def government_integrity(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        matters: Annotated[
            list[GovernmentMatter] | None, explained("只要这些事项", "Only these matters")
        ] = strawberry.UNSET,
    ) -> GovernmentIntegritySection | None:
        unplanned()
