"""Opaque access tokens: the issuer is asked what they are (RFC 7662), and its answer is kept for a short while.

A good answer counts until the token expires and at most GOOD_SECONDS, a bad one BAD_SECONDS; both are found by the
SHA-256 of the token. Requests with one new token share one question. INVARIANT: an issuer that cannot be asked, or
whose answer cannot be read, opens nothing and refuses nothing: it is `IssuerAway`.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import aiohttp

from gateway.auth.access import Access, InvalidToken
from gateway.auth.claims import ClaimReader
from gateway.auth.documents import read_body, refuse_plain

GOOD_SECONDS: Final = 60.0
BAD_SECONDS: Final = 5.0
MAXIMUM_ANSWER_BYTES: Final = 65_536
AT_ONCE: Final = 16
"""Questions to one issuer at the same time."""
TOKEN_TYPES: Final = {"bearer": False, "dpop": True}
"""`token_type` in small letters (RFC 6749 §7.1: without case) -> whether the token must be bound to a key."""

log = logging.getLogger("gateway.auth")


class IssuerAway(Exception):
    """The issuer could not be asked, or gave no answer that can be read."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an issuer answers, and who we are to it; ``secret`` is sent by HTTP Basic (RFC 6749 §2.3.1)."""

    url: str
    client_id: str
    secret: str

    def __repr__(self) -> str:
        return f"Endpoint({self.url!r}, {self.client_id!r}, secret=…)"


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is known of a token until a time; ``access`` None when it is not good, for ``reason``."""

    until: float
    access: Access | None
    reason: str = ""


class Introspection:
    """Asks ``issuer`` at ``endpoint``; what it tells is read by ``reader``. Remembers up to ``memory`` tokens."""

    def __init__(
        self,
        issuer: str,
        endpoint: Endpoint,
        reader: ClaimReader,
        *,
        timeout_seconds: float = 3.0,
        memory: int = 10_000,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._issuer = issuer
        self._endpoint = endpoint
        self._reader = reader
        self._timeout_seconds = timeout_seconds
        self._memory = memory
        self._now = now
        self._good: OrderedDict[bytes, _Kept] = OrderedDict()
        self._bad: OrderedDict[bytes, _Kept] = OrderedDict()  # apart, so that made-up tokens push no good one out
        self._asking: dict[bytes, asyncio.Task[_Kept]] = {}
        self._places = asyncio.Semaphore(AT_ONCE)
        self._session: aiohttp.ClientSession | None = None

    async def read(self, token: str, digest: bytes) -> Access:
        """Return what the issuer says of ``token``; raises `InvalidToken` or `IssuerAway`.

        A caller that leaves does not stop a question that others wait for.
        """
        kept = self._recall(digest)
        if kept is None:
            task = self._asking.get(digest)
            if task is None:
                task = self._asking[digest] = asyncio.create_task(self._ask(token, digest))
                task.add_done_callback(lambda done: self._finish(digest, done))
            kept = await asyncio.shield(task)
        if kept.access is None:
            raise InvalidToken(kept.reason)
        return kept.access

    async def close(self) -> None:
        """End the questions under way and the connections."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _finish(self, digest: bytes, done: asyncio.Task[_Kept]) -> None:
        del self._asking[digest]
        if not done.cancelled():
            done.exception()  # everybody who waited may have left

    def _recall(self, digest: bytes) -> _Kept | None:
        for memory in (self._good, self._bad):
            kept = memory.get(digest)
            if kept is not None and self._now() < kept.until:
                memory.move_to_end(digest)
                return kept
            memory.pop(digest, None)
        return None

    def _remember(self, digest: bytes, kept: _Kept) -> None:
        memory = self._bad if kept.access is None else self._good
        memory[digest] = kept
        if len(memory) > self._memory:
            memory.popitem(last=False)

    async def _ask(self, token: str, digest: bytes) -> _Kept:
        try:
            async with asyncio.timeout(self._timeout_seconds), self._places:
                told = await self._post(token)
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
            log.warning("issuer %s could not be asked about a token: %s", self._issuer, type(error).__name__)
            raise IssuerAway from None
        kept = self._judge(told)
        self._remember(digest, kept)
        return kept

    async def _post(self, token: str) -> Mapping[str, Any]:
        """Return the issuer's answer; raises ValueError when it is none of RFC 7662 §2.2."""
        refuse_plain(self._endpoint.url)
        if self._session is None:
            self._session = aiohttp.ClientSession()
        form = {"token": token, "token_type_hint": "access_token"}
        login = (quote(part, safe="") for part in (self._endpoint.client_id, self._endpoint.secret))
        headers = {"Accept": "application/json", "Authorization": aiohttp.encode_basic_auth(*login)}
        async with self._session.post(self._endpoint.url, data=form, headers=headers, allow_redirects=False) as answer:
            told = await read_body(answer, MAXIMUM_ANSWER_BYTES)
        if not isinstance(told, dict) or not isinstance(told.get("active"), bool):
            raise ValueError("no introspection answer")
        return told

    def _judge(self, told: Mapping[str, Any]) -> _Kept:
        now = self._now()
        try:
            access = self._access(told)
        except InvalidToken as error:
            return _Kept(now + BAD_SECONDS, None, error.reason)
        return _Kept(min(access.expires_at, now + GOOD_SECONDS), access)

    def _access(self, told: Mapping[str, Any]) -> Access:
        if told["active"] is not True:
            raise InvalidToken("the token is not active at its issuer")
        access = self._reader.read(told, other_kind=True)
        kind = told.get("token_type", "Bearer")
        must_be_bound = TOKEN_TYPES.get(kind.lower()) if isinstance(kind, str) else None
        if must_be_bound is None:
            raise InvalidToken("the token's token_type is neither Bearer nor DPoP")
        if must_be_bound and (access.binding is None or access.binding.key is None):
            raise InvalidToken("the token's token_type is DPoP, and it is bound to no key (cnf)")
        return access
