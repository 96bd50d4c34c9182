"""The GraphQL connector before a real GraphQL server: what it sends, what it makes of nulls, errors and pages."""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Answer, Batch
from connectors.errors import SourceError, SourceMisread, SourceRejected, SourceUnavailable
from connectors.exchange import Reply
from connectors.graphql import GraphqlConnector
from connectors.graphql.answer import NOT_WHOLE, AnswerReader
from connectors.graphql.question import Question
from connectors.graphql.response import read_response
from connectors.ownership import OTHERS
from connectors.spec import AsOf, FieldSpec, GraphqlSource, KeySpec
from tests.connectors.departments import FIRST, SECOND, THIRD
from tests.connectors.platforms import ENTITY, TOKEN, Platform, platform, source

FIELDS: Final = ("decision_no", "content")
ONE: Final[dict[str, Any]] = {"field": "subject", "key_argument": "code", "key_type": "String!"}
PAGED: Final[dict[str, Any]] = {
    "field": "numbered",
    "items": "",
    "arguments": {"kind": "LICENSE", "areas": '["230881", "230800"]'},
    "page_argument": "page",
    "page_size": 3,
    "keys": {"USCC": KeySpec(column="personNo")},
}
Ask = Callable[..., Any]


@pytest.fixture
async def above() -> AsyncIterator[Platform]:
    """The platform, with nothing broken."""
    async with platform() as running:
        yield running


def batch(*keys: str, fields: tuple[str, ...] = FIELDS, scheme: str = "USCC") -> Batch:
    return Batch(ENTITY, scheme, keys, fields, digests=True)


async def ask(above: Platform, asked: Batch, spec: GraphqlSource | None = None, token: str = TOKEN) -> Answer:
    """Return the answer of the platform, asked by a connector of its own."""
    connector = GraphqlConnector(spec or source(), {"PLATFORM_URL": above.url, "PLATFORM_TOKEN": token}, Path())
    try:
        return await connector.fetch(asked)
    finally:
        await connector.close()


def numbers(answer: Answer, key: str) -> list[str]:
    return [row.record_key for row in answer.rows.get(key, ())]


# What is sent


@pytest.mark.parametrize(
    ("fields", "selected"),
    [
        ((), "{ uscc records { decision { docNo } } }"),
        (("decision_no",), "{ uscc records { decision { docNo } } }"),
        (("content", "fine_amount"), "{ uscc records { decision { docNo } content fine } }"),
        (("decided_on", "content"), "{ uscc records { decision { docNo decidedOn } content } }"),
    ],
)
async def test_document_selects_exactly_what_is_needed(above: Platform, fields: tuple[str, ...], selected: str) -> None:
    answer = await ask(above, batch(FIRST, SECOND, fields=fields))
    assert above.documents == [f"query ($keys: [String!]!) {{ subjects(codes: $keys) {selected} }}"]
    assert len(answer.rows[FIRST][0].values) == len(fields)


async def test_keys_go_in_variables(above: Platform) -> None:
    await ask(above, batch(FIRST, SECOND))
    assert above.asked[0]["variables"] == {"keys": [FIRST, SECOND]}
    assert FIRST not in above.documents[0]
    await ask(above, batch(FIRST), source(entity=ONE, batch_size=1))
    assert above.asked[1]["variables"] == {"key": FIRST}
    assert FIRST not in above.documents[1]


async def test_platform_sees_its_form_of_the_code(above: Platform) -> None:
    lower = {"keys": {"USCC": KeySpec(column="/uscc", form="lower")}}
    await ask(above, batch(FIRST), source(entity=lower))
    assert above.asked[0]["variables"] == {"keys": [FIRST.lower()]}


async def test_token_is_borne_and_a_wrong_one_refused(above: Platform) -> None:
    spec = source(token_env="PLATFORM_TOKEN")
    assert (await ask(above, batch(FIRST), spec)).rows
    assert above.headers[0][b"authorization"] == f"Bearer {TOKEN}".encode()
    with pytest.raises(SourceRejected) as caught:
        await ask(above, batch(FIRST), spec, token="0ther")
    assert caught.value.reason == "the source refused the question with code `UNAUTHENTICATED`"
    assert (await ask(above, batch(FIRST))).rows
    assert b"authorization" not in above.headers[2]


