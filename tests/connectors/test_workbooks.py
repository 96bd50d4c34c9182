"""Real workbooks in a real folder: what Excel does to codes, dates and merged cells, and what is no workbook."""

import io
import os
import zipfile
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Connector
from connectors.disk import is_local
from connectors.errors import SourceMisread, SourceUnavailable
from connectors.file.faults import find_faults
from connectors.file.folder import FileChanged, newest
from connectors.file.index import UNOWNED
from connectors.file.numbers import NUMBERED, Numbers
from connectors.file.sheets import make_index, read_rows
from connectors.spec import KeySpec
from tests.connectors.file_sources import REG_A, A, B, C
from tests.connectors.workbooks import (
    BELOW,
    DAY,
    FIELDS,
    HEADER,
    PLAIN,
    Formatted,
    Formula,
    Merged,
    batch,
    described,
    numbers,
    opened,
    row,
    write,
)
from tests.drawn import examples

ALL_DIGITS: Final = "912308819000000123"
"""A code of the form of a USCC that Excel takes for a number."""
NEIGHBOR: Final = "912308819000777129"
LIKE_A_POWER: Final = "912308811234567E12"
NAME: Final = "月报_202609.xlsx"


@pytest.fixture
async def connector(tmp_path: Path) -> AsyncIterator[Connector]:
    connector = opened(tmp_path)
    yield connector
    await connector.close()


async def read_one(connector: Connector, tmp_path: Path, **cells: Any) -> Any:
    """Return the one row of `A`, written with ``cells``."""
    write(tmp_path / NAME, [row(1, **cells)])
    (read,) = (await connector.fetch(batch(A))).rows[A]
    return read


# What is found


async def test_found_and_none(connector: Connector, tmp_path: Path) -> None:
    write(tmp_path / NAME, [row(1), row(2, B.lower()), row(3, 注册号=REG_A), row(4, None)])
    answer = await connector.fetch(batch(C, A, B))
    assert (numbers(answer, A), numbers(answer, B)) == (["罚1号", "罚3号"], ["罚2号"])
    assert answer.rows.keys() == {A, B}
    assert answer.unreadable == {}
    name, fine, decided_on, *_ = answer.rows[A][1].values
    assert (name, fine.amount, decided_on) == ("公司3", "3001.5", "2026-03-01")
    assert numbers(await connector.fetch(batch(REG_A, scheme="REG_NO")), REG_A) == ["罚3号"]
    assert len({each.digest for each in answer.rows[A]}) == 2


async def test_header_of_two_lines_names_its_columns(tmp_path: Path) -> None:
    write(tmp_path / NAME, [row(1)], heading="行政\n处罚 ")
    index = make_index(newest(tmp_path, "*.xlsx"), described())
    assert index.header == (*PLAIN, *(f"行政处罚/{name}" for name in BELOW))
    with pytest.raises(SourceMisread, match=r"column `处罚/金额` is missing from the file"):
        read_rows(index, ("处罚/金额",), {"USCC": [A]})
    write(tmp_path / NAME, [row(1)])
    assert make_index(newest(tmp_path, "*.xlsx"), described()).header == HEADER
    with pytest.raises(SourceMisread, match="ends before its header in line 90"):
        make_index(newest(tmp_path, "*.xlsx"), described(header_line=89))


