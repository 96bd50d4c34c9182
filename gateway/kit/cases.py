"""The cases of a source: raw rows as the department sends them, and the records that they must become.

A case is one small TOML file `<cases>/<source>/<part>.<situation>.toml`, opened by a comment that says the situation;
`CaseSpec` says what may stand in it.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from connectors.declaration import read_table, unknown
from connectors.errors import ConfigError, Mistake, SourceMisread
from connectors.mapping import Gathered, RowReader
from connectors.spec import AnyEntity, SourceSpec
from schema.values import Money

FEWEST: Final = 3
"""Cases that every part of a source has at least: found, none, a value that cannot be read."""
_POSITIONAL: Final = frozenset({"sql", "file"})
"""Kinds whose raw rows are sequences; those of the others are mappings."""


class RecordSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record that must come out; ``issues`` are field and code, a field that ``values`` lacks must be None."""

    key: str
    record_key: str
    values: dict[str, Any]
    as_of: str | None = None
    key_scheme: str | None = None
    issues: list[str] = []


class CaseSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case as its file has it."""

    scheme: str
    ask: list[str]
    """The canonical keys that are asked for."""
    aliases: dict[str, dict[str, str]] | None = None
    """Further codes of the same subjects, as in `Batch.aliases`."""
    absent: list[str] = []
    """Columns that the answer lacks altogether."""
    rows: list[dict[str, Any]] = []
    """Raw rows, dates and decimals as the driver gives them; a column that is not written is NULL."""
    records: list[RecordSpec] = []
    """What must come out, in order."""
    unreadable: dict[str, str] = {}
    """Key -> why rows of it were left out."""
    misread: str | None = None
    """Why the whole answer cannot be read, as a regular expression."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case; ``file`` is how messages name it, ``words`` its opening comment."""

    file: str
    part: str
    situation: str
    words: str
    spec: CaseSpec


@dataclass(slots=True)
class Outcome:
    """What comes, or must come, out of a case."""

    records: list[dict[str, Any]] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    misread: str | None = None


def case_files(folder: Path, source: str) -> list[Path]:
    """Return the files of the cases of ``source`` in the ``folder`` of all cases."""
    return sorted((folder / source).glob("*.toml"))


def read_case(file: Path, source: SourceSpec) -> Case:
    """Return the case in ``file``; raises `ConfigError` with every mistake when it is none of ``source``."""
    name = f"{file.parent.name}/{file.name}"
    try:
        text = file.read_text(encoding="utf-8")
        tables = tomllib.loads(text, parse_float=Decimal)
    except (OSError, ValueError) as error:
        raise ConfigError([Mistake(name, "", f"cannot be read: {error}")]) from None
    part, _, situation = file.stem.partition(".")
    mistakes: list[Mistake] = []
    spec = read_table(tables, CaseSpec, name, "", mistakes)
    found = [] if spec is None else _mistakes(part, text, spec, source)
    mistakes.extend(Mistake(name, place, message) for place, message in found)
    if spec is None or mistakes:
        raise ConfigError(mistakes)
    return Case(name, part, situation, " ".join(_opening(text)), spec)


