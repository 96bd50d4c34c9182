"""Who opened a connection: headers of the handshake, and of the payload of `connection_init` where these lack.

A browser can set no header of a WebSocket, so a token and what it is used for may come in the payload: as members
of it, or of its member `headers`. What stands in both places stands twice, which is refused as it is for headers.

# INVARIANT: of a payload only `SAYABLE` counts: it is never the certificate that a proxy vouches for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.datastructures import Headers

from gateway.auth import Presented, presented
from gateway.auth.identify import Proven
from gateway.errors import BadRequest

SAYABLE: Final = ("authorization", "dpop", "credit-purpose", "credit-case", "credit-consent")
"""What a payload may say, in small letters."""
DECLARED: Final = ("credit-purpose", "credit-case", "credit-consent")
"""What one subscription of a connection may say otherwise than the connection."""
_SCHEMES: Final = {"ws": "http", "wss": "https"}


@dataclass(frozen=True, slots=True)
class Said:
    """Headers with the names of `SAYABLE` and whatever else the handshake had; as `RequestHeaders` has them."""

    pairs: Sequence[tuple[str, str]]
    beneath: Headers | None = field(default=None, repr=False)

    def getlist(self, key: str) -> list[str]:
        """Return every value of the header ``key``."""
        beneath = self.beneath.getlist(key) if self.beneath is not None else []
        return [*beneath, *(value for name, value in self.pairs if name == key.lower())]


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose token opened a connection, proved, and the headers that declare what for."""

    proven: Proven
    headers: Said = field(repr=False)

    def declaring(self, said: Mapping[str, Any]) -> "Identity":
        """Return the same with what ``said``, the extension `headers` of one subscription, declares instead."""
        pairs = _pairs(said, DECLARED)
        if not pairs:
            return self
        names = {name for name, _ in pairs}
        kept = [(name, value) for name in DECLARED if name not in names for value in self.headers.getlist(name)]
        return Identity(self.proven, Said([*kept, *pairs]))


def shown_at(scope: Mapping[str, Any], payload: Mapping[str, Any]) -> Presented:
    """Return what was presented with the handshake of ``scope`` and the ``payload`` of `connection_init`.

    A proof of possession is for the handshake: a GET of the same address over HTTP (RFC 9449 §4.2).
    Raises `BadRequest`.
    """
    nested = payload.get("headers")
    if nested is not None and not isinstance(nested, dict):
        raise BadRequest("`headers` of the payload is no object")
    pairs = [*_pairs(payload, SAYABLE), *_pairs(nested or {}, SAYABLE)]
    handshake = {**scope, "method": "GET", "scheme": _SCHEMES.get(scope["scheme"], scope["scheme"])}
    return presented(handshake, Said(pairs, Headers(scope=dict(scope))))


def _pairs(said: Mapping[str, Any], names: Iterable[str]) -> list[tuple[str, str]]:
    """Return the members of ``said`` that are among ``names``, their values as headers have them: UTF-8 as Latin-1."""
    found: list[tuple[str, str]] = []
    for name, value in said.items():
        if name.lower() not in names:
            continue
        if not isinstance(value, str):
            raise BadRequest(f"`{name.lower()}` of the payload is no text")
        try:
            found.append((name.lower(), value.encode().decode("latin-1")))
        except UnicodeEncodeError:
            raise BadRequest(f"`{name.lower()}` of the payload is no text in UTF-8") from None
    return found
