"""Entries of requests that got no answer: refused, failed, or given up by the client when sources had been asked.

A refusal waits for its entry like an answer does. Refusals that are alike (the same client, operation and error) and
come while one of them is being written share the next entry, which counts them: a client that hammers at a closed door
costs one entry per commit, not one per request. What is refused before anybody looks who asks (no GraphQL request, or a
stranger over the limit) is counted by its code and written every `COUNTED_SECONDS`, without waiting; a crash loses at
most that count, of people of whom nothing is known.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from gateway.caller import Caller
from gateway.errors import LedgerUnavailable, RequestError
from gateway.http.response import error_body
from gateway.ledger import NOBODY, Entry, Ledger, new_receipt
from gateway.plan.document import Operation
from gateway.run import Run
from gateway.seal import Refused, Seal

COUNTED_SECONDS: Final = 10.0
CLIENT_GONE: Final = "CLIENT_GONE"
"""The code of an entry whose client hung up while its sources were being asked."""


@dataclass(slots=True)
class Attempt:
    """One request at the desk, as far as it has come.

    ``started`` is of the monotonic clock; ``client`` NOBODY until it is known; ``receipt`` the inquiry's, empty before
    there is one; ``sealed`` is set from the moment that the entry is handed to the ledger.
    """

    started: float
    client: str = NOBODY
    caller: Caller | None = None
    operation: Operation | None = None
    run: Run | None = None
    values: Sequence[Sequence[Any]] = ()
    receipt: str = ""
    sealed: bool = False


@dataclass(slots=True, eq=False)
class _Like:
    """Refusals that share an entry."""

    receipt: str
    written: asyncio.Future[None]
    entry: Callable[[int], Entry]
    count: int = 0


@dataclass(slots=True)
class Refusals:
    """Writes the entries of refused requests; one per ledger. ``finish`` before the ledger is closed."""

    ledger: Ledger
    _next: dict[str, _Like] = field(default_factory=dict, repr=False)
    _writing: set[str] = field(default_factory=set, repr=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set, repr=False)
    _counted: dict[str, int] = field(default_factory=dict, repr=False)
    _timer: asyncio.TimerHandle | None = field(default=None, repr=False)

    async def record(self, error: RequestError, attempt: Attempt, seal: Seal) -> None:
        """Return when the refusal by ``error`` is on disk, its receipt told in the error; raise LedgerUnavailable."""
        if isinstance(error, LedgerUnavailable) or attempt.sealed:
            return
        if attempt.run is not None:
            attempt.sealed = True
            error.receipt = seal.told(attempt.receipt)
            await self.ledger.append(seal.refusal(attempt.receipt, _refused(attempt, error)))
            return
        await self._share(error, attempt, seal)

    def gone(self, attempt: Attempt, seal: Seal) -> None:
        """Write, without anybody waiting, that sources were asked for a client that hung up."""
        if attempt.run is not None and attempt.run.calls and not attempt.sealed:
            attempt.sealed = True
            entry = seal.refusal(attempt.receipt, _refused(attempt, None))
            self._start(self._append(entry))

    def count(self, error: RequestError, seal: Seal) -> None:
        """Count a request that was refused before anybody looked who asks."""
        self._counted[error.code] = self._counted.get(error.code, 0) + 1
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(COUNTED_SECONDS, self._write_counted, seal)

    async def finish(self, seal: Seal) -> None:
        """Return when nothing waits to be written any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._write_counted(seal)
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _share(self, error: RequestError, attempt: Attempt, seal: Seal) -> None:
        kind = _kind(error, attempt)
        like = self._next.get(kind)
        if like is None:
            receipt = new_receipt()
            error.receipt = seal.told(receipt)
            refused = _refused(attempt, error)
            made = asyncio.get_running_loop().create_future()
            like = _Like(receipt, made, lambda count: seal.refusal(receipt, refused, count))
            self._next[kind] = like
            if kind not in self._writing:
                self._writing.add(kind)
                self._start(self._write(kind))
        like.count += 1
        error.receipt = seal.told(like.receipt)
        await asyncio.shield(like.written)

    async def _write(self, kind: str) -> None:
        """Write what has gathered of one ``kind``, until nothing has."""
        try:
            while (like := self._next.pop(kind, None)) is not None:
                try:
                    await self.ledger.append(like.entry(like.count))
                except LedgerUnavailable as error:
                    like.written.set_exception(error)
                    like.written.exception()  # whoever waits has it; all of them may have gone
                else:
                    like.written.set_result(None)
        finally:
            self._writing.discard(kind)

    def _write_counted(self, seal: Seal) -> None:
        self._timer = None
        counted, self._counted = self._counted, {}
        for code, count in counted.items():
            self._start(self._append(seal.refusal(new_receipt(), Refused(NOBODY, code), count)))

    async def _append(self, entry: Entry) -> None:
        try:
            await self.ledger.append(entry)
        except LedgerUnavailable:
            return  # the ledger has logged it; nobody waits for an answer

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _refused(attempt: Attempt, error: RequestError | None) -> Refused:
    return Refused(
        client=attempt.client,
        code=CLIENT_GONE if error is None else error.code,
        failed=error is None or error.status >= 500,
        body=b"" if error is None else error_body(error),
        caller=attempt.caller,
        operation=attempt.operation,
        run=attempt.run,
        values=attempt.values,
        started=attempt.started,
    )


def _kind(error: RequestError, attempt: Attempt) -> str:
    """Return what refusals that are alike have in common: all that their entries and bodies tell."""
    caller, operation = attempt.caller, attempt.operation
    about = (caller.purpose, caller.case or "") if caller is not None else ()
    parts = (attempt.client, *about, operation.sha256 if operation is not None else "")
    return sha256("\x1f".join(parts).encode("utf-8", "surrogatepass") + error_body(error)).hexdigest()
