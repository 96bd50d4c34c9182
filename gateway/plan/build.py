"""Build a `Plan` from an operation and a caller's rights: one walk over the selections, then the asks.

The walk collects the fields per concrete type, attaches to each section the need it shows and to each link the stage
it leads to. Nothing is fetched here, and nothing that the caller may not see is planned.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from graphql import (
    FieldNode,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
    is_object_type,
)

from gateway.errors import TooCostly
from gateway.identity import READ
from gateway.limits.spec import ListLimits
from gateway.plan.arguments import argument_names, argument_reader, key_reader, section_reader, stated_names
from gateway.plan.asks import AUTHORITY_CODE, AUTHORITY_FIELDS, Rights
from gateway.plan.collect import Collector
from gateway.plan.document import Operation
from gateway.plan.model import Ask, Follow, Need, Plan, RootField, Selected, Stage, Use
from gateway.policy import decide_scope
from gateway.subject import PERSON_NAME, TYPE_NAMES
from schema.bindings import (
    Conflicts,
    Derived,
    Judged,
    Link,
    Noted,
    PersonPart,
    RecordPart,
    Root,
    Same,
    Section,
    SectionPart,
)
from schema.schema import binding, python_name

ORGANIZATIONS = frozenset(TYPE_NAMES.values())
JUDGED_FROM = {
    "public_until_difference_days": ("source_public_until",),
    "repair": ("repaired_on", "repair_basis"),
}
"""What is judged of a record -> what its source must tell for it, beside what it is judged by."""
MAX_PERSON_LINKS: Final = 2
"""Links to persons on one path: from a company to its people, and from their companies on to theirs (`domain.md` §4.5).
Further on a query no longer asks about a subject, it maps a city's people."""
_OF_ITEM: Final = frozenset({"catalogueItem", "legalBasis", "fields"})
"""Fields of a provenance that tell of the item of the catalogue that covers the record."""
_ALL_OF_ORIGIN: Final = frozenset({"digest", "departmentAsWritten", "legalBasis"})
"""What the map of an answer's provenance tells of records."""
PASSED_ON = frozenset({"__schema", "__type", "_service"})


@dataclass(slots=True)
class _Place:
    """Where the walk stands: the stage and users of the subject above, and the need whose records it is in.

    ``path`` are the fields that lead here, in the words of the schema; ``persons`` tells how many link to a person.
    """

    stage: Stage
    users: frozenset[tuple[int, str]]
    use: Use | None = None
    path: tuple[str, ...] = ()
    persons: int = 0


