"""The REST connector: what it sends, how it reads what comes back, and what it makes of a source that misbehaves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from hmac import new as new_mac
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Batch, Issue
from connectors.errors import SourceError, SourceMisread, SourceRejected, SourceUnavailable
from connectors.pages import MOST_PAGES, Pages
from connectors.rest import RestConnector
from connectors.rest.answer import AnswerReader
from connectors.rest.question import Questions, Signer
from connectors.spec import Header, KeySpec, RestSource, Signature
from gateway.demo.listen import Answered, Asked
from gateway.demo.signed import SignedLists
from tests.connectors.departments import (
    ENTITY,
    FIELDS,
    FIRST,
    THIRD,
    Canned,
    listening,
    rest_source,
    row,
    rows_answer,
)

ROOT: Final = "/base"
PAGED: Final[dict[str, Any]] = {"page_parameter": "page", "page_size": 2}


@asynccontextmanager
async def asking(spec: RestSource, reply: Any) -> AsyncIterator[tuple[RestConnector, Canned]]:
    """Open a connector to a department that gives ``reply``."""
    async with listening(reply) as (canned, url):
        connector = RestConnector(spec, {"CANNED_URL": f"{url}/api/"}, Path())
        try:
            yield connector, canned
        finally:
            await connector.close()


def batch(*keys: str, scheme: str = "USCC", digests: bool = False) -> Batch:
    return Batch(ENTITY, scheme, keys, FIELDS, digests)


# What is sent


@pytest.mark.parametrize(
    ("entity", "keys", "listed", "target", "body"),
    [
        ({}, ["A1"], False, "/base/cases?code=A1", None),
        ({}, ["A1", "B2"], True, "/base/cases?code=A1,B2", None),
        ({}, ["A1&x=&#/, 1"], False, "/base/cases?code=A1%26x%3D%26%23%2F%2C%201", None),
        (PAGED, ["A1"], False, "/base/cases?code=A1&page=3", None),
        ({"method": "POST"}, ["A1"], False, "/base/cases", {"code": "A1"}),
        ({"method": "POST"}, ["A1"], True, "/base/cases", {"code": ["A1"]}),
        ({"method": "POST", **PAGED}, ["A1", "B2"], True, "/base/cases", {"code": ["A1", "B2"], "page": 3}),
    ],
)
def test_question(entity: dict[str, Any], keys: list[str], listed: bool, target: str, body: object) -> None:
    question = Questions(ROOT, rest_source(**entity).entities[ENTITY], listed=listed).about(keys, 3, {})
    assert question.target == target
    assert (question.body and orjson.loads(question.body)) == body


def test_signature_is_what_the_environment_bureau_verifies() -> None:
    path = "/openapi/v1/penalties"
    bureau = SignedLists({path: {}}, "gateway-1", "secret")
    entity = rest_source(path=path, method="POST", key_parameter="codes").entities[ENTITY]
    question = Questions("", entity, listed=True).about([THIRD], 1, {})

    def status(signer: Signer, at: float | None = None) -> int:
        signed = signer.sign(question, at)
        headers = {name.lower().encode(): value.encode() for name, value in signed.headers.items()}
        return bureau.answer(Asked("POST", path.encode(), headers, signed.body or b"")).status

    assert status(Signer("gateway-1", b"secret")) == 200
    assert status(Signer("gateway-1", b"other")) == 401
    assert status(Signer("gateway-2", b"secret")) == 401
    assert status(Signer("gateway-1", b"secret"), at=0.0) == 401


def test_signature_covers_the_address_as_it_is_sent() -> None:
    question = Questions(ROOT, rest_source().entities[ENTITY], listed=False).about(["甲"], 1, {})
    signed = Signer("gateway-1", b"secret").sign(question, at=1.9)
    expected = b"GET\n/base/cases?code=%E7%94%B2\n1\n" + sha256(b"").hexdigest().encode()
    assert signed.headers["X-Signature"] == new_mac(b"secret", expected, sha256).hexdigest()


async def test_every_page_is_signed() -> None:
    signed = {"signature": Signature(key_id_env="KEY_ID", secret_env="SECRET")}
    spec = rest_source(source=signed, method="POST", **PAGED)
    pages = [rows_answer(row(number=1), row(number=2)), rows_answer(row(number=3))]
    async with listening(lambda asked: pages[orjson.loads(asked.body)["page"] - 1]) as (canned, url):
        connector = RestConnector(spec, {"CANNED_URL": url, "KEY_ID": "gateway-1", "SECRET": "s"}, Path())
        answer = await connector.fetch(batch(FIRST))
        await connector.close()
    assert len(answer.rows[FIRST]) == 3
    assert len({asked.headers[b"x-signature"] for asked in canned.asked}) == 2
    assert "s'" not in repr(Signer("gateway-1", b"s"))


async def test_every_request_says_in_its_header_who_asks() -> None:
    spec = rest_source(source={"header": Header(name="X-Audit-Unit", value_env="UNIT")}, **PAGED)
    pages = [rows_answer(row(number=1), row(number=2)), rows_answer(row(number=3))]
    async with listening(lambda asked: pages[b"page=2" in asked.target]) as (canned, url):
        connector = RestConnector(spec, {"CANNED_URL": url, "UNIT": "gateway"}, Path())
        await connector.fetch(batch(FIRST))
        await connector.close()
    assert [asked.headers[b"x-audit-unit"] for asked in canned.asked] == [b"gateway", b"gateway"]


async def test_personal_number_is_never_sent_in_an_address() -> None:
    async with asking(rest_source(), rows_answer()) as (connector, canned):
        with pytest.raises(SourceRejected, match="personal number"):
            await connector.fetch(batch("230881189001010021", scheme="PERSON"))
    assert not canned.asked


async def test_source_sees_its_form_of_the_code() -> None:
    spec = rest_source(keys={"USCC": KeySpec(column="code", form="lower")})
    async with asking(spec, rows_answer(row(FIRST.lower()))) as (connector, canned):
        answer = await connector.fetch(batch(FIRST))
    assert answer.rows[FIRST][0].values == ("甲公司", "2026-01-05")
    assert canned.asked[0].target == f"/api/cases?code={FIRST.lower()}".encode()


@pytest.mark.parametrize("listed", [True, False])
async def test_names_are_asked_for_in_every_spelling_and_a_row_that_comes_twice_is_one(listed: bool) -> None:
    name, full = "三江(同江)公司", "三江（同江）公司"
    spec = rest_source(
        source={"batch_size": 5 if listed else 1},
        method="POST",
        keys={"NAME": KeySpec(column="iname")},
    )

    def reply(asked: Asked) -> Answered:
        sent = orjson.loads(asked.body)["code"]
        found = [row(number=1, iname=name), row(number=2, iname=full)]
        return rows_answer(*found[: 2 if full in sent else 1])

    async with asking(spec, reply) as (connector, canned):
        answer = await connector.fetch(batch(name, scheme="NAME"))
        nothing = await connector.fetch(batch(scheme="NAME"))
    assert [orjson.loads(asked.body)["code"] for asked in canned.asked] == ([[name, full]] if listed else [name, full])
    assert [each.record_key for each in answer.rows[name]] == ["1", "2"]
    assert (answer.unreadable, nothing.rows) == ({}, {})


# What comes back


def read(body: bytes, **source: Any) -> list[dict[str, Any]]:
    spec = rest_source(source={"status": "code", "status_ok": ["200", "0"], **source})
    return AnswerReader(spec, spec.entities[ENTITY]).read(body)


@pytest.mark.parametrize(
    "body",
    [
        "<html><body>请输入验证码</body></html>".encode(),
        '{"code":200,"message":"请输入验证码","data":null}'.encode(),
        rb'{"code":-7,"message":"\u8bf7\u8f93\u5165\u9a8c\u8bc1\u7801"}',
        b'{"code":403,"data":{"Captcha":"/c.png"}}',
    ],
)
def test_a_request_for_a_captcha_is_told_as_such(body: bytes) -> None:
    with pytest.raises(SourceUnavailable, match="the source asks for a captcha"):
        read(body)


def test_a_record_may_speak_of_a_captcha() -> None:
    body = '{"code":200,"data":{"list":[{"id":1,"content":"未经验证码核验"}]}}'.encode()
    assert read(body) == [{"id": 1, "content": "未经验证码核验"}]


@pytest.mark.parametrize("code", [b"200", b"0", b'"0"'])
def test_rows_are_read_when_the_code_is_good(code: bytes) -> None:
    assert read(b'{"code":%s,"data":{"list":[{"id":1}]}}' % code) == [{"id": 1}]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the answer is empty"),
        (b" \n", "the answer is empty"),
        (b"<html></html>", "the answer is a web page, not JSON"),
        (b"\r\n<!DOCTYPE html><p>", "the answer is a web page, not JSON"),
        (b"503 Service Unavailable", "the answer is not JSON"),
        (b'{"code":200,"data":{"list":[{"id":1},', "the answer is not JSON"),
        ('{"code":200,"data":{"list":[{"id":"甲"}]}}'.encode("gb18030"), "the answer is not JSON"),
        (b'{"data":{"list":[]}}', "`code` is missing from the answer"),
        (b"[]", "`code` is missing from the answer"),
        (b'{"code":200,"data":{"rows":[]}}', "`data.list` is missing from the answer"),
        (b'{"code":200,"data":null}', "`data.list` is missing from the answer"),
        (b'{"code":200,"data":{"list":null}}', "`data.list` of the answer is not a list"),
        (b'{"code":200,"data":{"list":{"id":1}}}', "`data.list` of the answer is not a list"),
        (b'{"code":200,"data":{"list":["id"]}}', "a row of the answer is not an object"),
    ],
)
def test_what_is_not_the_promised_list_is_misread(body: bytes, reason: str) -> None:
    with pytest.raises(SourceMisread) as caught:
        read(body)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        (b"401", SourceRejected, "the source refused the question with code `401`"),
        (b"429", SourceUnavailable, "the source failed with code `429`"),
        (b"500", SourceUnavailable, "the source failed with code `500`"),
        (b"-1", SourceUnavailable, "the source failed with code `-1`"),
        (b"null", SourceUnavailable, "the source failed with code `None`"),
        (b'"230881189001010021"', SourceUnavailable, "the source failed with an unknown code"),
    ],
)
def test_fault_with_a_good_http_status(code: bytes, kind: type[SourceError], reason: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(b'{"code":%s,"data":{"list":[]}}' % code)
    assert type(caught.value) is kind
    assert caught.value.reason == reason


def test_bare_list_is_an_answer() -> None:
    spec = rest_source(items="")
    assert AnswerReader(spec, spec.entities[ENTITY]).read(b'[{"id":1}]') == [{"id": 1}]


@given(st.lists(st.integers(0, 9), unique=True), st.integers(1, 4), st.integers(0, 3))
def test_every_record_is_read_once_however_pages_overlap(numbers: list[int], size: int, overlap: int) -> None:
    pages = Pages(size, ("code", "id"))
    at = 0
    while pages.more:
        shown = numbers[at : at + size]
        pages.add([row(number=number) for number in shown])
        at += max(size - overlap, 1)
    assert [each["id"] for each in pages.rows] == numbers


def test_page_of_subjects_without_records_is_not_the_last() -> None:
    pages = Pages(2, ("code", "id"))
    for rows, subjects in (([row(number=1), row(number=2)], 2), ([], 2), ([row(number=3)], 1)):
        assert pages.more
        pages.add(rows, subjects)
    assert not pages.more
    assert [each["id"] for each in pages.rows] == [1, 2, 3]


async def test_source_that_repeats_its_only_page_is_asked_twice() -> None:
    async with asking(rest_source(**PAGED), rows_answer(row(number=1), row(number=2))) as (connector, canned):
        answer = await connector.fetch(batch(FIRST))
    assert len(answer.rows[FIRST]) == 2
    assert len(canned.asked) == 2


async def test_pages_without_end_are_misread() -> None:
    def endless(asked: Asked) -> Answered:
        page = int(asked.query["page"])
        return rows_answer(row(number=2 * page), row(number=2 * page + 1))

    async with asking(rest_source(**PAGED), endless) as (connector, canned):
        with pytest.raises(SourceMisread, match="more than 100 pages"):
            await connector.fetch(batch(FIRST))
    assert len(canned.asked) == MOST_PAGES


async def test_answer_is_proved_by_the_digest_of_all_that_was_sent() -> None:
    pages = [rows_answer(row(number=1), row(number=2)), rows_answer(row(number=3, regDate="某日"))]
    async with asking(rest_source(**PAGED), lambda asked: pages[int(asked.query["page"]) - 1]) as (connector, _):
        answer = await connector.fetch(batch(FIRST, digests=True))
    assert answer.digest == sha256(pages[0].body + pages[1].body).hexdigest()
    rows = answer.rows[FIRST]
    assert [each.as_of for each in rows] == ["2026-01-06"] * 3
    assert len({each.digest for each in rows}) == 3
    assert [issue.field for issue in rows[2].issues] == ["filed_on"]


async def test_empty_batch_asks_nothing() -> None:
    async with asking(rest_source(), rows_answer()) as (connector, canned):
        answer = await connector.fetch(batch())
    assert (answer.rows, answer.unreadable, canned.asked) == ({}, {}, [])


async def test_missing_member_costs_its_own_field_in_its_own_row() -> None:
    renamed = {("mc" if name == "iname" else name): cell for name, cell in row().items()}
    async with asking(rest_source(), rows_answer(renamed, row(number=2))) as (connector, _):
        one, two = (await connector.fetch(batch(FIRST, digests=True))).rows[FIRST]
    assert (one.values, two.values) == ((None, "2026-01-05"), ("甲公司", "2026-01-05"))
    assert one.issues == (Issue("name", "MISREAD", "column `iname` is missing from the answer"),)
    assert (two.issues, one.digest == two.digest) == ((), False)


async def test_missing_member_of_the_record_key_is_misread() -> None:
    renamed = {("no" if name == "id" else name): cell for name, cell in row().items()}
    async with asking(rest_source(), rows_answer(renamed)) as (connector, _):
        with pytest.raises(SourceMisread, match="column `id` is missing from the answer"):
            await connector.fetch(batch(FIRST))


@pytest.mark.parametrize(("status", "there"), [(200, True), (401, True), (404, True), (429, False), (503, False)])
async def test_probe(status: int, there: bool) -> None:
    async with asking(rest_source(), Answered(b"", status)) as (connector, canned):
        if there:
            await connector.probe()
        else:
            with pytest.raises(SourceUnavailable):
                await connector.probe()
    assert canned.asked[0].target == b"/api"
