"""Signed checkpoints for tests of anchors, and anchors that do as they are told."""

import asyncio
from hashlib import sha256

from gateway.anchors.anchor import Kind
from gateway.anchors.notes import Stated, read_note
from gateway.proof.note import SigningKey, sign_checkpoint, stamped

ORIGIN = "credit.city.example/ledger"
KEY = SigningKey(ORIGIN, bytes(range(32)))
OTHER = SigningKey("other.example/ledger", bytes(32))
AT = "2026-11-26T08:00:00.000Z"


def note_of(size: int, history: str = "", *, key: SigningKey = KEY, at: str = AT) -> str:
    """Return the signed checkpoint of a ledger of ``size`` entries; another ``history`` has another root."""
    root = sha256(f"{history}{size}".encode()).digest()
    return sign_checkpoint(stamped(key.name, size, root, "sha-256", at), key)


def stated(size: int, history: str = "", *, key: SigningKey = KEY, at: str = AT) -> Stated:
    """Return `note_of`, read."""
    return read_note(note_of(size, history, key=key, at=at))


class ToldAnchor:
    """Fails as ``errors`` say, one after the other, then takes everything; ``gate`` holds what is on its way."""

    name = "told"
    kind: Kind = "webhook"

    def __init__(self, *errors: Exception) -> None:
        self.errors: list[Exception] = list(errors)
        self.offered: list[int] = []
        self.taken: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = asyncio.Event()

    async def take(self, checkpoint: Stated) -> None:
        self.offered.append(checkpoint.size)
        self.asked.set()
        await self.gate.wait()
        if self.errors:
            raise self.errors.pop(0)
        self.taken.append(checkpoint.size)
