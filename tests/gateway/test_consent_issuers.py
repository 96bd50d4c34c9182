"""The issuers of consents in `gateway.toml`: every mistake told, and their keys read from a file or an address."""

import json
from pathlib import Path

import pytest
from joserfc.jwk import KeySet, OctKey

from connectors.errors import ConfigError
from gateway.auth import RemoteKeys
from gateway.consents.issuers import consent_keys, issuer_mistakes
from gateway.settings import load_settings
from tests.gateway.consents import KEY

GOOD = """
[[consents.issuers]]
issuer = "https://consents.example"
jwks_file = "keys.json"
[[consents.issuers]]
issuer = "https://other.example"
jwks_url = "https://other.example/jwks"
"""


def told(folder: Path, text: str) -> list[str]:
    (folder / "gateway.toml").write_text(text, encoding="utf-8")
    return [str(each) for each in issuer_mistakes(load_settings(folder / "gateway.toml"), folder)]


def write_keys(folder: Path, *keys: object) -> None:
    (folder / "keys.json").write_text(json.dumps({"keys": list(keys)}), encoding="utf-8")


def test_keys_come_from_a_file_or_an_address(tmp_path: Path) -> None:
    write_keys(tmp_path, *KeySet([KEY]).as_dict(private=False)["keys"])
    assert told(tmp_path, GOOD) == []
    keys = consent_keys(load_settings(tmp_path / "gateway.toml"), tmp_path)
    assert keys["https://consents.example"].find("ES256", "c1") is not None
    assert isinstance(keys["https://other.example"], RemoteKeys)


def test_every_mistake_is_told(tmp_path: Path) -> None:
    write_keys(tmp_path, OctKey.generate_key(256).as_dict(private=True))
    text = (
        GOOD
        + """
[[consents.issuers]]
issuer = "http://127.0.0.1:8088"
jwks_url = "http://keys.example/jwks"
[[consents.issuers]]
issuer = "https://other.example"
[[consents.issuers]]
issuer = "https://third.example"
jwks_url = "https://third.example/jwks"
jwks_file = "missing.json"
"""
    )
    assert told(tmp_path, text) == [
        "gateway.toml: consents.issuers.1.jwks_file: `keys.json` holds no JWK set with a usable key",
        "gateway.toml: consents.issuers.3.issuer: this is an issuer of access tokens: consents need an issuer, and "
        "keys, of their own",
        "gateway.toml: consents.issuers.3.jwks_url: must begin with https://, or with http:// at a loopback address",
        "gateway.toml: consents.issuers.4.jwks_url: name either `jwks_url` or `jwks_file`",
        "gateway.toml: consents.issuers.4.issuer: `https://other.example` stands more than once",
        "gateway.toml: consents.issuers.5.jwks_url: name either `jwks_url` or `jwks_file`",
    ]
    with pytest.raises(ConfigError):
        consent_keys(load_settings(tmp_path / "gateway.toml"), tmp_path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"keys": []}', '{"keys": [1]}', '{"keys": [], "keys": []}'])
def test_what_is_no_key_set_is_a_mistake(tmp_path: Path, content: str) -> None:
    (tmp_path / "keys.json").write_text(content, encoding="utf-8")
    (found,) = told(tmp_path, GOOD)
    assert found.endswith("`keys.json` holds no JWK set with a usable key")
