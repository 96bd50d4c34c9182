"""Generate the projector of a plan: Python source, one function per selection set (and per source, for records).

A record's columns stand at other places for each source, and other fields are denied there, so a record function is
generated per ask: what is denied is a constant `None` beside its error, what is permitted a plain index. Names from the
document reach the source only through `repr`. Generated functions call the few functions of `gateway.project.parts`.

Arguments of generated functions: `v` a value object; `s` a subject; `row`, `hit` a record and its origin; `run` the
request; `path` where the result stands.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import get_nullable_type, is_leaf_type, is_list_type
from graphql.type import get_named_type

from gateway.plan.model import Ask, Plan, RootField, Selected, Use
from gateway.project import parts
from gateway.project.flags import forbidden, misread, not_known
from schema.bindings import Derived, Identity, Link, Noted, PersonPart, RecordPart, Same, Section, SectionPart

Project = Callable[..., Any]


@dataclass(slots=True)
class Compiler:
    """Writes the functions of one plan; ``names`` are the constants that the generated source refers to."""

    names: dict[str, Any] = field(default_factory=lambda: dict(vars(parts)))
    lines: list[str] = field(default_factory=list)
    subject_functions: dict[int, str] = field(default_factory=dict)
    count: int = 0

    def constant(self, value: Any) -> str:
        """Return a name under which the generated source finds ``value``."""
        self.count += 1
        name = f"k{self.count}"
        self.names[name] = value
        return name

    def function(self, arguments: str, pairs: list[tuple[str, str]], before: list[str] | None = None) -> str:
        """Write a function that returns an object of ``pairs`` (response key, expression); return its name."""
        self.count += 1
        name = f"f{self.count}"
        body = ", ".join(f"{key!r}: {expression}" for key, expression in pairs)
        self.lines.append(f"def {name}({arguments}):")
        self.lines.extend(f"    {line}" for line in before or ())
        self.lines.append(f"    return {{{body}}}")
        return name

    # value objects -------------------------------------------------------------------------------------------------

    def value(self, selections: list[Selected]) -> str:
        """Return the name of the function that projects a value object by its attributes."""
        return self.function("v", [(each.key, self.attribute(each)) for each in selections])

    def attribute(self, selected: Selected) -> str:
        """Return the expression of a value object's field."""
        if selected.name == "__typename":
            return repr(selected.parent)
        return self.nested(selected, f"v.{selected.attribute}")

    def nested(self, selected: Selected, expression: str) -> str:
        """Return the expression of a leaf, an object or a list of objects that ``expression`` yields."""
        if is_leaf_type(get_named_type(selected.type)):
            return expression
        function = self.value(selected.only)
        if is_list_type(get_nullable_type(selected.type)):
            return f"[{function}(x) for x in {expression}]"
        return f"(None if (x := {expression}) is None else {function}(x))"

    # subjects ------------------------------------------------------------------------------------------------------

    def subject(self, selections: list[Selected]) -> str:
        """Return the name of the function that projects an organization; shared by types with the same selection."""
        known = self.subject_functions.get(id(selections))
        if known is None:
            pairs = [(each.key, self.subject_field(each)) for each in selections]
            known = self.subject_functions[id(selections)] = self.function("s, run, path", pairs)
        return known

    def subject_field(self, selected: Selected) -> str:
        """Return the expression of a field of an organization."""
        match selected.binding:
            case Identity(part="resolution" | "identifiers" as part):
                return self.nested(selected, f"{part}(s)")
            case Identity(part=part):
                return f"s.{part}"
            case Same():
                pairs = [(each.key, self.subject_field(each)) for each in selected.only]
                return f"{self.function('s, run, path', pairs)}(s, run, (path, {selected.key!r}))"
            case Section():
                return f"{self.section(selected)}(s, run, (path, {selected.key!r}))"
            case Derived(field=name):
                return self.derived(selected, name)
            case _ if selected.name == "__typename":
                return "s.type_name" if selected.parent != "CourtEnforcement" else repr(selected.parent)
        raise AssertionError(f"no binding for {selected.parent}.{selected.name}")

    def derived(self, selected: Selected, name: str) -> str:
        """Return the expression of a field read from the first record of another entity."""
        assert selected.need is not None, "the planner gave every derived field its need"
        denied = {
            ask.index: forbidden(selected, ask.denied[name], ask.source.name)
            for ask in selected.need.asks
            if name in ask.denied
        }
        refused = {
            ask.index: forbidden(selected, ask.refused, ask.source.name) for ask in selected.need.asks if ask.refused
        }
        need, flags, unknown = map(self.constant, (selected.need, denied | refused, not_known(selected)))
        return f"derived(run, {need}, {name!r}, s, {flags}, {unknown}, (path, {selected.key!r}))"

    def section(self, selected: Selected) -> str:
        """Return the name of the function that projects a section of a subject."""
        use = selected.use
        assert use is not None, "the planner gave every section its use"
        use_name = self.constant(use)
        before = [f"page = run.page({use_name}, s)"]
        if use.denied is not None:
            flag = self.constant(forbidden(selected, use.denied, None))
            before.append(f"if page is None: return flagged(run, {flag}, path)")
        pairs = [(each.key, self.section_field(each, use)) for each in selected.only]
        return self.function("s, run, path", pairs, before)

    def section_field(self, selected: Selected, use: Use) -> str:
        """Return the expression of a field of a section."""
        match selected.binding:
            case SectionPart(part="items"):
                records = self.constant({})
                self.names[records].update(self.records(selected, use))
                at = f"((path, {selected.key!r}), i)"
                return f"[{records}[hit.ask.index](row, hit, run, {at}) for i, (row, hit) in enumerate(page.items)]"
            case SectionPart(part="page_info"):
                return f"{self.value(selected.only)}(page)"
            case SectionPart(part=part):
                return self.nested(selected, f"page.{part}")
            case _ if selected.name == "__typename":
                return repr(selected.parent)
        raise AssertionError(f"no binding for {selected.parent}.{selected.name}")

    # records -------------------------------------------------------------------------------------------------------

    def records(self, selected: Selected, use: Use) -> dict[int, str]:
        """Return the names of the record functions of a section's items, by ask."""
        return {ask.index: self.record(selected.only, ask) for ask in use.need.asks if ask.refused is None}

    def record(self, selections: list[Selected], ask: Ask) -> str:
        """Return the name of the function that projects the records of one ask."""
        before = ["v = row.values"]
        unread = self.columns(selections, ask)
        if unread:
            before.append(f"if row.issues: misread_fields(run, row, hit, {self.constant(unread)}, path)")
        pairs = [(each.key, self.record_field(each, ask, before)) for each in selections]
        return self.function("row, hit, run, path", pairs, before)

    def columns(self, selections: list[Selected], ask: Ask) -> dict[str, list[tuple[str, Any]]]:
        """Return the flags to place when a column of ``selections`` was misread: field -> (response key, flag)."""
        unread: dict[str, list[tuple[str, Any]]] = {}
        for each in selections:
            name = each.binding.field if isinstance(each.binding, PersonPart) else each.attribute
            if name in ask.fields and (each.binding is None or isinstance(each.binding, PersonPart)):
                unread.setdefault(name, []).append((each.key, misread(each, ask.source.name)))
        return unread

    def record_field(self, selected: Selected, ask: Ask, before: list[str]) -> str:
        """Return the expression of a record's field; what must be said beside it goes to ``before``."""
        match selected.binding:
            case RecordPart(part="record_id"):
                return "record_id(row, hit)"
            case RecordPart(part="record_type"):
                return repr(selected.parent)
            case RecordPart(part="source"):
                return repr(ask.source.name)
            case RecordPart(part=part):
                return self.nested(selected, f"{part}(row, hit)")
            case Noted(field=name, code=code):
                return self.permitted(selected, ask, name, before, f"noted(row, {name!r}, {code!r})")
            case PersonPart(field=name):
                return self.column(selected, ask, name, before)
            case Link() as link:
                return self.link(selected, link, ask, before)
            case _ if selected.name == "__typename":
                return repr(selected.parent)
        return self.column(selected, ask, selected.attribute, before)

    def column(self, selected: Selected, ask: Ask, name: str, before: list[str]) -> str:
        """Return the expression of a source column, `None` where the source has none or the caller may not see it."""
        expression = f"v[{ask.fields.index(name)}]" if name in ask.fields else "None"
        return self.permitted(selected, ask, name, before, self.nested(selected, expression))

    def permitted(self, selected: Selected, ask: Ask, name: str, before: list[str], expression: str) -> str:
        """Return ``expression``, or `None` with an error beside it when the caller may not see ``name`` here."""
        if name in ask.fields:
            return expression
        if name in ask.denied:
            flag = self.constant(forbidden(selected, ask.denied[name], ask.source.name))
            before.append(f"flagged(run, {flag}, (path, {selected.key!r}))")
        return "None"

    # links ---------------------------------------------------------------------------------------------------------

    def link(self, selected: Selected, link: Link, ask: Ask, before: list[str]) -> str:
        """Return the expression of the subject that a record leads to."""
        follow = selected.follow
        assert follow is not None, "the planner gave every link its stage"
        if follow.denied is not None:
            flag = self.constant(forbidden(selected, follow.denied, None))
            before.append(f"flagged(run, {flag}, (path, {selected.key!r}))")
            return "None"
        if link.to == "person":
            return f"{self.person(selected, link, ask)}(row, hit, run, (path, {selected.key!r}))"
        if link.key_field not in ask.fields:
            return self.permitted(selected, ask, link.key_field, before, "None")
        functions = {name: self.subject(children) for name, children in selected.children.items()}
        table = self.constant({})
        self.names[table].update(functions)
        key = f"v[{ask.fields.index(link.key_field)}]"
        return f"linked_organization(run, {key}, {table}, (path, {selected.key!r}))"

    def person(self, selected: Selected, link: Link, ask: Ask) -> str:
        """Return the name of the function that projects the person of a role, read from the role's own record."""
        before = ["v = row.values"]
        unread = self.columns(selected.only, ask)
        if unread:
            before.append(f"if row.issues: misread_fields(run, row, hit, {self.constant(unread)}, path)")
        pairs = [(each.key, self.person_field(each, link, ask, before)) for each in selected.only]
        return self.function("row, hit, run, path", pairs, before)

    def person_field(self, selected: Selected, link: Link, ask: Ask, before: list[str]) -> str:
        """Return the expression of a field of a natural person."""
        key = f"v[{ask.fields.index(link.key_field)}]" if link.key_field in ask.fields else "None"
        match selected.binding:
            case Identity(part="id"):
                return "person_id(row, hit)"
            case Identity(part="kind"):
                return repr("NATURAL_PERSON")
            case Identity(part="identifiers"):
                return "[]"
            case Identity(part="resolution"):
                return self.nested(selected, "person_resolution(row, hit)")
            case Section():
                section = self.section(selected)
                expression = (
                    f"linked_person(run, {key}, {section}, {self.constant(not_known(selected))}, "
                    f"(path, {selected.key!r}))"
                )
                return self.permitted(selected, ask, link.key_field, before, expression)
        return self.record_field(selected, ask, before)

    # roots ---------------------------------------------------------------------------------------------------------

    def root(self, root: RootField) -> dict[str, str]:
        """Return the names of the functions of a root field by the concrete type of its values."""
        functions = {}
        for name, children in root.selected.children.items():
            subject = bool(children) and name in parts.SUBJECT_TYPES
            functions[name] = self.subject(children) if subject else self.value(children)
        return functions


def compile_plan(plan: Plan) -> list[dict[str, Project]]:
    """Return per root field the functions that project its values, by concrete type name."""
    compiler = Compiler()
    tables = [compiler.root(root) for root in plan.roots]
    source = "\n".join(compiler.lines)
    exec(compile(source, "<plan>", "exec"), compiler.names)  # noqa: S102 - our own source; document names only as repr
    for name, value in list(compiler.names.items()):
        if name.startswith("k") and isinstance(value, dict):
            for key, function in value.items():
                if isinstance(function, str):
                    value[key] = compiler.names[function]
    return [{name: compiler.names[function] for name, function in table.items()} for table in tables]
