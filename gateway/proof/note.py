"""Signed notes and checkpoints, as transparency logs exchange them (c2sp.org/signed-note, c2sp.org/tlog-checkpoint).

    credit.city.example/ledger              origin: which log
    20852163                                size: how many entries its tree has
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3... root, base64
    algorithm sha-256                       extension lines, ours: the hash of the tree, and the time of signing
    time 2026-11-26T08:00:00.000Z

    — credit.city.example/ledger Az3grlg... key name, base64 of the key's id (4 bytes) and the signature

Ed25519 (RFC 8032) only. Reading is strict: a text that is written in two ways would let two notes pass for one.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gateway.proof.merkle import ALGORITHMS, HASH_BYTES, Algorithm

MAX_SIGNATURES: Final = 16
MAX_NOTE_BYTES: Final = 64 << 10
KEY_BYTES: Final = 32
_ED25519: Final = b"\x01"
_SIGNATURE: Final = "\u2014 "
_SIGNATURE_BYTES: Final = 64
_ID_BYTES: Final = 4
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_ALGORITHM: Final = "algorithm "
_TIME: Final = "time "


class NoteError(ValueError):
    """A note, checkpoint or key that cannot be taken; the message says in words what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log's tree: ``size`` entries under ``root``, 32 bytes."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def algorithm(self) -> Algorithm:
        """The hash of the tree: the extension line `algorithm ...`, SHA-256 without one; raise NoteError if unknown."""
        named = self._extension(_ALGORITHM) or "sha-256"
        for algorithm in ALGORITHMS:
            if named == algorithm:
                return algorithm
        raise NoteError(f"the checkpoint names a hash that is not known: `{named}`; known are {', '.join(ALGORITHMS)}")

    @property
    def at(self) -> str | None:
        """The time of signing as the log tells it, ISO 8601: the extension line `time ...`."""
        return self._extension(_TIME)

    @property
    def text(self) -> str:
        """The text that is signed; raise NoteError if these parts make no checkpoint that could be read again."""
        lines = (self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions)
        text = "".join(f"{line}\n" for line in lines)
        if read_checkpoint(text) != self:
            raise NoteError("a line of the checkpoint holds a line break")
        return text

    def _extension(self, name: str) -> str | None:
        found = [line.removeprefix(name) for line in self.extensions if line.startswith(name)]
        if len(found) > 1:
            raise NoteError(f"the checkpoint has several lines `{name.strip()}`")
        return found[0] if found else None


def stamped(origin: str, size: int, root: bytes, algorithm: Algorithm, at: str) -> Checkpoint:
    """Return the checkpoint of a log whose tree hashes with ``algorithm``, signed at the time ``at``."""
    return Checkpoint(origin, size, root, (f"{_ALGORITHM}{algorithm}", f"{_TIME}{at}"))


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under a name, by which it signs notes; ``public`` has 32 bytes (RFC 8032 §5.1.5)."""

    name: str
    public: bytes
    id: bytes = field(init=False)
    """The first 4 bytes of SHA-256(name, newline, 0x01, public)."""

    def __post_init__(self) -> None:
        _require_name(self.name)
        if len(self.public) != KEY_BYTES:
            raise NoteError(f"an Ed25519 key has {KEY_BYTES} bytes")
        object.__setattr__(self, "id", sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:_ID_BYTES])

    def __str__(self) -> str:
        """Return the key as one line of text: `name+id+key`, id in hex, key in base64."""
        return f"{self.name}+{self.id.hex()}+{b64encode(_ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Return the key of a text like `str(key)`; raise NoteError."""
        parts = text.split("+", 2)
        if len(parts) != 3:
            raise NoteError("a public key has the form `name+id+key`")
        name, key_id, encoded = parts
        raw = _base64(encoded, "the key")
        if raw[:1] != _ED25519 or len(raw) != 1 + KEY_BYTES:
            raise NoteError("the key is no Ed25519 key")
        key = cls(name, raw[1:])
        if key.id.hex() != key_id:
            raise NoteError(f"the id `{key_id}` does not fit the name and the key: one of the three was altered")
        return key

    def verify(self, text: str, signature: bytes) -> bool:
        """Tell whether ``signature`` is this key's over ``text``."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key under a name; ``seed`` has 32 bytes (RFC 8032 §5.1.5)."""

    name: str
    seed: bytes = field(repr=False)
    verifier: VerifierKey = field(init=False)
    _private: Ed25519PrivateKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.seed) != KEY_BYTES:
            raise NoteError(f"an Ed25519 key has {KEY_BYTES} bytes")
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        object.__setattr__(self, "_private", private)
        object.__setattr__(self, "verifier", VerifierKey(self.name, private.public_key().public_bytes_raw()))

    def sign(self, text: str) -> str:
        """Return the signature line over ``text``."""
        signature = self.verifier.id + self._private.sign(text.encode())
        return f"{_SIGNATURE}{self.name} {b64encode(signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line of a note, not verified."""

    name: str
    key_id: bytes
    signature: bytes


