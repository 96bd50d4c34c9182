"""What must hold between files: sources against items, sources and clients against the departments of today. Pure.

# INVARIANT: no field of a source is open to more callers than its item of the catalogue allows.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from connectors.errors import Mistake
from connectors.spec import AnyEntity, FieldSpec, SourceSpec
from gateway.auth import Client
from gateway.catalogue.items import CatalogueItem
from gateway.catalogue.sources import Catalogue
from gateway.departments import Departments
from gateway.disclosure.facts import inputs
from gateway.policy import Policy
from gateway.policy.model import OWNER_PREFIX
from schema.entities import CROSSWALK, INTERNAL_FIELDS, entity_of

WIDEST_FIRST: Final = ("PUBLIC", "GOV", "GOV_CONDITIONAL", "CONSENT", "OWNER")


def source_mistakes(catalogue: Catalogue) -> Iterator[Mistake]:
    """Yield each table that no source may hold, and each field that its file discloses more widely than its item."""
    for source in catalogue.sources.values():
        for part, table in source.entities.items():
            entity = entity_of(part)
            found = _table(entity, table, catalogue) if entity != CROSSWALK else ()
            yield from (Mistake(f"{source.name}.toml", f"entities.{part}{key}", message) for key, message in found)


def judged_mistakes(sources: Iterable[SourceSpec]) -> Iterator[Mistake]:
    """Yield each field by which records are judged that is closed to some who see other fields of them.

    Whoever may not see what a record is judged by is shown none of the records: that would be everybody's answer.
    """
    for source in sources:
        for part, table in source.entities.items():
            levels = {name: _level(spec) for name, spec in table.fields.items()}
            widest = min(levels.values(), key=WIDEST_FIRST.index)
            for name in inputs(entity_of(part)):
                if levels.get(name, widest) != widest:
                    told = f"records are judged by it: it must be as open as the others, {widest}, or none is shown"
                    yield Mistake(f"{source.name}.toml", f"entities.{part}.fields.{name}", told)


def _table(entity: str, table: AnyEntity, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    items, sorts = catalogue.items, catalogue.sorts(entity, table)
    unserved = {item.code: item for sort in sorts if (item := items.item_of(entity, None, sort)) and not item.served}
    for code, item in unserved.items():
        yield "", f"no source may hold what the catalogue item `{code}` never serves: {item.reason_en}"
    internal = INTERNAL_FIELDS.get(entity, frozenset())
    for name, spec in table.fields.items():
        if name not in internal:
            of_sorts = (items.item_of(entity, name, sort) for sort in sorts)
            known = {item.code: item for item in of_sorts if item is not None and item.served}
            yield from ((f".fields.{name}.disclosure", _too_wide(spec, item)) for item in _narrower(spec, known))


def _narrower(spec: FieldSpec, known: Mapping[str, CatalogueItem]) -> Iterator[CatalogueItem]:
    return (item for item in known.values() if WIDEST_FIRST.index(_level(spec)) < WIDEST_FIRST.index(item.disclosure))


def _level(spec: FieldSpec) -> str:
    return "OWNER" if spec.scope.startswith(OWNER_PREFIX) else spec.disclosure


def _too_wide(spec: FieldSpec, item: CatalogueItem) -> str:
    return f"{spec.disclosure} is wider than {item.disclosure}, which the catalogue item `{item.code}` allows"


def department_mistakes(
    sources: Iterable[SourceSpec], clients: Iterable[Client], policy: Policy, departments: Departments
) -> Iterator[Mistake]:
    """Yield each source and client of a body that has ended, and government scopes of a body that is no government."""
    for source in sources:
        if (message := _ended(source.department, departments)) is not None:
            yield Mistake(f"{source.name}.toml", "department", message)
    for client in clients:
        if client.department is None:
            continue
        place = f"clients.{client.id}"
        if (message := _ended(client.department, departments)) is not None:
            yield Mistake("clients.toml", f"{place}.department", message)
        if not departments[client.department].government:
            for scope in sorted(client.scopes & policy.government):
                yield Mistake("clients.toml", f"{place}.scopes", f"scope `{scope}` is for government bodies only")


def _ended(code: str, departments: Departments) -> str | None:
    current = departments.current(code)
    return None if current.code == code else f"`{code}` has ended: its successor is `{current.code}`"
