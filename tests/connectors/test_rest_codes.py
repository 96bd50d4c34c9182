"""HTTP interfaces that know a subject by one of several codes, or want a further one to be told."""

from typing import Any, Final

import orjson
import pytest

from connectors.base import Batch
from connectors.errors import SourceMisread, SourceRejected
from connectors.ownership import OTHERS
from connectors.spec import KeySpec, RestSource, Scheme
from gateway.demo.listen import Answered, Asked
from tests.connectors.departments import ENTITY, FIELDS, FIRST, SECOND, THIRD, rest_source, row, rows_answer
from tests.connectors.test_rest import asking

ORG: Final = {FIRST: "TJ0000019", SECOND: "TJ0000027"}
REG: Final = {FIRST: "230881900000019", SECOND: "230881900000027"}
ALIASES: Final = {
    "ORG_CODE": {code: key for key, code in ORG.items()},
    "REG_NO": {code: key for key, code in REG.items()},
}
PERSON: Final = "230881199001010022"


def by_any(batch_size: int, **entity: Any) -> RestSource:
    """Return a court whose column `code` holds any of three codes."""
    keys: dict[Scheme, KeySpec] = {
        "USCC": KeySpec(column="code"),
        "ORG_CODE": KeySpec(column="code", form="hyphenated"),
        "REG_NO": KeySpec(column="code"),
    }
    return rest_source(
        source={"batch_size": batch_size}, method="POST", keys=keys, also_by=["ORG_CODE", "REG_NO"], **entity
    )


def batch(*keys: str, aliases: Any = ALIASES, scheme: str = "USCC") -> Batch:
    return Batch(ENTITY, scheme, keys, FIELDS, aliases=aliases)


def told(asked: Asked) -> Any:
    return orjson.loads(asked.body)["code"]


HELD: Final = [
    row(FIRST, 1), row(ORG[FIRST], 2), row("TJ000002-7", 3), row(REG[SECOND], 4), row(THIRD, 5), row("", 6),
]  # fmt: skip


def held(asked: Asked) -> Answered:
    """Return the rows under the codes that were sent, as an honest court does."""
    sent = told(asked)
    sent = {code.replace("-", "") for code in (sent if isinstance(sent, list) else [sent])}
    return rows_answer(*(each for each in HELD if str(each["code"]).replace("-", "") in sent))


async def test_one_question_carries_all_codes_and_rows_go_to_whom_they_name() -> None:
    async with asking(by_any(20), held) as (connector, canned):
        answer = await connector.fetch(batch(FIRST, SECOND))
    assert [told(asked) for asked in canned.asked] == [
        [FIRST, SECOND, "TJ000001-9", "TJ000002-7", REG[FIRST], REG[SECOND]]
    ]
    assert {key: [each.record_key for each in rows] for key, rows in answer.rows.items()} == {
        FIRST: ["1", "2"],
        SECOND: ["3", "4"],
    }
    assert [each.key_scheme for each in answer.rows[SECOND]] == ["ORG_CODE", "REG_NO"]
    assert answer.unreadable == {}


@pytest.mark.parametrize(("size", "calls"), [(1, 6), (4, 2)])
async def test_no_call_carries_more_codes_than_the_source_takes(size: int, calls: int) -> None:
    async with asking(by_any(size), held) as (connector, canned):
        keys = (FIRST, SECOND)
        answers = [await connector.fetch(batch(*keys[at : at + size])) for at in range(0, len(keys), size)]
    assert len(canned.asked) == calls
    assert all(size == 1 or len(told(asked)) <= size for asked in canned.asked)
    found = {key: [each.record_key for each in rows] for answer in answers for key, rows in answer.rows.items()}
    assert found == {FIRST: ["1", "2"], SECOND: ["3", "4"]}


async def test_record_that_comes_under_two_codes_is_one() -> None:
    async with asking(by_any(1), rows_answer(row(FIRST, 1), row(FIRST, 1), row(FIRST, 2))) as (connector, canned):
        answer = await connector.fetch(batch(FIRST))
    assert len(canned.asked) == 3
    assert [each.record_key for each in answer.rows[FIRST]] == ["1", "1", "2"], "twins in one answer are two records"


