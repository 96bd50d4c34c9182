"""Raw rows to typed rows: whose they are, what of them is left out, and what they say."""

from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connectors.base import Issue
from connectors.columns import PERSONAL, columns_needed
from connectors.errors import SourceMisread
from connectors.mapping import RowReader, UnreadableRow, digest_of
from connectors.spec import EntitySpec, KeySpec, RecordsOf, ValueType
from connectors.values import Unread
from schema.values import Money
from tests.connectors.rows import (
    ALSO,
    ENTITY,
    FIELDS,
    ONE,
    REG_ONE,
    THREE,
    TWO,
    field,
    found,
    gathered,
    raw,
)

BARE = EntitySpec(keys={"USCC": KeySpec(column="k")}, record_key=["id"], fields={"name": field("n", "text")})


def read_one(**cells: Any) -> Any:
    (row,) = gathered(raw(**cells)).rows[ONE]
    return row


def test_columns_needed_are_each_named_once_and_nothing_more() -> None:
    assert columns_needed(BARE, "USCC", ["name"]) == ("k", "id", "n")
    assert columns_needed(ENTITY, "USCC", ["number"]) == ("uscc", "doc", "serial", "flag", "changed")
    assert columns_needed(ENTITY, "USCC", ["amount"], ALSO) == (
        "uscc", "reg_no", "org_code", "doc", "serial", "flag", "changed", "amount", "cur",
    )  # fmt: skip


def test_row_is_read_in_the_order_of_the_fields() -> None:
    row = read_one()
    assert row.values == ("甲公司", "2026-09-30", Money(amount="2000"), "I", ONE)  # type: ignore[arg-type]
    assert row.record_key == "同罚〔2026〕1号|1"
    assert row.as_of == "2026-10-01T03:12:45+08:00"
    assert (row.issues, row.digest, row.key_scheme) == ((), None, None)


def test_positional_rows_read_as_mappings_do() -> None:
    reader = RowReader(ENTITY, "USCC", FIELDS, also=ALSO, digests=True, positional=True)
    row = tuple(raw()[column] for column in reader.columns)
    (read,) = reader.gather([row], {ONE}).rows[ONE]
    (same,) = gathered(raw(), digests=True).rows[ONE]
    assert (read.values, read.record_key, read.as_of, read.digest) == (
        same.values, same.record_key, same.as_of, same.digest,
    )  # fmt: skip


def test_an_internal_record_key_is_told_by_a_digest() -> None:
    internal = replace(BARE, record_key_internal=True)
    raws = [{"k": ONE, "id": 7}, {"k": ONE, "id": 8}]
    seven, eight = RowReader(internal, "USCC", ()).gather(raws, {ONE}).rows[ONE]
    assert seven.record_key != eight.record_key
    assert len(seven.record_key) == 32
    (again, _) = RowReader(internal, "USCC", ()).gather(raws, {ONE}).rows[ONE]
    assert again.record_key == seven.record_key


def test_no_fields_are_no_values() -> None:
    (row,) = RowReader(BARE, "USCC", ()).gather([{"k": ONE, "id": 7}], {ONE}).rows[ONE]
    assert (row.values, row.record_key, row.as_of) == ((), "7", None)


def test_columns_that_nobody_asked_for_are_not_read() -> None:
    class Watched(dict[str, Any]):
        def __getitem__(self, column: str) -> Any:
            read.append(column)
            return super().__getitem__(column)

    read: list[str] = []
    reader = RowReader(ENTITY, "USCC", ("name",), digests=True)
    reader.gather([Watched(raw(id_no="secret"))], {ONE})
    assert set(read) == set(reader.columns) == {"uscc", "doc", "serial", "changed", "flag", "name"}


def test_record_that_may_have_been_deleted_is_left_out_and_told() -> None:
    read = gathered(raw(flag="\ufffd"), raw(serial=2), raw(serial=3, flag=Unread("lost")))
    assert found(read) == {ONE: ["2"]}
    assert read.unreadable == {ONE: "a record that may have been deleted was left out"}


@pytest.mark.parametrize("type_", [each for each in get_args(ValueType) if each not in {"code", "code_list"}])
def test_cell_that_a_connector_could_not_read_is_misread_for_its_reason(type_: ValueType) -> None:
    unread = Unread("digits are lost")
    entity = replace(BARE, fields={"name": field("n", type_, blank=["0"])})
    (row,) = RowReader(entity, "USCC", ("name",)).gather([{"k": ONE, "id": 1, "n": unread}], {ONE}).rows[ONE]
    assert (row.values, row.issues) == ((None,), (Issue("name", "MISREAD", "digits are lost"),))
    assert RowReader(entity, "USCC", ()).gather([{"k": ONE, "id": unread}], {ONE}).unreadable.keys() == {ONE}


