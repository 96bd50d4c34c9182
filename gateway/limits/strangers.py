"""Failures to identify, counted by address: a storm of them is answered briefly, and nobody else is hurt by it.

# INVARIANT: a good token is always taken, whatever comes from its address: behind one proxy stand all clients, so that
a stranger could otherwise lock them out. What is limited is how often an address is told what is wrong with its tokens.

Addresses stay in memory, at most `CAPACITY` of them, and are never logged. Of IPv6 the network of 64 bits counts: one
subscriber has all of its addresses. Clocks are arguments.
"""

from collections import OrderedDict
from ipaddress import IPv6Address, ip_address
from typing import Final

from gateway.errors import RateLimited
from gateway.limits.budgets import whole_seconds

CAPACITY: Final = 4_096


class Strangers:
    """Counts the failures of each address, at most ``max_failures`` in ``window_seconds``."""

    def __init__(self, max_failures: int = 600, window_seconds: int = 60) -> None:
        self._max_failures = max_failures
        self._window_seconds = window_seconds
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    @property
    def remembered(self) -> int:
        """Return how many addresses are remembered."""
        return len(self._windows)

    def failed(self, address: str, now: float) -> RateLimited | None:
        """Count a failure of ``address`` at ``now`` (seconds); return what to say instead of it when it is too many."""
        network = _network(address)
        until, count = self._windows.get(network, (now, 0))
        if until <= now:
            until, count = now + self._window_seconds, 0
        self._windows[network] = (until, count + 1)
        self._windows.move_to_end(network)
        if len(self._windows) > CAPACITY:
            self._windows.popitem(last=False)
        return self._refusal(until - now) if count >= self._max_failures else None

    def refusal(self, address: str, now: float) -> RateLimited | None:
        """Return what to say to a request without any token at ``now``, when its address has failed too often."""
        until, count = self._windows.get(_network(address), (now, 0))
        return self._refusal(until - now) if count >= self._max_failures and until > now else None

    def _refusal(self, left_seconds: float) -> RateLimited:
        message = "too many requests without a good access token came from this address"
        return RateLimited(message, headers={"Retry-After": str(whole_seconds(left_seconds))})


def _network(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(IPv6Address(int(found) >> 64 << 64))
    return str(found)
