"""Roles of natural persons in organizations: the only way by which a person appears in the graph (`domain.md` §3.3)."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.bindings import Link
from schema.fields import say, shown
from schema.records.record import CreditRecord
from schema.scalars import Date

if TYPE_CHECKING:
    from schema.organization import Organization
    from schema.person import NaturalPerson


@strawberry.type(description=say("自然人在组织中的任职", "A role that a natural person holds in an organization"))
class PersonRole(CreditRecord):
    """任职: legal representative, director, supervisor, operator."""

    role_code: str | None = shown("职务代码", "Code of the position")
    title: str | None = shown("职务", "Position in words")
    legal_representative: bool | None = shown(
        "是否法定代表人（负责人、经营者）", "Whether it is the legal representative's role"
    )
    held_from: Date | None = shown("任职起始日期", "Held from")
    held_to: Date | None = shown("任职截止日期", "Held to")
    organization_name: str | None = shown("任职单位名称", "Name of the organization")
    organization: Annotated["Organization", strawberry.lazy("schema.organization")] | None = shown(
        "任职单位", "The organization, as a subject of its own", binding=Link("organization", "organization_uscc")
    )
    person: Annotated["NaturalPerson", strawberry.lazy("schema.person")] | None = shown(
        "任职人员", "The person in this role", binding=Link("person", "person_key")
    )
