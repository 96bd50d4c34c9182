"""Natural persons in their roles, and what departments hold of them by their key alone (`domain.md` §4.5)."""

from typing import Annotated

import strawberry

from schema.arguments import ACTIVE, BY_KINDS, Active, After, First, Since, since
from schema.bindings import Filter, PersonPart
from schema.bindings import Section as Relation
from schema.enums import Sex
from schema.fields import explained, planned, say, shown, unplanned
from schema.records.personal import (
    PersonConsumptionRestriction,
    PersonListEntry,
    PersonVerification,
    ProfessionBan,
)
from schema.records.qualifications import PersonQualification, Profession
from schema.relations.registry import PersonRoleSection
from schema.relations.standing import BY_TONE, ListKinds, WithTone
from schema.sections import Section, newest_first, section
from schema.subject import Subject

Professions = Annotated[list[Profession] | None, explained("只要这些职业群体", "Only these professional groups")]
BY_PROFESSIONS = Filter("professions", "profession", "one_of")


@section("职业资格、执业注册", "Qualifications of a person")
class PersonQualificationSection(Section):
    items: list[PersonQualification] = newest_first()


@section("行业（职业）禁入", "Bans from professions")
class ProfessionBanSection(Section):
    items: list[ProfessionBan] = newest_first()


@section("名单记录（自然人）", "Entries of a person on lists")
class PersonListSection(Section):
    items: list[PersonListEntry] = newest_first()


@section("限制消费（自然人）", "Consumption restrictions on a person")
class PersonConsumptionRestrictionSection(Section):
    items: list[PersonConsumptionRestriction] = newest_first()


@section("身份核验", "Checks of a person's identity")
class PersonVerificationSection(Section):
    items: list[PersonVerification] = newest_first()


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
        unplanned()

    @planned(
        "职业资格、执业注册、职称",
        "Qualifications and registrations of the person, newest first",
        Relation("PersonQualification", "issued_on", (BY_PROFESSIONS,), person_key=True),
    )
    def qualifications(
        self, first: First = 20, after: After = strawberry.UNSET, professions: Professions = strawberry.UNSET
    ) -> PersonQualificationSection | None:
        unplanned()

    @planned(
        "行业（职业）禁入、限制从业",
        "Bans from professions and industries, newest decision first",
        Relation("ProfessionBan", "decided_on", (since("decided_on"), BY_PROFESSIONS), person_key=True),
    )
    def profession_bans(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        professions: Professions = strawberry.UNSET,
    ) -> ProfessionBanSection | None:
        unplanned()

    @planned(
        "名单记录",
        "Entries on lists that name the person, newest inclusion first",
        Relation(
            "PersonListEntry",
            "included_on",
            (since("included_on"), BY_KINDS, BY_TONE, ACTIVE),
            person_key=True,
        ),
    )
    def list_entries(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        kinds: ListKinds = strawberry.UNSET,
        tone: WithTone = strawberry.UNSET,
        active: Active = strawberry.UNSET,
    ) -> PersonListSection | None:
        unplanned()

    @planned(
        "限制消费",
        "Consumption restrictions on the person, newest publication first",
        Relation("PersonConsumptionRestriction", "published_on", (since("published_on"),), person_key=True),
    )
    def consumption_restrictions(
        self, first: First = 20, after: After = strawberry.UNSET, since: Since = strawberry.UNSET
    ) -> PersonConsumptionRestrictionSection | None:
        unplanned()

    @planned(
        "身份核验：一致、不一致或查无此号，不返回任何人口数据",
        "A check of the person's identity: match, mismatch or not found, and no data of the person",
        Relation("PersonVerification", "verified_at", person_key=True),
    )
    def identity_verification(
        self, first: First = 20, after: After = strawberry.UNSET
    ) -> PersonVerificationSection | None:
        unplanned()
