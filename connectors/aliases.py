"""Whose a row is by its codes: its own key column where that is filled, else what its other codes say, all together.

Terms
    alias   a further code of a subject that is asked about
    codes   what one row holds, a tuple for each filled column: the schemes that the column may be of, each with the
            code as keys of that scheme are written; a column of any scheme holds several
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connectors.base import Batch
from connectors.keys import canonical_by

Aliases = Mapping[str, Mapping[str, str]]
"""Scheme -> {code: key}, as in `Batch.aliases`."""
Codes = Sequence[Sequence[tuple[str, str]]]


class CodeColumns:
    """The columns of further codes: pairs of scheme and place. Where it shares one of them, ``own`` counts as well."""

    def __init__(self, own: tuple[str, Any], also: Sequence[tuple[str, Any]]) -> None:
        self.places: dict[Any, list[tuple[str, Callable[[object], str]]]] = {}
        for scheme, place in also:
            if place not in self.places:
                self.places[place] = [(own[0], canonical_by(own[0]))] if place == own[1] else []
            self.places[place].append((scheme, canonical_by(scheme)))

    def of(self, raw: Any) -> list[list[tuple[str, str]]]:
        """Return the codes of a row, those of each filled column by the schemes that it may be of."""
        found = []
        for place, schemes in self.places.items():
            codes = [(scheme, code) for scheme, canonical in schemes if (code := canonical(raw[place]))]
            if codes:
                found.append(codes)
        return found


def named_by(codes: Codes, aliases: Aliases) -> dict[str, str]:
    """Return the keys that ``codes`` name, each with the first scheme that names it."""
    named: dict[str, str] = {}
    for column in codes:
        for scheme, code in column:
            key = aliases.get(scheme, {}).get(code)
            if key is not None:
                named.setdefault(key, scheme)
    return named


def fit(codes: Codes, key: str, aliases: Aliases) -> bool:
    """Tell whether ``codes`` may all be those of ``key``.

    A column contradicts it that names another key, or that names none although ``key`` is known by all that it may be.
    """
    for column in codes:
        named = named_by([column], aliases)
        if named.keys() - {key} or (not named and all(key in aliases.get(each, {}).values() for each, _ in column)):
            return False
    return True


def wanted_aliases(batch: Batch, also_by: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the aliases of ``batch`` under ``also_by`` that lead to a key of it; schemes without any are left out."""
    if not batch.aliases:
        return {}
    keys = frozenset(batch.keys)
    kept = {
        scheme: {code: key for code, key in codes.items() if key in keys}
        for scheme, codes in batch.aliases.items()
        if scheme in also_by
    }
    return {scheme: codes for scheme, codes in kept.items() if codes}
