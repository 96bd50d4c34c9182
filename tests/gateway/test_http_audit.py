"""The audits of the public suite for GraphQL over HTTP (npm package `graphql-http` 1.23.1), each by its id.

All 61 are here as data: what is sent, and which status (and media type) must come back.
"""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx2
import msgspec
import pytest

from tests.gateway.desks import TinyDesk, mount, serving

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
TYPENAME = {"query": "{ __typename }"}
NAMED = {"query": "query Query { __typename }", "operationName": "Query"}
TYPE_QUERY = "query Type($name: String!) { __type(name: $name) { name } }"
TYPED = {"query": TYPE_QUERY, "variables": {"name": "sometype"}}
COERCE = {"query": "query CoerceFailure($id: ID!){ __typename }", "variables": {"id": None}}
UNKNOWN_FIELD = {"query": "{ 8f31403dfe404bccbb0e835f2629c6a7 }"}
NO_STRINGS: list[Any] = [{"obj": "ect"}, 0, False, ["array"]]
NO_MAPS: list[Any] = ["string", 0, False, ["array"]]
NOTHING = object()


def post(
    audit: str,
    body: Any,
    statuses: int | range,
    accept: str | None = None,
    content_type: str | None = JSON,
    **more: Any,
) -> Any:
    headers = {"content-type": content_type, "accept": accept}
    content = body if isinstance(body, bytes) else b"" if body is NOTHING else msgspec.json.encode(body)
    return pytest.param("POST", "", headers, content, statuses, more, id=audit)


def get(audit: str, parameters: dict[str, str], statuses: int | range, accept: str | None = None, **more: Any) -> Any:
    return pytest.param("GET", urlencode(parameters), {"accept": accept}, None, statuses, more, id=audit)


AUDITS = [
    post("22EB", TYPENAME, 200, RESPONSE, media=RESPONSE),
    post("4655", TYPENAME, 200, JSON, media=JSON),
    post("47DE", TYPENAME, 200, "*/*", media=JSON),
    post("80D8", TYPENAME, 200, media=JSON),
    post("82A3", TYPENAME, 200),
    post("BF61", {"query": '{ __type(name: "Run🏃Swim🏊") { name } }'}, 200, content_type=f"{JSON}; charset=utf-8"),
    post("78D5", TYPENAME, 200),
    post("2C94", TYPENAME, 200),
    get("5A70", TYPENAME, 200),
    get("9C48", {"query": "mutation { __typename }"}, range(400, 500), RESPONSE),
    post("9ABE", TYPENAME, range(400, 500), content_type="text/plain;charset=UTF-8"),
    post("9ABE-absent", TYPENAME, range(400, 500), content_type=None),
    post("03D4", TYPENAME, 200),
    post("A5BF", NOTHING, 400),
    post("423L", {"notquery": "{ __typename }"}, 400, RESPONSE),
    *(post(f"LKJ{index}", {"query": bad}, 400) for index, bad in enumerate(NO_STRINGS)),
    post("34A2", TYPENAME, 200, RESPONSE),
    post("13EE", TYPENAME, 200, JSON, errors=False),
    *(post(f"6C0{index}", {**TYPENAME, "operationName": bad}, 400) for index, bad in enumerate(NO_STRINGS)),
    post("8161", NAMED, 200, RESPONSE),
    post("B8B3", NAMED, 200, JSON, errors=False),
    *(
        post(f"{prefix}{index}", {**TYPENAME, name: None}, 200, accept, errors=False)
        for prefix, accept in (("94B", RESPONSE), ("022", JSON))
        for index, name in enumerate(("variables", "operationName", "extensions"))
    ),
    *(post(f"476{index}", {**TYPENAME, "variables": bad}, 400) for index, bad in enumerate(NO_MAPS)),
    post("2EA1", TYPED, 200, RESPONSE),
    post("28B9", TYPED, 200, JSON, errors=False),
    get("D6D5", {"query": TYPE_QUERY, "variables": '{"name": "sometype"}'}, 200, RESPONSE, errors=False),
    get("6A70", {"query": TYPE_QUERY, "variables": '{"name": "sometype"}'}, 200, JSON, errors=False),
    *(post(f"58B{index}", {**TYPENAME, "extensions": bad}, 400) for index, bad in enumerate(NO_MAPS)),
    post("428F", {**TYPENAME, "extensions": {"some": "value"}}, 200, RESPONSE),
    post("1B7A", {**TYPENAME, "extensions": {"some": "value"}}, 200, JSON, errors=False),
    post("B6DC", b'{ "not a JSON', range(200, 600), JSON),
    post("BCF8", b'{ "not a JSON', 400, JSON),
    post("B7N8", b'{ "not a JSON', 400, RESPONSE),
    post("8764", {"qeury": "{ __typename }"}, range(400, 600)),
    post("3E3A", {"qeury": "{ __typename }"}, 400),
    post("572B", {"query": "{"}, 200, JSON),
    post("FDE2", UNKNOWN_FIELD, 200, JSON),
    post("7B9B", COERCE, 200, JSON),
    post("865D", {"query": "{"}, range(400, 600), RESPONSE),
    post("556A", {"query": "{"}, 400, RESPONSE),
    post("D586", {"query": "{"}, 400, RESPONSE, data=False),
    post("51FE", UNKNOWN_FIELD, range(400, 600), RESPONSE),
    post("74FF", UNKNOWN_FIELD, 400, RESPONSE),
    post("5E5B", UNKNOWN_FIELD, 400, RESPONSE, data=False),
    post("86EE", COERCE, 400, RESPONSE),
]


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with (
        serving(mount(TinyDesk())) as port,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        yield client


def test_every_audit_is_here() -> None:
    assert len(AUDITS) == 61 + 1  # 9ABE in both readings of "not supplied": none, and what `fetch` sends by itself


@pytest.mark.parametrize(("method", "query", "headers", "content", "statuses", "more"), AUDITS)
async def test_audit(
    client: httpx2.AsyncClient,
    method: str,
    query: str,
    headers: dict[str, str | None],
    content: bytes | None,
    statuses: int | range,
    more: dict[str, Any],
) -> None:
    request = client.build_request(method, f"/graphql?{query}" if query else "/graphql", content=content)
    request.headers.pop("accept", None)
    request.headers.update({name: value for name, value in headers.items() if value is not None})
    response = await client.send(request)
    assert response.status_code in (statuses if isinstance(statuses, range) else (statuses,))
    if "media" in more:
        assert response.headers["content-type"] == f"{more['media']}; charset=utf-8"
    body = msgspec.json.decode(response.content)
    if "errors" in more:
        assert ("errors" in body) is more["errors"]
    if "data" in more:
        assert ("data" in body) is more["data"]
