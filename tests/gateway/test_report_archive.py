"""A signed print is a PDF/A-3a, and what would make it none is found (`tests.gateway.archival`)."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from gateway.reports.keys import ReportKey
from gateway.reports.model import plain
from gateway.reports.pades import ArchiveWriter, sign_pdf
from gateway.reports.printed import glyphs, printed
from gateway.reports.signed import signed_json
from gateway.reports.view import view_of
from tests.gateway.archival import faults
from tests.gateway.report_answers import item, report, section
from tests.gateway.test_report_forms import own_key

objects: Any = generic
"""Their constructors have no types."""
REPORT = report({"penalties": section([item("penalties", 1, facts="未经检查擅自营业")])})


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> ReportKey:
    return own_key(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def unsigned(key: ReportKey) -> bytes:
    text = signed_json(plain(REPORT), key).decode()
    return printed(view_of(REPORT, "zh", glyphs()), text, REPORT.generated_at)


def test_a_signed_print_is_fit_for_an_archive(unsigned: bytes, key: ReportKey) -> None:
    assert faults(unsigned) == []
    assert faults(sign_pdf(unsigned, key)) == []


def test_the_signer_of_the_library_alone_would_make_a_later_pdf_of_it(
    unsigned: bytes, key: ReportKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.reports.pades.ArchiveWriter", IncrementalPdfFileWriter)
    found = faults(sign_pdf(unsigned, key))
    assert [each.split(":")[0] for each in found] == ["6.1.2", "6.1.2"]


def test_a_print_that_is_not_made_as_one_is_found(key: ReportKey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.reports.printed.STANDARD", "1.7")
    monkeypatch.setattr("gateway.reports.printed._ATTACH", b"")
    found = faults(printed(view_of(REPORT, "zh", glyphs()), "{}", REPORT.generated_at))
    assert {"6.2.3", "6.6.4"} <= {each.split(":")[0] for each in found}


def test_the_time_in_it_is_that_of_the_report(unsigned: bytes) -> None:
    info = ArchiveWriter(BytesIO(unsigned)).trailer["/Info"]
    assert str(info["/CreationDate"]).startswith("D:20261126030938")


def _script(root: generic.DictionaryObject) -> None:
    action = {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("app.alert(1)")}
    root["/OpenAction"] = objects.DictionaryObject(action)


def _drop(*way: str) -> Callable[[generic.DictionaryObject], None]:
    def drop(root: generic.DictionaryObject) -> None:
        *before, last = way
        found = root
        for name in before:
            found = found[name]
        del found[last]

    return drop


def _unrelated(root: generic.DictionaryObject) -> None:
    file = root["/Names"]["/EmbeddedFiles"]["/Names"][1].get_object()
    del file["/AFRelationship"]
    root["/Names"] = objects.DictionaryObject({pdf_name("/EmbeddedFiles"): root["/Names"]["/EmbeddedFiles"]})
    names = objects.ArrayObject([pdf_string("report.json"), file])
    root["/Names"]["/EmbeddedFiles"] = objects.DictionaryObject({pdf_name("/Names"): names})


def _hidden(root: generic.DictionaryObject) -> None:
    rect = objects.ArrayObject([objects.FloatObject(each) for each in (0, 0, 10, 10)])
    widget = {"/Subtype": pdf_name("/Widget"), "/Rect": rect, "/F": objects.NumberObject(2)}
    field = objects.DictionaryObject({pdf_name(name): value for name, value in widget.items()})
    root["/AcroForm"] = objects.DictionaryObject({pdf_name("/Fields"): objects.ArrayObject([field])})


def _form(root: generic.DictionaryObject) -> None:
    root["/AcroForm"] = objects.DictionaryObject({pdf_name("/NeedAppearances"): objects.BooleanObject(True)})


def _later(root: generic.DictionaryObject) -> None:
    root["/Version"] = pdf_name("/2.0")


CHANGES: dict[str, tuple[Callable[[generic.DictionaryObject], None], str]] = {
    "script": (_script, "6.5.1"),
    "language": (_drop("/Lang"), "6.7.4"),
    "structure": (_drop("/StructTreeRoot"), "6.7"),
    "colors": (_drop("/OutputIntents"), "6.2.3"),
    "metadata": (_drop("/Metadata"), "6.6.2"),
    "unassociated": (_drop("/AF"), "6.8"),
    "unrelated": (_unrelated, "6.8"),
    "hidden": (_hidden, "6.3.2"),
    "form": (_form, "6.4"),
    "later": (_later, "6.1.2"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_would_make_it_unfit_is_found(name: str, unsigned: bytes) -> None:
    change, clause = CHANGES[name]
    writer: Any = ArchiveWriter(BytesIO(unsigned))
    change(writer.root)
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    assert clause in {each.split(":")[0] for each in faults(out.getvalue())}


def test_information_that_contradicts_the_metadata_is_found(unsigned: bytes) -> None:
    writer: Any = ArchiveWriter(BytesIO(unsigned))
    info = writer.trailer["/Info"]
    info["/Title"] = pdf_string("another title")
    writer.update_container(info)
    out = BytesIO()
    writer.write(out)
    assert [each.split(":")[0] for each in faults(out.getvalue())] == ["6.6.3"]


def test_a_signature_that_leaves_something_out_is_found(unsigned: bytes, key: ReportKey) -> None:
    assert [each.split(":")[0] for each in faults(sign_pdf(unsigned, key) + b"\n%more")] == ["6.4.3"]
