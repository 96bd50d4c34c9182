"""Every source file, checked against the schema: who owns which entity, under which version."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

import msgspec

from connectors.spec import AnyEntity, SourceSpec
from schema.entities import entity_of


class Catalogue:
    """The sources of the city by name; ``version`` changes whenever a source file says something else."""

    def __init__(self, sources: Mapping[str, SourceSpec]) -> None:
        self.sources = dict(sorted(sources.items()))
        self.version = sha256(msgspec.json.encode(self.sources, order="deterministic")).hexdigest()[:16]
        self._owners: dict[str, list[tuple[SourceSpec, str, AnyEntity]]] = {}
        for source in self.sources.values():
            for part, spec in source.entities.items():
                self._owners.setdefault(entity_of(part), []).append((source, part, spec))

    def owners(self, entity: str) -> Iterable[tuple[SourceSpec, str, AnyEntity]]:
        """Return who holds records of ``entity``: source, part and what it is, by name, then as its file has them."""
        return self._owners.get(entity, ())

    @property
    def entities(self) -> list[str]:
        """The names of all entities that some source holds."""
        return sorted(self._owners)
