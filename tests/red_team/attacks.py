"""What several files of attacks need: who attacks, how an answer is compared, and what no answer may hold."""

import asyncio
import re
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import orjson
from multidict import CIMultiDict

from tests.end_to_end.notice import CODES
from tests.end_to_end.served import Served, Told

OF: Final = "query Attack($key: SubjectKey!) { subject(key: $key) { ... on Organization { %s } } }"
"""A query for a subject, to be filled with what is selected of it."""
INSIDE: Final = re.compile(
    rb"Traceback|File \\?\"|\.py\b|SELECT |INSERT |FROM t|asyncpg|asyncmy|sqlite|sqlalchemy|aiohttp|msgspec|zeep|lxml"
    rb"|/work|/home|/tmp|/var/|127\.0\.0\.1|localhost"
    rb"|object at 0x|<class|Errno|errno|[a-z](?:Error|Exception)\b|\bNone\b",
)
"""Words that tell how the gateway is built, or where it and its sources are."""


class Attacker(NamedTuple):
    """A client, and what it says that it asks for."""

    client: str
    purpose: str | None = None
    case: str | None = None

    async def ask(self, served: Served, query: str, **variables: Any) -> Told:
        """Send ``query`` in the attacker's name."""
        return await served.ask(self.client, query, purpose=self.purpose, case=self.case, **variables)

    async def about(self, served: Served, number: int, selection: str) -> Told:
        """Ask for ``selection`` of the demo subject ``number``."""
        return await self.ask(served, OF % selection, key=key(number))


PORTAL: Final = Attacker("portal")
BANK: Final = Attacker("bank")
AUDITOR: Final = Attacker("auditor")
COURT: Final = Attacker("court")
TAX: Final = Attacker("tax_department")
OFF_DUTY: Final = Attacker("tax_department", "OWNER")
BIDDER: Final = Attacker("procurement", "BIDDING", "TJ-2026-17")


def key(number: int) -> dict[str, str]:
    """Return the key of a demo subject by its unified code."""
    return {"scheme": "USCC", "value": CODES[number]}


def content(told: Told) -> Any:
    """Return an answer without what is its own in every answer: the number of its receipt."""
    said = dict(told.content)
    said.pop("extensions", None)
    return said


def alike(told: Told, number: int) -> bytes:
    """Return an answer about a demo subject as it would read about any other."""
    return orjson.dumps(content(told)).replace(CODES[number].encode(), b"<uscc>")


async def send(served: Served, head: bytes, body: bytes = b"") -> Told:
    """Send a request as it is, ``head`` without its blank line and lengths; what came back until the server closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(served.origin).port)
    try:
        writer.write(head + b"\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        said, _, content = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.close()
    status, *lines = said.decode("latin-1").split("\r\n")
    return Told(int(status.split()[1]), CIMultiDict(_pair(line) for line in lines), content)


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition(": ")
    return name, value


def posting(served: Served, client: str, *lines: bytes) -> bytes:
    """Return the head of a POST of ``client`` with further ``lines``."""
    said = [f"Authorization: Bearer {served.token(client)}".encode(), b"Content-Type: application/json", *lines]
    return b"\r\n".join([b"POST /graphql HTTP/1.1", b"Host: gateway", *said])
