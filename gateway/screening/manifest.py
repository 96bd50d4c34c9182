"""The manifest of a finished job: what was screened by what, how it came out, and a tree over its rows, signed.

    credit.city.example/ledger                origin of the log whose key signs
    screening manifest 1                      no checkpoint can be read from this, nor the other way round
    job 0198f3…                               lines of `name value`, in this order
    rules BK 2026.1 <digest>                  and `overlay <client> <digest>`, where the client raised some itself
    as-of 2026-11-26
    rows 100000
    root <base64>                             of the tree over the rows (`gateway.proof.merkle`)
    counts {"PASS":99000,…}
    input <SHA-256>                           of the portfolio as it came
    output <SHA-256>                          of the file as it was written; `-` where there is none
    key uscc                                  the column of the keys
    columns verdict outcomes …                the columns that were added
    time 2026-11-26T08:00:00.000Z

    — credit.city.example/ledger Az3grlg…

A leaf is the SHA-256 of a row's salt and its text. The salt is derived from that of the job, which the owner of the
file has and no line of the manifest tells: so whoever is shown one row with its path learns nothing of the rows beside
it, not even by trying all there are.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from gateway.proof.merkle import HASH_BYTES, Algorithm, leaf_hash
from gateway.proof.note import NoteError, SigningKey, VerifierKey, open_note, sign_note

TITLE: Final = "screening manifest 1"
ALGORITHM: Final[Algorithm] = "sha-256"
SALT_BYTES: Final = 16
_NAMES: Final = ("job", "rules", "as-of", "rows", "root", "counts", "input", "output", "key", "columns", "time")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says; ``root`` has 32 bytes, ``input`` and ``output`` are SHA-256 in hex, None for no file."""

    origin: str
    job: str
    rules: str
    as_of: str
    rows: int
    root: bytes
    counts: Mapping[str, int]
    input: str
    output: str | None
    key: str
    columns: Sequence[str]
    time: str

    @property
    def text(self) -> str:
        """The text that is signed."""
        values = (
            *(self.job, self.rules, self.as_of, str(self.rows), b64encode(self.root).decode()),
            *(msgspec.json.encode(dict(self.counts), order="sorted").decode(), self.input, self.output or "-"),
            *(self.key, " ".join(self.columns), self.time),
        )
        lines = (f"{name} {value}" for name, value in zip(_NAMES, values, strict=True))
        return "".join(f"{line}\n" for line in (self.origin, TITLE, *lines))


def sign_manifest(manifest: Manifest, key: SigningKey) -> str:
    """Return the signed note of ``manifest``."""
    return sign_note(manifest.text, key)


def open_manifest(note: str, keys: Iterable[VerifierKey]) -> Manifest:
    """Return the manifest of a note that one of ``keys`` has signed; raises `NoteError`."""
    return read_manifest(open_note(note, keys))


def read_manifest(text: str) -> Manifest:
    """Return the manifest that the text of a note is; raises `NoteError`."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) != len(_NAMES) + 2 or lines[1] != TITLE:
        raise NoteError("the note is no manifest of a screening")
    values: dict[str, str] = {}
    for name, line in zip(_NAMES, lines[2:], strict=True):
        if not line.startswith(f"{name} "):
            raise NoteError(f"the manifest lacks its line `{name}`")
        values[name] = line.removeprefix(f"{name} ")
    try:
        counts = msgspec.json.decode(values["counts"], type=dict[str, int])
        rows, root = int(values["rows"]), b64decode(values["root"], validate=True)
    except ValueError:
        raise NoteError("a line of the manifest cannot be read") from None
    manifest = Manifest(
        origin=lines[0],
        job=values["job"],
        rules=values["rules"],
        as_of=values["as-of"],
        rows=rows,
        root=root,
        counts=counts,
        input=values["input"],
        output=None if values["output"] == "-" else values["output"],
        key=values["key"],
        columns=values["columns"].split(" "),
        time=values["time"],
    )
    if len(root) != HASH_BYTES or manifest.text != text:
        raise NoteError("the manifest is not written as one should be")
    return manifest


def job_salt(secret: bytes, *about: str) -> bytes:
    """Return the salt of a job: the same for the same portfolio, rules, day and client."""
    return hmac.digest(secret, msgspec.json.encode(["screening salt", *about]), "sha256")[:SALT_BYTES]


def row_salt(salt: bytes, number: int) -> bytes:
    """Return the salt of one row."""
    return hmac.digest(salt, number.to_bytes(8, "big"), "sha256")[:SALT_BYTES]


def row_text(number: int, key: str, *cells: str) -> bytes:
    """Return the text of a row in the tree: its number, its key as the file tells it, and the cells that were added."""
    return msgspec.json.encode([number, key, *cells])


def row_leaf(salt: bytes, text: bytes) -> bytes:
    """Return the leaf hash of a row of that ``salt`` (of the row) and ``text``."""
    return leaf_hash(salt + text, ALGORITHM)
