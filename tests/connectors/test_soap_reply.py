"""Answers in SOAP: only what was promised is read, in the encoding of the source file, and every fault has its type."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import SourceClosed, SourceError, SourceMisread, SourceRejected, SourceUnavailable
from connectors.exchange import Reply
from connectors.soap.interface import read_operations
from connectors.soap.reply import ReplyReader, opening_time
from tests.connectors.departments import FIRST, soap_source
from tests.connectors.envelopes import FOLDER, enveloped, fault, found, rated, told

NOW: Final = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)
ENTITY: Final = "TaxCreditRating"
ROW: Final = {"nsrsbh": FIRST, "nsrmc": "甲公司", "pjnd": "2025"}
RATED: Final = rated(FIRST)
DTD: Final = "the answer has a document type, which is refused"
HTML: Final = "<html><body>系统维护</body></html>"


def reader(**source: Any) -> ReplyReader:
    spec = soap_source(**source)
    operation = read_operations(spec, {"CANNED_TOKEN": "token-1"}, FOLDER)[ENTITY]
    return ReplyReader(spec, spec.entities[ENTITY], operation)


OF_GB: Final = {encoding: reader(encoding=encoding) for encoding in ("gbk", "GB2312", "gb18030")}
OF_UTF8: Final = reader(encoding="UTF-8")


def read(text: str) -> list[dict[str, str | None]]:
    return OF_GB["gbk"].read(Reply(200, text.encode("gb18030")), NOW)


def failed(sent: str | bytes, status: int = 200, by: ReplyReader = OF_GB["gbk"]) -> SourceError:
    body = sent if isinstance(sent, bytes) else sent.encode("gb18030")
    with pytest.raises(SourceError) as caught:
        by.read(Reply(status, body, "2026-11-25T20:00:02.000Z"), NOW)
    return caught.value


def test_rows_are_read_by_local_name() -> None:
    bare = f"<queryCreditResponse><rtnCode> 00 </rtnCode><pjxx><!-- x -->{RATED}</pjxx></queryCreditResponse>"
    assert read(found(RATED)) == [ROW]
    assert read(enveloped(bare)) == [ROW]
    assert read(told("<rtnCode>01</rtnCode>")) == []


@given(st.sampled_from(list(OF_GB)), st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn"))))
def test_names_of_the_gb_family_are_read_whole(encoding: str, name: str) -> None:
    text = found(rated(FIRST, name=escape(f"同江{name}䶮𬭎")))
    (row,) = OF_GB[encoding].read(Reply(200, text.encode("gb18030")), NOW)
    assert row["nsrmc"] == f"同江{name}䶮𬭎"


@pytest.mark.parametrize("mark", ["", "\ufeff", "\n"])
def test_encoding_is_that_of_the_source_file_whatever_is_declared(mark: str) -> None:
    assert OF_UTF8.read(Reply(200, (mark + found(RATED)).encode()), NOW) == [ROW]
    assert failed(found(RATED), by=OF_UTF8).reason == "the answer is not in the encoding utf-8"


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"", "the answer is empty"),
        (b" ", "the answer is empty"),
        (HTML, "the answer is not a SOAP 1.1 envelope"),
        ("<html><br></html>", "the answer is not XML"),
        (found(RATED)[:-40], "the answer is not XML"),
        (found(rated(FIRST, name="公司")).encode(), "the answer is in UTF-8, not in the encoding gb18030"),
        (found(RATED).encode("gb18030") + b"\xff", "the answer is not in the encoding gb18030"),
        (found(RATED).encode("utf-16"), "the answer is not in the encoding gb18030"),
        (found("\0"), "the answer is not XML"),
        (enveloped(""), "the answer is not a SOAP 1.1 envelope"),
        (enveloped("<otherResponse/>"), "the answer is not a `queryCreditResponse`"),
        (told("<rtnMsg>成功</rtnMsg>"), "`rtnCode` is missing from the answer"),
        (found(), "the answer is said to hold records, and holds none"),
        (told("<rtnCode>00</rtnCode>"), "the answer is said to hold records, and holds none"),
        ('<!DOCTYPE s [<!ENTITY a "aa">]>' + found(rated("&a;"))[36:], DTD),
        ('<!DOCTYPE s SYSTEM "http://127.0.0.1/x">' + found()[36:], DTD),
        (found(rated("&a;")), "the answer is not XML"),
        (found("<a>" * 300 + "</a>" * 300), "the answer is not XML"),
    ],
)
def test_what_is_not_the_promised_answer_is_misread(sent: str | bytes, reason: str) -> None:
    error = failed(sent)
    assert (type(error), error.reason) == (SourceMisread, reason)


@pytest.mark.parametrize(
    ("sent", "status", "kind", "reason"),
    [
        (told("<rtnCode>02</rtnCode>"), 200, SourceRejected, "the source refused the question with code `02`"),
        (told("<rtnCode>99</rtnCode>"), 200, SourceUnavailable, "the source failed with code `99`"),
        (told(f"<rtnCode>{FIRST}</rtnCode>"), 200, SourceUnavailable, "the source failed with an unknown code"),
        (fault("s:Server"), 500, SourceUnavailable, "the source failed with a SOAP fault"),
        (fault("Server.Busy"), 200, SourceUnavailable, "the source failed with a SOAP fault"),
        (fault("s:Client"), 500, SourceRejected, "the source refused the question with a SOAP fault `Client`"),
        (fault("ns:其他"), 200, SourceRejected, "the source refused the question with a SOAP fault"),
        (found(RATED), 500, SourceUnavailable, "the source failed with HTTP status 500"),
        (HTML, 502, SourceUnavailable, "the source failed with HTTP status 502"),
        (b"", 429, SourceUnavailable, "the source asks for a pause"),
        (HTML, 404, SourceRejected, "the source refused the question with HTTP status 404"),
    ],
)
def test_faults(sent: str | bytes, status: int, kind: type[SourceError], reason: str) -> None:
    error = failed(sent, status)
    assert (type(error), error.reason) == (kind, reason)
    assert (error.until is not None) is (kind is SourceUnavailable and status > 200 and "SOAP" not in reason)


def test_closed_until_the_time_that_the_message_names() -> None:
    error = failed(told("<rtnCode>90</rtnCode><rtnMsg>系统关闭,开放时间05:30</rtnMsg>"))
    assert type(error) is SourceClosed
    assert error.until == "2026-11-26T05:30:00+08:00"


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("开放时间05:30", "2026-11-26T05:30:00+08:00"),
        ("请于3:00后再试", "2026-11-27T03:00:00+08:00"),
        ("04:00", "2026-11-27T04:00:00+08:00"),
        ("04:01。04:01", "2026-11-26T04:01:00+08:00"),
        ("23:30至05:30关闭", None),
        ("25:00 05:61 2026-11-25 105:300", None),
        ("", None),
    ],
)
def test_opening_time(text: str, until: str | None) -> None:
    assert opening_time(text, NOW) == until


def test_row_holds_the_elements_that_were_sent() -> None:
    assert read(found("<item><nsrsbh>1</nsrsbh></item>")) == [{"nsrsbh": "1"}]
    assert read(found("<item><nsrmc/></item>")) == [{"nsrmc": None}]


def test_nothing_is_an_answer_where_the_source_has_no_code_for_it() -> None:
    silent = reader(status_none=[])
    assert silent.read(Reply(200, told("<rtnCode>00</rtnCode>").encode()), NOW) == []


@given(st.binary() | st.text().map(lambda text: found(text).encode("gb18030", "ignore")))
def test_no_answer_makes_it_raise_anything_else(body: bytes) -> None:
    rows: list[dict[str, str | None]] = []
    with suppress(SourceError):
        rows = OF_GB["gbk"].read(Reply(200, body), NOW)
    assert all(isinstance(cell, str | None) for row in rows for cell in row.values())
