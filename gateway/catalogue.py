"""Every source file, checked against the schema: who owns which entity, under which version."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

import msgspec

from connectors.spec import AnyEntity, SourceSpec


class Catalogue:
    """The sources of the city by name; ``version`` changes whenever a source file says something else."""

    def __init__(self, sources: Mapping[str, SourceSpec]) -> None:
        self.sources = dict(sorted(sources.items()))
        self.version = sha256(msgspec.json.encode(self.sources, order="deterministic")).hexdigest()[:16]
        self._owners: dict[str, list[tuple[SourceSpec, AnyEntity]]] = {}
        for source in self.sources.values():
            for name, entity in source.entities.items():
                self._owners.setdefault(name, []).append((source, entity))

    def owners(self, entity: str) -> Iterable[tuple[SourceSpec, AnyEntity]]:
        """Return the sources that hold records of ``entity``, in the order of their names."""
        return self._owners.get(entity, ())

    @property
    def entities(self) -> list[str]:
        """The names of all entities that some source holds."""
        return sorted(self._owners)
