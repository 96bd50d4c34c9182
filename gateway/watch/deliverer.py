"""Takes messages of watches to the clients they are for: at least once, in the background, by any replica.

A client has a message when it answers 2xx; everything else is tried again, ever later, until it is given up: then it
stands among the dead letters, which client and operator read and put back. A redirect is no answer: a message goes to
the address of the registration, or nowhere.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final
from uuid import uuid4

import aiohttp

from connectors.errors import ConfigError
from gateway.errors import WatchesUnavailable
from gateway.ledger import Secret
from gateway.watch import outbox
from gateway.watch.declared import WatchRules
from gateway.watch.endpoints import Endpoint
from gateway.watch.message import message_headers
from gateway.watch.sealing import SealBroken, unseal
from gateway.watch.tables import Message
from gateway.watch.watches import Watches

IDLE_SECONDS: Final = 5.0
_log = logging.getLogger("gateway.watch")


class Deliverer:
    """Delivers the messages of ``watches``; for one event loop.

    ``endpoint`` finds where a client takes them now (raises `ConfigError`), ``clock`` tells the UNIX time.
    """

    def __init__(
        self,
        watches: Watches,
        rules: WatchRules,
        secrets: Sequence[Secret],
        endpoint: Callable[[str], Endpoint | None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._watches = watches
        self._rules = rules
        self._secrets = secrets
        self._endpoint = endpoint
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
        lease, now = uuid4().hex, self._clock()
        taken = await self._watches.write(lambda one: outbox.take(one, lease, now, self._rules.sending_seconds))
        if taken:
            timeout = aiohttp.ClientTimeout(total=self._rules.timeout_seconds)
            async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session:
                work = (self._deliver(session, each, lease) for each in taken)
                ended = await asyncio.gather(*work, return_exceptions=True)
            for error in filter(None, ended):
                raise error
        return len(taken)

    async def _run(self) -> None:
        while True:
            self._wanted.clear()
            wait = IDLE_SECONDS
            try:
                if await self.deliver_due():
                    continue
                due = await self._watches.read(outbox.next_due)
                wait = IDLE_SECONDS if due is None else min(IDLE_SECONDS, max(due - self._clock(), 0.05))
            except WatchesUnavailable:
                pass  # the log has it; the outbox is looked at again
            except Exception as error:  # noqa: BLE001  (whatever it was, later messages are delivered)
                _log.error("messages of watches could not be delivered: kind=%s", type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wanted.wait(), wait)

    async def _deliver(self, session: aiohttp.ClientSession, message: Message, lease: str) -> None:
        try:
            body = str(unseal(self._secrets, message.id, message.sealed or "")).encode()
        except SealBroken:
            await self._watches.write(lambda one: outbox.failed(one, message, lease, "seal broken", None))
            return
        error = await self._send(session, message, body)
        if error is None:
            await self._watches.write(lambda one: outbox.arrived(one, message))
            return
        wait = self._rules.retries.wait(message.attempts + 1)
        due = None if wait is None else self._clock() + wait
        level = logging.WARNING if due is not None else logging.ERROR
        _log.log(level, "message of a watch not delivered: id=%s dead=%s why=%s", message.id, due is None, error)
        await self._watches.write(lambda one: outbox.failed(one, message, lease, error, due))

    async def _send(self, session: aiohttp.ClientSession, message: Message, body: bytes) -> str | None:
        """Send once; return why it did not arrive, without a word of the address."""
        try:
            endpoint = self._endpoint(message.client)
        except ConfigError:
            return "address cannot be used"
        if endpoint is None:
            return "no address"
        headers = message_headers(endpoint, message.id, body, self._clock())
        try:
            async with session.post(endpoint.url, data=body, headers=headers, allow_redirects=False) as response:
                return None if 200 <= response.status < 300 else f"status {response.status}"
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return type(error).__name__  # its message may quote the URL
