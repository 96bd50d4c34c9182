"""The subject graph: organizations of ten kinds that share their relations, and natural persons in their roles."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import strawberry

from schema.arguments import After, First, Since
from schema.bindings import Derived, Filter, Identity, PersonPart, Same
from schema.bindings import Section as Relation
from schema.enums import Sex, SubjectKind
from schema.fields import explained, planned, say, shown, unplanned
from schema.records.court import Performance
from schema.records.decisions import LicenseCategory, LicenseStatus, PenaltyCategory, PenaltyStatus
from schema.records.tax import TaxCreditLevel
from schema.sections import (
    ConsumptionRestrictionSection,
    DishonestDebtorSection,
    EnforcementCaseSection,
    LicenseSection,
    PenaltySection,
    PersonRoleSection,
    RegistrationSection,
    TaxRatingSection,
    TerminatedExecutionSection,
)
from schema.values import Resolution, SubjectIdentifier


@strawberry.type(description=say("司法执行", "Enforcement by the courts"))
class CourtEnforcement:
    """The four public lists of the courts."""

    @planned(
        "失信被执行人",
        "Entries on the list of dishonest judgment debtors, newest publication first",
        Relation(
            "DishonestDebtorEntry",
            "published_on",
            (Filter("since", "published_on", "at_or_after"), Filter("performance", "performance", "equals")),
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
        """Planned."""
        unplanned()

    @planned(
        "被执行人（执行案件）",
        "Enforcement cases, newest filing first",
        Relation("EnforcementCase", "filed_on", (Filter("since", "filed_on", "at_or_after"),)),
    )
    def enforcement_cases(
        self, first: First = 20, after: After = strawberry.UNSET, since: Since = strawberry.UNSET
    ) -> EnforcementCaseSection | None:
        """Planned."""
        unplanned()

    @planned(
        "终本案件",
        "Executions ended for now, newest first",
        Relation("TerminatedExecution", "terminated_on", (Filter("since", "terminated_on", "at_or_after"),)),
    )
    def terminated_executions(
        self, first: First = 20, after: After = strawberry.UNSET, since: Since = strawberry.UNSET
    ) -> TerminatedExecutionSection | None:
        """Planned."""
        unplanned()

    @planned(
        "限制消费",
        "Consumption restrictions that concern the subject, newest publication first",
        Relation("ConsumptionRestriction", "published_on", (Filter("since", "published_on", "at_or_after"),)),
    )
    def consumption_restrictions(
        self, first: First = 20, after: After = strawberry.UNSET, since: Since = strawberry.UNSET
    ) -> ConsumptionRestrictionSection | None:
        """Planned."""
        unplanned()


@strawberry.interface(description=say("信用主体", "A credit subject"))
class Subject:
    """What every subject has."""

    id: strawberry.ID = shown("主体标识", "Opaque id of the subject at this gateway", binding=Identity("id"))
    kind: SubjectKind = shown("主体类别", "Kind of the subject", binding=Identity("kind"))
    name: str | None = shown("名称或姓名", "Name")
    identifiers: list[SubjectIdentifier] = shown(
        "已知的标识符；自然人为空",
        "Identifiers it is known by; none for natural persons",
        binding=Identity("identifiers"),
    )
    resolution: Resolution = shown("如何确定到该主体", "How it was found", binding=Identity("resolution"))


@strawberry.interface(description=say("组织类信用主体", "A subject that is an organization"))
class Organization(Subject):
    """An organization; its kinds differ in name, not in relations."""

    uscc: str = shown("统一社会信用代码", "Unified social credit code", binding=Identity("uscc"))
    name: str | None = shown("登记名称", "Registered name, from the registry", binding=Derived("Registration", "name"))
    court_enforcement: CourtEnforcement = shown("司法执行", "Enforcement by the courts", binding=Same())

    @planned("企业登记", "Registration at the market registry", Relation("Registration", "approved_on"))
    def registration(self, first: First = 20, after: After = strawberry.UNSET) -> RegistrationSection | None:
        """Planned."""
        unplanned()

    @planned(
        "法定代表人（负责人、经营者）",
        "The legal representative's role",
        Relation("LegalRepresentative", "held_from"),
    )
    def legal_representative(self, first: First = 20, after: After = strawberry.UNSET) -> PersonRoleSection | None:
        """Planned."""
        unplanned()

    @planned(
        "行政许可",
        "Administrative licenses of all departments, newest decision first",
        Relation(
            "AdministrativeLicense",
            "decided_on",
            (
                Filter("since", "decided_on", "at_or_after"),
                Filter("status", "status", "equals"),
                Filter("category", "category", "equals"),
            ),
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
    ) -> LicenseSection | None:
        """Planned."""
        unplanned()

    @planned(
        "行政处罚",
        "Administrative penalties of all departments, newest decision first",
        Relation(
            "AdministrativePenalty",
            "decided_on",
            (
                Filter("since", "decided_on", "at_or_after"),
                Filter("status", "status", "equals"),
                Filter("category", "categories", "contains"),
            ),
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
    ) -> PenaltySection | None:
        """Planned."""
        unplanned()

    @planned(
        "纳税缴费信用评价",
        "Tax and fee credit ratings, newest first",
        Relation(
            "TaxCreditRating",
            "decided_on",
            (
                Filter("since", "decided_on", "at_or_after"),
                Filter("years", "evaluation_year", "one_of"),
                Filter("level", "level", "equals"),
            ),
        ),
    )
    def tax_ratings(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        years: Annotated[list[int] | None, explained("只要这些评价年度", "Only these years")] = strawberry.UNSET,
        level: Annotated[TaxCreditLevel | None, explained("只要该级别", "Only this level")] = strawberry.UNSET,
    ) -> TaxRatingSection | None:
        """Planned."""
        unplanned()


T = TypeVar("T", bound=type)


def _organization(zh: str, en: str) -> Callable[[T], T]:
    """Return the decorator of a kind of organization: an entity of the federation, found by its code."""
    return strawberry.federation.type(keys=["uscc"], description=say(zh, en))


@_organization("企业", "An enterprise")
class Enterprise(Organization):
    """企业."""


@_organization("个体工商户", "An individual business")
class IndividualBusiness(Organization):
    """个体工商户."""


@_organization("农民专业合作社", "A farmers' cooperative")
class FarmerCooperative(Organization):
    """农民专业合作社."""


@_organization("农村集体经济组织", "A rural collective economic organization")
class RuralCollective(Organization):
    """农村集体经济组织."""


@_organization("社会组织", "A social organization")
class SocialOrganization(Organization):
    """社会组织."""


@_organization("事业单位", "A public institution")
class PublicInstitution(Organization):
    """事业单位."""


@_organization("机关", "A government body")
class GovernmentBody(Organization):
    """机关."""


@_organization("群团组织、工会", "A mass organization or trade union")
class MassOrganization(Organization):
    """群团组织."""


@_organization("司法行政登记机构", "A legal service body")
class LegalServiceBody(Organization):
    """司法行政登记机构."""


@_organization("其他组织", "Another organization")
class OtherOrganization(Organization):
    """其他组织."""


@strawberry.type(
    description=say(
        "自然人，仅以其公开任职出现；不能以证件号码查询，也不能按姓名检索",
        "A natural person, seen only through a role: no lookup by number, no search by name",
    )
)
class NaturalPerson(Subject):
    """A person in a role; what is shown of the person stands in the role's own record."""

    name: str | None = shown("姓名", "Name", binding=PersonPart("person_name"))
    sex: Sex | None = shown("性别", "Sex", binding=PersonPart("person_sex"))
    masked_id_no: str | None = shown(
        "证件号码（脱敏）", "Identity number, masked", binding=PersonPart("person_masked_id")
    )
    nationality: str | None = shown("国籍代码", "Code of the nationality", binding=PersonPart("person_nationality"))

    @planned(
        "该自然人的全部任职（需要 person.link 授权）",
        "All roles of the person; needs the scope `person.link`",
        Relation("PersonRole", "held_from", person_key=True),
    )
    def roles(self, first: First = 20, after: After = strawberry.UNSET) -> PersonRoleSection | None:
        """Planned."""
        unplanned()


ORGANIZATIONS = (
    Enterprise,
    IndividualBusiness,
    FarmerCooperative,
    RuralCollective,
    SocialOrganization,
    PublicInstitution,
    GovernmentBody,
    MassOrganization,
    LegalServiceBody,
    OtherOrganization,
)
"""The concrete types of organizations."""
