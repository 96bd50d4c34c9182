"""The SOAP connector: the envelope is the WSDL's, one taxpayer a call, and a wrong WSDL is found at start."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from connectors.base import Batch, Issue
from connectors.errors import ConfigError, SourceMisread, SourceUnavailable
from connectors.exchange import Reply
from connectors.ownership import OTHERS
from connectors.soap import SoapConnector
from connectors.soap.interface import read_operations
from connectors.soap.reply import ReplyReader
from connectors.spec import FieldSpec, KeySpec, Session, SoapSource
from gateway.demo.listen import Answered, Asked
from gateway.demo.scenarios import everyone
from gateway.demo.tax import Tax
from tests.connectors.departments import FIRST, SECOND, Canned, listening, soap_source
from tests.connectors.envelopes import FOLDER, fault, found, rated, told

ENTITY: Final = "TaxCreditRating"
ENVIRON: Final = {"CANNED_TOKEN": "token-1"}
OPERATION: Final = read_operations(soap_source(), ENVIRON, FOLDER)[ENTITY]
FIELD: Final = FieldSpec(column="mc", type="text", scope="public")
IMPORT: Final = '<xs:import namespace="a" schemaLocation="http://127.0.0.1:9/a.xsd"/>'
WSDL: Final = (FOLDER / "tax_credit.wsdl").read_text(encoding="utf-8")


@asynccontextmanager
async def asking(spec: SoapSource, reply: Any) -> AsyncIterator[tuple[SoapConnector, Canned]]:
    """Open a connector to a department that gives ``reply``."""
    async with listening(reply) as (canned, url):
        connector = SoapConnector(spec, {**ENVIRON, "CANNED_URL": f"{url}/services/Credit"}, FOLDER)
        try:
            yield connector, canned
        finally:
            await connector.close()


def batch(*keys: str, digests: bool = False) -> Batch:
    return Batch(ENTITY, "TAX_NO", keys, ("taxpayer_name", "evaluation_year"), digests)


def answered(text: str, status: int = 200) -> Answered:
    return Answered(text.encode("gb18030"), status, "text/xml; charset=GBK")


# The envelope


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1))
def test_key_cannot_break_out_of_its_element(key: str) -> None:
    envelope = etree.fromstring(OPERATION.envelope(key))
    assert [each.text for each in envelope.iter("{*}nsrsbh")] == [key]
    assert [each.text for each in envelope.iter("{*}SessionToken")] == ["token-1"]


def test_token_is_not_shown() -> None:
    assert "token-1" not in repr(OPERATION)


def test_interface_without_session_sends_no_header() -> None:
    operation = read_operations(soap_source(session=None), {}, FOLDER)[ENTITY]
    assert b"Header" not in operation.envelope(FIRST)


# The calls


async def test_tax_bureau_understands_what_is_asked() -> None:
    tax = Tax(everyone(10), "token-1")
    async with asking(soap_source(), tax.answer) as (connector, canned):
        answer = await connector.fetch(batch(FIRST, digests=True))
    rows = answer.rows[FIRST]
    assert [row.values for row in rows] == [("三江口岸进出口贸易有限公司(示例)", year) for year in (2025, 2024, 2023)]
    assert len({row.digest for row in rows}) == 3
    assert canned.asked[0].headers[b"soapaction"] == b'"http://xypj.tax.example/queryCredit"'
    assert canned.asked[0].target == b"/services/Credit"


async def test_each_key_is_a_call_of_its_own() -> None:
    def reply(asked: Asked) -> Answered:
        key = FIRST if FIRST.encode() in asked.body else SECOND
        return answered(found(rated(key)) if key == SECOND else told("<rtnCode>01</rtnCode>"))

    async with asking(soap_source(), reply) as (connector, canned):
        answer = await connector.fetch(batch(FIRST, SECOND))
        sent = [reply(asked).body for asked in canned.asked]
    assert len(sent) == 2
    assert {key: len(rows) for key, rows in answer.rows.items()} == {SECOND: 1}
    assert answer.digest == sha256(b"".join(sent)).hexdigest()


async def test_name_is_asked_for_in_every_spelling() -> None:
    name, full = "三江(同江)公司", "三江（同江）公司"
    spec = soap_source(entity={"keys": {"NAME": KeySpec(column="nsrmc")}})

    def reply(asked: Asked) -> Answered:
        (written,) = [each.text for each in etree.fromstring(asked.body).iter("{*}nsrsbh")]
        return answered(found(*[rated(FIRST, 2025, full), rated(FIRST, 2024, full)][: 2 if written == full else 1]))

    async with asking(spec, reply) as (connector, canned):
        answer = await connector.fetch(Batch(ENTITY, "NAME", (name,), ("taxpayer_name", "evaluation_year")))
        sent = [reply(asked).body for asked in canned.asked]
    assert [row.values for row in answer.rows[name]] == [(full, 2025), (full, 2024)]
    assert answer.digest == sha256(b"".join(sent)).hexdigest()
    assert (len(sent), answer.unreadable) == (2, {})


async def test_old_number_is_answered_under_the_unified_code_and_others_are_not_attributed() -> None:
    old = "230881TJ0000019"
    reply = answered(found(rated(FIRST), rated(SECOND)))
    async with asking(soap_source(), reply) as (connector, _):
        answer = await connector.fetch(batch(old))
    assert [row.record_key for row in answer.rows[old]] == [f"{FIRST}|2025"]
    assert answer.unreadable == {old: OTHERS}


async def test_missing_element_costs_its_own_field() -> None:
    reply = answered(found(f"<item><nsrsbh>{FIRST}</nsrsbh><pjnd>2025</pjnd></item>"))
    async with asking(soap_source(), reply) as (connector, _):
        (row,) = (await connector.fetch(batch(FIRST))).rows[FIRST]
    assert row.values == (None, 2025)
    assert row.issues == (Issue("taxpayer_name", "MISREAD", "column `nsrmc` is missing from the answer"),)


async def test_missing_element_of_the_record_key_is_misread() -> None:
    reply = answered(found(f"<item><nsrsbh>{FIRST}</nsrsbh><nsrmc>甲</nsrmc></item>"))
    async with asking(soap_source(), reply) as (connector, _):
        with pytest.raises(SourceMisread, match="column `pjnd` is missing from the answer"):
            await connector.fetch(batch(FIRST))


@pytest.mark.parametrize(("status", "there"), [(200, True), (404, True), (500, True), (429, False), (502, False)])
async def test_probe(status: int, there: bool) -> None:
    async with asking(soap_source(), answered(fault("s:Server"), status)) as (connector, canned):
        if there:
            await connector.probe()
        else:
            with pytest.raises(SourceUnavailable):
                await connector.probe()
    assert canned.asked[0].method == "GET"


# The WSDL


@pytest.mark.parametrize(
    ("source", "entity", "message"),
    [
        (
            {},
            {"operation": "queryRating"},
            "operation: unknown operation `queryRating`; known over SOAP 1.1: query",
        ),
        ({}, {"key_element": "taxpayer"}, "operation: the WSDL asks otherwise: "),
        ({}, {"items": "pjxx.row"}, "items: the answer has no element `pjxx.row`; known: item"),
        ({"status": "code"}, {}, "operation: the answer has no element `code`; known: rtnCode, rtnMsg, pjxx"),
        ({"session": Session(element="Token", token_env="CANNED_TOKEN")}, {}, "operation: the WSDL asks otherwise: "),
        ({}, {"record_key": ["id"]}, "fields: rows have no element `id`; known: nsrsbh, nsrmc, "),
        (
            {},
            {"fields": {"name": FIELD}},
            "fields: rows have no element `mc`; ",
        ),
    ],
)
def test_source_file_that_does_not_fit_its_wsdl(source: dict[str, Any], entity: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_operations(soap_source(entity=entity, **source), ENVIRON, FOLDER)
    assert str(caught.value).startswith(f"canned.toml: entities.{ENTITY}.{message}")
    assert "token-1" not in str(caught.value)


@pytest.mark.parametrize(
    ("wsdl", "message"),
    [
        (None, ""),
        ("", ""),
        (WSDL[:-200], ""),
        (WSDL.replace("?>", "?><!DOCTYPE definitions>", 1), "DTDForbidden"),
        (WSDL.replace("<xs:element", f"{IMPORT}<xs:element", 1), "ExternalReferenceForbidden"),
    ],
)
def test_wsdl_that_cannot_be_read_from_its_file_alone(wsdl: str | None, message: str, tmp_path: Path) -> None:
    if wsdl is not None:
        (tmp_path / "tax_credit.wsdl").write_text(wsdl, encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"^tax_credit.wsdl: cannot be read as WSDL: {message}"):
        read_operations(soap_source(), ENVIRON, tmp_path)


def test_elements_that_may_be_left_out_are_read_as_nothing(tmp_path: Path) -> None:
    optional = WSDL.replace('name="nsrmc"', 'name="nsrmc" minOccurs="0"')
    (tmp_path / "tax_credit.wsdl").write_text(optional, encoding="utf-8")
    spec = soap_source()
    reader = ReplyReader(spec, spec.entities[ENTITY], read_operations(spec, ENVIRON, tmp_path)[ENTITY])
    reply = Reply(200, found("<item><nsrsbh>1</nsrsbh></item>").encode("gb18030"))
    assert reader.read(reply, datetime.now(UTC)) == [{"nsrsbh": "1", "nsrmc": None}]
