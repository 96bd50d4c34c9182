"""A live source asked a little, to see how it answers and what its records are like.

Each part is asked by each scheme of which there are keys: one key a call, then the same keys in one call, then a key
that nobody has. When an answer cannot be read at all, each field is asked alone, to tell which column is at fault. Rows
that are marked as deleted are counted by asking once more without the mark.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from statistics import median
from time import perf_counter
from typing import Final

import msgspec

from connectors.base import Answer
from connectors.errors import SourceError
from connectors.gate import china_now
from connectors.spec import SourceSpec
from gateway.kit.bench import Bench, Watch, content_of
from gateway.kit.findings import Finding, Kind
from gateway.kit.keys import Keys, why_no_key
from gateway.kit.records import Examined, age_days, examine
from gateway.kit.specimens import nobody_key

_TIRED: Final = 3
"""So many calls without an answer are enough."""

Progress = Callable[[str], None]
"""Is told the part that is asked next."""


class Unasked(Exception):
    """The source could not be asked at all; says why, and what to do."""


@dataclass(slots=True)
class PartProbed:
    """How one part answered when it was asked by one scheme; times in milliseconds, waiting for a turn not counted."""

    part: str
    scheme: str
    keys: int
    keys_found: int = 0
    rows: int = 0
    calls: int = 0
    median_ms: float | None = None
    p95_ms: float | None = None
    batch_keys: int = 0
    batch_ms: float | None = None
    deleted: int | None = None
    newest_as_of: str | None = None
    oldest_as_of: str | None = None
    age_days: float | None = None
    delivered_on: str | None = None
    never_filled: list[str] = field(default_factory=list)
    filled: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Probed:
    """What a probe saw; ``not_asked`` are parts and schemes of which there was no key."""

    source: str
    department: str
    at: str
    reached_ms: float
    parts: list[PartProbed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    not_asked: list[str] = field(default_factory=list)


async def probe_source(bench: Bench, keys: Keys, calls: int, progress: Progress = lambda _: None) -> Probed:
    """Return what the source is like; raises `Unasked` when it cannot be asked, or there is nothing to ask it by."""
    spec = bench.spec
    if not any(keys.of(part, entity) for part, entity in spec.entities.items()):
        raise Unasked(why_no_key(spec))
    async with bench.open() as watch:
        probed = Probed(spec.name, spec.department, china_now().isoformat(timespec="seconds"), await _reach(watch))
        for part, entity in spec.entities.items():
            by_scheme = keys.of(part, entity)
            probed.not_asked += [f"{part} by {scheme}" for scheme in entity.keys if scheme not in by_scheme]
            for scheme, known in by_scheme.items():
                look = _Look(bench, watch, part, scheme, known[:calls], calls, progress)
                probed.parts.append(await look.look())
                probed.findings += look.findings
    probed.findings += _nothing_found(probed.parts)
    return probed


def _nothing_found(parts: Sequence[PartProbed]) -> Iterator[Finding]:
    """Yield the parts of which no scheme found any record."""
    for part in dict.fromkeys(each.part for each in parts):
        same = [each for each in parts if each.part == part]
        if any(each.median_ms is not None for each in same) and not any(each.rows for each in same):
            yield Finding(Kind.NOTHING_FOUND, part, "", sum(each.keys for each in same), "keys were asked for")


async def _reach(watch: Watch) -> float:
    began = perf_counter()
    try:
        await watch.gate.probe()
    except SourceError as error:
        until = f", until {error.until}" if error.until else ""
        raise Unasked(f"{watch.gate.spec.name}: {error.status}: {error.reason}{until}") from None
    return round((perf_counter() - began) * 1000, 1)


@dataclass(slots=True)
class _Look:
    """One part asked by one scheme."""

    bench: Bench
    watch: Watch
    part: str
    scheme: str
    keys: Sequence[str]
    calls: int
    progress: Progress
    findings: list[Finding] = field(default_factory=list)

    @property
    def _fields(self) -> tuple[str, ...]:
        return tuple(self.bench.spec.entities[self.part].fields)

    async def look(self) -> PartProbed:
        """Return how the part answered; what is to be looked at is in ``findings``."""
        probed = PartProbed(self.part, self.scheme, len(self.keys))
        answers = await self._singles(probed)
        if not answers:
            return probed
        await self._batch(probed, answers)
        await self._nobody()
        if self.bench.spec.entities[self.part].tombstone is not None:
            probed.deleted = await self._deleted(answers)
        self._examine(probed, answers)
        return probed

    async def _ask(self, *keys: str, fields: Sequence[str] | None = None) -> Answer:
        self.progress(self.part)
        return await self.watch.ask(self.part, self.scheme, keys, self._fields if fields is None else tuple(fields))

    async def _singles(self, probed: PartProbed) -> dict[str, Answer]:
        """Ask one key a call, from the first one again when there are few; return the first answer of each."""
        answers: dict[str, Answer] = {}
        failures: list[SourceError] = []
        before, changed = len(self.watch.connector.seconds), 0
        for at in range(self.calls):
            key = self.keys[at % len(self.keys)]
            try:
                answer = await self._ask(key)
            except SourceError as error:
                failures.append(error)
                if len(failures) >= _TIRED or error.status == "MISREAD":
                    break
            else:
                changed += content_of(answers.setdefault(key, answer), key) != content_of(answer, key)
        seconds = sorted(self.watch.connector.seconds[before:])
        probed.calls = len(seconds) + len(failures)
        if seconds:
            probed.median_ms = round(median(seconds) * 1000, 1)
            probed.p95_ms = round(seconds[ceil(len(seconds) * 0.95) - 1] * 1000, 1)
        self._note(Kind.UNSTABLE, changed)
        await self._failed(failures)
        return answers

    async def _failed(self, failures: Sequence[SourceError]) -> None:
        counted = Counter(f"{error.status}: {error.reason}" for error in failures)
        self.findings += [Finding(Kind.NOT_ANSWERED, self.part, "", count, told) for told, count in counted.items()]
        if any(error.status == "MISREAD" for error in failures):
            self.findings += [each async for each in self._columns()]

    async def _columns(self) -> AsyncIterator[Finding]:
        """Yield the fields that cannot be asked for even alone."""
        for fields in ((), *((name,) for name in self._fields)):
            try:
                await self._ask(self.keys[0], fields=fields)
            except SourceError as error:
                yield Finding(Kind.COLUMN_MISSING, self.part, "".join(fields), 1, error.reason)
                if not fields:  # a column that every question needs
                    return

    async def _batch(self, probed: PartProbed, answers: dict[str, Answer]) -> None:
        asked = tuple(answers)[: self.bench.spec.batch_size]
        if self.bench.spec.batch_size == 1:
            return
        try:
            answer = await self._ask(*asked)
        except SourceError as error:
            self._note(Kind.NOT_ANSWERED, 1, f"{len(asked)} keys in one call: {error.status}: {error.reason}")
            return
        probed.batch_keys, probed.batch_ms = len(asked), round(self.watch.connector.seconds[-1] * 1000, 1)
        differ = [key for key in asked if content_of(answers[key], key) != content_of(answer, key)]
        reordered = [key for key in differ if sorted(content_of(answers[key], key)) == sorted(content_of(answer, key))]
        self._note(Kind.BATCH_DIFFERS, len(differ) - len(reordered), f"of {len(asked)} keys")
        self._note(Kind.ORDER_DIFFERS, len(reordered), f"of {len(asked)} keys")

    async def _nobody(self) -> None:
        try:
            answer = await self._ask(nobody_key(self.scheme))
        except SourceError as error:
            self._note(Kind.NOT_ANSWERED, 1, f"a key that nobody has: {error.status}: {error.reason}")
        else:
            rows = sum(map(len, answer.rows.values()))
            self._note(Kind.UNKNOWN_KEY_FOUND, rows + len(answer.unreadable))

    async def _deleted(self, answers: dict[str, Answer]) -> int | None:
        """Return how many records are marked as deleted: those that come when the mark is not looked at."""
        shown = sum(len(answer.rows.get(key, ())) for key, answer in answers.items())
        size, asked, fields = self.bench.spec.batch_size, tuple(answers), self._fields
        found = 0
        async with self.bench.open(_without_tombstone(self.bench.spec, self.part)) as watch:
            for at in range(0, len(asked), size):
                self.progress(self.part)
                try:
                    answer = await watch.ask(self.part, self.scheme, asked[at : at + size], fields)
                except SourceError:
                    return None
                found += sum(map(len, answer.rows.values()))
        return max(found - shown, 0)

    def _examine(self, probed: PartProbed, answers: dict[str, Answer]) -> None:
        now = china_now()
        dated = self.bench.spec.entities[self.part].as_of is not None
        seen: Examined = examine(self.part, self._fields, answers, dated=dated, now=now)
        probed.rows, probed.keys_found = seen.rows, seen.keys_found
        probed.filled = {name: seen.filled[name] for name in self._fields}
        probed.delivered_on = next((answer.as_of for answer in answers.values() if answer.as_of), None)
        if seen.as_of:
            probed.oldest_as_of, probed.newest_as_of = seen.as_of[0].isoformat(), seen.as_of[-1].isoformat()
            probed.age_days = age_days(seen.as_of[-1], now)
        if seen.rows:
            probed.never_filled = [name for name in self._fields if not seen.filled[name]]
        self.findings += seen.findings

    def _note(self, kind: Kind, count: int, detail: str = "") -> None:
        if count:
            self.findings.append(Finding(kind, self.part, "", count, detail))


def _without_tombstone(spec: SourceSpec, part: str) -> SourceSpec:
    entity = msgspec.structs.replace(spec.entities[part], tombstone=None)
    return msgspec.structs.replace(spec, entities={**spec.entities, part: entity})
