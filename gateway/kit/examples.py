"""Three example cases for every part of a new source: found, none, a value that cannot be read.

The rows are made up (`gateway.kit.specimens`); what must come out of them is what comes out today, for people to go
through and to replace with what the department really sends.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import to_builtins

from connectors.keys import source_keys
from connectors.spec import AnyEntity, FieldSpec, SourceSpec
from gateway.kit.cases import Case, CaseSpec, Outcome, run_case
from gateway.kit.specimens import RECORD, STRICTNESS, UNREADABLE, cell_of, subject_key
from gateway.kit.words import entity_words, field_words
from gateway.kit.writing import key_text, written
from schema.values import Money

Row = dict[str, str]

_MADE_UP: Final = """\
# 行是编造的示例:请换成部门给的真实样例(先脱敏),并逐项核对 records 正是应得的记录。
# The rows are made up: replace them with what the department really sends, and go through the records."""


def example_cases(source: SourceSpec) -> dict[str, str]:
    """Return the example cases of ``source``: file name -> text."""
    found: dict[str, str] = {}
    for part, entity in source.entities.items():
        zh = entity_words(part).zh
        row = _row(part, entity)
        found[f"{part}.found.toml"] = _text(
            source, part, f"查到{zh}:每一列都有值。 Found: every column is filled.", row
        )
        found[f"{part}.none.toml"] = _text(source, part, f"没有{zh}。 Nothing on record.", None)
        words, unreadable = _unreadable(source, part, entity, row)
        found[f"{part}.unreadable.toml"] = _text(source, part, words, unreadable)
    return found


def _row(part: str, entity: AnyEntity) -> Row:
    """Return a row in which everything can be read: the strictest field of a column says what stands there."""
    row: Row = {}
    words = field_words(part)
    deleted = frozenset(mark.upper() for mark in entity.tombstone.values) if entity.tombstone else frozenset[str]()
    for name, spec in _strictest_first(entity):
        for column, cell in _cells(spec, words[name].zh if name in words else name, deleted):
            row.setdefault(column, cell)
    for scheme, key in entity.keys.items():
        row[key.column] = source_keys(scheme, subject_key(scheme), key.form)[0]
    for column in entity.record_key:
        row.setdefault(column, RECORD)
    if entity.as_of is not None:
        row.setdefault(entity.as_of.column, cell_of(FieldSpec(column="", type=entity.as_of.type, scope=""), ""))
    return row


def _cells(spec: FieldSpec, zh: str, deleted: frozenset[str]) -> Iterator[tuple[str, str]]:
    if spec.column:  # a constant stands in no column
        yield spec.column, cell_of(spec, zh, deleted)
    if spec.currency is not None:
        yield spec.currency.column, next(code for code in spec.currency.codes if code)


def _unreadable(source: SourceSpec, part: str, entity: AnyEntity, row: Row) -> tuple[str, Row]:
    """Return in words what cannot be read, and the row that has it: a value, or else the record key."""
    kept = {*(key.column for key in entity.keys.values()), *entity.record_key}
    words = field_words(part)
    for name, spec in _strictest_first(entity):
        column = spec.column or ""
        for cell in UNREADABLE if column and column not in kept else ():
            changed = {**row, column: cell}
            records = _outcome(source, part, changed).records
            if records and f"{name} MISREAD" in records[0]["issues"]:
                zh = words[name].zh if name in words else name
                return f"{zh}读不懂:字段为空并注明 MISREAD。 `{name}` cannot be read: null, and said so.", changed
    without = {column: cell for column, cell in row.items() if column not in entity.record_key}
    return "没有记录号的行:不采用,并注明。 A row without a record key: left out, and said so.", without


def _strictest_first(entity: AnyEntity) -> list[tuple[str, FieldSpec]]:
    return sorted(entity.fields.items(), key=lambda each: STRICTNESS.get(str(each[1].type), 0))


def _case(source: SourceSpec, part: str, row: Row | None) -> Case:
    scheme = _scheme(source.entities[part])
    spec = CaseSpec(scheme=scheme, ask=[subject_key(scheme)], rows=[] if row is None else [dict(row)])
    return Case("", part, "", "", spec)


def _outcome(source: SourceSpec, part: str, row: Row | None) -> Outcome:
    return run_case(source, _case(source, part, row))


def _scheme(entity: AnyEntity) -> str:
    return next(iter(entity.keys))


def _text(source: SourceSpec, part: str, words: str, row: Row | None) -> str:
    scheme = _scheme(source.entities[part])
    outcome = _outcome(source, part, row)
    lines = [f"# {words}", *([] if row is None else [_MADE_UP]), ""]
    lines += [f"scheme = {written(scheme)}", f"ask = {written([subject_key(scheme)])}"]
    if row is not None:
        lines += ["", "[[rows]]", *_lines(row)]
    for record in outcome.records:
        about = {name: value for name, value in record.items() if name != "values" and value not in (None, [])}
        lines += ["", "[[records]]", *_lines(about), "", "[records.values]", *_lines(record["values"])]
    if outcome.unreadable:
        lines += ["", "[unreadable]", *_lines(outcome.unreadable)]
    return "\n".join(lines) + "\n"


def _lines(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        shown = {name: each for name, each in to_builtins(value).items() if each} if isinstance(value, Money) else value
        yield f"{key_text(key)} = {written(shown)}"
