"""Servers that are down, restarted, slow or closed to us: what a caller is told, and what is left behind there."""

import asyncio
import re
from collections.abc import Sequence
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import make_url

from connectors.errors import SourceRejected, SourceTimedOut, SourceUnavailable
from connectors.sql.connections import Connections
from connectors.sql.servers import Postgres
from tests.connectors.sql_sources import ENTITY, FIELDS, A, B, Site, batch, contents, entity
from tests.servers import Server, free_port

SLEEP = {"postgres": "pg_sleep(20) IS NULL", "mariadb": "SLEEP(20) > 1"}
RUNNING = {
    "postgres": "SELECT query FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend'",
    "mariadb": "SELECT info FROM information_schema.processlist WHERE info IS NOT NULL AND id <> CONNECTION_ID()",
}
DOWN = {
    "sqlite": "sqlite+aiosqlite:////nowhere/department.sqlite",
    "postgres": "postgresql+asyncpg://reader:tiger@127.0.0.1:{port}/postgres",
    "mariadb": "mariadb+asyncmy://reader:tiger@127.0.0.1:{port}/source",
}


@pytest.fixture
def server(site: Site, request: pytest.FixtureRequest) -> Server:
    if site.kind == "sqlite":
        pytest.skip("SQLite has no server")
    server: Server = request.getfixturevalue(f"{site.kind}_server")
    return server


async def running(site: Site, count: int) -> Sequence[Any]:
    """Return what runs at the server, as soon as there are ``count`` questions, or after a while."""
    found: Sequence[Any] = ()
    for _ in range(200):
        found = await site.run([RUNNING[site.kind]])
        if len(found) == count:
            break
        await asyncio.sleep(0.02)
    return found


async def test_source_that_is_down_at_start(site: Site) -> None:
    url = DOWN[site.kind].format(port=free_port())
    async with site.connector(url) as connector:
        for ask in (connector.fetch(batch(A)), connector.probe()):
            with pytest.raises(SourceUnavailable) as raised:
                await ask
            assert not re.search(r"127|tiger|reader|nowhere|SELECT|rrno", str(raised.value))
            assert raised.value.__suppress_context__, "a traceback would show the driver's words"


async def test_source_comes_back_by_itself(site: Site, server: Server) -> None:
    async with site.connector() as connector:
        await connector.fetch(batch(A))
        server.stop()
        try:
            with pytest.raises(SourceUnavailable):
                await connector.fetch(batch(A))
        finally:
            server.start()
        assert (await connector.fetch(batch(A))).rows.keys() == {A}


async def test_restart_between_questions_is_not_noticed(site: Site, server: Server) -> None:
    async with site.connector() as connector:
        await asyncio.gather(*(connector.fetch(batch(A)) for _ in range(4)))
        server.stop()
        server.start()
        answers = await asyncio.gather(*(connector.fetch(batch(A)) for _ in range(8)))
        assert all(answer.rows.keys() == {A} for answer in answers)


async def test_connection_that_dies_unseen_is_replaced(site: Site, server: Server) -> None:
    async with site.connector(concurrency=1) as connector:
        await connector.fetch(batch(A))
        (lane,) = connector._connections._idle
        mine = lane.driver.get_server_pid() if site.kind == "postgres" else lane.driver.thread_id()
        # From another thread, and this loop stands still meanwhile: the driver cannot know before it asks.
        killer = Thread(target=lambda: asyncio.run(_kill(site, mine)))
        killer.start()
        killer.join()
        assert (await connector.fetch(batch(A))).rows.keys() == {A}


async def test_cancelled_question_leaves_nothing_running(site: Site, server: Server) -> None:
    await _make_slow(site)
    slow = {ENTITY: entity("slow")}
    async with site.connector(entities=slow, timeout_seconds=15.0, concurrency=2) as connector:
        asking = [asyncio.create_task(connector.fetch(batch(A))) for _ in range(2)]
        assert len(await running(site, 2)) == 2
        for task in asking:
            task.cancel()
        assert {type(each) for each in await asyncio.gather(*asking, return_exceptions=True)} == {
            asyncio.CancelledError
        }
        assert await running(site, 0) in ([], ())
        await connector.probe()


