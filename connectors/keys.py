"""Keys: how a source writes the identifier of a subject, and how they are all written in a `Batch`. Pure.

A key of the scheme NAME is a name, every other one a code. A name is asked for in every spelling that sources use, and
found by its canonical form; it is never looked for by similarity.
"""

from collections.abc import Callable, Iterable
from typing import Final

from connectors.values import canonical_code, is_blank
from schema.identifiers import canonical_name, spellings

MOST_SPELLINGS: Final = 2


def canonical_key(raw: object) -> str:
    """Return a raw code as codes are written in a `Batch`: upper case, half width, no hyphens; empty for none."""
    return "" if raw is None else canonical_code(str(raw))


def canonical_key_name(raw: object) -> str:
    """Return a raw name as names are written in a `Batch`; empty for none."""
    text = "" if raw is None else str(raw).strip()
    return "" if is_blank(text) else canonical_name(text)


def canonical_by(scheme: str) -> Callable[[object], str]:
    """Return the function from a raw key of ``scheme`` to what stands for it in a `Batch`."""
    return canonical_key_name if scheme == "NAME" else canonical_key


def source_keys(scheme: str, key: str, form: str) -> tuple[str, ...]:
    """Return how a source may write a canonical ``key`` of ``scheme``; ``form`` is that of its `KeySpec`."""
    if scheme == "NAME":
        return spellings(key)
    if form == "lower":
        return (key.lower(),)
    return (f"{key[:-1]}-{key[-1]}" if form == "hyphenated" else key,)


def all_source_keys(scheme: str, keys: Iterable[str], form: str) -> list[str]:
    """Return all ``keys`` as a source may write them."""
    return [written for key in keys for written in source_keys(scheme, key, form)]
