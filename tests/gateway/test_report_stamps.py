"""Time stamps of a third party on prints (PAdES B-T): had, checked, missing, foreign, forged."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from asn1crypto import cms
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from starlette.responses import Response

from gateway.anchors.declared import AnchorSpec
from gateway.reports.authority import REST_SECONDS, Authority, NotStamped
from gateway.reports.check import Checked, check_report
from gateway.reports.keys import ReportKey
from gateway.reports.levels import LEVELS
from gateway.reports.maker import Document, House, Maker
from gateway.reports.model import Level, Report, Signed, plain
from gateway.reports.pades import sign_pdf
from gateway.reports.printed import glyphs, printed
from gateway.reports.signed import signed_json
from gateway.reports.view import view_of
from gateway.reports.words import Words, same
from tests.gateway.archival import faults
from tests.gateway.report_answers import report
from tests.gateway.test_report_forms import own_key
from tests.gateway.test_report_maker import CALLER, ORDER, Asking, Noted
from tests.tsa import Answers, Signer, Stamps, authority, stamper, stamping

PRINT = msgspec.structs.replace(ORDER, form="pdf")


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> ReportKey:
    return own_key(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def root() -> Signer:
    return authority()


@pytest.fixture(scope="module")
def stamps(root: Signer, tmp_path_factory: pytest.TempPathFactory) -> Stamps:
    return Stamps(tmp_path_factory.mktemp("tsa"), stamper(root))


def told(level: Level, at: datetime | None = None) -> Report:
    """Return a report that says that it is signed so, made now unless ``at`` says when."""
    made = (at or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    signed = Signed(level=level, text=LEVELS[level])
    return msgspec.structs.replace(report(), generated_at=made, signed=signed)


def unsigned(made: Report, key: ReportKey) -> bytes:
    text = signed_json(plain(made), key).decode()
    return printed(view_of(made, "zh", glyphs()), text, made.generated_at)


async def stamped(made: Report, key: ReportKey, stamps: Stamps, root: Signer) -> bytes:
    async with stamping(stamps.answer) as (url, questions):
        pdf = await asyncio.to_thread(sign_pdf, unsigned(made, key), key, Authority(url, [root.certificate]))
        assert len(questions) == 1, "a print costs one time stamp"
        return pdf


async def codes(pdf: bytes, key: ReportKey, authorities: tuple[x509.Certificate, ...] = ()) -> tuple[str, str]:
    """Return what all comes to, and the code of the last finding."""
    checked: Checked = await asyncio.to_thread(check_report, pdf, key.certificates, authorities)
    return checked.verdict.value.upper(), checked.findings[-1].code


async def test_a_stamped_print_holds_and_its_time_is_proven(key: ReportKey, stamps: Stamps, root: Signer) -> None:
    pdf = await stamped(told("PADES_B_T"), key, stamps, root)
    assert await codes(pdf, key, (root.certificate,)) == ("HOLDS", "STAMPED")
    assert await codes(pdf, key) == ("HOLDS", "STAMP_UNPROVEN")
    assert await codes(pdf, key, (authority("other").certificate,)) == ("FAILS", "STAMP_FAILS")
    assert faults(pdf) == []


async def test_a_print_that_promises_a_stamp_has_one_and_no_other_does(
    key: ReportKey, stamps: Stamps, root: Signer
) -> None:
    known = (root.certificate,)
    bare = await asyncio.to_thread(sign_pdf, unsigned(told("PADES_B_T"), key), key)
    assert await codes(bare, key, known) == ("FAILS", "STAMP_MISSING")
    assert await codes(await stamped(told("PADES_B_B"), key, stamps, root), key, known) == ("FAILS", "STAMP_FOREIGN")
    before = told("PADES_B_T", datetime(2026, 1, 1, tzinfo=UTC))
    assert await codes(await stamped(before, key, stamps, root), key, known) == ("FAILS", "STAMP_TIME")


def _with(pdf: bytes, change: Callable[[cms.SignerInfo], None]) -> bytes:
    """Return ``pdf`` with its signature's container changed where no signature covers it."""
    (found,) = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures
    _, start, end, _ = map(int, found.sig_object["/ByteRange"])
    content = cms.ContentInfo.load(found.pkcs7_content)
    change(content["content"]["signer_infos"][0])
    held: bytes = content.dump().hex().encode()
    return pdf[:start] + b"<" + held.ljust(end - start - 2, b"0") + b">" + pdf[end:]


def _add(signer: cms.SignerInfo) -> None:
    signer["unsigned_attrs"].append(cms.CMSAttribute({"type": "content_type", "values": ["data"]}))


def _strip(signer: cms.SignerInfo) -> None:
    signer["unsigned_attrs"] = cms.CMSAttributes([])


def _twice(signer: cms.SignerInfo) -> None:
    (one,) = signer["unsigned_attrs"]
    signer["unsigned_attrs"].append(one.copy())


