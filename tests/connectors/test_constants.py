"""Fields that have one value in all records of a table: typed by the loader, read without a cell."""

from pathlib import Path
from typing import Any

import pytest

from connectors.columns import columns_needed
from connectors.constants import constant_mistake, constant_of
from connectors.load import Known, load_sources
from connectors.mapping import RowReader
from connectors.spec import EntitySpec, FieldSpec, KeySpec
from schema.entities import EntityField, Form
from schema.values import Money
from tests.connectors.rows import ONE, field

LISTS = """
name = "lists"
department = "court"
title = "名录库"
contact = "信用科"
kind = "sql"
url_env = "LISTS_URL"
timeout_seconds = 2.0
batch_size = 100
concurrency = 4

[entities.AdministrativePenalty_closed]
table = "gt"
keys.USCC = { column = "uscc" }
record_key = ["id"]

[entities.AdministrativePenalty_closed.fields]
categories = { value = "ORDER_SUSPENSION;FINE", scope = "x" }
status = { value = "IN_FORCE", scope = "x" }
fine_amount = { value = "2000", scope = "x" }
decided_on = { value = "2026-03-01", scope = "x" }
facts = { value = "(见决定书) true", scope = "x" }
content = { column = "nr", type = "text", scope = "x" }

[entities.LegalRepresentative]
table = "fr"
keys.USCC = { column = "uscc" }
record_key = ["id"]
fields.legal_representative = { value = "true", scope = "x" }

[entities.TaxCreditRating]
table = "nspj"
keys.USCC = { column = "uscc" }
record_key = ["id"]
fields.evaluation_year = { value = "2025", scope = "x" }
fields.score = { value = "90.5", scope = "x" }
"""


def constant(value: str, **more: Any) -> FieldSpec:
    return FieldSpec(value=value, scope="public", **more)


@pytest.fixture
def entities(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "lists.toml").write_text(LISTS, encoding="utf-8")
    return dict(load_sources(tmp_path, Known(None, None))["lists"].entities)


@pytest.mark.parametrize(
    ("part", "values"),
    [
        (
            "AdministrativePenalty_closed",
            (["ORDER_SUSPENSION", "FINE"], "IN_FORCE", Money(amount="2000"), "2026-03-01", "(见决定书) true", "罚"),  # type: ignore[arg-type]
        ),
        ("LegalRepresentative", (True,)),
        ("TaxCreditRating", (2025, "90.5")),
    ],
)
def test_constants_of_a_file_read_as_the_schema_has_them(
    entities: dict[str, EntitySpec], part: str, values: tuple[Any, ...]
) -> None:
    entity = entities[part]
    reader = RowReader(entity, "USCC", tuple(entity.fields))
    (row,) = reader.gather([{"uscc": ONE, "id": 7, "nr": "罚"}], {ONE}).rows[ONE]
    assert (row.values, row.issues) == (values, ())


BARE = EntitySpec(
    keys={"USCC": KeySpec(column="k")},
    record_key=["id"],
    fields={"kind": constant("A"), "name": field("n", "text"), "day": field("d", "date"), "end": constant("B")},
)


def test_a_constant_costs_no_column() -> None:
    assert columns_needed(BARE, "USCC", ["kind", "name", "end"]) == ("k", "id", "n")


@pytest.mark.parametrize("positional", [False, True])
@pytest.mark.parametrize(("day", "codes"), [("20260301", []), ("never", ["MISREAD"]), ("长期", ["OPEN_ENDED"])])
def test_constants_stand_among_the_cells_that_are_read(positional: bool, day: str, codes: list[str]) -> None:
    reader = RowReader(BARE, "USCC", ("kind", "name", "day", "end"), positional=positional)
    cells = {"k": ONE, "id": 7, "n": "甲", "d": day}
    raw = tuple(cells[column] for column in reader.columns) if positional else cells
    (row,) = reader.gather([raw], {ONE}).rows[ONE]
    assert row.values == ("A", "甲", None if codes else "2026-03-01", "B")
    assert [issue.code for issue in row.issues] == codes


def test_constants_alone_are_values_of_every_row() -> None:
    reader = RowReader(BARE, "USCC", ("end", "kind"))
    assert [row.values for row in reader.gather_for(ONE, [{"id": 7}, {"id": 8}]).rows[ONE]] == [("B", "A")] * 2


def test_each_row_has_a_list_of_its_own() -> None:
    listed = constant("A;B", type="code_list", codes={"A": "A", "B": "B"})
    entity = EntitySpec(keys={"USCC": KeySpec(column="k")}, record_key=["id"], fields={"kinds": listed})
    one, two = RowReader(entity, "USCC", ("kinds",)).gather_for(ONE, [{"id": 7}, {"id": 8}]).rows[ONE]
    assert one.values == two.values == (["A", "B"],)
    assert one.values[0] is not two.values[0]


@pytest.mark.parametrize(
    ("form", "sound", "wrong"),
    [
        ("text", ["异常名录", "a b", "true", "1"], ["无", "null", " a", "a\n", "\u200b", "\ufffd"]),
        ("date", ["2026-03-01"], ["20260301", "2026-3-1", "2026-02-30", "2026", "长期", "2099-12-31", "0"]),
        ("datetime", ["2026-03-01T09:00:00+08:00"], ["2026-03-01", "2026-03-01T09:00:00", "长期"]),
        ("integer", ["0", "12", "-3"], ["1.0", "012", "1,000", "一", "9999999999"]),
        ("decimal", ["0", "77.5", "-1"], ["77.50", ".5", "1e3", "—"]),
        ("money", ["0", "2000", "0.5"], ["-1", "2,000", "2000元", "2000.00", "无"]),
        ("boolean", ["true", "false"], ["1", "是", "True", ""]),
    ],
)
def test_a_constant_is_written_as_answers_show_it(form: Form, sound: list[str], wrong: list[str]) -> None:
    known = EntityField("name", form)
    assert [value for value in sound if constant_mistake(value, known) is not None] == []
    assert [value for value in wrong if constant_mistake(value, known) is None] == []


def test_constant_of_a_field_without_a_type_is_a_text() -> None:
    assert constant_of(constant("2025")) == "2025"
