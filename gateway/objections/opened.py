"""What objections take from the rest of the gateway: receipts and entries of the ledger, addresses of the moment."""

import logging
from collections.abc import Callable

import msgspec
import sqlalchemy as sa

from gateway.front import Loaded
from gateway.ledger import Entry, Ledger
from gateway.ledger.entry import Change, Shape
from gateway.ledger.tables import LEDGER_SHAPE
from gateway.objections.changes import Receipts
from gateway.objections.deliverer import Note, Outward
from gateway.objections.rules import endpoints_of, unset
from gateway.seal import Seal

_log = logging.getLogger("gateway.objections")


def outward(loaded: Callable[[], Loaded]) -> Callable[[], Outward]:
    """Return what tells the rules of the moment and the addresses that they lead to.

    Addresses are read once per reading of the configuration.
    """
    known: list[tuple[Loaded, Outward]] = []

    def now() -> Outward:
        current = loaded()
        if not known or known[0][0] is not current:
            configuration, environ = current.configuration, current.environ
            rules = configuration.objections
            for variable, department in unset(rules, environ):
                _log.warning("objections to %s wait in its queue: `%s` is not set", department, variable)
            outward = Outward(rules, endpoints_of(rules, environ), configuration.working_days)
            known[:] = [(current, outward)]
        return known[0][1]

    return now


def receipts(ledger: Ledger) -> Receipts:
    """Return what reads the entry of a receipt, and the shape of its answer, from ``ledger``."""

    async def read(receipt: str) -> tuple[Entry, Shape] | None:
        entry = await ledger.get(receipt)
        if entry is None:
            return None
        found = await ledger.rows(sa.select(LEDGER_SHAPE.c.shape).where(LEDGER_SHAPE.c.digest == entry.shape))
        return entry, msgspec.json.decode(found[0][0], type=Shape) if found else Shape({})

    return read


def notes(ledger: Ledger, seal: Callable[[], Seal]) -> Note:
    """Return what writes a change that the gateway made itself into ``ledger``, by the ``seal`` of the moment."""

    async def note(change: Change) -> None:
        await ledger.append(seal().change(change))

    return note
