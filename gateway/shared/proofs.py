"""Proofs of possession that some replica has seen (RFC 9449 §11.1): a proof counts once among all of them.

Keys hold hashes only. When the server is away each replica remembers alone: within a proof's minute it could then be
used once at each.
"""

import math
from typing import Final

from gateway.shared.server import SharedServer

REMEMBER: Final = """
if redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then return 1 end
return 0
"""
"""KEYS: the hash of the proof. ARGV: how long to remember it, in milliseconds. Returns 1 the first time, 0 later."""


class SharedProofs:
    """The proofs seen by all replicas, on ``server``, which knows the script `remember`."""

    def __init__(self, server: SharedServer) -> None:
        self._server = server

    async def first(self, name: str, seconds: float) -> bool:
        """Remember the hash ``name`` for ``seconds``; return whether no replica had, True when the server is away."""
        answer = await self._server.run("remember", [f"credit:proof:{name}"], [math.ceil(seconds * 1000)])
        return answer is None or int(answer) == 1
