"""What each client has taken of its budgets, counted together by all replicas.

One hash per client and window, `requests` and `cost`, that the server forgets when the window ends: its clock counts.
The key holds the client's name and nothing else.
"""

from typing import Final

from gateway.shared.server import SharedServer

TAKE: Final = """
local taken = redis.call('HMGET', KEYS[1], 'requests', 'cost')
local requests, cost = tonumber(taken[1] or 0), tonumber(taken[2] or 0)
local left = redis.call('PTTL', KEYS[1])
local opens = left < 0
if opens then requests, cost, left = 0, 0, tonumber(ARGV[5]) end
local after_requests, after_cost = requests + tonumber(ARGV[1]), cost + tonumber(ARGV[2])
if after_requests > tonumber(ARGV[3]) or after_cost > tonumber(ARGV[4]) then return {0, requests, cost, left} end
redis.call('HSET', KEYS[1], 'requests', after_requests, 'cost', after_cost)
if opens then redis.call('PEXPIRE', KEYS[1], left) end
return {1, after_requests, after_cost, left}
"""
"""KEYS: the client's. ARGV: requests and cost to take, their quotas, the window in milliseconds. Returns whether they
fit (then they are counted), what is taken after that, and the milliseconds that are left of the window."""


class SharedBudgets:
    """The counts of all clients on ``server``, which knows the script `take`."""

    def __init__(self, server: SharedServer) -> None:
        self._server = server

    async def take(
        self, client: str, taken: tuple[int, int], quotas: tuple[int, int], window_seconds: int
    ) -> tuple[bool, int, int, float] | None:
        """Count ``taken`` requests and cost if both fit their ``quotas``.

        Returns whether they fit, the requests and the cost of the window after that, and the seconds that are left of
        it; None when the server is away.
        """
        arguments = [*taken, *quotas, window_seconds * 1_000]
        told = await self._server.run("take", [f"credit:budget:{client}"], arguments)
        if told is None:
            return None
        fits, requests, cost, left = (int(each) for each in told)
        return fits == 1, requests, cost, left / 1_000
