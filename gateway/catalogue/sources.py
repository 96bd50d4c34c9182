"""Every source file, checked against the schema: who owns which entity, and which items say what it may show."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

import msgspec

from connectors.spec import AnyEntity, SourceSpec
from gateway.catalogue.items import NO_ITEMS, Items


class Catalogue:
    """The sources of the city by name, and the items of information.

    ``version`` changes whenever a source file, an item, a legal basis or a department says something else.
    """

    def __init__(self, sources: Mapping[str, SourceSpec], items: Items = NO_ITEMS) -> None:
        self.sources = dict(sorted(sources.items()))
        self.items = items
        said = [self.sources, items.version]
        self.version = sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()[:16]
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

    def sorts(self, entity: str, table: AnyEntity) -> list[str | None]:
        """Return the sorts of records (see `Items.sort_of`) that ``table`` may hold, as its file declares them.

        None stands for all, where the file tells none.
        """
        field = self.items.sort_of(entity)
        spec = table.fields.get(field) if field is not None else None
        if spec is None:
            return [None]
        constant = getattr(spec, "value", None)  # a constant of the table instead of a column
        return [constant] if constant is not None else [*sorted(set((spec.codes or {}).values()))] or [None]
