"""Logs for the tests of the ledger: their keys, a log to damage, and what `verify` says of one."""

import asyncio
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from gateway.ledger import Charter, Entry, Keys, Ledger, Pseudonym
from gateway.ledger.entry import Shape, encode_shape, shape_digest
from gateway.ledger.store import open_store
from gateway.ledger.verify import Claim, Report, verify_ledger
from gateway.proof.note import SigningKey
from tests.gateway.entries import entry

ORIGIN = "credit.city.example/ledger"
KEY = SigningKey(ORIGIN, b"\x01" * 32)
KEYS = Keys(KEY, (KEY.verifier,))
CHARTER = Charter(ORIGIN, keys=KEYS)
SHAPE = encode_shape(Shape({"subject.penalties.items.amount": "AdministrativePenalty.amount"}))


def made(number: int) -> Entry:
    """Return an entry with a subject of its own and a shape."""
    return entry(
        client=f"client-{number % 3}", subjects=(Pseudonym(f"01234567:{number:064x}"),), shape=shape_digest(SHAPE)
    )


async def write_log(url: str, count: int = 600, charter: Charter = CHARTER, keep_at: tuple[int, ...] = (300,)) -> None:
    """Write a log of ``count`` entries, with a stored checkpoint over as many as ``keep_at`` says."""
    ledger = await Ledger.open(url, charter)
    marks = sorted({0, *keep_at, count})
    for first, last in pairwise(marks):
        await asyncio.gather(*(ledger.append(made(number), SHAPE) for number in range(first, last)))
        if last in keep_at:
            await ledger.keep_checkpoint()
    await ledger.close()


def verified(url: str, *claims: Claim, keys: Keys = KEYS) -> Report:
    """Return what verifying the log at ``url`` tells; not to be called where an event loop runs."""
    with closing(open_store(url)) as store:
        return verify_ledger(store, keys.known, claims)


async def verified_aside(url: str, *claims: Claim, keys: Keys = KEYS) -> Report:
    """Return what verifying the log at ``url`` tells."""
    return await asyncio.to_thread(verified, url, *claims, keys=keys)


def sqlite_url(path: Path) -> str:
    """Return the URL of a file."""
    return f"sqlite:///{path}"
