"""The words of client management: what a home of clients keeps of one, and why something is not done."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Whether a client may ask."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"


@dataclass(frozen=True, slots=True)
class Entry:
    """One client as its home has it. ``spec`` is what `clients.toml` says of one, without its state.

    Times (UTC, ISO 8601) and who changed it last are known to a table only. Nothing of it is checked here.
    """

    id: str
    state: str
    spec: dict[str, Any]
    created_at: str | None = None
    changed_at: str | None = None
    changed_by: str | None = None


class ClientRefused(Exception):
    """Something that is not done to a client; ``reason`` says why and what to do next."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
