"""What one section shows of one subject: rows of all owners filtered, merged newest first, cut; and what is not known.

# INVARIANT: `state` is COMPLETE only when every owner that should answer did, and everything it sent could be read.
A filter never hides that a row could not be tested: such rows are left out and their source counts as not whole.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql.execution.values import VariableValues
from msgspec import Struct

from connectors.base import Row
from gateway.plan.arguments import encode_cursor
from gateway.plan.model import Ask, SectionArguments, Use
from gateway.reach import AskResult, Reached
from gateway.subject import Person, Subject

TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "at_or_after": lambda value, wanted: value >= wanted,
    "equals": lambda value, wanted: value == wanted,
    "contains": lambda value, wanted: wanted in value,
    "one_of": lambda value, wanted: value in wanted,
}


class Hit(Struct, frozen=True):
    """Where a row came from: the ask, the call that brought it and the subject it was asked for."""

    ask: Ask
    reached: Reached
    subject: Subject | Person

    def value(self, row: Row, field: str) -> Any:
        """Return the value of ``field`` in ``row``, None where the ask does not include it."""
        at = self.ask.places.get(field)
        return None if at is None else row.values[at]


Item = tuple[Row, Hit]


@dataclass(slots=True)
class Page:
    """A section as its schema type shows it; ``items`` are rows with their origin, ``coverage`` one entry per owner."""

    state: str
    items: Sequence[Item]
    coverage: Sequence[Reached]
    total_count: int | None
    has_next_page: bool
    order_by: str | None

    @property
    def end_cursor(self) -> str | None:
        """The cursor after the last item of this page."""
        return encode_cursor(_position(self.items[-1], self.order_by)) if self.items else None


def make_page(
    use: Use, subject: Subject | Person, results: Sequence[AskResult], variables: VariableValues
) -> Page | None:
    """Return the page of ``use`` for ``subject``; None when every owner refuses the caller."""
    if use.denied is not None:
        return None
    arguments = use.arguments(variables)
    coverage: list[Reached] = []
    items: list[Item] = []
    for result in results:
        reached, found = _from_owner(use, result, subject, arguments)
        coverage.append(reached)
        items.extend(found)
    return _cut(use, arguments, coverage, items)


def _cut(use: Use, arguments: SectionArguments, coverage: list[Reached], items: list[Item]) -> Page:
    state = _state(coverage)
    total = len(items)
    if total > 1:
        items.sort(key=lambda item: _position(item, use.order_by), reverse=True)
    if arguments.after is not None:
        after = arguments.after
        items = [item for item in items if _position(item, use.order_by) < after]
    more = len(items) > arguments.first
    shown = items[: arguments.first] if more else items
    return Page(state, shown, coverage, total if state == "COMPLETE" else None, more, use.order_by)


def _state(coverage: Sequence[Reached]) -> str:
    """Return what the section as a whole can be relied on for; where nobody answered, nothing is attested."""
    whole = all(reached.whole for reached in coverage)
    if any(reached.answered for reached in coverage):
        return "COMPLETE" if whole else "PARTIAL"
    return "NOT_COVERED" if whole else "UNKNOWN"


def _from_owner(
    use: Use, result: AskResult, subject: Subject | Person, arguments: SectionArguments
) -> tuple[Reached, list[Item]]:
    """Return what coverage says of one owner, and its rows that pass the filters."""
    reached = result.outcome(subject)
    ask = result.ask
    if ask.index in use.refusals:
        return _untestable(use, ask, reached), []
    items: list[Item] = []
    for origin, rows in result.rows(subject):
        hit = Hit(ask, origin, subject)
        items.extend((row, hit) for row in rows)
        misread = _misread(rows)
        if misread and reached.whole:
            reached = reached.but("MISREAD", misread)
    unreadable = result.unreadable(subject)
    if unreadable and reached.answered:
        reached = reached.but("MISREAD", unreadable)
    for filter_ in use.filters:
        wanted = arguments.values.get(filter_.argument)
        if wanted is not None and items:
            test = TESTS[filter_.test]
            at = ask.places[filter_.field]
            items = [item for item in items if item[0].values[at] is not None and test(item[0].values[at], wanted)]
    return reached, items


def _untestable(use: Use, ask: Ask, reached: Reached) -> Reached:
    decision = use.refusals[ask.index]
    if decision is not None:
        return reached.but("DENIED", f"a filter names a field that is not open to this caller: {decision.reason}")
    return reached.but("NOT_COVERED", "the source does not record a field that a filter names")


def _misread(rows: Iterable[Row]) -> str | None:
    """Return which fields of how many rows could not be read, or None."""
    fields: set[str] = set()
    count = 0
    for row in rows:
        if row.issues:
            unread = {issue.field for issue in row.issues if issue.misread}
            fields |= unread
            count += bool(unread)
    return f"{count} record(s) with unreadable {', '.join(sorted(fields))}" if count else None


def _position(item: Item, order_by: str | None) -> tuple[str, str, str]:
    row, hit = item
    date = hit.value(row, order_by) if order_by else None
    return (str(date or ""), hit.reached.source, row.record_key)
