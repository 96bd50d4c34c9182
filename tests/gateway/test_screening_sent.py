"""Rows as they go over the network: nothing is lost on the way, and nothing goes that must not."""

from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.screening.documents import DOCUMENTS
from gateway.screening.files.block import MASK
from gateway.screening.keyed import SentKey
from gateway.screening.model import Fault
from gateway.screening.results import key_text
from gateway.screening.sent import (
    MAXIMUM_PART_BYTES,
    PART_BYTES,
    PART_ROWS,
    NoRow,
    RowsDigest,
    SentRow,
    TooLong,
    parts_of,
    read_rows,
    row_of,
    written,
)
from gateway.screening.slices import named_by
from schema.identifiers import Identifier
from tests.gateway.portfolios import uscc

PERSON = "230881199003070010"
CELLS = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.dates(), st.datetimes()),
    st.text(max_size=40),
    st.sampled_from([PERSON, f"张三({PERSON})", MASK, "", " ", uscc(1), uscc(2).lower(), "9" * 401, 9.1e17, 123.0]),
)
SCHEMES = st.sampled_from([None, "USCC", "TAX_NO", "NAME", "REG_NO"])
FAULTS = st.sampled_from([None, None, Fault.CELLS, Fault.UNREADABLE])


@given(CELLS, SCHEMES, FAULTS)
def test_a_row_names_there_whom_it_names_here(cell: Any, scheme: str | None, fault: Fault | None) -> None:
    """What the gateway makes of a sent row, outcome and leaf, is what this machine would make of the file's row."""
    (row,) = read_rows(written([row_of(cell, scheme, fault)]))
    there, here = SentKey(row.key, scheme, row.fault).named, named_by(cell, scheme, fault)
    assert there == here
    assert row.key == ("" if here is Fault.PERSONAL_NUMBER else key_text(cell))


@given(st.lists(st.tuples(CELLS, SCHEMES), max_size=5))
def test_no_number_of_a_person_is_sent(cells: list[tuple[Any, str | None]]) -> None:
    rows = [row_of(cell, scheme, None) for cell, scheme in cells]
    for row in rows:
        assert SentKey(row.key, None).named is not Fault.PERSONAL_NUMBER
    assert PERSON.encode() not in written(rows)


def test_a_persons_number_in_a_row_that_is_invalid_anyway_is_not_sent_either() -> None:
    assert row_of(PERSON, None, Fault.CELLS) == SentRow("", "PERSONAL_NUMBER")


def test_one_cannot_be_asked_about_and_another_named() -> None:
    """The text that a row is asked by is the text that its leaf tells: there is no other member that could."""
    named = SentKey(uscc(1)).named
    assert isinstance(named, Identifier)
    assert named.value == uscc(1)
    assert set(SentRow.__struct_fields__) == {"key", "fault"}


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b'{"key": 1}',
        b'{"key": "a", "asked": "b"}',
        b'{"key": "a", "fault": "CHECK_FAILED"}',
        b'{"key": "a", "fault": "PERSONAL_NUMBER"}',
        b"[]",
        b"null",
        b"",
        b'{"key": "\xff"}',
        b'{"key": "a"} {"key": "b"}',
        b"[" * 5_000,
    ],
    ids=[
        *("no key", "a number", "another member", "a fault that is found here", "a person's key", "a list", "null"),
        *("an empty line", "no UTF-8", "two rows", "deep"),
    ],
)
def test_what_is_no_row_is_refused_and_not_quoted(line: bytes) -> None:
    with pytest.raises(NoRow, match="line 2") as raised:
        read_rows(b'{"key": "x"}\n' + line + b"\n")
    assert "asked" not in str(raised.value)


def test_a_part_has_so_many_rows_at_most() -> None:
    assert len(read_rows(b'{"key":""}\n' * PART_ROWS)) == PART_ROWS
    with pytest.raises(NoRow, match="at most"):
        read_rows(b'{"key":""}\n' * (PART_ROWS + 1))


@given(st.lists(st.integers(1, 300), max_size=30), st.integers(0, 4_000))
def test_parts_hold_whole_slices_in_order(sizes: list[int], length: int) -> None:
    slices = [[SentRow("k" * length)] * size for size in sizes]
    parts = list(parts_of(slices))
    assert sum(rows for rows, _ in parts) == sum(sizes)
    assert b"".join(body for _, body in parts) == b"".join(map(written, slices))
    ends = {sum(sizes[:at]) for at in range(len(sizes) + 1)}
    begun = 0
    for rows, body in parts:
        begun += rows
        assert begun in ends
        assert len(body) <= max(PART_BYTES, 300 * (length + 20))
        assert rows <= PART_ROWS


def test_a_slice_that_no_request_carries_is_told() -> None:
    with pytest.raises(TooLong, match="--slice"):
        list(parts_of([[SentRow("k" * 10_000)] * (MAXIMUM_PART_BYTES // 10_000 + 1)]))


def test_many_short_rows_are_sent_in_several_parts() -> None:
    slices = [[SentRow("")] * 1_000] * 45
    assert [rows for rows, _ in parts_of(slices)] == [20_000, 20_000, 5_000]


@given(st.lists(st.tuples(st.text(max_size=5), st.sampled_from(["", "CELLS"])), min_size=2, max_size=4))
def test_the_digest_tells_orders_and_borders_apart(rows: list[tuple[str, str]]) -> None:
    def digest(them: list[tuple[str, str]]) -> str:
        told = RowsDigest()
        for key, fault in them:
            told.add(key, fault or None)
        return told.hex

    assert digest(rows) == digest(list(rows))
    assert digest(rows) != digest(rows[:-1])
    if rows != rows[::-1]:
        assert digest(rows) != digest(rows[::-1])


def test_the_digest_is_made_as_it_is_told() -> None:
    told = RowsDigest()
    told.add("91230881TJ00000350", None)
    told.add('企业"一"', "CELLS")
    assert told.hex == sha256('["91230881TJ00000350",""]\n["企业\\"一\\"","CELLS"]\n'.encode()).hexdigest()


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (123.0, "123"),
        (123, "123"),
        (1.5, "1.5"),
        (None, ""),
        (MASK, ""),
        (True, "True"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3), "2026-01-02 03:00:00"),
    ],
    ids=["whole float", "integer", "float", "empty", "mask", "boolean", "date", "time"],
)
def test_a_key_is_told_alike_by_every_reader_of_workbooks(cell: Any, text: str) -> None:
    assert key_text(cell) == text


def test_the_documents_are_those_that_may_be_trusted() -> None:
    folder = Path(__file__).parents[2] / "config" / "documents"
    assert {name: (folder / f"{name}.graphql").read_text(encoding="utf-8") for name in DOCUMENTS} == DOCUMENTS
