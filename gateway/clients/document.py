"""The text of `clients.toml` with one client added, changed or taken away; every other byte stays. Pure.

# INVARIANT: a change is returned only when the new text, read as TOML, says exactly what it should: the old tables and
the one change. A file written in a way that is not understood here is refused, never guessed at.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.clients.model import ClientRefused
from gateway.kit.writing import key_text, written

_LIST_WIDTH: Final = 100
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
"""A line as TOML has them: other characters that end lines elsewhere may stand in a text."""
_HEADER: Final = re.compile(r"\s*\[")
_BLANK_OR_COMMENT: Final = re.compile(r"\s*(#.*)?$")
_BY_HAND: Final = "the file is written in a way that this command does not change: edit it by hand, then run `check`"


def added(text: str, name: str, spec: Mapping[str, Any], day: str) -> str:
    """Return ``text`` with the client ``name`` at its end, under a comment that says when it was added."""
    end = _line_end(text)
    block = ["", f"# {day} 新增。 Added by `client new`.", *_table(name, spec)]
    before = text if not text or text.endswith("\n") else text + end
    return _sound(before + end.join(block) + end, _with(text, name, spec))


def changed(text: str, name: str, changes: Mapping[str, Any]) -> str:
    """Return ``text`` with ``changes`` to keys of the client ``name``; None takes a key away."""
    tables = tomllib.loads(text)["clients"]
    lines = _LINE.findall(text)
    header = _find(lines, name)
    spec = dict(tables[name])
    for key, value in changes.items():
        at = _line_of(lines, header, key)
        if at is not None:
            del lines[at]
        spec.pop(key, None)
        if value is not None:
            lines[header] = lines[header].rstrip("\r\n") + _line_end(text)
            lines.insert(header + 1, f"{key} = {written(value)}{_line_end(text)}")
            spec[key] = value
    return _sound("".join(lines), _with(text, name, spec))


def removed(text: str, name: str) -> str:
    """Return ``text`` without the client ``name``, and without the comment right above it."""
    lines = _LINE.findall(text)
    start = _find(lines, name)
    end = start + 1
    while end < len(lines) and (not _HEADER.match(lines[end]) or _is_header(lines[end], name, inner=True)):
        end += 1
    while _BLANK_OR_COMMENT.fullmatch(lines[end - 1].rstrip("\r\n")):
        end -= 1
    while start > 0 and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    if start > 0 and not lines[start - 1].strip():
        start -= 1
    return _sound("".join([*lines[:start], *lines[end:]]), _with(text, name, None))


def _table(name: str, spec: Mapping[str, Any]) -> Iterator[str]:
    yield f"[clients.{key_text(name)}]"
    for key, value in spec.items():
        line = f"{key} = {written(value)}"
        if isinstance(value, list) and len(line) > _LIST_WIDTH:
            yield f"{key} = ["
            yield from (f"  {written(each)}," for each in value)
            yield "]"
        else:
            yield line


def _with(text: str, name: str, spec: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the tables of ``text`` with another ``spec`` of one client, or without it."""
    tables = tomllib.loads(text)
    clients = {key: value for key, value in tables.get("clients", {}).items() if key != name}
    return {**tables, "clients": clients if spec is None else {**clients, name: dict(spec)}}


def _sound(text: str, expected: dict[str, Any]) -> str:
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise ClientRefused(_BY_HAND) from None
    if said != expected:
        raise ClientRefused(_BY_HAND)
    return text


def _find(lines: list[str], name: str) -> int:
    found = [at for at, line in enumerate(lines) if _is_header(line, name)]
    if len(found) != 1:
        raise ClientRefused(_BY_HAND)
    return found[0]


def _is_header(line: str, name: str, *, inner: bool = False) -> bool:
    quoted = re.escape(name)
    below = r"\s*\..*" if inner else r"\s*"
    return (
        re.fullmatch(rf"""\s*\[+\s*clients\s*\.\s*({quoted}|"{quoted}"|'{quoted}'){below}\]+\s*(#.*)?\s*""", line)
        is not None
    )


def _line_of(lines: list[str], header: int, key: str) -> int | None:
    """Return the one line below ``header`` on which ``key`` stands, None when it does not."""
    for at in range(header + 1, len(lines)):
        if _HEADER.match(lines[at]):
            return None
        if re.match(rf"\s*{re.escape(key)}\s*=", lines[at]):
            return at
    return None


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
