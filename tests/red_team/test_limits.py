"""Attacks on what one request may take: floods of every kind, subjects, cost."""

from typing import Any

import pytest

from tests.end_to_end.conftest import demo_day as demo_day
from tests.end_to_end.served import Served
from tests.red_team.limited import KEY, KEY_TEXT, ask, error
from tests.red_team.limited import strict as strict

# Guard: `gateway.limits.measure` before validation, the readers of arguments, the budget of comparisons.

DOUBLING = "".join(f"fragment F{at} on Query {{ ...F{at + 1} ...F{at + 1} }} " for at in range(60))
NESTING = "".join(f"fragment F{at} on __Type {{ ofType {{ ...F{at + 1} }} }} " for at in range(30))
SUBJECT = f"subject({KEY_TEXT}) {{ ... on Enterprise {{ %s }} }}"
LISTS = "query Q($keys: [SubjectKey!]!) { subjects(keys: $keys) { __typename } }"
FLOODS: dict[str, tuple[str, dict[str, Any], str]] = {
    "aliases": ("{ sources { " + " ".join(f"a{at}: name" for at in range(501)) + " } }", {}, "max_aliases"),
    "aliases of fragments that double": (
        "{ ...F0 } " + DOUBLING + "fragment F60 on Query { a: __typename }",
        {},
        "max_root_fields",
    ),
    "aliases below fragments that double": (
        "{ sources { ...F0 } } "
        + DOUBLING.replace("Query", "SourceStatus")
        + "fragment F60 on SourceStatus { a: name }",
        {},
        "max_aliases",
    ),
    "root fields": ("{ " + "__typename " * 201 + "}", {}, "max_root_fields"),
    "root fields in inline fragments": ("{ " + "... { __typename } " * 201 + "}", {}, "max_root_fields"),
    "fragments": (
        "{ ...F0 } " + " ".join(f"fragment F{at} on Query {{ ...F{at + 1} }}" for at in range(101)),
        {},
        "max_fragments",
    ),
    "fragments within themselves, after many": (
        "{ ...F0 } " + " ".join(f"fragment F{at} on Query {{ ...F{(at + 1) % 101} }}" for at in range(101)),
        {},
        "max_fragments",
    ),
    "introspection of types of types": (
        '{ __type(name: "A") { ' + "ofType { " * 30 + "name" + " }" * 31 + " }",
        {},
        "max_depth",
    ),
    "introspection of types of types through fragments": (
        "{ __schema { types { ...F0 } } } " + NESTING + "fragment F30 on __Type { name }",
        {},
        "max_depth",
    ),
    "introspection of all types by aliases": (
        "{ __schema { " + " ".join(f"a{at}: types {{ fields {{ type {{ name }} }} }}" for at in range(99)) + " } }",
        {},
        "max_introspected",
    ),
    "introspection of all types by fragments that double": (
        "{ __schema { ...F0 } } " + DOUBLING.replace("Query", "__Schema") + "fragment F60 on __Schema { description }",
        {},
        "max_introspected",
    ),
    "the text of the schema by aliases": (
        "{ " + " ".join(f"a{at}: _service {{ sdl }}" for at in range(100)) + " }",
        {},
        "max_introspected",
    ),
    "links there and back": (
        "{ " + SUBJECT % ("legalRepresentative { items { person { roles { items { organization { " * 5 + "name")
        + " } } } } } }" * 5 + " }",
        {},
        "max_depth",
    ),
    "directives at one field": ("{ __typename " + "@include(if: true) " * 9 + "}", {}, "max_directives_per_location"),
    "directives that nobody knows": ("{ __typename " + "@a " * 1_000 + "}", {}, "max_directives"),
    "directives of fragments that double": (
        "{ ...F0 } " + DOUBLING + "fragment F60 on Query { ... @include(if: true) { ...G } } fragment G on Query { a }",
        {},
        "max_root_fields",
    ),
    "directives below fragments that double": (
        "{ sources { ...F0 } } "
        + DOUBLING.replace("Query", "SourceStatus")
        + "fragment F60 on SourceStatus { name @include(if: true) }",
        {},
        "max_directives",
    ),
    "directives on variables": ("query Q(" + "$v: Int @a @a @a @a @a @a @a @a @a" + ") { a }", {},
                                "max_directives_per_location"),
    "variables": ("query Q(" + " ".join(f"$v{at}: Int" for at in range(101)) + ") { a }", {}, "max_variables"),
    "fields of one name": ("{ " + SUBJECT % ("penalties { state } " * 200) + " }", {}, "max_comparisons"),
    "leaves of one name": ("{ sources { " + "name " * 300 + "} }", {}, "max_comparisons"),
    "tokens": ("{ sources { " + "name " * 4_000 + "} }", {}, "max_tokens"),
    "a comment": ("{ __typename } #" + "字" * 30_000, {}, "max_bytes"),
    "a string": ('{ subject(key: {value: "' + "9" * 70_000 + '"}) { __typename } }', {}, "max_bytes"),
    "braces": ("{a" * 1_000, {}, "max_depth"),
    "lists in lists": ("{ subjects(keys: " + "[" * 1_500 + "]" * 1_500 + ") { __typename } }", {}, "max_depth"),
    "objects in objects": ("{ subject(key: " + "{value: " * 500 + "}" * 500 + ") { __typename } }", {}, "max_depth"),
    "types of types": ("query Q($v: " + "[" * 1_500 + "Int" + "]" * 1_500 + ") { a }", {}, "max_depth"),
    "keys": (LISTS, {"keys": [KEY] * 1_001}, "max_keys"),
    "a page by a variable": (
        "query Q($n: Int!) { " + SUBJECT % "penalties(first: $n) { state }" + " }",
        {"n": 2**31 - 1},
        "max_first",
    ),
    "a page by a default": (
        "query Q($n: Int! = 1001) { " + SUBJECT % "penalties(first: $n) { state }" + " }",
        {},
        "max_first",
    ),
    "values of a filter": (
        "query Q($years: [Int!]) { " + SUBJECT % "annualReports(years: $years) { state }" + " }",
        {"years": list(range(1_001))},
        "max_values",
    ),
}  # fmt: skip


