"""Where the records of an answer came from, as the ledger keeps it: section by section, keys as pseudonyms.

Made for every answer, so it does nothing per record but the HMAC of its key. What a caller calls its fields may hold a
number that the ledger must not: paths are starred as names of operations are (`ledger_path`).
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from connectors.base import Row
from gateway.ledger.entry import SectionTrace
from gateway.ledger.pseudonym import RECORD_DIGITS, Secret, record_scheme
from gateway.plan.document import redact
from gateway.plan.model import Ask
from gateway.provenance.walk import ShownSection, walk, way_of
from gateway.run import Run
from gateway.told import Hit

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

_BLOCK: Final = 64
"""Bytes that SHA-256 takes at once."""
_INNER: Final = bytes(each ^ 0x36 for each in range(256))
_OUTER: Final = bytes(each ^ 0x5C for each in range(256))
_starred = lru_cache(4096)(redact)
"""Names of fields are few, but a caller may make up as many as it likes."""


def ledger_path(path: str) -> str:
    """Return a response path as entries and shapes have it: long numbers in names of the caller's own are starred."""
    return ".".join(map(_starred, path.split(".")))


def traces(run: Run, values: Sequence[Sequence[Any]], secret: Secret) -> tuple[SectionTrace, ...]:
    """Return the sections of an answer, and the values derived from records, with where their records came from.

    In the order of the response; ``values`` as `complete` takes them. A section of which no items are selected shows
    no record; one that is denied whole has the state DENIED.
    """
    keys = _Keys(secret)
    plain = way_of(run.plan).plain
    found: list[SectionTrace] = []
    for place in walk(run, values):
        if isinstance(place, ShownSection):
            page, entity = place.page, place.step.use.need.entity
            rows = [item[:2] for item in page.items] if page is not None and place.step.items else []
        else:
            entity = place.step.need.entity
            rows = [place.found] if place.found is not None else []
        path = place.path if plain else ledger_path(place.path)
        found.append(SectionTrace(path, entity, place.state, keys.of(entity, rows) if rows else ()))
    return tuple(found)


class _Keys:
    """The pseudonyms of record keys, as `gateway.ledger.pseudonym` makes them.

    HMAC (RFC 2104 §2) with both hashes begun once per scheme: half the time of a copied `hmac.HMAC`, for every record
    of every answer.
    """

    __slots__ = ("_begun", "_key")

    def __init__(self, secret: Secret) -> None:
        key = secret.key if len(secret.key) <= _BLOCK else sha256(secret.key).digest()
        self._key = key.ljust(_BLOCK, b"\0")
        self._begun: dict[str, dict[str, tuple[Hash, Hash]]] = {}

    def of(self, entity: str, records: Sequence[tuple[Row, Hit]]) -> tuple[tuple[str, str], ...]:
        """Return the table (`Ask.place`) and the pseudonym of each of ``records``."""
        found: list[tuple[str, str]] = []
        begun = self._begun.setdefault(entity, {})
        for row, hit in records:
            ask = hit.ask
            inner, outer = begun.get(ask.place) or self._begin(begun, ask)
            inner, outer = inner.copy(), outer.copy()
            inner.update(row.record_key.encode())
            outer.update(inner.digest())
            found.append((ask.place, outer.hexdigest()[:RECORD_DIGITS]))
        return tuple(found)

    def _begin(self, begun: "dict[str, tuple[Hash, Hash]]", ask: Ask) -> "tuple[Hash, Hash]":
        inner = sha256(self._key.translate(_INNER))
        inner.update(f"{record_scheme(ask.source.name, ask.part)}\x1f".encode())
        made = begun[ask.place] = inner, sha256(self._key.translate(_OUTER))
        return made
