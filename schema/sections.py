"""Sections: the answer to a relation is never a bare list, so that "none" and "not known" cannot be confused."""

from typing import Any

import strawberry

from schema.bindings import SectionPart
from schema.enums import SectionState
from schema.fields import say, shown
from schema.records.court import ConsumptionRestriction, DishonestDebtorEntry, EnforcementCase, TerminatedExecution
from schema.records.decisions import AdministrativeLicense, AdministrativePenalty
from schema.records.person import PersonRole
from schema.records.registration import Registration
from schema.records.tax import TaxCreditRating
from schema.values import Coverage, PageInfo


@strawberry.interface(
    description=say(
        "一类记录的完整答复：先看 state，再看 items；items 为空且 state 为 COMPLETE 才是“无记录”",
        "The answer to a relation: read `state` before `items`. No items means none only when `state` is COMPLETE",
    )
)
class Section:
    """What every section has; its type adds the items."""

    state: SectionState = shown("完整性", "Whether the section tells everything", binding=SectionPart("state"))
    coverage: list[Coverage] = shown(
        "每个归属数据源的答复情况", "What came of asking each owning source", binding=SectionPart("coverage")
    )
    total_count: int | None = shown(
        "符合条件的记录总数；state 不为 COMPLETE 时为空",
        "Number of records that pass the filters; null unless `state` is COMPLETE",
        binding=SectionPart("total_count"),
    )
    page_info: PageInfo = shown("分页信息", "Where this page ends", binding=SectionPart("page_info"))


def _items() -> Any:
    return shown("记录，按日期从新到旧", "The records of this page, newest first", binding=SectionPart("items"))


@strawberry.type(description=say("企业登记", "Registration records"))
class RegistrationSection(Section):
    """Registration records of one subject."""

    items: list[Registration] = _items()


@strawberry.type(description=say("任职", "Roles of persons"))
class PersonRoleSection(Section):
    """Roles in one organization, or of one person."""

    items: list[PersonRole] = _items()


@strawberry.type(description=say("行政许可", "Administrative licenses"))
class LicenseSection(Section):
    """Licenses of one subject."""

    items: list[AdministrativeLicense] = _items()


@strawberry.type(description=say("行政处罚", "Administrative penalties"))
class PenaltySection(Section):
    """Penalties of one subject."""

    items: list[AdministrativePenalty] = _items()


@strawberry.type(description=say("纳税缴费信用评价", "Tax and fee credit ratings"))
class TaxRatingSection(Section):
    """Tax credit ratings of one subject."""

    items: list[TaxCreditRating] = _items()


@strawberry.type(description=say("失信被执行人", "Entries of dishonest judgment debtors"))
class DishonestDebtorSection(Section):
    """Dishonest-debtor entries of one subject."""

    items: list[DishonestDebtorEntry] = _items()


@strawberry.type(description=say("执行案件", "Enforcement cases"))
class EnforcementCaseSection(Section):
    """Enforcement cases of one subject."""

    items: list[EnforcementCase] = _items()


@strawberry.type(description=say("终本案件", "Executions ended for now"))
class TerminatedExecutionSection(Section):
    """Terminated executions of one subject."""

    items: list[TerminatedExecution] = _items()


@strawberry.type(description=say("限制消费", "Consumption restrictions"))
class ConsumptionRestrictionSection(Section):
    """Consumption restrictions concerning one subject."""

    items: list[ConsumptionRestriction] = _items()
