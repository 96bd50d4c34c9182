"""A world in which sources hold what a test tells them to, and nothing else; registers know everybody as in `world`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from msgspec.structs import replace as with_changes

from connectors.base import Batch, Issue, Row
from connectors.constants import constant_of
from connectors.errors import SourceError
from connectors.spec import FieldSpec
from gateway.catalogue import Catalogue
from gateway.configuration import Configuration
from schema.entities import CROSSWALK, entity_of
from tests.gateway.world import Inventor, World, configuration


@dataclass(frozen=True)
class Record:
    """What a table of a source holds under ``key``, and which department decided it.

    ``unread`` are fields of which nobody could read what was sent.
    """

    source: str
    part: str
    key: str
    values: Mapping[str, Any]
    record_key: str = "1"
    as_of: str | None = None
    unread: tuple[str, ...] = ()
    decided_by: str | None = None

    def row(self, batch: Batch, fields: Mapping[str, FieldSpec]) -> Row:
        issues = tuple(Issue(name, "MISREAD", "made up") for name in self.unread if name in batch.fields)
        values = tuple(self.value(name, fields[name]) for name in batch.fields)
        return Row(values, self.record_key, self.as_of, issues)

    def value(self, name: str, spec: FieldSpec) -> Any:
        if name in self.unread:
            return None
        return self.values.get(name) if spec.value is None else constant_of(spec)


@dataclass
class Staged(Inventor):
    """A connector that answers from ``records``; what a register is told goes before what it knows."""

    records: tuple[Record, ...] = field(default=())

    def rows(self, batch: Batch, key: str) -> list[Row]:
        fields = self.spec.entities[batch.entity].fields
        mine = [each for each in self.records if (each.source, each.part) == (self.spec.name, batch.entity)]
        mine = [each for each in mine if batch.decided_by in {None, each.decided_by}]
        found = [each.row(batch, fields) for each in mine if each.key == key]
        return found or (self.registered(batch, key) if entity_of(batch.entity) == CROSSWALK else [])


def staged(
    *records: Record, faults: Mapping[str, SourceError] | None = None, configured: Configuration | None = None
) -> World:
    """Return a world in which sources hold ``records``."""
    sources = (configured or configuration()).catalogue.sources
    for each in records:
        unknown = {*each.values, *each.unread} - sources[each.source].entities[each.part].fields.keys()
        assert not unknown, f"{each.part} of {each.source} has no {unknown}"
    return World(faults, configured, lambda spec, fault: Staged(spec, fault, records=records))


def with_fields(source: str, part: str, **fields: FieldSpec | None) -> Configuration:
    """Return the configuration of the city, but with other ``fields`` in one table; None takes a field away."""
    known = configuration()
    spec = known.catalogue.sources[source]
    entity = spec.entities[part]
    kept = {name: each for name, each in entity.fields.items() if name not in fields}
    added = {name: each for name, each in fields.items() if each is not None}
    entities = {**spec.entities, part: with_changes(entity, fields={**kept, **added})}
    sources = {**known.catalogue.sources, source: with_changes(spec, entities=entities)}
    return replace(known, catalogue=Catalogue(sources, known.catalogue.items))