CELL: Final = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=6)


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(st.tuples(st.sampled_from([A, B]), CELL.filter(str.strip), CELL), max_size=6))
def test_every_record_is_found_on_its_line(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[str, str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("records")
    write(folder / NAME, [row(at, code, 文号=number, 单位=name) for at, (code, number, name) in enumerate(records)])
    index = make_index(newest(folder, NAME), described())
    for key in (A, B):
        expected = [(number, name) for code, number, name in records if code == key]
        assert read_rows(index, ("文号", "单位"), {"USCC": [key]}) == expected


async def test_merged_cells_stand_on_every_line_that_they_cover(connector: Connector, tmp_path: Path) -> None:
    lines = [
        row(1, Merged(A, 3), 单位=Merged("甲公司", 3)),
        row(2, None, 单位=None),
        row(3, None, 单位=None),
        row(4, B),
    ]
    write(tmp_path / NAME, lines)
    answer = await connector.fetch(batch(A, B))
    assert numbers(answer, A) == ["罚1号", "罚2号", "罚3号"]
    assert {each.values[0] for each in answer.rows[A]} == {"甲公司"}
    assert numbers(answer, B) == ["罚4号"]


async def test_notes_and_totals_are_no_data_wherever_they_stand(connector: Connector, tmp_path: Path) -> None:
    notes = ["", "", "", f"表格说明:{A}"]
    write(tmp_path / NAME, [["表格说明", "", A, "", "说明1"], row(1), notes, [""], ["  合计", "", A, "", "5"]])
    answer = await connector.fetch(batch(A))
    assert (numbers(answer, A), answer.unreadable) == (["罚1号"], {})


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [("2026年*", "more than one sheet"), ("数据", "no sheet of the workbook fits `数据`"), (None, "header in line 3")],
)
async def test_sheet_that_is_not_there(tmp_path: Path, pattern: str | None, reason: str) -> None:
    write(tmp_path / NAME, [row(1)], sheet="2026年9月", before=["封面", "2026年8月"])
    connector = opened(tmp_path, sheet=pattern)
    with pytest.raises(SourceMisread, match=reason):
        await connector.fetch(batch(A))
    await connector.close()


@pytest.mark.parametrize(
    ("pattern", "before"), [("2026年9*", ["封面", "2026年8月"]), (None, []), ("2026年9月", ["9月"])]
)
async def test_sheet_by_name_or_pattern_or_the_first(tmp_path: Path, pattern: str | None, before: list[str]) -> None:
    write(tmp_path / NAME, [row(1)], sheet="2026年9月", before=before)
    connector = opened(tmp_path, sheet=pattern)
    assert numbers(await connector.fetch(batch(A)), A) == ["罚1号"]
    await connector.close()


async def test_nothing_of_a_record_is_kept(connector: Connector, tmp_path: Path) -> None:
    write(tmp_path / NAME, [row(1, 单位="金丝雀")])
    await connector.fetch(batch(A))
    assert "金丝雀" not in repr(vars(connector)["_indexes"])
    assert A in repr(vars(connector)["_indexes"])


async def test_workbook_is_not_opened_for_codes_that_it_does_not_hold(tmp_path: Path) -> None:
    if not is_local(tmp_path):
        pytest.skip("the temporary folder is not known to lie on a disk of this machine")
    write(tmp_path / NAME, [row(1)])
    connector = opened(tmp_path)
    await connector.fetch(batch(A))
    connector._threads.shutdown()  # type: ignore[attr-defined]  # what needs a thread fails from here on
    assert (await connector.fetch(batch(B, C))).rows == {}
    with pytest.raises(RuntimeError):
        await connector.fetch(batch(A))


async def test_workbook_that_is_replaced_is_read_anew(connector: Connector, tmp_path: Path) -> None:
    path = write(tmp_path / NAME, [row(1)])
    assert numbers(await connector.fetch(batch(A)), A) == ["罚1号"]
    write(tmp_path / "new", [row(6, B), row(7)]).replace(path)
    assert numbers(await connector.fetch(batch(A)), A) == ["罚7号"]


def test_workbook_changed_without_a_trace(tmp_path: Path) -> None:
    path = unpacked(write(tmp_path / NAME, [row(1, A), row(2, B)]))
    status = path.stat()
    index = make_index(newest(tmp_path, "*.xlsx"), described())
    assert read_rows(index, ("单位",), {"USCC": [A]}) == [("公司1",)]
    unpacked(path, {A: "#", B: A, "#": B})
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(FileChanged):
        read_rows(index, ("单位",), {"USCC": [A]})


def unpacked(path: Path, changes: dict[str, str] | None = None) -> Path:
    """Write the workbook at ``path`` without compression, so that texts can change places in it."""
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    with zipfile.ZipFile(path, "w") as written:
        for name, content in parts.items():
            for old, new in (changes or {}).items():
                content = content.replace(old.encode(), new.encode())
            written.writestr(name, content)
    return path


# Numbers


async def test_code_whose_digits_are_lost_is_never_repaired(connector: Connector, tmp_path: Path) -> None:
    write(tmp_path / NAME, [row(1, float(ALL_DIGITS)), row(2), row(3, float(LIKE_A_POWER))])
    lost = f"{int(float(ALL_DIGITS)):d}"
    answer = await connector.fetch(batch(ALL_DIGITS, lost, LIKE_A_POWER, NEIGHBOR, A))
    assert answer.rows.keys() == {A}
    assert answer.unreadable == dict.fromkeys((ALL_DIGITS, lost, LIKE_A_POWER), NUMBERED)
    assert numbers(await connector.fetch(batch(A)), A) == ["罚2号"]


async def test_code_of_fifteen_digits_is_exact_as_a_number(connector: Connector, tmp_path: Path) -> None:
    write(tmp_path / NAME, [row(1, 注册号=int(REG_A)), row(2, 注册号=12345678)])
    near = str(int(REG_A) + 1)
    answer = await connector.fetch(batch(REG_A, near, "012345678", "12345678", scheme="REG_NO"))
    assert {key: numbers(answer, key) for key in answer.rows} == {REG_A: ["罚1号"], "12345678": ["罚2号"]}
    assert answer.unreadable == {"012345678": NUMBERED}, "a number has no leading zeros"


@given(st.integers(10**15, 10**20 - 1))
def test_key_that_a_number_may_have_been_is_told(code: int) -> None:
    text = str(code)
    cut = float(text[:15].ljust(len(text), "0"))
    for number in (float(code), cut, float(f"{code:.15g}")):
        column = Numbers([1.0, number, float("nan"), number * 3])
        assert column.may_be(text)
        assert not column.may_be(f"{text}A")
        assert not column.may_be(str(code * 2))


@given(st.integers(0, 10**15 - 1), st.integers(1, 3))
def test_exact_number_is_no_other_code(code: int, zeros: int) -> None:
    column = Numbers([float(code)])
    assert not column.may_be(str(code))
    assert not column.may_be(str(code + 1))
    assert column.may_be("0" * zeros + str(code))
    assert not Numbers([]).may_be("0" + str(code))


@pytest.mark.parametrize(
    ("cells", "place", "value", "reason"),
    [
        ({"机构代码": float(ALL_DIGITS)}, 3, None, "stored as a number: digits are lost"),
        ({"机构代码": 123456789}, 3, None, "a number stands where a code should: digits may be lost"),
        ({"机构代码": "123456789"}, 3, "123456789", None),
        ({"单位": 12.0}, 0, "12", None),
        ({"单位": 12.5}, 0, None, "a number stands where a text should: digits may be lost"),
        ({"单位": float(ALL_DIGITS)}, 0, None, "stored as a number: digits are lost"),
        ({"等级": 2}, 4, "ORDINARY", None),
        ({"等级": "1"}, 4, "SIMPLE", None),
        ({"等级": 1.5}, 4, None, "a number stands where a code should: digits may be lost"),
    ],
)
async def test_numbers_in_fields(
    connector: Connector, tmp_path: Path, cells: dict[str, Any], place: int, value: Any, reason: str | None
) -> None:
    read = await read_one(connector, tmp_path, **cells)
    assert read.values[place] == value
    assert [issue.message for issue in read.issues] == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        (1234.56 * 3, "3703.68"),
        (0.1 + 0.2, "0.3"),
        (Formula("=1234.56*3", 3703.6800000000003), "3703.68"),
        ("1,000", "1000"),
    ],
)
async def test_noise_of_a_calculation_is_not_part_of_an_amount(
    connector: Connector, tmp_path: Path, cell: Any, amount: str
) -> None:
    assert (await read_one(connector, tmp_path, 金额=cell)).values[1].amount == amount


