"""Is a report the one that was issued: offline, by certificates alone, in words. For JSON, SD-JWT and PDF.

What could not be checked does not hold. What a holder withheld is told, and is never "none".
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from gateway.anchors.timestamps import TimestampError, check_token
from gateway.proof.finding import Verdict
from gateway.proof.json_text import JsonError
from gateway.reports.contents import PARTS
from gateway.reports.model import FORM_VERSION
from gateway.reports.pades import PdfRefused, SignedPdf, check_pdf, is_bare
from gateway.reports.selective import PART_CLAIMS, NotSelective, Shown, read_selective
from gateway.reports.signed import NotSigned, read_signed_json
from gateway.reports.times import city_time
from gateway.reports.trust import believed
from gateway.reports.words import Words

MAXIMUM_BYTES: Final = 64 << 20
PDF_START: Final = b"%PDF-"
STAMPED: Final = "PADES_B_T"
MAXIMUM_LATER: Final = timedelta(hours=1)
"""How far the proven time may be from the one that a report names: it may have waited for others."""
_ALL: Final = {
    Verdict.HOLDS: Words("成立：这就是所签发的报告，未被改动", "holds: this is the report that was issued, unaltered"),
    Verdict.FAILS: Words("不成立：下面写明何处不符", "does not hold: below it is told where"),
    Verdict.UNKNOWN: Words("无法判断：下面写明缺少什么", "cannot be said: below it is told what is missing"),
}
VERDICTS: Final = {
    Verdict.HOLDS: Words("成立", "holds"),
    Verdict.FAILS: Words("不成立", "does not hold"),
    Verdict.UNKNOWN: Words("无法判断", "cannot be said"),
}
_FAILURES: Final = {
    "NO_SIGNATURE": Words("没有本报告应有的签名", "there is no signature of the kind that a report has"),
    "SIGNATURE_FAILS": Words("签名与内容不符：被改动或是伪造的", "the signature is not over this: altered, or forged"),
    "SD_FORM": Words("不是完整的 SD-JWT", "this is no whole SD-JWT"),
    "SD_PAYLOAD": Words("签名内容不是选择性披露的报告", "what was signed is no selective report"),
    "SD_DISCLOSURE": Words("有披露项被改动或格式不符", "a disclosure was altered, or is malformed"),
    "SD_UNREFERENCED": Words("有披露项不属于本报告", "a disclosure does not belong to this report"),
    "SD_TWICE": Words("有披露项重复出现", "a disclosure stands more than once"),
    "PDF_FAILS": Words("签名与文件不符：被改动或添加了内容", "the signature is not over this: altered, or added to"),
    "PDF_NO_SIGNATURE": Words("文件没有恰好一个签名", "the file does not have exactly one signature"),
    "PDF_NO_JSON": Words("文件没有附带机读报告", "the file does not carry the report for machines"),
    "PDF_UNREADABLE": Words("文件不是可读的 PDF", "the file is no PDF that can be read"),
    "STAMP_MISSING": Words(
        "报告写明附有第三方时间戳，文件里却没有", "the report says that it has a time stamp, and the file has none"
    ),
    "STAMP_FOREIGN": Words("文件里有报告未写明的时间戳", "the file has a time stamp of which the report says nothing"),
    "STAMP_TIME": Words(
        "第三方时间戳的时间与报告的生成时间不符", "the time stamp is of another time than the report was made at"
    ),
    "OTHER_FORM": Words("签名内容不是本版式的信用报告", "what was signed is no credit report of this form"),
}  # fmt: skip
logging.getLogger("pyhanko").addHandler(logging.NullHandler())
logging.getLogger("pyhanko").propagate = False
logging.getLogger("pyhanko_certvalidator").propagate = False


class NotRead(Exception):
    """The file is none of the three forms; ``words`` say why."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


