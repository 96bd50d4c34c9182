"""The questions of `source new`: what has not been told yet is asked for, in Chinese first, until the file is sound."""

from collections.abc import Collection
from typing import Final, get_args

import typer
from rich.console import Console

from connectors.declaration import unknown
from connectors.errors import Mistake
from connectors.load import STRUCT_OF_KIND
from connectors.spec import Scheme
from gateway.cli.lists import Listed, print_list
from gateway.kit.draft import Told
from gateway.kit.onboarding import flag_of
from gateway.kit.pieces import plain_pieces
from gateway.kit.proposal import usual_type
from schema.entities import ENTITY_FIELDS, entity_of

_FEW: Final = 12
"""So many names are listed again when an answer is none of them."""
_ABOUT: Final = {
    "title": "系统的中文名 name of the system in Chinese",
    "contact": "找谁 whom to call",
}


def ask_about(console: Console, told: Told, listed: Listed) -> None:
    """Ask for what a source is: kind, department, title, contact, entities."""
    if not told.kind:
        told.kind = _choose("系统类型 kind of system", STRUCT_OF_KIND)
    if "department" not in told.about:
        print_list(console, "departments", listed)
        told.about["department"] = _choose("归属部门 owning department", listed.departments)
    for key, question in _ABOUT.items():
        if key not in told.about:
            told.about[key] = typer.prompt(question)
    if not told.parts:
        print_list(console, "entities", listed)
        told.parts.append(_choose("哪种记录 which entity", ENTITY_FIELDS))
        while more := _choose("还有哪种记录(回车结束) another one, or nothing", ENTITY_FIELDS, none=True):
            told.parts.append(more)


def ask_for(console: Console, told: Told, listed: Listed, mistake: Mistake) -> None:
    """Ask for what is missing at the place of ``mistake``."""
    match mistake.place.split("."):
        case ["entities", part, "keys"]:
            _ask_keys(told, part)
        case ["entities", part, "record_key"]:
            columns = typer.prompt(f"{part}:合起来能找回一条记录的列,以逗号相隔 columns of the record key")
            told.record_keys.append(f"{part}={columns}")
        case ["entities", part, "fields"]:
            print_list(console, "fields", Listed(listed.departments, listed.policy, part))
            _ask_fields(told, part)
        case ["entities", part, *path] if path:
            told.settings.append(f"{part}.{'.'.join(path)}={_told(mistake)}")
        case _:
            told.settings.append(f"{mistake.place}={_told(mistake)}")


def ask_more(told: Told) -> None:
    """Ask for what may be there: when a record was last touched, and how a deleted one is marked."""
    for part in told.parts:
        for question, pieces in (
            ("更新时间的列(回车跳过) column of the last update, or nothing", told.as_of),
            ("删除标志 列:值,值(回车跳过) mark of deletion as COLUMN:VALUE,VALUE, or nothing", told.tombstones),
        ):
            known = any(each == part for each, _ in plain_pieces(pieces, told.parts)) or (
                pieces and len(told.parts) == 1
            )
            answer = "" if known else typer.prompt(f"{part}:{question}", default="", show_default=False)
            if answer:
                pieces.append(f"{part}={answer}")


def _told(mistake: Mistake) -> str:
    answer: str = typer.prompt(f"{mistake.place} ({mistake.message.partition('; say')[0]}; {flag_of(mistake.place)})")
    return answer


def _ask_keys(told: Told, part: str) -> None:
    scheme = _choose(f"{part}:按哪种标识符查 asked by which identifier", get_args(Scheme))
    while scheme:
        told.keys.append(f"{part}.{scheme}={typer.prompt(f'{scheme} 的列 its column')}")
        scheme = _choose("还能按哪种(回车结束) by another one, or nothing", get_args(Scheme), none=True)


def _ask_fields(told: Told, part: str) -> None:
    question = f"{part}:字段 field"
    while name := _choose(question, ENTITY_FIELDS[entity_of(part)], none=bool(told.fields)):
        column = typer.prompt(f"{name} 的列 its column")
        type_ = typer.prompt("类型 type", default=usual_type(part, name))
        told.fields.append(f"{part}.{name}={column}:{type_}")
        question = f"{part}:下一个字段(回车结束) next field, or nothing"


def _choose(question: str, known: Collection[str], *, none: bool = False) -> str:
    """Return one of ``known``, or a part of it, or nothing when ``none``; asks again until it is one."""
    while True:
        answer: str = typer.prompt(question, default="" if none else None, show_default=False).strip()
        if entity_of(answer) in known or answer in known or (none and not answer):
            return answer
        told = unknown("name", answer, known)
        hint = told.partition("; did you mean")
        typer.echo(told if len(known) <= _FEW else f"unknown name `{answer}`{''.join(hint[1:])}", err=True)
