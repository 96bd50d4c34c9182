"""Rows that stand under another code of their subject than the one that was asked by, or in a column of any code."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from connectors.aliases import wanted_aliases
from connectors.base import Batch
from connectors.mapping import Gathered, RowReader
from connectors.spec import EntitySpec, KeySpec
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
    assert wanted_aliases(batch, ALSO) == {"REG_NO": {REG_ONE: ONE}, "ORG_CODE": {ORG_ONE: ONE}}
    assert wanted_aliases(batch, ["ORG_CODE"]) == {"ORG_CODE": {ORG_ONE: ONE}}


# A column of any code

ANY: EntitySpec = replace(
    ENTITY,
    keys={
        "USCC": KeySpec(column="mark"),
        "ORG_CODE": KeySpec(column="mark", form="hyphenated"),
        "REG_NO": KeySpec(column="mark"),
        "NAME": KeySpec(column="name"),
    },
    also_by=["ORG_CODE", "REG_NO", "NAME"],
    tombstone=None,
)
NAME_ONE, NAME_TWO = "三江(同江)公司", "乙公司"
KNOWN = {**ALIASES, "NAME": {NAME_ONE: ONE, NAME_TWO: TWO}}


def by_any(*raws: dict[str, Any], alone: str | None = None, **known: Any) -> Gathered:
    reader = RowReader(ANY, "USCC", ("name",), also=("ORG_CODE", "REG_NO", "NAME"))
    wanted = (ONE, TWO) if alone is None else (alone,)
    return reader.gather(raws, frozenset(wanted), {**KNOWN, **known}, alone)


def marked(mark: str | None, name: str | None = None, serial: int = 1) -> dict[str, Any]:
    return raw(mark=mark, name=name, serial=serial)


def test_whichever_code_it_is_names_the_subject() -> None:
    answer = by_any(
        marked(ONE.lower()),
        marked(f"{ORG_ONE[:8]}-{ORG_ONE[8]}", serial=2),
        marked(REG_TWO, serial=3),
        marked(REG_ONE, "三江（同江）公司", serial=4),
        marked("", NAME_TWO, serial=5),
    )
    assert found(answer) == {ONE: ["1", "2", "4"], TWO: ["3", "5"]}
    schemes = {row.record_key[-1]: row.key_scheme for rows in answer.rows.values() for row in rows}
    assert schemes == {"1": None, "2": "ORG_CODE", "3": "REG_NO", "4": "REG_NO", "5": "NAME"}
    assert (answer.unreadable, answer.others) == ({}, False)


@pytest.mark.parametrize(
    ("mark", "name", "incomplete"),
    [(ONE, NAME_TWO, {ONE, TWO}), (REG_TWO, NAME_ONE, {ONE, TWO}), (ONE, "丙公司", {ONE}), ("X7", NAME_ONE, {ONE})],
)
def test_columns_that_contradict_each_other(mark: str, name: str, incomplete: set[str]) -> None:
    answer = by_any(marked(mark, name), marked(TWO, serial=2))
    assert found(answer) == {TWO: ["2"]}
    assert answer.unreadable.keys() == incomplete


def test_unknown_code_contradicts_nobody_who_may_have_it() -> None:
    answer = by_any(marked("X7", NAME_ONE), REG_NO={REG_TWO: TWO})
    assert found(answer) == {ONE: ["1"]}, "no registration number is known of it: this may be the one"


def test_rows_of_others_are_told() -> None:
    assert by_any(marked("91230881TJ00000350")).others
    assert by_any(marked("", "丙公司")).others
    assert by_any(marked(None)).others


def test_row_without_any_code_is_of_the_only_subject_that_was_asked_about() -> None:
    answer = by_any(marked(None), marked("", "暂无", serial=2), marked(TWO, serial=3), alone=ONE)
    assert found(answer) == {ONE: ["1", "2"]}
    assert answer.others


CODES = st.sampled_from([None, "", "X7", ONE, TWO, ORG_ONE, ORG_TWO, REG_ONE, REG_TWO])
NAMES = st.sampled_from([None, NAME_ONE, NAME_TWO, "丙公司"])
OWNERS = {code: key for codes in ({"": {ONE: ONE, TWO: TWO}} | KNOWN).values() for code, key in codes.items()}


@given(CODES, NAMES)
def test_no_row_goes_to_a_subject_whom_one_of_its_codes_does_not_name(mark: str | None, name: str | None) -> None:
    answer = by_any(marked(mark, name))
    named = {OWNERS[each] for each in (mark, name) if each in OWNERS}
    assert answer.rows.keys() <= named
    assert len(answer.rows) <= 1
    if len(named) > 1:
        assert not answer.rows
        assert answer.unreadable.keys() == named
    assert bool(answer.rows) + bool(answer.unreadable) + answer.others == 1
