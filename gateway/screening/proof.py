"""Whether a screened file, or one row of it, is the one that a manifest was signed for. Offline: public keys suffice.

A proof of one row holds nothing of any other: its text, its own salt, its place, and the path to the root.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from gateway.proof.merkle import Frontier, ProofError, inclusion_path, verify_inclusion
from gateway.proof.note import NoteError, VerifierKey
from gateway.screening.files import FileRefused, Format, format_of, open_reader
from gateway.screening.manifest import ALGORITHM, SALT_BYTES, Manifest, open_manifest, row_leaf, row_salt, row_text
from gateway.screening.portfolio import digest_of
from gateway.screening.results import key_text
from gateway.screening.screening import SignedManifest


class RowProof(msgspec.Struct, frozen=True):
    """One row and its path: ``row`` is [number, key, added cells…], ``salt`` and the hashes of ``path`` are hex."""

    note: str
    row: list[str | int]
    salt: str
    path: list[str]


BLOCK_ROWS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Proven:
    """What was proven: the manifest, and the text of the row where one was asked for.

    ``same`` tells of a file whether it is byte for byte what was written: the tree is over the keys and the columns
    that were added, so that a file may be laid out anew, and whatever else stands in it is proven by its digest alone.
    None where there is no file, or none was written.
    """

    manifest: Manifest
    row: list[str | int] | None = None
    proof: RowProof | None = None
    same: bool | None = None


def read_signed(text: bytes) -> SignedManifest:
    """Return the manifest in a file as `screen` writes it; raises `NoteError`."""
    try:
        signed = msgspec.json.decode(text, type=SignedManifest)
        if len(bytes.fromhex(signed.salt)) != SALT_BYTES:
            raise NoteError("the salt of the manifest has not the length of one")
    except (msgspec.DecodeError, ValueError) as error:
        if isinstance(error, NoteError):
            raise
        raise NoteError("the file is no manifest of a screening") from None
    return signed


def verify_file(
    signed: SignedManifest,
    path: Path,
    keys: Iterable[VerifierKey],
    row: int | None,
    format_: Format | None = None,
    delimiter: str | None = None,
) -> Proven:
    """Return what holds of the screened file at ``path``; raises `NoteError`, `ProofError`.

    Its ``format_`` and ``delimiter`` are told by the file itself unless they are given. The tree over the rows is made
    anew from the file. With ``row``, a number from 1 on, its proof is made too.
    """
    manifest = open_manifest(signed.note, keys)
    salt = bytes.fromhex(signed.salt)
    leaves: list[bytes] = []
    tree, kept = Frontier(ALGORITHM), None
    for number, text in _rows(path, manifest, format_, delimiter):
        leaf = row_leaf(row_salt(salt, number), text)
        tree.append(leaf)
        if row is not None:
            leaves.append(leaf)
        if number == row:
            kept = text
    if tree.size != manifest.rows:
        raise ProofError(f"the file has {tree.size} rows, the manifest is of {manifest.rows}")
    if tree.root() != manifest.root:
        raise ProofError("the rows of the file do not lead to the root of the manifest: a row was altered")
    same = None if manifest.output is None else digest_of(path) == manifest.output
    if row is None:
        return Proven(manifest, same=same)
    if kept is None:
        raise ProofError(f"the file has no row {row}: it has {tree.size}")
    told = msgspec.json.decode(kept, type=list[str | int])
    steps = [step.hex() for step in inclusion_path(row - 1, tree.size, _Hashes(leaves))]
    return Proven(manifest, told, RowProof(signed.note, told, row_salt(salt, row).hex(), steps), same)


def verify_row(proof: RowProof, keys: Iterable[VerifierKey]) -> Proven:
    """Return what holds of one row by its proof alone; raises `NoteError`, `ProofError`."""
    manifest = open_manifest(proof.note, keys)
    number = proof.row[0] if proof.row else None
    if not isinstance(number, int):
        raise ProofError("the row of the proof does not begin with its number")
    try:
        salt, path = bytes.fromhex(proof.salt), [bytes.fromhex(step) for step in proof.path]
    except ValueError:
        raise ProofError("a hash of the proof is not hex") from None
    if len(salt) != SALT_BYTES:  # else bytes could be moved between the salt and the text
        raise ProofError(f"the salt of a row has {SALT_BYTES} bytes")
    leaf = row_leaf(salt, msgspec.json.encode(proof.row))
    verify_inclusion(leaf, number - 1, manifest.rows, path, manifest.root, ALGORITHM)
    return Proven(manifest, proof.row)


@dataclass(frozen=True, slots=True)
class _Hashes:
    """Hashes of ranges of leaves, as `gateway.proof.merkle` asks for them."""

    leaves: list[bytes]

    def __call__(self, start: int, end: int) -> bytes:
        tree = Frontier(ALGORITHM)
        for leaf in self.leaves[start:end]:
            tree.append(leaf)
        return tree.root()


def _rows(path: Path, manifest: Manifest, format_: Format | None, delimiter: str | None) -> Iterator[tuple[int, bytes]]:
    """Yield number and text of every row of a screened file."""
    reader = open_reader(path, format_ or format_of(path), delimiter)
    missing = [each for each in (manifest.key, *manifest.columns) if each not in reader.columns]
    if missing:
        raise FileRefused(f"the file has no column `{missing[0]}`: it is not the one that was screened")
    for block in reader.blocks([manifest.key, *manifest.columns], BLOCK_ROWS):
        for record in block.records:
            yield record.number, row_text(record.number, *map(key_text, record.read))
