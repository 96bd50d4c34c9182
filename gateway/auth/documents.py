"""Strict reading of JSON that decides who may ask: what two readers could understand differently is refused."""

import json
from typing import Any


def read_json(document: bytes) -> Any:
    """Return the JSON value of ``document``; raises ValueError.

    Refused besides what is no JSON: bytes that are not UTF-8, a byte order mark, a name repeated in one object
    (RFC 7519 §4), NaN and Infinity, numbers of thousands of digits, and nesting too deep to read.
    """
    try:
        return json.loads(document.decode("utf-8"), object_pairs_hook=_read_object, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return read


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
