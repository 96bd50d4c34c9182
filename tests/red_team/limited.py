"""A gateway whose clients are limited, and how its refusals are read; for the attacks on limits."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace as with_fields
from typing import Any

import msgspec
import pytest

from gateway.configuration import Configuration
from gateway.demo import Departments
from gateway.issuer import KEY_FILE_ENV
from gateway.limits.spec import ClientLimits
from gateway.settings import Cors, Http
from tests.end_to_end.forgery import write_key
from tests.end_to_end.queries import NAMED, uscc_key
from tests.end_to_end.served import Served, Told, configuration, serving

KEY = uscc_key(next(iter(NAMED)))
KEY_TEXT = f'key: {{scheme: USCC, value: "{KEY["value"]}"}}'
HOUR = 3_600
"""Windows are longer than these tests run: none of them depends on the time that it takes."""
THREE_REQUESTS = (
    *("court", "customs", "transport", "civil_affairs", "statistics", "public_security", "fire_rescue"),
    "emergency_management",
)
CLIENTS: Mapping[str, ClientLimits] = {
    "portal": ClientLimits(documents="trusted"),
    "bank": ClientLimits(max_subjects=50, max_cost=300),
    "procurement": ClientLimits(introspection=False),
    **{name: ClientLimits(requests=3, window_seconds=HOUR) for name in ("court", "taxation", "customs", "transport")},
    **{
        name: ClientLimits(requests=3, window_seconds=HOUR)
        for name in ("civil_affairs", "statistics", "public_security")
    },
    **{name: ClientLimits(requests=3, window_seconds=HOUR) for name in ("fire_rescue", "emergency_management")},
    "finance": ClientLimits(cost=20, window_seconds=HOUR),
}
ORIGIN = "https://credit.example.cn"
MEDIA = {"Accept": "application/graphql-response+json"}
JSON = {"Content-Type": "application/json"}
TYPENAME = {"query": "{ __typename }"}
LEAKS = re.compile(
    rb"Traceback|File \"|\.py\b|SELECT |asyncpg|sqlite|/work|/home|/tmp|127\.0\.0\.1|localhost|object at 0x|<class"
    rb"|\bNone\b|graphql-core|msgspec|KeyError|TypeError|ValueError|Did you mean"
)


def limited() -> Configuration:
    loaded = configuration()
    clients = {
        name: with_fields(client, limits=CLIENTS.get(name, client.limits)) for name, client in loaded.clients.items()
    }
    settings = msgspec.structs.replace(loaded.settings, http=Http(max_failures=20), cors=Cors(origins=[ORIGIN]))
    return with_fields(loaded, clients=clients, settings=settings)


@pytest.fixture(scope="module")
async def strict(demo_departments: Departments, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """A gateway whose clients are limited as `CLIENTS` says."""
    key = write_key(tmp_path_factory.mktemp("issuer"))
    environment = {**demo_departments.environment, KEY_FILE_ENV: str(key)}
    async with serving(environment, tmp_path_factory.mktemp("limited"), configured=limited()) as running:
        yield running


def error(told: Told) -> dict[str, Any]:
    """Return the one error of a request that got no data, after seeing that it tells nothing it must not."""
    assert "data" not in told.content, told.body[:300]
    (found,) = told.errors
    assert LEAKS.search(told.body) is None, told.body
    assert len(told.body) < 2_000
    return dict(found)


def code(told: Told) -> str:
    return str(error(told)["extensions"]["code"])


async def ask(strict: Served, client: str, body: Mapping[str, Any], **headers: str) -> Told:
    return await strict.post(body, {**strict.headers(client), **MEDIA, **headers})
