"""How much of the schema a document reads: near what its execution reads, and counted wherever it stands."""

from typing import Any

import pytest
from graphql import GraphQLResolveInfo, execute_sync, get_introspection_query, parse

from gateway.limits.introspection import introspected, lengths
from schema.schema import SCHEMA

TYPE_OF = "{ __schema { types { fields { name type { name kind } } } } }"


def read(text: str) -> int:
    return introspected(parse(text), lengths(SCHEMA))


def resolved(text: str) -> int:
    """Return how many values graphql-core resolves for ``text``."""
    count = 0

    def note(resolve: Any, source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        nonlocal count
        count += 1
        return resolve(source, info, **arguments)

    execute_sync(SCHEMA, parse(text), middleware=[note])
    return count


@pytest.mark.parametrize(
    "text",
    [
        get_introspection_query(),
        TYPE_OF,
        "{ __schema { types { name kind fields { args { name type { name } } } } } }",
        "{ __schema { types { possibleTypes { name } interfaces { name } } } }",
        "{ __schema { types { fields { type { fields { name } } } } } }",
        "{ __schema { types { enumValues { name } inputFields { name } } } }",
    ],
    ids=["standard", "types of fields", "arguments", "interfaces", "fields of types of fields", "enums"],
)
def test_the_estimate_is_near_what_is_read(text: str) -> None:
    assert resolved(text) / 4 < read(text) < resolved(text) * 8


def test_aliases_and_fragments_count_as_often_as_they_stand() -> None:
    once = read(TYPE_OF)
    twice = (
        TYPE_OF.replace("types {", "types { ...F } more: types {")
        + " fragment F on __Type { fields { name type { name kind } } }"
    )
    assert read(twice) == pytest.approx(2 * once, abs=2)
    chain = "".join(f"fragment F{at} on __Schema {{ ...F{at + 1} ...F{at + 1} }} " for at in range(60))
    assert read(f"{{ __schema {{ ...F0 }} }} {chain} fragment F60 on __Schema {{ types {{ name }} }}") > 2**60


@pytest.mark.parametrize(
    "text",
    [
        "{ ...F } fragment F on Query { ... { s: __schema { types { fields { name type { name kind } } } } } }",
        "query A { __typename } query B { __schema { types { fields { name type { name kind } } } } }",
        "{ sources { name } __schema { types { ...T } } } fragment T on __Type { fields { name type { name kind } } }",
    ],
)
def test_it_counts_wherever_it_stands(text: str) -> None:
    assert read(text) == read(TYPE_OF)


def test_fields_of_records_that_are_named_alike_count_nothing() -> None:
    assert read("{ catalogue { fields { field } } }") == 0
    assert read("{ __typename }") == 0
    alike = "fragment F on Query { catalogue { fields { field } } } fragment G on __Schema { description }"
    assert read("{ ...F __schema { ...G } } " + alike) == 2
