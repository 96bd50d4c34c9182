"""Requests that get no answer: the status, the code and the message of each, and nothing else in the body."""

import re
from typing import Any

import orjson
import pytest

from gateway.demo.subjects import person
from tests.end_to_end.queries import NAMED, uscc_key
from tests.end_to_end.served import Served, Told

NUMBER = person(3).id_no
SPACED = " ".join(NUMBER[at : at + 4] for at in range(0, 18, 4))
BY_KEY = "query($key: SubjectKey!) { subject(key: $key) { __typename } }"
BY_KEYS = "query($keys: [SubjectKey!]!) { subjects(keys: $keys) { __typename } }"
SECTION = "{ subject(key: {value: \"%s\"}) { ... on Organization { licenses(%s) { state } } } }"  # fmt: skip
ROLE = "legalRepresentative { items { person { roles { items { organization { "
DEEP = (
    "{ subject(key: {value: \"1\"}) { ... on Organization { " + ROLE * 4 + "name" + " } } } } } }" * 4 + " } } }"
)  # fmt: skip
FRAGMENTS = "".join(f"fragment f{at} on Query {{ __typename }} " for at in range(101))
SPREADS = "{ " + " ".join(f"...f{at}" for at in range(101)) + " }"
LEAKS = re.compile(
    rb"Traceback|File \"|\.py\b|SELECT |asyncpg|sqlite|/work|/home|/tmp|127\.0\.0\.1|object at 0x|<class|\bNone\b"
)


def check_clean(told: Told) -> None:
    """Check that a refusal tells nothing of how the gateway is built or where it runs, and no personal number."""
    assert LEAKS.search(told.body) is None, told.body
    for number in (NUMBER, SPACED, NUMBER[:14]):
        assert number.encode() not in told.body
    assert told.headers["Cache-Control"] == "no-store"


def check_refused(told: Told, status: int, code: str, message: str) -> None:
    assert (told.status, "data" in told.content) == (status, False)
    (error,) = told.errors
    if code == "TOO_COSTLY":
        assert error["extensions"].pop("limit").startswith("max_")
        assert error["extensions"].pop("found") > error["extensions"].pop("allowed")
    assert (error["extensions"], re.fullmatch(message, error["message"]) is not None) == ({"code": code}, True), error
    check_clean(told)


