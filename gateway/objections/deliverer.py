"""Takes messages from the outbox to their owners: at least once, in the background, by as many replicas as there are.

An owner has a message when it answers 2xx; everything else is tried again, ever later, until it is given up. A redirect
is no answer: the message went to the address that was declared, or nowhere. Requests never wait for any of this.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid4

import aiohttp

from connectors.clock import utc_text
from connectors.hours import CHINA_TIME
from gateway.errors import ObjectionsUnavailable
from gateway.ledger import Secret
from gateway.ledger.entry import Change
from gateway.objections.message import body, headers, sent_as, unseal, withdrawal
from gateway.objections.model import WITHDRAWN, Filed, Sending, Ticket
from gateway.objections.objections import Objections
from gateway.objections.rules import Endpoint, Rules
from gateway.returns.working_days import WorkingDays
from gateway.sealing import SealBroken

IDLE_SECONDS: Final = 5.0
"""How long at most between two looks at the outbox: what another replica left there is found by then."""
Note = Callable[[Change], Awaitable[None]]
"""Writes a change into the ledger."""

_log = logging.getLogger("gateway.objections")


@dataclass(frozen=True, slots=True)
class Outward:
    """What counts of the configuration of the moment."""

    rules: Rules
    endpoints: Mapping[str, Endpoint]
    working_days: WorkingDays


class Deliverer:
    """Delivers the messages of ``objections``; for one event loop.

    ``outward`` tells the rules of the moment, ``note`` writes changes into the ledger, ``clock`` the UNIX time.
    """

    def __init__(
        self,
        objections: Objections,
        outward: Callable[[], Outward],
        secrets: Sequence[Secret],
        note: Note,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._objections = objections
        self._outward = outward
        self._secrets = secrets
        self._note = note
        self._clock = clock
        self._wanted = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Deliver from now on, in the background."""
        self._running = asyncio.get_running_loop().create_task(self._run())

    def wake(self) -> None:
        """Look at the outbox at once: something was put into it."""
        self._wanted.set()

    async def close(self) -> None:
        """Stop; what is under way is taken up by whoever comes next."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def deliver_due(self) -> int:
        """Deliver what is due now and is not under way elsewhere; return how many messages that were."""
        outward, lease = self._outward(), uuid4().hex
        taken = await self._objections.take(lease, self._clock(), outward.rules.lease_seconds)
        if taken:
            timeout = aiohttp.ClientTimeout(total=outward.rules.sending.timeout_seconds)
            async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session:
                work = (self._deliver(session, outward, each, lease) for each in taken)
                ended = await asyncio.gather(*work, return_exceptions=True)
            for error in filter(None, ended):
                raise error
        return len(taken)

    async def put_in_queue(self, filed: Filed) -> Filed:
        """Return ``filed``, routed to the queue of its department where that has no address; else as it is."""
        outward = self._outward()
        if filed.ticket.department in outward.endpoints or filed.sending.state != "WAITING":
            return filed
        routed = await self._objections.put_in_queue(filed.sending, self._at(), self._terms(outward))
        return await self._noted(routed) or filed

    async def _run(self) -> None:
        while True:
            self._wanted.clear()
            wait = IDLE_SECONDS
            try:
                if await self.deliver_due():
                    continue
                due = await self._objections.next_due()
                wait = IDLE_SECONDS if due is None else min(IDLE_SECONDS, max(due - self._clock(), 0.05))
            except ObjectionsUnavailable:
                pass  # the log has it; the outbox is looked at again
            except Exception as error:  # noqa: BLE001  (whatever it was, later messages are delivered)
                _log.error("objections could not be delivered: kind=%s", type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wanted.wait(), wait)

    async def _deliver(self, session: aiohttp.ClientSession, outward: Outward, sending: Sending, lease: str) -> None:
        filed = await self._objections.get(sending.objection)
        assert filed is not None, "a message is written with its ticket"
        endpoint = outward.endpoints.get(filed.ticket.department)
        if endpoint is None:
            await self.put_in_queue(filed)
            return
        try:
            text = self._text(filed.ticket, sending)
        except SealBroken:
            await self._give_up(outward, sending, lease, "seal broken")
            return
        error = await _send(session, endpoint, text, headers(endpoint, sent_as(sending), text, self._clock()))
        if error is None:
            await self._noted(await self._objections.arrived(sending, self._at(), self._terms(outward)))
            return
        _log.warning(
            "objection not delivered: id=%s department=%s why=%s", filed.ticket.id, filed.ticket.department, error
        )
        wait = outward.rules.retries.wait(sending.attempts + 1)
        if wait is None:
            await self._give_up(outward, sending, lease, error)
        else:
            await self._objections.failed(sending, lease, error, self._clock() + wait)

    def _text(self, ticket: Ticket, sending: Sending) -> bytes:
        """Return what is sent; raises `SealBroken`."""
        if sending.sealed == WITHDRAWN:
            return withdrawal(ticket)
        return body(ticket, unseal(self._secrets, sending.id, sending.sealed or ""))

    async def _give_up(self, outward: Outward, sending: Sending, lease: str, error: str) -> None:
        _log.error("objection given up, it waits in the queue: id=%s why=%s", sending.objection, error)
        await self._noted(await self._objections.given_up(sending, lease, error, self._at(), self._terms(outward)))

    async def _noted(self, routed: Filed | None) -> Filed | None:
        """Write into the ledger that a ticket was routed; a ledger that is away keeps nobody from being told."""
        if routed is not None and routed.steps:
            last = routed.steps[-1]
            change = Change(what="objection", name=routed.ticket.id, before=last.before, after=last.after)
            try:
                await self._note(change)
            except Exception as error:  # noqa: BLE001  (the step is on disk already)
                _log.error("a step is not in the ledger: id=%s kind=%s", routed.ticket.id, type(error).__name__)
        return routed

    def _at(self) -> str:
        return utc_text(datetime.fromtimestamp(self._clock(), CHINA_TIME))

    def _terms(self, outward: Outward) -> tuple[str, str]:
        day = datetime.fromtimestamp(self._clock(), CHINA_TIME).date().isoformat()
        return outward.rules.terms(day, outward.working_days)


async def _send(
    session: aiohttp.ClientSession, endpoint: Endpoint, text: bytes, headers_: Mapping[str, str]
) -> str | None:
    """Send one message; return None when the owner has it, else why not, without a word of the address."""
    try:
        async with session.post(endpoint.url, data=text, headers=headers_, allow_redirects=False) as response:
            return None if 200 <= response.status < 300 else f"status {response.status}"
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return type(error).__name__  # its message may quote the URL, and that a secret
