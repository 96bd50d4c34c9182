"""What one section shows of one subject: rows of all owners judged, merged newest first, cut; and what is not known.

# INVARIANT: `state` is COMPLETE only when every owner that should answer did, and everything it sent could be read.
A filter never hides that a record could not be tested, because it does not say what the filter names: such records are
left out and their sources count as not whole. What one of several reports of a decision says is enough to test it.
# INVARIANT: coverage is the same with and without a record that the caller may not see in its present state: what could
not be read of it is not told either. What could not be judged is no such record: it is told that it was withheld.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from graphql.execution.values import VariableValues

from gateway.plan.arguments import encode_cursor
from gateway.plan.filters import passes
from gateway.plan.model import Ask, SectionArguments, Use
from gateway.policy import Decision
from gateway.reach import AskResult, Reached
from gateway.subject import Person, Subject
from gateway.told import Found, Hit, Item, Teller, is_active, unseen_reason
from schema.bindings import Filter, Fixed

_NOT_RECORDED: Final = "the source does not record a field that a filter names"
_NOT_SAID: Final = "a record does not say what a filter names"
Test = Callable[[Item], bool | None]
"""Whether an item passes; None when it does not say what is tested."""


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
    use: Use,
    subject: Subject | Person,
    results: Sequence[AskResult],
    variables: VariableValues,
    teller: Teller,
    unserved: Sequence[Reached] = (),
    standing: int = 0,
) -> Page | None:
    """Return the page of ``use`` for ``subject``; None when every owner refuses the caller.

    ``results`` are those of the asks that are put for it, ``standing`` is how the caller stands to it; ``unserved`` is
    what coverage says where there is nobody to ask.
    """
    if standing in use.denials:
        return None
    arguments = use.arguments(variables)
    refused = use.refused(arguments.values.keys()) if use.refusals else {}
    coverage: dict[int, Reached] = {}
    found: list[Found] = []
    for result in results:
        if not use.excludes(result.ask, arguments.values):
            coverage[result.ask.index], rows = _from_owner(result, subject, refused.get(result.ask.index))
            found.extend(rows)
    if any(result.ask.decided_by is not None for result in results):
        found = _without_twins(found)
    told = teller.tell(use.need, found)
    for index, reason in _misread(told.items).items():
        if coverage[index].whole:
            coverage[index] = coverage[index].but("MISREAD", reason)
    for index, (status, reason) in told.withheld.items():
        if coverage[index].answered and refused.get(index) is None:
            coverage[index] = coverage[index].but(status, reason)
    tests = list(_tests(use, arguments.values))
    items = _tested(refused, tests, told.items, coverage) if tests else told.items
    shown = [coverage[result.ask.index] for result in results if _is_told(result.ask, coverage)]
    return _cut(use, arguments, shown or list(unserved), items)


def _cut(use: Use, arguments: SectionArguments, coverage: list[Reached], items: list[Item]) -> Page:
    state = state_of(coverage)
    total = len(items)
    if total > 1:
        items.sort(key=lambda item: _position(item, use.order_by), reverse=True)
    if arguments.after is not None:
        after = arguments.after
        items = [item for item in items if _position(item, use.order_by) < after]
    more = len(items) > arguments.first
    shown = items[: arguments.first] if more else items
    return Page(state, shown, coverage, total if state == "COMPLETE" else None, more, use.order_by)


def state_of(coverage: Sequence[Reached]) -> str:
    """Return what a section as a whole can be relied on for; where nobody answered, nothing is attested."""
    whole = all(reached.whole for reached in coverage)
    if any(reached.answered for reached in coverage):
        return "COMPLETE" if whole else "PARTIAL"
    return "NOT_COVERED" if whole else "UNKNOWN"


def _from_owner(result: AskResult, subject: Subject | Person, denied: Decision | None) -> tuple[Reached, list[Found]]:
    """Return what coverage says of one owner, and its rows of ``subject``; ``denied`` why they cannot be tested."""
    reached = result.outcome(subject)
    ask = result.ask
    found: list[Found] = []
    for origin, rows in result.rows(subject):
        hit = Hit(ask, origin, subject)
        found.extend((row, hit) for row in rows)
    if ask.unseen and reached.answered:
        reached = reached.but("DENIED", unseen_reason(ask))
    unreadable = result.unreadable(subject)
    if unreadable and reached.answered:
        reached = reached.but("MISREAD", unreadable)
    nobody = reached.whole and not reached.answered  # it holds no such subjects: there is nothing to test
    if denied is not None and not nobody:  # whether or not it holds any: that too would tell of the field
        reached = reached.but("DENIED", f"a filter names a field that is not open to this caller: {denied.reason}")
    return reached, found


def _without_twins(found: list[Found]) -> list[Found]:
    """Return ``found`` without what the caller's department decided and is shown whole, as others would see it."""
    own = {(hit.ask.place, row.record_key) for row, hit in found if hit.ask.decided_by is not None}
    return [
        (row, hit) for row, hit in found if hit.ask.decided_by is not None or (hit.ask.place, row.record_key) not in own
    ]


