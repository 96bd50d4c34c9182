"""The sections of a finished run in the order of the response, and the records that each shows.

What the walk has to look at is found once per plan (`way_of`): a selection without sections is not entered, and records
are gone through one by one only where links lead on from them.

Terms
    path    where something stands in the response: names as the response has them, places in lists as numbers
    step    a field of a subject behind which records stand, directly (a section, a value derived from a record) or
            further down
    way     the steps of a plan, by root field
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakKeyDictionary

from gateway.page import Page, state_of
from gateway.plan.document import LONG_NUMBER
from gateway.plan.model import Follow, Need, Plan, Selected, Use
from gateway.run import Run
from gateway.subject import Person, Subject
from gateway.told import Found, Hit
from schema.bindings import Derived, Link, Same, Section, SectionPart

DENIED: Final = "DENIED"
"""Stands for the state of a section that is null because every owner refuses the caller."""


@dataclass(slots=True, eq=False)
class SubjectWay:
    """The steps below one selection of a subject."""

    steps: list["SectionStep | DerivedStep | SameStep"] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class LinkStep:
    """A link of records behind which there are further steps; ``ways`` by the type of whom it leads to."""

    key: str
    link: Link
    ways: Mapping[str, SubjectWay]


@dataclass(frozen=True, slots=True, eq=False)
class ItemsStep:
    """One selection of the items of a section."""

    key: str
    selections: Sequence[Selected]
    links: tuple[LinkStep, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SectionStep:
    """A section, and the selections of its items: none, where only its state or its coverage is asked for."""

    key: str
    use: Use
    items: tuple[ItemsStep, ...]
    leads_on: bool
    """Whether links lead on from its items."""


@dataclass(frozen=True, slots=True, eq=False)
class DerivedStep:
    """A field read from the first record of another entity."""

    key: str
    selected: Selected
    need: Need
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class SameStep:
    """A field that groups further fields of the same subject."""

    key: str
    way: SubjectWay


@dataclass(slots=True)
class ShownSection:
    """One section of one subject in the response; ``page`` is None where it is denied whole."""

    path: str
    step: SectionStep
    page: Page | None

    @property
    def entity(self) -> str:
        """What its records are."""
        return self.step.use.need.entity

    @property
    def state(self) -> str:
        """What the section can be relied on for."""
        return DENIED if self.page is None else self.page.state


@dataclass(slots=True)
class ShownValue:
    """One value that is derived from a record; ``found`` is that record, None where there is none."""

    path: str
    step: DerivedStep
    state: str
    found: Found | None

    @property
    def entity(self) -> str:
        """What that record is."""
        return self.step.need.entity


Place = ShownSection | ShownValue


@dataclass(frozen=True, slots=True)
class Way:
    """The steps by the type of the subject, for each root field in the order of the plan.

    ``plain`` tells that no name in the response holds a number that the ledger would star.
    """

    roots: Sequence[Mapping[str, SubjectWay]]
    plain: bool


_ways: WeakKeyDictionary[Plan, Way] = WeakKeyDictionary()


def way_of(plan: Plan) -> Way:
    """Return what `walk` goes through; found once per plan."""
    way = _ways.get(plan)
    if way is None:
        roots = [_by_type(root.selected, {}) for root in plan.roots]
        way = _ways[plan] = Way(
            roots, not any(LONG_NUMBER.search(key) for root in plan.roots for key in _keys(root.selected))
        )
    return way


def walk(run: Run, values: Sequence[Sequence[Any]]) -> list[Place]:
    """Return the sections, and the values derived from records, in the order of the response.

    ``values`` are those of the root fields, as `complete` takes them; of a run that fetched nothing there are none.
    """
    places: list[Place] = []
    for root, ways, found in zip(run.plan.roots, way_of(run.plan).roots, values, strict=False):
        if not ways:
            continue
        for at, value in enumerate(found):
            if isinstance(value, Subject):
                key = root.selected.key
                path = key if root.kind == "subject" else f"{key}.{at}"
                _subject(run, ways[value.type_name], value, path, places)
    return places


def _subject(run: Run, way: SubjectWay, subject: Subject | Person, path: str, places: list[Place]) -> None:
    """Add what stands below ``subject``, which stands at ``path``, to ``places``."""
    for step in way.steps:
        at = f"{path}.{step.key}"
        if isinstance(step, SectionStep):
            page = run.page(step.use, subject)
            places.append(ShownSection(at, step, page))
            if page is not None and step.leads_on:
                _links(run, step, page, at, places)
        elif isinstance(step, DerivedStep):
            assert isinstance(subject, Subject), "values are derived for organizations"
            places.append(_value(run, step, subject, at))
        else:
            _subject(run, step.way, subject, at, places)


def _links(run: Run, step: SectionStep, page: Page, path: str, places: list[Place]) -> None:
    """Add what stands behind the links of the records of a section."""
    for items in step.items:
        if not items.links:
            continue
        for at, (row, hit, _) in enumerate(page.items):
            for link in items.links:
                key = hit.value(row, link.link.key_field)
                if key is not None:
                    linked = run.linked(link.link.to, key)
                    below = f"{path}.{items.key}.{at}.{link.key}"
                    _subject(run, link.ways[linked.type_name], linked, below, places)


def _value(run: Run, step: DerivedStep, subject: Subject, path: str) -> ShownValue:
    results = run.results_for(step.need, subject)
    for result in results:
        at = result.ask.places.get(step.name)
        if at is None:
            continue
        for reached, rows in result.rows(subject):
            if rows[0].values[at] is not None:
                return ShownValue(path, step, "COMPLETE", (rows[0], Hit(result.ask, reached, subject)))
    return ShownValue(path, step, state_of([result.outcome(subject) for result in results]), None)


def _keys(selected: Selected) -> Iterator[str]:
    """Yield the names that the response has for ``selected`` and all below it."""
    yield selected.key
    for children in {id(each): each for each in selected.children.values()}.values():
        for child in children:
            yield from _keys(child)


def _by_type(selected: Selected, known: dict[int, SubjectWay]) -> dict[str, SubjectWay]:
    """Return the ways below ``selected`` by type; empty when none of them has a step."""
    ways: dict[str, SubjectWay] = {}
    for name, children in selected.children.items():
        if id(children) not in known:
            known[id(children)] = _way(children)
        ways[name] = known[id(children)]
    return ways if any(way.steps for way in ways.values()) else {}


def _way(selections: Sequence[Selected]) -> SubjectWay:
    way = SubjectWay()
    for selected in selections:
        match selected.binding:
            case Section():
                assert selected.use is not None, "the planner gave every section its use"
                items = _items(selected)
                leads_on = any(each.links for each in items)
                way.steps.append(SectionStep(selected.key, selected.use, items, leads_on))
            case Derived(field=name):
                (need,) = selected.needs
                way.steps.append(DerivedStep(selected.key, selected, need, name))
            case Same() if (below := _way(selected.only)).steps:
                way.steps.append(SameStep(selected.key, below))
            case _:
                pass
    return way


def _items(section: Selected) -> tuple[ItemsStep, ...]:
    found = (each for each in section.only if isinstance(each.binding, SectionPart) and each.binding.part == "items")
    return tuple(ItemsStep(each.key, each.only, _links_of(each.only)) for each in found)


def _links_of(selections: Sequence[Selected]) -> tuple[LinkStep, ...]:
    found = ((each, each.binding, _open(each.follow)) for each in selections if isinstance(each.binding, Link))
    steps = ((each, link, _by_type(each, {})) for each, link, is_open in found if is_open)
    return tuple(LinkStep(each.key, link, ways) for each, link, ways in steps if ways)


def _open(follow: Follow | None) -> bool:
    return follow is not None and follow.denied is None
