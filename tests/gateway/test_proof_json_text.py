"""Strict reading of JSON text: the same text without whitespace, or an error that says where."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.proof.json_text import MAXIMUM_DEPTH, JsonError, compact, members

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**300), 10**300)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(VALUES, st.sampled_from([None, 0, 2, "\t"]), st.booleans())
def test_whitespace_goes_and_every_token_stays(value: Any, indent: Any, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert compact(f"\r\n {text}\n") == json.dumps(value, separators=(",", ":"), ensure_ascii=ascii_only)


@given(st.dictionaries(st.text(), VALUES))
def test_members_are_texts(value: dict[str, Any]) -> None:
    text = json.dumps(value, separators=(",", ":"))
    found = members(compact(text))
    assert found is not None
    assert list(found) == list(value)
    assert {name: json.loads(each) for name, each in found.items()} == value


@given(st.text(alphabet='{}[]:,"\\ue01-. tfn', max_size=12))
def test_what_is_taken_is_json_to_other_readers(text: str) -> None:
    try:
        kept = compact(text)
    except JsonError:
        return
    assert json.loads(kept) == json.loads(text)


@given(st.text(alphabet='{}[]:,"1-. etrufalsn', max_size=10))
def test_what_the_usual_reader_takes_is_taken_unless_names_repeat(text: str) -> None:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        with pytest.raises(JsonError):
            compact(text)
        return
    assert _mistake(text) in {None, "JSON_TWICE"}


def _mistake(text: str) -> str | None:
    try:
        compact(text)
    except JsonError as error:
        return error.code
    return None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a":1,"a":2}', "a second member of the same name at line 1, column 8"),
        ('{"a":1,"\\u0061":2}', "a second member of the same name at line 1, column 8"),
        ('{"x":[{"b":1},\n{"b":1,"b":1}]}', "a second member of the same name at line 2, column 8"),
        ('{"a":NaN}', "not JSON at line 1, column 6"),
        ("\ufeff{}", "a byte order mark at line 1, column 1"),
        ("{} {}", "something follows the end at line 1, column 4"),
        ('{"a":1', "the text ends too early at line 1, column 7"),
        ("", "the text ends too early at line 1, column 1"),
        ('"\\ud800"', "half a surrogate pair at line 1, column 1"),
        ("[1e999]", "a number out of range at line 1, column 2"),
        ("[" + "9" * 5000 + "]", "a number out of range at line 1, column 2"),
        ("[1,]", "not JSON at line 1, column 4"),
        ("[01]", "not JSON at line 1, column 3"),
        ('["a\tb"]', "not JSON at line 1, column 2"),
        ("[}", "not JSON at line 1, column 2"),
        ("[" * 201, f"nested too deep at line 1, column {MAXIMUM_DEPTH + 1}"),
    ],
)
def test_errors(text: str, told: str) -> None:
    with pytest.raises(JsonError) as error:
        compact(text)
    assert str(error.value) == told


def test_nothing_recurses_or_takes_quadratic_space() -> None:
    with pytest.raises(JsonError):
        compact("[" * 1_000_000)
    assert len(compact('"' + "\\n" * 300_000 + '"')) == 600_002


def test_members_of_what_is_no_object() -> None:
    assert members("[1]") is None
    assert members("{}") == {}
