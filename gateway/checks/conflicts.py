"""Where registers differ on who a subject is, asked and read as a section of rules. Pure.

`identityConflicts` is no section: it lists schemes of identifiers, and what each register says under them. To rules
each value that differs from another is a record of its own, from the register that says it, with the scheme beside it;
that there is none is known only when every register was compared (`state`).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from gateway.identity import READ

LIST: Final = "conflicts"
VALUES: Final = "values"
_SAID: Final = frozenset({"value"})
"""What is said within `values`; the rest of a record stands beside it."""


def selection_of(fields: Iterable[str], coverage: str) -> str:
    """Return the selection of the ``fields`` of every conflict, with the state and the ``coverage`` of registers."""
    wanted = list(fields)
    beside = " ".join(dict.fromkeys(["scheme", *(each for each in wanted if each not in _SAID)]))
    said = " ".join(dict.fromkeys(["source", *(each for each in wanted if each in _SAID)]))
    return f"{{ state {coverage} {LIST} {{ {beside} {VALUES} {{ {said} }} }} }}"


def read_fields() -> frozenset[str]:
    """Return every field of sources, `Entity.field`, that is compared."""
    return frozenset(f"{entity}.{name}" for entity, names in READ.items() for name in names)


def section_of(report: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Return the ``report`` of an answer as a section, its records with ``fields``."""
    fetched = {each["source"]: each["fetchedAt"] for each in report["coverage"]}
    wanted = list(fields)
    items = [item for conflict in report[LIST] for item in _items(conflict, wanted, fetched)]
    return {"state": report["state"], "items": items, "coverage": list(report["coverage"])}


def _items(
    conflict: Mapping[str, Any], fields: Iterable[str], fetched: Mapping[str, str | None]
) -> Iterator[dict[str, Any]]:
    for at, value in enumerate(conflict[VALUES], 1):
        told = {**conflict, **value}
        yield {
            "recordId": f"{conflict['scheme']}:{value['source']}:{at}",
            "source": value["source"],
            "underObjection": False,
            "sourceUpdatedAt": None,
            "fetchedAt": fetched.get(value["source"]),
            "digest": None,
            **{name: told[name] for name in fields if name in told},
        }
