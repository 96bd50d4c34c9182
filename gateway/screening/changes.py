"""Beginning a screening for one caller: rights, then input, then the store; errors are GraphQL errors with codes.

FIELD_FORBIDDEN           the caller may not run checks, or not by this set for this purpose
INPUT_INVALID             `inputs` names every part that is wrong
RULE_SET_UNKNOWN          no set of that code is in force; the message names those that are
MUTATION_REUSED           the idempotency key was sent before with another input
SCREENINGS_UNAVAILABLE    the store does not answer: whether it was begun cannot be said; send it again
"""

from collections.abc import Callable, Iterator
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
from gateway.screening.checking import rules_of
from gateway.screening.job import Settings
from gateway.screening.jobs import JobReused
from gateway.screening.keyed import Keyed, SealedCaller, SentKey
from gateway.screening.keys import LONGEST_KEY
from gateway.screening.screening import Question
from gateway.screening.shown import AWAY, ShownScreening, show_screening
from schema.check import CheckedSubject, CheckInput
from schema.screening import StartScreeningInput

FIELD: Final = "Mutation.startScreening"
MAXIMUM_KEYS: Final = 10_000
SLICE_ROWS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Beginnings:
    """What begins screenings: the ``checker`` knows the rule sets, ``wake`` lets the work begin at once."""

    checker: Checker
    keyed: Keyed
    wake: Callable[[], None]


@dataclass(slots=True)
class ScreeningChanges(Carried):
    """What `schema.mutation` asks of screenings, for ``caller`` on the day ``today``."""

    screenings: Beginnings
    policy: Policy
    caller: Caller
    today: str

    async def start_screening(self, given: StartScreeningInput) -> ShownScreening:
        """Return the screening as begun, on disk; raises GraphQLError."""
        self._permit(may_not_run(self.policy, self.caller))
        request = _request(given)
        require_valid("startScreening", [InputMistake(*each) for each in _mistakes(request, given, self.today)])
        as_of, checker = request.as_of or self.today, self.screenings.checker
        try:
            rule_set = checker.book().at(request.rule_set, as_of)
        except NoRuleSet as error:
            raise refusal(str(error), "RULE_SET_UNKNOWN") from None
        self._permit(may_not_run(self.policy, self.caller, rule_set))
        demanded = demand_mistakes(rule_set, request.input, self.caller.case)
        require_valid("startScreening", [InputMistake(*each) for each in demanded])
        caller = self.caller
        question = Question(caller.client, caller.purpose, rules_of(checker, request.rule_set, as_of), as_of)
        try:
            return await self._begin(request, question, given.client_mutation_id)
        except JobReused:
            raise refusal("the idempotency key was sent before with another input", "MUTATION_REUSED") from None
        except AWAY:
            message = "screenings cannot be recorded now: send it again"
            raise refusal(message, ScreeningsUnavailable.code) from None

    async def _begin(self, request: CheckRequest, question: Question, key: str | None) -> ShownScreening:
        keys = [SentKey(row.key.value, row.key.scheme) for row in request.subjects]
        told = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in sorted(request.input.items())}
        settings = Settings(input=told, slice_rows=SLICE_ROWS)
        asked = (request.rule_set, request.as_of or "", self.caller.case or "")
        job = await self.screenings.keyed.begin(keys, question, _sealed(self.caller), settings, key, asked)
        self.screenings.wake()
        self.done += 1
        return await show_screening(self.screenings.keyed.jobs, job, 0, 0)

    def _permit(self, denied: Denied | None) -> None:
        if denied is not None:
            self.forbid(FIELD, denied)


def _request(given: StartScreeningInput) -> CheckRequest:
    return read_request(
        CheckInput(
            rule_set=given.rule_set,
            subjects=[CheckedSubject(key=key) for key in given.keys],
            as_of=given.as_of,
            required_licenses=given.required_licenses,
            required_qualifications=given.required_qualifications,
            amount=given.amount,
            license=given.license,
            domain=given.domain,
            qualification=given.qualification,
        )
    )


def _mistakes(request: CheckRequest, given: StartScreeningInput, today: str) -> Iterator[tuple[str, str]]:
    """Yield the part and the message of each thing wrong; no key is quoted."""
    if not 1 <= len(request.subjects) <= MAXIMUM_KEYS:
        yield "keys", f"expected 1 to {MAXIMUM_KEYS:,} keys, got {len(request.subjects):,}: part the portfolio"
    too_long = sum(len(row.key.value) > LONGEST_KEY for row in request.subjects)
    if too_long:
        yield "keys", f"{too_long:,} keys are longer than {LONGEST_KEY} characters"
    if request.as_of is not None and request.as_of > today:
        yield "asOf", "is in the future: nobody knows what records will say then"
    if given.client_mutation_id is not None and (mistake := key_mistake(given.client_mutation_id)) is not None:
        yield "clientMutationId", mistake
    yield from input_mistakes(request.input, "")


def _sealed(caller: Caller) -> SealedCaller:
    return SealedCaller(
        client=caller.client,
        department=caller.department,
        scopes=sorted(caller.scopes),
        purpose=caller.purpose,
        case=caller.case,
        consent=caller.consent,
        subject=caller.subject,
    )
