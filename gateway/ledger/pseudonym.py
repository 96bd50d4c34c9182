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
from pathlib import Path
from typing import Final, NewType

from gateway.ledger.keyfile import KEY_BYTES, SecretError, new_key, read_or_make
from gateway.storage.files import alone, rewrite

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


@dataclass(frozen=True, slots=True)
class Secret:
    """The key of the pseudonyms; ``earlier`` keys, latest first, serve to find entries made by them."""

    key: bytes = field(repr=False)
    earlier: "tuple[Secret, ...]" = field(default=(), repr=False)
    key_id: str = field(init=False)
    keyed: hmac.HMAC = field(init=False, repr=False, compare=False)
    """The HMAC with the key read and nothing else: a copy of it costs half of a new one."""

    def __post_init__(self) -> None:
        if len(self.key) < KEY_BYTES:
            raise SecretError(f"the ledger secret is shorter than {KEY_BYTES} bytes")
        object.__setattr__(self, "key_id", hmac.digest(self.key, b"key id", "sha256").hex()[:8])
        object.__setattr__(self, "keyed", hmac.new(self.key, digestmod="sha256"))


def pseudonym(secret: Secret, scheme: str, value: str) -> Pseudonym:
    """Return the pseudonym of a normalised ``value`` of an identifier ``scheme`` (or of `consent`)."""
    digest = secret.keyed.copy()
    digest.update(f"{scheme}\x1f{value}".encode())
    return Pseudonym(f"{secret.key_id}:{digest.hexdigest()}")


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
