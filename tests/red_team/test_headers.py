"""Attacks by the message around a query: purposes, cases, forwarding, methods, hosts, JSON that reads in two ways."""

from typing import Any, Final
from urllib.parse import quote

import orjson
import pytest

from gateway.demo.subjects import person
from tests.end_to_end.notice import CODES
from tests.end_to_end.served import Served, Told
from tests.red_team.attacks import INSIDE, OF, posting, send

LEVELS: Final = OF % "taxRatings { items { level score } }"
ASKED: Final[dict[str, Any]] = {"query": LEVELS, "variables": {"key": {"scheme": "USCC", "value": CODES[3]}}}
BODY: Final = orjson.dumps(ASKED)


def check_no_rating(told: Told) -> None:
    """Check that no rating came, whatever the answer was, and nothing of how the gateway is built."""
    assert b'"level":"' not in told.body
    assert INSIDE.search(told.body) is None, told.body


# Guard: a purpose is one of the client's own, letter for letter, once (`identify._purpose`).
PURPOSES: Final[dict[str, tuple[str, list[bytes], int]]] = {
    "of a department, said by the portal": ("portal", [b"SUPERVISION"], 403),
    "of an owner, said by the portal": ("portal", [b"OWNER"], 403),
    "of an owner, said by a bank": ("bank", [b"OWNER"], 403),
    "of law enforcement, said by a bidder": ("procurement", [b"LAW_ENFORCEMENT"], 403),
    "of an audit, said by a court": ("court", [b"AUDIT"], 403),
    "in small letters": ("portal", [b"supervision"], 400),
    "in mixed letters": ("bank", [b"Bank_Credit"], 400),
    "in full width": ("portal", ["ＳＵＰＥＲＶＩＳＩＯＮ".encode()], 400),
    "with a letter that looks the same": ("portal", ["SUPERVISI\u041eN".encode()], 400),
    "with an invisible mark": ("bank", ["BANK_CREDIT\u200b".encode()], 400),
    "with a dotless letter": ("portal", ["PUBL\u0131C_DISCLOSURE".encode()], 400),
    "with a long s": ("portal", ["\u017fUPERVISION".encode()], 400),
    "empty": ("bank", [b""], 400),
    "of blanks": ("bank", [b"   "], 400),
    "as a list": ("tax_department", [b"SUPERVISION, OWNER"], 400),
    "as a list with a semicolon": ("portal", [b"PUBLIC_DISCLOSURE;SUPERVISION"], 400),
    "in quotes": ("tax_department", [b'"OWNER"'], 400),
    "with a comment": ("portal", [b"PUBLIC_DISCLOSURE (SUPERVISION)"], 400),
    "as a parameter": ("portal", [b"purpose=SUPERVISION"], 400),
    "twice": ("tax_department", [b"SUPERVISION", b"OWNER"], 400),
    "twice the same": ("bank", [b"BANK_CREDIT", b"BANK_CREDIT"], 400),
    "first an open one": ("portal", [b"PUBLIC_DISCLOSURE", b"SUPERVISION"], 400),
    "of everything": ("portal", [b"*"], 400),
    "of any": ("bank", [b"BANK_CREDIT|SUPERVISION"], 400),
    "without the case that it needs": ("procurement", [b"BIDDING"], 400),
    "none, where one must be said": ("procurement", [], 400),
}


@pytest.mark.parametrize(("client", "purposes", "status"), PURPOSES.values(), ids=PURPOSES)
async def test_a_purpose_that_is_not_the_clients_opens_nothing(
    served: Served, client: str, purposes: list[bytes], status: int
) -> None:
    said = [b"Credit-Purpose: " + each for each in purposes]
    told = await send(served, posting(served, client, *said), BODY)
    assert told.status == status
    assert b'"data"' not in told.body
    check_no_rating(told)


# Guard: a case never holds a person's number, however it is written (`personal.holds_personal_number`).
NUMBER: Final = person(3).id_no
NUMBERS: Final = {
    "as it is": NUMBER,
    "in blanks": " ".join(NUMBER[at : at + 6] for at in (0, 6, 12)),
    "in hyphens": "-".join(NUMBER[at : at + 6] for at in (0, 6, 12)),
    "in full width": NUMBER.translate({48 + at: 0xFF10 + at for at in range(10)}),
    "in arabic digits": NUMBER.translate({48 + at: 0x0660 + at for at in range(10)}),
    "in a word": f"案{NUMBER}号",
    "after a number": f"2026-{NUMBER}",
    "in dots": ".".join(NUMBER),
    "in stars": f"*{NUMBER}*",
    "in the old form": NUMBER[:6] + NUMBER[8:17] if NUMBER[8] >= "3" else "230881850101001",
}


