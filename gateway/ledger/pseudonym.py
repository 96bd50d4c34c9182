"""Stands in for a personal or business number where one must be recognised again but not read: HMAC-SHA-256.

The secret belongs to one data folder (or comes from the environment, so that several replicas agree). Whoever holds it
can test a guess, so it is kept apart from the ledger's rows and never logged. A pseudonym names its key, so that a key
can be replaced without old entries losing their meaning.

The secret may hold several keys: the first makes pseudonyms, earlier ones serve only to find entries made by them
(`pseudonyms`). When an earlier key is destroyed, its entries stay and prove what they proved, but nobody can tell any
longer whom they are about: no guess can be tested.
"""

import hmac
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final, NewType, TypeAlias

from gateway.ledger.keyfile import KEY_BYTES, SecretError, new_key, read_or_make
from gateway.storage.files import alone, rewrite

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

__all__ = ["Pseudonym", "Secret", "SecretError", "load_secret", "pseudonym", "pseudonyms", "rotate_secret"]

SECRET_ENV = "LEDGER_SECRET"  # noqa: S105 (the variable's name)
"""Holds the secret in hex, at least 32 bytes; earlier keys follow after commas."""
SECRET_FILE = "ledger.secret"  # noqa: S105 (the file's name)
"""The same, a key on each line."""
_BREAK = re.compile(r"[\s,]+")
RECORD_DIGITS: Final = 32
"""Hex digits of a record's pseudonym. It names no key: the entry's other pseudonyms do."""

Pseudonym = NewType("Pseudonym", str)
"""`<key id>:<HMAC>`, 8 and 64 hex digits."""
_BLOCK: Final = 64
"""Bytes that SHA-256 takes at once."""
_INNER: Final = bytes(each ^ 0x36 for each in range(256))
_OUTER: Final = bytes(each ^ 0x5C for each in range(256))
Begun: TypeAlias = "tuple[Hash, Hash]"
"""The inner and the outer hash of HMAC, the key read."""


def begin(key: bytes, message: bytes = b"") -> Begun:
    """Return HMAC-SHA-256 (RFC 2104 §2) begun with ``key`` and the first part of a ``message``.

    Copies of it are finished by `finish`, for a quarter of what a copied `hmac.HMAC` costs.
    """
    key = (key if len(key) <= _BLOCK else sha256(key).digest()).ljust(_BLOCK, b"\0")
    return sha256(key.translate(_INNER) + message), sha256(key.translate(_OUTER))


def finish(begun: Begun, message: bytes) -> str:
    """Return the HMAC, in hex, of what was ``begun`` with the rest of the ``message``; ``begun`` stays as it is."""
    inner, outer = begun[0].copy(), begun[1].copy()
    inner.update(message)
    outer.update(inner.digest())
    return outer.hexdigest()


@dataclass(frozen=True, slots=True)
class Secret:
    """The key of the pseudonyms; ``earlier`` keys, latest first, serve to find entries made by them."""

    key: bytes = field(repr=False)
    earlier: "tuple[Secret, ...]" = field(default=(), repr=False)
    key_id: str = field(init=False)
    begun: Begun = field(init=False, repr=False, compare=False)
    """The HMAC with the key read and nothing else."""
    _records: dict[tuple[str, str], Begun] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.key) < KEY_BYTES:
            raise SecretError(f"the ledger secret is shorter than {KEY_BYTES} bytes")
        object.__setattr__(self, "key_id", hmac.digest(self.key, b"key id", "sha256").hex()[:8])
        object.__setattr__(self, "begun", begin(self.key))

    def of_records(self, source: str, entity: str) -> Begun:
        """Return the HMAC with all read but the key of a record of ``entity`` at ``source``; begun once for all."""
        begun = self._records.get((source, entity))
        if begun is None:
            message = f"{record_scheme(source, entity)}\x1f".encode()
            begun = self._records[source, entity] = begin(self.key, message)
        return begun


def pseudonym(secret: Secret, scheme: str, value: str) -> Pseudonym:
    """Return the pseudonym of a normalised ``value`` of an identifier ``scheme`` (or of `consent`)."""
    digest = finish(secret.begun, f"{scheme}\x1f{value}".encode())
    return Pseudonym(f"{secret.key_id}:{digest}")


def pseudonyms(secret: Secret, scheme: str, value: str) -> tuple[Pseudonym, ...]:
    """Return every pseudonym that entries may name ``value`` by: that of the current key, then of earlier ones."""
    return tuple(pseudonym(each, scheme, value) for each in (secret, *secret.earlier))


def record_scheme(source: str, entity: str) -> str:
    """Return the scheme under which the keys of a source's records of an entity have their pseudonyms."""
    return f"record:{source}:{entity}"


def load_secret(folder: Path, environ: Mapping[str, str] = os.environ) -> Secret:
    """Return the secret of the environment, else that of the data ``folder``, made when missing; raise SecretError."""
    text = environ.get(SECRET_ENV)
    if text:
        return _parse(text, f"variable `{SECRET_ENV}`")
    path = folder / SECRET_FILE
    return _parse(read_or_make(path), f"file `{path}`")


def rotate_secret(folder: Path) -> Secret:
    """Put a new key before those in the data ``folder``; return the secret. Raises SecretError."""
    path = folder / SECRET_FILE
    with alone(folder):
        text = read_or_make(path)
        _parse(text, f"file `{path}`")
        rewrite(path, "\n".join([new_key(), *_BREAK.split(text.strip())]) + "\n")
    return load_secret(folder, {})


def _parse(text: str, place: str) -> Secret:
    try:
        current, *earlier = [bytes.fromhex(each) for each in _BREAK.split(text.strip())]
    except ValueError:
        raise SecretError(f"the {place} holds no secret in hex") from None
    return Secret(current, tuple(map(Secret, dict.fromkeys(earlier))))
