"""Who owns what, by the configuration of the day: for denials, and for entries that do not tell a department."""

from collections.abc import Collection, Iterator

from gateway.catalogue import Catalogue
from gateway.returns.tally import NOT_REGISTERED

_WHOLE = "*"


class CatalogueOwners:
    """The owners of sources and fields by ``catalogue``."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._sources = {name: spec.department for name, spec in catalogue.sources.items()}
        self._fields: dict[str, set[str]] = {}
        for entity in catalogue.entities:
            for source, _, table in catalogue.owners(entity):
                for name in (_WHOLE, *table.fields):
                    self._fields.setdefault(f"{entity}.{name}", set()).add(source.department)

    def __iter__(self) -> Iterator[str]:
        """Yield the departments that own a source, once each."""
        return iter(dict.fromkeys(self._sources.values()))

    def of_source(self, source: str) -> str:
        """Return the department of ``source``, `NOT_REGISTERED` for one that is not known any more."""
        return self._sources.get(source, NOT_REGISTERED)

    def of_field(self, field: str) -> Collection[str]:
        """Return the departments that own ``field``, `Entity.field` or `Entity.*`; none of a link."""
        return self._fields.get(field, ())
