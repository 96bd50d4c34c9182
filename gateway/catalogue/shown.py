"""The catalogue as the graph shows it to a caller on a day: items with owner and bases, legal bases, departments. Pure.

The attributes are those of the schema's types `CatalogueItem`, `LegalBasis`, `Department` and `UnservedItem`; each
function of `REGISTERS` answers the root of that name from the caller's rights, the arguments and the day.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from gateway.catalogue.bases import Level
from gateway.catalogue.items import CatalogueItem, Items, Sharing
from gateway.departments import Department
from gateway.errors import BadQuery
from gateway.plan.asks import Rights
from gateway.registers import CatalogueField, catalogue_fields
from schema.entities import ENTITIES

LEVELS: Final[Mapping[Level, str]] = {
    "LAW": "法律",
    "ADMINISTRATIVE_REGULATION": "行政法规",
    "DEPARTMENT_RULE": "部门规章、规范性文件",
    "CENTRAL_POLICY": "党中央、国务院政策文件",
    "LOCAL_REGULATION": "地方性法规",
    "STANDARD": "标准",
    "JUDICIAL_INTERPRETATION": "司法解释",
}
SHARING: Final[Mapping[Sharing, str]] = {
    "UNCONDITIONAL": "无条件共享",
    "CONDITIONAL": "有条件共享",
    "NOT_SHARED": "不予共享",
}


@dataclass(frozen=True, slots=True)
class ShownBasis:
    """A legal basis, with whether it is in force on the day."""

    code: str
    title: str
    issuer: str
    document_no: str | None
    articles: str | None
    level: str
    in_force_from: str | None
    in_force_to: str | None
    in_force: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item with its owner and its bases; ``fields`` are looked up when somebody asks for them."""

    code: str
    name: str
    name_en: str
    category: int
    category_name: str
    edition: str
    status: str
    owner: Department
    legal_bases: list[ShownBasis]
    sharing: str
    disclosure: str
    masking: str | None
    update_cycle: str
    entities: list[str]
    section: str
    served: bool
    reason: str | None
    _fields: Callable[[str], list[CatalogueField]] = field(repr=False, compare=False)

    @property
    def fields(self) -> list[CatalogueField]:
        """Its fields at every source, and whether they are open to the caller."""
        return self._fields(self.code)


@dataclass(frozen=True, slots=True)
class ShownUnserved:
    """An item that no source serves, and why."""

    item: ShownItem
    status: str
    reason: str


class ShownCatalogue:
    """The catalogue on one day, fields as the bearer of ``rights`` may see them; what is asked for twice is made once.

    Without rights, as on paper, items show no fields of sources.
    """

    def __init__(self, items: Items, today: str, rights: Rights | None = None) -> None:
        self.items, self.today, self.rights = items, today, rights
        self._shown: dict[str, ShownItem] = {}

    def item(self, declared: CatalogueItem) -> ShownItem:
        """Return ``declared`` as it is shown."""
        if declared.code not in self._shown:
            self._shown[declared.code] = self._item(declared)
        return self._shown[declared.code]

    def item_of(self, entity: str, sort: str | None = None) -> ShownItem | None:
        """Return the item of a record of ``entity``; ``sort`` is what `Items.sort_of` names of it."""
        declared = self.items.item_of(entity, None, sort)
        return self.item(declared) if declared is not None else None

    def unserved_for(self, subject_kind: str) -> list[ShownUnserved]:
        """Return what is never told of subjects of a kind, each with its reason."""
        return [
            ShownUnserved(self.item(each), each.unserved_status or "NOT_COVERED", _reason(each) or "")
            for each in self.items.unserved_for(subject_kind)
        ]

    def basis(self, code: str) -> ShownBasis:
        """Return the legal basis of ``code`` as it is shown."""
        basis = self.items.bases[code]
        return ShownBasis(
            code=code,
            title=basis.title,
            issuer=basis.issuer,
            document_no=basis.document_no,
            articles="、".join(basis.articles) or None,
            level=LEVELS[basis.level],
            in_force_from=basis.in_force_from,
            in_force_to=basis.in_force_to,
            in_force=self.items.bases.in_force(code, self.today),
            note=basis.note,
        )

    def _item(self, item: CatalogueItem) -> ShownItem:
        category = self.items.categories[item.code]
        return ShownItem(
            code=item.code,
            name=item.name,
            name_en=item.name_en,
            category=category.category,
            category_name=category.name,
            edition=item.edition or category.edition,
            status=item.status,
            owner=self.items.departments[item.owner],
            legal_bases=[self.basis(code) for code in item.legal_bases],
            sharing=SHARING[item.sharing],
            disclosure=item.disclosure,
            masking=item.masking,
            update_cycle=item.update_cycle,
            entities=list(item.entities),
            section="、".join(item.section),
            served=item.served,
            reason=_reason(item),
            _fields=self._fields_of,
        )

    def _fields_of(self, code: str) -> list[CatalogueField]:
        return self._fields.get(code, [])

    @cached_property
    def _fields(self) -> dict[str, list[CatalogueField]]:
        found: dict[str, list[CatalogueField]] = {}
        for each in catalogue_fields(self.rights, self.items.departments, {}) if self.rights is not None else ():
            if each.item is not None:
                found.setdefault(each.item, []).append(each)
        return found


def _reason(item: CatalogueItem) -> str | None:
    return None if item.reason is None else f"{item.reason}{item.reason_en}"


def catalogue_items(rights: Rights, arguments: Mapping[str, Any], today: str) -> list[ShownItem]:
    """Return the items by code, narrowed by `edition`, `category`, `served` and `entity`; raises `BadQuery`."""
    shown = ShownCatalogue(rights.catalogue.items, today, rights)
    items = [shown.item(each) for each in shown.items]
    edition, category = arguments.get("edition"), arguments.get("category")
    served, entity = arguments.get("served"), arguments.get("entity")
    _check("edition", edition, sorted({each.edition for each in items}))
    _check("category", category, sorted({each.category for each in items}))
    _check("entity", entity, sorted({name for each in items for name in each.entities} | ENTITIES.keys()))
    return [
        each
        for each in items
        if edition in {None, each.edition}
        and category in {None, each.category}
        and served in {None, each.served}
        and (entity is None or entity in each.entities)
    ]


def _check(argument: str, value: object, known: list[Any]) -> None:
    if value is not None and value not in known:
        raise BadQuery(f"`{argument}` of `catalogue` must be one of {', '.join(map(str, known))}")


def legal_bases(rights: Rights, arguments: Mapping[str, Any], today: str) -> list[ShownBasis]:
    """Return all legal bases, in the order of their file."""
    shown = ShownCatalogue(rights.catalogue.items, today, rights)
    return [shown.basis(code) for code in shown.items.bases]


def departments(rights: Rights, arguments: Mapping[str, Any], today: str) -> list[Department]:
    """Return the bodies that there were on the day `asOf`; without it all, those that only old records name too."""
    register, day = rights.catalogue.items.departments, arguments.get("asOf")
    return register.as_of(day) if day is not None else list(register.values())


Register = Callable[[Rights, Mapping[str, Any], str], list[Any]]
REGISTERS: Final[Mapping[str, Register]] = {
    "catalogue": catalogue_items,
    "legal_bases": legal_bases,
    "departments": departments,
    "catalogue_fields": lambda rights, arguments, today: catalogue_fields(
        rights, rights.catalogue.items.departments, arguments
    ),
}
"""Kind of a root of the graph -> what answers it: the caller's rights, the arguments, the day."""
