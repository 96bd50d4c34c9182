"""The forms of a report: signed JSON, SD-JWT, page and print; each verifies offline, and no altered one does."""

import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID
from jwcrypto.jwk import JWK
from pyhanko.pdf_utils.reader import PdfFileReader
from sd_jwt.verifier import SDJWTVerifier

from connectors.errors import ConfigError
from gateway.proof.finding import Verdict
from gateway.reports.check import NotRead, check_report
from gateway.reports.clean import Everything
from gateway.reports.keys import KEY_ENV, ReportKey, load_report_key, read_certificates
from gateway.reports.levels import LEVELS
from gateway.reports.model import plain
from gateway.reports.pades import sign_pdf
from gateway.reports.page import POLICY, page
from gateway.reports.printed import glyphs, printed
from gateway.reports.scan import code_svg
from gateway.reports.selective import issue, read_selective, withhold
from gateway.reports.signed import signed_json
from gateway.reports.view import view_of
from tests.gateway.report_answers import item, report, section

PENALTY = item("penalties", 1, decisionNo="同消行罚〔2026〕28号", facts="未经检查擅自营业")
REPORT = report(
    {
        "penalties": section([PENALTY, item("penalties", 2, decisionNo="二号")]),
        "judgments": section(state="UNKNOWN"),
        "changes": section([item("changes", each, item="住所变更", before="甲", after="乙") for each in range(40)]),
    }
)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> ReportKey:
    return own_key(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def pdf(key: ReportKey) -> bytes:
    text = signed_json(plain(REPORT), key).decode()
    return sign_pdf(printed(view_of(REPORT, "zh", glyphs()), text, REPORT.generated_at), key)


def own_key(folder: Path) -> ReportKey:
    found = load_report_key(None, {}, folder, folder, production=False)
    assert found is not None
    return found


def codes(content: bytes, trusted: tuple[x509.Certificate, ...]) -> list[str]:
    return [each.code for each in check_report(content, trusted).findings]


def test_the_first_page_leads_to_the_receipt_of_the_document_and_says_how_it_is_signed() -> None:
    html = page(view_of(REPORT, "zh", Everything()))
    assert code_svg(REPORT.issue.link) in html
    assert html.index(REPORT.issue.id) < html.index(REPORT.receipts[0].id)
    assert LEVELS[REPORT.signed.level].zh in html


def test_dates_and_short_numbers_of_the_page_are_not_broken() -> None:
    entry = item("changes", 1, item="住所变更", before="甲", changedOn="2026-04-14")
    html = page(view_of(report({"changes": section([entry])}), "zh", Everything()))
    assert '<td class="short">2026-04-14</td>' in html
    assert "<td>住所变更</td>" in html


def test_the_development_key_stays_and_production_has_none(tmp_path: Path) -> None:
    first = own_key(tmp_path)
    assert own_key(tmp_path).certificates == first.certificates
    assert (tmp_path / "report.key").stat().st_mode & 0o777 == 0o600
    assert load_report_key(None, {}, tmp_path, tmp_path, production=True) is None
    assert first.holds_at(datetime.now(UTC))
    assert not first.holds_at(datetime.now(UTC) + timedelta(days=4000))


def test_json_holds_as_it_was_and_laid_out_anew(key: ReportKey) -> None:
    content = signed_json(plain(REPORT), key)
    assert check_report(content, key.certificates).verdict is Verdict.HOLDS
    pretty = orjson.dumps(orjson.loads(content), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    checked = check_report(pretty, key.certificates)
    assert checked.verdict is Verdict.HOLDS
    assert checked.report == plain(REPORT)


@pytest.mark.parametrize("form", ["json", "sd-jwt", "pdf"])
def test_without_a_certificate_nobody_can_say_and_another_s_does_not_do(
    form: str, key: ReportKey, pdf: bytes, tmp_path: Path
) -> None:
    told = plain(REPORT)
    content = {"json": signed_json(told, key), "sd-jwt": issue(told, key).encode(), "pdf": pdf}[form]
    assert check_report(content, key.certificates).verdict is Verdict.HOLDS
    assert check_report(content, ()).verdict is Verdict.UNKNOWN
    assert codes(content, ()) == ["SIGNED", "REPORT", "NO_CERTIFICATE"]
    assert codes(content, own_key(tmp_path).certificates) == ["SIGNED", "REPORT", "NOT_BELIEVED"]


def test_a_selective_report_shows_all_until_something_is_withheld(key: ReportKey) -> None:
    told = plain(REPORT)
    shown = read_selective(issue(told, key))
    assert [shown.claims[f"part{number}"] for number in range(1, 10)] == told["parts"]
    assert (shown.withheld, dict(shown.withheld_records)) == ((), {})


def test_the_rest_verifies_when_sections_and_records_are_withheld(key: ReportKey) -> None:
    text = withhold(issue(plain(REPORT), key), ["part4", "labels"], ["penalties:1"])
    shown = read_selective(text)
    assert shown.withheld == ("labels", "part4")
    assert dict(shown.withheld_records) == {"part2": 1}
    (record,) = shown.claims["part2"]["sections"][1]["records"]
    assert record["recordId"] == "penalties:2"
    assert "同消行罚" not in str(shown.claims)
    checked = check_report(text.encode(), key.certificates)
    assert checked.verdict is Verdict.HOLDS
    told = [each.words.zh for each in checked.findings if each.code == "WITHHELD"]
    assert told == [
        "持有人未出示“信用状况标签”，不表示没有记录",
        "持有人未出示“严重失信”，不表示没有记录",
        "持有人在“行政管理”中未出示 1 条记录",
    ]


def test_records_of_a_section_that_is_withheld_go_with_it(key: ReportKey) -> None:
    whole = issue(plain(REPORT), key)
    without = withhold(whole, ["part2"], [])
    assert whole.count("~") - without.count("~") == 3
    with pytest.raises(KeyError):
        withhold(without, [], ["penalties:1"])


def test_another_implementation_reads_the_same(key: ReportKey) -> None:
    text = withhold(issue(plain(REPORT), key), ["part1"], ["penalties:2"])
    pem = key.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    found = SDJWTVerifier(text, lambda issuer, header: JWK.from_pem(pem)).get_verified_payload()
    assert found == read_selective(text).claims


def test_the_page_is_whole_by_itself() -> None:
    text = page(view_of(REPORT, "zh", Everything()))
    assert not re.search(r"<script|<link|<img|<iframe|\ssrc=|\shref=", text)
    assert POLICY.replace("'", "&#x27;") in text
    assert text.count("<h2>") == 9 + 5
    assert "情况不明，不能视为无记录：示例法院（无法连接或系统故障）" in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_is_in_one_language(language: Any) -> None:
    text = page(view_of(REPORT, language, Everything()))
    assert ("行政管理" in text) is (language == "zh")
    assert ("Administration" in text) is (language == "en")


def test_the_print_says_that_it_is_a_pdf_a_and_brings_what_that_needs(pdf: bytes) -> None:
    reader = PdfFileReader(BytesIO(pdf))
    metadata = reader.root["/Metadata"].data.decode()
    assert re.search(r"pdfaid:part[^0-9]{1,3}3\b", metadata)
    assert re.search(r"pdfaid:conformance[^A-Z]{1,3}A\b", metadata)
    intent = reader.root["/OutputIntents"][0]
    assert (intent["/S"], "/DestOutputProfile" in intent) == ("/GTS_PDFA1", True)
    assert reader.root["/MarkInfo"]["/Marked"]
    assert str(reader.root["/Lang"]).lower().startswith("zh")
    assert reader.root["/AF"]
    assert not reader.encrypted


def test_every_font_of_the_print_is_embedded(pdf: bytes) -> None:
    reader = PdfFileReader(BytesIO(pdf))
    found = [page_["/Resources"]["/Font"] for page_ in pages_of(reader.root["/Pages"])]
    fonts = {str(font["/BaseFont"]): font for each in found for font in map(each.__getitem__, each)}
    assert {name.split("+")[1].split("-")[0] for name in fonts} == {"NotoSansSC", "NotoSerifSC"}
    for font in fonts.values():
        descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
        assert any(each in descriptor for each in ("/FontFile2", "/FontFile3"))
        assert "/ToUnicode" in font


def pages_of(node: Any) -> list[Any]:
    """Return the pages below ``node``; only a member asked for by its name or place is followed to its object."""
    if node["/Type"] == "/Page":
        return [node]
    return [leaf for at in range(len(node["/Kids"])) for leaf in pages_of(node["/Kids"][at])]


def test_the_print_is_certified_and_carries_the_report(key: ReportKey, pdf: bytes) -> None:
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.docmdp_level is not None
    assert signature.docmdp_level.name == "NO_CHANGES"
    assert check_report(pdf, key.certificates).report == plain(REPORT)


def test_the_same_view_is_set_in_the_same_pages(pdf: bytes) -> None:
    view = view_of(REPORT, "zh", glyphs())
    assert printed(view, "{}", REPORT.generated_at) == printed(view, "{}", REPORT.generated_at)
    assert len(pages_of(PdfFileReader(BytesIO(pdf)).root["/Pages"])) > 3


@pytest.mark.parametrize("content", [b"", b"plain", b"\xff\xfe", b"{", b'{"a": 1, "a": 2}', b"PK\x03\x04"])
def test_what_is_no_report_cannot_be_read(content: bytes) -> None:
    with pytest.raises(NotRead):
        check_report(content, ())


# ---- keys of production


def made_key(kind: str) -> Any:
    return {
        "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
        "P-521": lambda: ec.generate_private_key(ec.SECP521R1()),
        "RSA": lambda: rsa.generate_private_key(65537, 2048),
        "Ed25519": ed25519.Ed25519PrivateKey.generate,
    }[kind]()


def secret(key: Any) -> str:
    return b64encode(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).decode()


def certified(key: Any, issuer: tuple[x509.Certificate, Any] | None, name: str) -> x509.Certificate:
    """Return a certificate of ``key``, issued by ``issuer`` (its certificate and key) or as an authority by itself."""
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(issuer[0].subject if issuer else own)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3650))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    usage = [issuer is not None, issuer is not None, False, False, False, issuer is None, False, False, False]
    made = made.add_extension(x509.KeyUsage(*usage), critical=True)
    if issuer:
        above = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer[1].public_key())
        made = made.add_extension(above, critical=False)
    return made.sign(issuer[1] if issuer else key, hashes.SHA256())


