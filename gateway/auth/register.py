"""Whom the gateway knows: the register of clients as the rest of it asks, wherever they are kept.

# INVARIANT: a register finds only clients that may ask: one that is suspended is not found, so none can forget to look.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Protocol

import msgspec

from gateway.auth.clients import Client


class Register(Protocol):
    """The registered clients of the moment; nothing here waits."""

    @property
    def version(self) -> str:
        """A digest (SHA-256, 16 hex) of the whole content: it changes whenever anything of it does."""
        ...

    @property
    def clients(self) -> Mapping[str, Client]:
        """Every client by name, the suspended ones too: for the record, never to decide by."""
        ...

    def find(self, client_id: str) -> Client | None:
        """Return the client of that name, None for one that is not registered, or is suspended."""
        ...

    def all(self) -> tuple[Client, ...]:
        """Return every client that may ask, by name."""
        ...


class FixedRegister:
    """A register that stays as it was made: of a file as it was read, or of a test's clients."""

    def __init__(self, clients: Mapping[str, Client]) -> None:
        self._clients = {name: clients[name] for name in sorted(clients) if not clients[name].suspended}
        self._version = digest_of(clients)
        self._every = dict(clients)

    @property
    def version(self) -> str:
        """The digest of the clients, suspended ones too."""
        return self._version

    @property
    def clients(self) -> Mapping[str, Client]:
        """Every client by name, the suspended ones too."""
        return self._every

    def find(self, client_id: str) -> Client | None:
        """Return the client of that name that may ask."""
        return self._clients.get(client_id)

    def all(self) -> tuple[Client, ...]:
        """Return every client that may ask."""
        return tuple(self._clients.values())


class FollowedRegister:
    """The register that ``now`` returns at each question, for what lives longer than one register."""

    def __init__(self, now: Callable[[], Register]) -> None:
        self._now = now

    @property
    def version(self) -> str:
        """The version of the register of the moment."""
        return self._now().version

    @property
    def clients(self) -> Mapping[str, Client]:
        """Every client of the register of the moment, the suspended ones too."""
        return self._now().clients

    def find(self, client_id: str) -> Client | None:
        """Return what the register of the moment finds."""
        return self._now().find(client_id)

    def all(self) -> tuple[Client, ...]:
        """Return all of the register of the moment."""
        return self._now().all()


def register_of(clients: Register | Mapping[str, Client]) -> Register:
    """Return ``clients`` as a register: itself, or a fixed one of a mapping by name."""
    return FixedRegister(clients) if isinstance(clients, Mapping) else clients


def digest_of(clients: Mapping[str, Client]) -> str:
    """Return a digest (SHA-256, 16 hex) of everything that ``clients`` are, the same for equal clients."""
    ordered = [clients[name] for name in sorted(clients)]
    return sha256(msgspec.json.encode(ordered, order="deterministic")).hexdigest()[:16]