async def test_name_is_asked_for_in_every_spelling(above: Platform) -> None:
    named = {"keys": {"NAME": KeySpec(column="/uscc")}}
    name, other = "同江(甲)公司", "同江（甲）公司"
    asked = batch(name, scheme="NAME")
    assert (await ask(above, asked, source(entity=named))).rows == {}
    assert above.asked[0]["variables"] == {"keys": [name, other]}
    assert (await ask(above, asked, source(entity={**ONE, **named}, batch_size=1))).rows == {}
    assert [each["variables"] for each in above.asked[1:]] == [{"key": name}, {"key": other}]
    assert (await ask(above, batch(name, FIRST, scheme="NAME"), source(entity=named, batch_size=2))).rows.keys() == {
        FIRST
    }
    assert [each["variables"]["keys"] for each in above.asked[3:]] == [[name, other], [FIRST]]


def test_records_are_missing_of_the_name_as_it_is_asked_for() -> None:
    entity = source(entity={"keys": {"NAME": KeySpec(column="/uscc")}}).entities[ENTITY]
    body = orjson.dumps(
        {
            "data": {"subjects": [{"uscc": "同江（甲）公司", "records": None}]},
            "errors": [{"message": "x", "path": ["subjects", 0, "records"]}],
        }
    )
    (gap,) = AnswerReader(entity, "NAME", COLUMNS).read(Reply(200, body)).gaps
    assert gap.key == "同江(甲)公司"


async def test_empty_batch_asks_nothing(above: Platform) -> None:
    answer = await ask(above, batch())
    assert (answer.rows, answer.unreadable, above.asked) == ({}, {}, [])


async def test_pages_are_read_to_the_end(above: Platform) -> None:
    answer = await ask(above, batch("230881198501010011", fields=("decision_no",)), source(entity=PAGED))
    assert numbers(answer, "230881198501010011") == [f"LICENSE 230881 {at}" for at in range(7)]
    assert [asked["variables"]["page"] for asked in above.asked] == [1, 2, 3]
    assert above.documents[0] == (
        "query ($keys: [String!]!, $page: Int!) "
        '{ numbered(codes: $keys, kind: LICENSE, areas: ["230881", "230800"], page: $page) '
        "{ personNo decision { docNo } } }"
    )


async def test_probe(above: Platform) -> None:
    connector = GraphqlConnector(source(), {"PLATFORM_URL": above.url}, Path())
    await connector.probe()
    await connector.close()
    assert above.documents == ["{ __typename }"]


# What comes back


async def test_rows_are_found_below_their_subjects(above: Platform) -> None:
    answer = await ask(above, batch(SECOND, FIRST, THIRD, fields=("decided_on", "fine_amount")))
    assert answer.rows.keys() == {FIRST}
    assert numbers(answer, FIRST) == ["罚1", "罚2"]
    decided_on, fine = answer.rows[FIRST][0].values
    assert (decided_on, fine.amount) == ("2026-03-01", "2000")
    assert answer.unreadable == {}, "a subject that the platform does not know has nothing there"


async def test_subject_asked_for_alone(above: Platform) -> None:
    spec = source(entity=ONE, batch_size=1)
    assert numbers(await ask(above, batch(FIRST), spec), FIRST) == ["罚1", "罚2"]
    assert (await ask(above, batch(THIRD), spec)).rows == {}


async def test_at_most_one_record(above: Platform) -> None:
    spec = source(entity={"items": "latest", "single": True})
    answer = await ask(above, batch(FIRST, SECOND, THIRD), spec)
    assert numbers(answer, FIRST) == ["罚9"]
    assert (set(answer.rows), answer.unreadable) == ({FIRST}, {})
    with pytest.raises(SourceMisread, match=r"`subjects\.latest` of the answer is not a list"):
        await ask(above, batch(FIRST), source(entity={"items": "latest"}))
    with pytest.raises(SourceMisread, match=r"`subjects\.latest` of the answer is null"):
        await ask(above, batch(SECOND), source(entity={"items": "latest"}))


