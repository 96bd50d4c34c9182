"""The stream `screeningProgress`: how far a screening is, each time that it has come further, until it ends.

The store is looked at, since another process or machine may do the work; nothing is told twice.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.own import Told, Untold
from gateway.plan.asks import Rights
from gateway.screening.shown import ScreeningRoot, ShownScreening

LOOK_SECONDS: Final = 1.0
FIELD: Final = "Subscription.screeningProgress"


@dataclass(frozen=True, slots=True)
class ScreeningProgress:
    """The stream; ``screening`` tells one as the query does, ``look_seconds`` apart."""

    screening: ScreeningRoot
    look_seconds: float = LOOK_SECONDS

    async def stream(self, rights: Rights, arguments: Mapping[str, Any], today: str) -> AsyncIterator[Told | Untold]:
        """Yield how far the screening is; one that may not be seen is told as null with its reason, once."""
        before: ShownScreening | None = None
        while True:
            told = await self.screening(rights, {"id": arguments["id"], "first": 0}, today)
            if isinstance(told, Untold):
                yield Untold({**told.extensions, "field": FIELD})
                return
            (now,) = told.values
            if now != before:
                yield told
            if now.state != "RUNNING":
                return
            before = now
            await asyncio.sleep(self.look_seconds)
