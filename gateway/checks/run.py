"""Checks through the graph: the root `creditCheck`, the mutation `runCreditCheck`, and the register of rule sets.

FIELD_FORBIDDEN     the caller may not run checks, or not by this set for this purpose
INPUT_INVALID       `inputs` names every part that is wrong (of a query: BAD_QUERY, in words)
RULE_SET_UNKNOWN    no set of that code is in force; the message names those that are
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import GraphQLError

from gateway.caller import Caller
from gateway.carried import Carried, refusal
from gateway.catalogue import Catalogue
from gateway.catalogue.shown import ShownCatalogue
from gateway.checks.checker import Checker
from gateway.checks.model import ShownCheck
from gateway.checks.request import CheckRequest, read_request, request_mistakes
from gateway.checks.rights import may_not_run
from gateway.checks.sets import show_set
from gateway.checks.shown import show_check
from gateway.consents.rights import Denied
from gateway.days import covers
from gateway.errors import BadQuery, RequestError
from gateway.own import Own, Told, Untold
from gateway.plan.asks import Rights
from gateway.plan.document import redact
from gateway.policy import Policy
from gateway.rules import NoRuleSet, demand_mistakes
from schema.check import CheckInput

QUERY: Final = "Query.creditCheck"
MUTATION: Final = "Mutation.runCreditCheck"


class Refused(Exception):
    """A check that was not made: its ``code``, what the message says, and further ``extensions``."""

    def __init__(self, code: str, message: str, extensions: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.extensions = code, message, dict(extensions or {})


async def run(
    checker: Checker, request: CheckRequest, policy: Policy, catalogue: Catalogue, caller: Caller, today: str
) -> ShownCheck:
    """Return the check as it is shown; raises `Refused`, `RequestError`."""
    _permit(may_not_run(policy, caller))
    _require_none(request_mistakes(request, today))
    try:
        rule_set = checker.book().at(request.rule_set, request.as_of or today)
    except NoRuleSet as error:
        raise Refused("RULE_SET_UNKNOWN", redact(str(error))) from None
    _permit(may_not_run(policy, caller, rule_set))
    _require_none(demand_mistakes(rule_set, request.input, caller.case))
    checked = await checker.check(request, caller, today)
    return show_check(checked, ShownCatalogue(catalogue.items, today).basis, checker.secret)


def _require_none(mistakes: Iterable[tuple[str, str]]) -> None:
    """Return if there are no ``mistakes``, pairs of a part of the input and what is wrong with it; raises `Refused`."""
    if found := list(mistakes):
        told = [{"field": part, "message": message} for part, message in found]
        words = "; ".join(f"`{part}` {message}" for part, message in found)
        raise Refused("INPUT_INVALID", f"the input of the check is not valid: {words}", {"inputs": told})


def _permit(denied: Denied | None) -> None:
    if denied is not None:
        raise Refused("FIELD_FORBIDDEN", "", {"reason": denied.reason, "needs": denied.needs})


@dataclass(frozen=True, slots=True)
class Checks:
    """The roots of checks."""

    checker: Checker

    @property
    def roots(self) -> Mapping[str, Own]:
        """Each root by its kind."""
        return {"credit_check": self.check, "rule_sets": self.rule_sets}

    async def check(self, rights: Rights, arguments: Mapping[str, Any], today: str) -> Told | Untold:
        """Return a check; raises `RequestError`."""
        request = read_request(arguments["input"])
        try:
            shown = await run(self.checker, request, rights.policy, rights.catalogue, rights.caller, today)
        except Refused as error:
            if error.code != "FIELD_FORBIDDEN":
                raise BadQuery(error.message, extensions={"check": error.code, **error.extensions}) from None
            return Untold({"code": error.code, "field": QUERY, **error.extensions})
        return Told([shown], list(_about(shown)))

    async def rule_sets(self, rights: Rights, arguments: Mapping[str, Any], today: str) -> Told | Untold:
        """Return the rule sets in force on a day, today unless another is given; of overlays the caller's own alone."""
        day = arguments.get("asOf") or today
        basis = ShownCatalogue(rights.catalogue.items, today).basis
        book, client = self.checker.book(), rights.caller.client
        found = [each for each in book if covers(each.from_, each.to, day)]
        return Told([show_set(each, basis, book.overlay(client, each.code)) for each in found])


def _about(shown: ShownCheck) -> Any:
    return (("USCC", each.uscc) for each in shown.subjects if each.uscc is not None)


@dataclass(slots=True)
class CheckChanges(Carried):
    """What `schema.mutation` asks of checks, for ``caller`` on the day ``today``."""

    checker: Checker
    policy: Policy
    catalogue: Catalogue
    caller: Caller
    today: str

    async def run_credit_check(self, given: CheckInput) -> ShownCheck:
        """Return the check, all that was asked durable in the ledger; raises GraphQLError."""
        request = read_request(given)
        try:
            shown = await run(self.checker, request, self.policy, self.catalogue, self.caller, self.today)
        except Refused as error:
            raise self._told(error) from None
        except RequestError as error:
            raise refusal(error.message, error.code, error.extensions) from None
        self.done += 1
        self.subjects += [each for _, each in _about(shown)]
        return shown

    def _told(self, error: Refused) -> GraphQLError:
        if error.code != "FIELD_FORBIDDEN":
            return refusal(error.message, error.code, error.extensions)
        self.denied.append((MUTATION, str(error.extensions["reason"])))
        return refusal(f"`{MUTATION}` is not open to this caller", error.code, {"field": MUTATION, **error.extensions})
