"""How commands ask a running gateway: where a token may be sent, what is sent with it, and what comes back.

# INVARIANT: the token goes to the gateway and nowhere else: never into the process list, never over a network without
TLS, never after a redirect, never into what is printed, whatever stands at the address and sends it back.
"""

import os
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import aiohttp
import orjson
import typer

from gateway.auth.presented import is_loopback
from gateway.cli.options import TOKEN_ENV
from gateway.errors import BadQuery

DEFAULT_GATEWAY: Final = "http://127.0.0.1:8088"
GRAPHQL: Final = "/graphql"
CONSENT_ENV: Final = "CREDIT_CONSENT"
MAXIMUM_ANSWER: Final = 64 << 20
"""Bytes of an answer that are read unless less is expected."""
_SECONDS: Final = aiohttp.ClientTimeout(total=120, sock_connect=20)
_TOKEN: Final = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
"""What a bearer token may hold (RFC 6750 §2.1)."""
_GOOD: Final = frozenset({200, 201})
_UNAUTHORIZED: Final = 401

TokenFile = Annotated[
    str | None,
    typer.Option(
        "--token",
        metavar="@FILE",
        help=f"存放访问令牌的文件,`@-` 为标准输入 the file of an access token; else {TOKEN_ENV}.",
        show_default=False,
    ),
]


class Unreached(BadQuery):
    """Nothing answered at the address, or not in time: it may when asked again."""


class Refused(BadQuery):
    """The gateway said why it does not answer; ``retry_seconds`` when that passes by itself."""

    def __init__(self, message: str, status: int, code: str | None, retry_seconds: float | None = None) -> None:
        super().__init__(message)
        self.answered = status
        self.reason = code
        self.retry_seconds = retry_seconds

    def __str__(self) -> str:
        return self.message


def gateway_address(url: str, option: str = "--gateway") -> str:
    """Return the address of a gateway to which a token may be sent: by HTTPS, or on this machine.

    That of its GraphQL endpoint is taken for it. Raises `typer.BadParameter`, naming the ``option``.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise typer.BadParameter("this is no address", param_hint=option) from None
    odd = parts.username is not None or parts.query or parts.fragment
    if parts.scheme not in {"http", "https"} or not host or odd:
        raise typer.BadParameter("an address is like https://credit.example.cn", param_hint=option)
    if parts.scheme == "http" and not is_loopback(host):
        raise typer.BadParameter("a token is sent by https, or to this machine alone", param_hint=option)
    return url.rstrip("/").removesuffix(GRAPHQL)


@dataclass(frozen=True, slots=True)
class Token:
    """Where a token is: in the file that is ``named`` as `@FILE`, else in the environment.

    A file is read anew when the token is not taken any more: whoever renews it there keeps a long command going.
    """

    named: str | None = None
    _piped: list[str] = field(default_factory=list, repr=False)

    def read(self) -> str:
        """Return the token; raises `typer.BadParameter`."""
        if self.named is not None and not self.named.startswith("@"):  # and what was given instead is not repeated
            raise typer.BadParameter("name the file of an access token as @FILE", param_hint="--token")
        try:
            token = self._text().strip()
        except (OSError, ValueError):
            raise typer.BadParameter("the file of the access token cannot be read", param_hint="--token") from None
        if _TOKEN.fullmatch(token) is None:
            raise typer.BadParameter(f"there is no access token in that file, or in {TOKEN_ENV}", param_hint="--token")
        return token

    def _text(self) -> str:
        if self.named is None:
            return os.environ.get(TOKEN_ENV, "")
        if self.named != "@-":
            return Path(self.named[1:]).read_text(encoding="utf-8")
        if not self._piped:
            self._piped.append(sys.stdin.read())
        return self._piped[0]


def declared(purpose: str | None = None, case: str | None = None, consent: str | None = None) -> dict[str, str]:
    """Return the headers that say what a request is for; raises `typer.BadParameter` for what no header can hold."""
    said = {"Credit-Purpose": purpose, "Credit-Case": case, "Credit-Consent": consent}
    given = {name: each.strip() for name, each in said.items() if each and each.strip()}
    for name, each in given.items():
        if not each.isprintable():
            raise typer.BadParameter(f"what is sent as `{name}` must be one line of text")
    return given


def consents() -> str | None:
    """Return the consents of the environment."""
    return os.environ.get(CONSENT_ENV)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with status 200 or 201."""

    body: bytes
    headers: Mapping[str, str]


