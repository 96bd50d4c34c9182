"""What is a request and what is not, byte by byte; and that no bytes can break the reading."""

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import BadParameters, BadRequest, RequestError, TooLarge
from gateway.http.request import MAX_DEPTH, GraphQLRequest, parse_get, parse_post, read_body


def variables(value: bytes) -> bytes:
    return b'{"query":"{a}","variables":{"v":' + value + b"}}"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the body is not JSON"),
        (b"   ", "the body is not JSON"),
        (b"NONSENSE", "the body is not JSON"),
        (b'{"query":', "the body is not JSON"),
        (b'{"query":"{a}"} x', "the body is not JSON"),
        (b'{"query":"{a}",}', "the body is not JSON"),
        (b'\xef\xbb\xbf{"query":"{a}"}', "the body is not JSON"),
        (variables(b"NaN"), "the body is not JSON"),
        (variables(b"-Infinity"), "the body is not JSON"),
        (variables(b"01"), "the body is not JSON"),
        (b'{"query":"\\ud800"}', "the body is not JSON"),
        (variables(b'"\\udc00\\ud800"'), "the body is not JSON"),
        (b'{"query":"a\x00b"}', "the body is not JSON"),
        (b'{"query":"\xff\xfe"}', "the body is not valid UTF-8"),
        (b'{"query":"{a}","ignored":"\xff"}', "the body is not valid UTF-8"),
        (b'{"query":"{a}","\xff":1}', "the body is not valid UTF-8"),
        (b'{"query":"\xed\xa0\x80"}', "the body is not valid UTF-8"),
        ('{"query":"{a}"}'.encode("utf-16"), "the body is not valid UTF-8"),
        (variables(b"9" * 5_000), "the body holds a number out of range"),
        (variables(b"1e400"), "the body holds a number out of range"),
        (variables(b"[" * 100_000 + b"]" * 100_000), f"the body is nested deeper than {MAX_DEPTH} levels"),
        (b'{"query":"{a}","ignored":' + b"[" * 100_000, f"the body is nested deeper than {MAX_DEPTH} levels"),
        (variables(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH), f"the request is nested deeper than {MAX_DEPTH} levels"),
    ],
)
def test_a_body_that_cannot_be_read(body: bytes, message: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parse_post(body)
    assert caught.value.message == message
    assert not isinstance(caught.value, BadParameters)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"5", "the body is not a JSON object"),
        (b"null", "the body is not a JSON object"),
        (b'"{a}"', "the body is not a JSON object"),
        (b"[5]", "the body is a list: batches of requests are not taken, send one request a time"),
        (b'[{"query":"{a}"}]', "the body is a list: batches of requests are not taken, send one request a time"),
        (b"[" * 100_000, "the body is a list: batches of requests are not taken, send one request a time"),
        (b"{}", "`query` is missing"),
        (b'{"query":null}', "`query` is missing"),
        (b'{"query":5}', "`query` is not a string"),
        (b'{"query":"{a}","operationName":5}', "`operationName` is not a string"),
        (b'{"query":"{a}","variables":[]}', "`variables` is not an object"),
        (b'{"query":"{a}","variables":"{}"}', "`variables` is not an object"),
        (b'{"query":"{a}","extensions":false}', "`extensions` is not an object"),
    ],
)
def test_json_that_is_no_request(body: bytes, message: str) -> None:
    with pytest.raises(BadParameters) as caught:
        parse_post(body)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("body", "request_"),
    [
        (b'{"query":"{a}"}', GraphQLRequest("{a}", None, {}, {}, "POST")),
        (b'{"query":""}', GraphQLRequest("", None, {}, {}, "POST")),
        (b'{"query":"\\ud83d\\ude00"}', GraphQLRequest("😀", None, {}, {}, "POST")),
        (b'{"query":"a","query":"b"}', GraphQLRequest("b", None, {}, {}, "POST")),
        (b'{"query":"{a}","unknown":{"x":[1]}}', GraphQLRequest("{a}", None, {}, {}, "POST")),
        (
            b'{"query":"{a}","operationName":"N","variables":{"v":912301000000000000012345},"extensions":{"e":1.5}}',
            GraphQLRequest("{a}", "N", {"v": 912301000000000000012345}, {"e": 1.5}, "POST"),
        ),
    ],
)
def test_a_request(body: bytes, request_: GraphQLRequest) -> None:
    assert parse_post(body) == request_