async def test_record_key_that_is_a_number(connector: Connector, tmp_path: Path) -> None:
    assert (await read_one(connector, tmp_path, 文号=20260017)).record_key == "20260017"
    write(tmp_path / NAME, [row(1, 文号=float(ALL_DIGITS)), row(2)])
    answer = await connector.fetch(batch(A))
    assert numbers(answer, A) == ["罚2号"]
    assert answer.unreadable == {A: "a record whose record key is not readable was left out"}


# Dates


@pytest.mark.parametrize(
    "cell",
    [
        DAY,
        datetime(2026, 3, 1, 9, 30),
        Formatted(46082, "yyyy/m/d"),
        Formatted(46082.5, 'yyyy"年"m"月"d"日"'),
        Formula("=TODAY()", "2026-03-01"),
        "2026年03月01日",
        "2026.3.1",
        20260301,
    ],
)
@pytest.mark.parametrize("epoch", [False, True])
async def test_dates(connector: Connector, tmp_path: Path, cell: Any, epoch: bool) -> None:
    if epoch and isinstance(cell, Formatted):
        cell = cell._replace(number=cell.number - 1462)  # workbooks of old Macs count from 1904
    write(tmp_path / NAME, [row(1, 日期=cell)], options={"date_1904": epoch})
    (read,) = (await connector.fetch(batch(A))).rows[A]
    assert (read.values[2], read.issues) == ("2026-03-01", ())