def sign_note(text: str, *keys: SigningKey) -> str:
    """Return ``text``, which must end with a newline, with the signature of each key; raise NoteError."""
    note = text + "\n" + "".join(key.sign(text) for key in keys)
    if split_note(note)[0] != text:
        raise NoteError("the text of a note holds no signature lines of its own")
    return note


def sign_checkpoint(checkpoint: Checkpoint, *keys: SigningKey) -> str:
    """Return the signed note of ``checkpoint``; several keys sign while one takes the place of another."""
    return sign_note(checkpoint.text, *keys)


def open_checkpoint(text: str, keys: Iterable[VerifierKey]) -> Checkpoint:
    """Return the checkpoint of a signed note that one of ``keys`` has signed; raise NoteError.

    Signatures of other keys are ignored; a bad one of a known key spoils the note.
    """
    return read_checkpoint(open_note(text, keys))


def open_note(text: str, keys: Iterable[VerifierKey]) -> str:
    """Return the text of a signed note that one of ``keys`` has signed; raise NoteError."""
    body, signatures = split_note(text)
    known = {(key.name, key.id): key for key in keys}
    signed = False
    for each in signatures:
        key = known.get((each.name, each.key_id))
        if key is None:
            continue
        if not key.verify(body, each.signature):
            raise NoteError(f"the signature of `{each.name}` ({each.key_id.hex()}) is not over this text")
        signed = True
    if not signed:
        signers = ", ".join(f"`{each.name}` ({each.key_id.hex()})" for each in signatures)
        raise NoteError(f"no key that is known has signed the note; it is signed by {signers}")
    return body


def split_note(note: str) -> tuple[str, tuple[Signature, ...]]:
    """Return the text of a note and its signatures, none verified; raise NoteError if it is not written as one."""
    _require_printable(note)
    head, blank, tail = note.rpartition("\n\n")
    if not blank:
        raise NoteError("the note has no empty line before its signatures")
    if not tail.endswith("\n"):
        raise NoteError("the note does not end with a newline after its signatures")
    lines = tail.removesuffix("\n").split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError(f"the note has more than {MAX_SIGNATURES} signatures")
    return head + "\n", tuple(map(_read_signature, lines))


def read_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint that the text of a note tells, whoever signed it; raise NoteError."""
    _require_printable(text)
    if not text.endswith("\n"):
        raise NoteError("the checkpoint does not end with a newline")
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3:
        raise NoteError("a checkpoint has at least three lines: origin, size, root")
    if not all(lines):
        raise NoteError("the checkpoint has an empty line")
    origin, size, root, *extensions = lines
    if _SIZE.fullmatch(size) is None:
        raise NoteError("the second line of the checkpoint, its size, is no plain decimal number")
    hashed = _base64(root, "the third line of the checkpoint, its root,")
    if len(hashed) != HASH_BYTES:
        raise NoteError(f"the root of the checkpoint is not {HASH_BYTES} bytes long")
    return Checkpoint(origin, int(size), hashed, tuple(extensions))


def vkeys(text: str) -> tuple[VerifierKey, ...]:
    """Return the keys of a text with one on each line; empty lines and lines that begin with `#` do not count.

    Raises NoteError with the number of the line.
    """
    keys: list[VerifierKey] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            keys.append(VerifierKey.parse(line.strip()))
        except NoteError as error:
            raise NoteError(f"line {number}: {error}") from None
    return tuple(dict.fromkeys(keys))


def is_name(text: str) -> bool:
    """Tell whether a key, and so a log, may be called ``text``: something without spaces, `+` or control characters."""
    return bool(text) and text.isprintable() and "+" not in text and not any(map(str.isspace, text))


def _require_name(name: str) -> None:
    if not is_name(name):
        raise NoteError("the name of a key must have no space, no `+` and no control character, and not be empty")


def _require_printable(text: str) -> None:
    try:
        length = len(text.encode())
    except UnicodeEncodeError:
        raise NoteError("the note is not UTF-8") from None
    if length > MAX_NOTE_BYTES:
        raise NoteError(f"the note is longer than {MAX_NOTE_BYTES} bytes")
    if any(character < " " and character != "\n" for character in text):
        raise NoteError("the note holds a control character")


def _read_signature(line: str) -> Signature:
    parts: Sequence[str] = line.removeprefix(_SIGNATURE).split(" ")
    if not line.startswith(_SIGNATURE) or len(parts) != 2:
        raise NoteError("a signature line has the form `\u2014 name signature`")
    name, encoded = parts
    _require_name(name)
    raw = _base64(encoded, f"the signature of `{name}`")
    if len(raw) <= _ID_BYTES:
        raise NoteError(f"the signature of `{name}` is too short")
    return Signature(name, raw[:_ID_BYTES], raw[_ID_BYTES:])


def _base64(text: str, what: str) -> bytes:
    """Return what ``text`` encodes (RFC 4648 §4); only the one form that encodes it is taken."""
    try:
        raw = b64decode(text, validate=True)
    except (NotBase64, ValueError):
        raise NoteError(f"{what} is not base64") from None
    if b64encode(raw).decode() != text:
        raise NoteError(f"{what} is not written as base64 should be")
    return raw