ID = "ab" * 32
PERSISTED = {"persistedQuery": {"version": 1, "sha256Hash": ID}}


@pytest.mark.parametrize(
    ("members", "request_"),
    [
        ({"documentId": f"sha256:{ID}"}, GraphQLRequest("", None, {}, {}, "POST", ID)),
        ({"extensions": PERSISTED}, GraphQLRequest("", None, {}, PERSISTED, "POST", ID)),
        (
            {"query": "{a}", "documentId": f"sha256:{ID}", "extensions": PERSISTED},
            GraphQLRequest("{a}", None, {}, PERSISTED, "POST", ID),
        ),
        ({"query": "{a}", "documentId": None}, GraphQLRequest("{a}", None, {}, {}, "POST")),
    ],
)
def test_a_document_is_named_by_its_digest(members: dict[str, Any], request_: GraphQLRequest) -> None:
    assert parse_post(msgspec.json.encode(members)) == request_
    url = {name: value if isinstance(value, str) else json.dumps(value) for name, value in members.items() if value}
    assert parse_get(urlencode(url).encode()) == replace(request_, method="GET")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"documentId": 5}, "`documentId` is not of the form"),
        ({"documentId": ID}, "`documentId` is not of the form"),
        ({"documentId": f"sha256:{ID.upper()}"}, "`documentId` is not of the form"),
        ({"documentId": f"sha256:{ID}\n"}, "`documentId` is not of the form"),
        ({"documentId": "sha256:../../etc/passwd"}, "`documentId` is not of the form"),
        ({"documentId": ""}, "`documentId` is not of the form"),
        ({"query": "", "documentId": f"sha256:{ID}"}, "`query` is empty: leave it out"),
        ({"query": "{a}", "extensions": {"persistedQuery": 1}}, "`extensions.persistedQuery` needs a `sha256Hash`"),
        ({"query": "{a}", "extensions": {"persistedQuery": {"sha256Hash": 1}}}, "`extensions.persistedQuery` needs"),
        ({"documentId": f"sha256:{'0' * 64}", "extensions": PERSISTED}, ".* name different documents"),
    ],
)
def test_what_names_no_document(members: dict[str, Any], message: str) -> None:
    with pytest.raises(BadParameters, match=message):
        parse_post(msgspec.json.encode(members))


def test_the_deepest_request_that_is_taken() -> None:
    depth = MAX_DEPTH - 1
    assert parse_post(variables(b"[" * depth + b"]" * depth)).query == "{a}"


def test_a_thousand_keys_are_not_deep() -> None:
    keys = [{"scheme": "USCC", "value": str(number)} for number in range(1000)]
    assert parse_post(variables(msgspec.json.encode(keys))).variables == {"v": keys}


@pytest.mark.parametrize(
    ("query_string", "request_"),
    [
        ("query=%7Ba%7D", GraphQLRequest("{a}", None, {}, {}, "GET")),
        ("query=a+b%2Bc", GraphQLRequest("a b+c", None, {}, {}, "GET")),
        ("query=%7Ba%7D&operationName=&variables=&extensions=", GraphQLRequest("{a}", None, {}, {}, "GET")),
        ("query=%7Ba%7D&operationName=null", GraphQLRequest("{a}", "null", {}, {}, "GET")),
        ("query=%7Ba%7D&variables=null&other=1", GraphQLRequest("{a}", None, {}, {}, "GET")),
        ("query=" + quote("{名称}"), GraphQLRequest("{名称}", None, {}, {}, "GET")),
        (
            urlencode({"query": "{a}", "variables": '{"v":"企业"}'}),
            GraphQLRequest("{a}", None, {"v": "企业"}, {}, "GET"),
        ),
    ],
)
def test_a_request_in_a_url(query_string: str, request_: GraphQLRequest) -> None:
    assert parse_get(query_string.encode()) == request_


