"""The roots `receipt`, `replay`, `checkpoint` and `consistency`: answered from the ledger alone, no source is asked."""

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from gateway.anchors import Stamped
from gateway.anchors.receipts import receipt_timestamps
from gateway.checks.replay import CheckReplay
from gateway.errors import BadQuery, ReceiptUnknown
from gateway.ledger import Entry, Proven, is_receipt
from gateway.ledger.entry import decode_entry
from gateway.own import Own, Told, Untold
from gateway.plan.asks import Rights
from gateway.plan.document import redact
from gateway.proof.bundle import BundleError, read_bundle
from gateway.proof.finding import Verdict
from gateway.proof.merkle import ProofError
from gateway.proof.note import VerifierKey
from gateway.proof.verify import read_entry
from gateway.receipts.link import receipt_link
from gateway.receipts.replay import InForce, replayed
from gateway.receipts.rights import Pseudonyms, may_read
from gateway.receipts.shown import ShownCheckpoint, ShownConsistency, ShownReceipt, ShownTimestamp

UNKNOWN: Final = ReceiptUnknown.code


class Log(Protocol):
    """What is needed of the ledger."""

    @property
    def keys(self) -> Sequence[str]:
        """The public keys of the log."""
        ...

    async def proven(self, receipt: str) -> Proven | None:
        """Return the entry of a receipt, proven."""
        ...

    async def checkpoint(self) -> str:
        """Return the signed checkpoint of the moment."""
        ...

    async def consistency(self, old_size: int, new_size: int) -> tuple[bytes, ...]:
        """Return the proof from one size to another."""
        ...


@dataclass(frozen=True, slots=True)
class Receipts:
    """What the roots need; ``rules_version`` and ``public_url`` are those of the configuration of the moment.

    ``stamps`` returns the timestamps that are kept over a checkpoint; ``judging`` judges the checks of an answer again,
    from its text and the day.
    """

    log: Log
    stamps: Callable[[str], Awaitable[Sequence[Stamped]]]
    pseudonyms: Pseudonyms
    rules_version: Callable[[], str]
    public_url: Callable[[], str]
    judging: Callable[[str, str], Sequence[CheckReplay]]

    @property
    def roots(self) -> Mapping[str, Own]:
        """Each root by its kind."""
        return {
            "receipt": self.receipt,
            "replay": self.replay,
            "checkpoint": self.checkpoint,
            "consistency": self.consistency,
        }

    async def receipt(self, rights: Rights, arguments: Mapping[str, Any], today: str) -> Told | Untold:
        """Return the receipt; one that is not there and one that the caller may not read look the same."""
        found = await self._readable(rights, arguments["id"])
        if found is None:
            return Untold({"code": UNKNOWN, "field": "Query.receipt"})
        sealed, proven = found
        stamps = [ShownTimestamp(**each) for each in receipt_timestamps(await self.stamps(proven.checkpoint))]
        return Told([ShownReceipt(sealed, proven, receipt_link(self.public_url(), sealed.receipt), stamps)])

    async def replay(self, rights: Rights, arguments: Mapping[str, Any], today: str) -> Told | Untold:
        """Return what becomes of the bundle; raises `BadQuery` for what is none."""
        try:
            bundle = await asyncio.to_thread(read_bundle, arguments["bundle"])
        except BundleError as error:
            raise BadQuery(f"`bundle` of `replay` cannot be read: {redact(str(error))}") from None
        told = read_entry(bundle.receipt.entry)
        sealed, proven = (await self._readable(rights, told.receipt) if told is not None else None) or (None, None)
        keys = [VerifierKey.parse(each) for each in self.log.keys]
        now = InForce(self.rules_version(), rights.catalogue.version, rights.catalogue.mappings)
        ours = proven.entry if proven is not None else None
        found = await asyncio.to_thread(replayed, bundle, keys, ours, sealed, now)
        if found.receipt is None or bundle.answer is None or found.verdict is Verdict.FAILS:
            return Told([found])
        return Told([replace(found, checks=await asyncio.to_thread(self.judging, bundle.answer, today))])

    async def checkpoint(self, rights: Rights, arguments: Mapping[str, Any], today: str) -> Told | Untold:
        """Return the signed checkpoint of the moment."""
        return Told([ShownCheckpoint(await self.log.checkpoint(), self.log.keys)])

    async def consistency(self, rights: Rights, arguments: Mapping[str, Any], today: str) -> Told | Untold:
        """Return a consistency proof; raises `BadQuery` for sizes that the log never had."""
        old, new = arguments["from"], arguments["to"]
        try:
            path = await self.log.consistency(old, new)
        except ProofError as error:
            raise BadQuery(f"`consistency` cannot be proven: {error}") from None
        return Told([ShownConsistency(old, new, [b64encode(each).decode() for each in path])])

    async def _readable(self, rights: Rights, receipt: str) -> tuple[Entry, Proven] | None:
        if not is_receipt(receipt):
            return None
        proven = await self.log.proven(receipt)
        if proven is None:
            return None
        sealed = decode_entry(proven.entry)
        return (sealed, proven) if may_read(rights, sealed, self.pseudonyms) else None
