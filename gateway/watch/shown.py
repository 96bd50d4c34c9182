"""The roots `watches` and `watchMessages`: what a client's own watches are, and what became of their messages.

# INVARIANT: both ask for the caller's own alone: another's id is the same as none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from connectors.clock import utc_text
from connectors.hours import CHINA_TIME
from gateway.caller import Caller
from gateway.errors import BadQuery
from gateway.ledger import Secret, pseudonyms
from gateway.own import Own, Told, Untold
from gateway.plan.asks import Rights
from gateway.watch import outbox, standings
from gateway.watch.rounds import Standing
from gateway.watch.sealing import SealBroken, unseal
from gateway.watch.tables import Message, Watch
from gateway.watch.watches import Watches

MOST_WATCHES: Final = 100
MOST_MESSAGES: Final = 1_000


@dataclass(frozen=True, slots=True)
class ShownSection:
    """Where one section stands; the attributes are those of `schema.watch.WatchedSection`."""

    subject: str | None
    section: str
    state: str | None
    digest: str | None
    since: str | None
    unknown_since: str | None


@dataclass(frozen=True, slots=True)
class ShownWatch:
    """One watch; the attributes are those of `schema.watch.Watch`."""

    id: str
    state: str
    reason: str | None
    purpose: str
    case: str | None
    subjects: int
    sections: Sequence[str]
    every_seconds: int
    started_at: str
    stopped_at: str | None
    asked_at: str | None
    next_at: str | None
    standing: Sequence[ShownSection]


def owner_of(secret: Secret, caller: Caller) -> tuple[str, ...]:
    """Return the pseudonyms of whom a watch of ``caller`` belongs to, the present one first."""
    return pseudonyms(secret, "watch owner", f"{caller.client}\x1f{caller.subject or ''}")


@dataclass(frozen=True, slots=True)
class Roots:
    """What the roots need."""

    watches: Watches
    secret: Secret

    @property
    def roots(self) -> Mapping[str, Own]:
        """Each root by its kind."""
        return {"watches": self.held, "watch_messages": self.messages}

    async def held(self, rights: Rights, arguments: Mapping[str, Any], today: str) -> Told | Untold:
        """Return the caller's own watches; raises `BadQuery`, `WatchesUnavailable`."""
        first = _first(arguments, MOST_WATCHES, "watches")
        owner, id_, after = owner_of(self.secret, rights.caller), arguments.get("id"), arguments.get("after")
        found = await self.watches.read(lambda one: standings.held(one, owner, id_, first, after))
        return Told([await self.show(each) for each in found])

    async def show(self, watch: Watch) -> ShownWatch:
        """Return ``watch`` as it is shown, with where its sections stand."""
        known = await self.watches.read(lambda one: standings.known(one, watch.id))
        return show(watch, known, self._keys(watch))

    async def messages(self, rights: Rights, arguments: Mapping[str, Any], today: str) -> Told | Untold:
        """Return the messages of the caller's own watches; raises `BadQuery`, `WatchesUnavailable`."""
        first = _first(arguments, MOST_MESSAGES, "watchMessages")
        state = getattr(arguments.get("state"), "name", arguments.get("state"))
        owner, after = owner_of(self.secret, rights.caller), arguments.get("after")
        found: list[Message] = await self.watches.read(lambda one: outbox.listed(one, owner, state, first, after))
        return Told(found)

    def _keys(self, watch: Watch) -> Sequence[Mapping[str, Any]]:
        try:
            keys: list[Mapping[str, Any]] = unseal((self.secret, *self.secret.earlier), watch.id, watch.sealed)["keys"]
        except SealBroken:
            return ()
        return keys


def show(watch: Watch, known: Standing, keys: Sequence[Mapping[str, Any]]) -> ShownWatch:
    """Return ``watch`` as it is shown; without ``keys`` its subjects cannot be named any more."""
    active = watch.state == "ACTIVE"
    return ShownWatch(
        watch.id,
        watch.state,
        watch.reason,
        watch.purpose,
        watch.case_number,
        watch.subjects,
        watch.sections,
        round(watch.every_seconds),
        watch.started_at,
        watch.stopped_at,
        watch.asked_at,
        utc_text(datetime.fromtimestamp(watch.next_at, CHINA_TIME)) if active else None,
        [
            ShownSection(
                keys[place]["value"] if place < len(keys) else None,
                section,
                each.state,
                each.digest,
                each.since,
                each.unknown_since,
            )
            for (place, section), each in known.items()
        ],
    )


def _first(arguments: Mapping[str, Any], most: int, name: str) -> int:
    first: int = arguments["first"]
    if not 1 <= first <= most:
        raise BadQuery(f"`first` of `{name}` must be 1 to {most}")
    return first
