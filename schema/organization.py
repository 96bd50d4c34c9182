"""Organizations of ten kinds: they differ in name, not in relations; public bodies have one more."""

from collections.abc import Callable
from typing import TypeVar

import strawberry

from schema.bindings import Conflicts, Derived, Identity
from schema.conflicts import IdentityReport
from schema.fields import say, shown
from schema.relations.court import CourtRelations
from schema.relations.dealings import DealingsRelations, GovernmentRelations
from schema.relations.dues import DuesRelations
from schema.relations.registry import RegistryRelations
from schema.relations.standing import StandingRelations
from schema.relations.supervision import SupervisionRelations
from schema.subject import Subject


@strawberry.interface(description=say("组织类信用主体", "A subject that is an organization"))
class Organization(
    Subject,
    RegistryRelations,
    SupervisionRelations,
    StandingRelations,
    CourtRelations,
    DuesRelations,
    DealingsRelations,
):
    """An organization; its kinds differ in name, not in relations."""

    uscc: str = shown("统一社会信用代码", "Unified social credit code", binding=Identity("uscc"))
    name: str | None = shown("登记名称", "Registered name, from the registry", binding=Derived("Registration", "name"))
    identity_conflicts: IdentityReport | None = shown(
        "各登记机关所载标识是否一致", "Whether the registries agree on its identifiers", binding=Conflicts()
    )


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
class PublicInstitution(Organization, GovernmentRelations):
    """事业单位."""


@_organization("机关", "A government body")
class GovernmentBody(Organization, GovernmentRelations):
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
