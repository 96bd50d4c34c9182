"""`gateway.toml`: every mistake of it at once, with its place and what was expected."""

from pathlib import Path

import pytest
from msgspec.structs import fields

from connectors.errors import ConfigError
from gateway.settings import Limits, Listen, Settings, load_settings

SHIPPED = Path(__file__).parents[2] / "config" / "gateway.toml"

MISTAKES = r"""
produktion = true
production = "yes"

[listen]
host = 8088
port = 65536

[tokens]
isuer = "https://id.example"
audience = ["credit-gateway"]

[limits]
deadline_seconds = 0

[limits.document]
max_depth = 65
max_token = 1

[limits.client]
documents = "some"
requests = 0

[http]
max_body_bytes = 10

[cors]
origins = "https://credit.example"
"""
TOLD = [
    f"produktion: unknown key `produktion`; known: {', '.join(each.encode_name for each in fields(Settings))}; "
    "did you mean `production`?",
    "production: expected true or false, found a text",
    "listen.host: expected a text, found 8088",
    "listen.port: expected a whole number, at least 0 and at most 65535, found 65536",
    "tokens.isuer: unknown key `isuer`; known: issuer, audience, public_url, dpop_nonce, issuers, mtls; "
    "did you mean `issuer`?",
    "tokens.audience: expected a text, found a list",
    "limits.deadline_seconds: expected a number, more than 0, found 0",
    "limits.document.max_depth: expected a whole number, at least 1 and at most 64, found 65",
    "limits.document.max_token: unknown key `max_token`; known: max_bytes, max_tokens, ",
    "limits.client.documents: ",
    "limits.client.requests: expected a whole number, at least 1, found 0",
    "http.max_body_bytes: expected a whole number, at least 1024, found 10",
    "cors.origins: expected a list, found a text",
]


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "gateway.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def told(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load_settings(path)
    assert {mistake.file for mistake in raised.value.mistakes} == {"gateway.toml"}
    return [str(mistake).removeprefix("gateway.toml: ") for mistake in raised.value.mistakes]


def test_what_is_said_counts_and_the_rest_is_default(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufeff[listen]\nport = 9000\n[limits]\ndeadline_seconds = 3\n")
    assert load_settings(path) == Settings(listen=Listen(port=9000), limits=Limits(deadline_seconds=3.0))
    assert isinstance(load_settings(path).limits.deadline_seconds, float)


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path, "")) == Settings()


def test_the_shipped_file_is_sound() -> None:
    assert isinstance(load_settings(SHIPPED), Settings)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    found = told(write(tmp_path, MISTAKES))
    for expected in TOLD:
        assert any(line.startswith(expected) for line in found), (expected, found)
    assert len(found) == len(TOLD)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[listen]\nport = \n", "line 2: is not TOML: invalid value"),
        ("production = true\nproduction = true\n", "line 2: is not TOML: cannot overwrite a value"),
        ("production = [\n\n", "line 3: is not TOML: "),
        ("[listen\n", "line 1: is not TOML: expected ']' at the end of a table declaration"),
        ("# 网关\nproduction = true".encode("gb18030"), "line 1: is not UTF-8"),
        ("production = " + "[" * 5000, "is nested too deeply"),
        ("production = " + "9" * 5000, "is not TOML: "),
        ("production = 0x" + "f" * 5000, "production: expected true or false, found a larger number"),
        ("[limits]\ndeadline_seconds = inf", "limits.deadline_seconds: expected a number, more than 0, found inf"),
        ("[limits]\ndeadline_seconds = nan", "limits.deadline_seconds: expected a number, more than 0, found nan"),
        ("listen = 2026-11-23", "listen: expected a table, found a date or time"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(tmp_path: Path, text: str | bytes, message: str) -> None:
    (found,) = told(write(tmp_path, text))
    assert found.startswith(message)


ORIGINS = """
production = %s
[tokens]
issuer = "https://id.example.cn"
[cors]
origins = %s
"""


@pytest.mark.parametrize(
    "origins",
    [
        '["https://credit.example.cn"]',
        '["https://credit.example.cn:8443", "http://127.0.0.1:3000", "http://[::1]:80"]',
        "[]",
    ],
)
def test_exact_origins_are_taken(tmp_path: Path, origins: str) -> None:
    assert load_settings(write(tmp_path, ORIGINS % ("true", origins))).production


@pytest.mark.parametrize(
    "origin",
    [
        "https://credit.example.cn/",
        "https://*.example.cn",
        "HTTPS://credit.example.cn",
        "credit.example.cn",
        "null",
        "",
        "https://credit.example.cn\\n",
        "https://user@credit.example.cn",
        "ftp://credit.example.cn",
    ],
)
def test_what_no_browser_sends_as_an_origin_is_a_mistake(tmp_path: Path, origin: str) -> None:
    (found,) = told(write(tmp_path, ORIGINS % ("false", f'["https://a.example", "{origin}"]')))
    assert found.startswith("cors.origins.2: ")
    assert "is no origin: expected the form `https://host`" in found


def test_any_origin_is_refused_in_production(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path, ORIGINS % ("false", '["*"]'))).cors.origins == ["*"]
    (found,) = told(write(tmp_path, ORIGINS % ("true", '["*"]')))
    assert found == "cors.origins.1: `*` lets every web page ask: in production name the origins"


def test_a_missing_file_is_a_mistake(tmp_path: Path) -> None:
    assert told(tmp_path / "gateway.toml") == ["cannot be read: no such file or directory"]
