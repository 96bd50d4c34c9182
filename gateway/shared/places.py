"""Places that clients hold at once, counted together by all replicas: open subscriptions, and whom they watch.

One sorted set per client and kind: a member `<random id>:<amount>` per place, its score the time at which it lapses
unless its replica says that it is held still; so a replica that was killed holds nothing for long. The server's clock
counts. The key holds the client's name and nothing else.
"""

from collections.abc import Sequence
from typing import Final

from gateway.shared.server import SharedServer

HOLD: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local held = 0
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  held = held + tonumber(string.match(member, ':(%d+)$'))
end
if held + tonumber(ARGV[2]) > tonumber(ARGV[3]) then return {0, held} end
redis.call('ZADD', KEYS[1], now + ARGV[4], ARGV[1] .. ':' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {1, held + ARGV[2]}
"""
"""KEYS: the client's. ARGV: the id of the place, its amount, the most of all together, milliseconds until it lapses.
Returns whether it fits (then it is held), and what is held after that."""
KEEP: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for at = 2, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[at]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
"""
"""KEYS: the client's. ARGV: milliseconds until they lapse, then the places that are held still. One that is not there,
since the server forgot it or was away when it was taken, is there from now on."""
FREE: Final = "return redis.call('ZREM', KEYS[1], ARGV[1])"
"""KEYS: the client's. ARGV: the place that is let go of."""


class SharedPlaces:
    """The places of one ``kind`` on ``server``, which knows the scripts `hold`, `keep` and `free`."""

    def __init__(self, server: SharedServer, kind: str) -> None:
        self._server = server
        self._kind = kind

    async def hold(self, client: str, id_: str, amount: int, most: int, seconds: float) -> tuple[bool, int] | None:
        """Hold the place ``id_`` for ``seconds`` if ``amount`` fits into ``most``; the sum after that. None: away."""
        told = await self._server.run("hold", [self._key(client)], [id_, amount, most, round(seconds * 1_000)])
        return None if told is None else (int(told[0]) == 1, int(told[1]))

    async def keep(self, client: str, places: Sequence[tuple[str, int]], seconds: float) -> None:
        """Hold ``places`` (id and amount) for ``seconds`` from now on; nothing happens when the server is away."""
        members = [f"{id_}:{amount}" for id_, amount in places]
        await self._server.run("keep", [self._key(client)], [round(seconds * 1_000), *members])

    async def free(self, client: str, id_: str, amount: int) -> None:
        """Let go of a place; it lapses by itself when the server is away."""
        await self._server.run("free", [self._key(client)], [f"{id_}:{amount}"])

    def _key(self, client: str) -> str:
        return f"credit:held:{self._kind}:{client}"