async def test_codes_that_contradict_each_other_and_rows_of_others_make_the_answer_incomplete() -> None:
    spec = by_any(20)
    async with asking(spec, rows_answer(*HELD)) as (connector, _):
        answer = await connector.fetch(batch(FIRST, SECOND))
    assert answer.unreadable == {FIRST: OTHERS, SECOND: OTHERS}
    assert sum(map(len, answer.rows.values())) == 4


async def test_only_subject_that_was_asked_about_has_the_rows_without_a_code() -> None:
    nameless = {name: cell for name, cell in row(number=7).items() if name != "code"}
    async with asking(by_any(1), rows_answer(row("", 6), nameless)) as (connector, _):
        answer = await connector.fetch(batch(FIRST))
        assert [each.record_key for each in answer.rows[FIRST]] == ["6", "7"]
    async with asking(by_any(20), rows_answer(nameless)) as (connector, _):
        with pytest.raises(SourceMisread, match="column `code` is missing"):
            await connector.fetch(batch(FIRST, SECOND))


async def test_without_further_codes_the_question_is_as_ever() -> None:
    async with asking(by_any(20), held) as (connector, canned):
        answer = await connector.fetch(batch(FIRST, SECOND, aliases={}))
    assert [told(asked) for asked in canned.asked] == [[FIRST, SECOND]]
    assert answer.rows.keys() == {FIRST}


# Identifiers told beside the key


def verifying(**entity: Any) -> RestSource:
    """Return an interface that wants the name beside the number."""
    keys: dict[Scheme, KeySpec] = {"PERSON": KeySpec(column="code"), "USCC": KeySpec(column="code")}
    return rest_source(**{"method": "POST", "keys": keys, "also_parameters": {"NAME": "xm"}, **entity})


async def test_number_and_name_are_told_together_in_the_body() -> None:
    aliases = {"NAME": {"李四": "another", "张三": PERSON}}
    async with asking(verifying(), rows_answer({"id": 1, "iname": "一致", "regDate": "", "gxsj": ""})) as (
        connector,
        canned,
    ):
        answer = await connector.fetch(batch(PERSON, scheme="PERSON", aliases=aliases))
    (asked,) = canned.asked
    assert (asked.method, asked.target) == ("POST", b"/api/cases")
    assert orjson.loads(asked.body) == {"code": PERSON, "xm": "张三"}
    assert [each.values[0] for each in answer.rows[PERSON]] == ["一致"]


@pytest.mark.parametrize("aliases", [{}, {"NAME": {}}, {"NAME": {"李四": "another"}}])
async def test_without_the_name_it_is_not_asked(aliases: Any) -> None:
    async with asking(verifying(), rows_answer()) as (connector, canned):
        with pytest.raises(SourceRejected, match="wants to be told the NAME as well") as caught:
            await connector.fetch(batch(PERSON, scheme="PERSON", aliases=aliases))
    assert canned.asked == []
    assert PERSON not in caught.value.reason


async def test_name_of_an_organization_is_told_in_every_spelling() -> None:
    spec = verifying(method="GET", keys={"USCC": KeySpec(column="code")})
    async with asking(spec, rows_answer(row())) as (connector, canned):
        answer = await connector.fetch(batch(FIRST, aliases={"NAME": {"甲(同江)": FIRST}}))
    assert [asked.query for asked in canned.asked] == [
        {"code": FIRST, "xm": "甲(同江)"},
        {"code": FIRST, "xm": "甲（同江）"},
    ]
    assert len(answer.rows[FIRST]) == 1


async def test_personal_number_beside_a_key_is_never_sent_in_an_address() -> None:
    spec = verifying(method="GET", keys={"USCC": KeySpec(column="code")}, also_parameters={"PERSON": "sfzh"})
    async with asking(spec, rows_answer()) as (connector, canned):
        with pytest.raises(SourceRejected, match="never sent in an address"):
            await connector.fetch(batch(FIRST, aliases={"PERSON": {PERSON: FIRST}}))
    assert canned.asked == []
