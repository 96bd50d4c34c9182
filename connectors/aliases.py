"""Whose a row is when its own key column is blank: what its other codes say, all of them together.

Terms
    alias   a further code of a subject that is asked about
    codes   the codes in one row, scheme -> code, those that are filled
"""

from collections.abc import Mapping

Aliases = Mapping[str, Mapping[str, str]]
"""Scheme -> {code: key}, as in `Batch.aliases`."""


def named_by(codes: Mapping[str, str], aliases: Aliases) -> dict[str, str]:
    """Return the keys that ``codes`` name, each with the first scheme that names it."""
    named: dict[str, str] = {}
    for scheme, code in codes.items():
        key = aliases.get(scheme, {}).get(code)
        if key is not None:
            named.setdefault(key, scheme)
    return named


def fit(codes: Mapping[str, str], key: str, aliases: Aliases) -> bool:
    """Tell whether ``codes`` may all be those of ``key``: none differs from what is known of it under its scheme."""
    for scheme, code in codes.items():
        known = aliases.get(scheme, {})
        if not (known[code] == key if code in known else key not in known.values()):
            return False
    return True
