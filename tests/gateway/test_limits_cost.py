"""What a plan costs at most: never less than the calls that are made, and exactly that where they can be foreseen."""

from collections import Counter
from dataclasses import replace as with_fields
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.errors import IntrospectionOff, TooCostly
from gateway.limits.check import check_plan
from gateway.limits.cost import cost_of
from gateway.limits.spec import AS_SET, Allowance, ClientDefaults, ClientLimits, allowance
from gateway.plan.asks import Rights
from schema.schema import SCHEMA
from tests.drawn import examples
from tests.gateway.queries import operations
from tests.gateway.test_projector import CALLERS, KEYS
from tests.gateway.world import Asked, World, configuration, uscc_of

ALLOWED = allowance(AS_SET, ClientDefaults(), production=False)
SUBJECTS = "query Q($keys: [SubjectKey!]!) { subjects(keys: $keys) { ... on Organization { %s } } }"
TAX = configuration().catalogue.sources["tax_credit"]
PEOPLE = "legalRepresentative(first: %d) { items { person { roles(first: %d) { items { organization { %s } } } } } }"


def spent(asked: Asked) -> int:
    """Return what the calls that were made cost; further names of one subject are not foreseen."""
    calls = Counter(ask.source.name for ask, batch, _ in asked.run.calls if batch.scheme != "NAME")
    return sum(configuration().catalogue.sources[name].cost * count for name, count in calls.items())


def usccs(count: int) -> list[dict[str, str]]:
    return [{"scheme": "USCC", "value": uscc_of(number)} for number in range(count)]