@pytest.mark.parametrize("name", ["Credit-Case", "Credit-Consent"])
@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
async def test_a_personal_number_is_no_case(served: Served, number: str, name: str) -> None:
    said = {"Credit-Purpose": "BIDDING", "Credit-Case": "TJ-1", name: number}
    lines = [f"{each}: {text}".encode() for each, text in said.items()]
    written = served.gateway.desk.ledger.written
    told = await send(served, posting(served, "procurement", *lines), BODY)
    assert (told.status, b'"code":"BAD_REQUEST"' in told.body) == (400, True)
    assert number.encode() not in told.body
    ledger = served.gateway.desk.ledger
    since = await ledger.entries(ledger.written - written)
    assert {entry.kind for entry in since} <= {"REFUSAL"}, "and nothing was answered"


# Guard: who asks is told by the token alone; no header says who it is, where it comes from, or what it may do.
CLAIMS: Final = {
    "forwarded for": b"X-Forwarded-For: 127.0.0.1",
    "forwarded": b'Forwarded: for=127.0.0.1;proto=https;by="gateway"',
    "a real address": b"X-Real-IP: 127.0.0.1",
    "an authenticated user": b"X-Remote-User: tax_department",
    "a user of the proxy": b"X-Forwarded-User: tax_department",
    "another client": b"X-Client-Id: tax_department",
    "another department": b"Credit-Department: taxation",
    "further scopes": b"Credit-Scopes: credit.gov.tax credit.gov",
    "a scope of the token": b"X-Scope: credit.gov.tax",
    "a certificate": b"X-Client-Cert-Verified: SUCCESS",
    "a cookie": b"Cookie: access_token=x; client=tax_department",
    "a consent": b"Credit-Consent: 019a8b6c55d07c3f9a1be0d1c2f3a4b5",
    "a case": b"Credit-Case: TJ-2026-17",
    "another method": b"X-HTTP-Method-Override: GET",
    "another address": b"X-Original-URL: /metrics",
    "another rewriting": b"X-Rewrite-URL: /health/ready",
    "a role": b"X-Role: admin",
    "a debugger": b"X-Debug: 1",
    "a trace": b"traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
}


@pytest.mark.parametrize("line", CLAIMS.values(), ids=CLAIMS)
async def test_a_header_claims_no_right(served: Served, line: bytes) -> None:
    told = await send(served, posting(served, "bank", line), BODY)
    assert told.status == 200
    assert told.codes == {"subject.taxRatings": "FIELD_FORBIDDEN"}
    check_no_rating(told)


# Guard: the host is a name like any other: nothing of it is believed, repeated or followed.
HOSTS: Final = {
    "of an attacker": b"evil.example",
    "with a port": b"evil.example:1",
    "with a path": b"gateway/../evil",
    "of a source": b"127.0.0.1:1",
    "empty": b"",
}


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
async def test_a_host_is_not_repeated(served: Served, host: bytes) -> None:
    head = posting(served, "bank").replace(b"Host: gateway", b"Host: " + host)
    told = await send(served, head, BODY)
    check_no_rating(told)
    assert not host or host not in told.body + str(dict(told.headers)).encode()
    assert not {"Location", "Server", "X-Powered-By", "Access-Control-Allow-Origin"} & set(told.headers)


# Guard: a GET holds a query; a mutation, or a method that is said beside the method, is refused (`Desk.answer`).
METHODS: Final = {
    "a mutation by GET": b"GET /graphql?query=mutation%7Bx%7D HTTP/1.1",
    "a mutation among queries by GET": b"GET /graphql?query=" + quote("query A{__typename} mutation B{x}").encode()
    + b"&operationName=B HTTP/1.1",
    "a mutation of the schema by GET": b"GET /graphql?query=mutation%7B__typename%7D HTTP/1.1",
    "a subscription by GET": b"GET /graphql?query=subscription%7Bx%7D HTTP/1.1",
    "a query by PUT": b"PUT /graphql HTTP/1.1",
    "a query by DELETE": b"DELETE /graphql HTTP/1.1",
    "a query by TRACE": b"TRACE /graphql HTTP/1.1",
    "a query by a method of its own": b"PURGE /graphql HTTP/1.1",
    "a second query in the address": b"GET /graphql?query=%7B__typename%7D&query=%7Bsources%7Bname%7D%7D HTTP/1.1",
    "variables that are no object": b"GET /graphql?query=%7B__typename%7D&variables=%5B1%5D HTTP/1.1",
    "broken utf-8 in the address": b"GET /graphql?query=%7B__typename%7D%ff HTTP/1.1",
}  # fmt: skip


