"""Is a DPoP proof meant for this request? Its `htu` against the gateway's own address (RFC 9449 §4.3). Pure.

The gateway's address is the configured ``public_url`` with the path of the request. Without one, proofs are taken on
loopback only: any name of this machine, the port that the server itself has.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from gateway.auth.presented import Presented, is_loopback

PRINTABLE: Final = re.compile(r"[!-~]{1,2048}")
PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """An address without query and fragment: what a proof may be meant for."""

    scheme: str
    host: str
    port: int
    path: str


def read_target(url: str) -> Target | None:
    """Return the target of an absolute HTTP ``url`` (RFC 3986 §6.2: case, default port, empty path); None for others.

    Blanks, control characters and everything that is not ASCII make it none: readers of URLs drop some of them.
    """
    if PRINTABLE.fullmatch(url) is None or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or not host or "@" in parts.netloc:
        return None
    return Target(parts.scheme, host, PORTS[parts.scheme] if port is None else port, parts.path or "/")


def target_of(presented: Presented, public_url: str) -> Target | None:
    """Return the gateway's address of the request; None when nothing but a header could tell it."""
    if public_url:
        return read_target(public_url.rstrip("/") + urlsplit(presented.url).path)
    own = read_target(presented.url)
    return own if own is not None and is_loopback(own.host) and is_loopback(presented.peer) else None


def is_meant_for(htu: str, target: Target, *, named: bool) -> bool:
    """Return whether ``htu`` is ``target``; unless its host is ``named`` by the configuration, any loopback name is."""
    asked = read_target(htu)
    if asked is None:
        return False
    if named:
        return asked == target
    place = (asked.scheme, asked.port, asked.path)
    return is_loopback(asked.host) and place == (target.scheme, target.port, target.path)
