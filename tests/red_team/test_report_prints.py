"""Prints and files that are well signed, and yet are no report of ours: one signature for another, another form.

Guard: `gateway.reports.check` holds the print, what is attached to it and the form against each other.
"""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from gateway.proof.finding import Verdict
from gateway.reports.check import check_report
from gateway.reports.keys import ReportKey
from gateway.reports.model import plain
from gateway.reports.pades import sign_pdf
from gateway.reports.printed import glyphs, printed
from gateway.reports.selective import issue
from gateway.reports.signed import signed_json
from gateway.reports.trust import believed
from gateway.reports.view import view_of
from tests.red_team.test_reports import content as content
from tests.red_team.test_reports import key as key
from tests.red_team.test_reports import own_key, with_text
from tests.red_team.test_reports import pdf as pdf


def test_no_byte_hides_in_the_place_of_the_signature(pdf: bytes, key: ReportKey) -> None:
    """The signature is over everything but the place where it stands, which has room to spare."""
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures
    written = bytes(signature.pkcs7_content).hex().encode()
    at = pdf.lower().index(written)
    assert written.endswith(b"00" * 8), "there is room behind the signature"
    assert check_report(pdf, key.certificates).verdict is Verdict.HOLDS
    for place in (at + len(written) - 1, at + len(written) - 16):
        hidden = pdf[:place] + b"7" + pdf[place + 1 :]
        assert check_report(hidden, key.certificates).verdict is Verdict.FAILS


def test_a_print_does_not_carry_the_report_of_another_signer(key: ReportKey, tmp_path: Path) -> None:
    """Both signatures are good, and both signers are believed."""
    other, made = own_key(tmp_path), with_text("甲")
    foreign = signed_json(plain(with_text("乙")), other).decode()
    both = sign_pdf(printed(view_of(made, "zh", glyphs()), foreign, made.generated_at), key)
    trusted = [*key.certificates, *other.certificates]
    assert check_report(foreign.encode(), trusted).verdict is Verdict.HOLDS
    assert check_report(both, trusted).verdict is Verdict.FAILS


@pytest.mark.parametrize(
    "change",
    [{"form": "other"}, {"version": "0"}, {"form": None}, {"generatedAt": "yesterday"}, {"generatedAt": None}],
    ids=["another form", "another version", "no form", "no time", "a time that is none"],
)
def test_what_is_signed_and_no_report_is_none(key: ReportKey, change: dict[str, Any]) -> None:
    report = plain(with_text("甲")) | change
    for told in (signed_json(report, key), issue(report, key).encode()):
        found = check_report(told, key.certificates)
        assert (found.verdict, [each.code for each in found.findings][1:2]) == (Verdict.FAILS, ["OTHER_FORM"])
    assert check_report(signed_json(plain(with_text("甲")), key), key.certificates).verdict is Verdict.HOLDS


@pytest.mark.parametrize(("days", "holds"), [(-30, False), (0, True), (4000, False)], ids=["before", "now", "after"])
def test_a_certificate_is_believed_while_it_is_valid(key: ReportKey, days: int, holds: bool) -> None:
    """One that is believed itself is no exception."""
    at = datetime.now(UTC) + timedelta(days=days)
    assert believed(key.certificates, key.certificates, at) is holds
    report = plain(with_text("甲")) | {"generatedAt": at.isoformat()}
    found = check_report(signed_json(report, key), key.certificates)
    assert found.verdict is (Verdict.HOLDS if holds else Verdict.FAILS)