DOCUMENTS: list[tuple[dict[str, Any], str, str]] = [
    (
        {"query": BY_KEYS, "variables": {"keys": [uscc_key(3)] * 1001}},
        "TOO_COSTLY",
        "`subjects` takes at most 1000 keys, got 1001",
    ),
    ({"query": BY_KEY, "variables": {"key": 5}}, "BAD_QUERY", "Variable '\\$key' has invalid value: .* be an object.*"),
    ({"query": BY_KEY, "variables": {"key": int(NUMBER[:17])}}, "BAD_QUERY", "Variable '\\$key' has invalid value.*"),
    (
        {"query": BY_KEY, "variables": {"key": {"value": int(NUMBER[:17])}}},
        "BAD_QUERY",
        "Variable '\\$key' has invalid value at \\.value: .*",
    ),
    (
        {"query": BY_KEY, "variables": {"key": {"value": NUMBER, "scheme": "CITIZEN_ID"}}},
        "BAD_QUERY",
        "Variable '\\$key' has invalid value at \\.scheme: .*",
    ),
    (
        {"query": BY_KEY, "variables": {"key": {"value": SPACED, "number": SPACED}}},
        "BAD_QUERY",
        "Variable '\\$key' has invalid value: .* unknown field 'number'.*",
    ),
    ({"query": BY_KEY}, "BAD_QUERY", "Variable '\\$key' has invalid value: .* to be provided\\."),
    ({"query": SECTION % (NUMBER, "first: 0")}, "BAD_QUERY", "`first` of `licenses` must be between 1 and 1000, got 0"),
    (
        {"query": SECTION % (NUMBER, 'after: "abc"')},
        "BAD_QUERY",
        "`after` of `licenses` is not a cursor that this gateway gave",
    ),
    ({"query": SECTION % (NUMBER, 'since: "2026-02-30"')}, "BAD_QUERY", "Date must be a string such as `2026-03-18`"),
    (
        {"query": SECTION.replace("licenses", "listEntries") % (NUMBER, "kinds: []")},
        "BAD_QUERY",
        "`kinds` of `listEntries` is empty: leave it out to see all",
    ),
    (
        {"query": SECTION.replace("licenses", "listEntries") % (NUMBER, "kinds: [GOOD]")},
        "BAD_QUERY",
        "Value 'GOOD' does not exist in 'ListKind' enum\\.",
    ),
    (
        {"query": SECTION.replace("licenses", "annualReports") % (NUMBER, f"years: {[2025] * 1001}")},
        "TOO_COSTLY",
        "`years` of `annualReports` takes at most 1000 values, got 1001",
    ),
    (
        {"query": SECTION.replace("licenses", "annualReports") % (NUMBER, f"years: [{NUMBER[:10]}]")},
        "BAD_QUERY",
        "Int cannot represent non 32-bit signed integer value: \\*\\*\\*\\*",
    ),
    (
        {"query": f'{{ departments(asOf: "{NUMBER}") {{ code }} }}'},
        "BAD_QUERY",
        "Date must be a string such as `2026-03-18`",
    ),
    (
        {"query": f'{{ catalogue(edition: "{NUMBER}") {{ code }} }}'},
        "BAD_QUERY",
        "`edition` of `catalogue` must be one of 2024, .*",
    ),
    (
        {"query": '{ subject(key: {scheme: PERSON, value: "' + NUMBER + '"}) { __typename } }'},
        "BAD_QUERY",
        "Value 'PERSON' does not exist in 'IdentifierScheme' enum\\.",
    ),
    (
        {"query": "query A { __typename }", "operationName": f"B{NUMBER}"},
        "BAD_QUERY",
        "the document has no operation named `B\\*\\*\\*\\*`",
    ),
    (
        {"query": "query A { __typename } query B { __typename }"},
        "BAD_QUERY",
        "the document holds several operations: name one of them in `operationName`",
    ),
    ({"query": "fragment F on Query { __typename }"}, "BAD_QUERY", "(Fragment 'F' is never used\\.|.*no operation.*)"),
    ({"query": ""}, "BAD_QUERY", "Syntax Error: Unexpected <EOF>\\."),
    ({"query": f'{{ subject(key: {{value: "{NUMBER}"}}) '}, "BAD_QUERY", "Syntax Error: .*"),
    (
        {"query": f'{{ subject(key: {{value: "{NUMBER}"}}) {{ salary }} }}'},
        "BAD_QUERY",
        "Cannot query field 'salary'.*",
    ),
    ({"query": f"{{ f{NUMBER} }}"}, "BAD_QUERY", "Cannot query field 'f\\*\\*\\*\\*' on type 'Query'\\."),
    ({"query": "mutation { pay }"}, "BAD_QUERY", "Cannot query field 'pay' on type 'Mutation'\\."),
    ({"query": "subscription { news }"}, "BAD_QUERY", "Cannot query field 'news' on type 'Subscription'\\."),
    ({"query": DEEP}, "TOO_COSTLY", "the document has [0-9]+ levels of fields, more than 24"),
    ({"query": "{ %s }" % ("__typename " * 4001)}, "TOO_COSTLY", "the document has more than 4000 tokens"),
    (
        {"query": SPREADS + FRAGMENTS},
        "TOO_COSTLY",
        "the document has 101 fragments, more than 100",
    ),
]
MEDIA = {"application/json": 200, "application/graphql-response+json": 400}
"""What a bad document is answered with, by the type that the client accepts (GraphQL over HTTP)."""


@pytest.mark.parametrize("media", MEDIA)
@pytest.mark.parametrize(("body", "code", "message"), DOCUMENTS, ids=lambda value: str(value)[-40:])
async def test_a_bad_document_is_refused(
    served: Served, body: dict[str, Any], code: str, message: str, media: str
) -> None:
    told = await served.post(body, {**served.headers("bank"), "Accept": media})
    for error in told.errors:
        error.pop("locations", None)
    assert (told.status, told.headers["Content-Type"]) == (MEDIA[media], f"{media}; charset=utf-8")
    check_refused(told, MEDIA[media], code, message)


