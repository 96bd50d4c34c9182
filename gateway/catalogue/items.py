"""Items of the catalogue as values: what information may be held and shown, by whom, to whom, and why some is not.

Terms
    bound     every field of every entity belongs to one item, by the first of these that holds
              1. an item that names the field (`fields`)
              2. an item for records of a sort (`only`), such as lists of one kind or penalties of one domain
              3. the item of the entity as a whole
    sort      the enum field by which records of an entity go to different items: `kind` of `ListEntry`
    unserved  an item that no source may ever fill: it says why
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Annotated, Final, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from connectors.spec import Disclosure, Name, SubjectKind, Text
from gateway.catalogue.bases import LegalBases
from gateway.departments import Departments

PLATFORM: Final = 0
"""The category of what the platform says about itself: no credit information, so in no catalogue."""
LAST_CATEGORY: Final = 13

Status = Literal["NATIONAL", "LOCAL", "NOT_CATALOGUED"]
Sharing = Literal["UNCONDITIONAL", "CONDITIONAL", "NOT_SHARED"]
UnservedStatus = Literal["DISCONTINUED", "NOT_COVERED"]
Code = Annotated[str, Meta(pattern=r"^C[0-9]{2}-[0-9]{3}\Z", description="a code such as `C03-001`")]


class Category(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The head of a file of items: one category of the national basic catalogue, in its ``edition``."""

    category: Annotated[int, Meta(ge=PLATFORM, le=LAST_CATEGORY)]
    name: Text
    name_en: Text
    edition: Text


class CatalogueItem(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One item as its file declares it."""

    code: Code
    name: Text
    name_en: Text
    status: Status
    owner: Name
    section: list[Text]
    sharing: Sharing
    disclosure: Disclosure
    update_cycle: Text
    edition: Text | None = None
    legal_bases: list[Name] = []
    masking: Text | None = None
    entities: list[Text] = []
    fields: dict[str, list[Text]] = {}
    only: dict[str, list[Text]] = {}
    subject_kinds: list[SubjectKind | Literal["NATURAL_PERSON"]] = []
    served: bool = True
    unserved_status: UnservedStatus | None = None
    reason: Text | None = None
    reason_en: Text | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of subjects it is about; a file that names none means every kind of organization."""
        return tuple(self.subject_kinds) or get_args(SubjectKind)

    @property
    def whole(self) -> Iterator[str]:
        """Yield the entities that belong to the item as a whole."""
        if not self.only:
            yield from (entity for entity in self.entities if entity not in self.fields)


class Items:
    """The items by code, what they are bound to, and the registers that they name.

    ``version`` changes whenever an item, a legal basis or a department says something else.
    """

    def __init__(
        self, listed: Mapping[str, tuple[Category, CatalogueItem]], bases: LegalBases, departments: Departments
    ) -> None:
        self.bases, self.departments = bases, departments
        self.by_code = {code: item for code, (_, item) in sorted(listed.items())}
        self.categories = {code: category for code, (category, _) in listed.items()}
        self.version = _digest(self)
        self._whole = {entity: item for item in self for entity in item.whole}
        self._field = {
            (entity, field): item for item in self for entity in item.fields for field in item.fields[entity]
        }
        self._sorts = {entity: field for item in self for entity in item.entities for field in item.only}
        self._sorted = {
            (entity, value): item
            for item in self
            for entity in item.entities
            for values in item.only.values()
            for value in values
        }

    def __iter__(self) -> Iterator[CatalogueItem]:
        return iter(self.by_code.values())

    def item_of(self, entity: str, field: str | None = None, sort: str | None = None) -> CatalogueItem | None:
        """Return the item of a record of ``entity``, or of one of its fields; ``sort`` is what its sort field says.

        None only for what stands in no catalogue: the crosswalk, and fields that never leave the gateway.
        """
        if field is not None and (entity, field) in self._field:
            return self._field[entity, field]
        if sort is not None and (entity, sort) in self._sorted:
            return self._sorted[entity, sort]
        return self._whole.get(entity)

    def sort_of(self, entity: str) -> str | None:
        """Return the field that tells to which item a record of ``entity`` belongs; None when all go to one."""
        return self._sorts.get(entity)

    def of_entity(self, entity: str) -> list[CatalogueItem]:
        """Return the items that have to do with ``entity``, by code."""
        return [item for item in self if entity in item.entities]

    def of_section(self, section: str) -> list[CatalogueItem]:
        """Return the items by which a section of the notice is met, by code."""
        return [item for item in self if section in item.section]

    def unserved(self, entity: str) -> list[CatalogueItem]:
        """Return the items that say why no source serves ``entity``; empty when nothing forbids it."""
        return [item for item in self.of_entity(entity) if not item.served]

    def unserved_for(self, subject_kind: str) -> list[CatalogueItem]:
        """Return the items about subjects of a kind that are never served, each with its reason."""
        return [item for item in self if self._withheld(item) and subject_kind in item.kinds]

    def _withheld(self, item: CatalogueItem) -> bool:
        return not item.served and self.categories[item.code].category != PLATFORM

    def bound_fields(self, item: CatalogueItem, entity: str, names: Iterable[str]) -> list[str]:
        """Return which fields of ``entity``, of all ``names`` it has, belong to ``item``."""
        if entity in item.fields:
            return [name for name in names if name in item.fields[entity]]
        return [name for name in names if (entity, name) not in self._field] if entity in item.entities else []


def _digest(items: Items) -> str:
    said = [items.by_code, items.categories, dict(items.bases), dict(items.departments)]
    return sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()[:16]


NO_ITEMS: Final = Items({}, LegalBases({}), Departments({}))
"""The items of a catalogue of which only the sources matter."""
