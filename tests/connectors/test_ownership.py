"""Whose rows a source sent: matched by the key they name, never by hope."""

from contextlib import suppress
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Batch
from connectors.errors import SourceMisread
from connectors.mapping import Gathered, RowReader
from connectors.ownership import OTHERS, gather_owned
from tests.connectors.departments import ENTITY, FIELDS, FIRST, SECOND, THIRD, rest_source, row

OLD_TAX_NUMBER = "230881TJ0000019"
"""Of the subject whose unified code is `FIRST`."""


def gather(batch: Batch, *raws: dict[str, object]) -> Gathered:
    entity = rest_source().entities[ENTITY]
    reader = RowReader(entity, batch.scheme, batch.fields, digests=batch.digests)
    return gather_owned(reader, batch, "code", raws)


def asked(*keys: str, scheme: str = "USCC", digests: bool = False) -> Batch:
    return Batch(ENTITY, scheme, keys, FIELDS, digests)


def owned(gathered: Gathered) -> dict[str, list[str]]:
    return {key: [each.record_key for each in rows] for key, rows in gathered.rows.items()}


def test_rows_go_to_the_keys_they_name_in_the_order_of_the_source() -> None:
    gathered = gather(asked(FIRST, SECOND, THIRD), row(SECOND, 3), row(FIRST, 2), row(SECOND.lower(), 1))
    assert owned(gathered) == {FIRST: ["2"], SECOND: ["3", "1"]}
    assert not gathered.unreadable


@pytest.mark.parametrize("keys", [(FIRST,), (FIRST, SECOND)])
def test_row_of_somebody_else_leaves_every_key_incomplete(keys: tuple[str, ...]) -> None:
    gathered = gather(asked(*keys), row(THIRD, 1), row(FIRST, 2))
    assert owned(gathered) == {FIRST: ["2"]}
    assert gathered.unreadable == dict.fromkeys(keys, OTHERS)


@pytest.mark.parametrize("code", ["", None, "无", "——"])
def test_row_that_names_nobody_belongs_to_the_only_key(code: str | None) -> None:
    assert owned(gather(asked(FIRST), row(code=code))) == {FIRST: ["1"]}
    assert gather(asked(FIRST, SECOND), row(code=code)).unreadable == {FIRST: OTHERS, SECOND: OTHERS}


def test_column_of_the_key_may_be_absent_when_one_key_was_asked() -> None:
    nameless = {name: cell for name, cell in row().items() if name != "code"}
    assert owned(gather(asked(FIRST, digests=True), dict(nameless))) == {FIRST: ["1"]}
    with pytest.raises(SourceMisread, match="column `code` is missing"):
        gather(asked(FIRST, SECOND), nameless)


@pytest.mark.parametrize(
    ("scheme", "key", "named", "same"),
    [
        ("TAX_NO", OLD_TAX_NUMBER, FIRST, True),
        ("TAX_NO", FIRST, OLD_TAX_NUMBER, True),
        ("ORG_CODE", "TJ0000019", FIRST, True),
        ("USCC", FIRST, "TJ000001-9", True),
        ("TAX_NO", OLD_TAX_NUMBER, SECOND, False),
        ("REG_NO", "230881900000019", FIRST, False),
        ("USCC", FIRST, "91230881TJ0000019B", False),
        ("PERSON", "230881189001010021", "230881189001010022", False),
    ],
)
def test_another_code_of_the_same_subject_names_it(scheme: str, key: str, named: str, same: bool) -> None:
    gathered = gather(asked(key, scheme=scheme), row(named))
    assert owned(gathered) == ({key: ["1"]} if same else {})
    assert bool(gathered.unreadable) is not same


CELLS: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([FIRST, SECOND, "20260105"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=3,
)


@given(
    st.lists(st.dictionaries(st.sampled_from(["id", "code", "iname", "regDate", "gxsj"]), CELLS), max_size=3),
    st.sampled_from([(FIRST,), (FIRST, SECOND)]),
)
def test_whatever_cells_hold_a_row_is_read_left_out_or_misread(
    raws: list[dict[str, object]], keys: tuple[str, ...]
) -> None:
    with suppress(SourceMisread):
        gathered = gather(asked(*keys, digests=True), *raws)
        assert set(gathered.rows) | set(gathered.unreadable) <= set(keys)
