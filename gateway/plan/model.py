"""The parts of a plan. Built once by `gateway.plan.build`, then only read.

Terms
    stage    a set of subjects whose sections are fetched together: the subjects of the root fields, then the subjects
             that links of their records lead to
    need     the records of one entity that a stage's subjects need, whatever number of fields, aliases or sections
             select them; hence one batched call per (source, entity, stage)
    ask      one source's part in a need: the columns it is asked for, and those it is not, with the reason; one ask
             for each of its tables of the entity
    use      one section field of the document that shows (part of) a need: its arguments, order and filters
    follow   a link from the records of a need to the subjects of a further stage, whatever uses select it
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import FieldNode, GraphQLOutputType
from graphql.execution.values import VariableValues

from connectors.spec import AnyEntity, SourceSpec
from gateway.disclosure import FactsReader
from gateway.plan.filters import rules_out
from gateway.policy import Audience, Decision
from schema.bindings import Binding, Filter, Fixed, Link


@dataclass(slots=True, eq=False)
class Selected:
    """A field selected on a concrete object type, its sub-selections per concrete type of its value."""

    key: str
    name: str
    parent: str
    type: GraphQLOutputType
    nodes: list[FieldNode]
    attribute: str
    binding: Binding | None
    children: dict[str, list["Selected"]]
    use: "Use | None" = None
    follow: "Follow | None" = None
    needs: "list[Need]" = field(default_factory=list)
    """What a field of a subject is derived from."""

    @property
    def only(self) -> list["Selected"]:
        """The sub-selection of a field whose value has one concrete type."""
        return next(iter(self.children.values()))


@dataclass(slots=True, eq=False)
class Ask:
    """What one source is asked for, for one need: ``part`` is the one of its tables that holds ``entity_name``.

    ``scheme`` is the key it is asked by; ``crosswalk`` names the schemes that the registry's crosswalk must supply
    first. ``refused`` is set when the caller may see no field of the entity at this source: then it is not asked.
    """

    index: int
    source: SourceSpec
    entity: AnyEntity
    entity_name: str
    part: str
    scheme: str
    also_by: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    """The schemes that the source wants to be told beside the key."""
    crosswalk: tuple[str, ...] = ()
    standings: frozenset[int] | None = None
    """To which subjects it is put, by how the caller stands to them (`Caller.standings`); None: to all."""
    decided_by: str | None = None
    """The department whose own decisions alone are asked for, beside what another ask of the same table may show."""
    fields: tuple[str, ...] = ()
    place: str = ""
    """The table among all tables: the source, with the part where that has a name of its own."""
    places: Mapping[str, int] = field(default_factory=dict)
    """Where each of ``fields`` stands in a row's values."""
    constants: Mapping[str, Any] = field(default_factory=dict)
    """The fields that have one value in all records, with that value as rows hold it."""
    denied: dict[str, Decision] = field(default_factory=dict)
    refused: Decision | None = None
    audience: Audience = "PUBLIC"
    duty: bool = False
    """As whom the caller meets negative records of the source, and whether for a statutory duty."""
    facts: FactsReader | None = None
    """Reads what a record is judged by; None for entities that are never negative."""
    unseen: tuple[str, ...] = ()
    """Fields that records are judged by, which the source has and the caller may not see."""

    @property
    def title(self) -> str | None:
        """The Chinese name of the table, where its file gives one."""
        return self.entity.title

    @property
    def kinds(self) -> Sequence[str]:
        """The kinds of subjects that it holds records of; none given: of all."""
        return self.entity.subject_kinds or self.source.subject_kinds

    @property
    def registers(self) -> bool:
        """Whether its source registers subjects: only such a one knows all there are of its kinds."""
        return "Registration" in self.source.entities

    def is_for(self, standing: int) -> bool:
        """Tell whether it asks about subjects to whom the caller stands so."""
        return self.standings is None or standing in self.standings

    def covers(self, kind: str) -> bool:
        """Tell whether it holds records of subjects of ``kind``."""
        return not self.kinds or kind in self.kinds

    @property
    def columns(self) -> tuple[str, ...]:
        """The source's own names of the requested fields, in their order; of a constant its value in quotes."""
        fields = [self.entity.fields[name] for name in self.fields]
        return tuple(field.column or f'"{field.value}"' for field in fields)