def _opening(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if not line.startswith("#"):
            return
        yield line.removeprefix("#").strip()


def _mistakes(part: str, text: str, spec: CaseSpec, source: SourceSpec) -> Iterator[tuple[str, str]]:
    if not text.startswith("# "):
        yield "line 1", "a case opens with a comment that says the situation"
    if not spec.ask:
        yield "ask", "empty: a case asks for somebody"
    entity = source.entities.get(part)
    if entity is None:
        yield "", unknown("entity of the source", part, list(source.entities))
    elif spec.scheme not in entity.keys:
        yield "scheme", unknown("key", spec.scheme, list(entity.keys))


def expected(case: Case) -> Outcome:
    """Return what must come out of ``case``."""
    records = [_expected(record) for record in case.spec.records]
    return Outcome(records, dict(case.spec.unreadable), case.spec.misread)


def _expected(record: RecordSpec) -> dict[str, Any]:
    values = {name: Money(**value) if isinstance(value, dict) else value for name, value in record.values.items()}
    return _record(record.key, record.record_key, record.as_of, record.key_scheme, record.issues, values)


def _record(
    key: str, record_key: str, as_of: str | None, key_scheme: str | None, issues: list[str], values: dict[str, Any]
) -> dict[str, Any]:
    told = {"key": key, "record_key": record_key, "as_of": as_of, "key_scheme": key_scheme}
    return {**told, "issues": sorted(issues), "values": values}


def run_case(source: SourceSpec, case: Case) -> Outcome:
    """Return what comes out of ``case``, read as the connector of the source's kind does, all fields at once."""
    entity = source.entities[case.part]
    try:
        gathered = _read(source, entity, case.spec)
    except SourceMisread as error:
        wanted = case.spec.misread
        return Outcome(misread=wanted if wanted is not None and re.search(wanted, error.reason) else error.reason)
    return Outcome(_shown(entity, gathered), gathered.unreadable)


def _read(source: SourceSpec, entity: AnyEntity, case: CaseSpec) -> Gathered:
    positional = source.__struct_config__.tag in _POSITIONAL
    also = tuple(entity.also_by) if case.aliases is not None else ()
    lost = tuple((column, f"column `{column}` is missing") for column in case.absent) if positional else ()
    fields = tuple(entity.fields)
    reader = RowReader(entity, case.scheme, fields, also=also, positional=positional, digests=True, lost=lost)
    columns = [column for column in reader.columns if column not in case.absent]
    rows: list[Any] = [{**dict.fromkeys(columns), **row} for row in case.rows]
    if positional:
        rows = [tuple(row[column] for column in columns) for row in rows]
    if source.batch_size == 1:
        return reader.gather_for(case.ask[0], rows)
    return reader.gather(rows, frozenset(case.ask), case.aliases)


def _shown(entity: AnyEntity, gathered: Gathered) -> list[dict[str, Any]]:
    return [
        _record(
            key,
            row.record_key,
            row.as_of,
            row.key_scheme,
            [f"{issue.field} {issue.code}" for issue in row.issues],
            {name: value for name, value in zip(entity.fields, row.values, strict=True) if value is not None},
        )
        for key, rows in gathered.rows.items()
        for row in rows
    ]


def differences(wanted: Outcome, came: Outcome) -> Iterator[str]:
    """Yield where two outcomes differ, by names of fields and counts, never by what a record says."""
    if wanted.misread != came.misread:
        yield "misread: the answer as a whole is not read as expected"
    if wanted.unreadable != came.unreadable:
        yield f"unreadable: expected {len(wanted.unreadable)} keys with rows left out, found {len(came.unreadable)}"
    if len(wanted.records) != len(came.records):
        yield f"records: expected {len(wanted.records)}, found {len(came.records)}"
    for at, (one, other) in enumerate(zip(wanted.records, came.records, strict=False), 1):
        yield from (f"records.{at}.{name}: differs" for name in one if name != "values" and one[name] != other[name])
        fields = {**one["values"], **other["values"]}
        changed = [name for name in fields if one["values"].get(name) != other["values"].get(name)]
        yield from (f"records.{at}.values.{name}: differs" for name in changed)


def case_mistakes(source: SourceSpec, folder: Path) -> list[Mistake]:
    """Return what is wrong with the cases of ``source``: too few for a part, not readable, or not what comes out."""
    mistakes: list[Mistake] = []
    files = case_files(folder, source.name)
    for file in files:
        try:
            case = read_case(file, source)
        except ConfigError as error:
            mistakes.extend(error.mistakes)
        else:
            told = differences(expected(case), run_case(source, case))
            mistakes.extend(Mistake(case.file, "", each) for each in told)
    parts = [file.stem.partition(".")[0] for file in files]
    for part in source.entities:
        if (count := parts.count(part)) < FEWEST:
            few = f"{count} cases in {folder.name}/{source.name}/, at least {FEWEST} are needed"
            mistakes.append(Mistake(f"{source.name}.toml", f"entities.{part}", few))
    return mistakes
