"""Alerts: logged and counted always, sent to a webhook where there is one, and never in the way of an answer."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.errors import ConfigError
from gateway.guard import ALERT_URL_ENV, Alarm
from tests.gateway.desks import serving
from tests.servers import free_port


@asynccontextmanager
async def webhook(answer: Callable[[], Response]) -> AsyncIterator[tuple[str, "asyncio.Queue[Any]"]]:
    received: asyncio.Queue[Any] = asyncio.Queue()

    async def hook(request: Request) -> Response:
        received.put_nowait((orjson.loads(await request.body()), str(request.url)))
        return answer()

    async with serving(Starlette(routes=[Route("/{path:path}", hook, methods=["POST", "GET"])])) as port:
        yield f"http://127.0.0.1:{port}/hook?secret=s3cret", received


async def test_an_alert_reaches_the_webhook() -> None:
    async with webhook(lambda: Response(status_code=204)) as (url, received):
        alarm = Alarm.of({ALERT_URL_ENV: url})
        alarm.tell("ferry", "bank", "BANK_CREDIT", "r-1")
        told, _ = await received.get()
        await alarm.close()
    assert told.pop("at").endswith("Z")
    assert told == {
        "event": "canary", "canary": "ferry", "client": "bank", "purpose": "BANK_CREDIT", "receipt": "r-1"
    }  # fmt: skip
    assert (alarm.touched, alarm.lost) == ({"ferry": 1}, 0)


@pytest.mark.parametrize("status", [500, 404, 302])
async def test_what_the_webhook_refuses_is_lost_and_said(status: int, caplog: pytest.LogCaptureFixture) -> None:
    headers = {"Location": "/elsewhere"} if status == 302 else {}
    async with webhook(lambda: Response(status_code=status, headers=headers)) as (url, received):
        alarm = Alarm(url)
        with caplog.at_level(logging.WARNING, "gateway.guard"):
            alarm.tell("ferry", "bank", "BANK_CREDIT", "r-1")
            await alarm.close()
        assert received.qsize() == 1
    assert alarm.lost == 1
    assert [record.getMessage() for record in caplog.records] == [
        "canary asked about: canary=ferry client=bank purpose=BANK_CREDIT receipt=r-1",
        f"an alert did not reach the webhook: status {status}",
    ]
    assert "s3cret" not in caplog.text


async def test_a_webhook_that_is_away_costs_nothing_but_a_count(caplog: pytest.LogCaptureFixture) -> None:
    alarm = Alarm(f"http://127.0.0.1:{free_port()}/hook?secret=s3cret")
    for at in range(3):
        alarm.tell("ferry", "bank", "BANK_CREDIT", f"r-{at}")
    await alarm.close()
    assert (alarm.touched["ferry"], alarm.lost) == (3, 3)
    assert "s3cret" not in caplog.text


async def test_a_full_queue_loses_alerts_and_waits_for_nobody() -> None:
    alarm = Alarm(f"http://127.0.0.1:{free_port()}/")
    for at in range(150):  # without giving the loop a turn
        alarm.tell("ferry", "bank", "BANK_CREDIT", f"r-{at}")
    assert (alarm.touched["ferry"], alarm.lost) == (150, 50)
    await alarm.close()
    assert alarm.lost == 150


async def test_without_a_webhook_an_alert_is_logged_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    alarm = Alarm.of({ALERT_URL_ENV: ""})
    alarm.tell("ferry", "bank", "BANK_CREDIT", "r-1")
    await alarm.close()
    assert (alarm.touched["ferry"], alarm.lost, len(caplog.records)) == (1, 0, 1)


@pytest.mark.parametrize(
    "url",
    [
        "http://alerts.example.cn/",
        "ftp://127.0.0.1/",
        "alerts",
        "https://",
        "http://[::1",
        "http://127.0.0.1.example.cn/",
    ],
)
async def test_alerts_go_by_https_or_stay_on_this_machine(url: str) -> None:
    with pytest.raises(ConfigError, match=r"^environment: CREDIT_ALERT_URL: expected an https URL") as raised:
        Alarm.of({ALERT_URL_ENV: url})
    assert url not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["https://alerts.example.cn/hook", "http://127.0.0.1:9/", "http://localhost/", "http://[::1]/"]
)
async def test_urls_that_are_taken(url: str) -> None:
    await Alarm.of({ALERT_URL_ENV: url}).close()
