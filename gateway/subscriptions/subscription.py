"""One subscription: each event planned, sealed and encoded by the desk of the moment, until something ends it.

Terms
    start    the receipt of the subscription's first entry; entries of its events and of its end name it
    checked  it was looked whether token, client, rights and consents are still what they were at the start
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from graphql.execution.values import VariableValues
from msgspec.structs import replace

from connectors.clock import today_text
from gateway.complete import UNTOLD, complete
from gateway.consents.model import Refusal
from gateway.desk import Desk
from gateway.errors import KeysUnavailable, RequestError, SubscriptionEnded, Unauthenticated
from gateway.failure import report
from gateway.ledger import Change, Entry, new_receipt
from gateway.own import Told, Untold
from gateway.plan.asks import Rights
from gateway.plan.cache import Compiled
from gateway.plan.document import Operation
from gateway.project.flags import Flag
from gateway.proof.parts import Encoded, encode
from gateway.provenance.shape import named_shape
from gateway.run import Run
from gateway.subscriptions.identity import Identity

COMPLETED: Final = "COMPLETED"
CLIENT_LEFT: Final = "CLIENT_LEFT"
CHANGE: Final = "subscription"
_NOTHING: Final = Encoded(b"", {})


@dataclass(frozen=True, slots=True)
class Opened:
    """What a subscription was opened as: whose it is, what it asks, and under which rights."""

    identity: Identity
    operation: Operation
    variables: VariableValues
    compiled: Compiled
    rights: Rights
    today: str
    versions: tuple[str, ...]
    start: str

    @property
    def client(self) -> str:
        """Whose it is."""
        return self.rights.caller.client


class Subscription:
    """The events of ``stream`` as they are told; ``desk`` returns the desk of the moment, ``clock`` the UNIX time."""

    def __init__(
        self,
        opened: Opened,
        stream: AsyncIterator[Told | Untold],
        desk: Callable[[], Desk],
        check_seconds: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.opened = opened
        self.told = 0
        """How many events were told."""
        self._stream = stream
        self._desk = desk
        self._check_seconds = check_seconds
        self._clock = clock
        self._proven = opened.identity.proven
        self._next: asyncio.Task[Told | Untold | None] | None = None

    async def event(self) -> bytes | None:
        """Return the next event, encoded, its entry durable; None when there are no more.

        Raises the `RequestError` that ends the subscription: its token has ended (`Unauthenticated`), its client is
        gone (`Forbidden`), its rights are not what they were (`SubscriptionEnded`), or what the stream raises.
        """
        while True:
            told = await self._waited()
            desk = await self._check()
            if self._next is None:
                return None if told is None else await self._sealed(desk, told)

    async def close(self) -> None:
        """Let the stream go; returns when it has ended."""
        if self._next is not None:
            self._next.cancel()
            await asyncio.gather(self._next, return_exceptions=True)
            self._next = None
        close = getattr(self._stream, "aclose", None)
        if close is not None:
            await close()

    def ending(self, reason: str, *, failed: bool = False) -> Entry:
        """Return the entry of the end: ``reason`` is `COMPLETED`, `CLIENT_LEFT` or the code of an error."""
        change = Change(what=CHANGE, name=self.opened.start, before="OPEN", after=reason)
        return entry_of(self._desk(), self.opened, new_receipt(), change, failed=failed)

    async def _waited(self) -> Told | Untold | None:
        """Return the next of the stream, or anything while it is awaited still, after `check_seconds` at most."""
        if self._next is None:
            self._next = asyncio.get_running_loop().create_task(_next(self._stream))
        left = self._proven.access.expires_at - self._clock()
        done, _ = await asyncio.wait({self._next}, timeout=max(min(self._check_seconds, left), 0.0))
        if not done:
            return None
        ready, self._next = self._next, None
        try:
            return ready.result()
        except RequestError:
            raise
        except Exception as error:
            raise report(error) from error

    async def _check(self) -> Desk:
        """Return the desk of the moment, where the subscription may go on as it was; raises `RequestError`."""
        desk, opened = self._desk(), self.opened
        if self._proven.access.expires_at <= self._clock():
            raise Unauthenticated("the token has expired")
        with suppress(KeysUnavailable):  # its issuer is away: it was good when it was read last, and has not expired
            self._proven = await desk.authenticator.still(self._proven)
        caller = desk.authenticator.caller(opened.identity.headers, self._proven)
        today = today_text()
        caller, named = await desk.consented(caller, today)
        unsure = Refusal.UNAVAILABLE.value in named.refused.values()
        if not unsure and caller != opened.rights.caller:
            raise _ended("the rights of the client, or its consents, are not what they were", "RIGHTS_CHANGED")
        if versions_of(desk, today) != opened.versions:
            raise _ended("the rules of who may see what have changed", "RULES_CHANGED")
        return desk

    async def _sealed(self, desk: Desk, told: Told | Untold) -> bytes:
        """Return the event that tells ``told``, its entry durable; raises `LedgerUnavailable`."""
        started, receipt, opened = monotonic(), new_receipt(), self.opened
        run = Run(
            opened.compiled.plan,
            opened.rights,
            opened.variables,
            desk.sources,
            desk.departments,
            desk.deadline_seconds,
            opened.today,
        )
        values = _values(run, told)
        response: dict[str, Any] = {"data": complete(run, opened.compiled, [values], {})}
        if run.errors:
            response["errors"] = run.errors
        salted = desk.seal.salted(receipt)
        encoded = encode(response | {"extensions": _extensions(salted, opened.start)}, salted["salt"])
        entry = desk.seal.entry(receipt, run, opened.operation, [values], encoded, started)
        change = Change(what=CHANGE, name=opened.start, after=f"event {self.told + 1}")
        await desk.ledger.append(replace(entry, kind="EVENT", changes=(change,)), named_shape(run.plan).text)
        self.told += 1
        return encoded.body


def versions_of(desk: Desk, today: str) -> tuple[str, ...]:
    """Return the versions of everything that decides what a caller of ``desk`` may see on the day ``today``."""
    return (desk.policy.on(today).version, desk.catalogue.version, desk.rules.version)


def entry_of(desk: Desk, opened: Opened, receipt: str, change: Change, *, failed: bool = False) -> Entry:
    """Return the entry of the start or the end of a subscription."""
    run = Run(
        opened.compiled.plan,
        opened.rights,
        opened.variables,
        desk.sources,
        desk.departments,
        desk.deadline_seconds,
        opened.today,
    )
    entry = desk.seal.entry(receipt, run, opened.operation, [], _NOTHING, monotonic())
    outcome = "FAILED" if failed else "ANSWERED"
    return replace(
        entry, kind="SUBSCRIPTION", changes=(change,), outcome=outcome, response_digest="", shape="", traces=()
    )


def _values(run: Run, told: Told | Untold) -> Any:
    """Return the values of the root of ``run``; why there are none goes to its errors."""
    (root,) = run.plan.roots
    if isinstance(told, Told):
        run.about += told.about
        run.withheld += told.withheld
        return told.values
    name = f"Subscription.{root.selected.name}"
    if "reason" in told.extensions:
        run.withheld.append((name, told.extensions["reason"]))
    flag = Flag(f"`{name}` cannot be told to this caller", dict(told.extensions), root.selected.nodes)
    run.error(id(root), flag.at((None, root.selected.key)))
    return UNTOLD


def _extensions(salted: Mapping[str, str], start: str) -> dict[str, Any]:
    return {"receipt": salted, "subscription": {"receipt": start}}


def _ended(message: str, reason: str) -> SubscriptionEnded:
    return SubscriptionEnded(f"{message}: subscribe again", extensions={"reason": reason})


async def _next(stream: AsyncIterator[Told | Untold]) -> Told | Untold | None:
    return await anext(stream, None)
