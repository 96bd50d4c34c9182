"""Pieces of a response: the body is that of the plain encoder, and every piece has a digest of its own."""

from hashlib import sha256
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.proof.parts import encode, part_digest
from gateway.proof.pieces import pieces_of

SALT = "c2FsdCBvZiB0aGUgYW5zd2Vy"
NAMES = st.from_regex(r"[_A-Za-z][_0-9A-Za-z]{0,8}", fullmatch=True)
LEAVES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=12)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))
RESPONSES = st.fixed_dictionaries(
    {"data": VALUES | st.dictionaries(NAMES, VALUES, max_size=4), "extensions": st.dictionaries(NAMES, VALUES)},
    optional={"errors": st.lists(st.dictionaries(NAMES, VALUES), min_size=1, max_size=2)},
)


@given(RESPONSES)
def test_body_is_that_of_the_plain_encoder(response: dict[str, Any]) -> None:
    assert encode(response, SALT).body == orjson.dumps(response)


@given(RESPONSES)
def test_every_digest_is_of_its_piece(response: dict[str, Any]) -> None:
    for path, digest in encode(response, SALT).parts.items():
        piece: Any = response
        for name in path.split("."):
            piece = piece[name]
        assert digest == sha256(f"{SALT}\n{path}\n".encode() + orjson.dumps(piece)).hexdigest()


@pytest.mark.parametrize(
    ("response", "paths"),
    [
        ({"data": None}, ["data"]),
        ({"data": {}}, ["data"]),
        ({"data": {"sources": [{"a": 1}]}}, ["data.sources"]),
        ({"data": {"subject": None}}, ["data.subject"]),
        ({"data": {"subject": {}}}, ["data.subject"]),
        (
            {"data": {"subject": {"a": {"b": {"c": 1}}, "n": 1}, "x": "y"}},
            ["data.subject.a", "data.subject.n", "data.x"],
        ),
        ({"errors": [{}], "data": None, "extensions": {"cost": {}}}, ["errors", "data", "extensions"]),
    ],
)
def test_pieces(response: dict[str, Any], paths: list[str]) -> None:
    assert list(encode(response, SALT).parts) == paths


def test_salt_and_path_are_in_the_digest() -> None:
    told = {part_digest(salt, path, b"null") for salt in ("a", "b") for path in ("data.x", "data.y")}
    assert len(told) == 4


def test_what_json_cannot_say_is_an_error() -> None:
    with pytest.raises(orjson.JSONEncodeError):
        encode({"data": {"subject": {"a": object()}}}, SALT)


def test_no_path_holds_a_number_that_a_caller_called_a_field_by() -> None:
    response = {
        "data": {"subject": {"p_230881_1988": {"state": "COMPLETE"}, "name": "甲"}, "other": {"state": 1}},
        "extensions": {},
    }
    assert list(encode(response, "ab").parts) == ["data.subject", "data.other.state", "extensions"]
    assert list(encode({"data": {"a123456": {"b": 1}}}, "ab").parts) == ["data"]
    text = encode(response, "ab").body.decode()
    assert list(pieces_of(text)) == ["data.subject", "data.other.state", "extensions"]
