"""The options of `source new`: how each piece of a new source is told, explained once."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.kit.draft import CODES_FORM, CONSTANT_FORM, FIELD_FORM, KEY_FORM

Pieces = list[str] | None

NewName = Annotated[
    str | None,
    typer.Argument(help="The source: `<department>_<thing>`, in lower case. After `--list fields`: the entity."),
]
Kind = Annotated[str, typer.Option("--kind", help="系统类型 kind of system; `--list kinds`.")]
DepartmentCode = Annotated[str, typer.Option("--department", help="归属部门 owning department; `--list departments`.")]
Title = Annotated[str, typer.Option("--title", help="系统的中文名 name of the system in Chinese.")]
Contact = Annotated[str, typer.Option("--contact", help="找谁 whom to call.")]
Entities = Annotated[Pieces, typer.Option("--entity", help="有哪种记录 kind of record, repeatable; `--list entities`.")]
Keys = Annotated[
    Pieces, typer.Option("--key", help=f"[ENTITY.]{KEY_FORM}: 按哪种标识符查 asked by which code; `--list schemes`.")
]
RecordKeys = Annotated[
    Pieces, typer.Option("--record-key", help="[ENTITY=]COLUMN[,COLUMN…]: 能找回记录的列 what finds a record again.")
]
Fields = Annotated[
    Pieces, typer.Option("--field", help=f"[ENTITY.]{FIELD_FORM}: 字段 a field; `--list fields ENTITY`, types, scopes.")
]
Constants = Annotated[
    Pieces, typer.Option("--constant", help=f"[ENTITY.]{CONSTANT_FORM}: 所有记录都一样的字段 the same in all records.")
]
Codes = Annotated[
    Pieces, typer.Option("--codes", help=f"[ENTITY.]{CODES_FORM}: 代码表; without it, the schema's Chinese words.")
]
AsOf = Annotated[
    Pieces, typer.Option("--as-of", help="[ENTITY=]COLUMN[:date]: 更新时间 when a record was last touched.")
]
Tombstones = Annotated[
    Pieces, typer.Option("--tombstone", help="[ENTITY=]COLUMN:VALUE[,VALUE…]: 删除标志 rows that count as deleted.")
]
Settings = Annotated[
    Pieces,
    typer.Option("--set", help="[ENTITY.]KEY=VALUE: 其他任何键 any other key of config/README.md; `--list kinds`."),
]
Scope = Annotated[str, typer.Option("--scope", help="Scope of fields that name none; `--list scopes`.")]
FromHeader = Annotated[
    Path | None,
    typer.Option(
        "--from-header", help="Propose fields from the header of this .csv or .xlsx.", exists=True, dir_okay=False
    ),
]
FromDatabase = Annotated[
    str | None,
    typer.Option(
        "--from-database", help="Propose fields from a table: URL of the database, or the variable that has it."
    ),
]
TableName = Annotated[str | None, typer.Option("--table", help="The table or view of --from-database.")]
ListName = Annotated[
    str | None,
    typer.Option(
        "--list", help="Only list: entities, `fields ENTITY`, departments, scopes, types, schemes, levels or kinds."
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="不提问 ask nothing: what is missing is a mistake.")]
