"""The outcome of a screening elsewhere fetched, written beside the portfolio, and verified before it gets its name.

# INVARIANT: what is written under the name that was asked for was read again, row by row, and led to the root that the
gateway has signed, for the portfolio, the rules, the day and the columns that were asked for.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from gateway.cli.remote import Remote
from gateway.cli.remote_events import Patience
from gateway.errors import BadQuery
from gateway.proof.merkle import ProofError
from gateway.proof.note import NoteError, VerifierKey, vkeys
from gateway.screening.documents import ROWS
from gateway.screening.files import Block, FileRefused, Format, open_writer
from gateway.screening.manifest import Manifest
from gateway.screening.model import VERDICTS
from gateway.screening.portfolio import Portfolio, private_file
from gateway.screening.proof import read_signed, verify_file
from gateway.screening.screening import SignedManifest
from gateway.storage.files import PRIVATE, rewrite

PAGE_ROWS: Final = 1_000
T = TypeVar("T")

Stage = Callable[[str, int, int], AbstractContextManager[Callable[[int], None]]]
"""Shows one stage by its title, of so many rows, of which some are done; what it gives is told how many are now."""


class Standing(msgspec.Struct, frozen=True, rename="camel"):
    """What the gateway says of a screening."""

    id: str
    state: str
    rules: str
    purpose: str
    as_of: str
    row_count: int
    received: int
    slice_rows: int
    failure: str | None = None
    manifest: str | None = None


class Row(msgspec.Struct, frozen=True, rename="camel"):
    """What came of one row."""

    row: int
    cells: list[str]
    verdict: str | None
    fault: str | None
    ask_again_after: str | None


class _Rows(msgspec.Struct, frozen=True):
    rows: list[Row]


class Unverified(BadQuery):
    """What the gateway sent is not what it signed, or not what was asked: nothing is written."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """What is to be screened how; ``given`` is what rules read besides, ``keys`` are believed if there are any.

    ``resume`` names a screening that was announced from elsewhere; ``about`` is what else tells one order from others.
    """

    portfolio: Portfolio
    out: Path
    manifest: Path
    rules: str
    as_of: str | None
    given: Mapping[str, Any]
    wait: bool
    resume: str | None
    keys: tuple[VerifierKey, ...]
    format: Format
    delimiter: str | None
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A screening that was fetched, written and verified; ``waiting`` rows may be settled by asking after ``again``."""

    standing: Standing
    manifest: Manifest
    waiting: int
    again: str | None


@dataclass(frozen=True, slots=True)
class Fetching:
    """Fetches from ``gateway``; ``stage`` shows how far it is."""

    gateway: Remote
    stage: Stage
    patience: Patience

    async def fetch(self, order: Ordered, standing: Standing, sent: str) -> Fetched:
        """Write what came of the rows, verify it, and put it in its place."""
        signed = read_manifest(standing)
        keys = order.keys or await self._keys()
        draft = private_file(order.out)
        try:
            written = await self._write(order, standing, draft)
            manifest = await asyncio.to_thread(verify, order, standing, signed, keys, draft, sent, written.counts)
            text = msgspec.json.format(msgspec.json.encode(signed)).decode() + "\n"
            rewrite(order.manifest, text, PRIVATE)
            draft.replace(order.out)
        finally:
            draft.unlink(missing_ok=True)
        return Fetched(standing, manifest, written.waiting, written.again)

    async def _write(self, order: Ordered, standing: Standing, draft: Path) -> "Written":
        """Write the portfolio with what came of its rows to ``draft``."""
        portfolio, written = order.portfolio, Written()
        settings = portfolio.settings
        writer = open_writer(draft, portfolio.reader, settings.key, settings.added, order.format)
        try:
            with self.stage("取回 fetching", standing.row_count, 0) as done:
                async for block in blocks_of(portfolio, PAGE_ROWS):
                    rows = await self._page(standing.id, block)
                    if any(len(row.cells) != len(settings.columns) for row in rows):
                        raise Unverified("the gateway told other columns than were asked for: nothing is written")
                    masked = [row.fault == "PERSONAL_NUMBER" for row in rows]
                    await asyncio.to_thread(writer.write, block, [row.cells for row in rows], masked)
                    written.count(rows)
                    done(block.first - 1 + len(rows))
        finally:
            await asyncio.to_thread(writer.close)
        return written

    async def _page(self, job: str, block: Block) -> list[Row]:
        """Return what came of the rows of ``block``."""
        variables = {"id": job, "after": block.first - 1}
        data = await self.patience.ask(lambda: self.gateway.query(ROWS, variables))
        rows = read_as(data.get("screening"), _Rows).rows
        if [row.row for row in rows] != [record.number for record in block.records]:
            raise Unverified("the gateway told other rows than the file has: nothing is written")
        return rows

    async def _keys(self) -> tuple[VerifierKey, ...]:
        """Return the public keys as the gateway itself tells them."""
        reply = await self.patience.ask(lambda: self.gateway.send("GET", "/ledger/keys", most=1 << 16))
        try:
            return vkeys(reply.body.decode())
        except (NoteError, UnicodeDecodeError):
            raise Unverified("the gateway tells no keys that can be read: name one by --gateway-key") from None