@pytest.mark.parametrize("cell", [46082, Formatted(0.5, "hh:mm"), True, "3月1日", 46082.25])
async def test_what_is_no_date_is_not_guessed_at(connector: Connector, tmp_path: Path, cell: Any) -> None:
    read = await read_one(connector, tmp_path, 日期=cell)
    assert read.values[2] is None
    assert [issue.field for issue in read.issues] == ["decided_on"]


async def test_time_of_the_last_change(connector: Connector, tmp_path: Path) -> None:
    read = await read_one(connector, tmp_path, 更新=Formatted(46082.5, "yyyy-mm-dd hh:mm"))
    assert read.as_of == "2026-03-01T12:00:00+08:00"


# Cells that calamine takes for blank ones


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (Formula("=1/0", "#DIV/0!"), "an error of the workbook stands in the cell"),
        (Formula("=VLOOKUP(A1,B:C,2,0)", "#N/A"), "an error of the workbook stands in the cell"),
        (Formula("=1+1"), "a formula that was never calculated stands in the cell"),
    ],
)
async def test_errors_are_not_taken_for_nothing(
    connector: Connector, tmp_path: Path, cell: Formula, reason: str
) -> None:
    read = await read_one(connector, tmp_path, 金额=cell)
    assert read.values[1] is None
    assert [(issue.field, issue.code, issue.message) for issue in read.issues] == [("fine_amount", "MISREAD", reason)]
    write(tmp_path / NAME, [row(1, cell), row(2)])
    answer = await connector.fetch(batch(A, B))
    assert answer.unreadable == dict.fromkeys((A, B), UNOWNED)
    assert numbers(answer, A) == ["罚2号"], "what was seen is told all the same"


async def test_code_that_became_a_date_is_anybodys(connector: Connector, tmp_path: Path) -> None:
    write(tmp_path / NAME, [row(1, DAY), row(2)])
    assert (await connector.fetch(batch(B))).unreadable == {B: UNOWNED}


async def test_calculated_formulas_are_read(connector: Connector, tmp_path: Path) -> None:
    read = await read_one(connector, tmp_path, 代码=Formula("=D9", A), 金额=Formula("=1+1", 2))
    assert read.values[1].amount == "2"


MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE: Final = "http://purl.oclc.org/ooxml/officeDocument/relationships"


def sheet_parts(cells: str, target: str = "worksheets/a.xml") -> zipfile.ZipFile:
    """Return a workbook of one sheet as other programs write it."""
    sheets = '<x:sheets><x:sheet name="数&amp;据" r:id="r7"/></x:sheets>'
    content = archive(
        xl__workbook=f'<x:workbook xmlns:x="{MAIN}" xmlns:r="{OFFICE}">{sheets}</x:workbook>',
        xl___rels__workbook_xml_rels=f'<R xmlns="p"><Relationship Id="r7" Target="{target}"/></R>',
        xl__worksheets__a=f'<x:worksheet xmlns:x="{MAIN}"><x:d>{cells}</x:d></x:worksheet>',
    )
    return zipfile.ZipFile(io.BytesIO(content))


