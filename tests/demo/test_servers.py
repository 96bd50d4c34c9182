"""The database servers of the demo: nobody gets in without a password, and MariaDB may be missing or fail to start."""

from pathlib import Path
from typing import Any

import asyncmy
import pytest
from asyncmy.errors import OperationalError

from gateway.demo import servers
from gateway.demo.city import quiet
from gateway.demo.mariadb import OWNER, MariaDBFailed, Programs, start_mariadb
from gateway.demo.scenarios import everyone
from gateway.demo.subjects import named
from gateway.demo.supervision_store import DATABASE, READER, write_mariadb
from tests.demo.sources import asked
from tests.servers import Server, mariadb_programs

SIZE = 30


async def _connect(port: int, user: str, password: str, database: str | None = None) -> Any:
    return await asyncmy.connect(host="127.0.0.1", port=port, user=user, password=password, database=database)


@pytest.fixture
def programs(mariadb_server: Server) -> Programs:
    """The programs of the machine's MariaDB, which tests install where they may."""
    return Programs(*mariadb_programs())


async def test_nobody_gets_in_without_a_password_and_the_gateway_only_reads(tmp_path: Path, programs: Programs) -> None:
    server = start_mariadb(tmp_path, programs)
    try:
        for user, password in (("root", ""), (OWNER, ""), (OWNER, "wrong"), ("", "")):
            with pytest.raises(OperationalError):
                await _connect(server.port, user, password)
        address = {"host": "127.0.0.1", "port": server.port, "user": OWNER, "password": server.password}
        await write_mariadb(address, everyone(SIZE), "a1b2c3")
        connection = await _connect(server.port, READER, "a1b2c3", DATABASE)
        async with connection.cursor() as cursor:
            assert await cursor.execute("SELECT ID FROM ent_grade") > SIZE / 2
            with pytest.raises(OperationalError):
                await cursor.execute("DELETE FROM ent_grade")
        await connection.ensure_closed()
        assert not list((tmp_path / "mariadb").glob("*.sql")), "the password stands in no file"
    finally:
        server.stop()
    assert server.process.poll() is not None


def test_a_server_that_does_not_start_says_why(tmp_path: Path, programs: Programs) -> None:
    with pytest.raises(MariaDBFailed, match="could not be set up"):
        start_mariadb(tmp_path, Programs(programs.server, "/bin/false"))
    with pytest.raises(MariaDBFailed, match="did not start"):
        start_mariadb(tmp_path, Programs("/bin/false", programs.install))


@pytest.mark.parametrize("found", [None, Programs("/bin/false", "/bin/false")], ids=["missing", "failing"])
async def test_without_mariadb_its_department_keeps_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: Programs | None
) -> None:
    monkeypatch.setattr(servers, "find_mariadb", lambda: found)
    async with servers.serving(tmp_path, list(everyone(SIZE)), quiet) as environment:
        assert environment["MARKET_SUPERVISION_URL"].startswith("sqlite+aiosqlite:///")
        async with asked("market_supervision", environment) as supervision:
            (stall,) = (subject for subject in named() if subject.number == 7)
            assert len(await supervision.records("ListEntry_marked", "REG_NO", stall.registration_number)) == 2