@settings(
    max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(drawn=operations(SCHEMA, KEYS), caller=st.sampled_from(CALLERS))
async def test_no_request_makes_calls_that_cost_more(
    drawn: tuple[str, dict[str, Any]], caller: tuple[str, str | None]
) -> None:
    world = World()
    asked = await world.ask(*drawn, world.caller(*caller))
    assert spent(asked) <= cost_of(asked.compiled.plan, asked.run.variables)


@pytest.mark.parametrize("count", [1, 2, 7, 30])
async def test_calls_that_depend_on_keys_alone_are_foreseen_exactly(count: int) -> None:
    world = World()
    asked = await world.ask(
        SUBJECTS % "taxRatings { state }", {"keys": usccs(count)}, world.caller("tax_department", "OWNER")
    )
    assert cost_of(asked.compiled.plan, asked.run.variables) == -(-count // TAX.batch_size) * TAX.cost


async def planned(query: str, client: str = "court", **variables: Any) -> tuple[Any, Any]:
    """Return the plan and the coerced variables of a query that asks nobody."""
    world = World()
    operation = world.documents.operation(query, None)
    values = world.documents.variables(operation, variables)
    known = world.configuration
    rights = Rights(known.policy, world.caller(client), known.catalogue, known.disclosure)
    return world.plans.plan(operation, values, rights).plan, values


async def cost(selection: str, count: int = 1, client: str = "court") -> int:
    return cost_of(*await planned(SUBJECTS % selection, client, keys=usccs(count)))


async def test_a_link_costs_what_its_page_may_hold() -> None:
    """Twenty roles of each of ten persons are two hundred subjects, whatever the registers hold."""
    section = "penalties { state }"
    nearer, few, many = [await cost(PEOPLE % each) for each in ((10, 1, "name"), (10, 1, section), (10, 20, section))]
    assert many - nearer > 3 * (few - nearer) > 0


async def test_each_page_above_multiplies() -> None:
    sections = "penalties { state }"
    ten, hundred, thousand = [await cost(PEOPLE % (*firsts, sections)) for firsts in ((10, 10), (100, 10), (100, 100))]
    assert thousand > 5 * hundred > 5 * ten


async def test_a_need_of_several_aliases_is_asked_once() -> None:
    assert await cost("a: penalties { state } b: penalties(first: 5) { state }") == await cost("penalties { state }")


async def test_a_field_that_is_skipped_costs_nothing() -> None:
    skipped = await planned(
        "query Q($keys: [SubjectKey!]!, $no: Boolean!) {"
        " subjects(keys: $keys) { ... on Organization { name penalties @include(if: $no) { state } } } }",
        keys=usccs(1),
        no=False,
    )
    assert cost_of(*skipped) == await cost("name")


async def test_a_source_that_refuses_the_caller_costs_nothing() -> None:
    assert await cost("taxRatings { state }", client="bank") == 0
    assert await cost("taxRatings { state }", client="tax_department") == TAX.cost


async def test_a_key_that_a_register_must_be_asked_about_costs_that_question() -> None:
    query = "query Q($key: SubjectKey!) { subject(key: $key) { __typename } }"
    known = cost_of(*await planned(query, key={"scheme": "USCC", "value": uscc_of(1)}))
    named = cost_of(*await planned(query, key={"scheme": "NAME", "value": "同江第1公司"}))
    guessed = cost_of(*await planned(query, key={"value": "同江第1公司"}))
    assert known == 0 < named <= guessed


async def check(query: str, changes: dict[str, Any], **variables: Any) -> int:
    plan, values = await planned(query, **variables)
    return check_plan(plan, values, with_fields(ALLOWED, **changes))


HUNDRED = " ".join(f'a{n}: subject(key: {{value: "{uscc_of(n)}"}}) {{ __typename }}' for n in range(100))
ALIASED = f"{{ {HUNDRED} }}"


@pytest.mark.parametrize(
    ("query", "variables", "found"),
    [
        (ALIASED, {}, 100),
        (SUBJECTS % "name", {"keys": usccs(40)}, 40),
        ("query Q($keys: [SubjectKey!]!) { a: subjects(keys: $keys) { __typename } b: subjects(keys: $keys) "
         "{ __typename } }", {"keys": usccs(20)}, 40),
        ("query Q($of: [_Any!]!) { _entities(representations: $of) { __typename } }",
         {"of": [{"__typename": "Enterprise", "uscc": uscc_of(1)}] * 40}, 40),
        ("query Q($keys: [SubjectKey!]!) { ...F } fragment F on Query { ...G subjects(keys: $keys) { __typename } } "
         "fragment G on Query { more: subjects(keys: $keys) { __typename } }", {"keys": usccs(20)}, 40),
    ],
    ids=["aliases", "list", "two lists", "representations", "fragments"],
)  # fmt: skip
async def test_subjects_count_over_all_root_fields(query: str, variables: dict[str, Any], found: int) -> None:
    with pytest.raises(TooCostly) as raised:
        await check(query, {"max_subjects": found - 1}, **variables)
    assert raised.value.extensions == {"limit": "max_subjects", "allowed": found - 1, "found": found}
    assert await check(query, {"max_subjects": found}, **variables) >= 0


async def test_cost_is_refused_above_the_limit_and_not_at_it() -> None:
    query, keys = SUBJECTS % "penalties { state }", usccs(30)
    known = await check(query, {}, keys=keys)
    with pytest.raises(TooCostly) as raised:
        await check(query, {"max_cost": known - 1}, keys=keys)
    assert raised.value.extensions == {"limit": "max_cost", "allowed": known - 1, "found": known}
    assert await check(query, {"max_cost": known}, keys=keys) == known


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { queryType { name } } }",
        '{ harmless: __type(name: "Query") { name } }',
        "{ _service { sdl } }",
        "{ ...F } fragment F on Query { ... { s: __schema { description } } }",
        "{ sources { name } ... @include(if: true) { __schema { description } } }",
    ],
)
async def test_introspection_can_be_off_wherever_it_stands(query: str) -> None:
    with pytest.raises(IntrospectionOff, match="is not answered here"):
        await check(query, {"introspection": False})
    assert await check(query, {"introspection": True}) == 0


async def test_typename_is_no_introspection() -> None:
    assert await check("{ __typename sources { __typename } }", {"introspection": False}) == 0


def test_what_a_client_leaves_out_is_as_set() -> None:
    defaults = ClientDefaults(requests=7, cost=50, window_seconds=9, max_cost=40, max_subjects=3, documents="trusted")
    assert allowance(AS_SET, defaults, production=False) == Allowance(7, 50, 9, 40, 3, "trusted", introspection=True)
    own = ClientLimits(requests=1, cost=20, documents="any", introspection=True)
    assert allowance(own, defaults, production=True) == Allowance(1, 20, 9, 20, 3, "any", introspection=True)
    assert not allowance(AS_SET, defaults, production=True).introspection
