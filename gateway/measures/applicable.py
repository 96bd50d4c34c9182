"""Which measures may be taken: the lists on which a subject stands, held against the register. Pure, three-valued.

# INVARIANT: "no measure" is said only of what is known whole; what is missing is named (invariant 5).

A repaired, revoked or expired entry leads to nothing. An entry under objection still stands, and is told as such: the
owner has not decided yet.
"""

from collections.abc import Iterable, Sequence

import msgspec

from gateway.measures.entries import ABSENT, Entry, Listed
from gateway.measures.register import Measure, Register
from gateway.rules.model import Basis

COMPLETE = "COMPLETE"
_WHOLE = frozenset({"ANSWERED", "NOT_COVERED"})


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """Why it is not known whole: the ``source`` (None for a section as a whole), and its status."""

    source: str | None
    status: str
    part: str | None = None
    until: str | None = None


class ApplicableMeasure(msgspec.Struct, frozen=True, kw_only=True):
    """A measure that may be taken, the entries that lead to it, and its legal bases that are in force.

    ``objected`` when every one of its entries is under objection.
    """

    measure: Measure
    because: list[Entry]
    bases: list[Basis]
    objected: bool


class Applicable(msgspec.Struct, frozen=True, kw_only=True):
    """The measures of interest to a purpose, and what is missing: with something missing there may be others."""

    measures: list[ApplicableMeasure]
    missing: list[Missing]

    @property
    def complete(self) -> bool:
        """True when no other measure applies."""
        return not self.missing


def applicable(register: Register, lists: Sequence[Listed], purpose: str, today: str) -> Applicable:
    """Return what of ``register`` applies on ``today`` (ISO) to a subject with these ``lists``, for ``purpose``.

    ``lists`` are all sections that hold list entries (`listEntries`, `courtEnforcement.dishonestEntries`); without any
    nothing is known.
    """
    entries = [entry for listed in lists for entry in listed.entries]
    standing = [entry for entry in entries if entry.stands(today) is True and entry.kind not in {None, ABSENT}]
    found = [
        ApplicableMeasure(
            measure=measure, because=because, bases=bases, objected=all(entry.under_objection for entry in because)
        )
        for measure, bases in register.in_force(purpose, today)
        if (because := [entry for entry in standing if entry.kind in measure.kinds])
    ]
    return Applicable(measures=found, missing=[*_of_sections(lists), *_of_entries(entries, today)])


def _of_sections(lists: Sequence[Listed]) -> Iterable[Missing]:
    if not lists:
        yield Missing(source=None, status="UNKNOWN")
    for listed in lists:
        if listed.state == COMPLETE:
            continue
        open_ = [each for each in listed.coverage if each.get("status") not in _WHOLE]
        yield from map(_missing, open_)
        if not open_:
            yield Missing(source=None, status=listed.state)


def _missing(coverage: object) -> Missing:
    assert isinstance(coverage, dict), "coverage is a table"
    named = {key: coverage.get(key) for key in ("source", "part", "until")}
    return msgspec.convert({**named, "status": coverage.get("status", "UNKNOWN")}, Missing)


def _of_entries(entries: Sequence[Entry], today: str) -> Iterable[Missing]:
    """Yield what cannot be told of single entries: whether they stand, or what list they are on."""
    for entry in entries:
        stands = entry.stands(today)
        if stands is None or (stands and entry.kind in {None, ABSENT}):
            yield Missing(source=entry.source, status="MISREAD")
