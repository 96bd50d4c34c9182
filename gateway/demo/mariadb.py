"""A throw-away MariaDB from the machine's own programs: TCP on a free loopback port, no durability, gone when stopped.

Unlike PostgreSQL there is no wheel of it, so it may be missing: then `find_mariadb` finds nothing, and the department
that needs it keeps its tables in a SQLite file.
"""

import os
import secrets
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from gateway.demo.postgres import free_port

OWNER: Final = "demo"
_START_SECONDS: Final = 30.0
_PLACES: Final = ("/usr/sbin", "/usr/local/sbin", "/usr/local/bin")
"""Where distributions put the server, besides the search path."""
_SETTINGS: Final = (
    "--bind-address=127.0.0.1", "--skip-name-resolve", "--character-set-server=utf8mb4", "--performance-schema=OFF",
    "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=16M", "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=OFF", "--key-buffer-size=1M", "--aria-pagecache-buffer-size=1M", "--max-connections=40",
)  # fmt: skip


class MariaDBFailed(Exception):
    """The server is installed but did not start; says what it said."""


class Programs(NamedTuple):
    """The server, and what lays out the tables that it needs for itself."""

    server: str
    install: str


@dataclass(frozen=True, slots=True)
class MariaDB:
    """A running server, and the password of its owner `OWNER`."""

    port: int
    password: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End the server at once: nothing that it holds is needed again."""
        self.process.kill()
        self.process.wait()


def find_mariadb() -> Programs | None:
    """Return the programs of the machine's MariaDB, None when it has none."""
    path = os.pathsep.join((os.environ.get("PATH", ""), *_PLACES))
    server, install = shutil.which("mariadbd", path=path), shutil.which("mariadb-install-db", path=path)
    return None if server is None or install is None else Programs(server, install)


def start_mariadb(folder: Path, programs: Programs) -> MariaDB:
    """Start a new, empty server with its data in ``folder``/mariadb; raises `MariaDBFailed`."""
    home = folder.resolve() / "mariadb"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    data, log = home / "data", home / "mariadb.log"
    user = ("--user=root",) if os.geteuid() == 0 else ()
    password, port = secrets.token_hex(16), free_port()
    # Servers that are set up at the same moment would take each other's temporary tables.
    scratch = home / "tmp"
    scratch.mkdir()
    _install([programs.install, "--no-defaults", "--skip-test-db", f"--datadir={data}", f"--tmpdir={scratch}", *user])
    first = _first_statements(home, password)
    # A relative socket lies in the data folder: the path of a socket must be short.
    own = (f"--datadir={data}", f"--port={port}", "--socket=demo.sock", f"--init-file={first}", f"--tmpdir={scratch}")
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603  # the distribution's program, settings of this module
            [programs.server, "--no-defaults", *own, *_SETTINGS, *user],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd="/",
        )
    server = MariaDB(port, password, process)
    try:
        _wait(server, log)
    except BaseException:
        server.stop()
        raise
    first.unlink()
    return server


def _install(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, cwd="/", check=False)  # noqa: S603  # as above
    if done.returncode:
        raise MariaDBFailed(f"MariaDB could not be set up: {done.stderr.decode(errors='replace').strip()}")


def _first_statements(home: Path, password: str) -> Path:
    """Write what the server does before it listens: one owner with a password, and nobody without one."""
    file = home / "first.sql"
    file.touch(mode=0o600)
    file.write_text(
        f"DELETE FROM mysql.global_priv WHERE User NOT IN ('mariadb.sys', '{OWNER}');\n"  # noqa: S608  # a constant
        "FLUSH PRIVILEGES;\n"
        f"CREATE USER {OWNER}@'127.0.0.1' IDENTIFIED BY '{password}';\n"
        f"GRANT ALL ON *.* TO {OWNER}@'127.0.0.1' WITH GRANT OPTION;\n",
        encoding="ascii",
    )
    return file


def _wait(server: MariaDB, log: Path) -> None:
    """Return when ``server`` sends its greeting; raises `MariaDBFailed`."""
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and server.process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=1) as connection:
                if connection.recv(5)[4:] == b"\x0a":  # version 10 of the protocol
                    return
        except OSError:
            time.sleep(0.01)
    raise MariaDBFailed(f"MariaDB did not start: {log.read_text(errors='replace')[-2000:]}")
