"""What each client has taken of its budgets: requests and cost per window, and the headers that tell what is left.

A window opens with a client's first request and is `window_seconds` long; what is refused is not counted. Replicas
count together on the shared server (`gateway.shared.budgets`), by its clock. While it is away each counts alone, from
nothing: N replicas then allow up to N times a budget, which is preferred to answering nobody for want of Redis.

Headers: draft-ietf-httpapi-ratelimit-headers-10, `RateLimit-Policy` and `RateLimit` as structured fields (RFC 9651).
Clocks are arguments; only names of clients and counts are kept.
"""

from collections.abc import Callable, Mapping
from copy import copy
from functools import lru_cache
from time import monotonic
from typing import Final, NamedTuple, Protocol

from gateway.errors import RateLimited
from gateway.limits.spec import Allowance, ClientDefaults, ClientLimits, allowance

AGAIN_AFTER_SECONDS: Final = 1.0
"""How long a server that did not answer is left alone: waiting for it in every request would slow all of them."""


class Counted(NamedTuple):
    """Whether a request fits, and the window after it: what was taken so far, and the seconds that are left of it."""

    fits: bool
    requests: int
    cost: int
    left_seconds: float


class Shared(Protocol):
    """Counts that all replicas share (`gateway.shared.SharedBudgets`)."""

    async def take(
        self, client: str, taken: tuple[int, int], quotas: tuple[int, int], window_seconds: int
    ) -> tuple[bool, int, int, float] | None:
        """Count requests and cost if they fit; return the same as `Counted`, None when the server is away."""
        ...


class Limited(Protocol):
    """A registered client, as far as it is limited."""

    @property
    def limits(self) -> ClientLimits:
        """Return the limits of its own."""
        ...


class OwnCounts:
    """The counts of this replica alone; as many as there are clients."""

    def __init__(self) -> None:
        self._windows: dict[str, tuple[float, int, int]] = {}

    def take(
        self, client: str, taken: tuple[int, int], quotas: tuple[int, int], window_seconds: int, now: float
    ) -> Counted:
        """Count ``taken`` requests and cost at ``now`` (seconds) if both fit their ``quotas``."""
        until, requests, cost = self._windows.get(client, (now, 0, 0))
        if until <= now:
            until, requests, cost = now + window_seconds, 0, 0
        after = (requests + taken[0], cost + taken[1])
        if after[0] > quotas[0] or after[1] > quotas[1]:
            return Counted(False, requests, cost, until - now)
        self._windows[client] = (until, *after)
        return Counted(True, *after, until - now)


class Budgets:
    """The budgets of all ``clients``; those that say nothing have the ``defaults``."""

    def __init__(
        self,
        clients: Mapping[str, Limited],
        defaults: ClientDefaults | None = None,
        *,
        production: bool = False,
        shared: Shared | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._clients = clients
        self._defaults = defaults or ClientDefaults()
        self._production = production
        self._shared = shared
        self._own = OwnCounts()
        self._clock = clock
        self._away_until = 0.0

    def knowing(self, clients: Mapping[str, Limited]) -> "Budgets":
        """Return budgets with the same defaults and counts for other ``clients``."""
        other = copy(self)
        other._clients = clients  # noqa: SLF001 (a copy of our own)
        return other

    def account(self, client: str) -> "Account":
        """Return the account of one request of a registered ``client``; nothing is counted yet."""
        own = self._clients[client].limits
        return Account(self, client, allowance(own, self._defaults, production=self._production))

    async def count(self, client: str, taken: tuple[int, int], allowed: Allowance) -> Counted:
        """Count requests and cost together with the other replicas, alone when the server is away."""
        quotas, now = (allowed.requests, allowed.cost), self._clock()
        if self._shared is not None and now >= self._away_until:
            counted = await self._shared.take(client, taken, quotas, allowed.window_seconds)
            if counted is not None:
                return Counted(*counted)
            self._away_until = self._clock() + AGAIN_AFTER_SECONDS
        return self._own.take(client, taken, quotas, allowed.window_seconds, now)


class Account:
    """One request and the budgets of its client."""

    def __init__(self, budgets: Budgets, client: str, allowed: Allowance) -> None:
        self._budgets = budgets
        self._client = client
        self.allowed = allowed
        self._counted: Counted | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Return what tells the client's budgets after what was counted last; nothing before."""
        return {} if self._counted is None else _headers(self._counted, self.allowed)

    async def request(self) -> None:
        """Count this request; raises `RateLimited`."""
        await self._take(1, 0)

    async def pay(self, cost: int) -> None:
        """Count what the request will cost; raises `RateLimited` when the window's budget does not hold it."""
        if cost > 0:
            await self._take(0, cost)

    async def _take(self, requests: int, cost: int) -> None:
        counted = await self._budgets.count(self._client, (requests, cost), self.allowed)
        self._counted = counted
        if not counted.fits:
            raise _limited("requests" if requests else "cost", counted, self.allowed)


def _headers(counted: Counted, allowed: Allowance) -> dict[str, str]:
    requests, cost = max(allowed.requests - counted.requests, 0), max(allowed.cost - counted.cost, 0)
    reset = whole_seconds(counted.left_seconds)
    return {
        "RateLimit-Policy": _policy(allowed),
        "RateLimit": f'"requests";r={requests};t={reset}, "cost";r={cost};t={reset}',
    }


@lru_cache
def _policy(allowed: Allowance) -> str:
    window = allowed.window_seconds
    return f'"requests";q={allowed.requests};w={window}, "cost";q={allowed.cost};w={window}'


def _limited(budget: str, counted: Counted, allowed: Allowance) -> RateLimited:
    seconds = whole_seconds(counted.left_seconds)
    quota = allowed.requests if budget == "requests" else allowed.cost
    message = f"the client's budget of {quota} {budget} in {allowed.window_seconds} seconds does not hold this request"
    extensions = {"budget": budget, "allowed": quota, "retryAfterSeconds": seconds}
    return RateLimited(message, headers={"Retry-After": str(seconds)}, extensions=extensions)


def whole_seconds(seconds: float) -> int:
    """Return ``seconds`` rounded up, at least 1: who comes back then does not come too early."""
    return max(-int(-seconds // 1), 1)
