"""Portfolios as files: what is read is what was written, what is written holds all of it, nothing goes missing."""

import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter import Workbook

from gateway.screening.files import FORMATS, FileRefused, format_of, open_reader, open_writer
from gateway.screening.files.texts import delimiter
from gateway.screening.keys import read_key
from gateway.screening.model import Fault
from gateway.screening.portfolio import Wish, open_portfolio
from tests.gateway.portfolios import HEADER, read, rows, write

LASTING: Final = {"num_format": "[h]:mm:ss"}


@pytest.mark.parametrize("format_", FORMATS)
def test_what_is_written_holds_all_that_was_read(tmp_path: Path, format_: Any) -> None:
    content = rows(2500)
    path = write(tmp_path / f"in.{format_}", content)
    reader, out = open_reader(path, format_), tmp_path / f"out.{format_}"
    blocks = list(reader.blocks([HEADER[0]], 1000))
    assert [len(block.records) for block in blocks] == [1000, 1000, 500]
    assert [record.number for block in blocks for record in block.records] == list(range(1, 2501))
    writer = open_writer(out, reader, HEADER[0], ["verdict", "until"])
    for block in blocks:
        masked = [record.number == 7 for record in block.records]
        writer.write(block, [(f"V{record.number}", "") for record in block.records], masked)
    writer.close()
    expected = [(*cells, f"V{number}", "") for number, cells in enumerate(content, 1)]
    expected[6] = ("***", *expected[6][1:])
    assert read(out, format_) == expected
    assert list(open_reader(out, format_).columns) == [*HEADER, "verdict", "until"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("parting", [",", "\t", ";", "|"], ids=["comma", "tab", "semicolon", "bar"])
def test_a_text_is_written_as_it_was_read(tmp_path: Path, encoding: str, newline: str, parting: str) -> None:
    lines = [parting.join(HEADER), parting.join(("91", f'"a{parting}b{newline}""c"""', "江")), parting.join("1x3")]
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_bytes((newline.join(lines) + newline).encode(encoding))
    reader = open_reader(path, "csv")
    writer = open_writer(out, reader, HEADER[0], ["verdict"])
    for block in reader.blocks([HEADER[0]], 10):
        writer.write(block, [("OK",)] * len(block.records), [False] * len(block.records))
    writer.close()
    lines[0] += parting + "verdict"
    assert out.read_bytes() == (newline.join([lines[0], *(f"{x}{parting}OK" for x in lines[1:])]) + newline).encode(
        encoding
    )


def test_rows_that_do_not_fit_are_told_and_stay(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("uscc,name\nonly\n1,2,3\n\n4,5\n" + "6," + "x" * 200_000 + "\n7,8\n", encoding="utf-8")
    (block,) = open_reader(path, "csv").blocks(["uscc"], 100)
    cells = Fault.CELLS
    assert [each.fault for each in block.records] == [cells, cells, cells, None, Fault.UNREADABLE, None]
    assert [each.key for each in block.records] == ["only", "1", "", "4", None, "7"]


def test_lines_that_are_no_objects_are_told_and_numbers_stay(tmp_path: Path) -> None:
    path, out = tmp_path / "in.ndjson", tmp_path / "out.ndjson"
    path.write_bytes(
        b'{"uscc": "1", "n": 1.10000000000000000000001}\n[1]\n\n{"uscc": "2"}\n' + b'"' * (2 << 20) + b"\n{}"
    )
    reader = open_reader(path, "ndjson")
    (block,) = reader.blocks(["uscc"], 100)
    unread = Fault.UNREADABLE
    assert [each.fault for each in block.records] == [None, unread, unread, None, unread, None]
    writer = open_writer(out, reader, "uscc", ["verdict"])
    writer.write(block, [("V",)] * 6, [False] * 6)
    writer.close()
    lines = out.read_bytes().splitlines()
    assert lines[0] == b'{"uscc":"1","n":1.10000000000000000000001,"verdict":"V"}'
    assert (len(lines), lines[1]) == (6, b'{"verdict":"V"}')


def rewritten(path: Path, change: Callable[[bytes], bytes]) -> Path:
    """Return a copy of the workbook at ``path`` whose first sheet is changed."""
    changed = path.with_name(f"changed {path.name}")
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(changed, "w") as copy:
        for name in book.namelist():
            text = book.read(name)
            copy.writestr(name, change(text) if name == "xl/worksheets/sheet1.xml" else text)
    return changed


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A workbook with cells of every kind, rows that are empty or longer than the header, and formats without cells."""
    path = tmp_path / "odd.xlsx"
    book = Workbook(str(path))
    sheet = book.add_worksheet()
    day, lasting, bold = (book.add_format(each) for each in ({"num_format": "yyyy-mm-dd"}, LASTING, {"bold": True}))
    sheet.write_row(0, 0, [" uscc ", "b", "c"])
    sheet.write_row(1, 0, ["x", True, 1.5])
    sheet.write_datetime(1, 3, date(2026, 1, 2), day)
    sheet.write_string(3, 0, "=1+1")
    sheet.write_number(3, 1, 7)
    sheet.write_number(3, 2, 0.5, lasting)
    sheet.write_formula(4, 0, "=1/0", None, "#DIV/0!")
    for line in range(5, 60):
        sheet.write_blank(line, 30, None, bold)
    book.close()
    return path


ODD: Final[list[list[Any]]] = [
    ["x", True, 1.5, date(2026, 1, 2)],
    ["", "", "", ""],
    ["=1+1", 7, timedelta(hours=12), ""],
    ["#DIV/0!", "", "", ""],
]


@pytest.mark.parametrize(
    "dimension",
    [None, b"", b'<dimension ref="A1:XFD1048576"/>', b'<dimension ref="A1"/>'],
    ids=["written", "none", "huge", "small"],
)
def test_a_workbook_is_read_by_its_cells_whatever_it_says_of_its_size(
    tmp_path: Path, odd: Path, dimension: bytes | None
) -> None:
    path = (
        odd if dimension is None else rewritten(odd, lambda text: re.sub(rb"<dimension[^>]*>", dimension or b"", text))
    )
    reader = open_reader(path, "xlsx")
    assert list(reader.columns) == ["uscc", "b", "c", ""]
    (block,) = reader.blocks(["uscc"], 100)
    assert [list(record.cells) for record in block.records] == ODD
    out = tmp_path / "out.xlsx"
    writer = open_writer(out, reader, "uscc", ["verdict"])
    writer.write(block, [("V",)] * len(ODD), [False] * len(ODD))
    writer.close()
    (again,) = open_reader(out, "xlsx").blocks(["uscc"], 100)
    assert [list(record.cells) for record in again.records] == [[*each, "V"] for each in ODD]


LONG: Final = 40_000
MOST_KIBIBYTES: Final = 4_500
"""What reading so many rows may take more than reading one: it takes 1,000, and 8,700 where the sheet is held."""
READING: Final = """
import sys
from pathlib import Path
from gateway.screening.files import open_reader
for name in sys.argv[1:]:
    reader = open_reader(Path(name), "xlsx")
    held = sum(len(block.records) for block in reader.blocks([reader.columns[0]], 1000))
    print(held, Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


def test_a_workbook_is_read_in_the_same_memory_however_long_it_is(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", [("x", "y", "z")])
    row = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>9123{0:014}</t></is></c><c r="B{0}"><v>{0}</v></c></row>'
    lines = "".join(map(row.format, range(2, LONG + 2))).encode()
    long = rewritten(path, lambda text: re.sub(rb'<row r="2".*</row>', lambda _: lines, text))
    told = subprocess.run(
        [sys.executable, "-c", READING, str(path), str(long)], check=True, capture_output=True, text=True
    )
    (few, before), (many, after) = (map(int, line.split()) for line in told.stdout.splitlines())
    assert (few, many) == (1, LONG)
    assert after - before < MOST_KIBIBYTES


@pytest.mark.parametrize(
    "pattern", [rb' r="[A-Z]+\d+"', rb'(?<=<row) r="\d+"', rb' r="[A-Z]*\d+"'], ids=["cells", "rows", "neither"]
)
def test_a_workbook_whose_cells_do_not_say_where_they_are_is_read_in_order(tmp_path: Path, pattern: bytes) -> None:
    path = write(tmp_path / "a.xlsx", rows(30))
    assert read(rewritten(path, lambda text: re.sub(pattern, b"", text)), "xlsx") == read(path, "xlsx") == rows(30)


def test_rows_that_are_out_of_order_are_refused(tmp_path: Path) -> None:
    path = rewritten(write(tmp_path / "a.xlsx", rows(5)), lambda text: text.replace(b'<row r="4"', b'<row r="3"'))
    with pytest.raises(FileRefused, match="workbook"):
        open_portfolio(path, Wish())


def test_a_late_row_that_is_wider_is_told_and_numbers_that_lost_digits_stay_numbers(tmp_path: Path) -> None:
    content = [[str(line), "a"] for line in range(1_200)]
    content[1_100].append("beyond")
    path = rewritten(
        write(tmp_path / "a.xlsx", content, ("uscc", "b")),
        lambda text: re.sub(rb'<c r="A3"[^>]*><v>[^<]*</v>', b'<c r="A3"><v>912308811234567890</v>', text),
    )
    records = [record for block in open_reader(path, "xlsx").blocks(["uscc"], 1_000) for record in block.records]
    assert [each.number for each in records if each.fault] == [1_101]
    assert records[1_100].fault == Fault.CELLS
    assert [len(each.cells) for each in records] == [2] * 1_200
    assert (records[1].key, read_key(records[1].key, "USCC")) == (912308811234567890.0, Fault.KEY_NUMBER)


LAUGHS: Final = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">'.encode() for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)


def test_a_workbook_whose_texts_unfold_without_end_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", rows(3))
    bomb = rewritten(
        path, lambda text: text.replace(b"<worksheet", LAUGHS + b"]><worksheet").replace(b"<v>0</v>", b"<v>&j;</v>", 1)
    )
    with pytest.raises(FileRefused, match="workbook"):
        open_reader(bomb, "xlsx")


def test_a_workbook_that_is_damaged_anywhere_is_refused_at_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", rows(50))
    whole = path.read_bytes()
    with pytest.raises(FileRefused, match="workbook"):
        open_portfolio(rewritten(path, lambda text: text[:-900]), Wish())
    with zipfile.ZipFile(path) as book:
        sheet = book.getinfo("xl/worksheets/sheet1.xml")
    for at in range(sheet.header_offset + 60, sheet.header_offset + sheet.compress_size, 37):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(FileRefused, match="workbook"):
            open_portfolio(path, Wish())
    for kept in (0, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:kept])
        with pytest.raises(FileRefused, match="workbook"):
            open_reader(path, "xlsx")


@pytest.mark.parametrize(
    ("name", "content", "wish", "message"),
    [
        ("a.csv", b"\xff\xfe\xff", Wish(), "neither UTF-8 nor GB18030|cannot be read|no header"),
        ("a.csv", b"a,\x81\x20b\n\xff\xff", Wish(), "neither UTF-8 nor GB18030"),
        ("a.csv", b"", Wish(), "no header"),
        ("a.csv", b"a,b\n1,2\n", Wish(), "name it with `--key`"),
        ("a.csv", b"a,b\n1,2\n", Wish(key="c"), "c"),
        ("a.csv", b"uscc,uscc\n1,2\n", Wish(), "several columns"),
        ("a.csv", b"uscc,verdict\n1,2\n", Wish(), "--prefix"),
        ("a.csv", b"uscc\n1\n", Wish(prefix="a b"), "letters"),
        ("a.csv", b"uscc\n1\n", Wish(columns=["verdcit"]), "verdict"),
        ("a.csv", b"uscc\n1\n", Wish(scheme="PERSON"), "USCC"),
        ("a.dat", b"uscc\n1\n", Wish(), "--format"),
        ("a.xlsx", b"no zip", Wish(), "workbook"),
        ("a.parquet", b"no parquet", Wish(), "Parquet"),
        ("a.ndjson", b"[]\n", Wish(), "one object a line"),
    ],
    ids=lambda each: each if isinstance(each, str) else None,
)
def test_files_that_cannot_be_screened_say_what_to_do(
    tmp_path: Path, name: str, content: bytes, wish: Wish, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileRefused, match=message):
        open_portfolio(path, wish)


def test_a_portfolio_is_looked_through(tmp_path: Path) -> None:
    found = open_portfolio(write(tmp_path / "a.csv", rows(25)), Wish(slice_rows=10))
    assert (found.settings.key, found.settings.scheme, list(found.slices)) == (HEADER[0], "USCC", [10, 10, 5])
    by_name = open_portfolio(tmp_path / "a.csv", Wish(key="企业名称"))
    assert (by_name.settings.scheme, by_name.rows) == ("NAME", 25)


def test_formats_are_told_by_names() -> None:
    assert format_of(Path("A.TSV")) == "csv"
    assert format_of(Path("a.jsonl")) == "ndjson"


@given(st.lists(st.text(alphabet='ab,;|\t"', min_size=1), min_size=1, max_size=4), st.sampled_from(",\t;|"))
def test_what_is_quoted_parts_no_cells(cells: list[str], parting: str) -> None:
    quoted = parting.join('"' + cell.replace('"', '""') + '"' for cell in cells)
    assert delimiter(quoted) == (parting if len(cells) > 1 else ",")
