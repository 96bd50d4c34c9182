"""Attacks from the browser, by the HTTP message, and by what errors tell."""

from dataclasses import replace as with_fields
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from gateway.demo import Departments
from gateway.settings import Http
from tests.end_to_end.conftest import demo_day as demo_day
from tests.end_to_end.served import Served, configuration, serving
from tests.red_team.limited import JSON, KEY_TEXT, LEAKS, MEDIA, ORIGIN, TYPENAME, ask, code
from tests.red_team.limited import strict as strict

SUBJECT = f"subject({KEY_TEXT}) {{ ... on Enterprise {{ %s }} }}"

# Guard: `gateway.http.origins` compares origins as a whole and answers only those that are named.

ORIGINS = [
    "https://evil.example",
    "null",
    "https://credit.example.cn.evil.example",
    "https://evil.example/https://credit.example.cn",
    "http://credit.example.cn",
    "https://credit.example.cn:8443",
    "https://CREDIT.example.cn",
    "*",
]


@pytest.mark.parametrize("origin", ORIGINS)
async def test_another_origin_is_not_reflected(strict: Served, origin: str) -> None:
    told = await ask(strict, "auditor", TYPENAME, Origin=origin)
    assert not [name for name in told.headers if name.lower() == "access-control-allow-origin"]
    preflight = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    async with strict.session.options(strict.url, headers=preflight) as response:
        assert response.status == 400
        assert "Access-Control-Allow-Origin" not in response.headers
        assert origin == "*" or origin.encode() not in await response.read()


async def test_the_named_origin_may_ask_without_credentials_and_read_the_limits(strict: Served) -> None:
    told = await ask(strict, "auditor", TYPENAME, Origin=ORIGIN)
    assert told.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Access-Control-Allow-Credentials" not in told.headers
    assert "Origin" in told.headers["Vary"]
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= set(
        told.headers["Access-Control-Expose-Headers"].split(", ")
    )
    for method, status in (("POST", 200), ("GET", 200), ("DELETE", 400), ("PUT", 400)):
        preflight = {"Origin": ORIGIN, "Access-Control-Request-Method": method}
        async with strict.session.options(strict.url, headers=preflight) as response:
            assert response.status == status
    assert (await strict.get("/health/live", {"Origin": ORIGIN})).headers.get("Access-Control-Allow-Origin") is None


# Guard: identity by header alone, JSON alone, GET and POST alone (`gateway.http.endpoint`).


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "text/json",
     "application/json; charset=utf-16", "text/plain; application/json", "application/jsonp"],
)  # fmt: skip
async def test_a_form_of_another_site_can_send_nothing(strict: Served, kind: str) -> None:
    told = await ask(strict, "auditor", TYPENAME, **{"Content-Type": kind})
    assert (told.status, code(told)) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    "headers",
    [{}, {"Cookie": "access_token=%s"}, {"X-Authorization": "Bearer %s"}, {"Proxy-Authorization": "Bearer %s"}],
    ids=["nothing", "a cookie", "another header", "a proxy's header"],
)
async def test_a_link_of_another_site_is_nobody(strict: Served, headers: dict[str, str]) -> None:
    token = strict.token("auditor")
    sent = {name: value % token for name, value in headers.items()}
    told = await strict.get(f"/graphql?query=%7B__typename%7D&access_token={token}", {**sent, **MEDIA})
    assert told.status in {401, 429}
    assert code(told) in {"UNAUTHENTICATED", "RATE_LIMITED"}


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
async def test_a_method_is_not_overridden(strict: Served, name: str) -> None:
    headers = {**strict.headers("auditor"), **MEDIA, name: "POST"}
    told = await strict.get(f"/graphql?query={quote('mutation { x }')}", headers)
    assert (told.status, code(told)) == (400, "BAD_QUERY")
    async with strict.session.put(
        strict.url, headers={**headers, **JSON}, data=b'{"query":"{__typename}"}'
    ) as response:
        assert response.status == 405


@pytest.mark.parametrize("body", [[TYPENAME], [TYPENAME] * 100, []], ids=["one", "a hundred", "none"])
async def test_batches_are_not_taken(strict: Served, body: list[Any]) -> None:
    told = await strict.post(body, {**strict.headers("auditor"), **MEDIA})
    assert (told.status, code(told)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "name",
    ["A\r\nSet-Cookie: x=1", "A\nRateLimit: \"requests\";r=999", "\x00", "名" * 1_000, "A\u2028B", "../../etc/passwd"],
)  # fmt: skip
async def test_an_operation_name_writes_no_header(strict: Served, name: str) -> None:
    told = await ask(strict, "auditor", {"query": "query A { __typename }", "operationName": name})
    assert code(told) == "BAD_QUERY"
    assert "Set-Cookie" not in told.headers
    assert "r=999" not in told.headers["RateLimit"]


