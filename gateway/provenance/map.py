"""The provenance of a whole answer as a compact map of response paths: `extensions.provenance`, for who asks for it.

Rules of this file: it tells of the records that the answer shows, what `provenance` tells of the same records, by the
same attributes (`gateway.provenance.origin`), and nothing else. What many records share is told once, by number.

Members
    origins          sources as they were asked: who, by which key, when, by which version of the mapping, on what basis
    records          path of a record -> [number of its origin, key there, authority as written where that is not the
                     department's name, last touched there, digest]
    values           the same for a value that is derived from a record which stands in no section
    alsoReportedBy   path of a record -> the same list for each other report of it
    fields           tables, which origins name by number: field -> how it was read, and why it is open
    transformations, legalBases   what the codes mean
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from weakref import WeakKeyDictionary

from connectors.base import Row
from gateway.errors import BadParameters
from gateway.plan.model import Need, Plan, Selected
from gateway.provenance.lineage import FieldProvenance, Lineage
from gateway.provenance.origin import Provenance
from gateway.provenance.walk import DerivedStep, Place, SameStep, SectionStep, ShownSection, SubjectWay, walk, way_of
from gateway.run import Run
from gateway.told import Hit

Lineages = Mapping[int, Lineage]
"""By the identity of the need: what is told of all its records, whichever section shows them."""
_lineages: Final[WeakKeyDictionary[Plan, Lineages]] = WeakKeyDictionary()


def provenance_wish(extensions: Mapping[str, Any]) -> bool:
    """Return whether the request's extension `provenance` wishes the map; raises `BadParameters` for anything else."""
    wish = extensions.get("provenance")
    if wish is None or isinstance(wish, bool):
        return bool(wish)
    raise BadParameters("`extensions.provenance` must be true or false")


def provenance_map(run: Run, values: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Return the map of an answer, JSON-ready; ``values`` as `complete` takes them.

    The plan must have been made with ``provenance``, else digests and authorities may be missing.
    """
    written = _Map(run, _lineages_of(run.plan))
    for place in walk(run, values):
        written.add(place)
    return written.told()


class _Map:
    """The map as it is written."""

    def __init__(self, run: Run, lineages: Lineages) -> None:
        self._run = run
        self._lineages = lineages
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._origins: list[dict[str, Any]] = []
        self._tables: dict[int, int] = {}
        self._fields: list[dict[str, Any]] = []
        self._words: dict[str, str] = {}
        self._bases: dict[str, dict[str, Any]] = {}
        self._records: dict[str, list[Any]] = {}
        self._values: dict[str, list[Any]] = {}
        self._others: dict[str, list[list[Any]]] = {}

    def add(self, place: Place) -> None:
        """Add the records that a place of the answer shows."""
        if isinstance(place, ShownSection):
            if place.page is not None:
                for items in place.step.items:
                    self._items(f"{place.path}.{items.key}", place.step.use.need, place.page.items)
        elif place.found is not None:
            self._values[place.path] = self._record(place.step.need, *place.found)

    def told(self) -> dict[str, Any]:
        """Return what was added; what there is none of is left out but for records and origins."""
        told = {"origins": self._origins, "records": self._records}
        more = {"values": self._values, "alsoReportedBy": self._others, "fields": self._fields}
        more |= {"transformations": self._words, "legalBases": self._bases}
        return told | {name: each for name, each in more.items() if each}

    def _items(self, path: str, need: Need, items: Sequence[Any]) -> None:
        for at, (row, hit, told) in enumerate(items):
            self._records[f"{path}.{at}"] = self._record(need, row, hit)
            if told is not None and told.others:
                self._others[f"{path}.{at}"] = [self._record(need, *other) for other in told.others]

    def _record(self, need: Need, row: Row, hit: Hit) -> list[Any]:
        origin = Provenance(self._run, row, hit, self._lineages[id(need)])
        written = origin.department_as_written
        return [
            self._number(origin, need, hit),
            origin.record_key,
            written if written != origin.department.name else None,
            origin.source_updated_at,
            origin.digest,
        ]

    def _number(self, origin: Provenance, need: Need, hit: Hit) -> int:
        by = (origin.key_scheme, origin.match_method, origin.confidence, origin.sort)
        key = (id(hit.ask), id(hit.reached), self._run.standing(hit.subject), *by)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._origins)
            self._origins.append(self._origin(origin, need, hit))
        return number

    def _origin(self, origin: Provenance, need: Need, hit: Hit) -> dict[str, Any]:
        for basis in origin.legal_basis:
            self._bases.setdefault(
                basis.code, {"title": basis.title, "articles": basis.articles, "inForce": basis.in_force}
            )
        return {
            "source": origin.source,
            "system": origin.system,
            "department": {"code": origin.department.code, "name": origin.department.name},
            "entity": need.entity,
            "part": hit.ask.title,
            "keyScheme": origin.key_scheme,
            "matchMethod": origin.match_method,
            "confidence": origin.confidence,
            "asOf": origin.as_of,
            "fetchedAt": origin.fetched_at,
            "cacheAgeMs": origin.cache_age_ms,
            "mappingVersion": origin.mapping_version,
            "catalogueItem": origin.catalogue_item,
            "legalBasis": [basis.code for basis in origin.legal_basis],
            "fields": self._table(origin.fields),
        }

    def _table(self, fields: Sequence[FieldProvenance]) -> int:
        number = self._tables.get(id(fields))  # the lineage keeps them as long as the plan lives
        if number is None:
            number = self._tables[id(fields)] = len(self._fields)
            self._fields.append({each.field: self._field(each) for each in fields})
        return number

    def _field(self, field: FieldProvenance) -> dict[str, Any]:
        self._words.update(field.transformations)
        told = {
            "column": field.column,
            "transformations": [each.code for each in field.transformations],
            "masked": field.masked,
            "level": field.disclosure,
            "openedBy": field.opened_by,
            "scope": field.scope,
            "catalogueItem": field.catalogue_item,
        }
        return {name: each for name, each in told.items() if each is not None}


def _lineages_of(plan: Plan) -> Lineages:
    known = _lineages.get(plan)
    if known is None:
        found: dict[int, list[Sequence[Selected]]] = {}
        for ways in way_of(plan).roots:
            for way in ways.values():
                for need, selections in _selections(way):
                    found.setdefault(id(need), []).append(selections)
        known = _lineages[plan] = {need: Lineage(*each) for need, each in found.items()}
    return known


def _selections(way: SubjectWay) -> Iterator[tuple[Need, Sequence[Selected]]]:
    """Yield what is selected of the records of each need, further links included."""
    for step in way.steps:
        match step:
            case SectionStep(use=use, items=items):
                for each in items:
                    yield use.need, each.selections
                    for link in each.links:
                        for behind in link.ways.values():
                            yield from _selections(behind)
            case DerivedStep(need=need, selected=selected):
                yield need, [selected]
            case SameStep(way=same):
                yield from _selections(same)
