"""`source new`: a new source file with its example cases, from answers, from flags, or from the header of a table."""

import asyncio
import os
from pathlib import Path
from typing import Final

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from connectors.errors import ConfigError, Mistake, SourceError
from connectors.load import Known, variables
from connectors.spec import Name
from gateway.catalogue import Items, load_items, load_legal_bases
from gateway.catalogue import Known as KnownToItems
from gateway.cli import new_options as told_by
from gateway.cli.lists import Listed, print_list
from gateway.cli.options import DEFAULT_CASES, DEFAULT_CONFIG, Cases, Config
from gateway.cli.questions import ask_about, ask_for, ask_more
from gateway.departments import load_departments
from gateway.kit.draft import PUBLIC_SCOPE, Told, make_tables, propose_pieces
from gateway.kit.header import Column, file_columns, table_columns
from gateway.kit.levels import narrow_levels
from gateway.kit.onboarding import Draft, Place, check_draft
from gateway.kit.pieces import Unclear
from gateway.kit.proposal import Proposal, propose
from gateway.policy import load_policy
from schema.entities import ENTITY_FIELDS

_FORMATS: Final = {".csv": "csv", ".xlsx": "xlsx"}
"""Suffix -> `format` of a source of kind file."""

source_commands = typer.Typer(help="接入数据源。 Connect a source.", no_args_is_help=True)


@source_commands.command("new")
def source_new(
    name: told_by.NewName = None,
    kind: told_by.Kind = "",
    department: told_by.DepartmentCode = "",
    title: told_by.Title = "",
    contact: told_by.Contact = "",
    entity: told_by.Entities = None,
    key: told_by.Keys = None,
    record_key: told_by.RecordKeys = None,
    field: told_by.Fields = None,
    constant: told_by.Constants = None,
    codes: told_by.Codes = None,
    as_of: told_by.AsOf = None,
    tombstone: told_by.Tombstones = None,
    setting: told_by.Settings = None,
    scope: told_by.Scope = PUBLIC_SCOPE,
    from_header: told_by.FromHeader = None,
    from_database: told_by.FromDatabase = None,
    table: told_by.TableName = None,
    config: Config = DEFAULT_CONFIG,
    cases: Cases = None,
    list_: told_by.ListName = None,
    yes: told_by.Yes = False,
) -> None:
    """新建数据源:一个文件和它的用例,不写代码。 Write a source file and three example cases per entity.

    What no option tells is asked for. With --from-header or --from-database the names of columns are read, never a row:
    a column that is called exactly as the schema calls a field fills it; the others are listed.

    Nothing is overwritten, and nothing is written before the file loads and its cases pass.
    """
    about = {"department": department, "title": title, "contact": contact}
    told = Told(
        name or "", kind, {each: text for each, text in about.items() if text}, list(dict.fromkeys(entity or ()))
    )
    told.settings, told.keys, told.record_keys = setting or [], key or [], record_key or []
    told.fields, told.codes, told.as_of, told.tombstones = field or [], codes or [], as_of or [], tombstone or []
    told.constants, told.scope = constant or [], scope
    try:
        listed = Listed(load_departments(config / "departments.toml"), load_policy(config / "scopes.toml"), name)
        if list_ is not None:
            print_list(Console(highlight=False), list_, listed)
            return
        told.name = _name(told.name, yes)
        place = Place.of(told.name, config, cases or DEFAULT_CASES)
        columns = _columns(told, from_header, from_database, table)
        draft = _draft(told, listed, _items(config, listed), columns, config, yes)
    except Unclear as unclear:
        raise typer.BadParameter(str(unclear)) from None
    _write(draft, place, config, yes)


def _name(name: str, yes: bool) -> str:
    """Return the name of the source, asking for it where none is told; raises `Unclear`."""
    if not name and not yes:
        name = typer.prompt("数据源名(小写字母、数字、下划线) name of the source")
    try:
        return msgspec.convert(name, Name)
    except msgspec.ValidationError:
        raise Unclear("NAME: expected a name in lower-case letters, digits and `_`, e.g. city_order") from None