@pytest.mark.parametrize("type_", ["code", "code_list"])
def test_code_that_a_connector_could_not_read_is_misread_for_its_reason(type_: ValueType) -> None:
    entity = replace(BARE, fields={"name": field("n", type_, codes={"1": "WARNING"})})
    raws = [{"k": ONE, "id": 1, "n": Unread("digits are lost")}]
    (row,) = RowReader(entity, "USCC", ("name",)).gather(raws, {ONE}).rows[ONE]
    assert (row.values, row.issues) == ((None,), (Issue("name", "MISREAD", "digits are lost"),))


def test_issues_belong_to_their_own_row() -> None:
    one, two, three = gathered(raw(decided="201811"), raw(), raw(cur="840", decided="长期")).rows[ONE]
    assert [(issue.field, issue.code) for issue in one.issues] == [("decided_on", "MISREAD")]
    assert two.issues == ()
    assert [(issue.field, issue.code) for issue in three.issues] == [
        ("decided_on", "OPEN_ENDED"),
        ("amount", "MISREAD"),
    ]
    assert one.values[1] is None
    assert three.values[1:3] == (None, None)


def test_as_of_that_cannot_be_read_is_an_issue_and_hides_nothing() -> None:
    row = read_one(changed="yesterday")
    assert row.as_of is None
    assert row.issues == (Issue("as_of", "MISREAD", "not a date"),)
    assert row.values[0] == "甲公司"


def test_as_of_that_is_blank_is_nothing() -> None:
    assert (read_one(changed=None).as_of, read_one(changed=None).issues) == (None, ())


@pytest.mark.parametrize("flag", ["D", " D ", "d", "X"])
def test_tombstones_are_not_there(flag: str) -> None:
    answer = gathered(raw(flag=flag), raw(flag=flag, doc=None, serial=None), raw(serial=2))
    assert found(answer) == {ONE: ["2"]}
    assert not answer.unreadable


def test_what_another_department_decided_is_not_there() -> None:
    of = RecordsOf(column="by", departments={"court": ["同江市人民法院", "同江法院"], "taxation": ["税务局"]})
    described = replace(ENTITY, records_of=of)
    raws = [raw(serial=at, by=name) for at, name in enumerate(("同江市人民法院", " 同江法院 ", "税务局", None, ""))]
    for department, mine in (("court", ["0", "1"]), ("taxation", ["2"]), ("finance", [])):
        reader = RowReader(described, "USCC", ("name",), decided_by=department)
        assert "by" in reader.columns
        answer = reader.gather([*raws, raw(serial=None, doc=None, by="别的局")], [ONE])
        assert [row.record_key.partition("|")[2] for row in answer.rows.get(ONE, ())] == mine
        assert not answer.unreadable
    assert "by" not in RowReader(described, "USCC", ("name",)).columns


def test_without_the_column_that_tells_who_decided_there_is_no_answer() -> None:
    described = replace(ENTITY, records_of=RecordsOf(column="by", departments={"court": ["同江市人民法院"]}))
    with pytest.raises(SourceMisread, match="gone"):
        RowReader(described, "USCC", ("name",), decided_by="court", lost=(("by", "gone"),))
    with pytest.raises(SourceMisread, match="column `by` is missing"):
        RowReader(described, "USCC", ("name",), decided_by="court").gather([raw()], [ONE])


@pytest.mark.parametrize(("doc", "serial"), [(None, None), ("", " "), ("无", "—"), ("\\N", "null")])
def test_row_without_a_record_key_leaves_its_key_incomplete(doc: str | None, serial: str | None) -> None:
    answer = gathered(raw(doc=doc, serial=serial), raw(uscc=TWO, serial=2), raw(serial=3))
    assert found(answer) == {TWO: ["2"], ONE: ["3"]}
    assert answer.unreadable == {ONE: "a record without a record key was left out"}


def test_part_of_a_record_key_is_enough() -> None:
    assert read_one(doc=None).record_key == "|1"


@pytest.mark.parametrize("doc", ["同\ufffd", "\ud83d"])
def test_row_whose_record_key_is_not_readable_leaves_its_key_incomplete(doc: str) -> None:
    answer = gathered(raw(doc=doc))
    assert (answer.rows, list(answer.unreadable)) == ({}, [ONE])


def test_read_raises_for_one_row_alone() -> None:
    with pytest.raises(UnreadableRow, match="without a record key"):
        RowReader(ENTITY, "USCC", FIELDS).read(raw(doc="", serial=None))
    assert RowReader(ENTITY, "USCC", FIELDS).read(raw(flag="D")) is None


