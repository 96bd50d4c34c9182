"""What departments decided and found: licenses, penalties, inspections, recalls, complaints, safety, qualifications."""

from typing import Annotated

import strawberry

from schema.arguments import BY_DOMAIN, BY_KIND, BY_KINDS, BY_STATUS, After, First, Since, since
from schema.bindings import Filter
from schema.bindings import Section as Relation
from schema.fields import explained, planned, unplanned
from schema.records.decisions import (
    AdministrativeLicense,
    AdministrativePenalty,
    LicenseCategory,
    LicenseStatus,
    PenaltyCategory,
    PenaltyStatus,
    SupervisionDomain,
)
from schema.records.qualifications import CertificateStatus, Qualification, QualificationKind
from schema.records.supervision import (
    Complaint,
    ComplaintKind,
    Inspection,
    InspectionKind,
    InspectionResult,
    Recall,
)
from schema.records.work_safety import WorkSafetyKind, WorkSafetyRecord
from schema.sections import Section, newest_first, section

Domain = Annotated[SupervisionDomain | None, explained("只要该监管领域", "Only this field of supervision")]


@section("行政许可", "Administrative licenses")
class LicenseSection(Section):
    items: list[AdministrativeLicense] = newest_first()


@section("行政处罚", "Administrative penalties")
class PenaltySection(Section):
    items: list[AdministrativePenalty] = newest_first()


@section("行政检查、抽查检验", "Inspections and samplings")
class InspectionSection(Section):
    items: list[Inspection] = newest_first()


@section("缺陷产品召回", "Recalls of products")
class RecallSection(Section):
    items: list[Recall] = newest_first()


@section("投诉举报", "Complaints")
class ComplaintSection(Section):
    items: list[Complaint] = newest_first()


@section("安全生产记录", "Work-safety records")
class WorkSafetySection(Section):
    items: list[WorkSafetyRecord] = newest_first()


@section("资质证书", "Qualifications")
class QualificationSection(Section):
    items: list[Qualification] = newest_first()


@strawberry.type
class SupervisionRelations:
    """What departments hold of an organization that they supervise."""

    @planned(
        "行政许可",
        "Administrative licenses of all departments, newest decision first",
        Relation(
            "AdministrativeLicense",
            "decided_on",
            (since("decided_on"), BY_STATUS, Filter("category", "category", "equals"), BY_DOMAIN),
        ),
    )
    def licenses(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        status: Annotated[
            LicenseStatus | None, explained("只要该状态", "Only licenses of this state")
        ] = strawberry.UNSET,
        category: Annotated[
            LicenseCategory | None, explained("只要该类别", "Only licenses of this category")
        ] = strawberry.UNSET,
        domain: Domain = strawberry.UNSET,
    ) -> LicenseSection | None:
        unplanned()

    @planned(
        "行政处罚",
        "Administrative penalties of all departments, newest decision first",
        Relation(
            "AdministrativePenalty",
            "decided_on",
            (since("decided_on"), BY_STATUS, Filter("category", "categories", "contains"), BY_DOMAIN),
        ),
    )
    def penalties(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        status: Annotated[
            PenaltyStatus | None, explained("只要该状态", "Only penalties of this state")
        ] = strawberry.UNSET,
        category: Annotated[
            PenaltyCategory | None, explained("只要含该类别的", "Only penalties of this category")
        ] = strawberry.UNSET,
        domain: Domain = strawberry.UNSET,
    ) -> PenaltySection | None:
        unplanned()

    @planned(
        "行政检查、抽查检验",
        "Inspections and samplings of all departments, newest first",
        Relation(
            "Inspection",
            "inspected_on",
            (since("inspected_on"), BY_KIND, Filter("result", "result", "equals"), BY_DOMAIN),
        ),
    )
    def inspections(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        kind: Annotated[InspectionKind | None, explained("只要该种类", "Only this kind")] = strawberry.UNSET,
        result: Annotated[InspectionResult | None, explained("只要该结果", "Only this result")] = strawberry.UNSET,
        domain: Domain = strawberry.UNSET,
    ) -> InspectionSection | None:
        unplanned()

    @planned(
        "缺陷产品召回",
        "Recalls of products, newest announcement first",
        Relation("Recall", "announced_on", (since("announced_on"),)),
    )
    def recalls(
        self, first: First = 20, after: After = strawberry.UNSET, since: Since = strawberry.UNSET
    ) -> RecallSection | None:
        unplanned()

    @planned(
        "投诉举报（不含投诉人信息）",
        "Complaints, newest first; who complained is never told",
        Relation("Complaint", "received_on", (since("received_on"), BY_KIND)),
    )
    def complaints(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        kind: Annotated[ComplaintKind | None, explained("只要该类型", "Only this kind")] = strawberry.UNSET,
    ) -> ComplaintSection | None:
        unplanned()

    @planned(
        "安全生产：标准化等级、事故、隐患、任职限制",
        "Work safety: grades of standardization, accidents, dangers and restrictions, newest first",
        Relation("WorkSafetyRecord", "recorded_on", (since("recorded_on"), BY_KINDS)),
    )
    def work_safety(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        kinds: Annotated[list[WorkSafetyKind] | None, explained("只要这些种类", "Only these kinds")] = strawberry.UNSET,
    ) -> WorkSafetySection | None:
        unplanned()

    @planned(
        "资质证书",
        "Qualifications of all departments, newest first",
        Relation("Qualification", "issued_on", (since("issued_on"), BY_KINDS, BY_STATUS)),
    )
    def qualifications(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        kinds: Annotated[
            list[QualificationKind] | None, explained("只要这些类别", "Only these kinds")
        ] = strawberry.UNSET,
        status: Annotated[CertificateStatus | None, explained("只要该状态", "Only this state")] = strawberry.UNSET,
    ) -> QualificationSection | None:
        unplanned()
