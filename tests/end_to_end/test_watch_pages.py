"""A watch looks at every record of a section: further pages, under the rights of the watcher, up to a stated limit."""

from dataclasses import replace
from typing import Any, Final

from gateway.caller import Caller
from gateway.demo import Departments
from gateway.inner import Answered, Inner, Question
from gateway.ledger import Secret
from gateway.limits.spec import ListLimits
from gateway.plan.cache import Plans
from gateway.watch.asking import Asking
from gateway.watch.digests import Digests
from gateway.watch.rounds import Observed
from gateway.watch.sections import known_sections
from schema.schema import SCHEMA
from tests.end_to_end.served import Served

CASES: Final = known_sections()["courtEnforcement.enforcementCases"]
MANY: Final = "91230881TJ00002700"
"""A subject of the demo with 23 cases."""
DIGESTS: Final = Digests([Secret(b"p" * 32)])


class Asked:
    """The gateway's own questions, noted as they are passed on."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.questions: list[Question] = []

    async def __call__(self, question: Question) -> Answered:
        self.questions.append(question)
        return await self.served.gateway.front.ask(question)


async def observed(served: Served, page: int, records: int) -> tuple[Observed, list[Question]]:
    """Return the cases of the subject as a watch of the bank finds them, by pages of ``page``; and what was asked."""
    desk = served.gateway.desk
    client = served.gateway.front.loaded.register.find("bank")
    assert client is not None
    caller = Caller(client.id, None, client.scopes, "BANK_CREDIT")
    paged = replace(desk, plans=Plans(SCHEMA, lists=ListLimits(max_first=page)))
    asked = Asked(served)
    asking = Asking(Inner(asked), lambda: paged, 100, records)
    keys: list[dict[str, Any]] = [{"value": "91230881TJ0000019A"}, {"value": MANY}]
    (_, found) = await asking.observe(caller, keys, [CASES])
    return found, asked.questions


async def test_further_pages_are_looked_at(served: Served, city: Departments) -> None:
    whole, (once,) = await observed(served, 1_000, 5_000)
    city.forget_calls("court_enforcement")
    paged, questions = await observed(served, 20, 5_000)
    assert (paged.state, len(paged.content[1]), paged.content[0]) == ("COMPLETE", 23, 23)
    assert paged == whole
    assert DIGESTS.of("bank", MANY, CASES.path, paged.content) == DIGESTS.of("bank", MANY, CASES.path, whole.content)
    first, second = questions
    assert (len(first.variables["keys"]), second.variables["keys"]) == (2, [{"value": MANY}])
    assert {each.kind for each in (once, first, second)} == {"WATCH"}
    assert all(each.caller == once.caller for each in questions), "under the rights of the watcher"


async def test_beyond_its_limit_it_says_so(served: Served) -> None:
    found, questions = await observed(served, 20, 20)
    assert (found.state, len(found.content[1]), found.content[0], len(questions)) == ("CUT", 20, 23, 1)
    whole, _ = await observed(served, 1_000, 5_000)
    assert found.content[1] == whole.content[1][:20], "the newest"


async def test_a_page_that_cannot_be_had_leaves_all_of_the_section_unknown(served: Served, city: Departments) -> None:
    asked = 0

    async def failing(question: Question) -> Answered:
        nonlocal asked
        asked += 1
        if asked == 2:
            city.fault("court_enforcement", "down")
        return await served.gateway.front.ask(question)

    desk = served.gateway.desk
    paged = replace(desk, plans=Plans(SCHEMA, lists=ListLimits(max_first=20)))
    client = served.gateway.front.loaded.register.find("bank")
    assert client is not None
    caller = Caller(client.id, None, client.scopes, "BANK_CREDIT")
    (found,) = await Asking(Inner(failing), lambda: paged, 100, 5_000).observe(caller, [{"value": MANY}], [CASES])
    assert asked == 2
    assert (found.state, found.content) == ("UNKNOWN", None)
