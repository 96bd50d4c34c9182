"""What a source file says of the response fields of a GraphQL platform: its words, where they stand, what clashes.

Rules of this file: no I/O. Checked here when source files are loaded; `connectors.graphql` writes the questions.

Terms
    column   what a source file writes: `decision.docNo` from a row on, `/subject.uscc` from the root field's value on
    path     the response fields from the root field's value on; `items` is the one that leads to the rows
    place    where a column stands: how many steps of `items` lead to an object, and the rest of the way from there
"""

import re
from collections.abc import Iterator
from typing import Annotated, Final, NamedTuple

from msgspec import Meta

from connectors.declaration import Part

_NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*"
_DOTTED: Final = rf"{_NAME}(\.{_NAME})*"
_CONSTANT: Final = rf'(-?[0-9]+(\.[0-9]+)?|{_NAME}|"[^"\\\n]*")'
_COLUMN: Final = re.compile(f"/?{_DOTTED}")
_ARGUMENT: Final = re.compile(_NAME)

GraphqlName = Annotated[str, Meta(pattern=rf"^{_NAME}\Z", description="a name of GraphQL")]
GraphqlPath = Annotated[
    str,
    Meta(pattern=rf"^({_DOTTED})?\Z", description="names of response fields joined by dots, e.g. `subject.records`"),
]
GraphqlType = Annotated[
    str,
    Meta(
        pattern=rf"^({_NAME}!?|\[{_NAME}!?\]!?)\Z",
        description="an input type of GraphQL, e.g. `String!` or `[String!]!`",
    ),
]
GraphqlConstant = Annotated[
    str,
    Meta(
        pattern=rf"^({_CONSTANT}|\[({_CONSTANT}(, *{_CONSTANT})*)?\])\Z",
        description='a constant of GraphQL: `PENALTY`, `true`, `12`, `"230881"`, or a list of them in brackets',
    ),
]

Path = tuple[str, ...]
Found = Iterator[tuple[str, str]]
"""Place and message of each mistake."""


class Place(NamedTuple):
    """Where a column stands: ``rest`` of the way from the object to which ``depth`` steps of `items` lead."""

    depth: int
    rest: Path


def path_of(column: str, items: Path) -> Path:
    """Return the path of ``column`` where rows stand at ``items``."""
    return steps(column[1:]) if column.startswith("/") else (*items, *steps(column))


def place_of(column: str, items: Path) -> Place:
    """Return the place of ``column`` where rows stand at ``items``."""
    path = path_of(column, items)
    depth = next((at for at, (step, item) in enumerate(zip(path, items, strict=False)) if step != item), len(items))
    return Place(min(depth, len(path)), path[depth:])


def steps(dotted: str) -> Path:
    """Return the names in ``dotted``."""
    return tuple(dotted.split(".")) if dotted else ()


def mistakes(source: Part) -> Found:
    """Yield what does not fit together in the entities of a ``source`` of kind graphql."""
    for name, entity in source.get("entities", {}).items():
        found = [*_arguments(entity), *_batches(entity, source.get("batch_size", 1)), *_columns(entity)]
        yield from ((f"entities.{name}.{place}", message) for place, message in found)


def _arguments(entity: Part) -> Found:
    taken = {entity[key]: key for key in ("key_argument", "page_argument") if key in entity}
    for name in entity.get("arguments", {}):
        if name in taken:
            yield f"arguments.{name}", f"is the `{taken[name]}` already"
        elif _ARGUMENT.fullmatch(name) is None:
            yield f"arguments.{name}", "expected a name of GraphQL"
    if "status" in entity and not entity.get("status_ok") and "status_ok" not in entity.unfit:
        yield "status_ok", "missing: no answer could ever be taken as whole"
    if entity.get("status_ok") and entity.lacks("status"):
        yield "status", "missing: where the platform says whether its answer is whole"


def _batches(entity: Part, batch_size: int) -> Found:
    if batch_size > 1 and not entity.get("key_type", "[").startswith("["):
        yield "key_type", f"`{entity['key_type']}` takes one key, not {batch_size}: expected a list, or batch_size = 1"


def _columns(entity: Part) -> Found:
    columns = dict(_written(entity))
    for place, column in columns.items():
        if _COLUMN.fullmatch(column) is None:
            yield place, "expected names of response fields joined by dots, with a `/` before those above the rows"
    if "items" not in entity:
        return
    items = steps(entity["items"])
    sound = {place: column for place, column in columns.items() if _COLUMN.fullmatch(column)}
    paths = {place: path_of(column, items) for place, column in sound.items()}
    for place, path in paths.items():
        if any(path == other[: len(path)] for other in (items, *paths.values()) if other != path or other == items):
            yield place, f"`{sound[place]}` is an object: other columns stand in it"
    record_key = [column for place, column in sound.items() if place.startswith("record_key")]
    if record_key and all(column.startswith("/") for column in record_key):
        yield "record_key", "stands above the rows: it would not tell one record from another"


def _written(entity: Part) -> Found:
    """Yield place and text of every column of ``entity``."""
    for scheme, key in entity.get("keys", {}).items():
        yield from _column(f"keys.{scheme}", key)
    yield from ((f"record_key.{at}", column) for at, column in enumerate(entity.get("record_key", ()), 1))
    for name in ("as_of", "tombstone", "records_of"):
        yield from _column(name, entity.get(name, Part()))
    for name, field in entity.get("fields", {}).items():
        yield from _column(f"fields.{name}", field)
        yield from _column(f"fields.{name}.currency", field.get("currency", Part()))
    if "status" in entity:
        yield "status", entity["status"]


def _column(place: str, part: Part) -> Found:
    if "column" in part:
        yield f"{place}.column", part["column"]
