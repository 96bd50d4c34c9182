"""What came with a request that tells who asks: its headers, and what the connection itself says.

INVARIANT: ``url`` and ``peer`` come from the socket, never from a header: `Host`, `Forwarded` and `X-Forwarded-*` are
what the client likes them to be.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Protocol


class RequestHeaders(Protocol):
    """The headers of a request, as Starlette has them: names without case, values as Latin-1 text."""

    def getlist(self, key: str) -> list[str]:
        """Return every value of the header ``key``."""
        ...


@dataclass(frozen=True, slots=True)
class Presented:
    """One request: ``url`` is the address that the server itself has for it, without query; ``peer`` who connected."""

    headers: RequestHeaders
    method: str
    url: str
    peer: str | None


def presented(scope: Mapping[str, Any], headers: RequestHeaders) -> Presented:
    """Return what came with the request of an ASGI HTTP ``scope``."""
    host, port = scope.get("server") or ("", None)
    if port is None:  # a socket of the file system has no address
        host = ""
    client = scope.get("client")
    name = f"[{host}]" if ":" in host else host
    origin = f"{scope.get('scheme', 'http')}://{name}" + (f":{port}" if port is not None else "")
    return Presented(headers, scope["method"], origin + scope["path"], client[0] if client else None)


def is_loopback(host: str | None) -> bool:
    """Return whether ``host`` is a name or address of this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False
