"""Reads JSON text by its tokens, strictly (RFC 8259): what is kept, and hashed, is text, not values.

Two members of one name are an error: two readers could take different ones. So is whatever else readers take
differently (`NaN`, half a surrogate pair, a number beyond all floats, a byte order mark), and what is nested deeper
than MAXIMUM_DEPTH. Nothing here recurses.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from math import isinf
from typing import Final, NamedTuple

import orjson

from gateway.proof.words import say

MAXIMUM_DEPTH: Final = 200
_TOKEN: Final = re.compile(
    r"(?P<space>[ \t\n\r]+)"
    r'|(?P<string>"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+")'
    r"|(?P<leaf>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?|true|false|null)"
    r"|(?P<mark>[{}\[\],:])"
)


class JsonError(ValueError):
    """The text is no JSON, or not the same JSON to every reader: ``code`` of `words`, line and column (from 1)."""

    def __init__(self, code: str, text: str, at: int) -> None:
        self.code = code
        self.line = text.count("\n", 0, at) + 1
        self.column = at - text.rfind("\n", 0, at)
        super().__init__(say("READ_JSON", self.values)[1])

    @property
    def values(self) -> dict[str, str]:
        """What to say of it: `reason`, `line` and `column`."""
        return {"reason": self.code, "line": str(self.line), "column": str(self.column)}


class Token(NamedTuple):
    """A `string`, another `leaf` or a `mark`, from ``start`` up to ``end``."""

    kind: str
    start: int
    end: int


class _Next(Enum):
    """What may come next: FIRST is a value or name, or the end of what has just begun."""

    VALUE = auto()
    FIRST_VALUE = auto()
    NAME = auto()
    FIRST_NAME = auto()
    COLON = auto()
    COMMA = auto()
    NOTHING = auto()


def compact(text: str) -> str:
    """Return ``text`` without the whitespace between its tokens, each of them as it was. Raises `JsonError`."""
    reader = _Reader(text)
    kept = []
    for token in _tokens(text):
        reader.take(token)
        kept.append(text[token.start : token.end])
    if reader.next is not _Next.NOTHING:
        raise JsonError("JSON_ENDS", text, len(text))
    return "".join(kept)


def members(text: str) -> dict[str, str] | None:
    """Return the members of the object whose ``text`` `compact` has made: name -> its text; None if it is no object."""
    if not text.startswith("{"):
        return None
    found: dict[str, str] = {}
    depth, name, start, before = 0, None, 0, ""
    for kind, at, end in _tokens(text):
        mark = text[at] if kind == "mark" else " "
        depth -= mark in "}]"
        if mark == ":" and depth == 1:
            name, start = orjson.loads(before), end
        elif name is not None and (depth == 0 or (depth == 1 and mark == ",")):
            found[name] = text[start:at]
            name = None
        depth += mark in "{["
        before = text[at:end]
    return found


def _tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of ``text``, without whitespace. Raises `JsonError` where there is none."""
    at, end = 0, len(text)
    match = _TOKEN.match
    while at < end:
        found = match(text, at)
        if found is None:
            raise JsonError("JSON_MARK" if text[at] == "\ufeff" else "JSON_NOT", text, at)
        if found.lastgroup != "space":
            yield Token(found.lastgroup or "", at, found.end())
        at = found.end()


class _Reader:
    """Whether tokens, one after the other, are JSON."""

    def __init__(self, text: str) -> None:
        self.next = _Next.VALUE
        self._text = text
        self._open: list[set[str] | None] = []
        """The names so far of each object that is open, the innermost last; None for a list."""

    def take(self, token: Token) -> None:
        """Take the next token. Raises `JsonError` if it may not stand here."""
        mark = self._text[token.start] if token.kind == "mark" else ""
        match self.next:
            case _Next.VALUE | _Next.FIRST_VALUE if not mark:
                self._check(token)
                self._ended()
            case _Next.VALUE | _Next.FIRST_VALUE if mark in "{[":
                self._begin(token, mark)
            case _Next.NAME | _Next.FIRST_NAME if token.kind == "string":
                self._name(token)
            case _Next.COLON if mark == ":":
                self.next = _Next.VALUE
            case _Next.COMMA if mark == ",":
                self.next = _Next.VALUE if self._open[-1] is None else _Next.NAME
            case _Next.COMMA | _Next.FIRST_NAME | _Next.FIRST_VALUE if mark and mark == self._end:
                self._open.pop()
                self._ended()
            case _Next.NOTHING:
                raise JsonError("JSON_FOLLOWS", self._text, token.start)
            case _:
                raise JsonError("JSON_NOT", self._text, token.start)

    @property
    def _end(self) -> str:
        return "]" if self._open[-1] is None else "}"

    def _begin(self, token: Token, mark: str) -> None:
        if len(self._open) == MAXIMUM_DEPTH:
            raise JsonError("JSON_DEEP", self._text, token.start)
        self._open.append(set() if mark == "{" else None)
        self.next = _Next.FIRST_NAME if mark == "{" else _Next.FIRST_VALUE

    def _ended(self) -> None:
        self.next = _Next.COMMA if self._open else _Next.NOTHING

    def _name(self, token: Token) -> None:
        names = self._open[-1]
        assert names is not None, "only an object has names"
        name = self._check(token)
        if name in names:
            raise JsonError("JSON_TWICE", self._text, token.start)
        names.add(name)
        self.next = _Next.COLON

    def _check(self, token: Token) -> str:
        """Return what a string says; raise `JsonError` for half a surrogate pair, or a number beyond all floats."""
        text = self._text[token.start : token.end]
        if token.kind == "leaf" and isinf(float(text) if text[-1].isdigit() else 0):
            raise JsonError("JSON_RANGE", self._text, token.start)
        if token.kind != "string" or "\\" not in text:
            return text[1:-1]
        try:
            said: str = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise JsonError("JSON_HALF", self._text, token.start) from None
        return said
