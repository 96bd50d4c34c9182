"""Lines that do not fit, and files that change while they are read: unreadable never means none on record."""

import csv
import io
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Connector
from connectors.errors import SourceUnavailable
from connectors.file.folder import FileChanged, newest
from connectors.file.index import DOUBTFUL, UNOWNED, make_index, read_rows
from connectors.file.records import record_at, records
from gateway.demo.codes import uscc
from tests.connectors.file_sources import HEADER, A, B, C, batch, entity, names, opened, row, write

CELL = st.text(
    st.one_of(st.sampled_from(',"\n\r ;0A-'), st.characters(codec="gb18030", exclude_characters="\x00\ufeff")),
    max_size=8,
)


@pytest.fixture
async def connector(tmp_path: Path) -> AsyncIterator[Connector]:
    connector = opened(tmp_path)
    yield connector
    await connector.close()


def edit(path: Path, old: str, new: bytes) -> None:
    """Replace ``old`` by bytes, in the file as it stands."""
    content = path.read_bytes()
    assert content.count(old.encode("gb18030")) == 1
    path.write_bytes(content.replace(old.encode("gb18030"), new))


async def test_tables_padded_with_blank_columns_are_read(connector: Connector, tmp_path: Path) -> None:
    write(tmp_path / "处罚_1.csv", [[*row(1, A), "", " "], [*row(2, B), "", ""]], header=[*HEADER, "", ""])
    answer = await connector.fetch(batch(A, B))
    assert (names(answer, A), names(answer, B)) == (["公司1"], ["公司2"])
    assert answer.unreadable == {}


async def test_short_and_long_rows_make_their_codes_doubtful(connector: Connector, tmp_path: Path) -> None:
    shifted = ["3", "公司", "甲", *row(3, B)[2:]]
    write(tmp_path / "处罚_1.csv", [row(1, A), row(2, A)[:4], shifted, row(4, C), ["以下空白"]])
    answer = await connector.fetch(batch(A, B, C))
    assert answer.unreadable == {A: DOUBTFUL, B: DOUBTFUL}
    assert names(answer, A) == ["公司1"]
    assert names(answer, C) == ["公司4"]


async def test_unpaired_quote_costs_one_line(connector: Connector, tmp_path: Path) -> None:
    path = write(tmp_path / "处罚_1.csv", [row(1, A), row(2, B, 单位="乙引"), row(3, C)])
    edit(path, "乙引", '"乙引'.encode("gb18030"))
    answer = await connector.fetch(batch(A, B, C))
    assert answer.unreadable == {B: DOUBTFUL}
    assert answer.rows.keys() == {A, C}


async def test_codes_in_full_width_and_inside_swallowed_lines(connector: Connector, tmp_path: Path) -> None:
    wide = A.translate({at: at + 0xFEE0 for at in range(0x21, 0x7F)})
    path = write(tmp_path / "处罚_1.csv", [row(1, wide)[:3], row(2, B, 单位="乙引", 金额="2"), row(3, C, 单位="丙引")])
    # Two quotes in the same column pair up: what stands between them is one cell of a row that fits.
    edit(path, "乙引", '"乙引'.encode("gb18030"))
    edit(path, "丙引", '丙引"'.encode("gb18030"))
    answer = await connector.fetch(batch(A, B, C))
    assert answer.unreadable == dict.fromkeys((A, B), DOUBTFUL)
    assert answer.rows.keys() == {C}


async def test_lost_bytes_in_a_cell_cost_that_cell(connector: Connector, tmp_path: Path) -> None:
    path = write(tmp_path / "处罚_1.csv", [row(1, A), row(2, B)])
    edit(path, "公司1", b"\xff\xff1")
    answer = await connector.fetch(batch(A, B))
    found = answer.rows[A][0]
    assert found.values[0] is None
    assert found.values[1] is not None
    assert [(issue.field, issue.code) for issue in found.issues] == [("counterpart_name", "MISREAD")]
    assert names(answer, B) == ["公司2"]
    assert answer.unreadable == {}


async def test_lost_code_may_be_anybodys(connector: Connector, tmp_path: Path) -> None:
    path = write(tmp_path / "处罚_1.csv", [row(1, A), row(2, B)])
    edit(path, B, B[:10].encode() + b"\xff" + B[11:].encode())
    answer = await connector.fetch(batch(A, B, C))
    assert answer.unreadable == dict.fromkeys((A, B, C), UNOWNED)
    assert answer.rows.keys() == {A}, "what was seen is told all the same"


async def test_record_without_record_key(connector: Connector, tmp_path: Path) -> None:
    write(tmp_path / "处罚_1.csv", [row(1, A, 文号="—"), row(2, A)])
    answer = await connector.fetch(batch(A))
    assert names(answer, A) == ["公司2"]
    assert A in answer.unreadable


@given(st.lists(st.lists(CELL, min_size=1, max_size=4), max_size=6))
def test_every_record_is_found_at_its_offset(rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    file = io.BytesIO(text.getvalue().encode("gb18030"))
    found = list(records(file, "gb18030"))
    assert [each.cells for each in found] == rows
    assert [record_at(file, "gb18030", each.start) for each in found] == rows


@given(st.binary(max_size=200))
def test_no_bytes_stop_the_reading(content: bytes) -> None:
    starts = [each.start for each in records(io.BytesIO(content), "gb18030")]
    assert starts == sorted(set(starts))


def test_file_that_is_no_longer_the_one_found(tmp_path: Path) -> None:
    path = write(tmp_path / "处罚_1.csv", [row(1, A)])
    found = newest(tmp_path, "处罚_*.csv")
    index = make_index(found, entity(), "gb18030")
    assert read_rows(index, ("单位",), {"USCC": [A]}) == [("公司1",)]
    with path.open("ab") as file:
        file.write(b"\n")
    for read in (
        lambda: make_index(found, entity(), "gb18030"),
        lambda: read_rows(index, ("单位",), {"USCC": [A]}),
    ):
        with pytest.raises(FileChanged):
            read()


def test_file_changed_without_a_trace(tmp_path: Path) -> None:
    path = write(tmp_path / "处罚_1.csv", [row(1, A), row(2, B)])
    status = path.stat()
    index = make_index(newest(tmp_path, "处罚_*.csv"), entity(), "gb18030")
    content = path.read_bytes()
    path.write_bytes(content.replace(A.encode(), b"#").replace(B.encode(), A.encode()).replace(b"#", B.encode()))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(FileChanged):
        read_rows(index, ("单位",), {"USCC": [A]})


async def test_file_under_the_pen(connector: Connector, tmp_path: Path) -> None:
    """A file that grows all the time: whole answers, or none, and it is read when the writer is done."""
    path = write(tmp_path / "处罚_1.csv", [row(at, uscc("91", at + 100)) for at in range(500)])
    done = Event()
    writer = Thread(target=_append, args=(path, done))
    writer.start()
    try:
        for _ in range(5):
            with suppress(SourceUnavailable):
                assert (await connector.fetch(batch(uscc("91", 101)))).rows
    finally:
        done.set()
        writer.join()
    assert names(await connector.fetch(batch(A)), A)


def _append(path: Path, done: Event) -> None:
    with path.open("a", encoding="gb18030", newline="") as file:
        while not done.wait(0.001) and file.tell() < 2_000_000:
            csv.writer(file).writerow(row(1, A))
            file.flush()
        csv.writer(file).writerow(row(1, A))
