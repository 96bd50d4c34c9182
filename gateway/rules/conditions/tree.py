"""A condition as a tree: what Google's parser made of its text, read from the bytes by which it hands it on.

`cel_expr_python` shows no tree, but writes `cel.expr.ParsedExpr` (cel-spec, `proto/cel/expr/syntax.proto`), and those
few messages are read here, without a library of protocol buffers. The only module that knows them; its tests notice an
upgrade that writes something else.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: None, a truth value, a number, a text, or bytes."""

    value: bool | int | float | str | bytes | None


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, or the root of a path."""

    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """A ``field`` of what ``operand`` gives; ``tested`` where `has()` asks whether it is there."""

    operand: "Node"
    field: str
    tested: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A function or operator (`_&&_`, `@in`); of a method, ``target`` is what it is called on."""

    function: str
    target: "Node | None"
    arguments: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Items:
    """A list that the text spells out."""

    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Loop:
    """What `exists`, `all`, `exists_one`, `filter` and `map` become: a fold of ``over``."""

    item: str
    over: "Node"
    total: str
    start: "Node"
    proceed: "Node"
    step: "Node"
    result: "Node"


@dataclass(frozen=True, slots=True)
class Other:
    """A construct that conditions have no use for, such as a map that the text spells out."""

    what: str


Node = Constant | Name | Select | Call | Items | Loop | Other


class TooDeep(ValueError):
    """A tree deeper than any condition that a person can read."""


DEEPEST: Final = 40

_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
_MORE: Final = 0x80
_SIGN: Final = 1 << 63
_EMPTY: Final = b""
_PARSED, _EXPRESSION = 2, 2
_CONSTANT, _NAME, _SELECT, _CALL, _ITEMS, _STRUCT, _LOOP = 3, 4, 5, 6, 7, 8, 9
_NULL, _BOOL, _INT, _UINT, _DOUBLE, _TEXT, _RAW = 1, 2, 3, 4, 5, 6, 7

Fields = dict[int, list[int | bytes]]


def read_tree(written: bytes) -> Node:
    """Return the tree of a parsed expression as `Expression.serialize()` writes it, inside a `google.protobuf.Any`.

    Raises `TooDeep`.
    """
    parsed = _message(_one(_message(written), _PARSED))
    return _node(_one(parsed, _EXPRESSION), 0)


def _node(written: bytes, depth: int) -> Node:
    if depth > DEEPEST:
        raise TooDeep
    message = _message(written)
    for number, read in _READERS.items():
        if number in message:
            return read(_message(_one(message, number)), depth + 1)
    return Other("map or message" if _STRUCT in message else "construct")


def _constant(message: Fields, _: int) -> Node:
    for number, values in message.items():
        (value,) = values
        if isinstance(value, bytes):
            return Constant(_bytes_value(number, value))
        match number:
            case 1:
                return Constant(None)
            case 2:
                return Constant(bool(value))
            case 3:
                return Constant(value - 2 * _SIGN if value & _SIGN else value)
            case 4:
                return Constant(value)
    return Other("constant")


def _bytes_value(number: int, value: bytes) -> float | str | bytes:
    if number == _DOUBLE:
        (found,) = struct.unpack("<d", value)
        return float(found)
    return value.decode() if number == _TEXT else value


def _name(message: Fields, _: int) -> Node:
    return Name(_text(message, 1))


def _select(message: Fields, depth: int) -> Node:
    return Select(_node(_one(message, 1), depth), _text(message, 2), 3 in message)


def _call(message: Fields, depth: int) -> Node:
    target = _node(_one(message, 1), depth) if 1 in message else None
    return Call(_text(message, 2), target, tuple(_nodes(message, 3, depth)))


def _items(message: Fields, depth: int) -> Node:
    return Items(tuple(_nodes(message, 1, depth)))


def _loop(message: Fields, depth: int) -> Node:
    over, start, proceed, step, result = (_node(_one(message, number), depth) for number in (2, 4, 5, 6, 7))
    return Loop(_text(message, 1), over, _text(message, 3), start, proceed, step, result)


_READERS: Final = {
    _CONSTANT: _constant,
    _NAME: _name,
    _SELECT: _select,
    _CALL: _call,
    _ITEMS: _items,
    _LOOP: _loop,
}


def _nodes(message: Fields, number: int, depth: int) -> Iterator[Node]:
    return (_node(each, depth) for each in message.get(number, ()) if isinstance(each, bytes))


def _one(message: Fields, number: int) -> bytes:
    value = message.get(number, [_EMPTY])[0]
    assert isinstance(value, bytes), "a message stands as bytes"
    return value


def _text(message: Fields, number: int) -> str:
    return _one(message, number).decode()


def _message(written: bytes) -> Fields:
    """Return the values of a message by the numbers of its fields (protobuf.dev, encoding)."""
    found: Fields = {}
    at = 0
    while at < len(written):
        key, at = _varint(written, at)
        number, wire = key >> 3, key & 7
        value: int | bytes
        if wire == _VARINT:
            value, at = _varint(written, at)
        else:
            length = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}.get(wire)
            if length is None:
                assert wire == _BYTES, "groups are not written any more"
                length, at = _varint(written, at)
            value, at = written[at : at + length], at + length
        found.setdefault(number, []).append(value)
    return found


def _varint(written: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = written[at]
        at, value, shift = at + 1, value | (byte & ~_MORE) << shift, shift + 7
        if byte < _MORE:
            return value, at
