"""Every source file against its cases: raw rows as the department sends them, and the records they must become.

A case is one small TOML file `tests/cases/<source>/<part>.<situation>.toml`, opened by a comment that says the
situation; a part is an entity, or one of several tables of one. A part with fewer than three cases fails here.

    scheme, ask   the identifier scheme, and the canonical keys that are asked for
    aliases       further codes of the same subjects, as in `Batch.aliases`
    absent        columns that the answer lacks altogether
    rows          raw rows, dates and decimals as the driver gives them; a column that is not written is NULL
    records       what must come out, in order: `key`, `record_key`, `as_of`, `key_scheme`, `issues` (field and code),
                  and `values`; a field that is not written must be None
    unreadable    key -> why rows of it were left out
    misread       why the whole answer cannot be read
"""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import SourceMisread
from connectors.load import Known, load_sources
from connectors.mapping import Gathered, RowReader
from connectors.spec import AnyEntity, SourceSpec
from gateway.departments import load_departments
from gateway.policy import load_policy
from schema.values import Money

CONFIG = Path(__file__).parents[2] / "config"
CASES = Path(__file__).parents[1] / "cases"
FEWEST = 3
IN_CASE = {"scheme", "ask", "aliases", "absent", "rows", "records", "unreadable", "misread"}
IN_RECORD = {"key", "record_key", "as_of", "key_scheme", "issues", "values"}


def _sources() -> dict[str, SourceSpec]:
    departments = load_departments(CONFIG / "departments.toml")
    policy = load_policy(CONFIG / "scopes.toml")
    return load_sources(CONFIG / "sources", Known(departments, policy.field_mistake))


SOURCES = _sources()
FILES = sorted(file for name in SOURCES for file in (CASES / name).glob("*.toml"))


def _part_of(file: Path) -> str:
    return file.stem.partition(".")[0]


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_every_part_has_cases(source: SourceSpec) -> None:
    found = [_part_of(file) for file in FILES if file.parent.name == source.name]
    assert set(found) == set(source.entities), "cases of a part that the source file does not have, or none of one"
    few = {name for name in source.entities if found.count(name) < FEWEST}
    assert not few, f"fewer than {FEWEST} cases"


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_case(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# "), "a case opens with the situation in words"
    case = tomllib.loads(text, parse_float=Decimal)
    assert case.keys() <= IN_CASE
    source = SOURCES[file.parent.name]
    entity = source.entities[_part_of(file)]
    if "misread" in case:
        with pytest.raises(SourceMisread, match=case["misread"]):
            _read(source, entity, case)
        return
    gathered = _read(source, entity, case)
    assert gathered.unreadable == case.get("unreadable", {})
    assert _shown(entity, gathered) == [_expected(record) for record in case.get("records", [])]


def _read(source: SourceSpec, entity: AnyEntity, case: dict[str, Any]) -> Gathered:
    """Read the rows of ``case`` as the connector of the source's kind does, all fields at once."""
    positional = source.__struct_config__.tag in {"sql", "file"}
    also = tuple(entity.also_by) if "aliases" in case else ()
    fields, absent = tuple(entity.fields), case.get("absent", ())
    lost = tuple((column, f"column `{column}` is missing") for column in absent) if positional else ()
    reader = RowReader(entity, case["scheme"], fields, also=also, positional=positional, digests=True, lost=lost)
    columns = [column for column in reader.columns if column not in absent]
    rows: list[Any] = [{**dict.fromkeys(columns), **row} for row in case.get("rows", [])]
    if positional:
        rows = [tuple(row[column] for column in columns) for row in rows]
    if source.batch_size == 1:
        return reader.gather_for(case["ask"][0], rows)
    return reader.gather(rows, frozenset(case["ask"]), case.get("aliases"))


def _shown(entity: AnyEntity, gathered: Gathered) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "record_key": row.record_key,
            "as_of": row.as_of,
            "key_scheme": row.key_scheme,
            "issues": sorted(f"{issue.field} {issue.code}" for issue in row.issues),
            "values": {name: value for name, value in zip(entity.fields, row.values, strict=True) if value is not None},
        }
        for key, rows in gathered.rows.items()
        for row in rows
    ]


def _expected(record: dict[str, Any]) -> dict[str, Any]:
    assert record.keys() <= IN_RECORD
    values = {name: Money(**value) if isinstance(value, dict) else value for name, value in record["values"].items()}
    blank: dict[str, Any] = {"as_of": None, "key_scheme": None, "issues": []}
    return {**blank, **record, "issues": sorted(record.get("issues", [])), "values": values}