async def test_server_itself_stops_what_takes_too_long(site: Site, server: Server) -> None:
    await _make_slow(site)
    async with site.connector(entities={ENTITY: entity("slow")}, timeout_seconds=0.2) as connector:
        with pytest.raises(SourceTimedOut):
            await connector.fetch(batch(A))
        assert await running(site, 0) in ([], ())


async def test_sessions_are_read_only(site: Site) -> None:
    async with site.connector() as connector:
        await connector.fetch(batch(A))
        for statement in ("DELETE FROM penalties", "CREATE TABLE mine (a int)"):
            with pytest.raises(Exception, match=r"(?i)read.?only"):
                await connector._connections.run(statement, ())
        assert contents(await connector.fetch(batch(A)), A)


async def test_no_more_connections_than_agreed(site: Site) -> None:
    async with site.connector(concurrency=2) as connector:
        await asyncio.gather(*(connector.fetch(batch(A, B)) for _ in range(20)))
        assert len(connector._connections._idle) <= 2


async def test_busy_connections_are_told(postgres_server: Server) -> None:
    url = make_url(f"postgresql+asyncpg://postgres@127.0.0.1:{postgres_server.port}/postgres")
    connections = Connections(Postgres(url, 5.0), size=1, wait_seconds=0.1)
    asking = asyncio.create_task(connections.run("SELECT pg_sleep(1)", ()))
    await asyncio.sleep(0)
    with pytest.raises(SourceUnavailable, match="all connections to the source are busy"):
        await connections.run("SELECT 1", ())
    asking.cancel()
    await connections.close()
    with pytest.raises(SourceUnavailable, match="closed"):
        await connections.run("SELECT 1", ())


async def test_missing_permission_and_credentials(site: Site, server: Server) -> None:
    user = "stranger" if site.kind == "postgres" else "'stranger'@'127.0.0.1'"
    await site.run([f"DROP {'ROLE' if site.kind == 'postgres' else 'USER'} IF EXISTS {user}"])
    made = {"postgres": "CREATE ROLE stranger LOGIN", "mariadb": f"CREATE USER {user}"}
    view = "GRANT SELECT (id) ON penalties TO"
    await site.run([made[site.kind], f"{view} {user}"])
    stranger = re.sub(r"\w+@", "stranger@", site.url)
    async with site.connector(stranger) as connector:
        with pytest.raises(SourceRejected, match="does not let us read table `penalties`"):
            await connector.fetch(batch(A))
    async with site.connector(stranger.replace("stranger@", "nobody_knows:x@")) as connector:
        with pytest.raises(SourceRejected, match="does not accept our credentials"):
            await connector.fetch(batch(A))


async def test_column_that_is_not_asked_for_is_not_computed(site: Site) -> None:
    if site.kind != "postgres":
        pytest.skip("only PostgreSQL has functions that fail")
    await site.run(
        [
            "CREATE OR REPLACE FUNCTION refuse(text) RETURNS text LANGUAGE plpgsql STABLE AS"
            " $$ BEGIN RAISE EXCEPTION 'read: %', $1; END $$",
            "CREATE OR REPLACE VIEW guarded AS SELECT id, uscc, reg_no, org_code, name, content, fine, decided, mark,"
            " updated, refuse(secret) AS secret FROM penalties",
        ]
    )
    async with site.connector(entities={ENTITY: entity("guarded")}) as connector:
        assert (await connector.fetch(batch(A))).rows.keys() == {A}
        with pytest.raises(SourceUnavailable, match="P0001") as raised:
            await connector.fetch(batch(A, fields=(*FIELDS, "remark")))
        assert "s1" not in str(raised.value)


async def _kill(site: Site, connection: int) -> None:
    kill = {"postgres": f"SELECT pg_terminate_backend({connection}, 5000)", "mariadb": f"KILL {connection}"}
    await site.run([kill[site.kind]])


async def _make_slow(site: Site) -> None:
    await site.run([f"CREATE OR REPLACE VIEW slow AS SELECT * FROM penalties WHERE {SLEEP[site.kind]}"])