async def test_failed_field_is_misread_alone(above: Platform) -> None:
    above.broken["day of 罚2"] = "INTERNAL_SERVER_ERROR"
    answer = await ask(above, batch(FIRST, fields=("content", "decided_on")))
    first, second = answer.rows[FIRST]
    assert (first.values, first.issues) == (("警告", "2026-03-01"), ())
    assert second.values == ("警告", None)
    (issue,) = second.issues
    assert (issue.field, issue.code) == ("decided_on", "MISREAD")
    assert issue.message == "the source could not answer in full with code `INTERNAL_SERVER_ERROR`"
    assert answer.unreadable == {}


@pytest.mark.parametrize(
    ("part", "missing"),
    [
        ("content of 罚2", {FIRST}),  # not null there: GraphQL takes the list away
        (f"records of {SECOND}", {SECOND}),
        (f"subject {SECOND}", {FIRST, SECOND}),  # null in the list of subjects: nothing tells whose
    ],
)
async def test_failure_above_a_row_leaves_its_subject_incomplete(above: Platform, part: str, missing: set[str]) -> None:
    above.broken[part] = "DOWNSTREAM_SERVICE_ERROR"
    answer = await ask(above, batch(FIRST, SECOND))
    assert set(answer.unreadable) == missing
    assert FIRST not in str(answer.unreadable.values())


@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        ("COST_LIMIT_EXCEEDED", SourceRejected, "the source refused the question with code `COST_LIMIT_EXCEEDED`"),
        ("QUERY_TOO_COMPLEX", SourceRejected, "the source refused the question with code `QUERY_TOO_COMPLEX`"),
        ("unauthenticated", SourceRejected, "the source refused the question with code `UNAUTHENTICATED`"),
        ("403", SourceRejected, "the source refused the question with code `403`"),
        ("429", SourceUnavailable, "the source failed with code `429`"),
        ("RATE_LIMITED", SourceUnavailable, "the source failed with code `RATE_LIMITED`"),
        ("INTERNAL", SourceUnavailable, "the source failed with code `INTERNAL`"),
        (FIRST, SourceUnavailable, "the source failed"),
    ],
)
async def test_question_that_was_not_answered(above: Platform, code: str, kind: type[SourceError], reason: str) -> None:
    above.broken["root"] = code
    with pytest.raises(SourceError) as caught:
        await ask(above, batch(FIRST))
    assert type(caught.value) is kind
    assert caught.value.reason == reason


async def test_field_that_the_schema_has_no_more_is_misread_alone(above: Platform) -> None:
    spec = source(
        entity={
            "as_of": AsOf(column="changed"),
            "fields": {
                "decision_no": FieldSpec(column="decision.docNo", type="text", scope="public"),
                "content": FieldSpec(column="decision.text", type="text", scope="public"),
                "authority": FieldSpec(column="organ.name", type="text", scope="public"),
                "authority_uscc": FieldSpec(column="organ.code", type="uscc", scope="public"),
            },
        }
    )
    answer = await ask(above, batch(FIRST, fields=tuple(spec.entities[ENTITY].fields)), spec)
    assert [row.values for row in answer.rows[FIRST]] == [("罚1", None, None, None), ("罚2", None, None, None)]
    lost = {"content": "decision.text", "authority": "organ.name", "authority_uscc": "organ.code", "as_of": "changed"}
    assert {issue.field: issue.message for issue in answer.rows[FIRST][0].issues} == {
        name: f"column `{column}` is missing at the source" for name, column in lost.items()
    }
    assert above.documents == [
        "query ($keys: [String!]!) { subjects(codes: $keys) "
        "{ uscc records { decision { docNo text } changed organ { name code } } } }",
        "query ($keys: [String!]!) { subjects(codes: $keys) { uscc records { decision { docNo } } } }",
    ]


