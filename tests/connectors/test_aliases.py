"""Rows that stand under another code of their subject than the one that was asked by."""

import pytest

from connectors.base import Batch
from connectors.mapping import RowReader, wanted_aliases
from tests.connectors.rows import (
    ALIASES,
    ALSO,
    ENTITY,
    FIELDS,
    ONE,
    ORG_ONE,
    ORG_TWO,
    REG_ONE,
    REG_TWO,
    TWO,
    found,
    gathered,
    raw,
)


@pytest.mark.parametrize("blank", [None, "", "  ", "无", "暂无", "——", "— —", "null"])
def test_row_without_its_own_key_belongs_to_whom_its_other_codes_name(blank: str | None) -> None:
    answer = gathered(
        raw(uscc=blank, reg_no=REG_ONE),
        raw(uscc=blank, reg_no=blank, org_code="tj000002-7", serial=2),
        raw(uscc=blank, reg_no=REG_TWO, org_code=ORG_TWO, serial=3),
        raw(uscc=blank, reg_no=blank, org_code=blank, serial=4),
        raw(uscc=blank, reg_no="230881900000999", serial=5),
    )
    assert found(answer) == {ONE: ["1"], TWO: ["2", "3"]}
    assert [row.key_scheme for rows in answer.rows.values() for row in rows] == ["REG_NO", "ORG_CODE", "REG_NO"]
    assert not answer.unreadable


def test_own_key_counts_more_than_other_codes() -> None:
    (row,) = gathered(raw(reg_no=REG_TWO, org_code=ORG_TWO)).rows[ONE]
    assert row.key_scheme is None


@pytest.mark.parametrize(
    ("codes", "incomplete"),
    [
        ({"reg_no": REG_ONE, "org_code": ORG_TWO}, {ONE, TWO}),
        ({"reg_no": "230881900000999", "org_code": ORG_ONE}, {ONE}),
    ],
)
def test_row_whose_codes_contradict_each_other_is_nobodys(codes: dict[str, str], incomplete: set[str]) -> None:
    answer = gathered(raw(uscc=None, **codes))
    assert not answer.rows
    assert answer.unreadable.keys() == incomplete
    assert gathered(raw(uscc=None, **codes), wanted=(TWO,)).unreadable.keys() == incomplete & {TWO}
    assert not gathered(raw(uscc=None, flag="D", **codes)).unreadable


def test_code_of_which_nothing_is_known_contradicts_nothing() -> None:
    reader = RowReader(ENTITY, "USCC", FIELDS, also=ALSO)
    answer = reader.gather([raw(uscc=None, reg_no="x7", org_code=ORG_ONE)], {ONE}, {"ORG_CODE": {ORG_ONE: ONE}})
    assert [row.key_scheme for row in answer.rows[ONE]] == ["ORG_CODE"]


def test_without_aliases_a_row_without_its_own_key_is_nobodys() -> None:
    assert not RowReader(ENTITY, "USCC", FIELDS, also=ALSO).gather([raw(uscc=None, reg_no=REG_ONE)], {ONE}).rows


def test_aliases_that_lead_to_no_key_of_the_batch_are_dropped() -> None:
    batch = Batch("E", "USCC", (ONE,), (), aliases={**ALIASES, "TAX_NO": {TWO: TWO}})
    assert wanted_aliases(batch) == {"REG_NO": {REG_ONE: ONE}, "ORG_CODE": {ORG_ONE: ONE}}
