"""Several things at once."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


async def together(work: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """Return what all of ``work`` come to, in their order, done at once; one alone needs no task of its own."""
    if len(work) == 1:
        return [await work[0]]
    return await asyncio.gather(*work) if work else []
