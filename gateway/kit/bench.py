"""A live source on its own: its gate opened as often as is needed, and watched while it is asked.

Terms
    fresh     with connections of its own, and counts of its own
    content   the digests of the records that an answer holds of a key: what is compared instead of what they say
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter

from connectors.base import Answer, Batch, Connector
from connectors.gate import Gate, china_now
from connectors.spec import SourceSpec

Connect = Callable[[SourceSpec, Mapping[str, str]], Connector]
"""Opens a connection to a source as its file, or a changed one, says, at the addresses of an environment."""


class Watched:
    """A connector that is watched: when it was asked, how long answers took, how many calls ran at once."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self.began: list[float] = []
        self.seconds: list[float] = []
        self.running = 0
        self.most = 0

    async def fetch(self, batch: Batch) -> Answer:
        """Pass the question on and watch."""
        began = perf_counter()
        self.began.append(began)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            answer = await self._connector.fetch(batch)
        finally:
            self.running -= 1
        self.seconds.append(perf_counter() - began)
        return answer

    async def probe(self) -> None:
        """Pass the question on."""
        await self._connector.probe()

    async def close(self) -> None:
        """Close the connector."""
        await self._connector.close()


@dataclass(frozen=True, slots=True)
class Watch:
    """A fresh gate, and the connector behind it."""

    gate: Gate
    connector: Watched

    async def ask(
        self, part: str, scheme: str, keys: tuple[str, ...], fields: tuple[str, ...], seconds: float | None = None
    ) -> Answer:
        """Return the answer about ``keys``, digests included, within ``seconds`` or the source's own time."""
        batch = Batch(part, scheme, keys, fields, digests=True)
        return await self.gate.fetch(batch, self.gate.spec.timeout_seconds if seconds is None else seconds)


@dataclass(frozen=True, slots=True)
class Bench:
    """One source that can be opened again and again; ``environ`` holds its addresses and secrets."""

    spec: SourceSpec
    connect: Connect
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)

    @asynccontextmanager
    async def open(
        self,
        spec: SourceSpec | None = None,
        environ: Mapping[str, str] | None = None,
        now: Callable[[], datetime] = china_now,
    ) -> AsyncIterator[Watch]:
        """Open a fresh gate, of a changed ``spec`` or at other addresses perhaps; close it with the block."""
        chosen = spec or self.spec
        connector = Watched(self.connect(chosen, self.environ if environ is None else environ))
        gate = Gate(chosen, connector, now)
        try:
            yield Watch(gate, connector)
        finally:
            await gate.close()


def content_of(answer: Answer, key: str) -> list[str]:
    """Return the content of ``answer`` about ``key``, in the order of the source."""
    return [row.digest or "" for row in answer.rows.get(key, ())]