@pytest.mark.parametrize("uscc", [ONE.lower(), f" {ONE}\n", f"{ONE[:8]}-{ONE[8:]}", f"'{ONE}", f"{ONE[:-1]}Ａ"])
def test_own_key_is_found_however_it_is_written(uscc: str) -> None:
    assert found(gathered(raw(uscc=uscc))) == {ONE: ["1"]}


def test_rows_of_keys_that_were_not_asked_for_are_left_out() -> None:
    answer = gathered(raw(uscc=THREE), raw(uscc=THREE, reg_no=REG_ONE), raw(uscc=None), wanted=(ONE,))
    assert (answer.rows, answer.unreadable) == ({}, {})


def test_all_rows_of_a_call_about_one_key_are_its_own() -> None:
    reader = RowReader(ENTITY, "USCC", FIELDS)
    answer = reader.gather_for(TWO, [raw(), raw(uscc=None, serial=2), raw(flag="D"), raw(doc=None, serial=None)])
    assert found(answer) == {TWO: ["1", "2"]}
    assert list(answer.unreadable) == [TWO]


@pytest.mark.parametrize("column", ["uscc", "doc", "serial", "flag"])
def test_missing_column_that_is_needed_for_all_is_named(column: str) -> None:
    reader = RowReader(ENTITY, "USCC", FIELDS)
    short = {name: cell for name, cell in raw().items() if name != column}
    with pytest.raises(SourceMisread, match=f"column `{column}` is missing from the answer"):
        reader.gather([raw(), short], {ONE})
    if column != "uscc":
        with pytest.raises(SourceMisread, match=f"column `{column}` is missing from the answer"):
            reader.gather_for(ONE, [short])
    assert reader.gather([raw()], {ONE}).rows[ONE][0].issues == ()


def test_row_that_is_too_short() -> None:
    reader = RowReader(ENTITY, "USCC", FIELDS, positional=True)
    with pytest.raises(SourceMisread, match="promised columns"):
        reader.gather([(ONE, "doc")], {ONE})


cells = st.none() | st.text() | st.integers() | st.decimals(allow_nan=False) | st.dates() | st.booleans()
sent = st.dictionaries(st.text(), cells, min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(row=sent, data=st.data())
def test_digest_does_not_depend_on_the_order_of_columns_and_does_on_every_cell(
    row: dict[str, Any], data: st.DataObject
) -> None:
    assert digest_of(dict(reversed(row.items()))) == digest_of(row)
    column = data.draw(st.sampled_from(sorted(row)))
    assert digest_of(row | {column: f"{row[column]}+"}) != digest_of(row)
    assert digest_of({name: cell for name, cell in row.items() if name != column}) != digest_of(row)


def test_digest_of_a_row_covers_what_was_asked_for_and_nothing_else() -> None:
    def digest(**cells: Any) -> str | None:
        (row,) = gathered(raw(**cells), digests=True).rows[ONE]
        return row.digest

    assert digest() == digest(other="7")
    changed = [digest(**{column: f"{cell}1"}) for column, cell in raw().items() if column not in {"uscc", "flag"}]
    assert len({digest(), *changed}) == len(changed) + 1


@pytest.mark.parametrize("positional", [False, True])
@pytest.mark.parametrize("shown_as", sorted(PERSONAL))
def test_digest_of_a_row_tells_nothing_of_a_person(shown_as: ValueType, positional: bool) -> None:
    """Who sees `230881********0019` and a digest of the whole number has found the number after some 40,000 tries."""
    fields = {"name": field("n", "text"), "number": field("sfzh", shown_as)}
    entity = EntitySpec(keys={"PERSON": KeySpec(column="zjhm")}, record_key=["id"], fields=fields)
    reader = RowReader(entity, "PERSON", ("name", "number"), digests=True, positional=positional)

    def digest(number: str, name: str) -> str | None:
        row = {"zjhm": number, "id": 7, "sfzh": number, "n": name}
        (read,) = reader.gather_for(number, [[row[each] for each in reader.columns] if positional else row]).rows[
            number
        ]
        return read.digest

    assert (
        digest("230881198501010019", "甲") == digest("230881199209090019", "甲") != digest("230881198501010019", "乙")
    )


def test_digest_of_what_utf8_cannot_say() -> None:
    assert (
        digest_of({"a": "\ud83d", "b": 1}) == digest_of({"b": 1, "a": "\ud83d"}) != digest_of({"a": "\ud83e", "b": 1})
    )
