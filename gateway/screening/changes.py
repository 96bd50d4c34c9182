"""Beginning a screening for one caller, its keys with it or to come: rights, then input, then the store.

Errors are GraphQL errors with codes:

FIELD_FORBIDDEN           the caller may not run checks, or not by this set for this purpose
INPUT_INVALID             `inputs` names every part that is wrong
RULE_SET_UNKNOWN          no set of that code is in force; the message names those that are
MUTATION_REUSED           the idempotency key was sent before with another input
SCREENINGS_TOO_MANY       as many of the client are under way as may be
SCREENINGS_UNAVAILABLE    the store does not answer: whether it was begun cannot be said; send it again
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from gateway.caller import Caller
from gateway.carried import Carried, refusal, require_valid
from gateway.checks.checker import Checker
from gateway.checks.request import CheckRequest, read_request
from gateway.checks.rights import may_not_run
from gateway.consents.input import InputMistake, key_mistake
from gateway.consents.rights import Denied
from gateway.errors import ScreeningsUnavailable
from gateway.policy import Policy
from gateway.rules import NoRuleSet, demand_mistakes
from gateway.rules.inputs import input_mistakes
from gateway.screening.announced import announced_mistakes, announced_settings
from gateway.screening.checking import rules_of
from gateway.screening.job import Job, Settings
from gateway.screening.jobs import JobReused, TooManyOpen
from gateway.screening.keyed import Keyed, SealedCaller, SentKey
from gateway.screening.keys import LONGEST_KEY
from gateway.screening.screening import Question
from gateway.screening.shown import AWAY, ShownScreening, show_screening
from gateway.screening.uploads import Announced, Uploads
from schema.check import CheckedSubject, CheckInput
from schema.screening import AnnounceScreeningInput, StartScreeningInput

MAXIMUM_KEYS: Final = 10_000
SLICE_ROWS: Final = 1_000
Given = StartScreeningInput | AnnounceScreeningInput
Begin = Callable[[CheckRequest, Question], Awaitable[Job]]


@dataclass(frozen=True, slots=True)
class Beginnings:
    """What begins screenings: the ``checker`` knows the rule sets, ``wake`` lets the work begin at once."""

    checker: Checker
    keyed: Keyed
    wake: Callable[[], None]

    @property
    def uploads(self) -> Uploads:
        """What takes portfolios in that come in parts."""
        return Uploads(self.keyed, self.wake)


@dataclass(slots=True)
class ScreeningChanges(Carried):
    """What `schema.mutation` asks of screenings, for ``caller`` on the day ``today``."""

    screenings: Beginnings
    policy: Policy
    caller: Caller
    today: str

    async def start_screening(self, given: StartScreeningInput) -> ShownScreening:
        """Return the screening as begun, on disk; raises GraphQLError."""

        async def begin(request: CheckRequest, question: Question) -> Job:
            keys = [SentKey(row.key.value, row.key.scheme) for row in request.subjects]
            settings = Settings(input=_told(request), slice_rows=SLICE_ROWS)
            caller, key = sealed_caller(self.caller), given.client_mutation_id
            return await self.screenings.keyed.begin(keys, question, caller, settings, key, self._asked(request))

        request = _request(given, [CheckedSubject(key=key) for key in given.keys])
        shown = await self._begun("startScreening", given, request, _key_mistakes(request), begin)
        self.screenings.wake()
        return shown

    async def announce_screening(self, given: AnnounceScreeningInput) -> ShownScreening:
        """Return the screening as announced, on disk; raises GraphQLError."""

        async def begin(request: CheckRequest, question: Question) -> Job:
            settings = announced_settings(given, _told(request))
            announced, caller = Announced(given.rows, given.digest), sealed_caller(self.caller)
            key = given.client_mutation_id
            return await self.screenings.uploads.announce(
                announced, question, caller, settings, key, self._asked(request)
            )

        return await self._begun("announceScreening", given, _request(given, []), announced_mistakes(given), begin)

    async def _begun(
        self, name: str, given: Given, request: CheckRequest, mistakes: Iterator[tuple[str, str]], begin: Begin
    ) -> ShownScreening:
        """Return what ``begin`` begins, if the caller may and nothing is wrong with the input of the field ``name``."""
        self._permit(name, may_not_run(self.policy, self.caller))
        found = [*mistakes, *_mistakes(request, given, self.today)]
        require_valid(name, [InputMistake(*each) for each in found])
        as_of, checker = request.as_of or self.today, self.screenings.checker
        try:
            rule_set = checker.book().at(request.rule_set, as_of)
        except NoRuleSet as error:
            raise refusal(str(error), "RULE_SET_UNKNOWN") from None
        self._permit(name, may_not_run(self.policy, self.caller, rule_set))
        demanded = demand_mistakes(rule_set, request.input, self.caller.case)
        require_valid(name, [InputMistake(*each) for each in demanded])
        caller = self.caller
        question = Question(
            caller.client, caller.purpose, rules_of(checker, caller.client, request.rule_set, as_of), as_of
        )
        try:
            job = await begin(request, question)
            self.done += 1
            return await show_screening(self.screenings.keyed.jobs, job, 0, 0)
        except JobReused:
            raise refusal("the idempotency key was sent before with another input", "MUTATION_REUSED") from None
        except TooManyOpen:
            message = "as many screenings of this client are under way as may be: wait for one to end"
            raise refusal(message, "SCREENINGS_TOO_MANY") from None
        except AWAY:
            message = "screenings cannot be recorded now: send it again"
            raise refusal(message, ScreeningsUnavailable.code) from None

    def _asked(self, request: CheckRequest) -> tuple[str, str, str]:
        """Return what must be the same under one idempotency key beside keys and settings."""
        return request.rule_set, request.as_of or "", self.caller.case or ""

    def _permit(self, name: str, denied: Denied | None) -> None:
        if denied is not None:
            self.forbid(f"Mutation.{name}", denied)


def _request(given: Given, subjects: list[CheckedSubject]) -> CheckRequest:
    return read_request(
        CheckInput(
            rule_set=given.rule_set,
            subjects=subjects,
            as_of=given.as_of,
            required_licenses=given.required_licenses,
            required_qualifications=given.required_qualifications,
            amount=given.amount,
            license=given.license,
            domain=given.domain,
            qualification=given.qualification,
        )
    )


def _told(request: CheckRequest) -> dict[str, msgspec.Raw]:
    """Return what rules read besides, as a job keeps it."""
    return {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in sorted(request.input.items())}


def _key_mistakes(request: CheckRequest) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the keys; none is quoted."""
    if not 1 <= len(request.subjects) <= MAXIMUM_KEYS:
        yield "keys", f"expected 1 to {MAXIMUM_KEYS:,} keys, got {len(request.subjects):,}: announce and upload more"
    too_long = sum(len(row.key.value) > LONGEST_KEY for row in request.subjects)
    if too_long:
        yield "keys", f"{too_long:,} keys are longer than {LONGEST_KEY} characters"


def _mistakes(request: CheckRequest, given: Given, today: str) -> Iterator[tuple[str, str]]:
    """Yield the part and the message of each other thing wrong."""
    if request.as_of is not None and request.as_of > today:
        yield "asOf", "is in the future: nobody knows what records will say then"
    if given.client_mutation_id is not None and (mistake := key_mistake(given.client_mutation_id)) is not None:
        yield "clientMutationId", mistake
    yield from input_mistakes(request.input, "")


def sealed_caller(caller: Caller) -> SealedCaller:
    """Return what a job keeps of who began it."""
    return SealedCaller(
        client=caller.client,
        department=caller.department,
        scopes=sorted(caller.scopes),
        purpose=caller.purpose,
        case=caller.case,
        consent=caller.consent,
        subject=caller.subject,
    )