class Remote:
    """A gateway at the address ``base``, asked with a ``token`` and the headers ``said``; open it by `reaching`."""

    def __init__(self, session: aiohttp.ClientSession, base: str, token: Token, said: Mapping[str, str]) -> None:
        self._session = session
        self._base = base
        self._token = token
        self._said = said
        self._sent: set[str] = set()

    async def send(
        self, method: str, path: str, *, body: bytes | None = None, media: str = "", most: int = MAXIMUM_ANSWER
    ) -> Reply:
        """Return the answer to one request, of which ``most`` bytes are read; raises `Refused`, `Unreached`."""
        headers = {"Accept": "application/json", **({"Content-Type": media} if media else {})}
        async with self.open(method, path, headers, body) as response:
            return Reply(await limited(response.content, most), response.headers)

    async def query(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Return the data of a GraphQL operation; raises `Refused` also where any field was refused, `Unreached`."""
        asked = orjson.dumps({"query": document, "variables": variables})
        reply = await self.send("POST", GRAPHQL, body=asked, media="application/json")
        try:
            told: Any = orjson.loads(reply.body)
            data, errors = told.get("data"), told.get("errors")
        except (ValueError, AttributeError):
            raise BadQuery("what the gateway sent cannot be read: is this the address of a gateway?") from None
        if errors or not isinstance(data, dict):
            raise self.refused(200, reply.body, {})
        return data

    def refused(self, status: int, body: bytes, headers: Mapping[str, str]) -> Refused:
        """Return why the gateway told nothing, in its own words where it has any, without any token of ours."""
        error = _refused(status, body, headers)
        for token in self._sent:
            error.message = error.message.replace(token, "…")
        return error

    @asynccontextmanager
    async def open(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        within: aiohttp.ClientTimeout = _SECONDS,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Open an answer of status 200 or 201; raises `Refused`, and `Unreached` also when it breaks off within."""
        token = self._token.read()
        try:
            async with self._request(method, path, headers, body, within, token) as response:
                if response.status != _UNAUTHORIZED or (renewed := self._token.read()) == token:
                    await self._require(response)
                    yield response
                    return
            async with self._request(method, path, headers, body, within, renewed) as response:
                await self._require(response)
                yield response
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise Unreached("no gateway answers at that address, or not in time") from None

    def _request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
        within: aiohttp.ClientTimeout,
        token: str,
    ) -> Any:
        self._sent.add(token)
        sent = {**self._said, **headers, "Authorization": f"Bearer {token}"}
        url, sendable = self._base + path, BytesIO(body) if body is not None else None
        return self._session.request(method, url, data=sendable, headers=sent, timeout=within, allow_redirects=False)

    async def _require(self, response: aiohttp.ClientResponse) -> None:
        if response.status not in _GOOD:
            raise self.refused(response.status, await limited(response.content, 1 << 20), response.headers)


@asynccontextmanager
async def reaching(base: str, token: Token, said: Mapping[str, str]) -> AsyncIterator[Remote]:
    """Open the gateway at ``base``, an address that `gateway_address` has let pass."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield Remote(session, base, token, said)


async def limited(stream: aiohttp.StreamReader, most: int) -> bytes:
    """Return what ``stream`` holds; little more than ``most`` bytes of what is longer."""
    found = bytearray()
    async for chunk in stream.iter_any():
        found += chunk
        if len(found) > most:
            break
    return bytes(found)


def _refused(status: int, body: bytes, headers: Mapping[str, str]) -> Refused:
    after = headers.get("Retry-After", "")
    seconds = float(after) if after.isdecimal() and len(after) < 9 else None
    try:
        (error, *_) = orjson.loads(body)["errors"]
        message, extensions = str(error["message"]), error["extensions"]
        code = str(extensions["code"])
        told = "; ".join([message, *(f"{each['field']}: {each['message']}" for each in extensions.get("inputs", ()))])
        return Refused(f"the gateway refused: {told} ({code})", status, code, seconds)
    except (ValueError, KeyError, TypeError, AttributeError):
        return Refused(f"the gateway answered with status {status} and no reason", status, None, seconds)