def _is_told(ask: Ask, coverage: Mapping[int, Reached]) -> bool:
    """Return whether coverage tells of ``ask``: of own decisions only what is not told of the whole table."""
    if ask.index not in coverage:
        return False
    return ask.decided_by is None or not coverage[ask.index].whole


def _tested(
    refused: Mapping[int, Decision | None],
    tests: Sequence[Test],
    items: Iterable[Item],
    coverage: dict[int, Reached],
) -> list[Item]:
    """Return the items that pass; of those that cannot be told, note in ``coverage`` whose records they are."""
    passed: list[Item] = []
    for item in items:
        outcomes = [test(item) for test in tests]
        if all(outcomes):
            passed.append(item)
        elif False not in outcomes:
            _, hit, told = item
            for ask in (hit.ask, *(origin.ask for _, origin in told.others)) if told else (hit.ask,):
                if coverage[ask.index].whole:
                    reason = _NOT_RECORDED if ask.index in refused else _NOT_SAID
                    coverage[ask.index] = coverage[ask.index].but("NOT_COVERED", reason)
    return passed


def _misread(items: Iterable[Item]) -> dict[int, str]:
    """Return which fields of how many rows of ``items`` could not be read, by the index of their ask."""
    fields: dict[int, set[str]] = {}
    counts: dict[int, int] = {}
    for row, hit in _reports(items):
        unread = {issue.field for issue in row.issues if issue.misread}
        if unread:
            index = hit.ask.index
            fields.setdefault(index, set()).update(unread)
            counts[index] = counts.get(index, 0) + 1
    return {at: f"{counts[at]} record(s) with unreadable {', '.join(sorted(fields[at]))}" for at in fields}


def _reports(items: Iterable[Item]) -> Iterator[Found]:
    """Yield the rows behind ``items`` of which anything was noted."""
    for row, hit, told in items:
        if row.issues:
            yield row, hit
        if told is not None:
            yield from (other for other in told.others if other[0].issues)


def _tests(use: Use, given: Mapping[str, Any]) -> Iterator[Test]:
    """Yield the tests that an item must pass: what the section is fixed to, then the filters that were given."""
    for fixed in use.fixed:
        yield partial(_is_one_of, fixed)
    for filter_ in use.filters:
        wanted = given.get(filter_.argument)
        if wanted is not None and (wanted or filter_.test != "switch"):
            yield partial(_is_active, wanted) if filter_.test == "active" else partial(_passes, filter_, wanted)


def _said(item: Item, field: str) -> Any:
    """Return what a record says in ``field``: the first of its reports that says anything."""
    row, hit, told = item
    value = hit.value(row, field)
    if value is None and told is not None:
        return next((said for other, origin in told.others if (said := origin.value(other, field)) is not None), None)
    return value


def _is_one_of(fixed: Fixed, item: Item) -> bool | None:
    value = _said(item, fixed.field)
    return None if value is None else value in fixed.values


def _is_active(wanted: bool, item: Item) -> bool | None:
    active = is_active(item)
    return None if active is None else active is wanted


def _passes(filter_: Filter, wanted: Any, item: Item) -> bool | None:
    value = _said(item, filter_.field)
    return None if value is None else passes(filter_, value, wanted)


def _position(item: Item, order_by: str | None) -> tuple[str, str, str]:
    row, hit, _ = item
    date = hit.value(row, order_by) if order_by else None
    return (str(date or ""), hit.ask.place, row.record_key)
