"""Subscriptions of a gateway elsewhere: read strictly, and taken up again when the line breaks."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from gateway.cli.remote import Refused, Remote, Token, Unreached, reaching
from gateway.cli.remote_events import LONGEST_EVENT, LONGEST_PAUSE_SECONDS, Patience, events, pause_seconds

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
COMPLETE = b"event: complete\ndata:\n\n"


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_TOKEN", "ey.token")


def event(done: int, **more: Any) -> bytes:
    told = {"data": {"screeningProgress": {"done": done}}, **more}
    return b"event: next\ndata: " + json.dumps(told).encode() + b"\n\n"


def failed(code: str) -> bytes:
    error = {"message": "ey.token is not taken", "extensions": {"code": code}}
    return b"event: next\ndata: " + json.dumps({"errors": [error]}).encode() + b"\n\n"


class Site:
    """Answers with one of several bodies after the other; what is no body is an answer of that status."""

    def __init__(self, *bodies: bytes | int) -> None:
        self.bodies = list(bodies)
        self.asked = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = self.bodies[min(self.asked, len(self.bodies) - 1)]
        self.asked += 1
        if isinstance(body, int):
            return web.Response(status=body, headers={"Retry-After": "7"})
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        size = max(7, len(body) // 50)  # whatever the lines are cut into
        for at in range(0, len(body), size):
            await response.write(body[at : at + size])
        if not body.endswith(COMPLETE):
            assert request.transport is not None
            request.transport.abort()
        return response


@asynccontextmanager
async def at(site: Site) -> AsyncIterator[Remote]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    place = web.TCPSite(runner, "127.0.0.1", 0)
    await place.start()
    try:
        async with reaching(f"http://127.0.0.1:{runner.addresses[0][1]}", Token(), {}) as gateway:
            yield gateway
    finally:
        await runner.cleanup()


async def told(site: Site, tries: int = 4) -> tuple[list[int], list[float]]:
    """Return what was told, and how long was waited."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    async with at(site) as gateway:
        stream = events(gateway, "subscription { x }", {}, Patience(tries, sleep))
        found = [each["screeningProgress"]["done"] async for each in stream]
    return found, waited


async def test_events_are_told_to_the_end() -> None:
    assert await told(Site(b":\n\n" + event(1) + b":\n\n" + event(2) + COMPLETE)) == ([1, 2], [])


async def test_crlf_and_other_events_are_read() -> None:
    body = b"event: other\r\ndata: x\r\n\r\n" + event(1).replace(b"\n", b"\r\n") + COMPLETE
    assert await told(Site(body)) == ([1], [])


async def test_a_line_that_breaks_is_taken_up_again_and_failures_are_counted_in_a_row() -> None:
    site = Site(event(1), event(1) + event(2), b"", b"", event(3) + COMPLETE)
    assert await told(site, tries=4) == ([1, 1, 2, 3], [1.0, 1.0, 2.0, 4.0])


@pytest.mark.parametrize("code", ["SHUTTING_DOWN", "SUBSCRIPTION_ENDED", "LEDGER_UNAVAILABLE", "UNAUTHENTICATED"])
async def test_what_ends_it_for_a_while_is_taken_up_again(code: str) -> None:
    assert (await told(Site(event(1) + failed(code) + COMPLETE, event(2) + COMPLETE)))[0] == [1, 2]


async def test_what_ends_it_for_good_is_told_without_the_token() -> None:
    site = Site(event(1) + failed("SCREENING_UNKNOWN") + COMPLETE)
    with pytest.raises(Refused, match="SCREENING_UNKNOWN") as raised:
        await told(site)
    assert (site.asked, "ey.token" in str(raised.value)) == (1, False)


@pytest.mark.parametrize(("status", "asked"), [(503, 4), (429, 4), (502, 4), (401, 1), (403, 1), (404, 1), (500, 1)])
async def test_refusals_that_pass_are_waited_for_as_long_as_they_say(status: int, asked: int) -> None:
    site = Site(status)
    with pytest.raises(Refused):
        await told(site)
    assert site.asked == asked


async def test_the_gateway_says_when_to_come_back() -> None:
    assert await told(Site(503, event(1) + COMPLETE)) == ([1], [7.0])


async def test_it_is_given_up_after_so_many_tries() -> None:
    site = Site(b"")
    with pytest.raises(Unreached):
        await told(site, tries=3)
    assert site.asked == 3


@pytest.mark.parametrize(
    "body",
    [b"event: next\ndata: x\n\n", b"event: next\ndata: []\n\n", b"event: next\n\n", b"x" * (LONGEST_EVENT + 10)],
    ids=["no json", "a list", "nothing", "no end"],
)
async def test_what_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(Refused):
        await told(Site(body + COMPLETE))


def test_pauses_grow_to_a_minute() -> None:
    pauses = [pause_seconds(tried, Unreached("x")) for tried in range(1, 12)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (1.0, LONGEST_PAUSE_SECONDS)
