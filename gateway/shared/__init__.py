"""What replicas of the gateway share through Redis or Valkey; optional everywhere, and short of it each keeps its own.

server   the connection, and what happens when it is away
paces    how often a source may be asked
proofs   which proofs of possession were seen
counts   what each client has taken of its budgets
"""

from typing import Final

from gateway.shared.counts import TAKE, SharedCounts
from gateway.shared.paces import RESERVE, SharedPaces
from gateway.shared.proofs import REMEMBER, SharedProofs
from gateway.shared.server import REDIS_URL_ENV, SharedServer

SCRIPTS: Final = {"reserve": RESERVE, "remember": REMEMBER, "take": TAKE}
"""Every script that runs on the server, by name."""

__all__ = ["REDIS_URL_ENV", "SCRIPTS", "SharedCounts", "SharedPaces", "SharedProofs", "SharedServer"]
