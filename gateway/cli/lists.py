"""`source new --list`: what may stand in a source file, by name: entities, fields, departments, scopes and so on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from rich.console import Console
from rich.table import Column, Table

from connectors.declaration import unknown
from connectors.fields import TYPES_OF_FORM
from connectors.load import STRUCT_OF_KIND
from connectors.spec import Disclosure, EntitySpec, Scheme, SourceBase, ValueType
from gateway.departments import Departments
from gateway.kit.draft import entity_struct
from gateway.kit.pieces import Unclear, keys_of
from gateway.kit.proposal import usual_type
from gateway.kit.words import Words, code_words, entity_words, field_words, scheme_words
from gateway.policy import Policy
from schema.entities import ENTITY_FIELDS, entity_of


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list may need to know; ``entity`` is the one whose fields are wanted."""

    departments: Departments
    policy: Policy
    entity: str | None


def print_list(console: Console, name: str, listed: Listed) -> None:
    """Print the list ``name``; raises `Unclear` when there is none of that name, or no such entity."""
    if name not in LISTS:
        raise Unclear(f"--list: {unknown('list', name, LISTS)}")
    headings, rows = LISTS[name](listed)
    first, *others = headings
    table = Table(Column(first, no_wrap=True), *(Column(heading, overflow="fold") for heading in others))
    for row in rows:
        table.add_row(*row)
    console.print(table)


Rows = tuple[Sequence[str], Sequence[Sequence[str]]]


def _entities(_: Listed) -> Rows:
    rows = [
        (name, entity_words(name).zh, entity_words(name).en, str(len(ENTITY_FIELDS[name]))) for name in ENTITY_FIELDS
    ]
    return ("entity", "名称", "what it is", "fields"), sorted(rows)


def _fields(listed: Listed) -> Rows:
    entity = entity_of(listed.entity or "")
    if entity not in ENTITY_FIELDS:
        raise Unclear(f"--list fields ENTITY: {unknown('entity', entity, sorted(ENTITY_FIELDS))}")
    rows = []
    for name, words in field_words(entity).items():
        codes = " ".join(f"{code} {zh};" for code, zh in code_words(entity, name).items())
        rows.append((name, words.zh, str(usual_type(entity, name)), words.standard or "", codes))
    return ("field", "名称", "usual type", "standard column", "codes become"), rows


def _departments(listed: Listed) -> Rows:
    """List the bodies that there are: one with a successor owns nothing any more."""
    current = [(code, each.name) for code, each in listed.departments.items() if each.successor is None]
    return ("department", "名称"), current


def _scopes(listed: Listed) -> Rows:
    purposes = {scope: ", ".join(sorted(listed.policy.purposes_of(scope))) for scope in listed.policy.field_scopes}
    rows = [(scope, "✔" if scope in listed.policy.government else "", purposes[scope]) for scope in purposes]
    owner = ("owner.<source>", "✔", ", ".join(sorted(listed.policy.owner_purposes)))
    return ("scope", "departments only", "opens for"), [*rows, owner]


def _types(_: Listed) -> Rows:
    forms = {each: [form for form, types in TYPES_OF_FORM.items() if each in types] for each in get_args(ValueType)}
    return ("type", "for fields of form"), [(each, ", ".join(forms[each])) for each in forms]


def _schemes(_: Listed) -> Rows:
    words: dict[str, Words] = {scheme: scheme_words(scheme) for scheme in get_args(Scheme)}
    return ("scheme", "名称", "what it is"), [(scheme, each.zh, each.en) for scheme, each in words.items()]


def _levels(_: Listed) -> Rows:
    return ("level",), [(each,) for each in get_args(Disclosure)]


def _kinds(_: Listed) -> Rows:
    common, of_every_entity = keys_of(SourceBase), keys_of(EntitySpec)
    rows = [("(every kind)", ", ".join(common), ", ".join(of_every_entity))]
    for kind, struct in STRUCT_OF_KIND.items():
        own = [key for key in keys_of(struct) if key not in common and key != "entities"]
        of_entity = [key for key in keys_of(entity_struct(struct)) if key not in of_every_entity]
        rows.append((kind, ", ".join(own), ", ".join(of_entity)))
    return ("kind", "keys of the source", "keys of an entity"), rows


LISTS: Final[Mapping[str, Callable[[Listed], Rows]]] = {
    "entities": _entities,
    "fields": _fields,
    "departments": _departments,
    "scopes": _scopes,
    "types": _types,
    "schemes": _schemes,
    "levels": _levels,
    "kinds": _kinds,
}