@dataclass(slots=True)
class Builder:
    """Builds the plan of one operation; used once."""

    schema: GraphQLSchema
    rights: Rights
    collector: Collector
    lists: ListLimits
    provenance: bool = False
    stages: list[Stage] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    filtered: list[tuple[Use, tuple[str, ...], frozenset[str]]] = field(default_factory=list)

    def build(self, operation: Operation) -> Plan:
        """Return the plan of ``operation``; raises `TooCostly`, `BadQuery`."""
        stage = Stage(0)
        self.stages.append(stage)
        roots: list[RootField] = []
        passed_on: list[Selected] = []
        type_ = self.schema.get_root_type(operation.node.operation)
        assert type_ is not None, "the document is valid"
        fields = self.collector.fields(type_, [operation.node.selection_set])
        selections = [self._selected(type_, key, nodes) for key, nodes in fields.items()]
        for selected in selections:
            if selected.name in PASSED_ON:
                passed_on.append(selected)
            else:
                roots.append(self._root(selected, len(roots), stage))
        return self._finish(tuple(selected.key for selected in selections), stage, roots, passed_on)

    def _root(self, selected: Selected, index: int, stage: Stage) -> RootField:
        place = _Place(stage, frozenset(), path=(selected.name,))
        if selected.name == "_entities":
            self._subjects(selected, index, place)
            return RootField(selected, "entities", key_reader(self.schema, selected, self.lists))
        if selected.name == "__typename":
            return RootField(selected, "typename")
        assert isinstance(selected.binding, Root), f"`{selected.name}` is bound to a root kind"
        if selected.binding.kind in {"subject", "subjects"}:
            self._subjects(selected, index, place)
            return RootField(selected, selected.binding.kind, key_reader(self.schema, selected, self.lists))
        many = is_list_type(get_nullable_type(selected.type))
        return RootField(selected, selected.binding.kind, arguments=argument_reader(self.schema, selected), many=many)

    def _subjects(self, selected: Selected, root: int, place: _Place) -> None:
        """Walk each distinct sub-selection once, for all the concrete types that share it."""
        users: dict[int, set[tuple[int, str]]] = {}
        for type_name, children in selected.children.items():
            users.setdefault(id(children), set()).add((root, type_name))
        for children in {id(each): each for each in selected.children.values()}.values():
            self._walk(children, replace(place, users=frozenset(users[id(children)])))

    def _finish(self, order: tuple[str, ...], stage: Stage, roots: list[RootField], passed_on: list[Selected]) -> Plan:
        for index, each in enumerate(self.stages):
            each.index = index
            schemes: set[str] = set()
            for need in each.needs.values():
                if self.provenance:
                    self._provenance(need, _ALL_OF_ORIGIN)
                need.asks = _due(need, self.rights.asks(need))
                schemes.update(scheme for ask in need.asks if ask.refused is None for scheme in ask.crosswalk)
            each.crosswalk = tuple(sorted(schemes))
        for use, written, stated in self.filtered:
            self.rights.refuse(use, written, stated)
        schemes = {"USCC"}.union(*(each.crosswalk for each in self.stages))
        return Plan(order, roots, passed_on, stage, self.stages, self.uses, self.rights.crosswalk(schemes))

    def _selected(self, type_: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> Selected:
        name = nodes[0].name.value
        definition = self.schema.get_field(type_, name)
        assert definition is not None, "the document is valid"
        sets = [node.selection_set for node in nodes if node.selection_set and name not in PASSED_ON]
        children = self._children(definition.type, sets) if sets else {}
        attribute = name if name.startswith("__") else python_name(type_.name, name)
        return Selected(key, name, type_.name, definition.type, nodes, attribute, binding(type_.name, name), children)

    def _children(self, type_: GraphQLOutputType, sets: list[SelectionSetNode]) -> dict[str, list[Selected]]:
        """Return the sub-selections per concrete type; organization types that select the same share one list."""
        children: dict[str, list[Selected]] = {}
        shared: dict[tuple[object, ...], list[Selected]] = {}
        for each in self._concrete(type_):
            fields = self.collector.fields(each, sets)
            alike = tuple((key, *map(id, nodes)) for key, nodes in fields.items())
            if each.name not in ORGANIZATIONS or alike not in shared:
                shared[alike] = [self._selected(each, key, nodes) for key, nodes in fields.items()]
            children[each.name] = shared[alike]
        return children

    def _concrete(self, type_: GraphQLOutputType) -> list[GraphQLObjectType]:
        named = get_named_type(type_)
        if is_object_type(named):
            return [named]
        return list(self.schema.get_possible_types(named)) if is_abstract_type(named) else []

    def _walk(self, selections: list[Selected], place: _Place) -> None:
        for selected in selections:
            match selected.binding:
                case Section() as section:
                    self._section(selected, section, place)
                case Same():
                    self._walk(selected.only, _below(place, selected))
                case Derived(entity=entity, field=name):
                    selected.needs = [self._whole_need(place, entity, {name})]
                case Conflicts():
                    selected.needs = [self._whole_need(place, entity, set(READ[entity])) for entity in READ]
                case Link() as link:
                    self._link(selected, link, place)
                case SectionPart(part="items"):
                    self._items(selected, place)
                case _ if place.use is not None:
                    self._record_field(selected, place.use.need)

    def _need(self, place: _Place, entity: str, person_key: bool, fields: set[str]) -> Need:
        need = place.stage.needs.setdefault((entity, person_key), Need(entity, person_key))
        need.fields |= fields
        need.users |= place.users
        return need

    def _whole_need(self, place: _Place, entity: str, fields: set[str]) -> Need:
        """Return the need of ``fields`` of every record, from which something is derived."""
        need = self._need(place, entity, person_key=False, fields=fields)
        need.whole = True
        return need

    def _section(self, selected: Selected, section: Section, place: _Place) -> None:
        given = argument_names(selected)
        filters = {each.field for each in section.filters if each.argument in given and each.test != "active"}
        filters.update(fixed.field for fixed in section.fixed)
        need = self._need(place, section.entity, section.person_key, filters)
        use = Use(
            len(self.uses),
            need,
            selected.parent,
            selected.name,
            section.order_by,
            section.filters,
            section.fixed,
            section_reader(self.schema, selected, self.lists),
        )
        self.uses.append(use)
        self.filtered.append((use, given, stated_names(selected)))
        need.uses.append(use)
        selected.use = use
        self._walk(selected.only, replace(_below(place, selected), use=use))

    def _items(self, selected: Selected, place: _Place) -> None:
        assert place.use is not None, "items stand in a section"
        if place.use.order_by:
            place.use.need.fields.add(place.use.order_by)
        self._walk(selected.only, _below(place, selected))

    def _record_field(self, selected: Selected, need: Need) -> None:
        match selected.binding:
            case PersonPart(field=name) | Noted(field=name):
                need.fields.add(name)
            case RecordPart(part="provenance" | "also_reported_by"):
                self._provenance(need, {child.name for child in selected.only})
            case RecordPart(part="department_as_written"):
                need.inputs.update(AUTHORITY_FIELDS)
            case RecordPart(part="catalogue_item" | "disclosure"):
                self._sort(need)
            case RecordPart(part="under_objection"):
                need.marked = True
            case RecordPart(part="department_code"):
                need.inputs.add(AUTHORITY_CODE)
            case Judged(part=part):
                need.fields.update(JUDGED_FROM.get(part, ()))
            case None if selected.name != "__typename":
                need.fields.add(selected.attribute)
            case _:
                return

    def _provenance(self, need: Need, wanted: Collection[str]) -> None:
        """Let the records of ``need`` tell what is ``wanted`` of their origins."""
        need.digests = need.digests or "digest" in wanted
        if "departmentAsWritten" in wanted:
            need.inputs.update(AUTHORITY_FIELDS)
        if not _OF_ITEM.isdisjoint(wanted):
            self._sort(need)

    def _sort(self, need: Need) -> None:
        sort = self.rights.catalogue.items.sort_of(need.entity)
        need.inputs.update([sort] if sort is not None else ())

    def _link(self, selected: Selected, link: Link, place: _Place) -> None:
        """Read the linked subject's own fields from the record; fetch only where its sections are selected."""
        use = place.use
        assert use is not None, "a link stands in a record"
        linked = _linked(place, selected, link)
        follow = selected.follow = use.need.follows.setdefault(link, Follow(link, Stage(0)))
        if link.scope is not None:
            decision = decide_scope(self.rights.policy, self.rights.caller, link.scope)
            if not decision.allowed:
                follow.denied = decision
                return
        place_in_order = len(self.stages)  # before the stages that its own records lead to
        self._subjects(selected, use.index, replace(linked, stage=follow.stage, users=frozenset()))
        if link.to == "organization" or follow.stage.needs:
            use.need.fields.add(link.key_field)
        if link.to == "person" and any("NAME" in self.rights.told_beside(entity) for entity, _ in follow.stage.needs):
            use.need.inputs.add(PERSON_NAME)
        if follow.stage.needs and use not in follow.uses:
            follow.uses.append(use)
        if follow.stage.needs and follow.stage not in self.stages:
            self.stages.insert(place_in_order, follow.stage)


def _below(place: _Place, selected: Selected) -> _Place:
    return replace(place, path=(*place.path, selected.name))


def _linked(place: _Place, selected: Selected, link: Link) -> _Place:
    """Return the place behind ``link``; raises `TooCostly` for one link to a person too many on the path."""
    behind = _below(place, selected)
    if link.to != "person":
        return replace(behind, use=None)
    if place.persons == MAX_PERSON_LINKS:
        raise TooCostly(
            f"`{'.'.join(behind.path)}` follows more than {MAX_PERSON_LINKS} links to persons: ask about "
            "whom it would lead to by a key of their own",
            extensions={"limit": "person_links", "most": MAX_PERSON_LINKS, "path": ".".join(behind.path)},
        )
    return replace(behind, persons=place.persons + 1)


def _due(need: Need, asks: tuple[Ask, ...]) -> tuple[Ask, ...]:
    """Return the ``asks`` of which some section may show a record, whatever arguments it is given."""
    if need.whole:
        return asks
    return tuple(ask for ask in asks if not all(use.excludes(ask, {}) for use in need.uses))


def make_plan(
    schema: GraphQLSchema,
    operation: Operation,
    conditions: Mapping[str, bool],
    rights: Rights,
    lists: ListLimits,
    *,
    provenance: bool = False,
) -> Plan:
    """Return the plan of ``operation`` for the ``conditions`` of its `@skip`/`@include` and the caller's ``rights``.

    With ``provenance`` every record is asked to tell its origin, as if the document selected it.
    """
    collector = Collector(schema, operation.fragments, conditions)
    return Builder(schema, rights, collector, lists, provenance).build(operation)
