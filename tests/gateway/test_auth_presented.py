"""What a request says by itself: the address and the peer are those of the socket, whatever its headers say."""

from typing import Any

import pytest
from starlette.datastructures import Headers

from gateway.auth import presented
from gateway.auth.presented import is_loopback

HOSTILE = [(b"host", b"evil.test"), (b"x-forwarded-for", b"10.0.0.1"), (b"x-forwarded-proto", b"https")]


@pytest.mark.parametrize(
    ("changes", "url", "peer"),
    [
        ({}, "http://127.0.0.1:8088/graphql", "127.0.0.9"),
        ({"server": ("::1", 80)}, "http://[::1]:80/graphql", "127.0.0.9"),
        ({"server": ("/run/gateway.sock", None)}, "http:///graphql", "127.0.0.9"),
        ({"server": None}, "http:///graphql", "127.0.0.9"),
        ({"client": None}, "http://127.0.0.1:8088/graphql", None),
        ({"scheme": "https"}, "https://127.0.0.1:8088/graphql", "127.0.0.9"),
    ],
)
def test_what_a_scope_says(changes: dict[str, Any], url: str, peer: str | None) -> None:
    scope = {"server": ("127.0.0.1", 8088), "client": ("127.0.0.9", 5), "scheme": "http", "headers": HOSTILE}
    scope |= {"method": "POST", "path": "/graphql", **changes}
    said = presented(scope, Headers(scope=scope))
    assert (said.method, said.url, said.peer) == ("POST", url, peer)
    assert said.headers.getlist("Host") == ["evil.test"]


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("127.0.0.1.evil.test", False),
        ("localhost.evil.test", False),
        ("", False),
        (None, False),
    ],
)
def test_loopback(host: str | None, here: bool) -> None:
    assert is_loopback(host) is here
