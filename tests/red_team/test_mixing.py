"""Attacks by company: two callers with other rights, at the same moment or one after the other, with the same words.

Each attack first learns what either is told alone, by a gateway that has kept nothing, then asks as both at once, or
one after the other: neither may ever be told what the other is told (invariant 9).
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import orjson
import pytest

from gateway.demo import Departments
from tests.end_to_end.notice import CODES
from tests.end_to_end.queries import PROBE
from tests.end_to_end.served import Served, Told, serving
from tests.end_to_end.wire import Wire, overheard
from tests.red_team.attacks import BANK, BIDDER, COURT, OF, OFF_DUTY, PORTAL, TAX, Attacker, content, key

MARKET: Final = Attacker("market_regulation")
MARKET_OWNER: Final = Attacker("market_regulation", "OWNER")
CENTER: Final = Attacker("business_environment")
CENTER_OWNER: Final = Attacker("business_environment", "OWNER")
PAIRS: Final = {
    "the public and a department": (PORTAL, TAX),
    "a bank and a department": (BANK, TAX),
    "a bank and a court": (BANK, COURT),
    "the public and a bank": (PORTAL, BANK),
    "one department for two purposes": (TAX, OFF_DUTY),
    "one owner on duty and as the owner": (MARKET, MARKET_OWNER),
    "two owners": (MARKET_OWNER, CENTER_OWNER),
    "two departments": (CENTER, COURT),
    "a bidder and the owner": (BIDDER, CENTER_OWNER),
    "an auditor and a department": (Attacker("auditor"), TAX),
}
NUMBERS: Final = (3, 25)
PENALTIES: Final = OF % "penalties { totalCount items { decisionNo state repair { repairedOn } } }"


async def together(served: Served, text: str, askers: Sequence[Attacker], times: int = 1) -> dict[Attacker, list[Any]]:
    """Return what each of ``askers`` is told when all ask at once, ``times`` times each for every subject."""
    asked = [(asker, number) for _ in range(times) for number in NUMBERS for asker in askers]
    told = await asyncio.gather(*(asker.ask(served, text, key=key(number)) for asker, number in asked))
    found: dict[Attacker, list[Any]] = {asker: [] for asker in askers}
    for (asker, _), each in zip(asked, told, strict=True):
        found[asker].append(content(each))
    return found


async def alone(served: Served, text: str, asker: Attacker) -> list[Any]:
    return [content(await asker.ask(served, text, key=key(number))) for number in NUMBERS]


@pytest.fixture(scope="module")
async def other(demo_departments: Departments, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """A gateway that is asked by one caller at a time, each with a document of its own."""
    async with serving(demo_departments.environment, tmp_path_factory.mktemp("other")) as running:
        yield running


# Guard: the caller's fingerprint is part of the key of a plan (`Plans.plan`) and of a group (`Coalescer.fetch`).
SAME_STATES: Final = {"the public and a bank", "two departments"}
AT_ONCE: Final = [
    pytest.param(text, pair, id=f"{what} of {name}")
    for what, text in (("fields", PROBE), ("states", PENALTIES))
    for name, pair in PAIRS.items()
    if what == "fields" or name not in SAME_STATES
]


@pytest.mark.parametrize(("text", "pair"), AT_ONCE)
async def test_callers_at_the_same_moment_are_told_what_each_is_told_alone(
    served: Served, other: Served, pair: tuple[Attacker, Attacker], text: str
) -> None:
    apart = {asker: await alone(other, f"{text} # {asker}", asker) for asker in pair}
    assert apart[pair[0]] != apart[pair[1]], "or there is nothing to mix"
    found = await together(served, text, pair, times=3)
    for asker in pair:
        assert {orjson.dumps(each) for each in found[asker]} == {orjson.dumps(each) for each in apart[asker]}


@pytest.mark.parametrize("turn", [False, True], ids=["the narrow one first", "the wide one first"])
@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
async def test_callers_one_after_the_other_share_nothing_that_was_kept(
    served: Served, other: Served, pair: tuple[Attacker, Attacker], turn: bool
) -> None:
    text = f"{PROBE} # {pair[0]} {pair[1]} {turn}"
    apart = {asker: await alone(other, f"{PROBE} # {asker}", asker) for asker in pair}
    for asker in (*(pair[::-1] if turn else pair), *pair):
        assert await alone(served, text, asker) == apart[asker]


# Guard: what a token does not carry its client does not have, whoever asks beside it with all of it.
SCOPES: Final = {
    "public alone": ["credit.public"],
    "shared but no tax": ["credit.public", "credit.gov"],
    "an owner's alone": ["credit.public", "owner.tax_credit"],
}


@pytest.mark.parametrize("scopes", SCOPES.values(), ids=SCOPES)
async def test_a_narrow_token_gains_nothing_beside_a_wide_one(served: Served, scopes: list[str]) -> None:
    assert served.gateway.issuer is not None
    token = served.gateway.issuer.mint("tax_department", scopes=scopes)
    narrow = {**served.headers("tax_department"), "Authorization": f"Bearer {token}"}
    body = {"query": OF % "taxRatings { items { level score } }", "variables": {"key": key(3)}}
    told = await asyncio.gather(
        *(served.post(body, served.headers("tax_department") if wide else narrow) for wide in [True, False] * 10)
    )
    for wide, each in zip([True, False] * 10, told, strict=True):
        levels = [item["level"] for item in (each.subject["taxRatings"] or {"items": []})["items"]]
        assert levels == (["D", "D", "C"] if wide else [])


# Guard: a plan is kept for the values of its conditions, and arguments are read for each request.
@pytest.mark.parametrize("asker", [TAX, COURT, BANK], ids=lambda asker: asker.client)
async def test_requests_at_once_keep_their_own_variables(served: Served, asker: Attacker) -> None:
    text = (
        "query($key: SubjectKey!, $more: Boolean!, $since: Date) { subject(key: $key) { ... on Organization { uscc"
        " penalties(since: $since) @include(if: $more) { items { decidedOn } } } } }"
    )
    asked = [
        (number, more, since)
        for number in (3, 25)
        for more in (True, False)
        for since in ("2026-03-18", "2099-01-01", None)
    ]
    told = await asyncio.gather(
        *(asker.ask(served, text, key=key(number), more=more, since=since) for number, more, since in asked)
    )
    for (number, more, since), each in zip(asked, told, strict=True):
        assert each.subject["uscc"] == CODES[number]
        assert ("penalties" in each.subject) is more
        days = [item["decidedOn"] for item in each.subject.get("penalties", {"items": []})["items"]]
        assert all(day >= (since or "") for day in days)
        assert bool(days) is (more and since != "2099-01-01")


# Guard: each entry of the ledger is of its own request: who, what for, which case (`Seal.entry`).
async def test_requests_at_once_are_each_in_the_ledger_as_their_own(served: Served) -> None:
    purposes = ("BIDDING", "GOVERNMENT_PROCUREMENT") * 10
    askers = [Attacker("procurement", purpose, f"TJ-2026-{at}") for at, purpose in enumerate(purposes)]
    told: list[Told] = list(await asyncio.gather(*(asker.ask(served, PENALTIES, key=key(3)) for asker in askers)))
    assert len({each.receipt for each in told}) == len(askers)
    for asker, each in zip(askers, told, strict=True):
        entry = await served.gateway.desk.ledger.get(each.receipt)
        assert entry is not None
        assert (entry.client, entry.purpose, entry.case) == asker


# Guard: a batch to a source holds the columns of one fingerprint (invariants 2 and 9): at the wire of the registry.
@pytest.fixture
async def tapped(
    demo_departments: Departments, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Served, Wire]]:
    async with (
        overheard(demo_departments.environment) as wire,
        serving(wire.environment, tmp_path_factory.mktemp("tapped")) as running,
    ):
        yield running, wire


CLOSED: Final = (b"cerno", b"sex", b"natcode")


async def test_a_batch_asks_for_no_column_that_one_of_two_may_not_see(tapped: tuple[Served, Wire]) -> None:
    served, wire = tapped
    await together(served, PROBE, (PORTAL, BANK), times=4)
    said = bytes(wire.heard["MARKET_REGISTRY_URL"])
    assert b"entname" in said
    assert not [column for column in CLOSED if column in said]
    assert wire.heard["TAX_CREDIT_URL"] == b""
    found = await together(served, PROBE, (PORTAL, COURT, TAX), times=4)
    assert all(column in wire.heard["MARKET_REGISTRY_URL"] for column in CLOSED)
    assert "FEMALE" not in str(found[PORTAL])
    assert '"sex":"MALE"' not in orjson.dumps(found[PORTAL]).decode()
    assert '"sex":"MALE"' in orjson.dumps(found[COURT]).decode()