@pytest.mark.parametrize("change", [_add, _strip, _twice], ids=["added", "stripped", "twice"])
async def test_nothing_else_stands_where_no_signature_covers_it(
    change: Callable[[cms.SignerInfo], None], key: ReportKey, stamps: Stamps, root: Signer
) -> None:
    pdf = await stamped(told("PADES_B_T"), key, stamps, root)
    assert await codes(_with(pdf, lambda _: None), key, (root.certificate,)) == ("HOLDS", "STAMPED")
    assert (await codes(_with(pdf, change), key, (root.certificate,)))[0] == "FAILS"


async def test_a_stamp_over_another_signature_is_refused(key: ReportKey, stamps: Stamps, root: Signer) -> None:
    first, other = [await stamped(told("PADES_B_T"), key, stamps, root) for _ in range(2)]
    (found,) = PdfFileReader(BytesIO(other)).embedded_regular_signatures

    def swap(signer: cms.SignerInfo) -> None:
        signer["unsigned_attrs"] = found.signer_info["unsigned_attrs"]

    assert (await codes(_with(first, swap), key, (root.certificate,)))[0] == "FAILS"
    assert (await codes(_with(first, swap), key))[0] == "FAILS"


@pytest.mark.parametrize("trouble", ["refused", "garbage", "stranger"])
async def test_a_token_that_proves_nothing_is_not_taken(
    trouble: str, key: ReportKey, root: Signer, tmp_path: Path
) -> None:
    stranger = Stamps(tmp_path, stamper(authority("stranger")))
    answers: dict[str, Answers] = {
        "refused": lambda _: Response(status_code=500),
        "garbage": lambda _: b"no",
        "stranger": stranger.answer,
    }
    async with stamping(answers[trouble]) as (url, _):
        asked = Authority(url, [root.certificate])
        with pytest.raises(NotStamped):
            await asyncio.to_thread(sign_pdf, unsigned(told("PADES_B_T"), key), key, asked)


def maker(key: ReportKey, asked: Authority | None) -> Maker:
    house = House(Words("示例平台", "Example"), "https://credit.example", 100, str, same)
    return Maker(Asking(), key, lambda: house, Noted(), at_once=1, authority=asked)


async def test_a_print_without_its_stamp_says_so_and_the_authority_is_left_alone(
    key: ReportKey, stamps: Stamps, root: Signer, caplog: pytest.LogCaptureFixture
) -> None:
    clock, down = [1000.0], [True]

    def answers(question: bytes) -> bytes | Response:
        return Response(status_code=503) if down[0] else stamps.answer(question)

    async with stamping(answers) as (url, questions):
        makes = maker(key, Authority(url, [root.certificate], ticks=lambda: clock[0]))
        with caplog.at_level(logging.WARNING):
            made = await makes.make(PRINT, CALLER, "")
        assert "without a time stamp" in caplog.text
        assert url not in caplog.text
        assert await level(made, key) == "PADES_B_B"
        down[0] = False
        assert await level(await makes.make(PRINT, CALLER, ""), key) == "PADES_B_B"
        assert len(questions) == 1
        clock[0] += REST_SECONDS
        assert await level(await makes.make(PRINT, CALLER, ""), key) == "PADES_B_T"
        assert (await makes.make(ORDER, CALLER, "")).issued.level == "JWS"
        assert len(questions) == 2


async def level(made: Document, key: ReportKey) -> str:
    """Return the level that the ledger, the report and the file agree on."""
    checked = await asyncio.to_thread(check_report, made.body, key.certificates)
    assert checked.verdict.value.upper() == "HOLDS"
    assert checked.report is not None
    assert checked.report["signed"]["level"] == made.issued.level
    return made.issued.level


def test_the_authority_is_that_of_the_first_such_anchor(root: Signer, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(root.pem)
    file = AnchorSpec(name="file", kind="file", path="anchors")
    specs = [file, *(AnchorSpec(name=n, kind="rfc3161", url_env=n.upper(), ca_file="ca.pem") for n in ("one", "two"))]
    found = Authority.of(specs, {"ONE": " http://one.example/tsa ", "TWO": "http://two.example"}, tmp_path)
    assert found is not None
    assert (found.url, found.ca) == ("http://one.example/tsa", [root.certificate])
    assert "example" not in repr(found)
    assert Authority.of([file], {}, tmp_path) is None


def test_a_token_larger_than_its_place_is_no_fault_of_the_report(
    key: ReportKey, stamps: Stamps, root: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.reports.pades._TOKEN_BYTES", -1500)

    async def sign() -> tuple[int, int]:
        async with stamping(stamps.answer) as (url, _):
            asked = Authority(url, [root.certificate])
            signing = partial(sign_pdf, unsigned(told("PADES_B_T"), key), key, asked)
            with pytest.raises(NotStamped):
                await asyncio.to_thread(signing)
            return asked.largest, len(await asyncio.to_thread(signing))

    largest, size = asyncio.run(sign())
    assert 0 < largest < size
