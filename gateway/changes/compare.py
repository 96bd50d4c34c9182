"""Two configurations held against each other: every client, purpose, source, entity and field, decided on both sides.

Rules of this file: pure, no clock, no I/O. A side that does not know a client, a purpose, a source or a field decides
nothing about it, which counts as closed.

Terms
    cell      what one decision is about
    towards   how the caller stands to the subject: ANYBODY, ITSELF (it is that subject), CONSENTING (to everything)
    by        whether records are asked for by an organization's key or by a person's
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from connectors.personal import OF_PERSONS
from connectors.spec import AnyEntity, SourceSpec
from gateway.auth import Client
from gateway.caller import Caller, Standing
from gateway.policy import Decision, Policy, Reason, decide, decide_scope, place_of, reads_own_records
from gateway.policy.decisions import is_own
from schema.entities import entity_of

Towards = Literal["ANYBODY", "ITSELF", "CONSENTING"]
By = Literal["ORGANIZATION", "PERSON"]
OF_CALLER: Final = frozenset({Reason.DUTY_NOT_LISTED})
"""Reasons that the policy file of the caller's department decides."""
OF_OWNER: Final = frozenset({Reason.APPROVAL_MISSING, Reason.OWNER_CLOSED})
"""Reasons that the policy file of the department that owns the source decides."""


class Cell(NamedTuple):
    """One question to the policy; ``source`` and ``entity`` are empty for a scope that opens a link, not a field."""

    client: str
    purpose: str
    source: str
    entity: str
    field: str
    by: By = "ORGANIZATION"
    towards: Towards = "ANYBODY"


@dataclass(frozen=True, slots=True)
class Side:
    """One configuration as far as it decides; ``policy`` is that of one day."""

    policy: Policy
    clients: Mapping[str, Client]
    sources: Mapping[str, SourceSpec]


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that is open on one side only; None where a side knows nothing of it.

    ``department`` is the one whose own decision made the difference, None when it was made elsewhere.
    """

    cell: Cell
    before: Decision | None
    after: Decision | None
    department: str | None = None

    @property
    def opens(self) -> bool:
        """Whether it is open afterwards."""
        return self.after is not None and self.after.allowed


@dataclass(frozen=True, slots=True)
class Changes:
    """All that differs; clients that ``appear`` and ``vanish`` have their cells among the changes as well."""

    opens: tuple[Change, ...]
    closes: tuple[Change, ...]
    appear: tuple[str, ...]
    vanish: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.opens or self.closes or self.appear or self.vanish)


def diff_policies(old: Side, new: Side, seen: Callable[[str], object] = lambda client: None) -> Changes:
    """Return what differs between ``old`` and ``new``; ``seen`` is called with each client that is done."""
    found: list[Change] = []
    for client in sorted({*old.clients, *new.clients}):
        before, after = decisions(old, client), decisions(new, client)
        found += (each for each in _changes(old, new, before, after))
        seen(client)
    return Changes(
        opens=tuple(each for each in found if each.opens),
        closes=tuple(each for each in found if not each.opens),
        appear=tuple(sorted(new.clients.keys() - old.clients.keys())),
        vanish=tuple(sorted(old.clients.keys() - new.clients.keys())),
    )


def decisions(side: Side, client: str) -> dict[Cell, Decision]:
    """Return every decision of ``side`` about ``client``; towards others than ANYBODY only what that opens more."""
    registered = side.clients.get(client)
    found: dict[Cell, Decision] = {}
    for purpose in registered.purposes if registered is not None else ():
        assert registered is not None, "it has purposes"
        caller = Caller(client, registered.department, registered.scopes, purpose)
        for scope in side.policy.scopes:
            found[Cell(client, purpose, "", "", scope)] = decide_scope(side.policy, caller, scope)
        for source in side.sources.values():
            for part, entity in source.entities.items():
                found.update(_decided(side.policy, caller, source, part, entity))
    return found


def _decided(
    policy: Policy, caller: Caller, source: SourceSpec, part: str, entity: AnyEntity
) -> Iterator[tuple[Cell, Decision]]:
    name = entity_of(part)
    departments = entity.records_of.departments if entity.records_of is not None else ()
    mine = caller.department in departments and reads_own_records(policy, caller, source)
    by: By = "PERSON" if name in OF_PERSONS else "ORGANIZATION"
    for field, spec in entity.fields.items():
        place = place_of(name, field, mine=mine)
        cell = Cell(caller.client, caller.purpose, source.name, part, field, by)
        decision = decide(policy, caller, source, spec, place)
        yield cell, decision
        if not decision.allowed and by != "PERSON":
            for towards, standing in _standings(policy, caller, name):
                more = decide(policy, caller, source, spec, place, standing)
                if more.allowed:
                    yield cell._replace(towards=towards), more


def _standings(policy: Policy, caller: Caller, entity: str) -> Iterator[tuple[Towards, Standing]]:
    """Yield the ways to stand to a subject that may open more than towards anybody."""
    if is_own(policy, caller):
        yield "ITSELF", Standing(own=True)
    yield "CONSENTING", Standing(consented=frozenset({f"{entity}.*"}))


def _changes(old: Side, new: Side, before: Mapping[Cell, Decision], after: Mapping[Cell, Decision]) -> Iterator[Change]:
    for cell in sorted({*before, *after}):
        was, will = before.get(cell), after.get(cell)
        if _allowed(was) == _allowed(will) or _told_already(cell, before, after):
            continue
        yield Change(cell, was, will, _department(cell, will if _allowed(was) else was, old, new))


def _told_already(cell: Cell, before: Mapping[Cell, Decision], after: Mapping[Cell, Decision]) -> bool:
    """Return whether what changes towards somebody only reflects a change towards anybody."""
    anybody = cell._replace(towards="ANYBODY")
    return cell != anybody and (_allowed(before.get(anybody)) or _allowed(after.get(anybody)))


def _allowed(decision: Decision | None) -> bool:
    return decision is not None and decision.allowed


def _department(cell: Cell, refusal: Decision | None, old: Side, new: Side) -> str | None:
    """Return whose own decision the ``refusal`` on the closed side is."""
    if refusal is None:
        return None
    for side in (new, old):
        client, source = side.clients.get(cell.client), side.sources.get(cell.source)
        if refusal.reason in OF_CALLER and client is not None:
            return client.department
        if refusal.reason in OF_OWNER and source is not None:
            return source.department
    return None
