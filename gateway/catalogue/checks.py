"""What must hold in and between items, beyond their types: every mistake as a key and a message. Pure.

The rules behind: nothing outside the catalogue enters a credit record unless a law or central policy says so, and what
is not catalogued is never shown to the public or to a bank (`domain.md` §1.2, §4.1).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from connectors.declaration import unknown
from connectors.errors import Mistake
from gateway.catalogue.bases import LegalBases
from gateway.catalogue.items import PLATFORM, CatalogueItem, Category
from gateway.departments import Departments
from schema.entities import CROSSWALK, INTERNAL_FIELDS, EntityField

Entities = Mapping[str, Mapping[str, EntityField]]
Found = Iterator[tuple[str, str]]
"""Key and message of each mistake."""

SHARING_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "PUBLIC": ("UNCONDITIONAL",),
    "GOV": ("UNCONDITIONAL",),
    "GOV_CONDITIONAL": ("CONDITIONAL",),
    "CONSENT": ("CONDITIONAL", "NOT_SHARED"),
    "OWNER": ("NOT_SHARED",),
}
"""Disclosure level -> what departments may then share with each other."""
WITHOUT_CATALOGUE: Final = ("GOV_CONDITIONAL", "OWNER")
"""Levels that neither the public nor a bank can reach."""
REASONS: Final = ("unserved_status", "reason", "reason_en")


@dataclass(frozen=True, slots=True)
class Known:
    """What the rest of the configuration and the schema declare; None stands for a file that could not be read."""

    departments: Departments | None
    legal_bases: LegalBases | None
    entities: Entities


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an item stands: its file, and the how-manieth it is there."""

    file: str
    at: int

    def mistake(self, key: str, message: str) -> Mistake:
        """Return the mistake at ``key`` of this item."""
        return Mistake(self.file, f"items.{self.at}.{key}", message)


Declared = dict[Place, tuple[Category, CatalogueItem]]


def item_mistakes(category: Category, item: CatalogueItem, known: Known) -> Found:
    """Yield what is wrong with one item."""
    if not item.code.startswith(prefix := f"C{category.category:02d}-"):
        yield "code", f"expected to begin with `{prefix}`: its category is {category.category}"
    yield from _owner(item, known.departments)
    if known.legal_bases is not None:
        yield from _bases(item, known.legal_bases)
    if item.sharing not in SHARING_OF[item.disclosure]:
        fitting = " or ".join(SHARING_OF[item.disclosure])
        yield "sharing", f"does not fit disclosure {item.disclosure}: expected {fitting}"
    if not item.section:
        yield "section", "empty: which part of the notice asks for it?"
    yield from _served(item) if item.served else _unserved(item)
    if item.served and category.category != PLATFORM:
        yield from _catalogued(item)
    yield from _entities(item, known)


def _owner(item: CatalogueItem, departments: Departments | None) -> Found:
    if departments is None:
        return
    if item.owner not in departments:
        yield "owner", unknown("department", item.owner, departments)
    elif (current := departments.current(item.owner)).code != item.owner:
        yield "owner", f"`{item.owner}` has ended: its successor is `{current.code}`"


def _bases(item: CatalogueItem, bases: LegalBases) -> Found:
    for at, code in enumerate(item.legal_bases):
        if code not in bases:
            yield "legal_bases", unknown("legal basis", code, bases)
        elif code in item.legal_bases[:at]:
            yield "legal_bases", f"`{code}` is repeated"


def _served(item: CatalogueItem) -> Found:
    for key in REASONS:
        if getattr(item, key) is not None:
            yield key, "only for an item with `served = false`"


def _unserved(item: CatalogueItem) -> Found:
    for key in REASONS:
        if getattr(item, key) is None:
            yield key, "missing: why it is not served"
    if item.disclosure != "OWNER":
        yield "disclosure", "expected OWNER: what is not served is open to nobody"
    if item.only or item.fields:
        yield "entities", "an item that is not served names whole entities, or none"


