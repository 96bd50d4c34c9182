"""Opens subscriptions as the desk answers queries, counts them per client, and writes down how each ended.

Queries and mutations of a connection go to the desk itself (`take`), as if each had come by a POST of its own.

What refuses a query refuses a subscription, with an entry of the ledger like it. The entry of the start is durable
before the stream is asked for anything.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from time import monotonic
from typing import Any, Final, TypeVar

from connectors.clock import today_text
from gateway.auth import Authenticator
from gateway.caller import Caller
from gateway.desk import Desk
from gateway.errors import (
    BadQuery,
    KeysUnavailable,
    LedgerUnavailable,
    RateLimited,
    RequestError,
    ShuttingDown,
    Unauthenticated,
)
from gateway.failure import report
from gateway.front import Identify
from gateway.http import GraphQLRequest, Reply
from gateway.ledger import Change, Entry, new_receipt
from gateway.limits.check import check_plan
from gateway.limits.places import Full, Places
from gateway.limits.spec import SubscriptionLimits
from gateway.plan.asks import Rights
from gateway.plan.document import Operation
from gateway.refusals import Attempt
from gateway.subscriptions.identity import Identity
from gateway.subscriptions.subscription import (
    CHANGE,
    CLIENT_LEFT,
    COMPLETED,
    Opened,
    Subscription,
    entry_of,
    versions_of,
)

T = TypeVar("T")
Take = Callable[[GraphQLRequest, Identify], Awaitable[Reply | Operation]]
_log: Final = logging.getLogger("gateway.subscriptions")


class Subscriptions:
    """The subscriptions of one replica; ``desk`` returns the desk of the moment, ``draining`` is set at its end.

    ``take`` answers queries and mutations (`gateway.front.Front.take`). ``places`` counts what clients have open
    at all replicas, ``clock`` tells the UNIX time, by which tokens end. ``finish`` before the ledger is closed.
    """

    def __init__(
        self,
        desk: Callable[[], Desk],
        take: Take,
        limits: SubscriptionLimits,
        draining: asyncio.Event,
        places: Places | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.limits = limits
        self.draining = draining
        self.places = places or Places()
        self.connections = 0
        """Open WebSockets and event streams of all clients, identified or not."""
        self._desk = desk
        self._take = take
        self._clock = clock
        self._writing: set[asyncio.Task[None]] = set()

    async def identify(self, presented: Any) -> Identity:
        """Return who opened a connection; raises `RequestError`, its ledger entry durable.

        That the caller may ask at all is found out here, not only with its first subscription.
        """
        attempt = Attempt(monotonic())
        return await self._recorded(self._identify(presented, attempt), attempt)

    async def take(self, request: GraphQLRequest, identity: Identity) -> Reply | Operation:
        """Return the answer to a query or a mutation; of a subscription its operation, to be opened by `open`.

        Raises `RequestError`, its ledger entry durable: `Unauthenticated` when the connection's token has ended.
        """
        if self.draining.is_set():
            raise ShuttingDown("the server is shutting down")
        return await self._take(request, partial(self._asking, identity))

    def refuse(self, error: RequestError) -> None:
        """Note that ``error`` refused a request before any desk heard of it."""
        self._desk().turned_away(error)

    @asynccontextmanager
    async def open(
        self, request: GraphQLRequest, identity: Identity, operation: Operation | None = None
    ) -> AsyncIterator[Subscription]:
        """Return the subscription that ``request`` opens, its start on disk; it has ended when the block ends.

        ``operation`` is what `take` made of it, the request counted. Raises `RequestError`, its ledger entry durable.
        """
        attempt = Attempt(monotonic(), identity.proven.access.client)
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self.places.hold(attempt.client, 1, self.limits.per_client))
            except Full as full:
                await self._recorded(_refuse(_too_many(full)), attempt)
            subscription = await self._recorded(self._open(request, identity, attempt, operation), attempt)
            await stack.enter_async_context(self._ending(subscription))
            yield subscription

    async def finish(self) -> None:
        """Return when every end is written down."""
        while self._writing:
            await asyncio.wait(self._writing)

    @asynccontextmanager
    async def _ending(self, subscription: Subscription) -> AsyncIterator[None]:
        """Close ``subscription`` with the block, and write how it ended: nobody waits for that entry."""
        reason, failed = CLIENT_LEFT, False
        try:
            yield
            reason = COMPLETED
        except RequestError as error:
            reason, failed = str(error.extensions.get("reason", error.code)), error.status >= 500
            raise
        finally:
            self._write(subscription.ending(reason, failed=failed))
            await subscription.close()

    async def _identify(self, presented: Any, attempt: Attempt) -> Identity:
        authenticator = self._desk().authenticator
        proven = await authenticator.prove(presented)
        attempt.client = proven.access.client
        authenticator.caller(presented.headers, proven)
        return Identity(proven, presented.headers)

    async def _asking(self, identity: Identity, authenticator: Authenticator) -> Caller:
        """Return who asks on the connection of ``identity`` now, its token good still; raises `RequestError`."""
        proven = identity.proven
        try:
            if proven.access.expires_at <= self._clock():
                raise Unauthenticated("the token has expired")
            with suppress(
                KeysUnavailable
            ):  # its issuer is away: it was good when it was read last, and has not expired
                proven = await authenticator.still(proven)
            return authenticator.caller(identity.headers, proven)
        except RequestError as error:
            error.client = proven.access.client
            raise

    async def _open(
        self, request: GraphQLRequest, identity: Identity, attempt: Attempt, operation: Operation | None
    ) -> Subscription:
        if self.draining.is_set():
            raise ShuttingDown("the server is shutting down")
        desk = self._desk()
        caller = attempt.caller = desk.authenticator.caller(identity.headers, identity.proven)
        opened = await self._planned(desk, request, identity, caller, attempt, operation)
        (root,) = opened.compiled.plan.roots
        arguments = root.arguments(opened.variables)
        change = Change(what=CHANGE, name=opened.start, after="OPEN")
        stream = desk.streams[root.kind](opened.rights, arguments, opened.today)
        await desk.ledger.append(entry_of(desk, opened, opened.start, change))
        return Subscription(opened, stream, self._desk, self.limits.check_seconds, self._clock)

    async def _planned(
        self,
        desk: Desk,
        request: GraphQLRequest,
        identity: Identity,
        caller: Caller,
        attempt: Attempt,
        operation: Operation | None,
    ) -> Opened:
        account = desk.budgets.account(caller.client)
        if operation is None:
            await account.request()
            text = desk.trusted.text(request.query, request.document_id, caller.client, account.allowed.documents)
            operation = desk.documents.operation(text, request.operation_name)
        attempt.operation = operation
        if not operation.is_subscription:
            raise BadQuery("this way takes subscriptions only: send queries and mutations by POST")
        variables, today = desk.documents.variables(operation, request.variables), today_text()
        caller, _ = await desk.consented(caller, today)
        rights = Rights(desk.policy.on(today), caller, desk.catalogue, desk.rules)
        compiled = desk.plans.plan(operation, variables, rights, provenance=False)
        if len(compiled.plan.roots) != 1:
            raise BadQuery("the subscription selects nothing")
        await account.pay(check_plan(compiled.plan, variables, account.allowed, operation.introspected))
        versions = versions_of(desk, today)
        return Opened(identity, operation, variables, compiled, rights, today, versions, new_receipt())

    async def _recorded(self, working: Coroutine[Any, Any, T], attempt: Attempt) -> T:
        """Return what ``working`` comes to; a refusal is written before it is raised, like that of a query."""
        desk = self._desk()
        try:
            return await working
        except RequestError as error:
            attempt.client = error.client or attempt.client
            await desk.refusals.record(error, attempt, desk.seal)
            raise
        except Exception as error:
            failed = report(error)
            await desk.refusals.record(failed, attempt, desk.seal)
            raise failed from error

    def _write(self, entry: Entry) -> None:
        task = asyncio.get_running_loop().create_task(self._append(entry))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _append(self, entry: Entry) -> None:
        try:
            await self._desk().ledger.append(entry)
        except LedgerUnavailable:
            _log.error("the end of a subscription is not in the ledger: start=%s", entry.changes[0].name)


def _too_many(full: Full) -> RateLimited:
    message = f"the client has {full.held} subscriptions open, as many as it may"
    return RateLimited(message, extensions={"budget": "subscriptions", "allowed": full.most})


async def _refuse(error: RequestError) -> None:
    raise error
