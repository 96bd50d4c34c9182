"""Which desk answers: the one of the configuration of the moment, and for a request in flight the one it began at.

Terms
    loaded    what one reading of the configuration folder led to: files, variables, the register, open sources
    retired   a desk that takes no new request; what only it used is closed when its last request has been answered
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from gateway.auth import Authenticator, Client, Presented, Register
from gateway.caller import Caller
from gateway.configuration import Configuration
from gateway.desk import Desk
from gateway.errors import RequestError
from gateway.http import GraphQLRequest, Reply
from gateway.inner import Answered, Question
from gateway.limits.budgets import Account
from gateway.opened import Opened
from gateway.plan.document import Operation

K = TypeVar("K")
V = TypeVar("V")
Identify = Callable[[Authenticator], Awaitable[Caller]]
"""Finds out who asks on a connection, by the authenticator of the moment; raises `RequestError`."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one reading of the configuration led to; ``environ`` has what `*_FILE` variables name."""

    configuration: Configuration
    environ: Mapping[str, str]
    register: Register
    opened: Opened

    @property
    def versions(self) -> dict[str, str]:
        """What `/metrics` tells of it."""
        return {
            "catalogue": self.configuration.catalogue.version,
            "policy": self.configuration.policy.version,
            "clients": self.register.version,
        }


@dataclass(slots=True, eq=False)
class _Manned:
    """A desk with the number of its requests in flight; ``idle`` is set while there is none."""

    desk: Desk
    requests: int = 0
    idle: asyncio.Event = field(default_factory=asyncio.Event)


class Front:
    """Passes each request to the desk of the moment. ``loaded`` is what that desk works by."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self._manned: _Manned | None = None

    @property
    def desk(self) -> Desk:
        """The desk of the moment."""
        assert self._manned is not None, "a desk is put up before anybody asks"
        return self._manned.desk

    async def answer(self, request: GraphQLRequest, presented: Presented) -> Reply:
        """Return the answer of the desk of the moment, which keeps the request to its end; raises `RequestError`."""
        with self._manning() as desk:
            return await desk.answer(request, presented)

    async def take(self, request: GraphQLRequest, identify: Identify) -> Reply | Operation:
        """Return the answer to a request of a connection, likewise; of a subscription its operation."""
        with self._manning() as desk:
            return await desk.take(request, identify(desk.authenticator))

    async def ask(self, question: Question) -> Answered:
        """Return the answer to a question of the gateway's own, likewise."""
        with self._manning() as desk:
            return await desk.ask(question)

    async def admit(self, presented: Presented) -> tuple[Caller, Account]:
        """Return who sends a request that is no GraphQL, and its account; raises `RequestError`."""
        with self._manning() as desk:
            return await desk.admit(presented)

    @contextmanager
    def _manning(self) -> Iterator[Desk]:
        """Keep the desk of the moment open for one request."""
        manned = self._manned
        assert manned is not None, "a desk is put up before anybody asks"
        manned.requests += 1
        manned.idle.clear()
        try:
            yield manned.desk
        finally:
            manned.requests -= 1
            if manned.requests == 0:
                manned.idle.set()

    def turned_away(self, error: RequestError) -> None:
        """Note that a request was refused by ``error`` before any desk heard of it."""
        self.desk.turned_away(error)

    def put_up(self, loaded: Loaded, desk: Desk) -> asyncio.Event:
        """Let ``desk`` answer from now on; return what is set when the desk before it has answered its last request.

        # INVARIANT: nothing waits in here, so between two steps of the event loop either all is new or nothing.
        """
        before, self._manned = self._manned, _Manned(desk)
        self._manned.idle.set()
        self.loaded = loaded
        return before.idle if before is not None else self._manned.idle


class Followed(Mapping[K, V], Generic[K, V]):
    """The mapping that ``now`` returns at each question, for what outlives one configuration."""

    def __init__(self, now: Callable[[], Mapping[K, V]]) -> None:
        self._now = now

    def __getitem__(self, key: K) -> V:
        return self._now()[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())


class _ByName(Mapping[str, Client]):
    """The clients of a register, by name, as it has them at each question."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def __getitem__(self, name: str) -> Client:
        client = self._register.find(name)
        if client is None:
            raise KeyError(name)
        return client

    def __iter__(self) -> Iterator[str]:
        return (client.id for client in self._register.all())

    def __len__(self) -> int:
        return len(self._register.all())


def clients_by_name(register: Register) -> Mapping[str, Client]:
    """Return the clients of ``register`` as a mapping that follows it."""
    return _ByName(register)
