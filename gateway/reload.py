"""A new reading of the configuration in a running gateway: all of it counts from one moment on, or none of it.

# INVARIANT: what is new is made whole before anything is swapped, and swapped without a wait (invariant 10). A mistake
anywhere leaves everything as it was, and every mistake is logged.

Swapped: policy, disclosure rules, departments, catalogue, clients, and the sources that changed (`gateway.opened`);
other sources keep their connections and counts. `gateway.toml` is read at the start only: when it has changed, nothing
is reloaded, and the log says that a restart is needed.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from typing import Final

from msgspec import structs

from connectors.errors import ConfigError, Mistake
from gateway.administration import Administration
from gateway.clients.opened import read_register
from gateway.clients.refreshed import TableRegister
from gateway.clients.secrets import secret_mistakes
from gateway.clients.table import ClientTable
from gateway.configuration import Configuration
from gateway.desk import Desk
from gateway.errors import LedgerUnavailable
from gateway.front import Front, Loaded, clients_by_name
from gateway.issuer.assertion import key_mistakes
from gateway.ledger import Secret
from gateway.objections.rules import endpoints_of
from gateway.opened import NONE_OPENED, open_sources
from gateway.seal import Seal
from gateway.secrets import with_secret_files
from gateway.settings import Settings
from gateway.shared import SharedPaces
from gateway.watch.endpoints import check_endpoints

_log: Final = logging.getLogger("gateway.reload")

Load = Callable[[], Configuration]
"""Reads the configuration folder, as at the start; raises `ConfigError`."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What stays from the start to the end, and what the rest is read and opened by."""

    environ: Mapping[str, str]
    table: ClientTable | None
    paces: SharedPaces | None


async def load_from(origin: Origin, configuration: Configuration, before: Loaded | None = None) -> Loaded:
    """Return what ``configuration`` leads to, with the sources of ``before`` that have not changed.

    Raises `ConfigError`, and then nothing new is open.
    """
    environ = with_secret_files(origin.environ, configuration.secret_variables)
    configuration.require_variables(environ)
    register = await read_register(configuration, origin.table, before.register if before is not None else None)
    if not configuration.settings.production:
        clients, folder = register.all(), configuration.folder
        mistakes = [*secret_mistakes(clients, environ, folder), *key_mistakes(clients, folder)]
        if mistakes:
            raise ConfigError(mistakes)
    endpoints_of(configuration.objections, environ)
    check_endpoints(register.all(), environ, production=configuration.settings.production)
    purposes = {name: client.purposes for name, client in register.clients.items()}
    for unused in configuration.rule_book.unused(purposes):
        _log.warning("%s", unused)
    opened = await open_sources(
        configuration, environ, origin.paces, before.opened if before is not None else NONE_OPENED
    )
    return Loaded(configuration, environ, register, opened)


def renewed(desk: Desk, loaded: Loaded, secret: Secret) -> Desk:
    """Return ``desk`` working by ``loaded``; what does not come from files is the same.

    Plans are made anew: one may rest on anything that was read.
    """
    configuration = loaded.configuration
    seal = Seal.of(configuration, secret)
    clients = clients_by_name(loaded.register)
    terms = replace(desk.mutations.terms, clients=clients)
    filing = replace(
        desk.mutations.filing,
        catalogue=configuration.catalogue,
        rules=configuration.objections,
        hiding=configuration.hiding,
    )
    return replace(
        desk,
        mutations=replace(
            desk.mutations,
            policy=configuration.policy,
            register=configuration.measures,
            terms=terms,
            filing=filing,
            seal=seal,
        ),
        plans=desk.plans.emptied(),
        authenticator=desk.authenticator.knowing(loaded.register),
        policy=configuration.policy,
        catalogue=configuration.catalogue,
        rules=configuration.disclosure,
        departments=configuration.departments,
        sources=loaded.opened.sources,
        seal=seal,
        guard=replace(desk.guard, rules=configuration.guard),
        budgets=desk.budgets.knowing(clients),
        trusted=configuration.trusted,
    )


