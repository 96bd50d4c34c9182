"""`config/objections.toml`: every mistake at once; addresses and secrets come from variables, or from nowhere."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import ConfigError
from gateway.objections.rules import Rules, endpoints_of, load_rules, unset
from gateway.webhooks import sign
from tests.gateway.receiver import KEY, SECRET, verified

CONFIG = Path(__file__).parents[2] / "config" / "objections.toml"
WRONG = """
[review]
unit = "lunar"
accept_days = 0
surplus = 1
[sending]
attempts = "many"
[endpoints.nobody]
kind = "fax"
url_env = "http://owner.test/hook?secret=hidden"
secret_env = "OK_SECRET"
[endpoints.court]
kind = "rest"
"""
MISTAKEN = {
    "review.unit",
    "review.accept_days",
    "review.surplus",
    "sending.attempts",
    "endpoints.nobody",
    "endpoints.nobody.kind",
    "endpoints.nobody.url_env",
    "endpoints.court.url_env",
    "endpoints.court.secret_env",
}


def test_every_mistake_is_reported_at_once_and_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "objections.toml"
    path.write_text(WRONG, encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_rules(path, {"court", "market_regulation"})
    assert {mistake.place for mistake in raised.value.mistakes} == MISTAKEN
    assert {mistake.file for mistake in raised.value.mistakes} == {"objections.toml"}
    assert "hidden" not in str(raised.value)
    assert "court, market_regulation" in str(raised.value)


def test_without_a_file_there_are_rules_all_the_same(tmp_path: Path) -> None:
    assert load_rules(tmp_path / "objections.toml", None) == Rules()


def test_our_own_file_is_right_and_its_variables_are_secret() -> None:
    rules = load_rules(CONFIG, {"court", "market_regulation"})
    assert (rules.review.unit, rules.review.accept_days, rules.review.review_days) == ("working", 5, 20)
    assert len(rules.secret_variables) == 4


GOOD = {
    "MARKET_REGULATION_OBJECTIONS_URL": "https://owner.test/hook",
    "MARKET_REGULATION_OBJECTIONS_SECRET": SECRET,
    "COURT_OBJECTIONS_URL": "http://127.0.0.1:8/yy",
    "COURT_OBJECTIONS_TOKEN": "t",
}


def test_addresses_come_from_variables_and_what_is_not_set_is_named() -> None:
    rules = load_rules(CONFIG, None)
    found = endpoints_of(rules, GOOD)
    assert (found["market_regulation"].secret, found["court"].secret) == (KEY, b"t")
    assert (endpoints_of(rules, {}), len(unset(rules, {}))) == ({}, 4)
    half = {name: value for name, value in GOOD.items() if name != "COURT_OBJECTIONS_TOKEN"}
    assert set(endpoints_of(rules, half)) == {"market_regulation"}
    assert unset(rules, half) == [("COURT_OBJECTIONS_TOKEN", "court")]
    assert "owner.test" not in repr(found)
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("MARKET_REGULATION_OBJECTIONS_URL", "http://owner.test/hook"),
        ("MARKET_REGULATION_OBJECTIONS_URL", "ftp://owner.test/hook"),
        ("COURT_OBJECTIONS_URL", "http://10.0.0.1/yy"),
        ("MARKET_REGULATION_OBJECTIONS_SECRET", "plain"),
        ("MARKET_REGULATION_OBJECTIONS_SECRET", "whsec_" + base64.b64encode(b"short").decode()),
        ("MARKET_REGULATION_OBJECTIONS_SECRET", "whsec_!!!"),
        ("COURT_OBJECTIONS_TOKEN", "two words"),
        ("COURT_OBJECTIONS_TOKEN", "a\r\nHost: evil"),
    ],
    ids=["plain http", "another scheme", "another host", "no prefix", "too short", "no base64", "blank", "header"],
)
def test_an_address_or_a_secret_that_cannot_be_used_is_refused(variable: str, value: str) -> None:
    with pytest.raises(ConfigError) as raised:
        endpoints_of(load_rules(CONFIG, None), {**GOOD, variable: value})
    (mistake,) = raised.value.mistakes
    assert (mistake.file, mistake.place) == ("environment", variable)
    assert value not in mistake.message


@given(st.text("abc123_-", min_size=1, max_size=40), st.integers(0, 2**40), st.binary(max_size=200))
def test_signatures_are_those_of_the_standard(message: str, at: int, body: bytes) -> None:
    signed = {
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": sign(KEY, message, str(at), body),
    }
    assert verified(signed, body, KEY)
    assert not verified(signed, body + b" ", KEY)
    assert not verified({**signed, "webhook-timestamp": str(at + 1)}, body, KEY)


def test_a_signature_of_the_standards_own_example() -> None:
    """Standard Webhooks 1.0.0, the example of its libraries."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    assert sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )
