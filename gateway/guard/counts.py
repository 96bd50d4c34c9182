"""Who was asked about today, per client and purpose: sets of pseudonyms that are good for one day.

Kept in this process, and among replicas on the shared server where there is one. The server decides; what it admitted
is remembered here, so that asking again about the same subject asks nobody. While it is away this process counts alone,
from what it admitted itself; without it every process has the whole budget, and begins anew when it is started.

# INVARIANT: no identifier is kept, here or there: a member is a truncated HMAC over the day, the scheme and the value.
Memory is bounded by the budgets: an account never holds more members than its budget, and two days are kept at most
(requests that began before midnight end after it).
"""

from collections.abc import Iterable
from typing import Final, NamedTuple, Protocol

from gateway.guard.model import Counted
from gateway.ledger import Secret, pseudonym

_HEX_DIGITS: Final = 24
_DAYS: Final = 2
_MARGIN_SECONDS: Final = 3_600
"""How long the shared set of a day outlives it."""


class Account(NamedTuple):
    """Whose budget is spent; ``day`` is one of China, as `2026-11-26`."""

    counted: Counted
    client: str
    purpose: str
    day: str

    @property
    def name(self) -> str:
        """The account among all replicas."""
        return ":".join(self)


class Among(Protocol):
    """Counts among replicas (`gateway.shared.SharedCounts`)."""

    async def spend(self, account: str, budget: int, expires_seconds: int, members: list[str]) -> int | None:
        """Note ``members``; return -1 when they fit, else the count of the account; None when it cannot be told."""
        ...


def member_of(secret: Secret, day: str, scheme: str, value: str) -> str:
    """Return what stands for an identifier on one ``day``: on another it is another, and so in the ledger."""
    return pseudonym(secret, f"asked {day} {scheme}", value).partition(":")[2][:_HEX_DIGITS]


class Counts:
    """The accounts of all clients; for one event loop."""

    def __init__(self, shared: Among | None = None) -> None:
        self._shared = shared
        self._days: dict[str, dict[Account, set[str]]] = {}

    def new_of(self, account: Account, members: Iterable[str]) -> list[str]:
        """Return those of ``members``, each once, that this process has not noted on ``account``."""
        known = self._known(account)
        return list(dict.fromkeys(each for each in members if each not in known))

    async def spend(self, account: Account, budget: int, new: list[str], day_ends_in: int) -> int | None:
        """Note the members ``new`` on ``account``: all of them, or none.

        Returns None when they fit its ``budget``, else how many it holds. ``day_ends_in`` are seconds.
        """
        known = self._known(account)
        if len(known) + len(new) > budget:  # what this process admitted is a part of what all did
            return len(known)
        if self._shared is not None:
            told = await self._shared.spend(account.name, budget, day_ends_in + _MARGIN_SECONDS, new)
            if told is not None and told >= 0:
                return told
            if told is None and len(known.union(new)) > budget:  # others may have spent while the server was asked
                return len(known)
        known.update(new)
        return None

    def _known(self, account: Account) -> set[str]:
        accounts = self._days.get(account.day)
        if accounts is None:
            accounts = self._days[account.day] = {}
            while len(self._days) > _DAYS:
                del self._days[min(self._days)]
        return accounts.setdefault(account, set())
