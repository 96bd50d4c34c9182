"""Stands in for a personal or business number where one must be recognised again but not read: HMAC-SHA-256.

The secret belongs to one data folder (or comes from the environment, so that several replicas agree). Whoever holds it
can test a guess, so it is kept apart from the ledger's rows and never logged. A pseudonym names its key, so that a key
can be replaced without old entries losing their meaning.
"""

import hmac
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NewType

from gateway.storage.files import sync_folder

SECRET_ENV = "LEDGER_SECRET"  # noqa: S105 (the variable's name)
"""Holds the secret in hex, at least 32 bytes."""
SECRET_FILE = "ledger.secret"  # noqa: S105 (the file's name)
_BYTES = 32

Pseudonym = NewType("Pseudonym", str)
"""`<key id>:<HMAC>`, 8 and 64 hex digits."""


class SecretError(Exception):
    """The secret cannot be used; the message says where it was looked for, never what was found."""


@dataclass(frozen=True, slots=True)
class Secret:
    """The key of the pseudonyms."""

    key: bytes = field(repr=False)
    key_id: str = field(init=False)
    keyed: hmac.HMAC = field(init=False, repr=False, compare=False)
    """The HMAC with the key read and nothing else: a copy of it costs half of a new one."""

    def __post_init__(self) -> None:
        if len(self.key) < _BYTES:
            raise SecretError(f"the ledger secret is shorter than {_BYTES} bytes")
        object.__setattr__(self, "key_id", hmac.digest(self.key, b"key id", "sha256").hex()[:8])
        object.__setattr__(self, "keyed", hmac.new(self.key, digestmod="sha256"))


def pseudonym(secret: Secret, scheme: str, value: str) -> Pseudonym:
    """Return the pseudonym of a normalised ``value`` of an identifier ``scheme`` (or of `consent`)."""
    digest = secret.keyed.copy()
    digest.update(f"{scheme}\x1f{value}".encode())
    return Pseudonym(f"{secret.key_id}:{digest.hexdigest()}")


def load_secret(folder: Path, environ: Mapping[str, str] = os.environ) -> Secret:
    """Return the secret of the environment, else that of the data ``folder``, made when missing; raise SecretError."""
    text = environ.get(SECRET_ENV)
    if text:
        return _parse(text, f"variable `{SECRET_ENV}`")
    path = folder / SECRET_FILE
    try:
        if not path.exists():
            _create(path)
        if path.stat().st_mode & 0o077:
            raise SecretError(f"others can read `{path}`: set its mode to 0600")
        text = path.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise SecretError(f"the file `{path}` cannot be used: {error.strerror}") from error
    return _parse(text, f"file `{path}`")


def _create(path: Path) -> None:
    """Write a new secret; of several processes that try at once the first wins, and none sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    sync_folder(path.parent)  # entries must not outlive the key of their pseudonyms


def _parse(text: str, place: str) -> Secret:
    try:
        return Secret(bytes.fromhex(text.strip()))
    except ValueError:
        raise SecretError(f"the {place} holds no secret in hex") from None