@pytest.mark.parametrize("line", METHODS.values(), ids=METHODS)
async def test_another_method_is_no_way_in(served: Served, line: bytes) -> None:
    head = posting(served, "tax_department", b"Accept: application/graphql-response+json")
    told = await send(served, head.replace(b"POST /graphql HTTP/1.1", line), b"")
    assert 400 <= told.status < 500
    assert b'"data"' not in told.body
    check_no_rating(told)


# Guard: a body is UTF-8 JSON, read one way (`request.parse_post`): the last of two members counts, and is what is
# planned; what is no JSON is refused.
OPEN: Final = orjson.dumps(OF % "uscc")
BODIES: Final[dict[str, bytes]] = {
    "a byte order mark": b"\xef\xbb\xbf" + BODY,
    "utf-16": BODY.decode().encode("utf-16"),
    "utf-32": BODY.decode().encode("utf-32"),
    "a zero byte": BODY + b"\0",
    "a second value": BODY + BODY,
    "a comment": b"/* */" + BODY,
    "a trailing comma": BODY[:-1] + b",}",
    "single quotes": BODY.replace(b'"', b"'"),
    "not a number": b'{"query": NaN}',
    "endless": b'{"query": "{ __typename }", "variables": {"a": 1e999}}',
    "a huge number": b'{"query": ' + b"9" * 10_000 + b"}",
    "a lone surrogate": b'{"query": "{ __typename } # \\ud800"}',
    "overlong utf-8": b'{"query": "{ __typename } # \xc0\xaf"}',
    "lists in lists": b'{"query": "{ __typename }", "variables": {"a": ' + b"[" * 5_000 + b"]" * 5_000 + b"}}",
    "objects in objects": b'{"variables": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}",
    "lists in a member that nobody reads": b'{"query": "{ __typename }", "x": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "a batch": b"[" + BODY + b"," + BODY + b"]",
    "a text": orjson.dumps(LEVELS),
    "a query that is a list": b'{"query": ["{ __typename }"]}',
    "a query with a zero byte": b'{"query": "{ __typename \\u0000 }"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_a_body_that_reads_in_two_ways_is_not_read(served: Served, body: bytes) -> None:
    told = await send(served, posting(served, "tax_department"), body)
    assert told.content.get("data") in (None, {"__typename": "Query"})
    assert told.status in {200, 400}
    check_no_rating(told)


# Guard: of members of one name one counts for all: what is planned is what is executed, for the same caller.
TWICE: Final[dict[str, bytes]] = {
    "two queries": b'{"query": %s, "query": %s, "variables": {"key": %s}}' % (OPEN, orjson.dumps(LEVELS), b"%s"),
    "two queries, the open one last": b'{"query": %s, "query": %s, "variables": {"key": %s}}'
    % (orjson.dumps(LEVELS), OPEN, b"%s"),
    "two sets of variables": b'{"query": %s, "variables": {}, "variables": {"key": %s}}'
    % (orjson.dumps(LEVELS), b"%s"),
    "a name in escapes": b'{"qu\\u0065ry": %s, "variables": {"key": %s}}' % (orjson.dumps(LEVELS), b"%s"),
}


@pytest.mark.parametrize("body", TWICE.values(), ids=TWICE)
async def test_a_member_that_stands_twice_opens_nothing(served: Served, body: bytes) -> None:
    told: Any = await send(served, posting(served, "bank"), body % orjson.dumps(ASKED["variables"]["key"]))
    check_no_rating(told)
    assert told.codes in ({}, {"subject.taxRatings": "FIELD_FORBIDDEN"})


# Guard: a token stands in the Authorization header, once: nowhere else is one looked for (RFC 6750 §2, §5.3).
PLACES: Final = {
    "in the address": (b"POST /graphql?access_token=%s HTTP/1.1", b""),
    "in a cookie": (b"POST /graphql HTTP/1.1", b"Cookie: access_token=%s"),
    "in another header": (b"POST /graphql HTTP/1.1", b"X-Access-Token: %s"),
    "for a proxy": (b"POST /graphql HTTP/1.1", b"Proxy-Authorization: Bearer %s"),
    "as a basic password": (b"POST /graphql HTTP/1.1", b"Authorization: Basic %s"),
    "twice": (b"POST /graphql HTTP/1.1", b"Authorization: Bearer x\r\nAuthorization: Bearer %s"),
}


@pytest.mark.parametrize(("line", "header"), PLACES.values(), ids=PLACES)
async def test_a_token_in_another_place_is_none(served: Served, line: bytes, header: bytes) -> None:
    token = served.token("tax_department").encode()
    said = [text % token if b"%s" in text else text for text in (line, header) if text]
    head = b"\r\n".join([said[0], b"Host: gateway", b"Content-Type: application/json", *said[1:]])
    told = await send(served, head, BODY)
    assert told.status in {400, 401}
    assert token not in told.body + str(dict(told.headers)).encode()
    check_no_rating(told)
