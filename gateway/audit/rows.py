"""Reading rows of the ledger for the audit: whatever the store raises is one error, which quotes nothing."""

from collections.abc import Sequence
from typing import Any, Protocol

import sqlalchemy as sa

from gateway.errors import LedgerUnavailable


class Ledger(Protocol):
    """What the audit needs of the ledger."""

    async def rows(self, query: sa.Select[Any]) -> Sequence[Any]:
        """Return the rows that ``query`` selects."""
        ...


class Rows:
    """Reads from ``ledger``."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def __call__(self, query: sa.Select[Any]) -> Sequence[Any]:
        """Return the rows that ``query`` selects; raises `LedgerUnavailable`.

        # INVARIANT: what a driver says of a failure may quote the values of a filter, so it is not passed on.
        """
        try:
            return await self._ledger.rows(query)
        except Exception:  # noqa: BLE001  (a driver may raise anything)
            raise LedgerUnavailable("the ledger cannot be read", headers={"Retry-After": "1"}) from None
