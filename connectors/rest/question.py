"""What is sent to an HTTP JSON interface: method, address, headers, body. No I/O.

A key stands in the address (GET) or in the body (POST). Many keys are joined by commas there, a list here.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import new as new_mac
from typing import Any, Final
from urllib.parse import quote

import orjson
from msgspec import Struct

from connectors.spec import RestEntity

_ACCEPT: Final = {"Accept": "application/json"}
_ACCEPT_AND_SEND: Final = {**_ACCEPT, "Content-Type": "application/json"}


class Question(Struct, frozen=True):
    """One request, ready to be sent."""

    method: str
    target: str
    """Path and query."""
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs questions with HMAC-SHA256 (hex) over method, target, time and digest of the body, one a line."""

    key_id: str
    secret: bytes = field(repr=False)

    def sign(self, question: Question, at: float | None = None) -> Question:
        """Return ``question`` with the headers that prove who sent it ``at`` which time: now, when not given."""
        stamp = str(int(time.time() if at is None else at))
        digest = sha256(question.body or b"").hexdigest()
        signed = "\n".join((question.method, question.target, stamp, digest))
        proof = new_mac(self.secret, signed.encode(), sha256).hexdigest()
        headers = {**question.headers, "X-Key-Id": self.key_id, "X-Timestamp": stamp, "X-Signature": proof}
        return Question(question.method, question.target, headers, question.body)


class Questions:
    """Makes the questions about one entity of the interface at the path ``root``.

    ``listed`` when it takes many keys a call.
    """

    def __init__(self, root: str, entity: RestEntity, *, listed: bool) -> None:
        self._entity = entity
        self._listed = listed
        self._path = f"{root}{entity.path}"
        self._key = f"?{quote(entity.key_parameter)}="
        self._page = f"&{quote(entity.page_parameter)}=" if entity.page_parameter is not None else None

    def about(self, keys: Sequence[str], page: int, beside: Mapping[str, str]) -> Question:
        """Return the question about ``keys``, written as the source writes them; ``beside`` are further parameters."""
        if self._entity.method == "GET":
            further = "".join(f"&{quote(name)}={quote(value, safe='')}" for name, value in beside.items())
            return Question("GET", f"{self._path}{self._query(keys, page)}{further}", _ACCEPT)
        body: dict[str, Any] = {self._entity.key_parameter: list(keys) if self._listed else keys[0], **beside}
        if self._entity.page_parameter is not None:
            body[self._entity.page_parameter] = page
        return Question("POST", self._path, _ACCEPT_AND_SEND, orjson.dumps(body))

    def _query(self, keys: Sequence[str], page: int) -> str:
        query = self._key + ",".join([quote(key, safe="") for key in keys])
        return query if self._page is None else f"{query}{self._page}{page}"
