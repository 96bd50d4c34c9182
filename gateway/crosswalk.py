"""From one identifier to another through the registers: a planned, provenanced step, never a guess.

`Lookup` turns the identifiers of root keys into USCCs: keys arrive one by one from aliased root fields and
representations, so a DataLoader gathers them into one call per scheme. `translate` adds the codes by which some sources
want to be asked to subjects that are already known: one call to each register that holds such codes, all at once.

Any source may hold a crosswalk: the market registry pairs unified codes, registration numbers and names, the social
insurance office organization codes and its own unit numbers.

Terms
    register   a source with the entity `Crosswalk`
    provider   a register that can be asked by what every subject is known by, and tells a scheme that is wanted
    held       one row of a register: the identifiers of one subject side by side
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from aiodataloader import DataLoader
from msgspec import Struct

from connectors.base import Batch, Row
from gateway.plan.asks import CROSSWALK_FIELDS, KNOWN_SCHEMES
from gateway.plan.model import Ask
from gateway.reach import Reached
from gateway.run import Run
from gateway.subject import Subject
from gateway.together import together
from schema.identifiers import canonical_name

LookupKey = tuple[str, str]
"""A scheme and a canonical value of it."""
NOTHING: Final[frozenset[str]] = frozenset()


class Held(Struct, frozen=True):
    """One row of a register: scheme -> value, None where it has none; ``unread`` are those that could not be read."""

    source: str
    codes: Mapping[str, str | None]
    unread: frozenset[str] = NOTHING

    @property
    def holder(self) -> str | None:
        """The organization code of the subject, which every register that counts can tell."""
        uscc = self.codes.get("USCC")
        return uscc[8:17] if uscc else self.codes.get("ORG_CODE")


@dataclass(frozen=True, slots=True)
class Found:
    """What the registers hold under one identifier, and the calls that failed.

    ``asked`` is False when there is no register that could be asked by the scheme; ``answers`` are the outcomes of the
    calls that were answered.
    """

    held: list[Held]
    failed: list[Reached]
    asked: bool
    answers: list[Reached] = field(default_factory=list)


class Lookup(DataLoader[LookupKey, Found]):
    """Looks identifiers up in the registers, one call per scheme and register for all that a request asks at once."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run

    def load(self, key: LookupKey) -> "asyncio.Future[Found]":
        """Return the future of ``key``; shielded, so that one cancelled waiter does not cancel the others'."""
        return asyncio.shield(super().load(key))

    async def batch_load_fn(self, keys: list[LookupKey]) -> list[Found]:
        """Ask every register once per scheme among ``keys``."""
        by_scheme: dict[str, list[str]] = {}
        for scheme, value in keys:
            by_scheme.setdefault(scheme, []).append(value)
        answers = await together([ask_registers(self._run, scheme, by_scheme[scheme]) for scheme in by_scheme])
        found = dict(zip(by_scheme, answers, strict=True))
        return [found[scheme][value] for scheme, value in keys]


class _Provider(Struct, frozen=True):
    """One register, the scheme it is asked ``by``, and the wanted schemes that it ``gives``."""

    ask: Ask
    by: str
    gives: tuple[str, ...]


async def translate(run: Run, wanted: Mapping[str, Sequence[Subject]]) -> None:
    """Let the subjects of each scheme in ``wanted`` learn their values of it, or why they cannot be known."""
    providers = list(_providers(run, wanted))
    answers = await together([_provide(run, provider, wanted) for provider in providers])
    said = list(zip(providers, answers, strict=True))
    for provider, answer in said:
        _note_own(run, provider, answer)
    shared = await _shared(run, wanted, [each for _, answer in said for each in answer.values()])
    for scheme, subjects in wanted.items():
        given = [(provider, answer) for provider, answer in said if scheme in provider.gives]
        for subject in subjects:
            covering = [(provider, answer[subject]) for provider, answer in given if provider.ask.covers(subject.kind)]
            complete = any(provider.ask.registers for provider, _ in covering)
            learn(subject, scheme, [found for _, found in covering], shared, provided=bool(given), complete=complete)


def _providers(run: Run, wanted: Iterable[str]) -> Iterator[_Provider]:
    for ask in run.plan.crosswalk:
        told = ask.fields if ask.refused is None else ask.entity.fields
        gives = tuple(scheme for scheme in wanted if CROSSWALK_FIELDS.get(scheme) in told)
        by = next((scheme for scheme in ask.entity.keys if scheme in KNOWN_SCHEMES), None)
        if by is not None and gives:
            yield _Provider(ask, by, gives)


async def _provide(run: Run, provider: _Provider, wanted: Mapping[str, Sequence[Subject]]) -> dict[Subject, Found]:
    """Return what one register holds of every subject that wants something it gives."""
    due = dict.fromkeys(each for scheme in provider.gives for each in wanted[scheme] if provider.ask.covers(each.kind))
    if provider.ask.refused is not None:
        return {subject: Found([], [run.unreached(provider.ask)], asked=True) for subject in due}
    found = {value: Found([], [], asked=True) for subject in due for value in subject.keys(provider.by)}
    if found:
        _note(provider.ask, await _ask_register(run, provider.ask, provider.by, list(found)), found)
    return {subject: _joined(found, subject.keys(provider.by)) for subject in due}


def _note_own(run: Run, provider: _Provider, answer: Mapping[Subject, Found]) -> None:
    """Note what a register means for its own source: whom it does not hold the source does not, nor if it is silent."""
    for subject, found in answer.items():
        for scheme in provider.gives:
            if found.failed:
                run.unheard[subject, scheme, provider.ask.source.name] = found.failed[0]
            elif not found.held and found.answers:
                run.absent[subject, scheme, provider.ask.source.name] = found.answers[0]


