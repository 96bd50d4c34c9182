"""Content negotiation as tables, and that no header can break it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.media import GRAPHQL_RESPONSE, JSON, choose_media, is_json


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, JSON),
        ("", JSON),
        ("  ", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("APPLICATION/JSON", JSON),
        ("application/graphql-response+json", GRAPHQL_RESPONSE),
        ("application/graphql-response+json, application/json;q=0.9", GRAPHQL_RESPONSE),
        ("application/json;q=0.9, application/graphql-response+json", GRAPHQL_RESPONSE),
        ("application/graphql-response+json;q=0.1, application/json", JSON),
        ("application/graphql-response+json, application/json", GRAPHQL_RESPONSE),
        ("application/json, application/graphql-response+json", JSON),
        ("application/graphql-response+json, */*", GRAPHQL_RESPONSE),
        ("*/*, application/graphql-response+json", GRAPHQL_RESPONSE),
        ("*/*;q=0.5, application/graphql-response+json;q=0.4", JSON),
        ("application/json;q=0, */*", GRAPHQL_RESPONSE),
        ("application/json;q=0.0, application/*;q=0.1", GRAPHQL_RESPONSE),
        ("application/json;q=0", None),
        ("*/*;q=0", None),
        ("application/json;charset=utf-8", JSON),
        ('application/json; charset="UTF-8"; q=0.3', JSON),
        ("application/json;charset=utf-16", None),
        ("application/json;charset=utf-16, application/graphql-response+json", GRAPHQL_RESPONSE),
        ("text/html", None),
        ("text/html, */*;q=0.1", JSON),
        ("application/xml, text/event-stream", None),
        ("application/json;q=high", None),
        ("application/json;q=2", None),
        ("application/json;q=nan", None),
        (",,,", None),
        ("application/json,", JSON),
        ("application/jsonp", None),
    ],
)
def test_choose_media(accept: str | None, media: str | None) -> None:
    assert choose_media(accept) == media


@pytest.mark.parametrize(
    ("content_type", "good"),
    [
        ("application/json", True),
        ("Application/JSON", True),
        ("application/json; charset=utf-8", True),
        ('application/json;charset="UTF-8"', True),
        ("application/json; charset=utf8", True),
        ("application/json; odata=verbose", True),
        ("application/json; charset=gbk", False),
        ("application/json; charset=utf-16", False),
        ("application/graphql-response+json", False),
        ("application/graphql", False),
        ("text/plain", False),
        ("application/x-www-form-urlencoded", False),
        ("multipart/form-data; boundary=x", False),
        ("application/json, text/plain", False),
        ("", False),
    ],
)
def test_is_json(content_type: str, good: bool) -> None:
    assert is_json(content_type) is good


PARTS = st.sampled_from(
    [
        "application/json",
        "application/graphql-response+json",
        "*/*",
        "application/*",
        ";q=",
        "0.5",
        "1",
        ",",
        ";",
        "=",
        " ",
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(PARTS, max_size=12).map("".join)))
def test_any_accept_header_has_an_answer(accept: str) -> None:
    assert choose_media(accept) in (JSON, GRAPHQL_RESPONSE, None)
    assert is_json(accept) in (True, False)


@given(st.permutations(["text/html", "application/xml;q=0.9", "application/graphql-response+json;q=0.8", "*/*;q=0.1"]))
def test_order_does_not_matter_where_weights_differ(parts: list[str]) -> None:
    assert choose_media(", ".join(parts)) == GRAPHQL_RESPONSE
