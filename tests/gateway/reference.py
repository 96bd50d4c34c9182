"""The reference: graphql-core's own executor over the data that a run has fetched, one resolver call per field.

Slow and plain on purpose. It shares with the projector what was fetched and how a section is cut (`gateway.page`), and
nothing of how the response is put together: field order, merging, nulls, paths and errors are graphql-core's.
"""

import inspect
from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo, execute, get_named_type, is_enum_type

from gateway.page import Page
from gateway.plan.build import JUDGED_FROM
from gateway.plan.cache import Compiled
from gateway.plan.document import Operation
from gateway.plan.model import Need, Selected
from gateway.project import parts, record_parts
from gateway.project.flags import forbidden, misread, not_known
from gateway.provenance.lineage import Lineage
from gateway.resolve import Unresolved
from gateway.run import Run
from gateway.subject import Person, Subject
from gateway.told import Item
from schema.bindings import (
    Conflicts,
    Derived,
    Identity,
    Judged,
    Link,
    Noted,
    PersonPart,
    RecordPart,
    Same,
    Section,
    SectionPart,
)
from schema.entities import INTERNAL_FIELDS
from schema.schema import graphql_name

Record = Item


class Role:
    """A natural person as one role record shows it."""

    type_name = "NaturalPerson"

    def __init__(self, record: Record, link: Link) -> None:
        self.record = record
        self.link = link


