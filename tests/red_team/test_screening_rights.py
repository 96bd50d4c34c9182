"""Rights that end while a screening runs: what its client may do is looked up anew for every slice.

Guard: `gateway.screening.opened.CheckFor`; a key of idempotency answers one question, its case included.
"""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Final

import pytest
from msgspec.structs import replace as replaced

from connectors.clock import today_text
from gateway.errors import Forbidden, RequestError, RuleSetChanged
from gateway.screening.checking import rules_of
from gateway.screening.job import Job, Settings
from gateway.screening.keyed import SealedCaller
from gateway.screening.opened import CheckFor
from tests.end_to_end.served import Served
from tests.gateway.portfolios import uscc

BEGAN: Final = SealedCaller("bank", None, ["credit.check.run", "credit.public"], "BANK_CREDIT")
START: Final = """
mutation($given: StartScreeningInput!) { startScreening(input: $given) { id } }
"""


def check_for(served: Served) -> CheckFor:
    screenings = served.gateway.screenings
    return CheckFor(screenings.checker, screenings.front, lambda: screenings.configuration)


def job(served: Served, code: str = "BK", **changes: Any) -> Job:
    day = today_text()
    rules = rules_of(served.gateway.screenings.checker, "bank", code, day)
    settings, end = Settings(), f"{day}T00:00:00.000Z"
    return replace(Job("0" * 32, "bank", BEGAN.purpose, rules, day, "0" * 64, settings, 1, 1, end, end), **changes)


async def test_a_client_that_may_still_do_so_goes_on(served: Served) -> None:
    assert callable(await check_for(served)(job(served), BEGAN))


LOST: Final[dict[str, tuple[SealedCaller, type[RequestError]]]] = {
    "the client is gone": (replaced(BEGAN, client="nobody"), Forbidden),
    "its purpose was withdrawn": (replaced(BEGAN, purpose="GOVERNMENT_PROCUREMENT"), Forbidden),
    "its scope was withdrawn": (replaced(BEGAN, scopes=["credit.public"]), Forbidden),
    "a scope that it never had": (replaced(BEGAN, client="portal", purpose="PUBLIC_DISCLOSURE"), Forbidden),
}


@pytest.mark.parametrize(("began", "error"), LOST.values(), ids=LOST)
async def test_who_lost_its_rights_does_not_go_on(
    served: Served, began: SealedCaller, error: type[RequestError]
) -> None:
    with pytest.raises(error):
        await check_for(served)(job(served), began)


@pytest.mark.parametrize(
    "change",
    [lambda rules: rules + "0", lambda rules: rules.replace("BK ", "BK 0.", 1)],
    ids=["another digest", "another version"],
)
async def test_rules_that_were_changed_judge_no_further_row(served: Served, change: Callable[[str], str]) -> None:
    with pytest.raises(RuleSetChanged):
        await check_for(served)(job(served, rules=change(job(served).rules)), BEGAN)


async def test_rules_for_another_purpose_judge_no_row(served: Served) -> None:
    with pytest.raises(Forbidden):
        await check_for(served)(job(served, "GP"), BEGAN)


def standing(served: Served, subject: str | None, scopes: frozenset[str]) -> CheckFor:
    """Return the same where the registration of the bank says this of its own subject, and of its scopes."""
    screenings = served.gateway.screenings
    client = screenings.front.loaded.register.find("bank")
    assert client is not None
    registered = replace(client, subject=subject, scopes=scopes)
    front: Any = SimpleNamespace(loaded=SimpleNamespace(register=SimpleNamespace(find=lambda _: registered)))
    return CheckFor(screenings.checker, front, lambda: screenings.configuration)


OWN: Final = "91230881TJ0000019A"


@pytest.mark.parametrize(
    ("began", "now", "goes_on"),
    [(None, None, True), (None, OWN, True), (OWN, OWN, True), (OWN, None, True), (OWN, uscc(1), False)],
    ids=["none", "one since", "the same", "none any more", "another"],
)
async def test_a_client_that_stands_for_another_subject_does_not_go_on(
    served: Served, began: str | None, now: str | None, goes_on: bool
) -> None:
    asking = standing(served, now, frozenset(BEGAN.scopes))
    sealed = replaced(BEGAN, subject=began)
    if goes_on:
        assert callable(await asking(job(served), sealed))
    else:
        with pytest.raises(Forbidden):
            await asking(job(served), sealed)


def test_what_a_client_may_not_any_more_is_taken_from_it(served: Served) -> None:
    asking = standing(served, None, frozenset({"credit.check.run"}))
    assert asking._caller(BEGAN).scopes == {"credit.check.run"}
    assert asking._caller(replaced(BEGAN, scopes=["credit.public"])).scopes == frozenset()


async def test_a_key_of_idempotency_is_for_one_case(served: Served) -> None:
    given = {"ruleSet": "BK", "keys": [{"value": uscc(7)}], "clientMutationId": "rights-of-a-case"}
    first, again, other, without = [
        await served.ask("bank", START, case=case, given=given) for case in ("L-1", "L-1", "L-2", None)
    ]
    assert first.data["startScreening"]["id"] == again.data["startScreening"]["id"]
    for told in (other, without):
        assert (told.data, told.codes) == ({"startScreening": None}, {"startScreening": "MUTATION_REUSED"})
