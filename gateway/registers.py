"""What the gateway says about itself: the state of every source, and which field is open to this caller, or why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from connectors.health import Drift
from connectors.spec import AnyEntity, FieldSpec, SourceSpec
from gateway.catalogue import CatalogueItem
from gateway.coalesce import Coalescer
from gateway.departments import Department
from gateway.errors import BadQuery
from gateway.names import without_names
from gateway.plan.asks import Rights
from gateway.policy import decide, place_of
from schema.entities import CROSSWALK, ENTITIES, INTERNAL_FIELDS, entity_of
from schema.schema import graphql_name


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One source as `Query.sources` shows it."""

    name: str
    title: str
    department: Department
    kind: str
    state: str
    last_answered_at: str | None
    calls: int
    failures: int
    misreads: int
    median_ms: float | None
    quiet_hours: str | None
    since_year: int | None
    update_cycle: str
    entities: list[str]
    drift: Sequence[Drift]


def source_statuses(
    sources: Mapping[str, Coalescer], departments: Mapping[str, Department], *, named: bool = False
) -> list[SourceStatus]:
    """Return the state of every source, in the order of their names; ``named`` tells its own words for its columns."""
    return [_status(source, departments, named) for source in sources.values()]


def _status(source: Coalescer, departments: Mapping[str, Department], named: bool) -> SourceStatus:
    spec, health = source.gate.spec, source.gate.health()
    drift = health.drift if named else [replace(each, reason=without_names(each.reason)) for each in health.drift]
    return SourceStatus(
        spec.name,
        spec.title,
        departments[spec.department],
        str(type(spec).__struct_config__.tag),
        health.state,
        health.last_answered_at,
        health.calls,
        sum(health.failures.values()),
        health.misreads,
        health.median_ms,
        spec.quiet_hours,
        spec.since_year,
        spec.update_cycle,
        [name for name in dict.fromkeys(map(entity_of, spec.entities)) if name != CROSSWALK],
        drift,
    )


@dataclass(frozen=True, slots=True)
class CatalogueField:
    """One field of one source as `Query.catalogue` shows it to a caller."""

    type: str
    field: str
    entity: str
    source: str
    department: Department
    scope: str
    disclosure: str
    allowed: bool
    reason: str | None
    item: str | None


def catalogue_fields(
    rights: Rights, departments: Mapping[str, Department], arguments: Mapping[str, Any]
) -> list[CatalogueField]:
    """Return every public field of every source, whether it is open to the caller, and why not where it is not.

    Raises `BadQuery` when ``arguments`` name an entity or a source that is not there.
    """
    wanted_entity, wanted_source = arguments.get("entity"), arguments.get("source")
    _check("entity", wanted_entity, [name for name in rights.catalogue.entities if name != CROSSWALK])
    _check("source", wanted_source, list(rights.catalogue.sources))
    found: dict[tuple[str | None, ...], CatalogueField] = {}
    for source in rights.catalogue.sources.values():
        if wanted_source not in {None, source.name}:
            continue
        for part, entity in source.entities.items():
            if wanted_entity in {None, entity_of(part)}:
                for each in _fields(rights, departments[source.department], source, entity_of(part), entity):
                    # Parts of an entity share fields: what is the same for all of them is told once.
                    key = (source.name, each.entity, each.field, each.scope, each.disclosure, each.item)
                    found.setdefault(key, each)
    return list(found.values())


def _check(argument: str, value: str | None, known: list[str]) -> None:
    if value is not None and value not in known:
        raise BadQuery(f"`{argument}` of `catalogueFields` must be one of {', '.join(known)}")


def _fields(
    rights: Rights, department: Department, source: SourceSpec, entity_name: str, entity: AnyEntity
) -> list[CatalogueField]:
    if entity_name == CROSSWALK:
        return []
    internal = INTERNAL_FIELDS.get(entity_name, frozenset())
    shown = {name: spec for name, spec in entity.fields.items() if name not in internal}
    items, sorts = rights.catalogue.items, rights.catalogue.sorts(entity_name, entity)
    bound = {name: items.item_of(entity_name, name, sorts[0] if len(sorts) == 1 else None) for name in shown}
    return [_field(rights, department, source, entity_name, name, spec, bound[name]) for name, spec in shown.items()]


def _field(
    rights: Rights,
    department: Department,
    source: SourceSpec,
    entity_name: str,
    name: str,
    spec: FieldSpec,
    item: CatalogueItem | None,
) -> CatalogueField:
    decision = decide(rights.policy, rights.caller, source, spec, place_of(entity_name, name))
    type_name = ENTITIES[entity_name]
    return CatalogueField(
        type_name,
        graphql_name(type_name, name),
        entity_name,
        source.name,
        department,
        spec.scope,
        spec.disclosure,
        decision.allowed,
        None if decision.allowed else f"{decision.reason.zh}。{decision.reason.en}",
        item.code if item is not None else None,
    )
