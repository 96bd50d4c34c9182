"""The pieces of a response: each encoded once, hashed with the salt of the answer, and put together to its body.

Terms
    piece    a member two levels below `data` (`data.subject.penalties`); a list or a leaf one level below; `data`
             itself where it is null or empty; and each other member of the response whole (`errors`, `extensions`).
             What has a member whose name may hold a personal number (`may_be_number`) is one piece: a caller chooses
             such names by aliases, and the paths of pieces stand in the ledger
    digest   SHA-256, in hex, of the salt, a line feed, the path, a line feed and the JSON text of the piece

The salt stands in the answer and not in the ledger, so that digests locate an alteration for whoever holds the answer,
and nobody else can guess a piece from its digest. The reading side is `gateway.proof.pieces`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import orjson

DATA: Final = "data"
_LONG_NUMBER: Final = re.compile("(?:[^0-9]*[0-9]){6}")


@dataclass(frozen=True, slots=True)
class Encoded:
    """The ``body`` of a response, byte for byte what `orjson.dumps` makes of it, and the digest of each piece."""

    body: bytes
    parts: dict[str, str]


def encode(response: Mapping[str, Any], salt: str) -> Encoded:
    """Return ``response`` encoded, each piece once. Raises `orjson.JSONEncodeError` for what JSON cannot say."""
    parts: dict[str, str] = {}
    members = {
        name: _data(value, salt, parts) if name == DATA else _piece(name, value, salt, parts)
        for name, value in response.items()
    }
    return Encoded(orjson.dumps(members), parts)


def may_be_number(name: str) -> bool:
    """Tell whether the name of a member holds so many digits that a personal number may be among them."""
    return _LONG_NUMBER.match(name) is not None


def _has_number(names: Iterable[str]) -> bool:
    """Tell whether one of ``names`` `may_be_number`; nearly always no, and then they are looked at all at once."""
    return may_be_number("".join(names)) and any(map(may_be_number, names))


def part_digest(salt: str, path: str, text: bytes) -> str:
    """Return the digest of the piece at ``path`` whose JSON is ``text``."""
    digest = sha256(f"{salt}\n{path}\n".encode())
    digest.update(text)
    return digest.hexdigest()


def _data(data: Any, salt: str, parts: dict[str, str]) -> Any:
    if not isinstance(data, dict) or not data or _has_number(data):
        return _piece(DATA, data, salt, parts)
    return {name: _root(f"{DATA}.{name}", value, salt, parts) for name, value in data.items()}


def _root(path: str, value: Any, salt: str, parts: dict[str, str]) -> Any:
    if not isinstance(value, dict) or not value or _has_number(value):
        return _piece(path, value, salt, parts)
    return {name: _piece(f"{path}.{name}", each, salt, parts) for name, each in value.items()}


def _piece(path: str, value: Any, salt: str, parts: dict[str, str]) -> orjson.Fragment:
    text = orjson.dumps(value)
    parts[path] = part_digest(salt, path, text)
    return orjson.Fragment(text)