def archive(**parts: str) -> bytes:
    """Return an archive of parts in XML, whose names are written with `__` for `/`."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as written:
        for name, text in parts.items():
            path = name.replace("__", "/").replace("_xml_rels", ".xml.rels")
            written.writestr(path if path.endswith(".rels") else f"{path}.xml", text)
    return content.getvalue()


def test_faults_in_workbooks_of_other_programs() -> None:
    cells = (
        '<x:row r="3"><x:c r="B3" t="e"><x:v>#REF!</x:v></x:c><x:c><x:f>A1</x:f></x:c>'
        '<x:c r="AB3"><x:f/><x:v/></x:c></x:row>'
        '<x:row><x:c t="str"><x:f>A1</x:f><x:v></x:v></x:c><x:c><x:f>A1</x:f><x:v>0</x:v></x:c><x:c t="e"/></x:row>'
    )
    for target in ("worksheets/a.xml", "/xl/worksheets/a.xml", "../xl/worksheets/a.xml"):
        assert set(find_faults(sheet_parts(cells, target), "数&据")) == {(2, 1), (2, 2), (2, 27), (3, 2)}
    assert find_faults(sheet_parts('<x:row r="3"><x:c r="B3"><x:v>1</x:v></x:c></x:row>'), "数&据") == {}
    for broken in (sheet_parts("", "worksheets/b.xml"), sheet_parts("<x:row><x:f></x:row>")):
        with pytest.raises(SourceMisread, match="damaged"):
            find_faults(broken, "数&据")


# What is no workbook


def ole(*names: str) -> bytes:
    """Return the beginning of a compound file with entries of these ``names``."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + b"".join(
        name.encode("utf-16-le").ljust(128, b"\0") for name in names
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"<html></html>", r"the file is not a workbook \(\.xlsx\)"),
        ("代码,单位\n".encode("gb18030"), "not a workbook"),
        (archive(word__document="x"), "not a workbook"),
        (archive(xl__workbook="x"), "damaged workbook"),
        (b"PK\x03\x04" + b"\0" * 99, "damaged workbook"),
        (ole("Root Entry", "Workbook"), r"the file is \.xls, and not \.xlsx"),
        (ole("Root Entry", "EncryptionInfo", "EncryptedPackage"), "the file is protected by a password"),
    ],
)
async def test_what_is_no_workbook(connector: Connector, tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(SourceMisread, match=reason):
        await connector.fetch(batch(A))


@given(at=st.integers(0, 9000), length=st.integers(1, 400), data=st.binary(min_size=1, max_size=3))
def test_spoiled_workbooks_are_misread_or_read(
    tmp_path_factory: pytest.TempPathFactory, at: int, length: int, data: bytes
) -> None:
    folder = tmp_path_factory.mktemp("spoiled")
    path = write(folder / NAME, [row(1), row(2, B)])
    content = bytearray(path.read_bytes())
    content[at : at + length] = data * length
    path.write_bytes(content)
    try:
        index = make_index(newest(folder, "*.xlsx"), described())
        read_rows(index, HEADER[:3], {"USCC": [A, B]})
    except (SourceMisread, SourceUnavailable):
        pass


async def test_files_that_somebody_edits_are_passed_over(connector: Connector, tmp_path: Path) -> None:
    write(tmp_path / NAME, [row(1)], age=60)
    (tmp_path / f"~${NAME}").write_bytes(b"\x05admin")
    (tmp_path / f".{NAME}").write_bytes(b"")
    assert numbers(await connector.fetch(batch(A)), A) == ["罚1号"]


async def test_hyphenated_and_full_width_codes(tmp_path: Path) -> None:
    write(tmp_path / NAME, [row(1, "TJ000001-9"), row(2, " ＴＪ０００００１９ ")])
    connector = opened(tmp_path, keys={"ORG_CODE": KeySpec(column="代码", form="hyphenated")})
    answer = await connector.fetch(batch("TJ0000019", scheme="ORG_CODE", fields=FIELDS[:1]))
    assert numbers(answer, "TJ0000019") == ["罚1号", "罚2号"]
    await connector.close()


async def test_names_in_any_brackets(tmp_path: Path) -> None:
    write(tmp_path / NAME, [row(1, 单位="同江（甲）公司"), row(2, 单位="同江(甲) 公司"), row(3, 单位="同江甲公司")])
    connector = opened(tmp_path, keys={"NAME": KeySpec(column="单位")})
    name = "同江(甲)公司"
    answer = await connector.fetch(batch(name, scheme="NAME", fields=FIELDS[:1]))
    assert (numbers(answer, name), answer.unreadable) == (["罚1号", "罚2号"], {})
    await connector.close()
