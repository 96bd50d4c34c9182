"""The words of the contract: a behavior, what it is tried on, and how a check ends.

A check returns its evidence, or raises: `NotKept` when the source did not do what it owes, `NotApplicable` when there
is nothing to try.

# INVARIANT: evidence and reasons are counts, times and digests; they hold no key, no value and no address.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from connectors.base import Answer
from connectors.errors import SourceError
from connectors.spec import AnyEntity
from gateway.kit.bench import Bench, Watch

Evidence = dict[str, object]

SLACK_SECONDS: Final = 0.5
"""How much later than promised something may be seen to happen: this machine has other things to do, too."""


class NotKept(Exception):
    """The source did not do what it owes; says what it did, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class NotApplicable(Exception):
    """There is nothing to try at this source; says why, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True)
class Trial:
    """One part of a source asked by one scheme; ``reasons`` collects what failures have said.

    ``keys`` are at most as many as are to be asked for one by one.
    """

    bench: Bench
    part: str
    scheme: str
    keys: tuple[str, ...] = field(repr=False)
    reasons: list[str] = field(default_factory=list)

    @property
    def entity(self) -> AnyEntity:
        """The part as the source file has it."""
        return self.bench.spec.entities[self.part]

    @property
    def fields(self) -> tuple[str, ...]:
        """All fields of the part."""
        return tuple(self.entity.fields)

    async def ask(
        self, watch: Watch, *keys: str, fields: Sequence[str] | None = None, seconds: float | None = None
    ) -> Answer:
        """Return the answer about ``keys``; raises `SourceError`."""
        chosen = self.fields if fields is None else tuple(fields)
        return await watch.ask(self.part, self.scheme, keys, chosen, seconds)

    async def singles(self, watch: Watch) -> dict[str, Answer]:
        """Return the answer about each key, asked alone."""
        return {key: await self.ask(watch, key) for key in self.keys}

    def failed(self, error: SourceError) -> str:
        """Return the status of a failure that was meant to happen; keep what it says."""
        self.reasons.append(error.reason)
        return error.status


Check = Callable[[Trial], Awaitable[Evidence]]


@dataclass(frozen=True, slots=True)
class Behavior:
    """One thing that a source owes: what is tried, what is expected, in both languages.

    ``once`` behaviors are the source's, and tried on one part; the others are tried on every part, by every scheme.
    """

    name: str
    tried: tuple[str, str]
    expected: tuple[str, str]
    check: Check
    once: bool = False


def keep(kept: bool, zh: str, en: str) -> None:
    """Raise `NotKept`, saying what was otherwise, unless ``kept``."""
    if not kept:
        raise NotKept(zh, en)
