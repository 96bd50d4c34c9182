"""The words of client management: what a home of clients keeps of one, and why something is not done."""

from collections.abc import Iterable
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


def taken(client_id: str) -> str:
    """Return what is said of a name that there is already."""
    return f"there is a client `{client_id}` already: `client show` shows it, `client rotate` gives it new credentials"


def missing(client_id: str) -> str:
    """Return what is said of a name that there is not."""
    return f"there is no client `{client_id}`: `client list` shows all"


def entry_of(entries: Iterable[Entry], client_id: str) -> Entry:
    """Return the entry of that client; raises `ClientRefused` when there is none."""
    for entry in entries:
        if entry.id == client_id:
            return entry
    raise ClientRefused(missing(client_id))
