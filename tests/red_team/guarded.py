"""The gateway that attacks on the guard are made on: small budgets, and a new day before every attack."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from gateway.demo import Departments, codes
from gateway.guard import Guard, GuardRules
from tests.end_to_end.queries import NAMED
from tests.end_to_end.served import Served, Told, configuration, serving

MOST = 5
"""Subjects a day that the bank may ask about here."""
RULES = GuardRules(
    enterprises_per_request=2,
    budgets={
        ("subjects", "", ""): 0,
        ("persons", "", ""): 0,
        ("subjects", "bank", ""): MOST,
        ("subjects", "human_resources", ""): 2,
        ("persons", "court", ""): 2,
    },
    canaries=dict(configuration().guard.canaries),
)
CANARY = "91230881TJ9900013N"
ELSE = codes.uscc("91", 990_004)
"""A code as the canary's, of nobody and no canary."""
SEVEN = [NAMED[number].uscc for number in (1, 2, 3, 4, 5, 6, 7)]
NOBODY = [codes.uscc("91", number) for number in range(800_001, 800_008)]
FIELDS = "__typename ... on Organization { uscc penalties { state } }"
ONE = f"query One($key: SubjectKey!) {{ subject(key: $key) {{ {FIELDS} }} }}"
MANY = "query($keys: [SubjectKey!]!) { subjects(keys: $keys) { __typename ... on Organization { uscc } } }"
ENTITIES = "query($of: [_Any!]!) { _entities(representations: $of) { __typename ... on Organization { uscc } } }"


@pytest.fixture(scope="module")
async def served(demo_departments: Departments, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    configured = replace(configuration(), guard=RULES)
    async with serving(
        demo_departments.environment, tmp_path_factory.mktemp("guarded"), configured=configured
    ) as running:
        yield running


@pytest.fixture(autouse=True)
def new_day(served: Served) -> Iterator[None]:
    """Let every attack begin on a day on which nobody has asked anything, and find the rules as they were."""
    guard = guard_of(served)
    now = guard.now
    guard.counts._days.clear()
    yield
    set_clock(served, now)
    set_rules(served, RULES)


def guard_of(served: Served) -> Guard:
    return served.gateway.desk.guard


def set_clock(served: Served, now: Callable[[], datetime]) -> None:
    object.__setattr__(guard_of(served), "now", now)


def set_rules(served: Served, rules: GuardRules) -> None:
    object.__setattr__(guard_of(served), "rules", rules)


def key(value: str, scheme: str | None = "USCC") -> dict[str, Any]:
    return {"value": value} if scheme is None else {"scheme": scheme, "value": value}


def of_subject(fields: str) -> str:
    """Return a query for ``fields`` of the organization behind `$key`."""
    return f"query($key: SubjectKey!) {{ subject(key: $key) {{ ... on Organization {{ {fields} }} }} }}"


def literal(code: str, fields: str, alias: str = "") -> str:
    """Return a root field for ``fields`` of the organization of ``code``, which stands in the document."""
    return f'{alias} subject(key: {{value: "{code}"}}) {{ ... on Organization {{ {fields} }} }}'


def persons(fields: str) -> str:
    return f"legalRepresentative {{ items {{ person {{ {fields} }} }} }}"


def roles(fields: str) -> str:
    return f"roles {{ items {{ organization {{ {fields} }} }} }}"


def code_of(told: Told) -> str | None:
    """Return the code of the error that took the place of an answer, None for an answer."""
    content = told.content
    return None if "data" in content else content["errors"][0]["extensions"]["code"]


def wide(text: str) -> str:
    """Return ASCII ``text`` in full width."""
    return "".join(chr(ord(each) + 0xFEE0) for each in text)
