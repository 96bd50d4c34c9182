"""Entities: what source files name their kinds of record, which type shows each, and what its fields are.

Everything follows from the types of `schema.records`, so that a field added there can be filled by a source at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal

from strawberry.types.base import StrawberryList, StrawberryOptional, get_object_definition
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField

from schema.bindings import KEY, PersonPart
from schema.person import NaturalPerson
from schema.records.annual_report import AnnualReport
from schema.records.commitments import CreditCommitment
from schema.records.contracts import ContractPerformance
from schema.records.court import (
    BriberyRecord,
    ConsumptionRestriction,
    DishonestDebtorEntry,
    EnforcementCase,
    Judgment,
    TerminatedExecution,
)
from schema.records.customs import CustomsCredit
from schema.records.decisions import AdministrativeLicense, AdministrativePenalty
from schema.records.environment import EnvironmentalRating
from schema.records.government import GovernmentIntegrity, ThirdPartyReport
from schema.records.intellectual_property import IntellectualProperty
from schema.records.lists import ListEntry
from schema.records.person import PersonRole
from schema.records.personal import (
    PersonConsumptionRestriction,
    PersonListEntry,
    PersonVerification,
    ProfessionBan,
)
from schema.records.qualifications import PersonQualification, Qualification
from schema.records.ratings import CreditRating, LaborRating
from schema.records.registration import (
    CreditServiceFiling,
    EquityEncumbrance,
    OnlineShop,
    Registration,
    RegistrationChange,
    Shareholder,
)
from schema.records.rural import RuralCredit
from schema.records.social_insurance import HousingFund, SocialInsurance, SocialInsurancePayment
from schema.records.supervision import Complaint, Inspection, Recall
from schema.records.tax import TaxAnomaly, TaxArrears, TaxCreditRating, TaxRegistration
from schema.records.utilities import UtilityArrears, UtilityUsage
from schema.records.work_safety import WorkSafetyRecord
from schema.scalars import Date, DateTime, Decimal, YearMonth
from schema.values import Money

Form = Literal[
    "text", "enum", "enum_list", "date", "datetime", "month", "integer", "decimal", "money", "boolean", "key"
]


@dataclass(frozen=True, slots=True)
class EntityField:
    """A field that a source may fill; ``enum`` holds the names that a code may become."""

    name: str
    form: Form
    enum: tuple[str, ...] = ()


CROSSWALK: Final = "Crosswalk"
"""The entity of a registry that pairs the identifiers of one subject; it is not shown as a record."""

_RECORDS: Final[tuple[type, ...]] = (
    Registration,
    RegistrationChange,
    Shareholder,
    EquityEncumbrance,
    PersonRole,
    AnnualReport,
    OnlineShop,
    CreditServiceFiling,
    AdministrativeLicense,
    AdministrativePenalty,
    Inspection,
    Recall,
    Complaint,
    WorkSafetyRecord,
    Qualification,
    CreditRating,
    EnvironmentalRating,
    LaborRating,
    CustomsCredit,
    ListEntry,
    DishonestDebtorEntry,
    EnforcementCase,
    TerminatedExecution,
    ConsumptionRestriction,
    Judgment,
    BriberyRecord,
    TaxRegistration,
    TaxCreditRating,
    TaxArrears,
    TaxAnomaly,
    SocialInsurance,
    SocialInsurancePayment,
    HousingFund,
    CreditCommitment,
    ContractPerformance,
    IntellectualProperty,
    UtilityArrears,
    UtilityUsage,
    RuralCredit,
    GovernmentIntegrity,
    ThirdPartyReport,
    PersonQualification,
    ProfessionBan,
    PersonListEntry,
    PersonConsumptionRestriction,
    PersonVerification,
)
_TYPES: Final[dict[str, type]] = {
    **{type_.__name__: type_ for type_ in _RECORDS},
    "LegalRepresentative": PersonRole,
    "KeyPersonnel": PersonRole,
}
_FORMS: Final[dict[object, Form]] = {
    str: "text",
    int: "integer",
    bool: "boolean",
    Date: "date",
    DateTime: "datetime",
    YearMonth: "month",
    Decimal: "decimal",
    Money: "money",
}
_ROLE_KEYS: Final = frozenset({"organization_uscc", "person_key"})

ENTITIES: Final[dict[str, str]] = {entity: type_.__name__ for entity, type_ in _TYPES.items()}
"""Entity -> name of the type that shows its records."""
INTERNAL_FIELDS: Final[dict[str, frozenset[str]]] = {
    "LegalRepresentative": _ROLE_KEYS,
    "KeyPersonnel": _ROLE_KEYS,
    "PersonRole": _ROLE_KEYS,
    "Shareholder": frozenset({"organization_uscc"}),
    CROSSWALK: frozenset(
        {
            "uscc",
            "org_code",
            "reg_no",
            "pripid",
            "tax_no",
            "customs_code",
            "institution_cert",
            "social_org_cert",
            "unit_no",
            "name",
        }
    ),
}
"""Entity -> fields that serve to follow links and never leave the gateway."""


def _columns(type_: type) -> Iterator[EntityField]:
    """Yield the fields of ``type_`` that come from a source: those without a binding, and what is said of a person."""
    for field in get_object_definition(type_, strict=True).fields:
        bound = field.metadata.get(KEY)
        if bound is None:
            yield _field(field.python_name, field)
        elif isinstance(bound, PersonPart):
            yield _field(bound.field, field)


def _field(name: str, field: StrawberryField) -> EntityField:
    type_: Any = field.type
    if isinstance(type_, StrawberryOptional):
        type_ = type_.of_type
    if isinstance(type_, StrawberryList):
        return EntityField(name, "enum_list", _members(type_.of_type))
    if isinstance(type_, StrawberryEnumDefinition) or (isinstance(type_, type) and issubclass(type_, Enum)):
        return EntityField(name, "enum", _members(type_))
    return EntityField(name, _FORMS[type_])


def _members(type_: Any) -> tuple[str, ...]:
    enum = type_.wrapped_cls if isinstance(type_, StrawberryEnumDefinition) else type_
    return tuple(enum.__members__)


def _entity_fields(entity: str, type_: type) -> dict[str, EntityField]:
    found = list(_columns(type_))
    if type_ is PersonRole:
        found += _columns(NaturalPerson)
    found += [EntityField(name, "key") for name in sorted(INTERNAL_FIELDS.get(entity, ()))]
    return {field.name: field for field in found}


ENTITY_FIELDS: Final[dict[str, dict[str, EntityField]]] = {
    **{entity: _entity_fields(entity, type_) for entity, type_ in _TYPES.items()},
    CROSSWALK: {name: EntityField(name, "key") for name in sorted(INTERNAL_FIELDS[CROSSWALK])},
}
"""Entity -> field -> what a source may fill it with."""


def entity_of(part: str) -> str:
    """Return the entity that ``part`` of a source holds records of: `ListEntry` of `ListEntry_abnormal`."""
    return part.partition("_")[0]