def _joined(found: Mapping[str, Found], keys: Iterable[str]) -> Found:
    """Return what was found under any of ``keys``, codes of one subject."""
    joined = Found([], [], asked=True)
    for key in keys:
        joined.held.extend(found[key].held)
        joined.failed.extend(found[key].failed)
        joined.answers.extend(found[key].answers)
    return joined


async def _shared(run: Run, schemes: Iterable[str], found: Iterable[Found]) -> dict[LookupKey, str]:
    """Return the codes among ``found`` that do not name one subject alone, or may not, and why.

    # INVARIANT: a source is asked by a code only when the code is the subject's own: registers hold numbers that two
    # live subjects share, and records under such a number are nobody's for certain. Names are shared all the more. A
    code that a source issues itself, and that no other source is asked by, is that source's own affair.
    """
    held = [row for each in found for row in each.held]
    told = {scheme: sorted({code for row in held if (code := row.codes.get(scheme))}) for scheme in schemes}
    asked = {scheme: codes for scheme, codes in told.items() if codes}
    answers = await together([ask_registers(run, scheme, codes) for scheme, codes in asked.items()])
    shared: dict[LookupKey, str] = {}
    for scheme, holders in zip(asked, answers, strict=True):
        for code, holder in holders.items():
            if not holder.asked and _is_own(run, scheme, held):
                continue
            if holder.failed or not holder.asked:
                shared[scheme, code] = f"whether its {scheme} is its own could not be asked"
            elif len({row.holder for row in holder.held}) > 1:
                shared[scheme, code] = f"its {scheme} is registered for several subjects"
    return shared


def _is_own(run: Run, scheme: str, held: Iterable[Held]) -> bool:
    """Return whether codes of ``scheme`` come from one register only, and no other source is asked by them."""
    givers = {row.source for row in held if row.codes.get(scheme)}
    askers = {ask.source.name for ask in run.plan.asks if scheme in ask.crosswalk}
    return len(givers) == 1 and askers <= givers


def learn(
    subject: Subject,
    scheme: str,
    founds: Sequence[Found],
    shared: Mapping[LookupKey, str],
    *,
    provided: bool,
    complete: bool,
) -> None:
    """Add to ``subject`` what the registers said, except the codes that are not its own (``shared``).

    ``founds`` are the answers of the registers that cover the subject; ``provided`` tells whether any register holds
    the scheme at all, ``complete`` whether one of ``founds`` should know every subject of its kind.
    """
    for row in (row for found in founds for row in found.held):
        code = row.codes.get(scheme)
        if scheme in row.unread:
            subject.untranslated[scheme] = f"the {scheme} that {row.source} holds of it could not be read"
        elif code is not None and (scheme, code) in shared:
            subject.untranslated[scheme] = shared[scheme, code]
        else:
            subject.learn(scheme, code, "CROSSWALK")
    failed = next((each for found in founds for each in found.failed), None)
    if failed is not None:
        subject.untranslated[scheme] = f"{failed.source} did not answer: {failed.reason or failed.status}"
    elif not provided:
        subject.untranslated[scheme] = "no register can be asked for it"
    elif not any(found.held for found in founds):
        if complete:
            subject.untranslated[scheme] = "no register holds this subject"
        else:  # other kinds of subjects have such codes, or those alone who have to do with the office that gives them
            subject.learn(scheme, None, "CROSSWALK")


async def ask_registers(run: Run, scheme: str, values: Sequence[str]) -> dict[str, Found]:
    """Return what every register that can be asked by ``scheme`` holds under each of ``values``."""
    registers = [ask for ask in run.plan.crosswalk if scheme in ask.entity.keys]
    asks = [ask for ask in registers if ask.refused is None and not {"uscc", "org_code"}.isdisjoint(ask.fields)]
    refused = [run.unreached(ask) for ask in registers if ask.refused is not None]
    found = {value: Found([], list(refused), bool(asks)) for value in values}
    told = await together([_ask_register(run, ask, scheme, list(dict.fromkeys(values))) for ask in asks])
    for ask, outcomes in zip(asks, told, strict=True):  # in the order of the plan, whoever answered first
        _note(ask, outcomes, found)
    return found


async def _ask_register(run: Run, ask: Ask, scheme: str, values: list[str]) -> list[tuple[Batch, Reached]]:
    size = ask.source.batch_size
    batches = [Batch(ask.part, scheme, tuple(values[at : at + size]), ask.fields) for at in range(0, len(values), size)]
    outcomes = await together([run.call(ask, batch, run.unreached(ask)) for batch in batches])
    return list(zip(batches, outcomes, strict=True))


def _note(ask: Ask, told: Iterable[tuple[Batch, Reached]], found: Mapping[str, Found]) -> None:
    """Add to ``found`` what one register said under each value that it was asked about."""
    for batch, outcome in told:
        for value in batch.keys:
            if outcome.answer is None or value in outcome.answer.unreadable:
                found[value].failed.append(outcome)
            else:
                found[value].answers.append(outcome)
                found[value].held.extend(_held(ask, row) for row in outcome.answer.rows.get(value, ()))


def _held(ask: Ask, row: Row) -> Held:
    values = dict(zip(ask.fields, row.values, strict=True))
    codes = {scheme: values[name] for scheme, name in CROSSWALK_FIELDS.items() if name in values}
    if codes.get("NAME"):
        codes["NAME"] = canonical_name(codes["NAME"])
    lost = {issue.field for issue in row.issues if issue.misread}
    unread = frozenset(scheme for scheme in codes if CROSSWALK_FIELDS[scheme] in lost) if lost else NOTHING
    return Held(ask.source.name, codes, unread)
