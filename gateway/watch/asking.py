"""Asks about many subjects for one watcher: as few questions as the limits allow, each a query under its rights.

A question takes as many records of a section as a page may have: that asks no source once more. Of whom there are
more, the next pages are asked for one after the other, at the pace of the sources as ever, up to ``records`` in all.

What refuses a question (a budget that is spent, the ledger that is away) leaves its subjects unknown, with the code.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from connectors.clock import today_text
from connectors.hours import Quiet
from gateway.caller import Caller
from gateway.errors import RequestError
from gateway.inner import Inner
from gateway.plan.asks import Rights
from gateway.policy import decide, place_of
from gateway.watch.rounds import Observed, observe, unasked
from gateway.watch.sections import Watched, further, question

if TYPE_CHECKING:
    from gateway.desk import Desk

KIND: Final = "WATCH"
Key = Mapping[str, Any]
"""A `SubjectKey` as a variable holds it: `value`, and `scheme` where it was given."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks by ``inner``, about ``batch`` subjects at a time; ``desk`` returns the desk of the moment.

    ``records`` are looked at of a section at most, the newest.
    """

    inner: Inner
    desk: "Callable[[], Desk]"
    batch: int
    records: int

    async def observe(self, caller: Caller, keys: Sequence[Key], sections: Sequence[Watched]) -> list[Observed]:
        """Return what the ``sections`` of the subjects of ``keys`` are found to be for ``caller``, in their order."""
        desk = self.desk()
        is_open, first = open_to(desk, caller), self._first(desk)
        document = question(sections, is_open, first)
        by_path = {each.path: each for each in sections}
        most = min(self.batch, desk.plans.lists.max_keys, desk.budgets.account(caller.client).allowed.max_subjects)
        found: list[Observed] = []
        for start in range(0, len(keys), most):
            places = range(start, min(start + most, len(keys)))
            for each in await self._ask(document, {"keys": [keys[at] for at in places]}, caller, places, sections):
                section = by_path[each.section]
                found.append(await self._whole(each, further(section, is_open, first), section, keys, caller))
        return found

    async def _whole(
        self, found: Observed, document: str, section: Watched, keys: Sequence[Key], caller: Caller
    ) -> Observed:
        """Return ``found`` with its further pages, as many as are looked at."""
        while found.after is not None and len(found.content[1]) < self.records:
            variables = {"keys": [keys[found.place]], "after": found.after}
            (page,) = await self._ask(document, variables, caller, [found.place], [section])
            found = found.continued(page)
        return found.cut(self.records)

    def _first(self, desk: "Desk") -> int:
        return min(self.records, desk.plans.lists.max_first)

    def closed_until(self, sections: Sequence[Watched], now: datetime) -> datetime | None:
        """Return until when some owner of the ``sections`` does not want to be asked; None where all may be now."""
        catalogue = self.desk().catalogue
        owners = {source.name: source for each in sections for source, _, _ in catalogue.owners(each.entity)}
        closings = (Quiet(each.quiet_hours, each.quiet_days).closing(now) for each in owners.values())
        return max((each.until for each in closings if each is not None), default=None)

    async def _ask(
        self,
        document: str,
        variables: Mapping[str, Any],
        caller: Caller,
        places: Sequence[int],
        sections: Sequence[Watched],
    ) -> list[Observed]:
        try:
            answered = await self.inner.ask(document, variables, caller, KIND)
        except RequestError as error:
            return unasked(places, sections, error.code)
        return observe(places, sections, answered.content)


def open_to(desk: "Desk", caller: Caller) -> Callable[[str, str], bool]:
    """Return what tells whether a field of an entity is open to ``caller`` at some source of ``desk``."""
    rights = Rights(desk.policy.on(today_text()), caller, desk.catalogue, desk.rules)
    known: dict[tuple[str, str], bool] = {}

    def is_open(entity: str, name: str) -> bool:
        if (entity, name) not in known:
            known[entity, name] = _is_open(rights, entity, name)
        return known[entity, name]

    return is_open


def _is_open(rights: Rights, entity: str, name: str) -> bool:
    for source, _, table in rights.catalogue.owners(entity):
        spec = table.fields.get(name)
        if spec is None:
            continue
        for standing in rights.caller.standings:
            decision = decide(rights.policy, rights.caller, source, spec, place_of(entity, name), standing)
            if decision.allowed:
                return True
    return False
