"""Entries for the tests of the ledger; run as a module, what appends to the ledger at a URL until it is killed."""

import asyncio
import os
import sys
from typing import Any

import msgspec

from connectors.clock import now_text
from gateway.ledger import Denial, Entry, Ledger, Pseudonym, SourceUse, new_receipt

USE = SourceUse(
    entity="AdministrativePenalty",
    fields=("decided_on", "facts"),
    calls=1,
    statuses={"ANSWERED": 1},
    digest=Pseudonym(f"01234567:{'d' * 64}"),
)


def entry(**changes: Any) -> Entry:
    """Return a new entry of a bank's question, as ``changes`` say otherwise."""
    made = Entry(
        receipt=new_receipt(),
        at=now_text(),
        client="bank",
        department=None,
        purpose="BANK_CREDIT",
        case="合同2026-1",
        consent=None,
        operation_hash="a" * 64,
        operation_name="Report",
        subjects=(Pseudonym(f"01234567:{'b' * 64}"),),
        sources={"fire_penalties": (USE,)},
        denied=(Denial(field="AdministrativePenalty.person_id_no", reason="SCOPE_MISSING"),),
        outcome="PARTIAL",
        policy_version="c" * 16,
        catalogue_version="e" * 16,
        response_digest="f" * 64,
        elapsed_ms=12,
    )
    return msgspec.structs.replace(made, **changes)


async def append_for_ever(url: str, at_once: int) -> None:
    """Append entries, ``at_once`` at a time; write each receipt to standard output when its entry is durable."""
    ledger = await Ledger.open(url)
    _say(os.getpid())

    async def worker() -> None:
        while True:
            made = entry()
            await ledger.append(made)
            _say(made.receipt)

    await asyncio.gather(*(worker() for _ in range(at_once)))


def run_rounds(url: str, rounds: list[int]) -> None:
    """Append in one child process after the other, each ended from outside; a child says its id first."""
    for at_once in rounds:
        child = os.fork()
        if child == 0:
            asyncio.run(append_for_ever(url, at_once))
        os.waitpid(child, 0)
        _say("end")


def run_crowds(url: str, rounds: int, crowd: int, at_once: int) -> None:
    """Append in ``crowd`` child processes at once, ``rounds`` times; each says its id, and is ended from outside."""
    for _ in range(rounds):
        children = []
        for _ in range(crowd):
            child = os.fork()
            if child == 0:
                asyncio.run(append_for_ever(url, at_once))
            children.append(child)
        for child in children:
            os.waitpid(child, 0)
        _say("end")


def _say(text: object) -> None:
    os.write(1, f"{text}\n".encode())  # one write: a killed process leaves no half line


if __name__ == "__main__":
    if sys.argv[2] == "crowds":
        run_crowds(sys.argv[1], *(int(text) for text in sys.argv[3:]))
    else:
        run_rounds(sys.argv[1], [int(text) for text in sys.argv[2:]])