# Guard: `hide_suggestions` in validation, variables and arguments, `redact`, and one error at a time.

MISSPELT = {
    "a field": "{ sourcess { name } }",
    "a field of a type": "{ " + SUBJECT % "penaltys { state }" + " }",
    "an argument": '{ departments(asOff: "2020-01-01") { code } }',
    "a directive": "{ __typename @skp(if: true) }",
    "an argument of a directive": "{ __typename @skip(iff: true) }",
    "a type": "query Q($k: SubjectKy!) { subject(key: $k) { __typename } }",
    "a type of a fragment": "{ ...F } fragment F on Querry { __typename }",
    "a fragment": "{ ...Tolld } fragment Told on Query { __typename }",
    "a variable": "query Q($key: SubjectKey!) { subject(key: $kee) { __typename } }",
    "an enum value": '{ subject(key: {scheme: USCCC, value: "1"}) { __typename } }',
    "an input field": '{ subject(key: {schema: USCC, value: "1"}) { __typename } }',
    "an enum value by variable": "query Q($key: SubjectKey!) { subject(key: $key) { __typename } }",
    "an enum value of a filter": "{ " + SUBJECT % "listEntries(kinds: [ABNORMALL]) { state }" + " }",
}


@pytest.mark.parametrize("attack", MISSPELT)
async def test_nothing_is_suggested_to_who_guesses(strict: Served, attack: str) -> None:
    variables = {"key": {"scheme": "USCCC", "valeu": "1"}} if attack.endswith("by variable") else {}
    for client in ("auditor", "bank"):
        assert code(await ask(strict, client, {"query": MISSPELT[attack], "variables": variables})) == "BAD_QUERY"


@pytest.mark.parametrize(
    ("path", "headers", "body"),
    [
        ("/graphql", {"Authorization": "Bearer x.y.z"}, b"{}"),
        ("/graphql", {"Authorization": "Basic eDp5"}, b'{"query":"{a}"}'),
        ("/graphql", {}, b"\xff\xfe"),
        ("/graphql", {"Content-Encoding": "gzip"}, b"\x1f\x8b"),
        ("/graphql?query=%00", {}, b'{"query":"\\u0000"}'),
        ("/graphql", {}, b'{"query":"{a}","variables":{"a":1e999}}'),
        ("/graphql", {}, b'{"query":"{a}","extensions":{"persistedQuery":{"version":1,"sha256Hash":[1]}}}'),
        ("/graphql", {}, b'{"query":"query($v:Int=99999999999999999999){a(b:$v)}"}'),
        ("/graphql", {"Credit-Purpose": "\xff"}, b'{"query":"{__typename}"}'),
        ("/graphql", {"Credit-Case": "x" * 5_000}, b'{"query":"{__typename}"}'),
        ("/graphql", {"Accept": "text/html"}, b'{"query":"{__typename}"}'),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_no_error_tells_how_the_gateway_is_made(
    strict: Served, path: str, headers: dict[str, str], body: bytes
) -> None:
    sent = {**strict.headers("auditor"), **MEDIA, **headers}
    async with strict.session.post(
        strict.origin + path, data=body, headers=sent, skip_auto_headers=["User-Agent"]
    ) as response:
        answered = await response.read()
    assert response.status >= 400
    assert LEAKS.search(answered) is None, answered
    for name in ("Server", "X-Powered-By", "Via"):
        assert name not in response.headers


async def test_a_body_over_the_limit_of_the_settings_is_refused(demo_departments: Departments, tmp_path: Path) -> None:
    loaded = configuration()
    settings = msgspec.structs.replace(loaded.settings, http=Http(max_body_bytes=2_000))
    async with serving(
        demo_departments.environment, tmp_path, configured=with_fields(loaded, settings=settings)
    ) as small:
        told = await small.post(b'{"query": "' + b" " * 2_000 + b'"}', {**small.headers("auditor"), **MEDIA})
        assert (told.status, code(told)) == (413, "TOO_LARGE")
        assert (await ask(small, "auditor", TYPENAME)).status == 200
