"""What an organization owes to all: taxes, social insurance and the housing fund."""

from typing import Annotated

import strawberry

from schema.arguments import BY_KINDS, BY_LEVEL, After, First, Since, SinceMonth, Years, since, since_month, years
from schema.bindings import Filter
from schema.bindings import Section as Relation
from schema.fields import explained, planned, unplanned
from schema.records.social_insurance import HousingFund, InsuranceKind, SocialInsurance, SocialInsurancePayment
from schema.records.tax import TaxAnomaly, TaxArrears, TaxCreditLevel, TaxCreditRating, TaxKind, TaxRegistration
from schema.sections import Section, newest_first, section


@section("税务登记", "Registration at the tax office")
class TaxRegistrationSection(Section):
    items: list[TaxRegistration] = newest_first()


@section("纳税缴费信用评价", "Tax and fee credit ratings")
class TaxRatingSection(Section):
    items: list[TaxCreditRating] = newest_first()


@section("欠税公告", "Notices of tax arrears")
class TaxArrearsSection(Section):
    items: list[TaxArrears] = newest_first()


@section("非正常户认定", "Findings that the taxpayer is non-normal")
class TaxAnomalySection(Section):
    items: list[TaxAnomaly] = newest_first()


@section("单位社会保险", "Social insurance of the employer")
class SocialInsuranceSection(Section):
    items: list[SocialInsurance] = newest_first()


@section("社会保险缴费", "Payments of social insurance")
class SocialInsurancePaymentSection(Section):
    items: list[SocialInsurancePayment] = newest_first()


@section("单位住房公积金", "The housing fund of the employer")
class HousingFundSection(Section):
    items: list[HousingFund] = newest_first()


@strawberry.type
class DuesRelations:
    """Taxes, social insurance and the housing fund of an organization."""

    @planned("税务登记", "Registration at the tax office", Relation("TaxRegistration", "registered_on"))
    def tax_registration(self, first: First = 20, after: After = strawberry.UNSET) -> TaxRegistrationSection | None:
        unplanned()

    @planned(
        "纳税缴费信用评价",
        "Tax and fee credit ratings, newest first",
        Relation("TaxCreditRating", "decided_on", (since("decided_on"), years("evaluation_year"), BY_LEVEL)),
    )
    def tax_ratings(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        years: Years = strawberry.UNSET,
        level: Annotated[TaxCreditLevel | None, explained("只要该级别", "Only this level")] = strawberry.UNSET,
    ) -> TaxRatingSection | None:
        unplanned()

    @planned(
        "欠税公告",
        "Notices of tax arrears, newest first",
        Relation("TaxArrears", "announced_on", (since("announced_on"), Filter("taxKinds", "tax_kinds", "overlaps"))),
    )
    def tax_arrears(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        tax_kinds: Annotated[
            list[TaxKind] | None, explained("只要含其中任一税种的", "Only notices of any of these taxes")
        ] = strawberry.UNSET,
    ) -> TaxArrearsSection | None:
        unplanned()

    @planned(
        "非正常户认定",
        "Findings that the taxpayer is non-normal, newest first",
        Relation("TaxAnomaly", "recognized_on", (since("recognized_on"),)),
    )
    def non_normal_tax_status(
        self, first: First = 20, after: After = strawberry.UNSET, since: Since = strawberry.UNSET
    ) -> TaxAnomalySection | None:
        unplanned()

    @planned(
        "单位社会保险：参保人数、缴至年月、欠缴",
        "Social insurance of the employer: heads insured, months paid, what is owed; newest month first",
        Relation("SocialInsurance", "month", (since_month("month"),)),
    )
    def social_insurance(
        self, first: First = 20, after: After = strawberry.UNSET, since_month: SinceMonth = strawberry.UNSET
    ) -> SocialInsuranceSection | None:
        unplanned()

    @planned(
        "社会保险缴费明细（经主体授权）",
        "Payments of social insurance, newest month first; with the subject's consent",
        Relation("SocialInsurancePayment", "month", (since_month("month"), BY_KINDS)),
    )
    def social_insurance_payments(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since_month: SinceMonth = strawberry.UNSET,
        kinds: Annotated[list[InsuranceKind] | None, explained("只要这些险种", "Only these kinds")] = strawberry.UNSET,
    ) -> SocialInsurancePaymentSection | None:
        unplanned()

    @planned(
        "单位住房公积金",
        "The housing fund of the employer, newest month first",
        Relation("HousingFund", "month", (since_month("month"),)),
    )
    def housing_fund(
        self, first: First = 20, after: After = strawberry.UNSET, since_month: SinceMonth = strawberry.UNSET
    ) -> HousingFundSection | None:
        unplanned()