@pytest.mark.parametrize(
    ("entity", "reason"),
    [
        ({"record_key": ["decision.number"]}, "column `decision.number` is missing at the source"),
        ({"keys": {"USCC": KeySpec(column="/code")}}, "column `/code` is missing at the source"),
        ({"items": "entries"}, "column `decision.docNo` is missing at the source"),
        ({"field": "objects"}, "the question does not fit the schema of the source, or its limits"),
        ({"key_argument": "keys"}, "the question does not fit the schema of the source, or its limits"),
        ({"status": "/whole", "status_ok": ["1"]}, "the question does not fit the schema of the source, or its limits"),
    ],
)
async def test_what_an_answer_cannot_be_read_without(above: Platform, entity: dict[str, Any], reason: str) -> None:
    with pytest.raises(SourceMisread) as caught:
        await ask(above, batch(FIRST), source(entity=entity))
    assert caught.value.reason == reason
    assert len(above.asked) == 1


def test_places_of_a_document() -> None:
    entity = source(entity={"status": "/state", "status_ok": ["1"]}).entities[ENTITY]
    question = Question(entity, COLUMNS)

    def lost(*words: str) -> list[str]:
        return [column for column, _ in question.lost([question.document.index(word) for word in words])]

    assert lost("docNo") == ["decision.docNo"]
    assert lost("content", "uscc") == ["content", "/uscc"]
    assert lost("records") == ["decision.docNo", "content"]
    assert lost("state") == lost("content", "state") == lost("subjects") == lost("content", "codes") == []
    assert question.lost([-1]) == question.lost([]) == ()


async def test_null_for_all_subjects_is_no_answer(above: Platform) -> None:
    above.broken["silence"] = ""
    with pytest.raises(SourceMisread, match="`subjects` of the answer is null"):
        await ask(above, batch(FIRST, SECOND))


async def test_page_that_fails_spoils_the_answer(above: Platform) -> None:
    above.broken["page 2"] = "INTERNAL"
    with pytest.raises(SourceUnavailable):
        await ask(above, batch("230881198501010011", fields=()), source(entity=PAGED))


async def test_platform_that_says_its_answer_is_partial(above: Platform) -> None:
    above.broken[f"state of {SECOND}"] = ""
    spec = source(entity={"status": "/state", "status_ok": ["COMPLETE"]})
    answer = await ask(above, batch(FIRST, SECOND, THIRD), spec)
    assert numbers(answer, FIRST) == ["罚1", "罚2"]
    assert answer.unreadable == {SECOND: NOT_WHOLE}
    assert above.documents[0].endswith("{ uscc records { decision { docNo } content } state } }")


async def test_rows_of_other_subjects(above: Platform) -> None:
    answer = await ask(above, batch(FIRST, fields=()), source(entity={**PAGED, "page_size": 100}))
    assert (answer.rows, answer.unreadable) == ({}, {FIRST: OTHERS})


# Responses, apart from any server


def read(body: bytes, status: int = 200) -> Any:
    return read_response(Reply(status, body), "subjects")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the answer is empty"),
        (b"<html></html>", "the answer is not JSON"),
        (b"[]", "the answer is not one of GraphQL"),
        (b'{"errors":{"message":"x"}}', "the answer is not one of GraphQL"),
        (b'{"errors":["x"]}', "the answer is not one of GraphQL"),
        (b'{"errors":[]}', "`data.subjects` is missing from the answer"),
        (b'{"data":null}', "`data.subjects` is missing from the answer"),
        (b'{"data":{"other":[]}}', "`data.subjects` is missing from the answer"),
    ],
)
def test_what_is_no_response_is_misread(body: bytes, reason: str) -> None:
    with pytest.raises(SourceMisread) as caught:
        read(body)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": "x"}, SourceRejected),
        ({"message": "x", "locations": [{"line": 1, "column": 9}]}, SourceMisread),
        ({"message": "x", "locations": [{"line": 1, "column": 9}], "path": ["subjects"]}, SourceUnavailable),
        ({"message": "x", "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}, "path": []}, SourceMisread),
        ({"message": "x", "extensions": None}, SourceRejected),
        ({"message": "x", "extensions": {"code": None}, "path": ["subjects"]}, SourceUnavailable),
    ],
)
def test_error_is_told_by_its_place_when_it_has_no_code(error: dict[str, Any], kind: type[SourceError]) -> None:
    with pytest.raises(SourceError) as caught:
        read(orjson.dumps({"data": None, "errors": [error]}))
    assert isinstance(caught.value, kind)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "GRAPHQL_VALIDATION_FAILED", SourceMisread),
        (400, "INTERNAL", SourceRejected),
        (401, "UNAUTHENTICATED", SourceRejected),
        (500, "FORBIDDEN", SourceUnavailable),
        (429, "FORBIDDEN", SourceUnavailable),
    ],
)
def test_http_status_is_believed_before_codes(status: int, code: str, kind: type[SourceError]) -> None:
    with pytest.raises(SourceError) as caught:
        read(orjson.dumps({"errors": [{"message": "x", "extensions": {"code": code}}]}), status)
    assert isinstance(caught.value, kind)
    with pytest.raises(SourceError):
        read(b"<html></html>", status)