@dataclass(slots=True)
class Written:
    """What was counted while rows were written."""

    counts: Counter[str] = field(default_factory=Counter)
    waiting: int = 0
    again: str | None = None

    def count(self, rows: list[Row]) -> None:
        """Take rows that were written."""
        for row in rows:
            self.counts[row.verdict or "INVALID"] += 1
            if row.ask_again_after is not None:
                self.waiting += 1
                self.again = max(self.again or "", row.ask_again_after)


def read_manifest(standing: Standing) -> SignedManifest:
    """Return the signed manifest of a finished screening; raises `Unverified`."""
    try:
        return read_signed((standing.manifest or "").encode())
    except NoteError as error:
        raise Unverified(f"the manifest that the gateway sent cannot be taken: {error}") from None


def verify(
    order: Ordered,
    standing: Standing,
    signed: SignedManifest,
    keys: tuple[VerifierKey, ...],
    draft: Path,
    sent: str,
    counts: Mapping[str, int],
) -> Manifest:
    """Return the manifest, which is signed by one of ``keys``, of what was asked, and of the rows in ``draft``.

    Raises `Unverified`.
    """
    settings = order.portfolio.settings
    try:
        manifest = verify_file(signed, draft, keys, None, order.format, order.delimiter).manifest
    except (NoteError, ProofError, FileRefused) as error:
        raise Unverified(f"what the gateway sent does not verify, nothing is written: {error}") from None
    for what, same in (
        ("another screening", manifest.job == standing.id),
        ("another portfolio", manifest.input == sent and manifest.rows == order.portfolio.rows),
        ("another rule set", manifest.rules == standing.rules and manifest.rules.startswith(f"{order.rules} ")),
        ("another day", manifest.as_of == (order.as_of or standing.as_of)),
        ("other columns", (manifest.key, list(manifest.columns)) == (settings.key, settings.added)),
        ("other counts", dict(manifest.counts) == {each: counts.get(each, 0) for each in VERDICTS}),
    ):
        if not same:
            raise Unverified(f"the manifest that the gateway signed is of {what}: nothing is written")
    return manifest


async def blocks_of(portfolio: Portfolio, size: int) -> AsyncIterator[Block]:
    """Yield the rows of the portfolio, read in a thread."""
    blocks = portfolio.reader.blocks([portfolio.settings.key], size)
    while (block := await asyncio.to_thread(next, blocks, None)) is not None:
        yield block


def read_as(told: Any, kind: type[T]) -> T:
    """Return ``told`` as the gateway should tell it; raises `BadQuery`."""
    try:
        return msgspec.convert(told, kind)
    except msgspec.ValidationError:
        raise BadQuery("what the gateway sent cannot be read: is it of this version?") from None
