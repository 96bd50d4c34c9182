"""What a running gateway still holds: every text that can be reached from it, without the modules and the test."""

import gc
import sys
from collections.abc import Iterator
from functools import _lru_cache_wrapper
from types import FrameType, FunctionType, ModuleType
from typing import Any

OURS = ("gateway.", "connectors.", "schema.")
NOT_OURS = (
    "connectors.file",  # the files that departments dropped, as they lie in their folders
    *("asyncio", "_asyncio", "uvloop", "uvicorn", "httptools", "gateway.http.connection"),
    *("aiohttp", "asyncpg", "asyncmy", "aiosqlite", "redis"),
)
"""Whose objects are not looked into: connections hold the last message they read until they read the next."""
_ATOMS = (str, bytes, bytearray, int, float, bool, type(None))


def texts_held(*roots: Any) -> Iterator[str]:
    """Yield every text reachable from ``roots`` and from the caches of our modules; not what files of sources hold."""
    gc.collect()
    seen: set[int] = set()
    waiting: list[Any] = [*roots, *_caches()]
    while waiting:
        each = waiting.pop()
        if id(each) in seen or isinstance(each, ModuleType | type | FrameType):
            continue
        seen.add(id(each))
        if isinstance(each, str):
            yield each
        elif isinstance(each, bytes | bytearray):
            yield each.decode("utf-8", "replace")
        elif isinstance(each, int) and not isinstance(each, bool):
            yield str(each) if abs(each) < 10**30 else ""
        elif not isinstance(each, _ATOMS) and not type(each).__module__.startswith(NOT_OURS):
            waiting.extend(_within(each))


def _within(holder: Any) -> list[Any]:
    if not isinstance(holder, FunctionType):
        return gc.get_referents(holder)
    names = holder.__globals__
    parts = [holder.__closure__, holder.__defaults__, holder.__kwdefaults__]
    return parts if "__spec__" in names else [*parts, names]  # generated functions have names of their own


def _caches() -> Iterator[Any]:
    for name, module in list(sys.modules.items()):
        if name.startswith(OURS):
            yield from (each for each in vars(module).values() if isinstance(each, _lru_cache_wrapper))