class Reference:
    """Executes one operation over one run."""

    def __init__(self, run: Run, compiled: Compiled, values: Sequence[Sequence[Any]]) -> None:
        self.run = run
        self.values = dict(zip((root.selected.key for root in compiled.plan.roots), values, strict=True))
        self.kinds = {root.selected.key: root.kind for root in compiled.plan.roots}
        self.planned: dict[tuple[tuple[str, ...], str], Selected] = {}
        self.beside: dict[int, list[Selected]] = {}
        for root in compiled.plan.roots:
            self.index(root.selected, (), "Query")

    def index(self, selected: Selected, above: tuple[str, ...], type_name: str) -> None:
        """Note where in the response, and on which type, each planned field stands."""
        path = (*above, selected.key)
        self.planned[path, type_name] = selected
        for name, children in selected.children.items():
            for child in children:
                self.beside[id(child)] = children
                self.index(child, path, name)

    async def execute(self, schema: Any, operation: Operation, variables: dict[str, Any]) -> tuple[Any, list[Any]]:
        """Return data and errors as graphql-core gives them."""
        result: Any = execute(
            schema,
            operation.document,
            variable_values=variables,
            operation_name=operation.name,
            field_resolver=self.resolve,
            type_resolver=lambda value, *_: type_name(value),
        )
        if inspect.isawaitable(result):
            result = await result
        return result.data, [error.formatted for error in result.errors or ()]

    def resolve(self, source: Any, info: GraphQLResolveInfo[Any], /, **_: Any) -> Any:
        """Return the value of one field; enum names become the schema's own enum values."""
        keys = tuple(key for key in info.path.as_list() if isinstance(key, str))
        selected = self.planned[keys, info.parent_type.name]
        value = self.value(source, selected)
        enum = get_named_type(info.return_type)
        if not is_enum_type(enum) or value is None:
            return value
        return [enum.values[each].value for each in value] if isinstance(value, list) else enum.values[value].value

    def value(self, source: Any, selected: Selected) -> Any:
        """Return the value of ``selected`` on ``source``: by what kind of thing the source is."""
        if source is None:
            found = self.values[selected.key]
            return found[0] if self.kinds[selected.key] == "subject" else found
        if isinstance(source, Subject):
            return self.of_subject(source, selected)
        if isinstance(source, Page):
            return self.of_page(source, selected)
        if isinstance(source, Role):
            return self.of_person(source, selected)
        if isinstance(source, tuple):
            return self.of_record(source, selected)
        return getattr(source, selected.attribute)

    def of_subject(self, subject: Subject, selected: Selected) -> Any:
        match selected.binding:
            case Identity(part="resolution"):
                return parts.resolution(subject)
            case Identity(part="not_served"):
                return self.run.not_served(subject.kind)
            case Identity(part=part):
                return getattr(subject, part)
            case Conflicts():
                return parts.identity(self.run, selected.needs, subject)
            case Same():
                return subject
            case Section():
                return self.section(subject, selected)
            case Derived(field=name):
                return self.derived(subject, selected, name)
        raise AssertionError(selected)

    def section(self, subject: Subject | Person, selected: Selected) -> Page:
        assert selected.use is not None
        page = self.run.page(selected.use, subject)
        if page is None:
            denied = selected.use.denials[self.run.standing(subject)]
            raise flag_error(forbidden(selected, denied, None))
        return page

    def derived(self, subject: Subject, selected: Selected, name: str) -> Any:
        (need,) = selected.needs
        why = None
        for result in self.run.results_for(need, subject):
            ask = result.ask
            denied = ask.refused or ask.denied.get(name)
            if denied:
                why = forbidden(selected, denied, ask.source.name)
                continue
            values = [row.values[ask.fields.index(name)] for _, rows in result.rows(subject) for row in rows[:1]]
            if values and values[0] is not None:
                return values[0]
            if not result.outcome(subject).whole:
                why = why or not_known(selected)
        if why:
            raise flag_error(why)
        return None

    def of_page(self, page: Page, selected: Selected) -> Any:
        match selected.binding:
            case SectionPart(part="page_info"):
                return page
            case SectionPart(part=part):
                return getattr(page, part)
        return getattr(page, selected.attribute)

    def of_record(self, record: Record, selected: Selected) -> Any:  # noqa: C901  (one case a part)
        row, hit, told = record
        match selected.binding:
            case RecordPart(part="record_type"):
                return selected.parent
            case RecordPart(part="source"):
                return hit.reached.source
            case RecordPart(part="provenance" | "also_reported_by"):
                return self.origins(record, selected)
            case RecordPart(part="conflicts"):
                return self.conflicts(record, selected)
            case RecordPart(part="catalogue_item"):
                return self.run.catalogue_item(hit.ask.entity_name, self.sort(record))
            case RecordPart(part="disclosure"):
                return self.run.disclosure(hit.ask.entity_name, self.sort(record))
            case RecordPart(part="under_objection"):
                return record_parts.under_objection(self.run, row, hit, told)
            case RecordPart(part=part):
                return getattr(record_parts, part)(row, hit)
            case Judged(part=part):
                return self.judged(record, selected, part)
            case Noted(field=name, code=code):
                return self.permitted(record, selected, name, lambda: record_parts.noted(row, name, code))
            case PersonPart(field=name):
                return self.column(record, selected, name)
            case Link() as link:
                return self.link(record, selected, link)
        return self.column(record, selected, selected.attribute)

    def conflicts(self, record: Record, selected: Selected) -> Any:
        """Compare the fields that the document selects of these records, as far as the schema shows them."""
        row, hit, told = record
        fields = next(need.fields for need in self.needs() if any(ask is hit.ask for ask in need.asks))
        hidden = INTERNAL_FIELDS.get(hit.ask.entity_name, frozenset())
        names = [(name, graphql_name(selected.parent, name)) for name in sorted(fields) if name not in hidden]
        return record_parts.conflicts(row, hit, told, names)

    def origins(self, record: Record, selected: Selected) -> Any:
        row, hit, told = record
        lineage = Lineage(self.beside[id(selected)])
        if selected.name == "provenance":
            return record_parts.provenance(self.run, row, hit, lineage)
        return record_parts.also_reported_by(self.run, told, lineage)

    def sort(self, record: Record) -> Any:
        row, hit, _ = record
        sort = self.run.shown_catalogue.items.sort_of(hit.ask.entity_name)
        return None if sort is None else hit.value(row, sort)

    def needs(self) -> list[Need]:
        return [need for stage in self.run.plan.stages for need in stage.needs.values()]

    def judged(self, record: Record, selected: Selected, part: str) -> Any:
        row, hit, told = record
        assert told is not None
        assert told.judgment is not None
        if part not in JUDGED_FROM:
            return getattr(told.judgment, part)
        for name in JUDGED_FROM[part]:
            if name in hit.ask.denied:
                raise flag_error(forbidden(selected, hit.ask.denied[name], hit.ask.source.name))
        said = [hit.value(row, name) for name in JUDGED_FROM[part]]
        if part == "repair":
            return record_parts.repair(self.run, row, hit, told, *said)
        return record_parts.difference_days(told, *said)

    def permitted(self, record: Record, selected: Selected, name: str, read: Any) -> Any:
        ask = record[1].ask
        if name in ask.denied:
            raise flag_error(forbidden(selected, ask.denied[name], ask.source.name))
        return read() if name in ask.fields else None

    def column(self, record: Record, selected: Selected, name: str) -> Any:
        row, hit, _ = record
        for issue in row.issues:
            if issue.misread and issue.field == name and name in hit.ask.fields:
                flag = misread(selected, hit.reached.source)
                more = {"record": row.record_key, "reason": issue.message}
                raise flag_error(flag, **more)
        return self.permitted(record, selected, name, lambda: hit.value(row, name))

    def link(self, record: Record, selected: Selected, link: Link) -> Any:
        assert selected.follow is not None
        if selected.follow.denied is not None:
            raise flag_error(forbidden(selected, selected.follow.denied, None))
        if link.to == "person":
            return Role(record, link)
        key = self.permitted(record, selected, link.key_field, lambda: record[1].value(record[0], link.key_field))
        return None if key is None else self.run.linked("organization", key)

    def of_person(self, role: Role, selected: Selected) -> Any:
        match selected.binding:
            case Identity(part="id"):
                return record_parts.person_id(*role.record[:2])
            case Identity(part="kind"):
                return "NATURAL_PERSON"
            case Identity(part="identifiers"):
                return []
            case Identity(part="not_served"):
                return self.run.not_served("NATURAL_PERSON")
            case Identity(part="resolution"):
                return record_parts.person_resolution(*role.record[:2])
            case Section():
                name = role.link.key_field
                key = self.permitted(role.record, selected, name, lambda: role.record[1].value(role.record[0], name))
                if key is None:
                    ask = role.record[1].ask
                    if name in ask.fields:
                        raise flag_error(not_known(selected))
                    return None
                return self.section(self.run.linked("person", key), selected)
        return self.of_record(role.record, selected)


def type_name(value: Any) -> str:
    """Return the concrete type of a member of an interface or union."""
    if isinstance(value, tuple):
        raise TypeError("records stand in sections of one concrete type")
    assert isinstance(value, Subject | Unresolved | Role)
    return value.type_name


def flag_error(flag: Any, **more: Any) -> GraphQLError:
    """Return the error that graphql-core places itself."""
    return GraphQLError(flag.message, extensions={**flag.extensions, **more})