@pytest.mark.parametrize(
    ("query_string", "message"),
    [
        (b"", "`query` is missing"),
        (b"variables={}", "`query` is missing"),
        (b"query=%ff", "the query of the URL is not form-encoded UTF-8"),
        (b"query=\xe5", "the query of the URL is not form-encoded UTF-8"),
        (b"&".join(b"p%d=1" % index for index in range(100)), "the query of the URL is not form-encoded UTF-8"),
        (b"query=a&query=b", "a parameter is given more than once"),
        (b"query=a&variables=x", "`variables` is not JSON"),
        (b"query=a&variables=[1]", "`variables` is not an object"),
        (b"query=a&extensions=1", "`extensions` is not an object"),
        (b"query=a&variables=" + b"[" * 9_000, "`variables` is not JSON"),
        (b'query=a&variables={"v":' + b"[" * 70 + b"]" * 70 + b"}", "the request is nested deeper than 64 levels"),
    ],
)
def test_a_url_that_is_no_request(query_string: bytes, message: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parse_get(query_string)
    assert caught.value.message == message


@given(st.binary(max_size=200))
def test_any_bytes_are_a_request_or_a_request_error(data: bytes) -> None:
    for parse in (parse_post, parse_get):
        with suppress(RequestError):
            assert isinstance(parse(data), GraphQLRequest)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["query", "operationName", "variables", "extensions", "other"]), JSON_VALUES))
def test_any_json_object_is_a_request_or_a_request_error(members: dict[str, Any]) -> None:
    try:
        request = parse_post(msgspec.json.encode(members))
    except BadParameters:
        return
    assert request.query == members["query"]
    assert request.variables == (members.get("variables") or {})


async def body_in(*chunks: bytes, declared: bytes | None = None, max_bytes: int = 10) -> bytes:
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages[-1]["more_body"] = False
    left = iter(messages)

    async def receive() -> dict[str, Any]:
        return next(left)

    return await read_body(receive, declared, max_bytes)


async def test_a_body_is_read_to_its_end_or_its_limit() -> None:
    assert await body_in(b"0123456789") == b"0123456789"
    assert await body_in(b"01234", b"56789") == b"0123456789"
    with pytest.raises(TooLarge):
        await body_in(b"01234567890")
    with pytest.raises(TooLarge):
        await body_in(b"01234", b"567890", b"never read")
    with pytest.raises(TooLarge):
        await body_in(b"0", declared=b"11")
    with pytest.raises(TooLarge):
        await body_in(b"0", declared=b"9" * 5_000)


@pytest.mark.parametrize(
    "query_string",
    [
        "query=%7B__typename%7D&who=230881189304160019",
        "query=%7B__typename%7D&230881189304160019",
        "query=%7B__typename%7D&variables=%7B%22a%22:%20%222308811893-0416-0019%22%7D",
        "query=%7B__typename%7D&variables=%7B%22a%22:%20%22%5Cu0032308811893" + "04160019%22%7D",
        "operationName=%EF%BC%92%EF%BC%930881189304160019&query=%7B__typename%7D",
    ],
)
def test_a_personal_number_in_a_url_is_refused_and_not_quoted(query_string: str) -> None:
    with pytest.raises(BadParameters, match="send it by POST") as raised:
        parse_get(query_string.encode())
    assert "0416" not in str(raised.value)


def test_the_code_of_an_organization_in_a_url_is_taken() -> None:
    query = "query=%7Bsubject(key:%7Bvalue:%2291230881TJ00000350%22%7D)%7B__typename%7D%7D"
    assert "91230881TJ00000350" in parse_get(query.encode()).query
