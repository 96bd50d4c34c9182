"""Bundles to verify: a log of a few entries in which one is of a real answer, signed by a key of the tests."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from gateway.ledger.entry import Denial, Entry, SectionTrace, Shape, SourceUse, encode_entry, encode_shape, shape_digest
from gateway.ledger.pseudonym import Pseudonym
from gateway.proof.bundle import Bundle, Consistency, Receipt
from gateway.proof.merkle import Algorithm, Frontier, consistency_path, inclusion_path, leaf_hash, root_of
from gateway.proof.note import SigningKey, VerifierKey, sign_checkpoint, stamped
from gateway.proof.parts import encode

ORIGIN: Final = "credit.tongjiang.example/ledger"
KEY: Final = SigningKey(ORIGIN, bytes(range(32)))
STRANGER: Final = SigningKey("credit.elsewhere.example/ledger", bytes(range(1, 33)))
IMPOSTOR: Final = SigningKey(ORIGIN, bytes(range(2, 34)))
"""Another key under the name of the log."""
AT: Final = "2026-11-26T08:00:00.000Z"
SALT: Final = "Zm9yIHRoaXMgYW5zd2VyIG9ubHk"
ID: Final = "0193a6f0c0de7abc8def0123456789ab"
SHAPE: Final = encode_shape(
    Shape({"subject.penalties.items.amount": "AdministrativePenalty.amount", "subject.name": "Registration.name"})
)


def response(receipt_id: str = ID, salt: str = SALT) -> dict[str, Any]:
    """Return an answer as the gateway makes it, with letters outside ASCII, escapes and numbers of each kind."""
    penalty = {
        "amount": "20000.00",
        "decisionNumber": "同市监罚〔2025〕12号",
        "ratio": 0.5,
        "note": 'so "said"\n',
        "days": 7,
    }
    penalties = {"state": "PARTIAL", "items": [penalty], "coverage": [{"source": "market_penalties"}]}
    return {
        "data": {"subject": {"name": "同江市和平机械有限公司", "penalties": penalties, "blacklisted": None}, "n": 3},
        "errors": [{"message": "`TaxArrears.amount` is not open", "path": ["subject", "arrears"]}],
        "extensions": {
            "receipt": {"id": receipt_id, "link": f"https://credit.example/receipts/{receipt_id}", "salt": salt}
        },
    }


def entry_of(body: bytes, parts: dict[str, str], receipt_id: str = ID, client: str = "bank", shape: str = SHAPE) -> str:
    """Return the text of the entry of an answer."""
    use = SourceUse(
        entity="AdministrativePenalty", fields=("amount",), calls=1, statuses={"ANSWERED": 1}, mapping="3f2a", records=1
    )
    entry = Entry(
        receipt=receipt_id,
        at=AT,
        client=client,
        department=None,
        purpose="LOAN_REVIEW",
        case="2026-118",
        subjects=(Pseudonym("k1:5c1d"),),
        sources={"market_penalties": (use,)},
        denied=(Denial(field="TaxArrears.amount", reason="SCOPE_MISSING"),),
        outcome="PARTIAL",
        shape=shape_digest(shape) if shape else "",
        traces=(
            SectionTrace("subject.penalties", "AdministrativePenalty", "PARTIAL", (("market_penalties", "k1:9"),)),
        ),
        policy_version="p1",
        catalogue_version="c1",
        response_digest=sha256(body).hexdigest(),
        parts=parts,
        elapsed_ms=12,
    )
    return encode_entry(entry)


@dataclass(frozen=True, slots=True)
class Log:
    """A log of the texts of ``entries``, which hashes with ``algorithm``."""

    entries: tuple[str, ...]
    algorithm: Algorithm = "sha-256"

    @property
    def leaves(self) -> list[bytes]:
        """The hashes of the leaves."""
        return [leaf_hash(each.encode(), self.algorithm) for each in self.entries]

    def hash_of(self, start: int, end: int) -> bytes:
        """Return the hash of a range of leaves."""
        return root_of(self.leaves[start:end], self.algorithm)

    def checkpoint(self, size: int | None = None, *keys: SigningKey, origin: str = ORIGIN) -> str:
        """Return the signed note of the tree of the first ``size`` entries, of all if None."""
        size = len(self.entries) if size is None else size
        frontier = Frontier.of(size, self.hash_of, self.algorithm)
        return sign_checkpoint(stamped(origin, size, frontier.root(), self.algorithm, AT), *(keys or (KEY,)))

    def receipt(self, index: int, shape: str | None = SHAPE) -> Receipt:
        """Return the receipt of the entry at ``index``."""
        path = inclusion_path(index, len(self.entries), self.hash_of)
        entry, leaf = self.entries[index], self.leaves[index]
        return Receipt(entry, index, self.algorithm, path, self.checkpoint(), leaf, shape)

    def consistency(self, old: int, new: int) -> Consistency:
        """Return the proof between the trees of ``old`` and of ``new`` entries."""
        return Consistency(old, new, consistency_path(old, new, self.hash_of))


def log_of(entry: str, index: int = 5, size: int = 13, algorithm: Algorithm = "sha-256") -> Log:
    """Return a log of ``size`` entries with ``entry`` at ``index``."""
    others = [encode_other(at) for at in range(size - 1)]
    return Log((*others[:index], entry, *others[index:]), algorithm)


def encode_other(at: int) -> str:
    """Return the text of some other entry."""
    return entry_of(b"%d" % at, {}, f"{at:032x}", shape="")


def good(index: int = 5, size: int = 13, algorithm: Algorithm = "sha-256") -> Bundle:
    """Return a bundle in which everything holds."""
    encoded = encode(response(), SALT)
    log = log_of(entry_of(encoded.body, encoded.parts), index, size, algorithm)
    return Bundle(log.receipt(index), encoded.body.decode())


def keys(*of: SigningKey) -> list[VerifierKey]:
    """Return the public keys of ``of``, of the log's own key if none."""
    return [each.verifier for each in of or (KEY,)]
