"""One request as the guard sees it: whom it asks about, which persons it goes on from, and where they lead.

Rules
    subjects      every subject that keys lead to, every candidate that is told of, and every key that leads nowhere,
                  counts once a day: guessing codes is as dear as knowing them. So does every organization that a link
                  leads to and whose records are asked for.
    persons       everybody whose records elsewhere are asked for, through a role, counts once a day
    enterprises   those that the roles of persons name, beside the subjects asked about, are limited per request

A request over one of them is refused whole: records that were cut would read as "no other role" to whoever counts them,
and coverage tells of sources, which have done nothing wrong. Fewer keys, or a smaller `first` with `after` for the
rest, make it fit. Sources are not asked for what would exceed; what was asked before that is not shown.

A canary is noticed wherever it stands, refused or not, and the answer is that of any code which nobody bears.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Final

from gateway.caller import Caller
from gateway.errors import RequestError, SubjectBudgetExceeded, TooCostly
from gateway.guard.counts import Account, Counts, member_of
from gateway.guard.model import Counted, GuardRules
from gateway.ledger import Secret
from gateway.subject import Person, Subject
from schema.identifiers import canonical_name

if TYPE_CHECKING:
    from gateway.guard.guard import Guard
    from gateway.page import Page
    from gateway.plan.model import Use

_ROLES: Final = "PersonRole"


class Inquiry:
    """What the guard knows of one request of ``caller``, which began at ``now`` (time in China)."""

    def __init__(self, guard: "Guard", caller: Caller, receipt: str, now: datetime) -> None:
        self._rules: GuardRules = guard.rules
        self._counts: Counts = guard.counts
        self._secret: Secret = guard.secret
        self._alarm = guard.alarm
        self._caller = caller
        self._receipt = receipt
        self._now = now
        self._told: set[str] = set()
        self._asked: set[str] = set()
        self._enterprises: set[str] = set()
        self._refusal: RequestError | None = None

    async def admit(self, asked: Collection[tuple[str, str]]) -> None:
        """Count the subjects that were ``asked`` about, as scheme and value; raises `SubjectBudgetExceeded`."""
        asked = [(scheme, canonical_name(value)) if scheme == "NAME" else (scheme, value) for scheme, value in asked]
        for _, value in asked:
            self._notice(value)
        self._asked.update(value for scheme, value in asked if scheme == "USCC")
        self._refusal = await self._spend("subjects", asked)
        self.require()

    async def follow(self, linked: Collection[Subject | Person], *, through_persons: bool) -> bool:
        """Tell whether the records of those whom a link leads to may be asked for, and count them.

        ``through_persons`` tells that the link stands in the roles of persons.
        """
        organizations = [each.uscc for each in linked if isinstance(each, Subject)]
        for uscc in organizations:
            self._notice(uscc)
        if through_persons:
            self._reach(organizations)
        persons = [("PERSON", key) for each in linked if isinstance(each, Person) for key in each.keys("PERSON")]
        if self._refusal is None and persons:
            self._refusal = await self._spend("persons", persons) or self._refusal
        if self._refusal is None and organizations:
            subjects = [("USCC", uscc) for uscc in organizations]
            self._refusal = await self._spend("subjects", subjects) or self._refusal
        return self._refusal is None

    def require(self) -> None:
        """Raise the refusal, if something was refused."""
        if self._refusal is not None:
            raise self._refusal

    def settle(self, shown: Iterable[tuple["Use", "Page"]], linked: Iterable[Subject | Person]) -> None:
        """Look at what the answer shows and whom it links to, fetched or not; raises `TooCostly`."""
        for each in linked:
            if isinstance(each, Subject):
                self._notice(each.uscc)
        for use, page in shown:
            if use.need.person_key and use.need.entity == _ROLES:
                self._reach(_enterprises(page))
        self.require()

    def _notice(self, value: str) -> None:
        canary = self._rules.canaries.get(value)
        if canary is not None and canary not in self._told:
            self._told.add(canary)
            self._alarm.tell(canary, self._caller.client, self._caller.purpose, self._receipt)

    def _reach(self, enterprises: Iterable[str]) -> None:
        self._enterprises.update(each for each in enterprises if each not in self._asked)
        most = self._rules.enterprises_per_request
        if len(self._enterprises) > most and self._refusal is None:
            self._refusal = TooCostly(
                f"the roles of persons lead to more than {most} other enterprises in one request: ask about fewer "
                "subjects, or for fewer roles by `first`, and for the rest by `after`",
                extensions={"limit": "enterprises_per_request", "most": most},
            )

    async def _spend(self, counted: Counted, who: Iterable[tuple[str, str]]) -> SubjectBudgetExceeded | None:
        caller = self._caller
        budget = self._rules.budget(counted, caller.client, caller.purpose)
        if budget == 0:
            return None
        day = self._now.date().isoformat()
        account = Account(counted, caller.client, caller.purpose, day)
        new = self._counts.new_of(account, [member_of(self._secret, day, scheme, value) for scheme, value in who])
        if not new:
            return None
        used = await self._counts.spend(account, budget, new, self._day_ends_in)
        return None if used is None else _exceeded(account, budget, used, self._day_ends_in)

    @property
    def _day_ends_in(self) -> int:
        """The seconds until midnight in China, at least 1."""
        midnight = self._now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return max(ceil((midnight - self._now).total_seconds()), 1)


def _enterprises(page: "Page") -> Iterable[str]:
    """Return whom the roles on ``page`` name: by code, else by name, else each role for itself."""
    for row, hit, _ in page.items:
        named = hit.value(row, "organization_uscc") or hit.value(row, "organization_name")
        yield named or f"{hit.ask.place} {row.record_key}"


def _exceeded(account: Account, budget: int, used: int, ends_in: int) -> SubjectBudgetExceeded:
    who = "distinct subjects" if account.counted == "subjects" else "persons in their roles elsewhere"
    return SubjectBudgetExceeded(
        f"client `{account.client}` may ask about {budget} {who} a day for `{account.purpose}`, and has about {used}: "
        "whom it has asked about today it may ask about again, others from midnight on (Asia/Shanghai)",
        headers={"Retry-After": str(ends_in)},
        extensions={"budget": budget, "used": used, "purpose": account.purpose, "counted": account.counted},
    )