COLUMNS: Final = ("/uscc", "decision.docNo", "content")
LEAVES: Final = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3) | st.just(FIRST)
NAMES: Final = st.sampled_from(["uscc", "records", "decision", "docNo", "content"])
JSON: Final = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=12
)
STEPS: Final = st.integers(-1, 3) | NAMES | st.just("subjects")
ERRORS: Final = st.lists(st.fixed_dictionaries({}, optional={"path": st.lists(STEPS, max_size=5) | JSON}), max_size=3)


def reader(**entity: Any) -> AnswerReader:
    return AnswerReader(source(entity=entity).entities[ENTITY], "USCC", COLUMNS)


@given(JSON, ERRORS)
def test_whatever_is_answered_is_read_or_told(value: object, errors: list[dict[str, Any]]) -> None:
    body = orjson.dumps({"data": {"subjects": value}, "errors": errors})
    with suppress(SourceError):
        found = reader().read(Reply(200, body))
        assert all(row.keys() <= set(COLUMNS) for row in found.rows)
        assert found.gaps or not errors or "could not answer" in str(found.rows), "no error is overlooked"


@pytest.mark.parametrize(
    ("answered", "error", "owners"),
    [
        ([{"uscc": FIRST.lower(), "records": None}], ["subjects", 0, "records"], [FIRST]),
        ([{"uscc": FIRST, "records": [None]}], ["subjects", 0, "records", 0, "content"], [FIRST]),
        ([{"uscc": None, "records": []}], ["subjects", 0, "uscc"], []),
        ([{"uscc": None, "records": None}], ["subjects", 0, "records"], [None]),
        ([None], ["subjects", 0], [None]),
        ([], ["subjects", 3], [None]),
        ([], None, [None]),
        ([], "subjects", [None]),
    ],
)
def test_whose_records_are_missing(answered: object, error: object, owners: list[str | None]) -> None:
    body = {"data": {"subjects": answered}, "errors": [{"message": "x", "path": error}]}
    assert [gap.key for gap in reader().read(Reply(200, orjson.dumps(body))).gaps] == owners


def test_column_below_what_is_no_object() -> None:
    body = (
        b'{"data":{"subjects":[{"uscc":"A","records":[{"decision":["x"],"content":1},{"decision":null,"content":1}]}]}}'
    )
    first, second = reader().read(Reply(200, body)).rows
    assert first["decision.docNo"].reason == "not an object"
    assert second["decision.docNo"] is None
    (row,) = reader().read(Reply(200, b'{"data":{"subjects":[{"uscc":"A","records":[{"decision":null}]}]}}')).rows
    assert row == {"/uscc": "A", "decision.docNo": None}, "what is missing is told by the readers of rows"
    with pytest.raises(SourceMisread, match="column `/state` is missing from the answer"):
        reader(status="/state").read(Reply(200, b'{"data":{"subjects":[{"uscc":"A","records":[]}]}}'))
    with pytest.raises(SourceMisread, match=r"`subjects\.records` is missing from the answer"):
        reader().read(Reply(200, b'{"data":{"subjects":[{"uscc":"A"}]}}'))


def test_personal_number_stands_in_no_document() -> None:
    entity = source(entity={"keys": {"PERSON": KeySpec(column="/uscc")}}).entities[ENTITY]
    question = Question(entity, COLUMNS)
    asked = orjson.loads(question.about(["230881198501010011"], 1))
    assert "230881" not in asked["query"]
    assert asked["variables"] == {"keys": ["230881198501010011"]}
