"""Two departments that take objections: one by signed webhook, one by a REST interface of its own.

    POST /objections   `MARKET_REGULATION_OBJECTIONS_URL`: Standard Webhooks 1.0.0, HMAC-SHA256 over id, time and body
    POST /yy/accept    `COURT_OBJECTIONS_URL`: a bearer token, and an `Idempotency-Key`

Each says on standard error what it took. A message that comes twice is taken once, as its id tells; a signature that is
wrong or older than five minutes is refused with HTTP 401.
"""

import base64
import hmac
import secrets
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from msgspec import ValidationError, json

from gateway.demo.listen import Answered, Asked, Interface

WEBHOOK_PATH: Final = "/objections"
REST_PATH: Final = "/yy/accept"
_OLDEST_SECONDS: Final = 300


class Receiver:
    """A department's desk for objections: ``admits`` tells whether a message is the gateway's, and under which id."""

    def __init__(self, name: str, path: str, admits: Callable[[Asked], str | None]) -> None:
        self._name = name
        self._path = path
        self._admits = admits
        self._seen: set[str] = set()

    def answer(self, asked: Asked) -> Answered:
        """Take one message."""
        if asked.path != self._path or asked.method != "POST":
            return Answered(b'{"error":"not found"}', 404)
        message = self._admits(asked)
        if message is None:
            return Answered(b'{"error":"not signed by the gateway"}', 401)
        try:
            told: dict[str, Any] = json.decode(asked.body, type=dict[str, Any])
        except (ValidationError, ValueError):
            return Answered(b'{"error":"not JSON"}', 400)
        if message not in self._seen:
            self._seen.add(message)
            data = told.get("data", {})
            said = f"{self._name} took objection {data.get('id')} to {data.get('field')}: {data.get('ground')}"
            sys.stderr.write(said + "\n")
        return Answered(b'{"taken":true}', keys=1)

    def nothing(self, asked: Asked) -> Answered:
        """Take nothing."""
        return Answered(b"{}")


def open_webhook() -> Interface:
    """Return the market regulator's receiver, with a secret of its own."""
    key = secrets.token_bytes(32)

    def admits(asked: Asked) -> str | None:
        message, at = asked.headers.get(b"webhook-id", b""), asked.headers.get(b"webhook-timestamp", b"")
        if not at.isdigit() or abs(time.time() - int(at)) > _OLDEST_SECONDS:
            return None
        right = base64.b64encode(hmac.digest(key, b".".join((message, at, asked.body)), "sha256"))
        given = asked.headers.get(b"webhook-signature", b"").split()
        return message.decode("ascii", "replace") if any(_same(b"v1," + right, each) for each in given) else None

    secret = f"whsec_{base64.b64encode(key).decode()}"
    receiver = Receiver("market regulation", WEBHOOK_PATH, admits)
    return Interface(receiver, WEBHOOK_PATH, {"MARKET_REGULATION_OBJECTIONS_SECRET": secret})


def open_rest() -> Interface:
    """Return the court's receiver, with a token of its own."""
    token = secrets.token_hex(16)

    def admits(asked: Asked) -> str | None:
        if not _same(f"Bearer {token}".encode(), asked.headers.get(b"authorization", b"")):
            return None
        return asked.headers.get(b"idempotency-key", b"").decode("ascii", "replace") or None

    return Interface(Receiver("the court", REST_PATH, admits), REST_PATH, {"COURT_OBJECTIONS_TOKEN": token})


def _same(one: bytes, other: bytes) -> bool:
    return hmac.compare_digest(one, other)


RECEIVERS: Final[dict[str, Callable[[], Interface]]] = {
    "MARKET_REGULATION_OBJECTIONS_URL": open_webhook,
    "COURT_OBJECTIONS_URL": open_rest,
}
"""What opens each, by the variable that names it to the gateway."""
