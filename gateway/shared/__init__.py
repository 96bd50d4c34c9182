"""What replicas of the gateway share through Redis or Valkey; optional everywhere, and short of it each keeps its own.

server   the connection, and what happens when it is away
paces    how often a source may be asked
proofs   which proofs of possession were seen
counts   whom a client has asked about today
budgets  how many requests, and of what cost, a client has made in its window
places   how many subscriptions a client has open, and how many subjects these watch
"""

from typing import Final

from gateway.shared.budgets import TAKE, SharedBudgets
from gateway.shared.counts import SPEND, SharedCounts
from gateway.shared.paces import RESERVE, SharedPaces
from gateway.shared.places import FREE, HOLD, KEEP, SharedPlaces
from gateway.shared.proofs import REMEMBER, SharedProofs
from gateway.shared.server import REDIS_URL_ENV, SharedServer

SCRIPTS: Final = {
    "reserve": RESERVE,
    "remember": REMEMBER,
    "spend": SPEND,
    "take": TAKE,
    "hold": HOLD,
    "keep": KEEP,
    "free": FREE,
}
"""Every script that runs on the server, by name."""

__all__ = [
    "REDIS_URL_ENV",
    "SCRIPTS",
    "SharedBudgets",
    "SharedCounts",
    "SharedPaces",
    "SharedPlaces",
    "SharedProofs",
    "SharedServer",
]
