"""What checks the rows of a screening in a gateway: `gateway.checks`, under the rights of whoever screens.

An outcome keeps verdicts, ids of rules, names of sources and receipts; the records that they rest on are in the answers
whose receipts these are, and nowhere here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from connectors.clock import today_text, utc_text
from gateway.caller import Caller
from gateway.catalogue.shown import ShownCatalogue
from gateway.checks.checker import Checked, Checker
from gateway.checks.model import ShownMissing, ShownOutcome
from gateway.checks.request import CheckRequest, Key
from gateway.checks.request import Row as CheckedRow
from gateway.checks.rights import may_not_run
from gateway.checks.shown import Telling
from gateway.configuration import Configuration
from gateway.errors import BadQuery, Forbidden, RequestError, TooCostly
from gateway.rules import demand_mistakes
from gateway.rules.outcomes import SubjectVerdict
from gateway.screening.model import Check, Missing, Row, RowOutcome, closed_until

UNKNOWN: Final = "UNKNOWN"
QUIET: Final = frozenset({"CLEAN", "NOT_APPLICABLE"})
"""Results that an outcome does not list."""
PATIENCE_SECONDS: Final = 120.0
"""How long a budget of the client is waited for without being told to wait."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What every row of a job is checked by: a rule set, the day (ISO 8601), what rules are told besides."""

    rule_set: str
    as_of: str
    input: Mapping[str, Any]


def rules_of(checker: Checker, client: str, code: str, as_of: str) -> str:
    """Return the rule set with version and digest, and what ``client`` lays over it; raises `gateway.rules.NoRuleSet`.

    So a manifest names by whose own rules some rows were raised, and rows are never judged by two overlays.
    """
    book = checker.book()
    found, own = book.at(code, as_of), book.overlay(client, code)
    told = f"{found.code} {found.version} {found.digest}"
    return told if own is None else f"{told} overlay {own.client} {own.digest}"


def require_right(checker: Checker, configuration: Configuration, caller: Caller, code: str, as_of: str) -> None:
    """Return if ``caller`` may check by the rule set; raises `Forbidden`, `gateway.rules.NoRuleSet`."""
    denied = may_not_run(configuration.policy.on(today_text()), caller, checker.book().at(code, as_of))
    if denied is not None:
        needs = {"reason": denied.reason, "needs": denied.needs}
        raise Forbidden(f"`{caller.client}` may not check by `{code}`: {denied.reason}", extensions=needs)


def check_by(checker: Checker, configuration: Callable[[], Configuration], caller: Caller, asked: Asked) -> Check:
    """Return what checks rows for ``caller``; it raises `RequestError`.

    Raises `BadQuery` where the rule set demands what it was not given.
    """
    rules = checker.book().at(asked.rule_set, asked.as_of)
    if demanded := list(demand_mistakes(rules, asked.input, caller.case)):
        raise BadQuery("; ".join(f"`{name}` {message}" for name, message in demanded))

    async def check(rows: Sequence[Row]) -> Sequence[RowOutcome]:
        subjects = tuple(CheckedRow(Key(row.key.value, row.key.scheme)) for row in rows)
        request = CheckRequest(asked.rule_set, subjects, as_of=asked.as_of, input=dict(asked.input))
        today = today_text()
        checked = await checker.check(request, caller, today, "SCREENING")
        bases = ShownCatalogue(configuration().items, today).basis
        return list(_outcomes(checked, Telling(checked.rule_set, bases, checked.overlay)))

    return check


def patient(check: Check, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep, *, wait: bool) -> Check:
    """Return ``check`` that waits for the client's budgets, however long with ``wait``; raises what else it raises."""

    async def patiently(rows: Sequence[Row]) -> Sequence[RowOutcome]:
        while True:
            try:
                return await check(rows)
            except RequestError as error:
                told = error.headers.get("Retry-After", "")
                if error.status != TOO_MANY or not told.isdigit() or (float(told) > PATIENCE_SECONDS and not wait):
                    raise
                await sleep(float(told))

    return patiently


def parted(check: Check) -> Check:
    """Return ``check`` that asks in halves where the limits of the client let it not ask about so many at once.

    How many may be asked about is found out once: later rows are not tried in larger parts again. What is refused of a
    single row is raised.
    """
    most: int | None = None

    async def in_parts(rows: Sequence[Row]) -> Sequence[RowOutcome]:
        nonlocal most
        if most is None or len(rows) <= most:
            try:
                return await check(rows)
            except TooCostly:
                if len(rows) == 1:
                    raise
                most = -(-len(rows) // 2)
        size = most
        return [each for at in range(0, len(rows), size) for each in await in_parts(rows[at : at + size])]

    return in_parts


TOO_MANY: Final = 429


def _outcomes(checked: Checked, telling: Telling) -> Iterable[RowOutcome]:
    receipt = " ".join(checked.receipts)
    judged = iter(checked.evaluation.subjects)
    for found in checked.found:
        if found.evidence is None:
            assert found.problem is not None, "a key that led to nobody says why"
            asked = [telling.asked(each) for each in found.problem.coverage if each["status"] != "ANSWERED"]
            missing = tuple(_missing(asked)) or (Missing("", "IDENTITY_UNRESOLVED"),)
            yield RowOutcome("UNDETERMINED", (), missing, receipt, checked.as_of, again=closed_until(missing))
        else:
            yield _outcome(next(judged), telling, receipt, checked.as_of)


def _outcome(judged: SubjectVerdict, telling: Telling, receipt: str, as_of: str) -> RowOutcome:
    told: list[ShownOutcome] = [telling.outcome(each) for each in judged.outcomes if each.result not in QUIET]
    missing = dict.fromkeys(missing for each in told for missing in _missing(each.missing))
    rules = tuple((each.rule, each.result) for each in told)
    raised = {each.rule: each.raised_by for each in told if each.raised_by is not None}
    deciding = [missing for each in told if each.result == UNKNOWN and each.mandatory for missing in each.missing]
    again = closed_until(_missing(deciding)) if judged.verdict == "UNDETERMINED" else None
    return RowOutcome(judged.verdict, rules, tuple(missing), receipt, as_of, again=again, raised=raised)


def _missing(told: Iterable[ShownMissing]) -> Iterable[Missing]:
    return (Missing(each.source or "", each.status, _utc(each.until)) for each in told)


def _utc(until: str | None) -> str | None:
    return None if until is None else utc_text(datetime.fromisoformat(until))
