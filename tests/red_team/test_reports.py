"""Attacks on reports: by the text of a record, on what is signed, and on the desk that hands them out."""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from gateway.proof.finding import Verdict
from gateway.reports.check import NotRead, check_report
from gateway.reports.clean import Everything
from gateway.reports.keys import ReportKey, load_report_key
from gateway.reports.model import Report, plain
from gateway.reports.pades import is_bare, sign_pdf
from gateway.reports.page import page
from gateway.reports.printed import glyphs, printed
from gateway.reports.selective import NotSelective, issue, read_selective
from gateway.reports.signed import NotSigned, signed_json
from gateway.reports.view import view_of
from tests.gateway.report_answers import item, report, section

TEXTS = {
    "typst_code": '#panic("taken over") #{ sys.inputs } #import "@preview/x:1.0.0"',
    "typst_file": '#image("/etc/passwd") #read("../../gateway/app.py")',
    "typst_markup": "= Heading\n- list *bold* _it_ `raw` $x^2$ <label> @ref \\ // comment /* */ ]}",
    "typst_string": '" + read("/etc/passwd") + "',
    "script": "<script>alert(1)</script>",
    "attribute": "\" onmouseover=alert(1) x='",
    "end_of_style": "</style></body><img src=x onerror=alert(1)>",
    "entity": "&lt;script&gt;&#x3c;b&#x3e;",
    "controls": "a\x00b\x07c\x1b[31md\x7fe\x9bf\r\ng",
    "right_to_left": "甲\u202e乙\u2067丙\u200f丁\u061c",
    "invisible": "零\u200b宽\u200d度\ufeff\u00ad\u2060",
    "private_use": "\ue000\uf8ff\U000f0000",
    "beyond_the_font": "𠮷野家 𪚥 🎉 ئۇيغۇر བོད་",
    "combining": "é" + "\u0301" * 500,
    "one_long_word": "a" * 20_000,
    "long_text": "违法事实" * 20_000,
    "json": '{"$": [1], "...": "x", "_sd": ["y"]}',
    "bidi_number": "罚款\u202e0001\u202c元",
}


