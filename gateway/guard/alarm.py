"""What happens when somebody asks about a canary: a warning in the log, a count, and a message to a webhook.

The answer never waits for any of it and never fails by it: messages go through a short queue, one at a time, each with
a timeout; what does not fit or does not arrive is counted as lost, and the log has it anyway.

# INVARIANT: an alert names client, purpose, receipt and the canary's name in the file; it holds no code and no key.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from typing import Final

import aiohttp
from msgspec import Struct, json

from connectors.clock import now_text
from connectors.errors import ConfigError, Mistake
from gateway.auth.documents import is_safe

ALERT_URL_ENV: Final = "CREDIT_ALERT_URL"
"""Where alerts are sent by POST, as JSON: an https URL, or an http one on this machine. Nowhere when it is not set."""
_WAITING: Final = 100
_TIMEOUT_SECONDS: Final = 5.0
_LAST_SECONDS: Final = 2.0
"""How long the gateway, when it stops, waits for alerts that are still to be sent."""

_log = logging.getLogger("gateway.guard")


class Alert(Struct, frozen=True, kw_only=True):
    """One question that touched a canary, as the webhook is told."""

    event: str = "canary"
    at: str
    canary: str
    client: str
    purpose: str
    receipt: str


class Alarm:
    """Tells of canaries that were asked about; for one event loop. Raises `ConfigError` for a URL it cannot take."""

    def __init__(self, url: str | None = None) -> None:
        if url is not None and not is_safe(url):
            message = "expected an https URL, or an http one on this machine"
            raise ConfigError([Mistake("environment", ALERT_URL_ENV, message)])
        self.touched: Counter[str] = Counter()
        """Canary -> how many requests asked about it."""
        self.lost = 0
        """Messages that did not reach the webhook."""
        self._url = url
        self._waiting: asyncio.Queue[Alert] = asyncio.Queue(_WAITING)
        self._sending: asyncio.Task[None] | None = None

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Alarm":
        """Return the alarm that the environment asks for."""
        return cls(environ.get(ALERT_URL_ENV) or None)

    def tell(self, canary: str, client: str, purpose: str, receipt: str) -> None:
        """Tell that a request of ``client`` asked about ``canary``; returns at once."""
        self.touched[canary] += 1
        _log.warning("canary asked about: canary=%s client=%s purpose=%s receipt=%s", canary, client, purpose, receipt)
        if self._url is None:
            return
        try:
            self._waiting.put_nowait(
                Alert(at=now_text(), canary=canary, client=client, purpose=purpose, receipt=receipt)
            )
        except asyncio.QueueFull:
            self._lose("too many are waiting")
            return
        if self._sending is None:
            self._sending = asyncio.get_running_loop().create_task(self._send_all(self._url))

    async def close(self) -> None:
        """Stop sending; what is waiting has a moment left."""
        if self._sending is not None:
            try:
                await asyncio.wait_for(self._waiting.join(), _LAST_SECONDS)
            except TimeoutError:
                self._lose("the gateway stopped")
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)

    async def _send_all(self, url: str) -> None:
        timeout = aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                alert = await self._waiting.get()
                try:
                    await self._send(session, url, alert)
                finally:
                    self._waiting.task_done()

    async def _send(self, session: aiohttp.ClientSession, url: str, alert: Alert) -> None:
        headers = {"Content-Type": "application/json"}
        try:
            async with session.post(url, data=json.encode(alert), headers=headers, allow_redirects=False) as response:
                if not response.ok or 300 <= response.status < 400:
                    self._lose(f"status {response.status}")
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            self._lose(type(error).__name__)  # its message may quote the URL, and that a secret

    def _lose(self, why: str) -> None:
        self.lost += 1
        _log.warning("an alert did not reach the webhook: %s", why)
