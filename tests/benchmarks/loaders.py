"""The DataLoaders of one request of the plain Strawberry contender: one per source and kind of record."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from aiodataloader import DataLoader

from tests.benchmarks.records import By, Numbers, Record
from tests.benchmarks.sources import Sources
from tests.benchmarks.workloads import COURT_LISTS

Numbered = tuple[str, str | None]
"""The code of a subject and its registration number."""
Objects = Callable[[Sequence[Record]], list[Any]]
"""Makes objects of a schema from records."""


class Loaders:
    """Loads objects of the sections' types, which ``made`` makes from records."""

    def __init__(self, sources: Sources, made: Mapping[str, Objects]) -> None:
        registry, publicity = sources.registry, sources.publicity
        self.registrations = _loader(registry.registrations, made["registration"])
        self.representatives = _loader(registry.representatives, made["legalRepresentative"])
        self.licenses = _numbered_loader(publicity.licenses, made["licenses"])
        self.published = _numbered_loader(publicity.penalties, made["penalties"])
        self.environment = _loader(sources.environment.penalties, made["penalties"])
        self.ratings = _loader(sources.tax.ratings, made["taxRatings"])
        self.court = {each: _loader(_court_list(sources, each), made[each]) for each in COURT_LISTS}
        self._fire, self._market = sources.fire, sources.market
        self._penalties = made["penalties"]

    async def numbered(self, uscc: str) -> Numbered:
        """Return a subject with its registration number."""
        found = await self.registrations.load(uscc)
        return uscc, found[0].regNo if found else None

    async def penalties(self, uscc: str) -> list[Any]:
        """Return the penalties of a subject from all four sources."""
        environment = self.environment.load(uscc)
        numbered = await self.numbered(uscc)
        listed = [*self._fire.of([uscc]).values(), *self._market.of([numbered[1]]).values()]
        loaded = await asyncio.gather(self.published.load(numbered), environment)
        return [penalty for each in (*loaded, *map(self._penalties, listed)) for penalty in each]


def _court_list(sources: Sources, section: str) -> Callable[[Sequence[str]], Awaitable[By]]:
    return lambda usccs: sources.court.entries(section, usccs)


def _loader(ask: Callable[[Sequence[str]], Awaitable[By]], made: Objects) -> DataLoader[str, list[Any]]:
    async def batch(usccs: list[str]) -> list[list[Any]]:
        found = await ask(usccs)
        return [made(found.get(uscc, ())) for uscc in usccs]

    return DataLoader(batch)


def _numbered_loader(ask: Callable[[Numbers], Awaitable[By]], made: Objects) -> DataLoader[Numbered, list[Any]]:
    async def batch(numbered: list[Numbered]) -> list[list[Any]]:
        found = await ask(dict(numbered))
        return [made(found.get(uscc, ())) for uscc, _ in numbered]

    return DataLoader(batch)
