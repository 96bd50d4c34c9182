"""The endpoint on a real server: statuses of both sets of rules, headers, errors, clients that leave."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from starlette.types import ASGIApp

from gateway.errors import (
    BadDocument,
    BadParameters,
    BadQuery,
    Forbidden,
    LedgerUnavailable,
    RequestError,
    TooCostly,
    Unauthenticated,
)
from gateway.http import DRAFT, SEPTEMBER_2026, Reply, StatusRules
from tests.gateway.desks import FixedDesk, TinyDesk, WaitingDesk, mount, serving

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
HELLO = {"query": "{ hello }"}


@asynccontextmanager
async def client_of(app: ASGIApp) -> AsyncIterator[httpx2.AsyncClient]:
    async with serving(app) as port, httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        yield client


@pytest.fixture(scope="module")
async def tiny() -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(mount(TinyDesk(), max_body_bytes=2_000)) as client:
        yield client


async def test_an_answer_and_its_headers(tiny: httpx2.AsyncClient) -> None:
    response = await tiny.post(
        "/graphql", json={"query": "query Q($n: String) { hello(name: $n) }", "variables": {"n": "同江"}}
    )
    assert response.status_code == 200
    assert response.json() == {"data": {"hello": "hello 同江"}}
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["vary"] == "Accept"
    assert "server" not in response.headers


async def test_the_desk_gets_the_headers() -> None:
    desk = TinyDesk()
    async with client_of(mount(desk)) as client:
        await client.post("/graphql", json=HELLO, headers={"Authorization": "Bearer x", "Credit-Purpose": "LENDING"})
    assert desk.headers[0]["credit-purpose"] == "LENDING"
    assert desk.headers[0]["Authorization"] == "Bearer x"


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "QUERY"])
async def test_other_methods(tiny: httpx2.AsyncClient, method: str) -> None:
    response = await tiny.request(method, "/graphql")
    assert response.status_code in (405, 400)  # 400: a method that the parser below does not know
    if response.status_code == 405:
        assert response.headers["allow"] == "GET, POST"
        assert method == "HEAD" or response.json()["errors"][0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize("accept", [JSON, RESPONSE])
async def test_a_mutation_by_get_is_not_allowed(tiny: httpx2.AsyncClient, accept: str) -> None:
    response = await tiny.get("/graphql", params={"query": "mutation { change }"}, headers={"accept": accept})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    posted = await tiny.post("/graphql", json={"query": "mutation { change }"})
    assert posted.json() == {"data": {"change": "changed"}}


async def test_nothing_acceptable(tiny: httpx2.AsyncClient) -> None:
    response = await tiny.post("/graphql", json=HELLO, headers={"accept": "text/html"})
    assert response.status_code == 406
    assert response.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/json; charset=gb18030"},
        {"content-type": JSON, "content-encoding": "gzip"},
        {"content-type": JSON, "content-encoding": "identity, br"},
        {},
    ],
)
async def test_bodies_that_are_not_taken(tiny: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    response = await tiny.post("/graphql", content=b'{"query":"{ hello }"}', headers=headers)
    assert response.status_code == 415
    assert response.json()["errors"][0]["extensions"] == {"code": "UNSUPPORTED_MEDIA_TYPE"}


async def chunked(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_a_body_over_the_limit(tiny: httpx2.AsyncClient) -> None:
    declared = await tiny.post("/graphql", content=b" " * 2_001, headers={"content-type": JSON})
    streamed = await tiny.post("/graphql", content=chunked(b" " * 1_500, b" " * 1_500), headers={"content-type": JSON})
    assert (declared.status_code, streamed.status_code) == (413, 413)
    assert declared.json()["errors"][0]["extensions"] == {"code": "TOO_LARGE"}
    assert (
        await tiny.post("/graphql", content=chunked(b'{"query":', b'"{ hello }"}'), headers={"content-type": JSON})
    ).is_success


async def test_the_place_of_a_mistake_is_told(tiny: httpx2.AsyncClient) -> None:
    response = await tiny.post("/graphql", json={"query": "{ hello"}, headers={"accept": RESPONSE})
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["locations"] == [{"line": 1, "column": 8}]
    assert error["extensions"]["code"] == "BAD_QUERY"


PARTIAL = Reply(b'{"data":{"a":null},"errors":[]}', partial=True)
REFUSED = Reply(b'{"errors":[]}', executed=False)


@pytest.mark.parametrize(
    ("outcome", "draft_json", "draft", "september"),
    [
        (Reply(b'{"data":{}}'), 200, 200, 200),
        (PARTIAL, 200, 200, 294),
        (REFUSED, 200, 400, 422),
        (BadParameters("x"), 400, 400, 422),
        (BadDocument("x"), 200, 400, 400),
        (BadQuery("x"), 200, 400, 422),
        (TooCostly("x"), 200, 400, 422),
        (Unauthenticated("x"), 401, 401, 401),
        (Forbidden("x"), 403, 403, 403),
        (LedgerUnavailable("x"), 503, 503, 503),
        (ValueError("x"), 500, 500, 500),
    ],
)
async def test_status_codes(outcome: Reply | Exception, draft_json: int, draft: int, september: int) -> None:
    statuses = [
        await status_of(outcome, rules, accept) for rules in (DRAFT, SEPTEMBER_2026) for accept in (JSON, RESPONSE)
    ]
    good = isinstance(outcome, Reply) and outcome.executed
    legacy = (200, JSON) if good else (september, RESPONSE)
    assert statuses == [(draft_json, JSON), (draft, RESPONSE), legacy, (september, RESPONSE)]


async def status_of(outcome: Reply | Exception, rules: StatusRules, accept: str) -> tuple[int, str]:
    transport = httpx2.ASGITransport(mount(FixedDesk(outcome), rules))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.post("/graphql", json=HELLO, headers={"accept": accept})
    return response.status_code, response.headers["content-type"].removesuffix("; charset=utf-8")


async def test_headers_and_extensions_of_an_error() -> None:
    error = Unauthenticated("no token", headers={"WWW-Authenticate": "Bearer"}, extensions={"hint": "ask the issuer"})
    async with client_of(mount(FixedDesk(error))) as client:
        response = await client.post("/graphql", json=HELLO)
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json() == {
        "errors": [{"message": "no token", "extensions": {"code": "UNAUTHENTICATED", "hint": "ask the issuer"}}]
    }


async def test_an_unexpected_error_tells_nothing_but_an_id(caplog: pytest.LogCaptureFixture) -> None:
    error = KeyError("91230881MA18CANARY")
    error.__cause__ = ValueError("the cause names 91230881MA18CANARY too")
    with caplog.at_level(logging.DEBUG):
        async with client_of(mount(FixedDesk(error))) as client:
            response = await client.post("/graphql", json={"query": '{ hello(name: "91230881MA18CANARY") }'})
    assert response.status_code == 500
    (shown,) = response.json()["errors"]
    assert shown["extensions"]["code"] == "INTERNAL"
    assert "CANARY" not in response.text + caplog.text
    assert shown["extensions"]["id"] in caplog.text
    assert "kind=KeyError < ValueError" in caplog.text
    assert "desks.py" in caplog.text


async def test_a_url_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with client_of(mount(TinyDesk())) as client:
            await client.get("/graphql", params={"query": '{ hello(name: "CANARY") }'})
    assert "CANARY" not in "".join(record.getMessage() for record in caplog.records if record.name != "httpx2")


async def post_and_wait(port: int, desk: WaitingDesk, message: bytes) -> asyncio.StreamWriter:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(message)
    await asyncio.wait_for(desk.asked.wait(), 10)
    return writer


POSTED = (
    b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n"
    b'{"query":"{ hello }"}'
)
GOTTEN = b"GET /graphql?query=%7Bhello%7D HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("message", [POSTED, GOTTEN])
@pytest.mark.parametrize("reset", [False, True])
async def test_the_work_stops_when_the_client_goes(message: bytes, reset: bool) -> None:
    desk = WaitingDesk()
    async with serving(mount(desk)) as port:
        writer = await post_and_wait(port, desk, message)
        writer.transport.abort() if reset else writer.close()
        await asyncio.wait_for(desk.cancelled.wait(), 10)


async def test_a_client_that_stays_is_not_cancelled() -> None:
    class SlowDesk:
        async def answer(self, request: Any, headers: Any) -> Reply:
            await asyncio.sleep(0.1)  # longer than the watcher takes to begin
            return Reply(b'{"data":{"slow":true}}')

    async with client_of(mount(SlowDesk())) as client:
        answers = await asyncio.gather(*(client.post("/graphql", json=HELLO) for _ in range(10)))
        again = await client.post("/graphql", json=HELLO)
    assert {answer.text for answer in (*answers, again)} == {'{"data":{"slow":true}}'}


async def test_a_client_that_goes_before_its_body_is_whole_disturbs_nobody(caplog: pytest.LogCaptureFixture) -> None:
    desk = TinyDesk()
    async with serving(mount(desk)) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(POSTED[:-5])
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.close()
        async with httpx2.AsyncClient() as client:
            assert (await client.post(f"http://127.0.0.1:{port}/graphql", json=HELLO)).is_success
    assert len(desk.requests) == 1
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_every_error_has_a_code_and_a_status() -> None:
    kinds = list(RequestError.__subclasses__())
    for kind in kinds:
        kinds += kind.__subclasses__()
    assert all(400 <= kind.status < 600 and kind.code.isupper() for kind in kinds)
