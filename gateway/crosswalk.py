"""From one identifier to another through the registry: a planned, provenanced step, never a guess.

`Lookup` turns the identifiers of root keys into USCCs: keys arrive one by one from aliased root fields and
representations, so a DataLoader gathers them into one call per scheme. `translate` adds the codes by which some sources
want to be asked to subjects that are already known, in one call.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aiodataloader import DataLoader

from connectors.base import Batch, Row
from gateway.plan.asks import CROSSWALK_FIELDS
from gateway.plan.model import Ask
from gateway.reach import Reached
from gateway.run import Run
from gateway.subject import Person, Subject

LookupKey = tuple[str, str]
"""A scheme and a canonical value of it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the registries said of one identifier: a mapping scheme -> value per row, and the calls that failed.

    ``asked`` is False when there is no registry that could be asked by the scheme.
    """

    rows: list[dict[str, str | None]]
    failed: list[Reached]
    asked: bool


class Lookup(DataLoader[LookupKey, Found]):
    """Looks identifiers up in the registries, one call per scheme and registry for all that a request asks at once."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run

    def load(self, key: LookupKey) -> "asyncio.Future[Found]":
        """Return the future of ``key``; shielded, so that one cancelled waiter does not cancel the others'."""
        return asyncio.shield(super().load(key))

    async def batch_load_fn(self, keys: list[LookupKey]) -> list[Found]:
        """Ask every registry once per scheme among ``keys``."""
        by_scheme: dict[str, list[str]] = {}
        for scheme, value in keys:
            by_scheme.setdefault(scheme, []).append(value)
        answers = await asyncio.gather(*(ask_registries(self._run, scheme, by_scheme[scheme]) for scheme in by_scheme))
        found = dict(zip(by_scheme, answers, strict=True))
        return [found[scheme][value] for scheme, value in keys]


async def translate(run: Run, schemes: Sequence[str], subjects: Iterable[Subject | Person]) -> None:
    """Let each organization among ``subjects`` learn its values of ``schemes``, or why they cannot be known."""
    unknown = [
        subject
        for subject in dict.fromkeys(subjects)
        if isinstance(subject, Subject) and not all(subject.knows(scheme) for scheme in schemes)
    ]
    registered: list[Subject] = []
    for subject in unknown:
        if _may_be_registered(run, subject):
            registered.append(subject)
        else:
            for scheme in schemes:
                subject.learn(scheme, None, "CROSSWALK")
    if not registered or not schemes:
        return
    found = await ask_registries(run, "USCC", [subject.uscc for subject in registered])
    shared = await _shared(run, schemes, found.values())
    for subject in registered:
        learn(subject, found[subject.uscc], schemes, shared)


async def _shared(run: Run, schemes: Iterable[str], found: Iterable[Found]) -> dict[LookupKey, str]:
    """Return the codes among ``found`` that do not name one subject alone, or may not, and why.

    # INVARIANT: a source is asked by a code only when the code is the subject's own: registries hold numbers that two
    # live subjects share, and records under such a number are nobody's for certain.
    """
    rows = [row for each in found for row in each.rows]
    asked = {scheme: sorted({code for row in rows if (code := row.get(scheme))}) for scheme in schemes}
    answers = await asyncio.gather(*(ask_registries(run, scheme, codes) for scheme, codes in asked.items()))
    shared: dict[LookupKey, str] = {}
    for (scheme, codes), holders in zip(asked.items(), answers, strict=True):
        for code in codes:
            holder = holders[code]
            if holder.failed or not holder.asked:
                shared[scheme, code] = f"whether its {scheme} is its own could not be asked"
            elif len({row.get("USCC") for row in holder.rows}) > 1:
                shared[scheme, code] = f"its {scheme} is registered for several subjects"
    return shared


def _may_be_registered(run: Run, subject: Subject) -> bool:
    """Tell whether some registry holds subjects of this kind; one that none holds has no code but its USCC there."""
    kinds = [ask.source.subject_kinds for ask in run.plan.crosswalk]
    return not kinds or any(not each or subject.kind in each for each in kinds)


def learn(subject: Subject, found: Found, schemes: Iterable[str], shared: Mapping[LookupKey, str]) -> None:
    """Add to ``subject`` what the registries said of it, except the codes that are not its own (``shared``)."""
    for scheme in schemes:
        for row in found.rows:
            code = row.get(scheme)
            if code is not None and (scheme, code) in shared:
                subject.untranslated = shared[scheme, code]
            else:
                subject.learn(scheme, code, "CROSSWALK")
    if found.failed:
        failure = found.failed[0]
        subject.untranslated = f"{failure.source} did not answer: {failure.reason or failure.status}"
    elif not found.asked:
        subject.untranslated = "no registry can be asked by this identifier"
    elif not found.rows:
        subject.untranslated = "no registry holds this subject"


async def ask_registries(run: Run, scheme: str, values: Sequence[str]) -> dict[str, Found]:
    """Return what every registry that can be asked by ``scheme`` says of each of ``values``."""
    asks = [ask for ask in run.plan.crosswalk if ask.refused is None and scheme in ask.entity.keys]
    refused = [run.unreached(ask) for ask in run.plan.crosswalk if ask.refused is not None]
    found = {value: Found([], list(refused), bool(asks)) for value in values}
    await asyncio.gather(*(_ask_registry(run, ask, scheme, list(dict.fromkeys(values)), found) for ask in asks))
    return found


async def _ask_registry(run: Run, ask: Ask, scheme: str, values: list[str], found: dict[str, Found]) -> None:
    size = ask.source.batch_size
    batches = [Batch(ask.part, scheme, tuple(values[at : at + size]), ask.fields) for at in range(0, len(values), size)]
    outcomes = await asyncio.gather(*(run.call(ask, batch, run.unreached(ask)) for batch in batches))
    for batch, outcome in zip(batches, outcomes, strict=True):
        for value in batch.keys:
            if outcome.answer is None or value in outcome.answer.unreadable:
                found[value].failed.append(outcome)
            else:
                found[value].rows.extend(_identifiers(ask, row) for row in outcome.answer.rows.get(value, ()))


def _identifiers(ask: Ask, row: Row) -> dict[str, str | None]:
    values = dict(zip(ask.fields, row.values, strict=True))
    return {scheme: values[name] for scheme, name in CROSSWALK_FIELDS.items() if name in values}
