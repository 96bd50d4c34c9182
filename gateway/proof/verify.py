"""Is an answer the one that the gateway gave: from a bundle and public keys to findings in words. No network, no clock.

Each check says what holds, what does not, or that it cannot be said; nothing that was not checked counts as good.
Where something was altered, the check that another one rests on tells it, so that one alteration is one place:
signature -> root -> entry -> digest of the answer -> digests of its pieces.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import orjson

from gateway.proof.bundle import Bundle, Consistency, Receipt
from gateway.proof.finding import ANSWER, Finding, Verified, aside, fails, holds, unsaid
from gateway.proof.json_text import JsonError, compact
from gateway.proof.merkle import ProofError, inclusion_path, leaf_hash, verify_consistency, verify_inclusion
from gateway.proof.note import Checkpoint, NoteError, VerifierKey, read_checkpoint, split_note
from gateway.proof.pieces import RECEIPT_ID, compare, locate, text_at

OTHER: Final = "checkpoint"
"""The place of a finding about a further checkpoint."""
_SHAPE: Final = 32
"""Hex digits of a digest of a table of fields."""
_ABSENT: Final[Mapping[str, Any]] = {"shape": "", "parts": {}}
"""What an entry says where it leaves a member out."""
TimestampChecker = Callable[[Sequence[Any], Checkpoint, str], list[Finding]]
"""From the timestamps of a receipt, its checkpoint and the signed note of that to what they say."""


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """What a verifier reads in the text of an entry; the rest is for people."""

    receipt: str
    response_digest: str
    parts: Mapping[str, str]
    shape: str


@dataclass(frozen=True, slots=True)
class Noted:
    """What became of a checkpoint, None if it cannot be read; ``forged``: a signature of a known key is not over it."""

    checkpoint: Checkpoint | None
    signed: bool
    forged: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Other:
    """A further checkpoint of the same log, say an anchored one: its signed note, and the proof between the two."""

    note: str
    consistency: Consistency | None = None


def verify(
    bundle: Bundle,
    keys: Sequence[VerifierKey],
    other: Other | None = None,
    timestamps: TimestampChecker | None = None,
) -> Verified:
    """Return what holds of ``bundle`` by the public ``keys`` alone, and what does not."""
    receipt = bundle.receipt
    noted = _note(receipt.checkpoint, keys, "receipt.checkpoint")
    included = list(_included(receipt, noted))
    altered = any(each.code in {"ENTRY_ALTERED", "NOT_IN_TREE"} for each in included)
    findings = [*noted.findings, *included]
    entry = _entry(receipt.entry)
    if isinstance(entry, Finding):
        findings += [entry, unsaid("ANSWER_UNSAID", ANSWER)]
    else:
        findings += [*_answer(bundle.answer, entry, altered), *_shape(receipt, entry, altered)]
    if other is not None:
        findings += _other(noted.checkpoint, other, keys)
    return Verified((*findings, *_timestamps(receipt, noted, timestamps)))


def read_entry(text: str) -> SealedEntry | None:
    """Return what a verifier reads in the entry ``text``; None if it is no entry."""
    found = _entry(text)
    return None if isinstance(found, Finding) else found


def _note(note: str, keys: Iterable[VerifierKey], place: str) -> Noted:
    """Return what ``note`` says and whether one of ``keys`` signed it; a bad signature of a known key spoils it."""
    try:
        text, signatures = split_note(note)
        checkpoint = read_checkpoint(text)
        named = checkpoint.algorithm
    except NoteError as error:
        return Noted(None, False, False, (fails("CHECKPOINT_UNREADABLE", place, reason=str(error)),))
    known = {(key.name, key.id): key for key in keys}
    ours = [(known[each.name, each.key_id], each) for each in signatures if (each.name, each.key_id) in known]
    if bad := [key for key, each in ours if not key.verify(text, each.signature)]:
        return Noted(checkpoint, False, True, (fails("CHECKPOINT_FORGED", place, key=_named(bad)),))
    if ours:
        told = {"key": _named(key for key, _ in ours), "origin": checkpoint.origin, "size": str(checkpoint.size)}
        signed = holds("CHECKPOINT_SIGNED", place, **told, at=checkpoint.at or "-", algorithm=named)
        return Noted(checkpoint, True, False, (signed,))
    signers = ", ".join(f"{each.name}+{each.key_id.hex()}" for each in signatures)
    if known:
        return Noted(checkpoint, False, False, (fails("CHECKPOINT_OTHER_KEY", place, signers=signers),))
    return Noted(checkpoint, False, False, (unsaid("CHECKPOINT_NO_KEY", place, signers=signers),))


def _named(keys: Iterable[VerifierKey]) -> str:
    return ", ".join(f"{key.name}+{key.id.hex()}" for key in keys)


def _included(receipt: Receipt, noted: Noted) -> Iterator[Finding]:
    """Yield whether the entry is in the tree of the checkpoint, and if not, which part of the receipt is in the way."""
    checkpoint = noted.checkpoint
    if checkpoint is None:
        yield unsaid("INCLUSION_UNSAID", "receipt.inclusion")
        return
    told = {"index": str(receipt.index), "size": str(checkpoint.size)}
    if receipt.algorithm != checkpoint.algorithm:
        yield fails("ALGORITHM_OTHER", "receipt.algorithm", algorithm=receipt.algorithm, other=checkpoint.algorithm)
    leaf = leaf_hash(receipt.entry.encode(), checkpoint.algorithm)
    if _leads(receipt, leaf, checkpoint):
        if receipt.leaf not in {None, leaf}:
            yield fails("LEAF_ALTERED", "receipt.leaf")
        included = holds if noted.signed else unsaid
        yield included("INCLUDED" if noted.signed else "INCLUDED_UNSIGNED", "receipt.inclusion", **told)
    elif noted.forged:
        yield unsaid("INCLUSION_UNSAID", "receipt.inclusion")
    elif receipt.leaf not in {None, leaf} and _leads(receipt, receipt.leaf, checkpoint):
        yield fails("ENTRY_ALTERED", "receipt.entry")
    elif receipt.index >= checkpoint.size:
        yield fails("INDEX_BEYOND", "receipt.index", **told)
    elif len(receipt.inclusion) != len(inclusion_path(receipt.index, checkpoint.size, _nothing)):
        yield fails("PATH_LENGTH", "receipt.inclusion", **told)
    elif receipt.leaf == leaf:
        yield fails("PATH_ALTERED", "receipt.inclusion")
    else:
        yield fails("NOT_IN_TREE", "receipt.entry")


def _leads(receipt: Receipt, leaf: bytes | None, checkpoint: Checkpoint) -> bool:
    """Tell whether the path of ``receipt`` leads from ``leaf`` to the root of ``checkpoint``."""
    if leaf is None:
        return False
    path, algorithm = receipt.inclusion, checkpoint.algorithm
    try:
        verify_inclusion(leaf, receipt.index, checkpoint.size, path, checkpoint.root, algorithm)
    except ProofError:
        return False
    return True


def _nothing(_start: int, _end: int) -> bytes:
    return b""


def _entry(text: str) -> SealedEntry | Finding:
    try:
        found = orjson.loads(compact(text))
    except JsonError as error:
        return fails("ENTRY_UNREADABLE", "receipt.entry", **error.values)
    members = {**_ABSENT, **found} if isinstance(found, dict) else {}
    for name in ("receipt", "response_digest", "shape"):
        if not isinstance(members.get(name), str):
            return fails("ENTRY_LACKS", f"receipt.entry: {name}")
    parts = members["parts"]
    if not isinstance(parts, dict) or not all(isinstance(each, str) for each in parts.values()):
        return fails("ENTRY_LACKS", "receipt.entry: parts")
    return SealedEntry(members["receipt"], members["response_digest"], parts, members["shape"])


def _answer(answer: str | None, entry: SealedEntry, entry_altered: bool) -> Iterator[Finding]:
    """Yield whether the answer is the one of ``entry``, in which form, and where it is not."""
    if answer is None:
        yield unsaid("ANSWER_ABSENT", ANSWER)
        return
    exact = _is(answer, entry.response_digest)
    try:
        text = compact(answer)
    except JsonError as error:
        yield holds("ANSWER_EXACT", ANSWER) if exact else fails("ANSWER_UNREADABLE", ANSWER, **error.values)
        return
    forms = (text, orjson.dumps(orjson.loads(text)).decode())
    held = next((each for each in _forms(answer, *forms) if _is(each[1], entry.response_digest)), None)
    if held is not None:
        yield holds(held[0], ANSWER)
        yield from compare(forms, entry.parts)
    else:
        yield from locate(forms, entry.parts, entry_altered)
    yield _id(text_at(text, RECEIPT_ID), entry, altered_there=entry_altered and held is not None)


def _forms(answer: str, text: str, anew: str) -> tuple[tuple[str, str], ...]:
    return ("ANSWER_EXACT", answer), ("ANSWER_COMPACT", text), ("ANSWER_REWRITTEN", anew)


def _is(text: str, digest: str) -> bool:
    return sha256(text.encode()).hexdigest() == digest


def _id(told: str | None, entry: SealedEntry, *, altered_there: bool) -> Finding:
    """Return whether the answer names the receipt of ``entry``; ``altered_there``: if not, the entry is what is off."""
    if told is None:
        return aside("ID_ABSENT", f"{ANSWER}: {RECEIPT_ID}")
    if told == entry.receipt:
        return holds("ID_SAME", f"{ANSWER}: {RECEIPT_ID}", id=told)
    return fails("ID_OTHER", "receipt.entry: receipt" if altered_there else f"{ANSWER}: {RECEIPT_ID}")


def _shape(receipt: Receipt, entry: SealedEntry, entry_altered: bool) -> Iterator[Finding]:
    """Yield whether the table of fields is the one that ``entry`` names; nothing where there is none."""
    if receipt.shape is None:
        if entry.shape:
            yield aside("SHAPE_ABSENT", "receipt.shape")
    elif not entry.shape:
        yield fails("SHAPE_UNNAMED", "receipt.entry: shape" if entry_altered else "receipt.shape")
    elif sha256(receipt.shape.encode()).hexdigest()[:_SHAPE] == entry.shape:
        yield holds("SHAPE_SAME", "receipt.shape")
    else:
        yield fails("SHAPE_OTHER", "receipt.entry: shape" if entry_altered else "receipt.shape")


def _other(checkpoint: Checkpoint | None, other: Other, keys: Sequence[VerifierKey]) -> Iterator[Finding]:
    """Yield whether the ``other`` checkpoint is good, and of the same log as the receipt's."""
    noted = _note(other.note, keys, OTHER)
    yield from noted.findings
    if checkpoint is None or noted.checkpoint is None:
        return
    if checkpoint.origin != noted.checkpoint.origin:
        yield fails("OTHER_LOG", OTHER, origin=checkpoint.origin, other=noted.checkpoint.origin)
        return
    old, new = sorted((checkpoint, noted.checkpoint), key=lambda each: each.size)
    told = {"old": str(old.size), "new": str(new.size)}
    proof = other.consistency
    if old.size == new.size:
        same = old.root == new.root and old.algorithm == new.algorithm
        yield holds("SAME_TREE", OTHER, size=str(old.size)) if same else fails("FORKED", OTHER)
    elif proof is None or (proof.old, proof.new) != (old.size, new.size):
        yield unsaid("CONSISTENCY_ABSENT", OTHER, **told)
    elif _continues(old, new, proof):
        yield holds("CONSISTENT", OTHER, **told)
    else:
        yield fails("FORKED", OTHER)


def _continues(old: Checkpoint, new: Checkpoint, proof: Consistency) -> bool:
    if old.algorithm != new.algorithm:
        return False
    try:
        verify_consistency(old.size, new.size, proof.path, old.root, new.root, new.algorithm)
    except ProofError:
        return False
    return True


def _timestamps(receipt: Receipt, noted: Noted, checker: TimestampChecker | None) -> list[Finding]:
    if not receipt.timestamps:
        return []
    if checker is None or noted.checkpoint is None:
        count = str(len(receipt.timestamps))
        return [aside("TIMESTAMPS_UNCHECKED", "receipt.timestamps", count=count)]
    return checker(receipt.timestamps, noted.checkpoint, receipt.checkpoint)
