"""The register of clients from the home that `gateway.toml` names."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from connectors.errors import ConfigError, Mistake
from gateway.auth import FixedRegister, Register
from gateway.clients.refreshed import TableRegister
from gateway.clients.rows import TABLE, read_row
from gateway.clients.table import CLIENTS_URL_ENV, ClientTable
from gateway.configuration import Configuration
from gateway.settings import Settings


async def open_table(settings: Settings, environ: Mapping[str, str]) -> ClientTable | None:
    """Return the table of clients, None where they are kept in the file; raises `ConfigError`."""
    if settings.clients.home == "file":
        return None
    url = environ.get(CLIENTS_URL_ENV)
    if not url:
        told = "is not set, and `clients.home` of gateway.toml keeps the clients in a table"
        raise ConfigError([Mistake("environment", CLIENTS_URL_ENV, told)])
    try:
        return await ClientTable.open(url)
    except ValueError as error:
        raise ConfigError([Mistake("environment", CLIENTS_URL_ENV, str(error))]) from None
    except Exception as error:  # noqa: BLE001  (a driver may raise anything, and quote the password)
        raise ConfigError([Mistake(TABLE, "", f"cannot be opened: {type(error).__name__}")]) from None


async def read_register(
    configuration: Configuration, table: ClientTable | None, before: Register | None = None
) -> Register:
    """Return the register of ``configuration``; a register of the table has been read once, and is not started.

    Bad rows are logged, and leave their clients as they were ``before``, or out. Raises `ConfigError` when the table
    cannot be read, or when a row is bad that was good before: the new policy does not fit it.
    """
    if table is None:
        return FixedRegister(configuration.clients)
    known = before if isinstance(before, TableRegister) else None
    register = TableRegister(
        table,
        partial(read_row, policy=configuration.policy, departments=configuration.departments),
        configuration.settings.clients.refresh_seconds,
        known.clients if known is not None else None,
    )
    try:
        await register.refresh()
    except Exception as error:  # noqa: BLE001  (a driver may raise anything, and quote the password)
        raise ConfigError([Mistake(TABLE, "", f"cannot be read: {type(error).__name__}")]) from None
    if known is not None:
        register.require_no_worse(known.mistakes)
    return register


def with_clients(configuration: Configuration, environ: Mapping[str, str]) -> tuple[Configuration, list[Mistake]]:
    """Return ``configuration`` with the clients of its home, and the mistakes of rows; raises `ConfigError`.

    For commands: the clients of the file are there already, those of a table are read now.
    """
    if configuration.settings.clients.home == "file":
        return configuration, []
    register = asyncio.run(_read_once(configuration, environ))
    mistakes = [each for found in register.mistakes.values() for each in found]
    return replace(configuration, clients=register.clients), mistakes


async def _read_once(configuration: Configuration, environ: Mapping[str, str]) -> TableRegister:
    table = await open_table(configuration.settings, environ)
    assert table is not None, "only asked for where clients are in a table"
    try:
        register = await read_register(configuration, table)
    finally:
        await table.close()
    assert isinstance(register, TableRegister)
    return register
