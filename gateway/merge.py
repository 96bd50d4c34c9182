"""One decision that several sources report: which rows are the same, which of them leads, where they contradict.

Rules of this file: pure functions over sequences; values are compared and never combined, so that each record shown is
what one source says, and its origin holds for all of it.

# INVARIANT: rows are merged by the number of the decision and the authority that made it, both as the sources tell
them; never by likeness. Without a number nothing is merged, and two numbers or two authorities never are.

Decided 2026-11:
  * An authority is its code, else its canonical name. Where the rows of a number tell one code only, a row without a
    code belongs to it if it names that authority as one of the others does.
  * A source that has a number of `SEVERAL` twice tells of two entries under it (two licenses of one decision): which of
    them another source means cannot be told, so its rows stay alone.
"""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

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


class _Fields(NamedTuple):
    """The fields that tell a decision: its number, who made it by name and by code, and of which list it is."""

    number: str
    authority: str
    code: str | None = "authority_uscc"
    kind: str | None = None


# Other entities may stand several times under one number: the persons who are restricted in one case.
_DECISIONS: Final[Mapping[str, _Fields]] = {
    "AdministrativeLicense": _Fields("decision_no", "authority"),
    "AdministrativePenalty": _Fields("decision_no", "authority"),
    "DishonestDebtorEntry": _Fields("case_no", "court", None),
    "EnforcementCase": _Fields("case_no", "court", None),
    "ListEntry": _Fields("decision_no", "authority", kind="kind"),
    "PersonListEntry": _Fields("decision_no", "authority", kind="kind"),
    "ProfessionBan": _Fields("decision_no", "authority"),
    "TerminatedExecution": _Fields("case_no", "court", None),
}
DECISIONS: Final[Mapping[str, tuple[str, ...]]] = {
    entity: tuple(field for field in fields if field is not None) for entity, fields in _DECISIONS.items()
}
"""Entity whose records are decisions -> the fields that tell which one a record is."""
SEVERAL: Final = frozenset({"AdministrativeLicense", "DishonestDebtorEntry", "EnforcementCase", "TerminatedExecution"})
"""Entities of which a source may hold several records under one number. Of the others the number and the authority are
the key (`domain.md` §3.2): a source that has them twice, in other brackets say, reports one decision twice."""


class DecisionKey(NamedTuple):
    """A decision by its canonical number, its list if it is of one, and its authority by code, name or both."""

    number: str
    kind: str | None
    code: str | None
    name: str | None


class Origin(NamedTuple):
    """Where a report comes from, when its source last touched it (an ISO text), and the values that it has."""

    source: str
    record_key: str
    as_of: str | None
    values: Sequence[Any]


def document_number(text: str) -> str | None:
    """Return the number of a document or a case in one form for all ways of writing it; None for what is no number.

    Brackets of any kind are 〔〕, digits and letters half width, blanks dropped; zeros before a serial are part of it.
    """
    number = _canonical(text).translate(_BRACKETS)
    return number if len(number) >= _SHORTEST and any(each in "123456789" for each in number) else None


def decision_of(entity: str, value: Callable[[str], Any]) -> DecisionKey | None:
    """Return which decision a record is, ``value`` telling its fields; None for one that does not say."""
    fields = _DECISIONS[entity]
    written, authority = value(fields.number), value(fields.authority)
    number = None if written is None else document_number(written)
    code = None if fields.code is None else _code(value(fields.code))
    name = None if authority is None else _canonical(authority) or None
    if number is None or (code is None and name is None):
        return None
    return DecisionKey(number, None if fields.kind is None else value(fields.kind), code, name)


def groups(keys: Sequence[DecisionKey | None], sources: Sequence[str]) -> list[list[int]]:
    """Return the places of ``keys`` by decision, in the order in which each first occurs; None is alone every time.

    ``sources`` tells whose each key is: rows of one source stay apart. Give each key its own where they are to merge.
    """
    codes: dict[tuple[str, str | None], set[str]] = {}
    named: set[tuple[str, str | None, str | None]] = set()
    for key in keys:
        if key is not None and key.code is not None:
            codes.setdefault(key[:2], set()).add(key.code)
            named.add((key.number, key.kind, key.name))
    found: dict[Hashable, list[int]] = {}
    for at, key in enumerate(keys):
        found.setdefault(at if key is None else _same(key, codes, named), []).append(at)
    apart = [each for group in found.values() for each in ([group] if len(group) == 1 else _apart(group, sources))]
    return sorted(apart)


def best_first(origins: Sequence[Origin]) -> list[int]:
    """Return the places of reports of one decision, that which leads first: the newest, then the one that says most."""
    places = sorted(range(len(origins)), key=lambda at: origins[at][:2])
    # Sorting keeps the order of equals, also in reverse.
    return sorted(places, key=lambda at: (origins[at].as_of or "", _filled(origins[at])), reverse=True)


def conflicting(values: Sequence[Any]) -> bool:
    """Tell whether ``values``, what several sources say of one field, contradict each other; None says nothing."""
    said = [value for value in values if value is not None]
    return any(value != said[0] for value in said) and len(set(map(_comparable, said))) > 1


def _canonical(text: str) -> str:
    """Return the `canonical_name` of ``text``."""
    usual = text.translate(_USUAL)
    return usual if _CANONICAL.fullmatch(usual) else canonical_name(text)


def _code(written: str | None) -> str | None:
    code = "" if written is None else normalize(written)
    return code if len(code) == _CODE_LENGTH else None


def _same(
    key: DecisionKey,
    codes: Mapping[tuple[str, str | None], set[str]],
    named: set[tuple[str, str | None, str | None]],
) -> DecisionKey:
    """Return what is the same for all keys of one decision."""
    if key.code is not None:
        return key._replace(name=None)
    told = codes.get(key[:2], ())
    if len(told) == 1 and (key.number, key.kind, key.name) in named:
        return DecisionKey(key.number, key.kind, next(iter(told)), None)
    return key


def _apart(group: Sequence[int], sources: Sequence[str]) -> list[list[int]]:
    """Return ``group`` without the rows of sources that have several in it, and each of those alone."""
    times: dict[str, int] = {}
    for at in group:
        times[sources[at]] = times.get(sources[at], 0) + 1
    once = [at for at in group if times[sources[at]] == 1]
    return [*([once] if once else []), *([at] for at in group if times[sources[at]] > 1)]


def _filled(origin: Origin) -> int:
    return sum(value not in (None, [], ()) for value in origin.values)


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
