"""Is the process alive, and may it be sent work.

Live: the event loop answers. Ready: started, not draining, and every check passes (the ledger can be written). Sources
are listed for people to see and decide nothing: a gateway whose sources are all down still answers, and its coverage
says so.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

CHECK_SECONDS = 2.0
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

Check = Callable[[], Awaitable[None]]
"""Returns when all is well, raises when not."""


class Stage(StrEnum):
    """Where the process is in its life."""

    STARTING = "STARTING"
    OPEN = "OPEN"
    DRAINING = "DRAINING"


class Readiness:
    """Whether work may be sent here; ``sources`` returns each source's name and its state, as far as known."""

    def __init__(self, checks: Mapping[str, Check], sources: Callable[[], Mapping[str, str]] = dict[str, str]) -> None:
        self._checks = dict(checks)
        self._sources = sources
        self.stage = Stage.STARTING
        self.opened = asyncio.Event()
        """Set when work is taken for the first time."""
        self.draining = asyncio.Event()
        """Set when no more work is taken: what would last on is to end."""

    def open(self) -> None:
        """Take work from now on."""
        if self.stage is Stage.STARTING:
            self.stage = Stage.OPEN
            self.opened.set()

    def drain(self) -> None:
        """Ask for no more work; there is no way back."""
        self.stage = Stage.DRAINING
        self.draining.set()

    async def report(self) -> tuple[bool, dict[str, object]]:
        """Return whether ready, and the state of the process, of each check and of each source."""
        names = list(self._checks)
        passed = await asyncio.gather(*(_passes(self._checks[name]) for name in names))
        checks = {name: "OK" if good else "FAILED" for name, good in zip(names, passed, strict=True)}
        ready = self.stage is Stage.OPEN and all(passed)
        return ready, {"ready": ready, "stage": self.stage, "checks": checks, "sources": dict(self._sources())}


def health_routes(readiness: Readiness) -> list[Route]:
    """Return `/health/live` and `/health/ready` (200, or 503 while starting, draining or with a failed check)."""

    async def live(_: Request) -> JSONResponse:
        return JSONResponse({"live": True}, headers=_HEADERS)

    async def ready(_: Request) -> JSONResponse:
        good, report = await readiness.report()
        return JSONResponse(report, status_code=200 if good else 503, headers=_HEADERS)

    return [Route("/health/live", live), Route("/health/ready", ready)]


async def _passes(check: Check) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await check()
    except Exception:  # noqa: BLE001 (any failure of a check means: not ready)
        return False
    return True
