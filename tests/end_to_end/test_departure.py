"""A client that goes: the work for it ends, the department is left in peace, and everybody else is served."""

import asyncio
from typing import Any

import pytest

from gateway.demo import Departments
from tests.end_to_end.queries import PENALTIES, WHOLE, uscc_key
from tests.end_to_end.served import Served

CASES = """query($key: SubjectKey!) { subject(key: $key) { ... on Organization { courtEnforcement {
  enforcementCases(first: 100) { state totalCount } } } } }"""


async def calls_begun(served: Served, source: str) -> int:
    found = (await served.ask("portal", "{ sources { name calls } }")).data["sources"]
    return next(int(each["calls"]) for each in found if each["name"] == source)


async def leave_when_asked(served: Served, source: str, query: str, **variables: Any) -> None:
    """Ask, and close the connection as soon as the gateway has begun to ask ``source``."""
    before = await calls_begun(served, source)
    asking = asyncio.create_task(served.ask("bank", query, **variables))
    while await calls_begun(served, source) == before:
        await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_the_department_is_asked_no_further_for_a_client_that_has_gone(served: Served, city: Departments) -> None:
    """The list has three pages, each a call: the first ends with the client, the others never come."""
    city.fault("court_enforcement", "slow", seconds=0.4)
    await leave_when_asked(served, "court_enforcement", CASES, key=uscc_key(27))
    await asyncio.sleep(0.9)
    assert city.calls("court_enforcement")["calls"] == 0
    city.fault("court_enforcement")
    told = await served.ask("bank", CASES, key=uscc_key(27))
    assert told.subject["courtEnforcement"]["enforcementCases"] == {"state": "COMPLETE", "totalCount": 23}


async def test_who_stays_gets_the_answer_that_was_shared_with_who_goes(served: Served, city: Departments) -> None:
    expected = (await served.ask("bank", PENALTIES, key=uscc_key(3))).data
    city.fault("environment_penalties", "slow", seconds=0.3)
    asking = [asyncio.create_task(served.ask("bank", PENALTIES, key=uscc_key(3))) for _ in range(12)]
    await asyncio.sleep(0.1)
    for going in asking[::2]:
        going.cancel()
    told = await asyncio.gather(*asking[1::2])
    assert all(each.data == expected for each in told)
    await asyncio.gather(*asking[::2], return_exceptions=True)


async def test_many_departures_leave_nothing_behind(served: Served, city: Departments) -> None:
    for source in ("court_enforcement", "tax_credit", "environment_penalties"):
        city.fault(source, "slow", seconds=30)
    asking = [asyncio.create_task(served.ask("tax_department", WHOLE, key=uscc_key(3))) for _ in range(60)]
    await asyncio.sleep(0.3)
    for each in asking:
        each.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    for source in ("court_enforcement", "tax_credit", "environment_penalties"):
        city.fault(source)
    told = await served.ask("tax_department", WHOLE, key=uscc_key(3))
    assert told.subject["taxRatings"]["state"] == "COMPLETE", "turns at the source are free again"
    assert told.subject["courtEnforcement"]["enforcementCases"]["state"] == "COMPLETE"