@pytest.mark.parametrize("attack", FLOODS)
async def test_floods_are_refused_with_the_limit_that_they_are_over(strict: Served, attack: str) -> None:
    query, variables, limit = FLOODS[attack]
    told = await ask(strict, "business_environment", {"query": query, "variables": variables})
    found = error(told)
    assert (told.status, found["extensions"]["code"]) == (400, "TOO_COSTLY"), found
    assert found["extensions"]["limit"] == limit
    assert found["extensions"]["found"] > found["extensions"]["allowed"]
    assert "RateLimit" in told.headers


# Guard: `check_plan` counts subjects and cost over the whole operation, before anything is fetched.

PEOPLE = "legalRepresentative(first: %d) { items { person { roles(first: %d) { items { organization { %s } } } } } }"
ALIASED = " ".join(f"a{at}: subject({KEY_TEXT}) {{ __typename }}" for at in range(51))
ENTITIES = "query Q($of: [_Any!]!) { _entities(representations: $of) { __typename } }"
SECTIONS = "penalties {state} customsCredit {state} licenses {state} listEntries {state} ratings {state} honors {state}"
EVERYTHING = PEOPLE % (1_000, 1_000, "penalties { state }")
OVER: dict[str, tuple[str, dict[str, Any], str]] = {
    "subjects by aliases": (f"{{ {ALIASED} }}", {}, "max_subjects"),
    "subjects by aliases in fragments": (
        f"{{ ...F }} fragment F on Query {{ ... {{ {ALIASED} }} }}", {}, "max_subjects"),
    "subjects by one list": (LISTS, {"keys": [KEY] * 51}, "max_subjects"),
    "subjects by two lists": (LISTS.replace("{ subjects", "{ a: subjects(keys: $keys) { __typename } subjects"),
                              {"keys": [KEY] * 26}, "max_subjects"),
    "subjects by a default": (
        LISTS.replace("]!)", "]! = [" + '{value: "1"} ' * 51 + "])"),
        {}, "max_subjects"),
    "subjects by representations": (
        ENTITIES, {"of": [{"__typename": "Enterprise", "uscc": KEY["value"]}] * 51}, "max_subjects"),
    "subjects by all of them": (
        f"query Q($of: [_Any!]! $keys: [SubjectKey!]!) {{ a: subject({KEY_TEXT}) {{ __typename }} "
        "subjects(keys: $keys) { __typename } _entities(representations: $of) { __typename } }",
        {"keys": [KEY] * 25, "of": [{"__typename": "Enterprise", "uscc": KEY["value"]}] * 25}, "max_subjects"),
    "cost by many sections": (
        LISTS.replace("__typename", f"... on Organization {{ {SECTIONS} }}"),
        {"keys": [KEY] * 50}, "max_cost"),
    "cost by links": ("{ " + SUBJECT % (EVERYTHING) + " }", {}, "max_cost"),
    "cost by links whose pages are variables": (
        "query Q($n: Int!) { " + SUBJECT % (PEOPLE % (1_000, 7, "penalties { state }")).replace("7", "$n") + " }",
        {"n": 1_000}, "max_cost"),
    "cost by a link among harmless aliases of it": (
        "{ " + SUBJECT % ("a: " + PEOPLE % (1, 1, "name") + " b: " + EVERYTHING) + " }",
        {}, "max_cost"),
    "cost by a link in a fragment": (
        "{ " + SUBJECT % "...F" + " } fragment F on Enterprise { " + PEOPLE % (1_000, 1_000, "...G")
        + " } fragment G on Organization { penalties { state } }", {}, "max_cost"),
    "cost by a section that a variable includes": (
        "query Q($yes: Boolean!) { " + SUBJECT % EVERYTHING.replace("penalties", "penalties @include(if: $yes)") + " }",
        {"yes": True}, "max_cost"),
}  # fmt: skip


@pytest.mark.parametrize("attack", OVER)
async def test_what_asks_too_much_of_the_departments_asks_nothing_of_them(strict: Served, attack: str) -> None:
    query, variables, limit = OVER[attack]
    before = {name: gate.gate.health().calls for name, gate in strict.gateway.desk.sources.items()}
    found = error(await ask(strict, "bank", {"query": query, "variables": variables}))
    assert (found["extensions"]["code"], found["extensions"]["limit"]) == ("TOO_COSTLY", limit), found
    assert {name: gate.gate.health().calls for name, gate in strict.gateway.desk.sources.items()} == before