def _catalogued(item: CatalogueItem) -> Found:
    """Yield what keeps an item of a real category from being shown."""
    if not item.legal_bases:
        yield "legal_bases", "empty: without a legal basis nothing may be shown"
    if not item.entities:
        yield "entities", "empty: no record could show it"
    if item.status == "NOT_CATALOGUED" and item.disclosure not in WITHOUT_CATALOGUE:
        yield "disclosure", f"what is not catalogued is at most {' or '.join(WITHOUT_CATALOGUE)}"


def _entities(item: CatalogueItem, known: Known) -> Found:
    names = sorted(known.entities.keys() - {CROSSWALK})
    for entity in item.entities:
        if entity not in names:
            yield "entities", unknown("entity", entity, names)
    for entity, fields in item.fields.items():
        if entity not in item.entities:
            yield f"fields.{entity}", "is not among the item's `entities`"
        yield from _fields(entity, fields, known)
    if item.only and item.fields:
        yield "only", "an item is for some fields, or for records of a sort, not for both"
    if len(item.only) > 1:
        yield "only", "expected one field that tells the sort"
    for field, values in item.only.items():
        yield from _only(item, field, values, known)


def _fields(entity: str, fields: list[str], known: Known) -> Found:
    if not fields:
        yield f"fields.{entity}", "empty: name its fields, or leave it out for the whole entity"
    there = known.entities.get(entity)
    shown = [name for name in there or () if name not in INTERNAL_FIELDS.get(entity, ())]
    for field in fields if there is not None else ():
        if field not in shown:
            yield f"fields.{entity}", unknown("field", field, shown)


def _only(item: CatalogueItem, field: str, values: list[str], known: Known) -> Found:
    if not values:
        yield f"only.{field}", "empty: no record could be of it"
    for entity in item.entities:
        fields = known.entities.get(entity)
        if fields is None:
            continue
        sorts = {name: spec.enum for name, spec in fields.items() if spec.form == "enum"}
        if field not in sorts:
            yield f"only.{field}", unknown(f"enum field of {entity}", field, sorts)
            continue
        for value in values:
            if value not in sorts[field]:
                yield f"only.{field}", unknown(f"{field} of {entity}", value, sorts[field])


def shared_mistakes(declared: Declared) -> Iterator[tuple[Place, tuple[str, str]]]:
    """Yield what is wrong between items: repeated codes, and what is bound twice."""
    first: dict[object, str] = {}
    sorts: dict[str, str] = {}
    for place, (_, item) in declared.items():
        if ("code", item.code) in first:
            yield place, ("code", f"`{item.code}` is repeated")
        first.setdefault(("code", item.code), item.code)
        for key, bound, words in _bound(item):
            if bound in first:
                yield place, (key, f"{words} belongs to `{first[bound]}` already")
            first.setdefault(bound, item.code)
        for entity in item.entities:
            for field in item.only:
                if sorts.setdefault(entity, field) != field:
                    yield place, (f"only.{field}", f"other items tell records of {entity} apart by `{sorts[entity]}`")


def _bound(item: CatalogueItem) -> Iterator[tuple[str, object, str]]:
    """Yield all that the item is bound to: the key that says so, what it is, and how to name it."""
    for entity in item.whole:
        yield "entities", (entity,), f"`{entity}` as a whole"
    for entity, fields in item.fields.items():
        for field in fields:
            yield f"fields.{entity}", (entity, "field", field), f"`{entity}.{field}`"
    for entity in item.entities:
        for field, values in item.only.items():
            for value in values:
                yield f"only.{field}", (entity, "sort", value), f"{entity} of {field} {value}"


def uncovered(declared: Declared, entities: Entities) -> Iterator[str]:
    """Yield every entity, or field of one, that belongs to no item, internal ones excepted."""
    bound = {each for _, item in declared.values() for _, each, _ in _bound(item)}
    for entity, fields in entities.items():
        if entity == CROSSWALK or (entity,) in bound:
            continue
        shown = [name for name in fields if name not in INTERNAL_FIELDS.get(entity, ())]
        missing = [name for name in shown if (entity, "field", name) not in bound]
        if missing == shown:
            yield entity
        else:
            yield from (f"{entity}.{name}" for name in missing)