def production(folder: Path, signer: Any, certificates: list[x509.Certificate]) -> ReportKey | None:
    (folder / "chain.pem").write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in certificates))
    return load_report_key("chain.pem", {KEY_ENV: secret(signer)}, folder, folder / "data", production=True)


@pytest.mark.parametrize("kind", ["P-256", "P-384", "RSA"])
def test_a_report_is_proven_by_the_authority_above_its_signer(kind: str, tmp_path: Path) -> None:
    root_key, signer = ec.generate_private_key(ec.SECP256R1()), made_key(kind)
    root = certified(root_key, None, "authority")
    key = production(tmp_path, signer, [certified(signer, (root, root_key), "signer"), root])
    assert key is not None
    content = signed_json(plain(REPORT), key)
    assert check_report(content, [root]).verdict is Verdict.HOLDS
    assert check_report(issue(plain(REPORT), key).encode(), [root]).verdict is Verdict.HOLDS
    signed = sign_pdf(printed(view_of(report(), "en", glyphs()), content.decode(), REPORT.generated_at), key)
    assert check_report(signed, [root]).verdict is Verdict.HOLDS
    assert check_report(signed, read_certificates(tmp_path / "chain.pem")[:1]).verdict is Verdict.HOLDS


@pytest.mark.parametrize("kind", ["P-521", "Ed25519"])
def test_a_key_that_readers_do_not_take_is_refused(kind: str, tmp_path: Path) -> None:
    signer = made_key(kind)
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = certified(root_key, None, "authority")
    with pytest.raises(ConfigError) as refused:
        production(tmp_path, signer, [certified(signer, (root, root_key), "signer")])
    assert KEY_ENV in str(refused.value)
    assert secret(signer)[40:80] not in str(refused.value)


def test_a_certificate_that_binds_nobody_is_refused(tmp_path: Path) -> None:
    signer = made_key("P-256")
    with pytest.raises(ConfigError) as refused:
        production(tmp_path, signer, [certified(signer, None, "an authority, no signer")])
    (mistake,) = refused.value.mistakes
    assert "nonRepudiation" in str(mistake)


def test_all_that_is_wrong_with_the_key_is_told_at_once(tmp_path: Path) -> None:
    signer, other = made_key("P-256"), made_key("P-256")
    root = certified(other, None, "authority")
    with pytest.raises(ConfigError) as refused:
        production(tmp_path, signer, [root])
    assert "is not that of the key" in str(refused.value)
    with pytest.raises(ConfigError) as refused:
        load_report_key("none.pem", {KEY_ENV: "!"}, tmp_path, tmp_path, production=True)
    assert len(refused.value.mistakes) == 2
    with pytest.raises(ConfigError):
        load_report_key("chain.pem", {}, tmp_path, tmp_path, production=True)
    with pytest.raises(ConfigError):
        load_report_key(None, {KEY_ENV: secret(signer)}, tmp_path, tmp_path, production=False)