@dataclass(slots=True, eq=False)
class Need:
    """The records of ``entity`` for the subjects of ``users``: (index, concrete type) pairs.

    The index is that of the root field that leads to the subjects, or of the use whose records link to them.
    """

    entity: str
    person_key: bool
    fields: set[str] = field(default_factory=set)
    users: set[tuple[int, str]] = field(default_factory=set)
    digests: bool = False
    whole: bool = False
    """Whether every record counts, whatever the filters of ``uses``: something is derived from them."""
    inputs: set[str] = field(default_factory=set)
    """Fields that are read whether or not they are shown: what a record is judged by, which decision it is, and
    whether it was published in time. Of them too, those alone that the caller may see."""
    merged: bool = False
    """Whether several rows may tell of one decision, and then are one record."""
    judged: bool = False
    """Whether records of the entity are negative, and shown only as the rules of disclosure allow."""
    marked: bool = False
    """Whether it is shown if an objection to a record is open."""
    asks: tuple[Ask, ...] = ()
    sort: str | None = None
    """The field that tells to which item of the catalogue a record belongs, where records go to several."""
    uses: list["Use"] = field(default_factory=list)
    follows: dict[Link, "Follow"] = field(default_factory=dict)

    @property
    def translated(self) -> bool:
        """True when some ask depends on the crosswalk."""
        return any(ask.crosswalk for ask in self.asks if ask.refused is None)


@dataclass(frozen=True, slots=True)
class SectionArguments:
    """The coerced arguments of one section field."""

    first: int
    after: tuple[str, str, str] | None
    values: Mapping[str, Any]


@dataclass(slots=True, eq=False)
class Use:
    """One section field: how the rows of ``need`` are filtered, ordered and cut for it.

    ``refusals`` tells for which asks (by index) an argument names a field that the caller may not see (a `Decision`),
    or that the source does not have (None): their rows cannot be tested, so they are left out and coverage says so.
    What the section is fixed to stands under "". ``denials`` tells by standing the decision that denies the section
    whole, because every owner refuses it.
    """

    index: int
    need: Need
    type_name: str
    field_name: str
    order_by: str | None
    filters: tuple[Filter, ...]
    fixed: tuple[Fixed, ...]
    arguments: Callable[[VariableValues], SectionArguments]
    refusals: dict[int, dict[str, Decision | None]] = field(default_factory=dict)
    denials: dict[int, Decision] = field(default_factory=dict)

    def refused(self, given: Collection[str]) -> dict[int, Decision | None]:
        """Return the asks whose rows cannot be tested when these arguments are ``given``."""
        found: dict[int, Decision | None] = {}
        for index, by_argument in self.refusals.items():
            decisions = [decision for argument, decision in by_argument.items() if not argument or argument in given]
            if decisions:
                found[index] = next((each for each in decisions if each is not None), None)
        return found

    def excludes(self, ask: Ask, given: Mapping[str, Any]) -> bool:
        """Tell whether no record of ``ask`` can pass, because all have one value that a filter rules out.

        Such a table is not asked for this section and does not count in its coverage: a list of wage arrears that
        cannot be reached says nothing of the lists of customs.
        """
        return bool(ask.constants) and rules_out(self.fixed, self.filters, given, ask.constants)


@dataclass(slots=True, eq=False)
class Follow:
    """A link from records to subjects; ``denied`` when an extra scope for the link is missing.

    ``uses`` are those whose records lead on to sections that must be fetched.
    """

    link: Link
    stage: "Stage"
    denied: Decision | None = None
    uses: list[Use] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Stage:
    """The needs of one set of subjects, and the crosswalk schemes that some of its asks depend on."""

    index: int
    needs: dict[tuple[str, bool], Need] = field(default_factory=dict)
    crosswalk: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class RootField:
    """A root field that the plan serves; ``keys`` reads its subject keys, ``arguments`` any other arguments.

    ``many`` tells whether it answers a list.
    """

    selected: Selected
    kind: str
    keys: Callable[[VariableValues], list[Any]] | None = None
    arguments: Callable[[VariableValues], Mapping[str, Any]] = field(default=lambda variables: {})
    many: bool = True


@dataclass(slots=True, eq=False, weakref_slot=True)
class Plan:
    """What one operation asks under one policy fingerprint.

    ``order`` are the response keys of the root fields; ``roots`` the fields served here, ``passed_on`` those for the
    schema's own executor (introspection, `_service`).
    ``crosswalk`` are the asks that turn other identifiers into a USCC and back; they are made only where a key or an
    ask needs them.
    """

    order: tuple[str, ...]
    roots: list[RootField]
    passed_on: list[Selected]
    stage: Stage
    stages: list[Stage]
    uses: list[Use]
    crosswalk: tuple[Ask, ...]

    @property
    def crosswalk_schemes(self) -> tuple[str, ...]:
        """The schemes, beside the USCC, that asks of any stage take from the crosswalk."""
        return tuple(sorted({scheme for stage in self.stages for scheme in stage.crosswalk}))

    @property
    def asks(self) -> list[Ask]:
        """Every ask of every stage that will be made."""
        needs = [need for stage in self.stages for need in stage.needs.values()]
        return [ask for need in needs for ask in need.asks if ask.refused is None]

    @property
    def cost(self) -> int:
        """The declared cost of one batch to each source, the crosswalk included when some ask depends on it."""
        crosswalk = self.crosswalk if self.crosswalk_schemes else ()
        return sum(ask.source.cost for ask in (*self.asks, *crosswalk))