class _Seen(HTMLParser):
    """The tags of a page and the names of their attributes, as a browser would read them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> ReportKey:
    return own_key(tmp_path_factory.mktemp("report"))


def own_key(folder: Path) -> ReportKey:
    found = load_report_key(None, {}, folder, folder, production=False)
    assert found is not None
    return found


def with_text(text: str) -> Report:
    facts = item("penalties", decisionNo=text, facts=text, department={"name": text}, departmentAsWritten=text)
    entry = item("changes", item=text, before=text, after=text)
    return report({"penalties": section([facts]), "changes": section([entry])})


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_no_text_of_a_record_gets_out_of_its_cell(text: str) -> None:
    made = with_text(text)
    html = page(view_of(made, "zh", Everything()))
    seen = _Seen(html)
    harmless = _Seen(page(view_of(with_text("安"), "zh", Everything())))
    assert seen.tags <= harmless.tags
    assert seen.attributes <= harmless.attributes
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u061c]", html)
    assert printed(view_of(made, "zh", glyphs()), "{}", made.generated_at).startswith(b"%PDF-")


def test_what_the_font_lacks_is_named_and_not_left_out() -> None:
    view = view_of(with_text("𠮷"), "zh", glyphs())
    (card,) = view.parts[1].sections[1].cards
    assert card.cells[0].text == "〔U+20BB7〕"


def test_a_source_cannot_pass_for_a_section_or_a_signature_of_the_page() -> None:
    made = with_text("</td></tr></table><h2>十、补充</h2>")
    assert page(view_of(made, "zh", Everything())).count("<h2>") == 14


# ---- what is signed


@pytest.fixture(scope="module")
def content(key: ReportKey) -> bytes:
    return signed_json(plain(with_text("甲")), key)


def verdict(content: bytes, key: ReportKey) -> str:
    try:
        return check_report(content, key.certificates).verdict
    except NotRead:
        return "NOT_READ"


def altered(content: bytes, change: Any) -> bytes:
    told = orjson.loads(content)
    change(told)
    return orjson.dumps(told)


JSON_FORGERIES = {
    "value": lambda told: told["report"]["labels"][1].update(answer="YES"),
    "member_added": lambda told: told["report"].update(more=1),
    "member_removed": lambda told: told["report"].pop("hints"),
    "section_emptied": lambda told: told["report"]["parts"][1]["sections"][1].update(records=[]),
    "no_signature": lambda told: told.pop("signature"),
    "member_beside": lambda told: told.update(note="x"),
    "signature_empty": lambda told: told.update(signature=""),
    "signature_cut": lambda told: told.update(signature=told["signature"][:-4]),
}


@pytest.mark.parametrize("name", JSON_FORGERIES)
def test_altered_json_does_not_hold(name: str, content: bytes, key: ReportKey) -> None:
    assert verdict(content, key) == "HOLDS"
    assert verdict(altered(content, JSON_FORGERIES[name]), key) == "FAILS"


def test_a_member_told_twice_is_not_read(content: bytes, key: ReportKey) -> None:
    assert verdict(b'{"report": {},' + content[1:], key) == "NOT_READ"


def header_of(text: str) -> dict[str, Any]:
    told: dict[str, Any] = orjson.loads(urlsafe_b64decode(text.split(".")[0] + "=="))
    return told


def encoded(value: Any) -> str:
    return urlsafe_b64encode(value if isinstance(value, bytes) else orjson.dumps(value)).rstrip(b"=").decode()


@pytest.mark.parametrize("change", [{"alg": "none"}, {"alg": "HS256"}, {"typ": "JWT"}, {"x5c": []}, {"crit": ["b64"]}])
def test_a_signature_of_another_kind_is_none(change: dict[str, Any], content: bytes, key: ReportKey) -> None:
    told = orjson.loads(content)
    header = header_of(told["signature"]) | change
    body = orjson.dumps(told["report"], option=orjson.OPT_SORT_KEYS)
    end = told["signature"].split(".")[2]
    if header["alg"] == "HS256":
        public = key.certificates[0].public_bytes(Encoding.DER)
        end = encoded(hmac.digest(public, f"{encoded(header)}.{encoded(body)}".encode(), "sha256"))
    forged = f"{encoded(header)}..{end}"
    assert verdict(orjson.dumps({**told, "signature": forged}), key) == "FAILS"


def test_the_signature_of_one_form_is_not_taken_for_another(key: ReportKey) -> None:
    told = plain(with_text("甲"))
    token = issue(told, key).split("~")[0]
    header, payload, end = token.split(".")
    claims = orjson.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert verdict(orjson.dumps({"report": claims, "signature": f"{header}..{end}"}), key) == "FAILS"


# ---- selective disclosure


@pytest.fixture(scope="module")
def selective(key: ReportKey) -> str:
    return issue(plain(with_text("甲")), key)


def opened(disclosure: str) -> Any:
    return orjson.loads(urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4)))


def swapped(text: str, change: Any) -> str:
    token, *disclosures, _ = text.split("~")
    return "~".join([token, *change(disclosures), ""])


SD_FORGERIES = {
    "value_changed": lambda all_: [encoded([opened(all_[0])[0], {"recordId": "x"}]), *all_[1:]],
    "told_twice": lambda all_: [*all_, all_[0]],
    "belongs_to_none": lambda all_: [*all_, encoded(["salt", "part10", {}])],
    "reserved_name": lambda all_: [*all_, encoded(["salt", "_sd", []])],
    "no_list": lambda all_: [*all_, encoded({"a": 1})],
    "no_base64": lambda all_: [*all_, "!!!"],
    "duplicate_members": lambda all_: [*all_, encoded(b'["s", "n", {"a": 1, "a": 2}]')],
}


@pytest.mark.parametrize("name", SD_FORGERIES)
def test_a_forged_disclosure_is_refused(name: str, selective: str, key: ReportKey) -> None:
    assert verdict(selective.encode(), key) == "HOLDS"
    assert verdict(swapped(selective, SD_FORGERIES[name]).encode(), key) == "FAILS"


def test_disclosures_of_another_report_are_refused(selective: str, key: ReportKey) -> None:
    other = issue(plain(with_text("乙")), key)
    mixed = "~".join([selective.split("~")[0], *other.split("~")[1:]])
    with pytest.raises(NotSelective):
        read_selective(mixed)


@pytest.mark.parametrize("cut", ["", "~x.y.z"], ids=["no_end", "key_binding"])
def test_an_sd_jwt_of_another_shape_is_refused(cut: str, selective: str) -> None:
    with pytest.raises(NotSelective):
        read_selective(selective.rstrip("~") + cut)


def test_an_unsigned_payload_is_refused(selective: str) -> None:
    token, *rest = selective.split("~")
    header, payload, _ = token.split(".")
    with pytest.raises(NotSigned):
        read_selective("~".join([f"{header}.{payload}.", *rest]))


def test_withheld_records_are_counted_so_that_none_is_never_faked(selective: str, key: ReportKey) -> None:
    kept = swapped(selective, lambda all_: [each for each in all_ if len(opened(each)) == 3])
    shown = read_selective(kept)
    assert shown.claims["part2"]["sections"][1]["records"] == []
    assert dict(shown.withheld_records) == {"part1": 2, "part2": 1}
    told = [each.words.zh for each in check_report(kept.encode(), key.certificates).findings]
    assert "持有人在“行政管理”中未出示 1 条记录" in told


# ---- the print


@pytest.fixture(scope="module")
def pdf(key: ReportKey, content: bytes) -> bytes:
    made = with_text("甲")
    return sign_pdf(printed(view_of(made, "zh", glyphs()), content.decode(), made.generated_at), key)


@pytest.mark.parametrize("place", [0.02, 0.3, 0.6, 0.9, 0.9999])
def test_one_changed_byte_of_the_print_is_found(place: float, pdf: bytes, key: ReportKey) -> None:
    assert verdict(pdf, key) == "HOLDS"
    changed = bytearray(pdf)
    changed[int(len(pdf) * place)] ^= 1
    assert verdict(bytes(changed), key) == "FAILS"


def test_what_is_added_behind_the_signature_is_found(pdf: bytes, key: ReportKey) -> None:
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    writer.root["/Lang"] = writer.root["/Lang"]
    writer.update_root()  # type: ignore[no-untyped-call]
    out = BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    assert verdict(out.getvalue(), key) == "FAILS"
    assert verdict(pdf + b"\n% more", key) == "FAILS"


def test_the_place_of_the_signature_hides_nothing(pdf: bytes, key: ReportKey) -> None:
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures
    held: bytes = signature.pkcs7_content
    length = 4 + int.from_bytes(held[2:4])
    assert is_bare(held, key.certificates)
    for at in (30, length // 3, length, len(held) - 1):
        changed = bytearray(held)
        changed[at] ^= 1
        assert not _bare(bytes(changed), key), at


def _bare(content: bytes, key: ReportKey) -> bool:
    try:
        return is_bare(content, key.certificates)
    except (ValueError, TypeError, KeyError):
        return False


def test_a_print_without_its_signature_or_with_another_s_is_refused(
    pdf: bytes, content: bytes, key: ReportKey, tmp_path: Path
) -> None:
    made = with_text("甲")
    unsigned = printed(view_of(made, "zh", glyphs()), content.decode(), made.generated_at)
    assert verdict(unsigned, key) == "FAILS"
    other = own_key(tmp_path)
    assert verdict(sign_pdf(unsigned, other), key) == "FAILS"
    assert check_report(sign_pdf(unsigned, other), other.certificates).verdict is Verdict.FAILS


def test_what_only_begins_as_a_pdf_is_refused(key: ReportKey) -> None:
    assert verdict(b"%PDF-1.7\n" + b"1 0 obj\n" * 1000, key) == "FAILS"
