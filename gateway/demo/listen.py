"""A small HTTP/1.1 server for simulated departments: bytes in, bytes out, with a menu of faults.

Own, because a department must be able to break the protocol (close mid-answer), and must never be the bottleneck of a
benchmark: one answer costs about 25 us. Not for the open network: no TLS, no limits, one request at a time on a
connection.

    GET    /_calls   how often the department was asked, for how many keys, by which path
    GET    /_targets the URLs by which it was asked, each once, the first of them
    DELETE /_calls   counts from zero
    POST   /_fault   {"mode": …, "seconds": …, "times": …}: how the next answers fail (`gateway.demo.faults`)
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus
from random import Random
from typing import Final, Protocol, cast
from urllib.parse import parse_qsl

import httptools
from msgspec import Struct, json

from gateway.demo.faults import Fault, Mode

_TARGETS: Final = 2_000
"""Distinct URLs that a department remembers, for tests that look for what must not stand in one."""


class Asked(Struct, frozen=True):
    """One request; header names in lower case."""

    method: str
    target: bytes
    headers: Mapping[bytes, bytes]
    body: bytes

    @property
    def path(self) -> str:
        """The path without the query."""
        return self.target.partition(b"?")[0].decode("ascii")

    @property
    def query(self) -> dict[str, str]:
        """The query parameters; of repeated ones the last."""
        return dict(parse_qsl(self.target.partition(b"?")[2].decode("ascii")))


class Answered(Struct, frozen=True):
    """One response; ``keys`` tells for how many keys the department was asked."""

    body: bytes
    status: int = 200
    content_type: str = "application/json; charset=utf-8"
    keys: int = 0


class Department(Protocol):
    """What a department does with a request."""

    def answer(self, asked: Asked) -> Answered:
        """Return the answer to ``asked``; never raises for what a client sends."""
        ...

    def nothing(self, asked: Asked) -> Answered:
        """Return a well-formed answer without any record."""
        ...


class Interface(Struct, frozen=True):
    """A department with the path it is asked at, and the secrets its callers need: variable -> value."""

    department: Department
    path: str = ""
    secrets: Mapping[str, str] = {}


class Desk:
    """One department behind a port: its latency, its fault of the moment, what it was asked."""

    def __init__(self, department: Department, latency: tuple[float, float] = (0.0, 0.0)) -> None:
        self.department = department
        self.fault = Fault()
        self._latency = latency
        self._draw = Random(2018)  # noqa: S311  # latency, not a secret
        self._calls: Counter[str] = Counter()
        self._keys = 0
        self._targets: dict[bytes, None] = {}

    def protocol(self) -> "Connection":
        """Return the protocol of a new connection."""
        return Connection(self)

    def delay(self) -> float:
        """Return the seconds that the next answer takes."""
        low, high = self._latency
        return low + (high - low) * self._draw.random() if high else 0.0

    def failing(self) -> Mode:
        """Return how the next answer fails."""
        return self.fault.take(self._draw.random())

    def answer(self, asked: Asked) -> Answered:
        """Return the department's answer and count the call."""
        answered = self.department.answer(asked)
        self._calls[asked.path] += 1
        if len(self._targets) < _TARGETS:
            self._targets[asked.target] = None
        self._keys += answered.keys
        return answered

    def control(self, asked: Asked) -> Answered:
        """Serve the control endpoints."""
        if asked.path == "/_fault" and asked.method == "POST":
            try:
                self.fault = json.decode(asked.body or b"{}", type=Fault)
            except ValueError as error:
                return Answered(json.encode({"error": str(error)}), 400)
            return Answered(json.encode(self.fault))
        if asked.path == "/_targets":
            return Answered(json.encode({"targets": [each.decode("latin-1") for each in self._targets]}))
        if asked.path != "/_calls":
            return Answered(b"{}", 404)
        if asked.method == "DELETE":
            self._calls.clear()
            self._targets.clear()
            self._keys = 0
        return Answered(json.encode({"calls": self._calls.total(), "keys": self._keys, "paths": self._calls}))


class Connection(asyncio.Protocol):
    """One client connection. Requests are answered one after the other: clients here do not pipeline."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport
        self._target = b""
        self._headers: dict[bytes, bytes] = {}
        self._body: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        # Not asserted: the transports of uvloop have the methods of `asyncio.Transport` but are none by class.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Feed the parser; what is not HTTP ends the connection."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.close()

    def on_url(self, url: bytes) -> None:
        """Collect the target."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header."""
        self._headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        """Collect a part of the body."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """Answer the request, after the department's latency."""
        asked = Asked(self._parser.get_method().decode("ascii"), self._target, self._headers, b"".join(self._body))
        self._target, self._headers, self._body = b"", {}, []
        keep = self._parser.should_keep_alive()
        if asked.target.startswith(b"/_"):
            self._write(self._desk.control(asked), keep)
            return
        delay = self._desk.delay()
        if delay or self._desk.fault.mode != "none":
            asyncio.get_running_loop().call_later(delay + self._desk.fault.delay, self._answer, asked, keep)
        else:
            self._write(self._desk.answer(asked), keep)

    def _answer(self, asked: Asked, keep: bool) -> None:
        if self._transport.is_closing():
            return
        fault = self._desk.failing()
        answered = self._desk.answer(asked)
        if fault == "down":
            self._transport.abort()
        elif fault == "cut":
            message = _message(answered, keep=False)
            self._transport.write(message[: len(message) - len(answered.body) // 2 - 1])
            self._transport.close()
        elif fault == "empty":
            self._write(self._desk.department.nothing(asked), keep)
        else:
            self._write(_spoiled(answered, fault), keep)

    def _write(self, answered: Answered, keep: bool) -> None:
        self._transport.write(_message(answered, keep))
        if not keep:
            self._transport.close()


_HTML = "<html><head><title>系统提示</title></head><body><h1>系统正在升级维护,请稍后访问</h1></body></html>".encode()

_CAPTCHA = "<html><head><title>安全验证</title></head><body>请输入验证码<img src='/captcha.png'></body></html>".encode()
_CAPTCHA_JSON = json.encode({"code": 200, "message": "请输入验证码", "data": {"captcha": "/captcha.png"}})


def _spoiled(answered: Answered, fault: Mode) -> Answered:
    """Return ``answered`` as the fault leaves it."""
    match fault:
        case "none" | "slow":
            return answered
        case "garbled":
            half = len(answered.body) // 2
            return Answered(
                answered.body[:half] + b"\xff\xfe\x00<{" + answered.body[half + 5 :], 200, answered.content_type
            )
        case "html":
            return Answered(_HTML, 200, "text/html; charset=utf-8")
        case "captcha":
            return Answered(_CAPTCHA, 200, "text/html; charset=utf-8")
        case "captcha_json":
            return Answered(_CAPTCHA_JSON)
        case "blank":
            return Answered(b"", 200, answered.content_type)
        case _:
            return Answered(_HTML, {"error": 500, "bad_gateway": 502, "limited": 429}[fault], "text/html")


def _message(answered: Answered, keep: bool) -> bytes:
    status = HTTPStatus(answered.status)
    wait = "Retry-After: 2\r\n" if status == HTTPStatus.TOO_MANY_REQUESTS else ""
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {answered.content_type}\r\n{wait}"
        f"Content-Length: {len(answered.body)}\r\nConnection: {'keep-alive' if keep else 'close'}\r\n\r\n"
    )
    return head.encode("ascii") + answered.body