def _columns(told: Told, header: Path | None, database: str | None, table: str | None) -> list[Column] | None:
    """Return the columns of the table that is named, None when none is; note in ``told`` what follows from it."""
    try:
        if header is not None:
            return _columns_of_file(told, header)
        if database is not None:
            return _columns_of_table(told, database, table)
    except SourceError as error:
        raise ConfigError([Mistake("--from-header" if header else "--from-database", "", error.reason)]) from None
    return None


def _columns_of_file(told: Told, header: Path) -> list[Column]:
    told.kind = told.kind or "file"
    line, lines = _number(told, "header_line"), _number(told, "header_lines")
    columns, encoding = file_columns(header, range(line, line + lines), told.setting("sheet"))
    if told.kind == "file":
        told.suppose("format", _FORMATS.get(header.suffix.lower(), "csv"))
        told.suppose("encoding", encoding)
    return columns


def _number(told: Told, key: str) -> int:
    text = told.setting(key) or "1"
    if not text.isdecimal() or int(text) < 1:
        raise Unclear(f"--set: `{key}` is a number of lines, found `{text}`")
    return int(text)


def _columns_of_table(told: Told, database: str, table: str | None) -> list[Column]:
    table = table or told.setting("table")
    if table is None:
        raise Unclear("--from-database: name the table with --table")
    told.kind = told.kind or "sql"
    if told.kind == "sql":
        told.suppose("table", table)
    return asyncio.run(table_columns(database, table, told.setting("schema_name"), os.environ))


def _items(config: Path, listed: Listed) -> Items:
    bases = load_legal_bases(config / "legal_bases.toml")
    return load_items(config / "catalogue" / "items", KnownToItems(listed.departments, bases, ENTITY_FIELDS))


def _draft(told: Told, listed: Listed, items: Items, columns: list[Column] | None, config: Path, yes: bool) -> Draft:
    """Return a sound draft, asking for what is missing; raises `ConfigError`, `Unclear`."""
    console = Console(highlight=False, stderr=True)
    known = Known(listed.departments, listed.policy.field_mistake)
    if not yes:
        ask_about(console, told, listed)
    if columns is not None:
        _propose(console, told, columns)
    asked = yes
    while True:
        try:
            tables = make_tables(told, listed.policy)
            narrow_levels(told.name, tables["entities"], told.levels, items)
            draft = check_draft(tables, config / "sources", known, items)
            if asked:
                return draft
            ask_more(told)
            asked = True
        except ConfigError as error:
            missing = [each for each in error.mistakes if each.message.startswith(("missing", "empty"))]
            if yes or not missing:
                raise
            ask_for(console, told, listed, missing[0])


def _propose(console: Console, told: Told, columns: list[Column]) -> None:
    if len(told.parts) != 1:
        raise Unclear("--entity: name exactly one, that of the table whose columns are read")
    proposal = propose(told.parts[0], columns)
    propose_pieces(told, told.parts[0], proposal)
    console.print(_proposed(proposal))
    if proposal.unmapped:
        console.print(f"未对应的列 columns that are called like no field: {'、'.join(proposal.unmapped)}", markup=False)


def _proposed(proposal: Proposal) -> Table:
    table = Table("column", "field or key", title="按名称对应的列 columns mapped by name", title_justify="left")
    for name, column in proposal.fields.items():
        table.add_row(column.name, name)
    for scheme, name in proposal.keys.items():
        table.add_row(name, f"keys.{scheme}")
    return table


def _write(draft: Draft, place: Place, config: Path, yes: bool) -> None:
    if not yes:
        typer.echo(draft.text)
        typer.confirm(f"写入 write {place.file} 和用例 and {len(draft.cases)} cases?", default=True, abort=True)
    for path in draft.write(place):
        typer.echo(f"written: {path}")
    typer.echo(_next_steps(draft, config))


def _next_steps(draft: Draft, config: Path) -> str:
    name, needed = draft.source.name, " ".join(variables(draft.source))
    named = "" if config == DEFAULT_CONFIG else f" --config {config}"
    return f"""
下一步 next:
  1. 通读文件和用例,把示例行换成真实(脱敏)样例 go through the file and the cases; replace the made-up rows
  2. 设置环境变量 set the environment variables: {needed}
  3. credit-gateway check --environment{named}
  4. credit-gateway probe {name}{named} --key SCHEME=VALUE
  5. credit-gateway conform {name}{named} --report {name}.html    双方签字 for both sides to sign"""
