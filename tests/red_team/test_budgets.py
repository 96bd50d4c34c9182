"""Attacks on what one client may take: budgets of requests and cost, failures to identify."""

import pytest

from tests.end_to_end.conftest import demo_day as demo_day
from tests.end_to_end.served import Served, Told
from tests.red_team.limited import HOUR, JSON, KEY, MEDIA, TYPENAME, ask, code, error
from tests.red_team.limited import strict as strict

# Guard: budgets belong to the client that the token names, and are counted before the document is read.


async def exhaust(strict: Served, client: str, **headers: str) -> None:
    for _ in range(3):
        assert (await ask(strict, client, TYPENAME, **headers)).status == 200


def check_limited(told: Told, budget: str) -> None:
    found = error(told)
    assert (told.status, found["extensions"]["code"], found["extensions"]["budget"]) == (429, "RATE_LIMITED", budget)
    assert int(told.headers["Retry-After"]) == found["extensions"]["retryAfterSeconds"]
    assert 0 < int(told.headers["Retry-After"]) <= HOUR
    assert f'"{budget}";q=' in told.headers["RateLimit-Policy"]
    assert '"requests";r=' in told.headers["RateLimit"]


async def test_one_budget_however_the_headers_are_written(strict: Served) -> None:
    await exhaust(strict, "court")
    token = strict.token("court")
    for name, scheme in (("authorization", "bearer"), ("AUTHORIZATION", "BEARER"), ("Authorization", "Bearer ")):
        check_limited(await strict.post(TYPENAME, {name: f"{scheme} {token}", **JSON, **MEDIA}), "requests")


async def test_one_budget_for_all_tokens_of_a_client(strict: Served) -> None:
    issuer = strict.gateway.issuer
    assert issuer is not None
    await exhaust(strict, "customs")
    for scopes, lifetime in ((None, 60), (None, 600), (["credit.public"], 600)):
        token = issuer.mint("customs", scopes, lifetime)
        check_limited(await strict.post(TYPENAME, {"Authorization": f"Bearer {token}", **JSON, **MEDIA}), "requests")


@pytest.mark.parametrize(
    ("client", "headers"),
    [
        ("transport", {"X-Forwarded-For": "192.0.2.7"}),
        ("civil_affairs", {"Credit-Purpose": "OWNER"}),
        ("statistics", {"X-Client-Id": "portal", "RateLimit": '"requests";r=99;t=1'}),
    ],
    ids=["another address", "another purpose", "another name"],
)
async def test_a_header_opens_no_other_budget(strict: Served, client: str, headers: dict[str, str]) -> None:
    await exhaust(strict, client)
    check_limited(await ask(strict, client, TYPENAME, **headers), "requests")


async def test_requests_by_url_count_with_the_others(strict: Served) -> None:
    await exhaust(strict, "public_security")
    headers = {**strict.headers("public_security"), **MEDIA}
    check_limited(await strict.get("/graphql?query=%7B__typename%7D", headers), "requests")


async def test_requests_that_are_refused_count_too(strict: Served) -> None:
    """Else documents that cost a parser's time would be free."""
    for query in ("{", "{ nothing }", "{ __typename " + "@a " * 1_000 + "}"):
        told = await ask(strict, "fire_rescue", {"query": query})
        assert told.status == 400
        assert "RateLimit" in told.headers
    check_limited(await ask(strict, "fire_rescue", {"query": "{"}), "requests")


async def test_strangers_take_nothing_from_a_client(strict: Served) -> None:
    head, payload, signature = strict.token("emergency_management").split(".")
    for at in range(10):
        forged = f"{head}.{payload}.{signature[:-6]}{at}AAAAA"
        told = await strict.post(TYPENAME, {"Authorization": f"Bearer {forged}", **JSON, **MEDIA})
        assert told.status in {401, 429}
        assert "RateLimit" not in told.headers
    told = await ask(strict, "emergency_management", TYPENAME)
    assert told.headers["RateLimit"].startswith('"requests";r=2;')


async def test_the_budget_of_cost_holds_over_many_small_requests(strict: Served) -> None:
    text = "query Q($key: SubjectKey!) { subject(key: $key) { ... on Organization { penalties { state } } } }"
    query = {"query": text, "variables": {"key": KEY}}
    told = await ask(strict, "finance", query)
    assert told.status == 200
    while told.status == 200:
        told = await ask(strict, "finance", query)
    check_limited(told, "cost")
    assert (await ask(strict, "finance", TYPENAME)).status == 200, "what costs nothing is still answered"


# Guard: `Strangers` in the endpoint; good tokens are taken all the same.


async def test_a_storm_of_bad_tokens_is_answered_briefly_and_locks_nobody_out(strict: Served) -> None:
    for _ in range(25):
        told = await strict.post(TYPENAME, {"Authorization": "Bearer bad", **JSON, **MEDIA})
    assert (told.status, code(told)) == (429, "RATE_LIMITED")
    assert int(told.headers["Retry-After"]) > 0
    assert "WWW-Authenticate" not in told.headers
    silent = await strict.post(b"x" * (1 << 20), {**JSON, **MEDIA})
    assert (silent.status, code(silent)) == (429, "RATE_LIMITED")
    assert (await ask(strict, "auditor", TYPENAME)).status == 200
