"""The same decision reported twice: told by its number and who made it; what the reports say differently. Pure."""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Final
from unicodedata import normalize

from schema.identifiers import canonical_name

DECISIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "AdministrativePenalty": ("decision_no", "authority_uscc", "authority"),
    "AdministrativeLicense": ("decision_no", "authority_uscc", "authority"),
    "ListEntry": ("kind", "decision_no", "authority_uscc", "authority"),
}


def decision_of(entity: str, value: Callable[[str], Any]) -> Hashable | None:
    number = value("decision_no")
    authority = value("authority_uscc") or value("authority")
    if number is None or authority is None:
        return None
    kind = value("kind") if "kind" in DECISIONS[entity] else None
    return (kind, re.sub(r"\s", "", canonical_name(normalize("NFKC", number))), canonical_name(authority))


def groups(keys: Sequence[Hashable | None]) -> list[list[int]]:
    found: dict[Hashable, list[int]] = {}
    for at, key in enumerate(keys):
        found.setdefault(("alone", at) if key is None else key, []).append(at)
    return list(found.values())


def leading(reports: Sequence[Any]) -> list[Any]:
    return sorted(reports, key=lambda each: (each[0].as_of or "", each[1].reached.source), reverse=True)


def conflicting(values: Sequence[Any]) -> bool:
    return len({str(value) for value in values}) > 1
