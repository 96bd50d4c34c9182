"""All departments in one process: databases filled, files written, HTTP interfaces listening.

Each HTTP department has a port of its own on 127.0.0.1. Secrets are made anew at every start. The module is not named
`departments`: a submodule hides the function of that name in its package as soon as it is imported.
"""

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from gateway.demo.center_store import write_center
from gateway.demo.civil_affairs import write_civil_affairs
from gateway.demo.construction import write_construction
from gateway.demo.files import FOLDERS
from gateway.demo.interfaces import INTERFACES
from gateway.demo.listen import Desk
from gateway.demo.professions import write_professions
from gateway.demo.publicity import write_publicity
from gateway.demo.receivers import RECEIVERS
from gateway.demo.scenarios import Known, everyone
from gateway.demo.servers import Report, serving
from gateway.demo.subjects import DEFAULT_SIZE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Latency = tuple[float, float]
"""Least and most seconds that an answer takes."""
DATABASES: Final[dict[str, Callable[[Path, list[Known]], None]]] = {
    "double_publicity": write_publicity,
    "credit_center": write_center,
    "profession_registry": write_professions,
    "construction_market": write_construction,
    "civil_affairs": write_civil_affairs,
}
"""What writes the SQLite file of a source."""


class Options(Struct, frozen=True, kw_only=True):
    """How large the demo is and how long its systems take."""

    size: int = DEFAULT_SIZE
    tax_latency: Latency = (0.03, 0.03)
    police_latency: Latency = (0.0, 0.0)
    latency: Latency = (0.0, 0.0)

    def latency_of(self, source: str) -> Latency:
        """Return how long the HTTP department of ``source`` takes."""
        return {"tax_credit": self.tax_latency, "police_verification": self.police_latency}.get(source, self.latency)


def quiet(_: str) -> None:
    """Report nothing."""


@asynccontextmanager
async def open_departments(folder: Path, options: Options, report: Report = quiet) -> "AsyncIterator[dict[str, str]]":
    """Run the departments with their data in ``folder``; yields the gateway's environment variables."""
    folder = _made(folder)
    report(f"{options.size} subjects")
    known = list(everyone(options.size))
    environment = _write_files(folder, known, report)
    async with serving(folder, known, report) as served:
        report("HTTP interfaces")
        desks, variables = _desks(known, options)
        known.clear()
        async with _listening(desks) as urls:
            yield environment | served | variables | urls


def _made(folder: Path) -> Path:
    """Return ``folder`` as an absolute path, made where it was missing."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def _write_files(folder: Path, known: list[Known], report: Report) -> dict[str, str]:
    environment = {}
    for name, write_database in DATABASES.items():
        report(f"{name.replace('_', ' ')} (SQLite)")
        database = folder / f"{name}.sqlite"
        write_database(database, known)
        environment[f"{name.upper()}_URL"] = f"sqlite+aiosqlite:///{database}"
    for name, write in FOLDERS.items():
        report(f"{name.replace('_', ' ')} (CSV)")
        write(folder / name, known)
        environment[f"{name.upper()}_FOLDER"] = str(folder / name)
    return environment


def _desks(known: list[Known], options: Options) -> tuple[dict[str, tuple[Desk, str]], dict[str, str]]:
    """Return the HTTP departments with the path of their interface, and the secrets by which they are asked."""
    desks: dict[str, tuple[Desk, str]] = {}
    variables: dict[str, str] = {}
    for source, open_interface in INTERFACES.items():
        interface = open_interface(known)
        desks[f"{source.upper()}_URL"] = Desk(interface.department, options.latency_of(source)), interface.path
        variables |= interface.secrets
    for variable, open_receiver in RECEIVERS.items():
        interface = open_receiver()
        desks[variable] = Desk(interface.department), interface.path
        variables |= interface.secrets
    return desks, variables


@asynccontextmanager
async def _listening(desks: dict[str, tuple[Desk, str]]) -> "AsyncIterator[dict[str, str]]":
    """Let every desk listen on a port of its own; yields variable -> URL."""
    loop = asyncio.get_running_loop()
    servers: list[asyncio.Server] = []
    urls: dict[str, str] = {}
    try:
        for name, (desk, path) in desks.items():
            server = await loop.create_server(desk.protocol, "127.0.0.1", 0)
            servers.append(server)
            urls[name] = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{path}"
        yield urls
    finally:
        for server in servers:
            server.close()
