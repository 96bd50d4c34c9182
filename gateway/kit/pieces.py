"""Pieces of what is told of a source, `[PART.]NAME=…`: taken apart, and put where the Structs of source files say.

Terms
    part    what a file has under `entities`; a piece without one is meant for every part
    path    a key, or keys below each other: `signature.secret_env`
"""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, get_args, get_origin

import msgspec
from msgspec import Struct

from connectors.declaration import unknown


class Unclear(Exception):
    """A piece that cannot be placed; says which one, and how it is written."""


def named_pieces(
    flag: str, pieces: Iterable[str], parts: Sequence[str], form: str
) -> Iterator[tuple[str | None, str, str]]:
    """Yield part (None for all), name and text of each of ``pieces``, written `[PART.]` and ``form``."""
    for piece in pieces:
        left, equals, text = piece.partition("=")
        if not equals or not left or not text:
            raise Unclear(f"{flag}: expected [PART.]{form}, found `{piece}`")
        part, dot, name = left.partition(".")
        if dot and part in parts:
            yield part, name, text
        elif dot and part[:1].isupper():
            raise Unclear(f"{flag}: {unknown('entity of this source', part, parts)}")
        else:
            yield None, left, text


def plain_pieces(pieces: Iterable[str], parts: Sequence[str]) -> Iterator[tuple[str | None, str]]:
    """Yield part (None for all) and text of each of ``pieces``, written `[PART=]TEXT`."""
    for piece in pieces:
        part, equals, text = piece.partition("=")
        yield (part, text) if equals and part in parts else (None, piece)


def keys_of(struct: type[Struct]) -> dict[str, Any]:
    """Return the keys of a table by name, each with its type."""
    return {each.encode_name: each.type for each in msgspec.structs.fields(struct)}


def put(table: dict[str, Any], struct: type[Struct], path: Sequence[str], text: str) -> None:
    """Put ``text`` at ``path`` below ``table``, read as the type of that place."""
    type_: Any = struct
    for name in path:
        is_struct = isinstance(type_, type) and issubclass(type_, Struct)
        type_ = _present(keys_of(type_).get(name, Any) if is_struct else (get_args(type_) or (Any,))[-1])
    for name in path[:-1]:
        table = table.setdefault(name, {})
    table[path[-1]] = _value(text, type_)


def _present(type_: Any) -> Any:
    """Return what a type is apart from None."""
    options = get_args(type_)
    present = [each for each in options if each is not type(None)]
    return present[0] if len(present) == 1 and len(options) == 2 and type(None) in options else type_


def _value(text: str, type_: Any) -> Any:
    """Return ``text`` as ``type_``; as it is where it cannot be read: the reader of source files then says why."""
    if get_origin(type_) is list and not text.startswith("["):
        return [each.strip() for each in text.split(",")]
    try:
        return msgspec.convert(text, type_, strict=False)
    except msgspec.ValidationError:
        pass
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
