"""Documents are known by their digests, read once, and forgotten when a personal number may stand in them."""

import pytest

from gateway.demo import codes
from gateway.errors import BadQuery
from gateway.plan.document import Documents
from schema.schema import SCHEMA

PERSON = codes.citizen_id(8_001, female=True)
ASKED = '{ subject(key: {value: "%s"}) { __typename } }'


def test_a_document_is_read_once_and_known_by_its_digest() -> None:
    documents = Documents(SCHEMA)
    first = documents.operation(ASKED % "91230881TJ00000350", None)
    assert documents.operation(ASKED % "91230881TJ00000350", None).document is first.document
    assert list(documents._known) == [first.sha256]
    assert not first.personal


@pytest.mark.parametrize(
    "text",
    [
        ASKED % PERSON,
        ASKED % f"{PERSON[:6]} {PERSON[6:]}",
        ASKED % "".join(f"\\u00{ord(each):02x}" for each in PERSON),
        f"{{ __typename }} # {PERSON}",
        ASKED % f"L{PERSON}",
    ],
)
def test_a_document_with_a_personal_number_is_not_kept(text: str) -> None:
    documents = Documents(SCHEMA)
    for _ in range(2):
        assert documents.operation(text, None).personal
    assert not documents._known


@pytest.mark.parametrize(
    "text",
    [
        "{ p%s: __typename }",
        "query Q%s { __typename }",
        "query($v%s: Boolean!) { __typename @skip(if: $v%s) }",
        "{ ...F%s } fragment F%s on Query { __typename }",
    ],
)
def test_a_name_that_may_be_a_personal_number_is_not_taken(text: str) -> None:
    with pytest.raises(BadQuery, match="a name in the document may be a personal number") as raised:
        Documents(SCHEMA).operation(text.replace("%s", PERSON), None)
    assert PERSON not in str(raised.value)


def test_the_least_recently_used_is_dropped_first() -> None:
    documents = Documents(SCHEMA, capacity=2)
    texts = ["{ __typename }", "{ a: __typename }", "{ b: __typename }"]
    kept = [documents.operation(text, None).sha256 for text in (texts[0], texts[1], texts[0], texts[2])]
    assert list(documents._known) == [kept[0], kept[3]]
