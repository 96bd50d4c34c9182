"""Webhooks: what is sent, signed as Standard Webhooks says, and what counts as taken."""

from base64 import b64encode

import pytest
from starlette.responses import Response

from gateway.anchors.anchor import Undelivered
from gateway.anchors.webhook import WebhookAnchor, message_id, payload, read_webhook_secret, signed_headers
from gateway.proof.note import open_checkpoint
from tests.gateway.anchors import KEY, ORIGIN, note_of, stated
from tests.gateway.receivers import SECRET, SECRET_TEXT, raw_server, receiving
from tests.servers import free_port


def anchor_at(url: str, timeout_seconds: float = 30.0, secret: bytes = SECRET) -> WebhookAnchor:
    return WebhookAnchor("hook", url, secret, timeout_seconds, clock=lambda: 1_795_680_000.9)


async def reason(url: str, timeout_seconds: float = 30.0) -> str:
    with pytest.raises(Undelivered) as raised:
        await anchor_at(url, timeout_seconds).take(stated(7))
    assert "s3cret" not in raised.value.reason
    assert "127.0.0.1" not in raised.value.reason
    return raised.value.reason


async def test_a_receiver_gets_the_note_and_can_tell_whose_it_is() -> None:
    async with receiving() as (url, received):
        await anchor_at(url).take(stated(7))
    (message,) = received.messages
    assert message["type"] == "ledger.checkpoint"
    assert open_checkpoint(message["data"]["note"], [KEY.verifier]).size == message["data"]["size"] == 7
    assert (message["data"]["origin"], message["data"]["root"]) == (ORIGIN, b64encode(stated(7).root).decode())
    assert (received.times, received.false) == ([1_795_680_000], 0)


async def test_a_message_that_is_sent_again_has_the_same_id() -> None:
    async with receiving(lambda count: Response(status_code=500 if count == 1 else 200)) as (url, received):
        with pytest.raises(Undelivered):
            await anchor_at(url).take(stated(7))
        await anchor_at(url).take(stated(7))
        await anchor_at(url).take(stated(8))
    first, second, third = received.ids
    assert first == second == message_id(note_of(7))
    assert third != first


async def test_another_secret_makes_another_signature() -> None:
    async with receiving() as (url, received):
        await anchor_at(url, secret=bytes(32)).take(stated(7))
    assert (received.false, received.messages) == (1, [])


def test_the_signature_is_that_of_the_specification() -> None:
    """The example of the reference libraries: secret, id, time and payload are theirs."""
    secret = read_webhook_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signed_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}', secret)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("status", [199 + 101, 301, 302, 307, 308, 400, 404, 410, 429, 500, 503])
async def test_only_2xx_is_taken_and_nobody_is_followed(status: int) -> None:
    def answer(count: int) -> Response:
        return Response(status_code=status, headers={"Location": "/elsewhere"})

    async with receiving(answer) as (url, received):
        assert await reason(url) == f"status {status}"
    assert len(received.ids) == 1


async def test_a_receiver_that_is_away_is_told_without_its_address() -> None:
    assert await reason(f"http://127.0.0.1:{free_port()}/s3cret") == "ClientConnectorError"


async def test_a_receiver_that_does_not_answer_is_given_up() -> None:
    async with raw_server(b"") as url:
        assert await reason(url, 0.05) == "no answer in time"


async def test_an_answer_that_trickles_in_is_given_up() -> None:
    async with raw_server(b"HTTP/1.1 200 OK\r\n\r\n") as url:
        assert await reason(url, 0.05) == "no answer in time"


async def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    async with raw_server(b"HTTP/1.1 200 OK\r\n\r\n", forever=b"x" * 65_536) as url:
        assert await reason(url) == "the answer is too large"


async def test_an_answer_that_is_no_http_is_told() -> None:
    async with raw_server(b"garbage\r\n\r\n") as url:
        assert await reason(url) in {"ClientResponseError", "BadStatusLine", "BadHttpMessage"}


def test_nothing_secret_shows_in_an_anchor() -> None:
    shown = repr(anchor_at("https://receiver.example/s3cret"))
    assert "s3cret" not in shown
    assert repr(SECRET) not in shown


@pytest.mark.parametrize(
    "text",
    ["", "secret", SECRET_TEXT.removeprefix("whsec_"), "whsec_", "whsec_a", f"whsec_{b64encode(bytes(23)).decode()}"],
)
def test_a_secret_must_be_one_of_the_specification(text: str) -> None:
    with pytest.raises(ValueError) as raised:
        read_webhook_secret(text)
    assert str(raised.value) == "expected `whsec_` followed by 24 to 64 random bytes in base64"


def test_the_body_says_what_the_note_says() -> None:
    assert payload(stated(7)) == payload(stated(7))
    assert read_webhook_secret(SECRET_TEXT) == SECRET
