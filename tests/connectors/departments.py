"""Departments made of canned answers behind a real port, and the source files of such departments."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import orjson

from connectors.spec import AsOf, FieldSpec, KeySpec, RestEntity, RestSource, Session, SoapEntity, SoapSource, ValueType
from gateway.demo.listen import Answered, Asked, Connection, Desk

FIRST: Final = "91230881TJ0000019A"
SECOND: Final = "91230881TJ00000275"
THIRD: Final = "91230881TJ00000350"
FIELDS: Final = ("name", "filed_on")
ENTITY: Final = "EnforcementCase"
_FIELDS: Final[tuple[tuple[str, str, ValueType], ...]] = (("name", "iname", "text"), ("filed_on", "regDate", "date"))
_BASE: Final[dict[str, Any]] = {
    "name": "canned",
    "department": "court",
    "title": "测试系统",
    "contact": "测试",
    "timeout_seconds": 1.0,
    "batch_size": 1,
    "concurrency": 4,
    "url_env": "CANNED_URL",
}


class Canned:
    """Answers what ``reply`` returns; remembers every question."""

    def __init__(self, reply: Callable[[Asked], Answered]) -> None:
        self.reply = reply
        self.asked: list[Asked] = []

    def answer(self, asked: Asked) -> Answered:
        self.asked.append(asked)
        return self.reply(asked)

    def nothing(self, asked: Asked) -> Answered:
        return self.answer(asked)


@asynccontextmanager
async def listening(reply: Callable[[Asked], Answered] | Answered) -> AsyncIterator[tuple[Canned, str]]:
    """Run a department that gives ``reply``; yields it with its URL."""
    canned = Canned(reply if callable(reply) else lambda _: reply)
    desk = Desk(canned)
    async with serving(lambda: Connection(desk)) as url:
        yield canned, url


@asynccontextmanager
async def serving(protocol: Callable[[], asyncio.Protocol]) -> AsyncIterator[str]:
    """Run ``protocol`` behind a free port; yields its URL."""
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


class Raw(asyncio.Protocol):
    """Sends ``answer`` to whoever asks, as it is, and then closes; for what no honest HTTP server says."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(self._answer)
        self._transport.close()


def rows_answer(*rows: object) -> Answered:
    """Return the answer of a court with ``rows``."""
    return Answered(orjson.dumps({"code": 200, "data": {"list": rows}}))


def row(key: str = FIRST, number: int = 1, **cells: object) -> dict[str, object]:
    """Return a row of a court."""
    return {"id": number, "code": key, "iname": "甲公司", "regDate": "20260105", "gxsj": "2026-01-06"} | cells


def rest_source(*, source: dict[str, Any] | None = None, **entity: Any) -> RestSource:
    """Return the source file of a canned court, with what a test changes."""
    told: dict[str, Any] = {
        "path": "/cases",
        "key_parameter": "code",
        "items": "data.list",
        "keys": dict.fromkeys(("USCC", "TAX_NO", "ORG_CODE", "REG_NO", "PERSON"), KeySpec(column="code")),
        "record_key": ["id"],
        "fields": {name: FieldSpec(column=column, type=kind, scope="public") for name, column, kind in _FIELDS},
        "as_of": AsOf(column="gxsj", type="date"),
    }
    read = RestEntity(**(told | entity))
    return RestSource(entities={ENTITY: read}, **(_BASE | (source or {})))


def soap_source(*, entity: dict[str, Any] | None = None, **source: Any) -> SoapSource:
    """Return the source file of the tax bureau's interface, with what a test changes."""
    read: dict[str, Any] = {
        "keys": {"TAX_NO": KeySpec(column="nsrsbh")},
        "record_key": ["nsrsbh", "pjnd"],
        "fields": {
            "taxpayer_name": FieldSpec(column="nsrmc", type="text", scope="public"),
            "evaluation_year": FieldSpec(column="pjnd", type="year", scope="public"),
        },
        "operation": "queryCredit",
        "key_element": "nsrsbh",
        "items": "pjxx.item",
    }
    entities = {"TaxCreditRating": SoapEntity(**(read | (entity or {})))}
    told: dict[str, Any] = {"wsdl": "tax_credit.wsdl", "encoding": "gbk", "status": "rtnCode", "status_ok": ["00"]}
    codes = {"status_none": ["01"], "status_rejected": ["02"], "status_closed": ["90"]}
    session = {"session": Session(element="SessionToken", token_env="CANNED_TOKEN")}
    return SoapSource(entities=entities, **(_BASE | told | codes | session | source))
