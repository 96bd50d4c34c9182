"""Where a record came from: what the schema's `Provenance` shows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from connectors.base import Row
from gateway.catalogue.shown import ShownBasis, ShownItem
from gateway.departments import Department
from gateway.plan.asks import AUTHORITY_FIELDS
from gateway.provenance.lineage import FieldProvenance, Lineage
from gateway.run import Run
from gateway.subject import Person
from gateway.told import Hit

_MOST: Final = 2**31 - 1


def as_written(row: Row, hit: Hit) -> str:
    """Return who decided, in the source's words; the owner's name where it says nothing, or was not asked."""
    said = (hit.value(row, field) for field in AUTHORITY_FIELDS)
    return next((name for name in said if name is not None), hit.reached.department.name)


class Provenance:
    """The origin of one record; attributes as in the schema's type of that name, found when they are asked for."""

    __slots__ = ("_hit", "_lineage", "_row", "_run")

    def __init__(self, run: Run, row: Row, hit: Hit, lineage: Lineage) -> None:
        self._run = run
        self._row = row
        self._hit = hit
        self._lineage = lineage

    @property
    def source(self) -> str:
        """The name of the source."""
        return self._hit.reached.source

    @property
    def system(self) -> str:
        """The name of the department's system."""
        return self._hit.ask.source.title

    @property
    def department(self) -> Department:
        """The department that owns the record."""
        return self._hit.reached.department

    @property
    def record_key(self) -> str:
        """How the department finds the record again."""
        return self._row.record_key

    @property
    def key_scheme(self) -> str:
        """The scheme of the code by which the record was found."""
        return self._row.key_scheme or self._hit.ask.scheme

    @property
    def match_method(self) -> str:
        """How that code of the subject is known."""
        subject = self._hit.subject
        return "CROSSWALK" if isinstance(subject, Person) else subject.methods.get(self.key_scheme, "DERIVED")

    @property
    def confidence(self) -> float:
        """How sure it is that the record is the subject's."""
        return self._hit.subject.confidence(self.key_scheme)

    @property
    def department_as_written(self) -> str:
        """The authority as the source wrote it, where it was asked for; else the department's name."""
        return as_written(self._row, self._hit)

    @property
    def source_updated_at(self) -> str | None:
        """When the department last touched the record."""
        return self._row.as_of

    @property
    def as_of(self) -> str | None:
        """The date of the whole delivery."""
        return self._hit.reached.as_of

    @property
    def fetched_at(self) -> str | None:
        """When the source was asked."""
        return self._hit.reached.fetched_at

    @property
    def digest(self) -> str | None:
        """The digest of what the source sent of the record."""
        return self._row.digest

    @property
    def cache_age_ms(self) -> int:
        """How long before this request the source was asked, in milliseconds; 0 when it was asked for it.

        Of more than 24 days it says the most that an `Int` of GraphQL holds.
        """
        fetched_at = self._hit.reached.fetched_at
        return 0 if fetched_at is None else min(_MOST, max(0, self._run.begun_ms - _milliseconds(fetched_at)))

    @property
    def mapping_version(self) -> str:
        """The version of the source file by which the record was read."""
        return self._run.rights.catalogue.mappings[self._hit.reached.source]

    @property
    def catalogue_item(self) -> str | None:
        """The code of the item of the catalogue that covers the record."""
        return item.code if (item := self._item) is not None else None

    @property
    def legal_basis(self) -> Sequence[ShownBasis]:
        """The legal bases of that item."""
        return item.legal_bases if (item := self._item) is not None else ()

    @property
    def fields(self) -> Sequence[FieldProvenance]:
        """How each selected field of the record was read."""
        return self._lineage.fields(self._run, self._hit, self.sort)

    @property
    def sort(self) -> str | None:
        """What tells the item of the record, where records of its kind go to several; None too where it is closed."""
        entity = self._hit.ask.entity_name
        field = self._run.rights.catalogue.items.sort_of(entity)
        said: str | None = self._hit.value(self._row, field) if field is not None else None
        return said

    @property
    def _item(self) -> ShownItem | None:
        return self._run.catalogue_item(self._hit.ask.entity_name, self.sort)


def _milliseconds(at: str) -> int:
    """Return an ISO time as milliseconds since 1970."""
    return round(datetime.fromisoformat(at).timestamp() * 1000)
