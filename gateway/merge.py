"""One decision that several sources report: which rows are the same, which of them leads, where they contradict.

Rules of this file: pure functions over sequences; values are compared and never combined, so that each record shown is
what one source says, and its origin holds for all of it.

# INVARIANT: rows are merged by the number of the decision and the authority that made it, both as the sources tell
them; never by likeness. Without a number nothing is merged, and two numbers or two authorities never are.

Decided 2026-11:
  * An authority is its code, else its canonical name. Where the rows of a number tell one code only, a row without a
    code belongs to it if it names that authority as one of the others does. A caller that knows whose name it is gives
    the code.
  * A source that has the number twice tells of two entries under it (two licenses of one decision): which of them
    another source means cannot be told, so its rows stay alone.
"""

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from msgspec import Struct

from schema.identifiers import canonical_name, normalize
from schema.values import Money

_BRACKETS: Final = str.maketrans("()", "〔〕")
_USUAL: Final = {
    **str.maketrans("abcdefghijklmnopqrstuvwxyz（〔【[）〕】]", "ABCDEFGHIJKLMNOPQRSTUVWXYZ(((())))"),
    **{ord("０") + digit: ord("0") + digit for digit in range(10)},
    **dict.fromkeys(map(ord, " \t\u3000")),
}
"""What makes nearly every text canonical, at a tenth of the cost."""
_CANONICAL: Final = re.compile("[一-龥0-9A-Z()-]*")
_SHORTEST: Final = 5
"""Shorter texts in the column of a number (`0`, `无`, `2026`) are no numbers of documents."""
_CODE_LENGTH: Final = 18

NUMBERED: Final[dict[str, tuple[str, str | None, str]]] = {
    "AdministrativeLicense": ("decision_no", "authority_uscc", "authority"),
    "AdministrativePenalty": ("decision_no", "authority_uscc", "authority"),
    "DishonestDebtorEntry": ("case_no", None, "court"),
    "EnforcementCase": ("case_no", None, "court"),
    "TerminatedExecution": ("case_no", None, "court"),
}
"""Entity -> the fields that tell the number of a decision, the code of its authority, and the authority's name.

Others may stand several times under one number: persons restricted in one case, lists named by one decision.
"""


class DecisionKey(NamedTuple):
    """A decision by its canonical number and its authority, of which the code or the name may be unknown."""

    number: str
    code: str | None
    name: str | None


class Report(Struct, frozen=True):
    """One record as one source reports it; ``as_of`` is when the source last touched it, an ISO text."""

    source: str
    record_key: str
    key: DecisionKey | None
    values: Mapping[str, Any]
    as_of: str | None = None


class Conflict(Struct, frozen=True):
    """A field on which sources contradict each other: what each says that says something, the leading one first."""

    field: str
    values: tuple[tuple[str, Any], ...]


class Merged(Struct, frozen=True):
    """One decision: the report that leads, those of the same, best first, and where they contradict."""

    lead: Report
    others: tuple[Report, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


def document_number(text: str) -> str | None:
    """Return the number of a document or a case in one form for all ways of writing it; None for what is no number.

    Brackets of any kind are 〔〕, digits and letters half width, blanks dropped; zeros before a serial are part of it.
    """
    number = _canonical(text).translate(_BRACKETS)
    return number if len(number) >= _SHORTEST and any(each in "123456789" for each in number) else None


def decision_key(number: str | None, authority_uscc: str | None, authority: str | None) -> DecisionKey | None:
    """Return the key of a decision, None for one whose number or authority is not told."""
    canonical = None if number is None else document_number(number)
    code = None if authority_uscc is None else normalize(authority_uscc)
    name = None if authority is None else _canonical(authority)
    if code is not None and len(code) != _CODE_LENGTH:
        code = None
    if canonical is None or not (code or name):
        return None
    return DecisionKey(canonical, code, name or None)


def groups(keys: Sequence[DecisionKey | None]) -> list[list[int]]:
    """Return the places of ``keys`` by decision, in the order in which each first occurs; None is alone every time."""
    codes: dict[str, set[str]] = {}
    named: set[tuple[str, str | None]] = set()
    for key in keys:
        if key is not None and key.code is not None:
            codes.setdefault(key.number, set()).add(key.code)
            named.add((key.number, key.name))
    found: dict[Hashable, list[int]] = {}
    for at, key in enumerate(keys):
        found.setdefault(at if key is None else _authority(key, codes, named), []).append(at)
    return list(found.values())


def merge(reports: Sequence[Report], fields: Iterable[str]) -> list[Merged]:
    """Return ``reports`` by decision, each led by the best of them, with their contradictions in ``fields``."""
    compared = tuple(fields)
    return [
        _merged([reports[at] for at in together], compared)
        for group in groups([report.key for report in reports])
        for together in _apart(reports, group)
    ]


def conflicts(reports: Sequence[Report], fields: Iterable[str]) -> tuple[Conflict, ...]:
    """Return the ``fields`` on which ``reports`` contradict each other; what one does not say contradicts nothing."""
    found = []
    for field in fields:
        said = [(report.source, value) for report in reports if (value := report.values.get(field)) is not None]
        if any(value != said[0][1] for _, value in said) and len({_comparable(value) for _, value in said}) > 1:
            found.append(Conflict(field, tuple(said)))
    return tuple(found)


def _canonical(text: str) -> str:
    """Return the `canonical_name` of ``text``."""
    usual = text.translate(_USUAL)
    return usual if _CANONICAL.fullmatch(usual) else canonical_name(text)


def _authority(
    key: DecisionKey, codes: Mapping[str, set[str]], named: set[tuple[str, str | None]]
) -> tuple[str, str | None, str | None]:
    """Return what is the same for all keys of one decision."""
    if key.code is not None:
        return key.number, key.code, None
    told = codes.get(key.number, ())
    if len(told) == 1 and (key.number, key.name) in named:
        return key.number, next(iter(told)), None
    return key.number, None, key.name


def _apart(reports: Sequence[Report], group: Sequence[int]) -> list[list[int]]:
    """Return ``group`` without the rows of sources that have several in it: those stand alone, in their places."""
    times: dict[str, int] = {}
    for at in group:
        times[reports[at].source] = times.get(reports[at].source, 0) + 1
    found: dict[int, list[int]] = {}
    first = next((at for at in group if times[reports[at].source] == 1), -1)
    for at in group:
        found.setdefault(first if times[reports[at].source] == 1 else at, []).append(at)
    return list(found.values())


def _merged(reports: list[Report], fields: tuple[str, ...]) -> Merged:
    if len(reports) == 1:
        return Merged(reports[0])
    reports.sort(key=lambda report: (report.source, report.record_key))
    # Sorting keeps the order of equals, also in reverse.
    reports.sort(key=lambda report: (report.as_of or "", _filled(report)), reverse=True)
    lead, *others = reports
    return Merged(lead, tuple(others), conflicts(reports, fields))


def _filled(report: Report) -> int:
    return sum(value not in (None, [], ()) for value in report.values.values())


def _comparable(value: Any) -> Hashable:
    """Return what is equal for values that say the same."""
    match value:
        case str():
            return _canonical(value)
        case Money():
            return Decimal(value.amount), value.currency
        case list() | tuple():
            return frozenset(map(_comparable, value))
        case _:
            return value  # type: ignore[no-any-return]  # numbers and truth values
