"""Functions of generated projectors for records, and for the persons and organizations that they lead to.

A record's columns stand at other places for each source, and other fields are denied there, so a record function is
written per ask: what is denied is a constant `None` beside its error, what is permitted a plain index.

Arguments of generated functions: `row`, `hit`, `told` a record, its origin and what is told of it; `run` the request;
`path` where the result stands.
"""

from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from gateway.plan.build import JUDGED_FROM
from gateway.plan.model import Ask, Need, Selected, Use
from gateway.project.flags import forbidden, misread, not_known
from gateway.project.writer import Writer
from gateway.provenance.lineage import Lineage
from schema.bindings import Identity, Judged, Link, Noted, PersonPart, RecordPart, Section
from schema.entities import INTERNAL_FIELDS
from schema.schema import graphql_name

SHOWING: Final = (RecordPart("provenance"), RecordPart("also_reported_by"))
"""Fields of a record that show where it, or another report of it, came from."""


class Subjects(Protocol):
    """What writes the functions of the subjects behind links."""

    def subject(self, selections: list[Selected]) -> str:
        """Return the name of the function that projects an organization."""
        ...

    def section(self, selected: Selected) -> str:
        """Return the name of the function that projects a section of a subject."""
        ...


@dataclass(slots=True)
class RecordFunctions:
    """Writes the functions that project records."""

    writer: Writer
    subjects: Subjects
    lineages: dict[int, str] = field(default_factory=dict)
    """Fields that show a provenance (by identity) -> the constant that tells of the fields selected beside them."""

    def by_ask(self, selected: Selected, use: Use) -> dict[int, str]:
        """Return the names of the record functions of a section's items, by ask."""
        return {ask.index: self.record(selected.only, ask, use.need) for ask in use.need.asks if ask.refused is None}

    def record(self, selections: list[Selected], ask: Ask, need: Need) -> str:
        """Return the name of the function that projects the records of one ask."""
        before = ["v = row.values"]
        self.note_lineage(selections)
        unread = self.columns(selections, ask)
        if unread:
            before.append(f"if row.issues: misread_fields(run, row, hit, {self.writer.constant(unread)}, path)")
        pairs = [(each.key, self.record_field(each, ask, need, before)) for each in selections]
        return self.writer.function("row, hit, told, run, path", pairs, before)

    def note_lineage(self, selections: list[Selected]) -> None:
        """Make what those of ``selections`` that show a provenance tell of the others; the same for every ask."""
        showing = [id(each) for each in selections if each.binding in SHOWING]
        if showing and showing[0] not in self.lineages:
            self.lineages.update(dict.fromkeys(showing, self.writer.constant(Lineage(selections))))

    def columns(self, selections: list[Selected], ask: Ask) -> dict[str, list[tuple[str, Any]]]:
        """Return the flags to place when a column of ``selections`` was misread: field -> (response key, flag)."""
        unread: dict[str, list[tuple[str, Any]]] = {}
        for each in selections:
            name = each.binding.field if isinstance(each.binding, PersonPart) else each.attribute
            if name in ask.fields and (each.binding is None or isinstance(each.binding, PersonPart)):
                unread.setdefault(name, []).append((each.key, misread(each, ask.source.name)))
        return unread

    def record_field(self, selected: Selected, ask: Ask, need: Need, before: list[str]) -> str:
        """Return the expression of a record's field; what must be said beside it goes to ``before``."""
        match selected.binding:
            case RecordPart(part=part):
                return self.record_part(selected, part, ask, need)
            case Judged(part=part):
                return self.judged(selected, part, ask, before)
            case Noted(field=name, code=code):
                return self.permitted(selected, ask, name, before, f"noted(row, {name!r}, {code!r})")
            case PersonPart(field=name):
                return self.column(selected, ask, name, before)
            case Link() as link:
                return self.link(selected, link, ask, need, before)
            case _ if selected.name == "__typename":
                return repr(selected.parent)
        return self.column(selected, ask, selected.attribute, before)

    def record_part(self, selected: Selected, part: str, ask: Ask, need: Need) -> str:
        """Return the expression of what the gateway itself writes on every record."""
        match part:
            case "record_id":
                return "record_id(row, hit)"
            case "record_type":
                return repr(selected.parent)
            case "source":
                return repr(ask.source.name)
            case "provenance":
                return self.writer.nested(selected, f"provenance(run, row, hit, {self.lineages[id(selected)]})")
            case "under_objection":
                return "under_objection(run, row, hit, told)"
            case "also_reported_by":
                return self.writer.nested(selected, f"also_reported_by(run, told, {self.lineages[id(selected)]})")
            case "conflicts":
                return self.writer.nested(
                    selected, f"conflicts(row, hit, told, {self.writer.constant(_shown(selected, need))})"
                )
            case "catalogue_item" | "disclosure":
                sort = f"v[{ask.places[need.sort]}]" if need.sort is not None and need.sort in ask.places else "None"
                return self.writer.nested(selected, f"run.{part}({need.entity!r}, {sort})")
        return self.writer.nested(selected, f"{part}(row, hit)")

    def judged(self, selected: Selected, part: str, ask: Ask, before: list[str]) -> str:
        """Return the expression of what is judged of a negative record."""
        told = [f"v[{ask.places[name]}]" if name in ask.places else "None" for name in JUDGED_FROM.get(part, ())]
        match part:
            case "public_until_difference_days":
                expression = f"difference_days(told, {told[0]})"
            case "repair":
                expression = self.writer.nested(selected, f"repair(run, row, hit, told, {', '.join(told)})")
            case _:
                return f"told.judgment.{part}"
        denied = next((name for name in JUDGED_FROM[part] if name in ask.denied), None)
        return expression if denied is None else self.permitted(selected, ask, denied, before, expression)

    def column(self, selected: Selected, ask: Ask, name: str, before: list[str]) -> str:
        """Return the expression of a source column, `None` where the source has none or the caller may not see it."""
        expression = f"v[{ask.fields.index(name)}]" if name in ask.fields else "None"
        return self.permitted(selected, ask, name, before, self.writer.nested(selected, expression))

    def permitted(self, selected: Selected, ask: Ask, name: str, before: list[str], expression: str) -> str:
        """Return ``expression``, or `None` with an error beside it when the caller may not see ``name`` here."""
        if name in ask.fields:
            return expression
        if name in ask.denied:
            flag = self.writer.constant(forbidden(selected, ask.denied[name], ask.source.name))
            before.append(f"flagged(run, {flag}, (path, {selected.key!r}))")
        return "None"

    def link(self, selected: Selected, link: Link, ask: Ask, need: Need, before: list[str]) -> str:
        """Return the expression of the subject that a record leads to."""
        follow = selected.follow
        assert follow is not None, "the planner gave every link its stage"
        if follow.denied is not None:
            flag = self.writer.constant(forbidden(selected, follow.denied, None))
            before.append(f"flagged(run, {flag}, (path, {selected.key!r}))")
            return "None"
        if link.to == "person":
            return f"{self.person(selected, link, ask, need)}(row, hit, run, (path, {selected.key!r}))"
        if link.key_field not in ask.fields:
            return self.permitted(selected, ask, link.key_field, before, "None")
        functions = {name: self.subjects.subject(children) for name, children in selected.children.items()}
        table, made = self.writer.table()
        made.update(functions)
        key = f"v[{ask.fields.index(link.key_field)}]"
        return f"linked_organization(run, {key}, {table}, (path, {selected.key!r}))"

    def person(self, selected: Selected, link: Link, ask: Ask, need: Need) -> str:
        """Return the name of the function that projects the person of a role, read from the role's own record."""
        before = ["v = row.values"]
        unread = self.columns(selected.only, ask)
        if unread:
            before.append(f"if row.issues: misread_fields(run, row, hit, {self.writer.constant(unread)}, path)")
        pairs = [(each.key, self.person_field(each, link, ask, need, before)) for each in selected.only]
        return self.writer.function("row, hit, run, path", pairs, before)

    def person_field(self, selected: Selected, link: Link, ask: Ask, need: Need, before: list[str]) -> str:
        """Return the expression of a field of a natural person."""
        key = f"v[{ask.fields.index(link.key_field)}]" if link.key_field in ask.fields else "None"
        match selected.binding:
            case Identity(part="id"):
                return "person_id(row, hit)"
            case Identity(part="kind"):
                return repr("NATURAL_PERSON")
            case Identity(part="identifiers"):
                return "[]"
            case Identity(part="not_served"):
                return self.writer.nested(selected, "run.not_served('NATURAL_PERSON')")
            case Identity(part="resolution"):
                return self.writer.nested(selected, "person_resolution(row, hit)")
            case Section():
                section = self.subjects.section(selected)
                expression = (
                    f"linked_person(run, {key}, {section}, {self.writer.constant(not_known(selected))}, "
                    f"(path, {selected.key!r}))"
                )
                return self.permitted(selected, ask, link.key_field, before, expression)
        return self.record_field(selected, ask, need, before)


def _shown(selected: Selected, need: Need) -> tuple[tuple[str, str], ...]:
    """Return the fields of a record that are selected, with their names in the schema."""
    hidden = INTERNAL_FIELDS.get(need.entity, frozenset())
    return tuple((name, graphql_name(selected.parent, name)) for name in sorted(need.fields) if name not in hidden)
