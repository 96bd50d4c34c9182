"""The credit platform of the level above: Strawberry behind uvicorn on a free port, which remembers what it was asked.

Its subjects are `FIRST` and `SECOND`; a test breaks a part of it by its name in `Platform.broken`, with a code.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import orjson
import strawberry
import uvicorn
from graphql import GraphQLError
from starlette.types import Message, Receive, Scope, Send
from strawberry.asgi import GraphQL

from connectors.spec import FieldSpec, GraphqlEntity, GraphqlSource, KeySpec, ValueType
from tests.connectors.departments import FIRST, SECOND

ENTITY = "AdministrativePenalty"
TOKEN = "t0ken"
_FIELDS: tuple[tuple[str, str, ValueType], ...] = (
    ("decision_no", "decision.docNo", "text"),
    ("decided_on", "decision.decidedOn", "date"),
    ("content", "content", "text"),
    ("fine_amount", "fine", "yuan"),
    ("person_id_no", "personNo", "masked_id"),
)


@dataclass
class Platform:
    """What the platform was sent, and what is broken in it: part -> code of the error."""

    broken: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[bytes, bytes]] = field(default_factory=list)
    url: str = ""

    @property
    def documents(self) -> list[str]:
        """The documents in the order of the questions."""
        return [asked["query"] for asked in self.asked]

    def check(self, part: str) -> None:
        """Raise what is broken in ``part``."""
        if part in self.broken:
            raise GraphQLError(f"内部错误 {FIRST}", extensions={"code": self.broken[part]})


_platform = Platform()


@strawberry.enum
class Kind(Enum):
    """Kinds of records."""

    PENALTY = "penalty"
    LICENSE = "license"


@strawberry.type
class Decision:
    """A decision."""

    doc_no: str

    @strawberry.field
    def decided_on(self) -> str | None:
        """Return the day."""
        _platform.check(f"day of {self.doc_no}")
        return "2026-03-01"


@strawberry.type
class Record:
    """A record of somebody above."""

    decision: Decision
    person_no: str = "230881198501010011"

    @strawberry.field
    def content(self) -> str:
        """Return a text that is always there."""
        _platform.check(f"content of {self.decision.doc_no}")
        return "警告"

    @strawberry.field
    def fine(self) -> float | None:
        """Return an amount."""
        return 2000.0


@strawberry.type
class Subject:
    """A subject above."""

    code: strawberry.Private[str]

    @strawberry.field
    def uscc(self) -> str:
        """Return the code, which is always there."""
        _platform.check(f"subject {self.code}")
        return self.code

    @strawberry.field
    def state(self) -> str:
        """Return whether the records are all there."""
        return "PARTIAL" if f"state of {self.code}" in _platform.broken else "COMPLETE"

    @strawberry.field
    def records(self, kind: Kind = Kind.PENALTY) -> list[Record] | None:
        """Return the records, of which the second subject has none."""
        _platform.check(f"records of {self.code}")
        return [Record(decision=Decision(doc_no=f"罚{at}")) for at in (1, 2)] if self.code == FIRST else []

    @strawberry.field
    def latest(self) -> Record | None:
        """Return the latest record, if there is one."""
        return Record(decision=Decision(doc_no="罚9")) if self.code == FIRST else None


def _known(code: str) -> Subject | None:
    return Subject(code=code) if code in {FIRST, SECOND} else None


@strawberry.type
class Query:
    """What can be asked."""

    @strawberry.field
    def subjects(self, codes: list[str]) -> list[Subject | None] | None:
        """Return the subjects in the order of the codes."""
        _platform.check("root")
        return None if "silence" in _platform.broken else [_known(code) for code in codes]

    @strawberry.field
    def subject(self, code: str) -> Subject | None:
        """Return one subject."""
        return _known(code)

    @strawberry.field
    def numbered(self, codes: list[str], kind: Kind, areas: list[str], page: int) -> list[Record]:
        """Return seven records of one subject, three a page."""
        _platform.check(f"page {page}")
        numbers = range(7)[(page - 1) * 3 : page * 3]
        return [Record(decision=Decision(doc_no=f"{kind.name} {areas[0]} {at}")) for at in numbers]


_schema = strawberry.Schema(query=Query)


@asynccontextmanager
async def platform() -> AsyncIterator[Platform]:
    """Run the platform, unbroken."""
    _platform.__init__()  # type: ignore[misc]  # anew
    config = uvicorn.Config(_remembering, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        _platform.url = f"http://127.0.0.1:{listener.getsockname()[1]}/graphql"
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield _platform
        finally:
            server.should_exit = True
            await serving


async def _remembering(scope: Scope, receive: Receive, send: Send) -> None:
    message = await receive()
    body = message["body"]
    while message.get("more_body"):
        message = await receive()
        body += message["body"]
    _platform.asked.append(orjson.loads(body))
    _platform.headers.append(dict(scope["headers"]))
    if dict(scope["headers"]).get(b"authorization", b"Bearer " + TOKEN.encode()) != b"Bearer " + TOKEN.encode():
        await _refuse(send)
        return

    async def again() -> Message:
        return {"type": "http.request", "body": body}

    await GraphQL[None, None](_schema, graphql_ide=None)(scope, again, send)


async def _refuse(send: Send) -> None:
    refused = {"errors": [{"message": "令牌无效", "extensions": {"code": "UNAUTHENTICATED"}}]}
    headers = [(b"content-type", b"application/graphql-response+json")]
    await send({"type": "http.response.start", "status": 401, "headers": headers})
    await send({"type": "http.response.body", "body": orjson.dumps(refused)})


def source(*, entity: dict[str, Any] | None = None, **changes: Any) -> GraphqlSource:
    """Return the source file of the platform, with what a test changes."""
    told: dict[str, Any] = {
        "field": "subjects",
        "key_argument": "codes",
        "key_type": "[String!]!",
        "items": "records",
        "keys": {"USCC": KeySpec(column="/uscc")},
        "record_key": ["decision.docNo"],
        "fields": {name: FieldSpec(column=column, type=kind, scope="public") for name, column, kind in _FIELDS},
    }
    described: dict[str, Any] = {
        "name": "platform",
        "department": "jiamusi",
        "title": "市级平台",
        "contact": "测试",
        "timeout_seconds": 2.0,
        "batch_size": 20,
        "concurrency": 4,
        "url_env": "PLATFORM_URL",
        "entities": {ENTITY: GraphqlEntity(**(told | (entity or {})))},
    }
    return GraphqlSource(**(described | changes))
