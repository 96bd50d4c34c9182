"""What the fields of an answer were, by its receipt alone: what each means, which sources gave it, what was decided.

The entry names sources, versions and denials; the shape names the field behind each path of the response.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import orjson

from gateway.proof.bundle import Receipt

Decision = Literal["SHOWN", "DENIED", "NOT_ASKED"]
"""NOT_ASKED: no source was asked for it, as for what the gateway itself says (states, coverage, names of types)."""
_CAPITAL: Final = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class FieldSource:
    """A source that was asked for a field, and the version of the source file that its answer was read by."""

    source: str
    mapping: str


@dataclass(frozen=True, slots=True)
class ExplainedField:
    """One path of the response, without places in lists, and what the receipt says of it; ``reason`` of a denial."""

    path: str
    field: str
    entity: str | None
    decision: Decision
    reason: str | None
    sources: tuple[FieldSource, ...]


def explain(receipt: Receipt) -> tuple[ExplainedField, ...]:
    """Return the fields of the answer that ``receipt`` is for; none where it comes without a shape.

    Both texts must have been verified. Raises ValueError if they are no entry and no shape.
    """
    if receipt.shape is None:
        return ()
    try:
        entry, shape = orjson.loads(receipt.entry), orjson.loads(receipt.shape)
        return tuple(_fields(entry, shape["paths"]))
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError("the entry or the shape is not of the form that it must have") from error


def _fields(entry: Mapping[str, Any], paths: Mapping[str, str]) -> Iterator[ExplainedField]:
    sections = {_plain(trace[0]): trace[1] for trace in entry.get("traces", ())}
    uses = [(source, use) for source, each in entry.get("sources", {}).items() for use in each]
    asked = {use["entity"] for _, use in uses}
    denied = {each["field"]: each["reason"] for each in entry.get("denied", ())}
    told: dict[str, ExplainedField] = {}
    for path, names in sorted(paths.items()):
        types = [name.partition(".")[0] for name in names.split("|")]
        entity = _section(path, sections) or next((each for each in types if each in asked), None)
        name = _snake(names.split("|")[0].partition(".")[2])
        reason = next(
            (denied[each] for each in (f"{entity}.{name}", f"{entity}.*", *names.split("|")) if each in denied), None
        )
        sources = tuple(FieldSource(at, use.get("mapping", "")) for at, use in uses if _gave(use, entity, name))
        decision: Decision = "DENIED" if reason is not None and not sources else "SHOWN" if sources else "NOT_ASKED"
        above = told.get(path.rpartition(".")[0])
        if decision == "NOT_ASKED" and above is not None and above.decision == "SHOWN":  # a part of a value
            decision, sources = above.decision, above.sources
        told[path] = ExplainedField(path, names, entity, decision, reason, sources)
        yield told[path]


def _gave(use: Mapping[str, Any], entity: str | None, name: str) -> bool:
    return use["entity"] == entity and name in use["fields"]


def _section(path: str, sections: Mapping[str, str]) -> str | None:
    """Return the entity of the innermost section that ``path`` stands in."""
    above = path
    while above:
        if above in sections:
            return sections[above]
        above = above.rpartition(".")[0]
    return None


def _plain(path: str) -> str:
    return ".".join(part for part in path.split(".") if not part.isdigit())


def _snake(name: str) -> str:
    return _CAPITAL.sub("_", name).lower()
