"""What the registries know of an organization: registration, persons, shareholders, reports, filings."""

from typing import Annotated

import strawberry

from schema.arguments import BY_KIND, After, First, Since, Years, since, years
from schema.bindings import Section as Relation
from schema.fields import explained, planned, unplanned
from schema.records.annual_report import AnnualReport
from schema.records.person import PersonRole
from schema.records.registration import (
    CreditServiceFiling,
    EncumbranceKind,
    EquityEncumbrance,
    OnlineShop,
    OnlineShopKind,
    Registration,
    RegistrationChange,
    Shareholder,
)
from schema.sections import Section, newest_first, section


@section("企业登记", "Registration records")
class RegistrationSection(Section):
    items: list[Registration] = newest_first()


@section("任职", "Roles of persons, in one organization or of one person")
class PersonRoleSection(Section):
    items: list[PersonRole] = newest_first()


@section("变更登记", "Changes of the registration")
class RegistrationChangeSection(Section):
    items: list[RegistrationChange] = newest_first()


@section("股东及出资", "Shareholders and their contributions")
class ShareholderSection(Section):
    items: list[Shareholder] = newest_first()


@section("企业年度报告", "Annual reports")
class AnnualReportSection(Section):
    items: list[AnnualReport] = newest_first()


@section("网站、网店", "Websites and online shops")
class OnlineShopSection(Section):
    items: list[OnlineShop] = newest_first()


@section("股权出质、冻结", "Encumbrances on shares of the organization")
class EquityEncumbranceSection(Section):
    items: list[EquityEncumbrance] = newest_first()


@section("信用服务机构备案", "Filings as a credit-service agency")
class CreditServiceFilingSection(Section):
    items: list[CreditServiceFiling] = newest_first()


@strawberry.type
class RegistryRelations:
    """What the registries hold of an organization."""

    @planned("企业登记", "Registration at the market registry", Relation("Registration", "approved_on"))
    def registration(self, first: First = 20, after: After = strawberry.UNSET) -> RegistrationSection | None:
        unplanned()

    @planned(
        "法定代表人（负责人、经营者）",
        "The legal representative's role",
        Relation("LegalRepresentative", "held_from"),
    )
    def legal_representative(self, first: First = 20, after: After = strawberry.UNSET) -> PersonRoleSection | None:
        unplanned()

    @planned(
        "主要人员（董事、监事、高级管理人员等）",
        "Key personnel: directors, supervisors, managers; newest first",
        Relation("KeyPersonnel", "held_from"),
    )
    def key_personnel(self, first: First = 20, after: After = strawberry.UNSET) -> PersonRoleSection | None:
        unplanned()

    @planned(
        "变更登记",
        "Changes of the registration, newest first",
        Relation("RegistrationChange", "changed_on", (since("changed_on"),)),
    )
    def changes(
        self, first: First = 20, after: After = strawberry.UNSET, since: Since = strawberry.UNSET
    ) -> RegistrationChangeSection | None:
        unplanned()

    @planned("股东及出资", "Shareholders, the latest subscription first", Relation("Shareholder", "subscribed_on"))
    def shareholders(self, first: First = 20, after: After = strawberry.UNSET) -> ShareholderSection | None:
        unplanned()

    @planned(
        "股权出质、冻结",
        "Pledges and freezes of shares of the organization, newest first",
        Relation("EquityEncumbrance", "registered_on", (BY_KIND,)),
    )
    def equity_encumbrances(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        kind: Annotated[EncumbranceKind | None, explained("只要该类型", "Only this kind")] = strawberry.UNSET,
    ) -> EquityEncumbranceSection | None:
        unplanned()

    @planned(
        "企业年度报告；不公示的数字仅对有权者开放",
        "Annual reports, newest first; figures that the reporter keeps closed are open to those with a right alone",
        Relation("AnnualReport", "submitted_on", (years("report_year"),)),
    )
    def annual_reports(
        self, first: First = 20, after: After = strawberry.UNSET, years: Years = strawberry.UNSET
    ) -> AnnualReportSection | None:
        unplanned()

    @planned(
        "网站、网店",
        "Websites and online shops, newest filing first",
        Relation("OnlineShop", "registered_on", (BY_KIND,)),
    )
    def online_shops(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        kind: Annotated[OnlineShopKind | None, explained("只要该类型", "Only this kind")] = strawberry.UNSET,
    ) -> OnlineShopSection | None:
        unplanned()

    @planned(
        "信用服务机构备案",
        "Filings as a credit-service agency, newest first",
        Relation("CreditServiceFiling", "filed_on"),
    )
    def credit_service_filing(
        self, first: First = 20, after: After = strawberry.UNSET
    ) -> CreditServiceFilingSection | None:
        unplanned()
