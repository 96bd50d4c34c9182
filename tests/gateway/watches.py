"""A keeper of watches whose sources are what a test says they are, on a real store, with a clock of its own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from gateway.auth import Client
from gateway.auth.clients import WebhookSpec
from gateway.caller import Caller
from gateway.consents.model import Named
from gateway.errors import LedgerUnavailable
from gateway.ledger import Entry, Secret, new_receipt
from gateway.seal import Seal
from gateway.watch import outbox, standings
from gateway.watch.asking import Asking
from gateway.watch.declared import WatchRules
from gateway.watch.deliverer import Deliverer
from gateway.watch.endpoints import Endpoint
from gateway.watch.rounds import Observed, Standing
from gateway.watch.sealing import seal
from gateway.watch.sections import Watched
from gateway.watch.shown import owner_of
from gateway.watch.tables import Message, Watch
from gateway.watch.watcher import Watcher
from gateway.watch.watches import Watches
from tests.gateway.tokens import BANK

SECRET = Secret(b"w" * 32)
SUBJECT = "91230881TJ00000350"
RULES = WatchRules(minimum_seconds=60, default_seconds=60, attempts=3, first_retry_seconds=10, lease_seconds=100)
HOOKED = replace(BANK, webhook=WebhookSpec(url_env="URL", secret_env="HOOK"))
CALLER = Caller("bank", None, BANK.scopes, "BANK_CREDIT")


@dataclass
class Clock:
    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Ledger:
    entries: list[Entry] = field(default_factory=list)
    broken: bool = False

    async def append(self, entry: Entry, shape: str = "") -> None:
        if self.broken:
            raise LedgerUnavailable("away")
        self.entries.append(entry)


@dataclass
class Consents:
    said: Named = field(default_factory=Named)

    async def named(self, *_: Any) -> Named:
        return self.said


@dataclass
class Desk:
    ledger: Ledger = field(default_factory=Ledger)
    consents: Consents = field(default_factory=Consents)
    seal: Seal = field(default_factory=lambda: Seal(SECRET, "c", "p"))


@dataclass
class Sources:
    """What is asked in place of departments: ``content`` of every section, None where they do not answer."""

    desk_: Desk = field(default_factory=Desk)
    content: Any = 0
    state: str = "COMPLETE"
    closed: datetime | None = None
    asked: list[Caller] = field(default_factory=list)
    fails: bool = False

    def desk(self) -> Desk:
        return self.desk_

    async def observe(self, caller: Caller, keys: Sequence[Any], sections: Sequence[Watched]) -> list[Observed]:
        self.asked.append(caller)
        if self.fails:
            raise ValueError(SUBJECT)
        return [
            Observed(at, section.path, self.state, SUBJECT, self.content if self.state == "COMPLETE" else None)
            for at in range(len(keys))
            for section in sections
        ]

    def closed_until(self, sections: Sequence[Watched], now: datetime) -> datetime | None:
        return self.closed


@dataclass
class Keeper:
    """Everything of one replica."""

    watches: Watches
    watcher: Watcher
    deliverer: Deliverer
    sources: Sources
    clock: Clock
    clients: dict[str, Client]

    @property
    def desk(self) -> Desk:
        return self.sources.desk_

    async def started(self, caller: Caller = CALLER, **changes: Any) -> str:
        """Put a watch into the store; return its id."""
        id_ = new_receipt()
        kept = {"keys": [{"value": SUBJECT}], "consent": caller.consent, "subject": caller.subject}
        given = {
            "id": id_,
            "client": caller.client,
            "owner": owner_of(SECRET, caller)[0],
            "purpose": caller.purpose,
            "case_number": None,
            "scopes": tuple(sorted(caller.scopes)),
            "sections": ("penalties",),
            "subjects": 1,
            "sealed": seal(SECRET, id_, kept),
            "every_seconds": 60.0,
            "state": "ACTIVE",
            "reason": None,
            "started_at": "2027-01-15T00:00:00.000Z",
            "stopped_at": None,
            "asked_at": None,
            "next_at": self.clock(),
        }
        watch = Watch(**(given | changes))
        await self.watches.write(lambda one: standings.start(one, watch, None, "", 100, 1_000))
        return id_

    async def round(self, content: Any = None, seconds: float = 60) -> int:
        """Let the next round find ``content``; return how many watches were asked."""
        self.sources.content = content
        asked = await self.watcher.ask_due()
        self.clock.now += seconds
        return asked

    async def watch(self, id_: str, caller: Caller = CALLER) -> Watch:
        (found,) = await self.watches.read(lambda one: standings.held(one, owner_of(SECRET, caller), id_, 1, None))
        return found

    async def known(self, id_: str) -> Standing:
        return await self.watches.read(lambda one: standings.known(one, id_))

    async def messages(self, state: str | None = None) -> list[Message]:
        return (await self.watches.read(lambda one: outbox.listed(one, None, state, 100)))[::-1]


@asynccontextmanager
async def keeping(url: str, endpoint: Endpoint | None, rules: WatchRules = RULES) -> AsyncIterator[Keeper]:
    watches = await Watches.open(url)
    sources, clock, clients = Sources(), Clock(), {"bank": HOOKED}
    deliverer = Deliverer(watches, rules, [SECRET], lambda client: endpoint, clock)
    asking = cast("Asking", sources)
    watcher = Watcher(watches, asking, rules, [SECRET], clients.get, deliverer.wake, clock)
    try:
        yield Keeper(watches, watcher, deliverer, sources, clock, clients)
    finally:
        await watches.close()
