"""Attacks on what a confined client may send, and on who may ask about the schema."""

from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from gateway.limits.trusted import TrustedDocument, digest
from tests.end_to_end.conftest import demo_day as demo_day
from tests.end_to_end.served import Served, configuration
from tests.red_team.limited import KEY, MEDIA, ask, code
from tests.red_team.limited import strict as strict


def document(name: str) -> TrustedDocument:
    return next(each for each in configuration().trusted.by_id.values() if each.name == name)


# Guard: `TrustedDocuments.text`: what a confined client sends is byte for byte a document for it, or names one.

PORTAL = document("portal_subject")
OTHER = document("bank_due_diligence")
OWN = "{ sources { name } }"
SECOND = "query More { sources { name } }"


def persisted(sha256: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": sha256}}


BYPASSES: dict[str, tuple[dict[str, Any], str]] = {
    "a document of its own": ({"query": OWN}, "DOCUMENT_NOT_TRUSTED"),
    "white space after": ({"query": PORTAL.text + " "}, "DOCUMENT_NOT_TRUSTED"),
    "white space before": ({"query": "\n" + PORTAL.text}, "DOCUMENT_NOT_TRUSTED"),
    "a byte order mark": ({"query": "\ufeff" + PORTAL.text}, "DOCUMENT_NOT_TRUSTED"),
    "other line ends": ({"query": PORTAL.text.replace("\n", "\r\n")}, "DOCUMENT_NOT_TRUSTED"),
    "another comment": ({"query": PORTAL.text + "# " + PORTAL.id}, "DOCUMENT_NOT_TRUSTED"),
    "a second operation": ({"query": PORTAL.text + SECOND, "operationName": "More"}, "DOCUMENT_NOT_TRUSTED"),
    "a second operation before": ({"query": SECOND + PORTAL.text, "operationName": "More"}, "DOCUMENT_NOT_TRUSTED"),
    "another fragment": ({"query": PORTAL.text + "fragment f on Query { sources { name } }"}, "DOCUMENT_NOT_TRUSTED"),
    "an alias": ({"query": PORTAL.text.replace("uscc", "x: uscc", 1)}, "DOCUMENT_NOT_TRUSTED"),
    "a document for others": ({"query": OTHER.text}, "DOCUMENT_NOT_TRUSTED"),
    "the id of a document for others": ({"documentId": f"sha256:{OTHER.id}"}, "DOCUMENT_NOT_TRUSTED"),
    "the digest of its own": ({"query": OWN, "documentId": f"sha256:{digest(OWN)}"}, "DOCUMENT_NOT_TRUSTED"),
    "registering its own as Apollo does": (
        {"query": OWN, "extensions": persisted(digest(OWN))}, "DOCUMENT_NOT_TRUSTED"),
    "the id of a document that is not there": ({"documentId": f"sha256:{digest(OWN)}"}, "DOCUMENT_UNKNOWN"),
    "its own behind an id": ({"query": OWN, "documentId": f"sha256:{PORTAL.id}"}, "BAD_REQUEST"),
    "its own behind Apollo's id": ({"query": OWN, "extensions": persisted(PORTAL.id)}, "BAD_REQUEST"),
    "two ids": ({"documentId": f"sha256:{PORTAL.id}", "extensions": persisted(OTHER.id)}, "BAD_REQUEST"),
    "an id in capitals": ({"documentId": f"sha256:{PORTAL.id.upper()}"}, "BAD_REQUEST"),
    "an id that is a path": ({"documentId": "sha256:../documents/bank_due_diligence"}, "BAD_REQUEST"),
    "nothing": ({"query": ""}, "DOCUMENT_NOT_TRUSTED"),
    "an operation that is not in it": (
        {"documentId": f"sha256:{PORTAL.id}", "operationName": "More"}, "BAD_QUERY"),
}  # fmt: skip


@pytest.mark.parametrize("attack", BYPASSES)
async def test_a_confined_client_gets_no_other_document(strict: Served, attack: str) -> None:
    body, expected = BYPASSES[attack]
    sent = {"variables": {"key": KEY}, **body}
    told = await ask(strict, "portal", sent)
    assert (code(told), told.status) == (expected, 403 if expected == "DOCUMENT_NOT_TRUSTED" else 400)
    by_url = {name: value if isinstance(value, str) else orjson.dumps(value) for name, value in sent.items()}
    told = await strict.get(f"/graphql?{urlencode(by_url)}", {**strict.headers("portal"), **MEDIA})
    assert told.status >= 400
    again = await ask(strict, "portal", {"documentId": f"sha256:{digest(OWN)}"})
    assert code(again) == "DOCUMENT_UNKNOWN", "no request has registered anything"


@pytest.mark.parametrize(
    "body",
    [
        {"documentId": f"sha256:{PORTAL.id}"},
        {"query": PORTAL.text},
        {"extensions": persisted(PORTAL.id), "operationName": "PortalSubject"},
    ],
    ids=["by its id", "by its text", "by Apollo's id"],
)
async def test_a_confined_client_gets_its_own_document(strict: Served, body: dict[str, Any]) -> None:
    told = await ask(strict, "portal", {**body, "variables": {"key": KEY}})
    assert told.data["subject"]["uscc"] == KEY["value"]


async def test_a_confined_client_gets_its_own_document_by_url(strict: Served) -> None:
    sent = urlencode({"documentId": f"sha256:{PORTAL.id}", "variables": orjson.dumps({"key": KEY})})
    told = await strict.get(f"/graphql?{sent}", {**strict.headers("portal"), **MEDIA})
    assert told.data["subject"]["uscc"] == KEY["value"]


# Guard: `check_plan` looks at what the plan passes on to the schema's own executor.

ASKED = {
    "schema": "{ __schema { types { name } } }",
    "an alias": '{ harmless: __type(name: "Query") { name } }',
    "a fragment": "{ ...F } fragment F on Query { ... on Query { __schema { description } } }",
    "a fragment beside data": "{ sources { name } ... @include(if: true) { s: __schema { description } } }",
    "the text of the schema": "{ _service { sdl } }",
    "an operation beside another": "query A { __typename } query B { __schema { description } }",
}


@pytest.mark.parametrize("attack", ASKED)
async def test_the_schema_is_told_to_nobody_who_may_not_ask(strict: Served, attack: str) -> None:
    body = {"query": ASKED[attack], "operationName": "B" if "query B" in ASKED[attack] else None}
    told = await ask(strict, "procurement", body, **{"Credit-Purpose": "BIDDING", "Credit-Case": "T-1"})
    assert (told.status, code(told)) == (403, "INTROSPECTION_OFF")
    assert "RateLimit" in told.headers
