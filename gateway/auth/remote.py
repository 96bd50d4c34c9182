"""Keys of an issuer elsewhere: its JWK set over HTTP, kept fresh. What cannot be read leaves the last set in force."""

import asyncio
import logging
import time
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from joserfc.jwk import Key

from gateway.auth.documents import read_body, refuse_plain
from gateway.auth.keys import KeyRing, read_key_ring

MAXIMUM_DOCUMENT_BYTES: Final = 262_144

log = logging.getLogger("gateway.auth")


class RemoteKeys:
    """Keys read over HTTP from ``jwks_url``, or from where the metadata of ``issuer`` says (RFC 8414, OpenID).

    Read at start, then every ``refresh_seconds``, and when a token names an unknown key, but never twice within
    ``gap_seconds``, whatever tokens arrive. Plain HTTP is taken from loopback only. An issuer that is down stops
    nothing: the last set stays in force.
    """

    def __init__(
        self,
        issuer: str,
        jwks_url: str | None = None,
        *,
        refresh_seconds: float = 300.0,
        gap_seconds: float = 10.0,
        timeout_seconds: float = 5.0,
    ) -> None:
        self.version = 0
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._refresh_seconds = refresh_seconds
        self._gap_seconds = gap_seconds
        self._timeout_seconds = timeout_seconds
        self._ring: KeyRing | None = None
        self._tried_at = float("-inf")
        self._fetching: asyncio.Task[bool] | None = None
        self._refreshing: asyncio.Task[None] | None = None

    @property
    def known(self) -> bool:
        """See `Keys.known`."""
        return self._ring is not None

    def find(self, algorithm: str, kid: str | None) -> Key | None:
        """See `Keys.find`."""
        return None if self._ring is None else self._ring.find(algorithm, kid)

    async def start(self) -> None:
        """Read the set once, without failing when that fails, and go on in the background."""
        await self.refetch()
        self._refreshing = asyncio.create_task(self._refresh())

    async def close(self) -> None:
        """Stop the background task and a fetch under way."""
        for task in (self._refreshing, self._fetching):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def refetch(self) -> bool:
        """Read the set again; callers meanwhile share one fetch, and a caller that leaves does not stop it."""
        if self._fetching is None or self._fetching.done():
            if time.monotonic() - self._tried_at < self._gap_seconds:
                return False
            self._tried_at = time.monotonic()
            self._fetching = asyncio.create_task(self._fetch())
        return await asyncio.shield(self._fetching)

    async def _refresh(self) -> None:
        while True:
            await asyncio.sleep(self._refresh_seconds if self.known else self._gap_seconds)
            await self.refetch()

    async def _fetch(self) -> bool:
        try:
            async with asyncio.timeout(self._timeout_seconds), aiohttp.ClientSession() as session:
                url = self._jwks_url or await self._discover(session)
                ring = read_key_ring(await _get(session, url))
                if ring is None:
                    raise ValueError("no JWK set")
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
            log.warning("keys of issuer %s not read: %s", self._issuer, type(error).__name__)
            return False
        if self._ring is None or ring.content != self._ring.content:
            self._ring = ring
            self.version += 1
        return True

    async def _discover(self, session: aiohttp.ClientSession) -> str:
        """Return the JWKS address from the issuer's metadata; raises ValueError when it belongs to another issuer."""
        found: Any = None
        for url in metadata_urls(self._issuer):
            with suppress(ValueError):
                found = await _get(session, url)
                break
        if not isinstance(found, dict) or found.get("issuer") != self._issuer:
            raise ValueError("no metadata of this issuer")
        return str(found.get("jwks_uri"))


def metadata_urls(issuer: str) -> tuple[str, str]:
    """Return where ``issuer`` publishes its metadata: RFC 8414 §3.1, then OpenID Connect Discovery §4."""
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    origin = f"{parts.scheme}://{parts.netloc}"
    return (
        f"{origin}/.well-known/oauth-authorization-server{path}",
        f"{origin}{path}/.well-known/openid-configuration",
    )


async def _get(session: aiohttp.ClientSession, url: str) -> Any:
    """Return the JSON document at ``url``; raises ValueError when it is none, too large, elsewhere or in the clear."""
    refuse_plain(url)
    async with session.get(url, allow_redirects=False, headers={"Accept": "application/json"}) as response:
        return await read_body(response, MAXIMUM_DOCUMENT_BYTES)
