"""Keeps the lasting watches: takes those that are due, asks again, and writes down what changed, with what to send.

Of several replicas one at a time holds a watch; when it dies, its lease runs out and another goes on. What a round came
to, its messages and the time of the next one are written in one transaction: a crash before it asks again, a crash
after it delivers. The entry of each message is in the ledger before that.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from connectors.clock import today_text, utc_text
from connectors.hours import CHINA_TIME
from gateway.auth import Client
from gateway.caller import Caller
from gateway.consents.references import references
from gateway.errors import LedgerUnavailable, WatchesUnavailable
from gateway.ledger import Change, Secret, new_receipt
from gateway.watch import standings
from gateway.watch.asking import Asking
from gateway.watch.declared import WatchRules
from gateway.watch.digests import Digests
from gateway.watch.message import ID_PREFIX, MOST_NEWS, changed_body, stopped_body
from gateway.watch.rounds import DENIED, Known, News, Observed, compare
from gateway.watch.sealing import SealBroken, seal, unseal
from gateway.watch.sections import known_sections
from gateway.watch.standing import Kept, Stopped, caller_of, consented
from gateway.watch.tables import Message, Watch
from gateway.watch.watches import Watches

if TYPE_CHECKING:
    from gateway.desk import Desk

IDLE_SECONDS: Final = 5.0
"""How long at most between two looks at the store: what another replica left there is found by then."""
AGAIN_SECONDS: Final = 60.0
"""After what a round is tried again that could not be made."""
LONGEST_WAIT_SECONDS: Final = 86_400.0
"""How long a watch waits for all its owners to be open at once; then who is open is asked."""
_log = logging.getLogger("gateway.watch")
_TOLD: Final = frozenset({"CHANGED", "UNKNOWN", "UNCHANGED"})
"""News that are sent; that a section is known for the first time is for nobody to act on."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a round came to: the columns that change, what is known after it, and what is to be sent."""

    changed: dict[str, Any]
    after: dict[tuple[int, str], Known]
    messages: tuple[Message, ...] = ()


