"""Whom a client has asked about on one day, counted once among all replicas.

Members are truncated pseudonyms of the day (`gateway.guard.counts`), in a set that expires after midnight. One script
decides and notes: of two replicas that spend the last place at the same moment, one is refused.
"""

from collections.abc import Sequence
from typing import Final

from gateway.shared.server import SharedServer

SPEND: Final = """
local new, used = {}, redis.call('SCARD', KEYS[1])
for at = 3, #ARGV do
  if redis.call('SISMEMBER', KEYS[1], ARGV[at]) == 0 then new[#new + 1] = ARGV[at] end
end
if #new == 0 then return -1 end
if used + #new > tonumber(ARGV[1]) then return used end
for _, member in ipairs(new) do redis.call('SADD', KEYS[1], member) end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return -1
"""
"""KEYS: the account's set. ARGV: its budget, seconds until it expires, then distinct members, none of them noted twice.
Returns -1 when all of them fit (or were there), else how many are noted: then none of these is."""


class SharedCounts:
    """The accounts of all clients on ``server``, which knows the script `spend`."""

    def __init__(self, server: SharedServer) -> None:
        self._server = server

    async def spend(self, account: str, budget: int, expires_seconds: int, members: Sequence[str]) -> int | None:
        """Note ``members`` on ``account``; -1 when they fit its ``budget``, else its count; None: no server."""
        told = await self._server.run("spend", [f"credit:asked:{account}"], [budget, expires_seconds, *members])
        return None if told is None else int(told)
