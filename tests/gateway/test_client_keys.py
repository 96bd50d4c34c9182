"""Key pairs, and a set of public keys in which old ones count for a while and then no more."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey

from gateway.clients.keys import keys_file_of, keys_text, live_keys, make_pair, read_keys, rotated
from gateway.clients.model import ClientRefused

NOW = 1_800_000_000.0
expiries = st.integers(int(NOW) - 1000, int(NOW) + 1000)
key_sets = st.lists(st.fixed_dictionaries({"kid": st.text()}, optional={"exp": expiries}), max_size=5)


def test_a_pair_is_one_key_and_the_public_half_holds_nothing_private() -> None:
    pair = make_pair()
    assert "d" not in pair.public
    assert {key: value for key, value in pair.private.items() if key != "d"} == pair.public
    assert pair.public["kid"] == pair.kid == ECKey.import_key(pair.public).thumbprint()
    signed = jws.serialize_compact({"alg": "ES256"}, b"said", ECKey.import_key(pair.private))
    assert jws.deserialize_compact(signed, ECKey.import_key(pair.public)).payload == b"said"


def test_no_two_pairs_are_the_same() -> None:
    assert len({make_pair().kid for _ in range(10)}) == 10


@settings(deadline=None)
@given(key_sets, st.integers(0, 1000))
def test_rotation_only_ever_shortens_a_life(keys: list[dict[str, Any]], grace: int) -> None:
    new = {"kid": "new"}
    after = rotated(keys, new, NOW, grace)
    assert after[0] == new
    lives = [key.get("exp", float("inf")) for key in live_keys(keys, NOW)]
    assert [key["exp"] for key in after[1:]] == [
        min(life, NOW + grace) for life in lives if min(life, NOW + grace) > NOW
    ]
    assert live_keys(after, NOW) == after
    assert live_keys(after, NOW + grace) == [new]


def test_without_grace_the_earlier_keys_are_gone() -> None:
    assert rotated([{"kid": "old"}], {"kid": "new"}, NOW, 0) == [{"kid": "new"}]


@pytest.mark.parametrize("expires", ["2026", None, True, NOW, NOW - 1, [], float("nan")])
def test_an_expiry_that_has_passed_or_is_none_counts_as_passed(expires: Any) -> None:
    assert live_keys([{"kid": "a", "exp": expires}], NOW) == []


def test_a_set_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "bank.jwks.json"
    assert read_keys(path) == []
    path.write_text(keys_text([{"kid": "a"}]), encoding="utf-8")
    assert read_keys(path) == [{"kid": "a"}]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"keys": {}}', '{"keys": [1]}', '{"keys": [], "keys": []}', "[" * 9999]
)
def test_what_is_no_set_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bank.jwks.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ClientRefused, match="is no JWK set"):
        read_keys(path)


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text(json.dumps({"keys": []}), encoding="utf-8")
    (tmp_path / "bank.jwks.json").symlink_to(tmp_path / "other.json")
    with pytest.raises(ClientRefused, match="is a link"):
        read_keys(tmp_path / "bank.jwks.json")


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".", "..", "a\x00", "-x", "/etc/x"])
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    with pytest.raises(ClientRefused, match="is no client name"):
        keys_file_of(name)