BODIES: list[tuple[bytes, int, str, str]] = [
    (b"[]", 400, "BAD_REQUEST", "the body is a list: .*"),
    (b'[{"query": "{ __typename }"}]', 400, "BAD_REQUEST", "the body is a list: .*"),
    (b"5", 400, "BAD_REQUEST", "the body is not a JSON object"),
    (b"null", 400, "BAD_REQUEST", "the body is not a JSON object"),
    (b"", 400, "BAD_REQUEST", "the body is not JSON"),
    (b'{"query":', 400, "BAD_REQUEST", "the body is not JSON"),
    (b'{"query": "\xff"}', 400, "BAD_REQUEST", "the body is not valid UTF-8"),
    (b'{"query": "{ __typename } # \\ud800"}', 400, "BAD_REQUEST", "the body is not JSON"),
    (b'{"variables": {}}', 400, "BAD_REQUEST", "`query` is missing"),
    (b'{"query": 5}', 400, "BAD_REQUEST", "`query` is not a string"),
    (b'{"query": "{ __typename }", "variables": []}', 400, "BAD_REQUEST", "`variables` is not an object"),
    (b'{"query": "{ __typename }", "operationName": 1}', 400, "BAD_REQUEST", "`operationName` is not a string"),
    (b'{"query": "", "variables": {"a": ' + b"[" * 100 + b"]" * 100 + b"}}", 400, "BAD_REQUEST", ".* 64 levels"),
    (b'{"query": "' + b" " * (1 << 20) + b'"}', 413, "TOO_LARGE", "the body is larger than 1048576 bytes"),
]


@pytest.mark.parametrize(("body", "status", "code", "message"), BODIES, ids=lambda value: str(value)[:30])
async def test_a_body_that_is_no_request_is_refused(
    served: Served, body: bytes, status: int, code: str, message: str
) -> None:
    check_refused(await served.post(body, served.headers("bank")), status, code, message)


async def test_a_body_that_is_not_json_by_its_type_is_refused(served: Served) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk"):
        told = await served.post(b"{}", {**served.headers("bank"), "Content-Type": kind})
        check_refused(told, 415, "UNSUPPORTED_MEDIA_TYPE", "the body must be `application/json` in UTF-8")


async def test_an_answer_in_a_form_that_is_not_served_is_refused(served: Served) -> None:
    told = await served.post({"query": "{ __typename }"}, {**served.headers("bank"), "Accept": "text/html"})
    assert (told.status, told.errors[0]["extensions"]["code"]) == (406, "NOT_ACCEPTABLE")
    check_clean(told)


async def test_a_get_request_answers_a_query_and_changes_nothing(served: Served) -> None:
    headers = {**served.headers("bank"), "Accept": "application/graphql-response+json"}
    assert (await served.get("/graphql?query=%7B__typename%7D", headers)).data == {"__typename": "Query"}
    mutation = await served.get("/graphql?query=mutation%7Bpay%7D", headers)
    assert (mutation.status, mutation.errors[0]["extensions"]["code"]) == (400, "BAD_QUERY")
    nothing = await served.get("/graphql", headers)
    check_refused(nothing, 400, "BAD_REQUEST", "`query` is missing")


async def test_only_get_and_post_are_taken_and_only_known_paths(served: Served) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        async with served.session.request(method, served.url, headers=served.headers("bank")) as response:
            told = Told(response.status, response.headers, await response.read())
        check_refused(told, 405, "METHOD_NOT_ALLOWED", f"method `{method}` is not allowed here")
        assert told.headers["Allow"] == "GET, POST"
    assert (await served.get("/graphql/../etc/passwd")).status == 404
    assert (await served.get(f"/subjects/{NUMBER}")).body == b"Not Found"


async def test_a_thousand_keys_are_taken(served: Served) -> None:
    keys = [uscc_key(number) for number in NAMED] * 60
    told = await served.ask("bank", BY_KEYS, keys=keys[:1000])
    assert len(told.data["subjects"]) == 1000
    assert orjson.loads(told.body)["extensions"]["receipt"]
