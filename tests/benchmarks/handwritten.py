"""Contender: one Starlette endpoint per question, written by hand over the seven sources. No GraphQL, no ledger.

It knows of each source whether it answered, and nothing more: no rights, no coverage per section, no provenance.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import aiohttp
import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.benchmarks.court_records import COURT
from tests.benchmarks.reading import KINDS
from tests.benchmarks.records import By, Numbers, Record
from tests.benchmarks.sources import Sources, open_sources
from tests.benchmarks.workloads import PAGE, Workload, workloads

T = TypeVar("T")
Statuses = dict[str, str]
_FAILURES: Final = (OSError, TimeoutError, ValueError, LookupError, aiohttp.ClientError, asyncpg.PostgresError)


@asynccontextmanager
async def open_app(environ: Mapping[str, str], data: Path) -> AsyncIterator[tuple[Starlette, dict[str, str]]]:
    """Open the sources; yields the application and the headers that it needs."""
    async with open_sources(environ) as sources:
        routes = [Route(each.path, _endpoint(sources, each), methods=["POST"]) for each in workloads(bulk=0).values()]
        yield Starlette(routes=routes), {}


def _endpoint(sources: Sources, workload: Workload) -> Callable[[Request], Awaitable[Response]]:
    ask = _names if not workload.sections else _subjects

    async def answer(request: Request) -> Response:
        usccs = orjson.loads(await request.body())["usccs"]
        statuses: Statuses = {}
        subjects = await ask(sources, workload, usccs, statuses)
        data = {"subjects": subjects} if workload.bulk else {"subject": subjects[0]}
        return Response(orjson.dumps({"data": data, "sources": statuses}), media_type="application/json")

    return answer


async def _names(sources: Sources, _: Workload, usccs: Sequence[str], statuses: Statuses) -> list[Record]:
    names = await _told(statuses, "market_registry", sources.registry.names(usccs), {})
    return [{"name": _first(names, uscc, "name")} for uscc in usccs]


async def _subjects(sources: Sources, workload: Workload, usccs: Sequence[str], statuses: Statuses) -> list[Record]:
    asked: dict[str, Awaitable[By]] = {"registered": _registered(sources, usccs, statuses)}
    if "legalRepresentative" in workload.sections:
        representatives = sources.registry.representatives(usccs)
        asked["legalRepresentative"] = _told(statuses, "market_registry", representatives, {})
    if "taxRatings" in workload.sections:
        asked["taxRatings"] = _told(statuses, "tax_credit", sources.tax.ratings(usccs), {})
    for section in COURT:
        if section in workload.sections:
            asked[section] = _told(statuses, "court_enforcement", sources.court.entries(section, usccs), {})
    environment = sources.environment.penalties(usccs)
    asked["environment"] = _told(statuses, "environment_penalties", environment, {})
    found: dict[str, Any] = dict(zip(asked, await asyncio.gather(*asked.values()), strict=True))
    found |= found.pop("registered")
    found["fire"] = sources.fire.of(usccs)
    statuses["fire_penalties"] = "ANSWERED"
    return [_subject(workload, uscc, found) for uscc in usccs]


async def _registered(sources: Sources, usccs: Sequence[str], statuses: Statuses) -> Any:
    """Return what is asked by the registration numbers, after the registrations themselves."""
    registrations = await _told(statuses, "market_registry", sources.registry.registrations(usccs), {})
    numbers: Numbers = {uscc: _first(registrations, uscc, "regNo") for uscc in usccs}
    licenses, penalties = await asyncio.gather(
        _told(statuses, "double_publicity", sources.publicity.licenses(numbers), {}),
        _told(statuses, "double_publicity", sources.publicity.penalties(numbers), {}),
    )
    market = sources.market.of(numbers.values())
    statuses["market_penalties"] = "ANSWERED"
    by_uscc = {uscc: market.get(number or "", []) for uscc, number in numbers.items()}
    return {"registration": registrations, "licenses": licenses, "published": penalties, "market": by_uscc}


def _subject(workload: Workload, uscc: str, found: Mapping[str, By]) -> Record:
    def page(order: str, *names: str) -> list[Record]:
        records = [record for name in names for record in found[name].get(uscc, ())]
        records.sort(key=lambda record: record[order] or "", reverse=True)
        return records[:PAGE]

    subject: Record = {
        "kind": KINDS[uscc[:2]],
        "uscc": uscc,
        "name": _first(found["registration"], uscc, "name"),
        "registration": page("approvedOn", "registration"),
        "licenses": page("decidedOn", "licenses"),
        "penalties": page("decidedOn", "published", "environment", "fire", "market"),
    }
    if "legalRepresentative" in found:
        subject["legalRepresentative"] = page("heldFrom", "legalRepresentative")
    if "taxRatings" in found:
        subject["taxRatings"] = page("decidedOn", "taxRatings")
    lists = {section: page(order, section) for section, (_, order, _) in COURT.items() if section in found}
    if lists:
        subject["courtEnforcement"] = lists
    return subject


async def _told(statuses: Statuses, source: str, asked: Awaitable[T], otherwise: T) -> T:
    """Return what ``asked`` returns and note whether the source answered; a failed source spoils no other."""
    try:
        answer = await asked
    except _FAILURES:
        statuses[source] = "UNAVAILABLE"
        return otherwise
    statuses.setdefault(source, "ANSWERED")
    return answer


def _first(records: By, uscc: str, field: str) -> str | None:
    found = records.get(uscc)
    return found[0][field] if found else None
