"""An anchor that is a time stamping authority (RFC 3161): its signed statement that a checkpoint existed at a time.

Nobody, we included, can later pretend that another history was there at that time. Over HTTP as §3.4 says.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from cryptography import x509

from gateway.anchors.anchor import Kind, Undelivered
from gateway.anchors.exchange import post
from gateway.anchors.notes import Stated
from gateway.anchors.store import AnchorStore
from gateway.anchors.timestamps import TimestampError, check_response, make_request

MAXIMUM_BYTES: Final = 262_144
"""An answer with its certificates is a few thousand bytes."""
HEADERS: Final = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class AuthorityAnchor:
    """The authority at ``url``, believed when its certificate leads to ``ca``; tokens go to ``store``."""

    name: str
    url: str = field(repr=False)
    ca: list[x509.Certificate] = field(repr=False)
    store: AnchorStore
    timeout_seconds: float
    now: Callable[[], datetime] = _utc_now
    kind: Kind = "rfc3161"

    async def take(self, checkpoint: Stated) -> None:
        """Return when a verified token over ``checkpoint`` is kept; raises `Undelivered`."""
        if await self.store.has(self.name, checkpoint):
            return
        request = make_request(checkpoint.note)
        answer = await post(self.url, request.as_bytes(), HEADERS, self.timeout_seconds, MAXIMUM_BYTES)
        try:
            timestamp = check_response(answer, request, checkpoint.note, self.ca, self.now())
        except TimestampError as error:
            raise Undelivered(str(error)) from None
        await self.store.keep(self.name, checkpoint, timestamp)
