"""A desk with a tiny real schema, and a real server to stand it in."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

import msgspec
from graphql import GraphQLError, build_schema, execute, get_operation_ast, parse, validate
from graphql.execution import ExecutionResult
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import Route
from starlette.types import ASGIApp

from gateway.auth import Presented
from gateway.errors import BadDocument, BadQuery, MethodNotAllowed
from gateway.http import GraphQLRequest, Limits, Readiness, Reply, graphql_endpoint, make_server
from gateway.http.response import DRAFT, StatusRules

SCHEMA = build_schema("""
type Query { hello(name: String): String  broken: String }
type Mutation { change: String }
""")


class TinyDesk:
    """Parses, validates and executes with graphql-core; `broken` fails, so that it gives data with errors."""

    def __init__(self) -> None:
        self.requests: list[GraphQLRequest] = []
        self.headers: list[Mapping[str, str]] = []

    async def answer(self, request: GraphQLRequest, presented: Presented) -> Reply:
        self.requests.append(request)
        self.headers.append(cast("Headers", presented.headers))
        try:
            document = parse(request.query)
        except GraphQLError as error:
            raise BadDocument("the document does not parse", locations=locations(error)) from None
        if errors := validate(SCHEMA, document):
            raise BadQuery("the document does not fit the schema", locations=locations(errors[0]))
        operation = get_operation_ast(document, request.operation_name)
        if operation is not None and request.method == "GET" and operation.operation.value == "mutation":
            raise MethodNotAllowed("a mutation must be sent by POST")
        result = execute(SCHEMA, document, Root(), None, request.variables, request.operation_name)
        assert isinstance(result, ExecutionResult)
        body = msgspec.json.encode(result.formatted)
        return Reply(body, executed=result.data is not None, partial=bool(result.errors))


class Root:
    """The resolvers of SCHEMA."""

    change = "changed"

    def hello(self, _info: Any, name: str = "nobody") -> str:
        return f"hello {name}"

    def broken(self, _info: Any) -> str:
        raise GraphQLError("broken on purpose")


class WaitingDesk:
    """Never answers; tells when it was asked and when its work was cancelled."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.cancelled = asyncio.Event()

    async def answer(self, request: GraphQLRequest, presented: Presented) -> Reply:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        raise AssertionError("unreachable")


class FixedDesk:
    """Answers each request with what it was made with, or raises it."""

    def __init__(self, outcome: Reply | Exception) -> None:
        self.outcome = outcome

    async def answer(self, request: GraphQLRequest, presented: Presented) -> Reply:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def locations(error: GraphQLError) -> list[dict[str, int]]:
    return [{"line": place.line, "column": place.column} for place in error.locations or ()]


def mount(desk: Any, rules: StatusRules = DRAFT, max_body_bytes: int = 1 << 20) -> Starlette:
    return Starlette(routes=[Route("/graphql", graphql_endpoint(desk, rules=rules, max_body_bytes=max_body_bytes))])


@asynccontextmanager
async def serving(app: ASGIApp, limits: Limits | None = None, readiness: Readiness | None = None) -> AsyncIterator[int]:
    """Serve ``app`` with the real server on a free port; yield the port."""
    server = make_server(app, port=0, limits=limits, readiness=readiness)
    task = asyncio.create_task(server.serve())
    try:
        while not server.started:
            await asyncio.sleep(0.005)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task
