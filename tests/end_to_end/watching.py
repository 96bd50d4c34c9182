"""A gateway with a client that is registered to take messages, and what starts, stops and shows its watches."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from msgspec import structs

from gateway.auth.clients import WebhookSpec
from gateway.configuration import Configuration
from gateway.watch.declared import WatchRules
from tests.end_to_end.objecting import NOTICE, PENALTIES, SUBJECT
from tests.end_to_end.served import Served, Told, configuration, serving
from tests.gateway.receiver import SECRET, Receiver

KEYS = [{"value": SUBJECT, "scheme": "USCC"}]
HOOKED = ("bank", "portal", "enterprise")
QUICK = WatchRules(
    minimum_seconds=0.05, default_seconds=0.05, first_retry_seconds=0.05, longest_retry_seconds=0.1, attempts=3
)
SHOWN = """id state reason purpose case subjects sections everySeconds startedAt stoppedAt askedAt nextAt
  standing { subject section state digest since unknownSince }"""
START = f"mutation Start($given: StartWatchInput!) {{ startWatch(input: $given) {{ {SHOWN} }} }}"
STOP = f"mutation Stop($given: StopWatchInput!) {{ stopWatch(input: $given) {{ {SHOWN} }} }}"
WATCHES = f"query Watches($id: String) {{ watches(id: $id) {{ {SHOWN} }} }}"
MESSAGES = """query Messages($state: WatchMessageState) {
  watchMessages(state: $state) { id watch state madeAt attempts error receipt } }"""
REQUEUE = "mutation Again($given: RequeueWatchMessagesInput!) { requeueWatchMessages(input: $given) { id state } }"


def watchful(rules: WatchRules = QUICK, known: Configuration | None = None) -> Configuration:
    """Return the configuration with ``rules``, and with clients that take messages at `<CLIENT>_HOOK_URL`."""
    known = known or configuration()
    hooks = {name: WebhookSpec(url_env=f"{name.upper()}_HOOK_URL", secret_env="HOOK_SECRET") for name in HOOKED}
    clients = {
        name: replace(client, webhook=hooks[name]) if name in hooks else client
        for name, client in known.clients.items()
    }
    return replace(known, settings=structs.replace(known.settings, watch=rules), clients=clients)


def hooked(environ: Mapping[str, str], url: str) -> dict[str, str]:
    return {**environ, **{f"{name.upper()}_HOOK_URL": url for name in HOOKED}, "HOOK_SECRET": SECRET}


class Watching:
    """A running gateway whose clients have one receiver."""

    def __init__(self, served: Served, receiver: Receiver) -> None:
        self.served = served
        self.receiver = receiver

    async def start(self, client: str = "bank", **changes: Any) -> Told:
        given = {"keys": KEYS, "sections": ["penalties"], **changes}
        return await self.served.ask(client, START, given=given)

    async def started(self, client: str = "bank", **changes: Any) -> str:
        """Start a watch; return its id when it has been asked once."""
        id_: str = (await self.start(client, **changes)).data["startWatch"]["id"]
        await self.until(id_, lambda watch: watch["askedAt"] is not None or watch["state"] != "ACTIVE", client)
        return id_

    async def stop(self, id_: str, client: str = "bank") -> Told:
        return await self.served.ask(client, STOP, given={"id": id_})

    async def watch(self, id_: str, client: str = "bank") -> Any:
        found = (await self.served.ask(client, WATCHES, id=id_)).data["watches"]
        return found[0] if found else None

    async def until(self, id_: str, holds: Any, client: str = "bank") -> Any:
        """Return the watch once ``holds`` of it."""
        async with asyncio.timeout(60):
            while not holds(watch := await self.watch(id_, client)):
                await asyncio.sleep(0.02)
        return watch

    async def message(self, holds: Any = lambda message: True) -> Any:
        """Return the first message that arrived of which ``holds``."""
        async with asyncio.timeout(60):
            while True:
                for each in self.receiver.arrived:
                    if holds(each):
                        return each
                await asyncio.sleep(0.02)

    async def messages(self, state: str | None = None, client: str = "bank") -> Any:
        return (await self.served.ask(client, MESSAGES, state=state)).data["watchMessages"]

    async def repair(self) -> None:
        """Let the market regulator notice that one penalty of the subject is repaired: it is not shown any more."""
        seen = (await self.served.ask("bank", PENALTIES, key=KEYS[0])).data["subject"]["penalties"]["items"]
        keys = [each["provenance"] for each in seen]
        key = next(each["recordKey"] for each in keys if each["source"] == "market_penalties")
        given = {
            "source": "market_penalties",
            "entity": "AdministrativePenalty",
            "recordKey": key,
            "repairedOn": "2026-10-30",
            "basis": "决定书",
        }
        told = await self.served.ask("market_regulation", NOTICE, purpose="OWNER", given=given)
        assert told.data["noticeRepair"], told.body


@asynccontextmanager
async def watching(
    environ: Mapping[str, str], data: Path, receiver: Receiver, rules: WatchRules = QUICK, **options: Any
) -> AsyncIterator[Watching]:
    configured = options.pop("configured", None) or watchful(rules)
    async with serving(hooked(environ, receiver.url), data, configured=configured) as served:
        yield Watching(served, receiver)