class Watcher:
    """Keeps the watches of ``watches``; for one event loop.

    ``client`` finds a registration, ``desk`` returns the desk of the moment, ``clock`` the UNIX time; ``sent`` is
    called when there is something to send.
    """

    def __init__(
        self,
        watches: Watches,
        asking: Asking,
        rules: WatchRules,
        secrets: Sequence[Secret],
        client: Callable[[str], Client | None],
        sent: Callable[[], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._watches = watches
        self._asking = asking
        self._rules = rules
        self._secrets = secrets
        self._digests = Digests(secrets)
        self._client = client
        self._sent = sent
        self._clock = clock
        self._lease = ""
        """What the watches are held under that are asked about now."""
        self._wanted = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Keep watches from now on, in the background."""
        self._running = asyncio.get_running_loop().create_task(self._run())

    def wake(self) -> None:
        """Look at the store at once: a watch was started."""
        self._wanted.set()

    async def close(self) -> None:
        """Stop; what is under way is let go of, for whoever comes next."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
            with suppress(WatchesUnavailable):
                await self._watches.write(lambda one: standings.release(one, self._lease))

    async def ask_due(self) -> int:
        """Make the rounds that are due now and not under way elsewhere; return how many these were."""
        lease = self._lease = uuid4().hex
        rules, now = self._rules, self._clock()
        taken = await self._watches.write(lambda one: standings.take(one, lease, now, rules.lease_seconds))
        for each in taken:
            await self._keep(each, lease)
        return len(taken)

    async def _run(self) -> None:
        while True:
            self._wanted.clear()
            wait = IDLE_SECONDS
            try:
                if await self.ask_due():
                    continue
                due = await self._watches.read(standings.next_due)
                wait = IDLE_SECONDS if due is None else min(IDLE_SECONDS, max(due - self._clock(), 0.05))
            except WatchesUnavailable:
                pass  # the log has it; the store is looked at again
            except Exception as error:  # noqa: BLE001  (whatever it was, later rounds are made)
                _log.error("watches could not be kept: kind=%s", type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wanted.wait(), wait)

    async def _keep(self, watch: Watch, lease: str) -> None:
        """Make one round; one that fails is made again later, and keeps no other from being made."""
        try:
            outcome = await self._round(watch, lease)
        except LedgerUnavailable:
            outcome = None  # nothing is told without its entry: all of the round is made again
        except WatchesUnavailable:
            raise
        except Exception as error:  # noqa: BLE001  (its message may quote what was asked)
            _log.error("a round could not be made: watch=%s kind=%s", watch.id, type(error).__name__)
            outcome = None
        if outcome is None:
            outcome = Outcome({"next_at": self._clock() + min(AGAIN_SECONDS, watch.every_seconds)}, {})
        changed, after, messages = outcome.changed, outcome.after, outcome.messages
        done = await self._watches.write(lambda one: standings.settle(one, watch.id, lease, changed, after, messages))
        if done and messages:
            self._sent()

    async def _round(self, watch: Watch, lease: str) -> Outcome | None:
        """Return what the round of ``watch`` comes to; None where it is to be made again soon."""
        try:
            kept = Kept(**unseal(self._secrets, watch.id, watch.sealed))
        except SealBroken:
            return await self._stopped(watch, None, "SEAL_BROKEN")
        caller = await self._caller(watch, kept)
        if not isinstance(caller, Caller):
            return None if caller is None else await self._stopped(watch, kept, caller.reason)
        later = self._opens(watch)
        if later is not None:
            return Outcome({"next_at": later}, {})
        sections = [known_sections()[path] for path in watch.sections if path in known_sections()]
        renewing = asyncio.ensure_future(self._renew(watch, lease))
        try:
            observed = await self._asking.observe(caller, kept.keys, sections)
        finally:
            renewing.cancel()
        if observed and all(each.state == DENIED for each in observed):
            return await self._stopped(watch, kept, "RIGHTS_WITHDRAWN")
        return await self._compared(watch, caller, kept, observed)

    async def _caller(self, watch: Watch, kept: Kept) -> Caller | Stopped | None:
        caller = caller_of(watch, kept, self._client(watch.client))
        if isinstance(caller, Stopped) or caller.consent is None:
            return caller
        consents = self._asking.desk().consents
        named = await consents.named(references(caller.consent), caller.client, caller.purpose, today_text())
        return consented(caller, named)

    def _opens(self, watch: Watch) -> float | None:
        """Return when the round is to be made instead of now, because some owner does not want to be asked."""
        now = self._clock()
        sections = [known_sections()[path] for path in watch.sections if path in known_sections()]
        until = self._asking.closed_until(sections, datetime.fromtimestamp(now, CHINA_TIME))
        if until is None or self._since_asked(watch, now) > LONGEST_WAIT_SECONDS:
            return None
        return until.timestamp()

    def _since_asked(self, watch: Watch, now: float) -> float:
        last = watch.asked_at or watch.started_at
        return now - datetime.fromisoformat(last).timestamp()

    async def _renew(self, watch: Watch, lease: str) -> None:
        """Hold the watch while it is being asked about."""
        while True:
            await asyncio.sleep(self._rules.lease_seconds / 3)
            until = self._clock() + self._rules.lease_seconds
            with suppress(WatchesUnavailable):
                await self._watches.write(partial(standings.renew, watch=watch.id, lease=lease, until=until))

    async def _compared(self, watch: Watch, caller: Caller, kept: Kept, observed: Sequence[Observed]) -> Outcome:
        at = self._at()
        known = await self._watches.read(lambda one: standings.known(one, watch.id))
        after, news = compare(watch.client, known, observed, self._digests, at)
        told = [each for each in news if each.news in _TOLD]
        subjects = {each.place: each.subject for each in observed if each.subject}
        messages = [
            await self._changed(watch, caller, kept, told[start : start + MOST_NEWS], subjects, at)
            for start in range(0, len(told), MOST_NEWS)
        ]
        next_at = self._clock() + watch.every_seconds
        return Outcome({"asked_at": at, "next_at": next_at}, after, tuple(messages))

    async def _changed(
        self, watch: Watch, caller: Caller, kept: Kept, news: Sequence[News], subjects: dict[int, str], at: str
    ) -> Message:
        receipt = new_receipt()
        body = changed_body(watch.id, receipt, at, kept.keys, news)
        about = dict.fromkeys(("USCC", subjects[each.place]) for each in news if each.place in subjects)
        change = Change(what="watch", name=watch.id, after=",".join(sorted({each.news for each in news})))
        await self._desk.ledger.append(self._desk.seal.event(receipt, caller, about, change, body))
        return self._message(watch, receipt, body, at)

    async def _stopped(self, watch: Watch, kept: Kept | None, reason: str) -> Outcome:
        at, receipt = self._at(), new_receipt()
        body = stopped_body(watch.id, receipt, at, reason)
        consent = kept.consent if kept is not None else None
        caller = Caller(watch.client, None, frozenset(watch.scopes), watch.purpose, watch.case_number, consent)
        change = Change(what="watch", name=watch.id, before="ACTIVE", after=reason)
        await self._desk.ledger.append(self._desk.seal.event(receipt, caller, (), change, body))
        _log.info("a watch stopped: watch=%s why=%s", watch.id, reason)
        stopped = {"state": "STOPPED", "reason": reason, "stopped_at": at}
        return Outcome(stopped, {}, (self._message(watch, receipt, body, at),))

    def _message(self, watch: Watch, receipt: str, body: bytes, at: str) -> Message:
        id_ = f"{ID_PREFIX}{receipt}"
        sealed = seal(self._secrets[0], id_, body.decode())
        return Message(id_, watch.id, watch.client, watch.owner, "WAITING", at, receipt, 0, self._clock(), None, sealed)

    @property
    def _desk(self) -> "Desk":
        return self._asking.desk()

    def _at(self) -> str:
        return utc_text(datetime.fromtimestamp(self._clock(), CHINA_TIME))
