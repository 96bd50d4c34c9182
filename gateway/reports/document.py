"""The GraphQL query that a report is made from, over the public schema, and the one that asks for further pages.

Constant text: what is asked for is decided by `gateway.reports.contents` alone, the key of the subject is a variable.
A report can hold nothing that its caller could not have asked for.
"""

from functools import cache
from typing import Final

from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type

from gateway.reports.contents import GROUPS, PARTS, Group
from schema.schema import SCHEMA

ORGANIZATION: Final = "Organization"
MONEY: Final = "Money"
_FRAGMENTS: Final = """
fragment told on Section {
  state
  totalCount
  pageInfo { hasNextPage endCursor }
  coverage { source part department { name } status reason until asOf fetchedAt matchConfidence }
}

fragment origin on CreditRecord {
  recordId
  source
  department { name }
  departmentAsWritten
  underObjection
  issues { field code }
  provenance { system asOf sourceUpdatedAt fetchedAt digest confidence }
}
"""
_JUDGED: Final = """
fragment judged on NegativeRecord {
  state
  severity
  publicUntil
}
"""


@cache
def record_type(group: str) -> str:
    """Return the name of the type of the group's records."""
    type_: object = SCHEMA.type_map[ORGANIZATION]
    for name in GROUPS[group].path.split("."):
        assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType), "a path leads through objects"
        type_ = get_named_type(type_.fields[name].type)
    assert isinstance(type_, GraphQLObjectType), "it ends at a section"
    return str(get_named_type(type_.fields["items"].type))


def value_type(type_name: str, path: str) -> tuple[str, str, str]:
    """Return where the field at ``path`` of a record type stands: its type, its name, the name of its value's type."""
    *way, field = path.split(".")
    for name in way:
        type_name = str(get_named_type(_object(type_name).fields[name].type))
    return type_name, field, str(get_named_type(_object(type_name).fields[field].type))


def is_negative(group: str) -> bool:
    """Tell whether the rules of publicity and repair judge records of the group."""
    return any(each.name == "NegativeRecord" for each in _object(record_type(group)).interfaces)


def _object(name: str) -> GraphQLObjectType:
    type_ = SCHEMA.type_map[name]
    assert isinstance(type_, GraphQLObjectType), "records and what they hold are objects"
    return type_


def _field(type_name: str, path: str) -> str:
    value = value_type(type_name, path)[2]
    *way, field = path.split(".")
    text = f"{field} {{ amount currency }}" if value == MONEY else field
    for name in reversed(way):
        text = f"{name} {{ {text} }}"
    return text


def _section(group: Group, *, after: bool) -> str:
    """Return the selection of ``group`` under its own name, with what leads to it."""
    type_name = record_type(group.name)
    *way, field = group.path.split(".")
    said = [*(f"{name}: {value}" for name, value in group.arguments.items()), "first: $first"]
    said += ["after: $after"] if after else []
    shown = " ".join(_field(type_name, path) for path in group.fields)
    judged = " ...judged" if is_negative(group.name) else ""
    text = f"{group.name}: {field}({', '.join(said)}) {{ ...told items {{ ...origin{judged} {shown} }} }}"
    for name in reversed(way):
        text = f"{name} {{ {text} }}"
    return text


def _document(name: str, groups: list[Group], *, after: bool) -> str:
    variables = "$key: SubjectKey!, $first: Int!" + (", $after: String" if after else "")
    about = "" if after else "\n      kind name identityConflicts { conflicts { scheme } }"
    sections = "\n      ".join(_section(group, after=after) for group in groups)
    judged = _JUDGED if any(is_negative(group.name) for group in groups) else ""
    return (
        f"query {name}({variables}) {{\n  subject(key: $key) {{\n    __typename\n"
        f"    ... on {ORGANIZATION} {{\n      uscc{about}\n      {sections}\n    }}\n"
        f"    ... on SubjectProblem {{ message scheme check }}\n"
        f"    ... on SubjectUnresolved {{ coverage {{ source department {{ name }} status reason until }} }}\n"
        f"  }}\n}}\n{_FRAGMENTS}{judged}"
    )


DOCUMENT: Final = _document("CreditReport", [group for part in PARTS for group in part.groups], after=False)
"""All nine sections: variables `key` and `first`."""


@cache
def page_document(group: str) -> str:
    """Return the query of one further page of ``group``: variables `key`, `first` and `after`."""
    return _document("CreditReportPage", [GROUPS[group]], after=True)