class Reload:
    """Reads the configuration anew for the desk that stands at ``front``; ``outcomes`` counts RELOADED and REFUSED."""

    def __init__(self, front: Front, origin: Origin, secret: Secret, administration: Administration) -> None:
        self.outcomes: Counter[str] = Counter(RELOADED=0, REFUSED=0)
        self._front = front
        self._origin = origin
        self._secret = secret
        self._administration = administration
        self._one_at_a_time = asyncio.Lock()
        self._retiring: set[asyncio.Task[None]] = set()

    async def __call__(self, load: Load) -> bool:
        """Reload by ``load`` and return whether that was done; every mistake is logged, nothing is raised."""
        async with self._one_at_a_time:
            try:
                await self._reload(load)
            except ConfigError as error:
                await self._refused([str(mistake) for mistake in error.mistakes])
                return False
            except LedgerUnavailable as error:
                await self._refused([f"it could not be recorded: {error.message}"])
                return False
            except Exception as error:  # noqa: BLE001  (whatever it was, the gateway goes on as it is)
                await self._refused([f"it could not be read: {type(error).__name__}"])
                return False
            return True

    async def close(self) -> None:
        """Close what the desk of the moment uses, and what retired desks still do."""
        for task in self._retiring:
            task.cancel()
        if self._retiring:
            await asyncio.wait(self._retiring)
        await _close(self._front.loaded, list(self._front.loaded.opened.sources))

    async def _reload(self, load: Load) -> None:
        before = self._front.loaded
        configuration = await asyncio.to_thread(load)
        if mistakes := _restart_mistakes(before.configuration.settings, configuration.settings):
            raise ConfigError(mistakes)
        after = await load_from(self._origin, configuration, before)
        desk = renewed(self._front.desk, after, self._secret)
        try:
            await self._administration.reloaded(before, after, desk.seal)
        except BaseException:
            await _close(after, after.opened.gone(before.opened))
            raise
        await start_register(after, self._administration)
        idle = self._front.put_up(after, desk)
        gone = before.opened.gone(after.opened)
        self._retire(before, gone, idle)
        self.outcomes["RELOADED"] += 1
        _log.info("configuration reloaded: %s; %s", _told(before, after), _told_sources(before, after, gone))

    async def _refused(self, mistakes: list[str]) -> None:
        self.outcomes["REFUSED"] += 1
        for mistake in mistakes:
            _log.error("configuration not reloaded: %s", mistake)
        _log.error("configuration not reloaded, %d mistake(s): the one before stays, whole", len(mistakes))
        with suppress(LedgerUnavailable):  # it is in the log, and nothing has changed
            await self._administration.not_reloaded(len(mistakes))

    def _retire(self, before: Loaded, gone: list[str], idle: asyncio.Event) -> None:
        task = asyncio.create_task(_close_when(idle, before, gone))
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)


async def start_register(loaded: Loaded, administration: Administration) -> None:
    """Keep the register of ``loaded`` fresh, where it is one that changes."""
    if isinstance(loaded.register, TableRegister):
        await loaded.register.start(administration.clients)


async def _close_when(idle: asyncio.Event, loaded: Loaded, gone: list[str]) -> None:
    """Close what only a retired desk used, when it has answered its last request or the gateway stops."""
    try:
        await idle.wait()
    finally:
        await _close(loaded, gone)


async def _close(loaded: Loaded, sources: list[str]) -> None:
    async with AsyncExitStack() as stack:
        if isinstance(loaded.register, TableRegister):
            stack.push_async_callback(loaded.register.close)
        for name in sources:
            stack.push_async_callback(loaded.opened.sources[name].gate.close)


def _restart_mistakes(before: Settings, after: Settings) -> list[Mistake]:
    """Return a mistake for each part of `gateway.toml` that has changed: it counts after a restart only."""
    told = "has changed, and is read at the start only: restart the gateway, or take the change back"
    names = [each.name for each in structs.fields(Settings)]
    return [Mistake("gateway.toml", name, told) for name in names if getattr(before, name) != getattr(after, name)]


def _told(before: Loaded, after: Loaded) -> str:
    versions = {name: (before.versions[name], version) for name, version in after.versions.items()}
    return ", ".join(
        f"{name} {new}" if old == new else f"{name} {old} -> {new}" for name, (old, new) in versions.items()
    )


def _told_sources(before: Loaded, after: Loaded, gone: list[str]) -> str:
    added = [name for name in after.opened.sources if name not in before.opened.sources]
    removed = [name for name in gone if name not in after.opened.sources]
    changed = [name for name in gone if name not in removed]
    parts = {"sources opened anew": changed, "added": added, "removed": removed}
    return "; ".join(f"{told}: {', '.join(names)}" for told, names in parts.items() if names) or "no source changed"
