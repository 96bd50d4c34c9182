"""The reference: graphql-core's own executor over the data that a run has fetched, one resolver call per field.

Slow and plain on purpose. It shares with the projector what was fetched and how a section is cut (`gateway.page`), and
nothing of how the response is put together: field order, merging, nulls, paths and errors are graphql-core's.
"""

import inspect
from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo, execute, get_named_type, is_enum_type

from gateway.page import Hit, Page
from gateway.plan.cache import Compiled
from gateway.plan.document import Operation
from gateway.plan.model import Selected
from gateway.project import parts
from gateway.project.flags import forbidden, misread, not_known
from gateway.resolve import Unresolved
from gateway.run import Run
from gateway.subject import Person, Subject
from schema.bindings import Derived, Identity, Link, Noted, PersonPart, RecordPart, Same, Section, SectionPart

Record = tuple[Any, Hit]


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
        for root in compiled.plan.roots:
            self.index(root.selected, (), "Query")

    def index(self, selected: Selected, above: tuple[str, ...], type_name: str) -> None:
        """Note where in the response, and on which type, each planned field stands."""
        path = (*above, selected.key)
        self.planned[path, type_name] = selected
        for name, children in selected.children.items():
            for child in children:
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

    def resolve(self, source: Any, info: GraphQLResolveInfo[Any], **_: Any) -> Any:
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
            case Identity(part=part):
                return getattr(subject, part)
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
            assert selected.use.denied is not None
            raise flag_error(forbidden(selected, selected.use.denied, None))
        return page

    def derived(self, subject: Subject, selected: Selected, name: str) -> Any:
        assert selected.need is not None
        why = None
        for result in self.run.results[id(selected.need)]:
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

    def of_record(self, record: Record, selected: Selected) -> Any:
        row, hit = record
        match selected.binding:
            case RecordPart(part="record_id"):
                return parts.record_id(row, hit)
            case RecordPart(part="record_type"):
                return selected.parent
            case RecordPart(part="source"):
                return hit.reached.source
            case RecordPart(part=part):
                return getattr(parts, part)(row, hit)
            case Noted(field=name, code=code):
                return self.permitted(record, selected, name, lambda: parts.noted(row, name, code))
            case PersonPart(field=name):
                return self.column(record, selected, name)
            case Link() as link:
                return self.link(record, selected, link)
        return self.column(record, selected, selected.attribute)

    def permitted(self, record: Record, selected: Selected, name: str, read: Any) -> Any:
        ask = record[1].ask
        if name in ask.denied:
            raise flag_error(forbidden(selected, ask.denied[name], ask.source.name))
        return read() if name in ask.fields else None

    def column(self, record: Record, selected: Selected, name: str) -> Any:
        row, hit = record
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
                return parts.person_id(*role.record)
            case Identity(part="kind"):
                return "NATURAL_PERSON"
            case Identity(part="identifiers"):
                return []
            case Identity(part="resolution"):
                return parts.person_resolution(*role.record)
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
