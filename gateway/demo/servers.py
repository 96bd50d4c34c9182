"""The database servers of the demo, filled: PostgreSQL for two departments, MariaDB, where there is one, for a third.

Where the machine has no MariaDB, or one that does not start, its department keeps the same tables in a SQLite file.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from gateway.demo import registry, social_insurance, supervision_store
from gateway.demo.mariadb import OWNER, MariaDB, MariaDBFailed, find_mariadb, start_mariadb
from gateway.demo.postgres import Postgres, start_postgres
from gateway.demo.scenarios import Known

Report = Callable[[str], None]
"""Told what is being done, for a person who waits."""

REGISTRY_PID: Final = "market_registry.pid"
"""The file in the demo's folder that names the PostgreSQL process, for tests that stop it."""


@asynccontextmanager
async def serving(folder: Path, known: list[Known], report: Report) -> AsyncIterator[dict[str, str]]:
    """Run the servers with their data in ``folder``; yields the variables that name them to the gateway."""
    report("database servers")
    async with AsyncExitStack() as stack:
        postgres, mariadb = await _started(folder, stack, report)
        note = folder / REGISTRY_PID
        note.write_text(str(postgres.process.pid), encoding="ascii")
        stack.callback(note.unlink, missing_ok=True)
        environment = await _fill_postgres(postgres, known, report)
        report("market supervision")
        yield environment | await _fill_supervision(folder, mariadb, known)


async def _started(folder: Path, stack: AsyncExitStack, report: Report) -> tuple[Postgres, MariaDB | None]:
    """Start both at once; whatever has started is stopped with ``stack``."""
    programs = find_mariadb()
    starting = asyncio.to_thread(start_postgres, folder)
    if programs is None:
        postgres = await starting
        stack.callback(postgres.stop)
        return postgres, None
    started = await asyncio.gather(starting, asyncio.to_thread(start_mariadb, folder, programs), return_exceptions=True)
    for server in started:
        if not isinstance(server, BaseException):
            stack.callback(server.stop)
    first, second = started
    if isinstance(first, BaseException):
        raise first
    if isinstance(second, MariaDBFailed):
        report(str(second))
        return first, None
    if isinstance(second, BaseException):
        raise second
    return first, second


async def _fill_postgres(server: Postgres, known: list[Known], report: Report) -> dict[str, str]:
    report("market registry (PostgreSQL)")
    password = secrets.token_hex(16)
    await registry.write_registry(server.driver_url, password, known)
    environment = {"MARKET_REGISTRY_URL": server.url_of(registry.READER, password)}
    report("social insurance (PostgreSQL)")
    password = secrets.token_hex(16)
    await social_insurance.write_social_insurance(server.driver_url, password, known)
    url = server.url_of(social_insurance.READER, password, social_insurance.DATABASE)
    return environment | {"SOCIAL_INSURANCE_URL": url}


async def _fill_supervision(folder: Path, server: MariaDB | None, known: list[Known]) -> dict[str, str]:
    if server is None:
        path = folder / "market_supervision.sqlite"
        supervision_store.write_sqlite(path, known)
        return {"MARKET_SUPERVISION_URL": f"sqlite+aiosqlite:///{path}"}
    password = secrets.token_hex(16)
    address = {"host": "127.0.0.1", "port": server.port, "user": OWNER, "password": server.password}
    await supervision_store.write_mariadb(address, known, password)
    account = f"{supervision_store.READER}:{password}"
    url = f"mariadb+asyncmy://{account}@127.0.0.1:{server.port}/{supervision_store.DATABASE}"
    return {"MARKET_SUPERVISION_URL": url}
