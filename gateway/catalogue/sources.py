"""Every source file, checked against the schema: who owns which entity, and which items say what it may show."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

import msgspec

from connectors.spec import AnyEntity, SourceSpec
from gateway.catalogue.items import NO_ITEMS, Items
from schema.entities import entity_of


class Catalogue:
    """The sources of the city by name, and the items of information.

    ``version`` changes whenever a source file, an item, a legal basis or a department says something else;
    ``mappings`` tells by source the version of its file alone, which changes whenever that says something else.
    """

    def __init__(self, sources: Mapping[str, SourceSpec], items: Items = NO_ITEMS) -> None:
        self.sources = dict(sorted(sources.items()))
        self.items = items
        said = [self.sources, items.version]
        self.version = _digest(said)
        self.mappings = {name: _digest(source) for name, source in self.sources.items()}
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

    def sorts(self, entity: str, table: AnyEntity) -> list[str | None]:
        """Return the sorts of records (see `Items.sort_of`) that ``table`` may hold, as its file declares them.

        None stands for all, where the file tells none.
        """
        field = self.items.sort_of(entity)
        spec = table.fields.get(field) if field is not None else None
        if spec is None:
            return [None]
        return [spec.value] if spec.value is not None else [*sorted(set((spec.codes or {}).values()))] or [None]


def _digest(said: object) -> str:
    return sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()[:16]
