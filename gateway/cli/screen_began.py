"""What a machine keeps of a screening that it began at a gateway elsewhere, until the outcome is written.

A small file beside the output: the idempotency key under which it was announced. The same command finds it and takes
the same screening up, whatever broke off; when all is done it is deleted, and the next one is a new screening.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from gateway.screening.files import FileRefused
from gateway.storage.files import PRIVATE, write_new

_KEY_BYTES: Final = 16


class Began(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The idempotency ``key`` of a screening, and the digest of what was ``asked`` under it."""

    key: str
    asked: str


@dataclass(frozen=True, slots=True)
class Beginning:
    """The file of the screening whose output is written to ``out``."""

    out: Path

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.out.with_name(f".{self.out.name}.screening")

    def key(self, asked: str) -> str:
        """Return the key under which ``asked`` was begun, or is from now on; raises `FileRefused` for another one."""
        try:
            began = msgspec.json.decode(self.path.read_bytes(), type=Began)
        except FileNotFoundError:
            began = Began(f"screen-{secrets.token_hex(_KEY_BYTES)}", asked)
            write_new(self.path, msgspec.json.encode(began).decode() + "\n", PRIVATE)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise FileRefused(f"`{self.path.name}` cannot be read: remove it to begin a new screening") from None
        if began.asked != asked:
            raise FileRefused(
                f"`{self.path.name}` is of another screening, not yet fetched: go on with its file and options, name "
                "another --out, or remove it"
            )
        return began.key

    def forget(self) -> None:
        """Delete it: the screening has ended."""
        self.path.unlink(missing_ok=True)