@dataclass(frozen=True, slots=True)
class Finding:
    """One check; without what is not ``needed`` the report holds all the same."""

    code: str
    verdict: Verdict
    words: Words
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found of a report; ``report`` is what it says where its signature holds, for a selective one in part."""

    findings: tuple[Finding, ...]
    report: Mapping[str, Any] | None = None

    @property
    def verdict(self) -> Verdict:
        """HOLDS only if every needed check was made and holds."""
        if any(each.verdict is Verdict.FAILS for each in self.findings):
            return Verdict.FAILS
        if any(each.verdict is Verdict.UNKNOWN and each.needed for each in self.findings):
            return Verdict.UNKNOWN
        return Verdict.HOLDS

    @property
    def words(self) -> Words:
        """What all comes to."""
        return _ALL[self.verdict]


def check_report(
    content: bytes, trusted: Sequence[x509.Certificate], authorities: Sequence[x509.Certificate] = ()
) -> Checked:
    """Return what is found of the report in ``content``; raises `NotRead`.

    ``trusted`` are the certificates by which an issuer is believed, ``authorities`` those for time stamps.
    """
    if len(content) > MAXIMUM_BYTES:
        raise NotRead(Words("文件过大", "the file is too large"))
    try:
        if content.startswith(PDF_START):
            return _of_pdf(content, trusted, authorities)
        text = content.decode()
        if text.lstrip().startswith("{"):
            return _of_json(text, trusted)
        if "~" in text:
            return _of_selective(text, trusted)
    except UnicodeDecodeError:
        pass
    except (NotSigned, NotSelective, PdfRefused) as error:
        return Checked((_failed(error.reason),))
    except JsonError as error:
        raise NotRead(Words(f"不是合格的 JSON：{error}", f"no well-formed JSON: {error}")) from None
    raise NotRead(Words("不是 JSON、SD-JWT 或 PDF 形式的报告", "no report as JSON, SD-JWT or PDF"))


def _of_json(text: str, trusted: Sequence[x509.Certificate]) -> Checked:
    report, chain = read_signed_json(text)
    return Checked((_signed(chain[0]), *_about(report, chain, trusted)), report)


def _of_selective(text: str, trusted: Sequence[x509.Certificate]) -> Checked:
    shown = read_selective(text)
    findings = (_signed(shown.certificates[0]), *_about(shown.claims, shown.certificates, trusted))
    return Checked((*findings, *_withheld(shown)), shown.claims)


def _of_pdf(content: bytes, trusted: Sequence[x509.Certificate], authorities: Sequence[x509.Certificate]) -> Checked:
    found = check_pdf(content, trusted)
    report, chain = read_signed_json(found.attached)
    if chain[0] != found.certificate or not is_bare(found.signature, chain):
        raise PdfRefused("PDF_FAILS")
    about = _about(report, chain, trusted)
    if trusted and not found.believed:
        about = (about[0], _not_believed(found.certificate))
    return Checked((_signed(found.certificate), *about, *_stamped(found, report, authorities)), report)


def _stamped(
    found: SignedPdf, report: Mapping[str, Any], authorities: Sequence[x509.Certificate]
) -> tuple[Finding, ...]:
    """Return what is found of the time stamp, which the report, being signed, says that it has or has not."""
    signed, at = report.get("signed"), _moment(report)
    promised = isinstance(signed, Mapping) and signed.get("level") == STAMPED
    if promised != (found.token is not None):
        return (_failed("STAMP_MISSING" if promised else "STAMP_FOREIGN"),)
    if found.token is None or at is None:
        return ()
    if not authorities:
        words = Words(
            "附有第三方时间戳，没有给出其 CA 证书，未核验", "there is a time stamp; without its CA it is not checked"
        )
        return (Finding("STAMP_UNPROVEN", Verdict.UNKNOWN, words, needed=False),)
    try:
        proven = check_token(found.token, found.stamped, list(authorities))
    except TimestampError as error:
        words = Words(f"第三方时间戳不成立（{error}）", f"the time stamp does not hold: {error}")
        return (Finding("STAMP_FAILS", Verdict.FAILS, words),)
    if abs(proven - at) > MAXIMUM_LATER:
        return (_failed("STAMP_TIME"),)
    told = city_time(proven.isoformat())
    words = Words(
        f"第三方时间戳证明：{told}（北京时间）时文件已签名", f"a time stamp proves that it was signed at {told} (UTC+8)"
    )
    return (Finding("STAMPED", Verdict.HOLDS, words),)


def _failed(code: str) -> Finding:
    return Finding(code, Verdict.FAILS, _FAILURES[code])


def _about(
    report: Mapping[str, Any], chain: Sequence[x509.Certificate], trusted: Sequence[x509.Certificate]
) -> tuple[Finding, ...]:
    """Return what is told of the report itself, and whether its signer is believed."""
    at = _moment(report)
    if at is None or (report.get("form"), report.get("version")) != ("credit-report", FORM_VERSION):
        return (_failed("OTHER_FORM"),)
    number, told = str(report.get("reportNo")), city_time(str(report["generatedAt"]))
    words = Words(f"报告编号 {number}，生成于 {told}（北京时间）", f"report {number}, made at {told} (UTC+8)")
    about = Finding("REPORT", Verdict.HOLDS, words)
    if not trusted:
        words = Words("没有给出证书，无法判断是谁签发的", "no certificate was given, so nobody can say who issued it")
        return about, Finding("NO_CERTIFICATE", Verdict.UNKNOWN, words)
    if not believed(chain, trusted, at):
        return about, _not_believed(chain[0])
    words = Words(
        "签发者的证书由所给证书证明，且在签发时有效",
        "the issuer's certificate is proven by one given, and was valid then",
    )
    return about, Finding("BELIEVED", Verdict.HOLDS, words)


def _moment(report: Mapping[str, Any]) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(report.get("generatedAt")))
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _name(certificate: x509.Certificate) -> str:
    """Return the common name of the certificate's holder, else all that it says of it."""
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else certificate.subject.rfc4514_string()


def _signed(certificate: x509.Certificate) -> Finding:
    name = _name(certificate)
    return Finding(
        "SIGNED", Verdict.HOLDS, Words(f"签名与内容相符，署名 {name}", f"the signature is over this, by {name}")
    )


def _not_believed(certificate: x509.Certificate) -> Finding:
    name = _name(certificate)
    words = Words(
        f"所给证书不能证明签发者 {name}，或其证书在签发时无效",
        f"no certificate given proves the issuer {name}, or its own was not valid then",
    )
    return Finding("NOT_BELIEVED", Verdict.FAILS, words)


def _withheld(shown: Shown) -> list[Finding]:
    titles = {name: part.title for name, part in zip(PART_CLAIMS, PARTS, strict=True)}
    titles |= {"labels": Words("信用状况标签", "labels"), "hints": Words("提示", "hints")}
    told = [
        Words(
            f"持有人未出示“{titles[name].zh}”，不表示没有记录", f'the holder withheld "{titles[name].en}": not "none"'
        )
        for name in shown.withheld
    ]
    told += [
        Words(
            f"持有人在“{titles[name].zh}”中未出示 {count} 条记录",
            f'the holder withheld {count} records of "{titles[name].en}"',
        )
        for name, count in shown.withheld_records.items()
    ]
    return [Finding("WITHHELD", Verdict.UNKNOWN, each, needed=False) for each in told]
