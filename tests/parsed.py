"""Texts of TOML parsed once in a process: tests load the configuration of the city some hundreds of times.

The tables are made anew each time, so that nobody changes those of another.
"""

import pickle
import tomllib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pytest

_loads = tomllib.loads


@lru_cache(maxsize=1024)
def _parsed(text: str, parse_float: Callable[[str], Any]) -> bytes:
    return pickle.dumps(_loads(text, parse_float=parse_float))


def loads(text: str, /, *, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """Return what `tomllib.loads` returns, which is parsed where the same text was not yet."""
    tables: dict[str, Any] = pickle.loads(_parsed(text, parse_float))
    return tables


def parse_once() -> None:
    """Let everybody in this process parse a text once."""
    pytest.MonkeyPatch().setattr(tomllib, "loads", loads)
