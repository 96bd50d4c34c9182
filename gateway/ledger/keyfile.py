"""Files of the data folder that hold a key: made when missing, whole or not at all, readable by their owner only."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from gateway.storage.files import sync_folder

KEY_BYTES = 32


class SecretError(Exception):
    """A secret cannot be used; the message says where it was looked for, never what was found."""


def read_or_make(path: Path) -> str:
    """Return the text of the file ``path``, made with a new random key in hex when missing; raise SecretError."""
    try:
        if not path.exists():
            _create(path)
        if path.stat().st_mode & 0o077:
            raise SecretError(f"others can read `{path}`: set its mode to 0600")
        return path.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise SecretError(f"the file `{path}` cannot be used: {error.strerror}") from error


def new_key() -> str:
    """Return a new random key in hex."""
    return secrets.token_hex(KEY_BYTES)


def _create(path: Path) -> None:
    """Write a new key; of several processes that try at once the first wins, and none sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(new_key())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    sync_folder(path.parent)  # entries must not outlive the key of their pseudonyms
