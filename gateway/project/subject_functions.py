"""Functions of generated projectors for subjects and their sections: one per selection set.

Arguments of generated functions: `s` a subject; `run` the request; `path` where the result stands.
"""

from dataclasses import dataclass, field

from gateway.plan.model import Selected, Use
from gateway.project.flags import forbidden, not_known
from gateway.project.record_functions import RecordFunctions
from gateway.project.writer import Writer
from schema.bindings import Conflicts, Derived, Identity, Same, Section, SectionPart


@dataclass(slots=True)
class SubjectFunctions:
    """Writes the functions that project organizations; those of types with the same selection are shared."""

    writer: Writer
    known: dict[int, str] = field(default_factory=dict)
    records: RecordFunctions = field(init=False)

    def __post_init__(self) -> None:
        self.records = RecordFunctions(self.writer, self)

    def subject(self, selections: list[Selected]) -> str:
        """Return the name of the function that projects an organization; shared by types with the same selection."""
        known = self.known.get(id(selections))
        if known is None:
            pairs = [(each.key, self.subject_field(each)) for each in selections]
            known = self.known[id(selections)] = self.writer.function("s, run, path", pairs)
        return known

    def subject_field(self, selected: Selected) -> str:
        """Return the expression of a field of an organization."""
        match selected.binding:
            case Identity(part="resolution" | "identifiers" as part):
                return self.writer.nested(selected, f"{part}(s)")
            case Identity(part="not_served"):
                return self.writer.nested(selected, "run.not_served(s.kind)")
            case Conflicts():
                return self.writer.nested(selected, f"identity(run, {self.writer.constant(selected.needs)}, s)")
            case Identity(part=part):
                return f"s.{part}"
            case Same():
                pairs = [(each.key, self.subject_field(each)) for each in selected.only]
                return f"{self.writer.function('s, run, path', pairs)}(s, run, (path, {selected.key!r}))"
            case Section():
                return f"{self.section(selected)}(s, run, (path, {selected.key!r}))"
            case Derived(field=name):
                return self.derived(selected, name)
            case _ if selected.name == "__typename":
                return "s.type_name" if selected.parent != "CourtEnforcement" else repr(selected.parent)
        raise AssertionError(f"no binding for {selected.parent}.{selected.name}")

    def derived(self, selected: Selected, name: str) -> str:
        """Return the expression of a field read from the first record of another entity."""
        (derived_from,) = selected.needs
        denied = {
            ask.index: forbidden(selected, ask.denied[name], ask.source.name)
            for ask in derived_from.asks
            if name in ask.denied
        }
        refused = {
            ask.index: forbidden(selected, ask.refused, ask.source.name) for ask in derived_from.asks if ask.refused
        }
        need, flags, unknown = map(self.writer.constant, (derived_from, denied | refused, not_known(selected)))
        return f"derived(run, {need}, {name!r}, s, {flags}, {unknown}, (path, {selected.key!r}))"

    def section(self, selected: Selected) -> str:
        """Return the name of the function that projects a section of a subject."""
        use = selected.use
        assert use is not None, "the planner gave every section its use"
        use_name = self.writer.constant(use)
        before = [f"page = run.page({use_name}, s)"]
        if use.denials:
            flags = {standing: forbidden(selected, decision, None) for standing, decision in use.denials.items()}
            before.append(f"if page is None: return denied(run, s, {self.writer.constant(flags)}, path)")
        pairs = [(each.key, self.section_field(each, use)) for each in selected.only]
        return self.writer.function("s, run, path", pairs, before)

    def section_field(self, selected: Selected, use: Use) -> str:
        """Return the expression of a field of a section."""
        match selected.binding:
            case SectionPart(part="items"):
                functions, made = self.writer.table()
                made.update(self.records.by_ask(selected, use))
                at = f"((path, {selected.key!r}), i)"
                each = f"{functions}[hit.ask.index](row, hit, told, run, {at})"
                return f"[{each} for i, (row, hit, told) in enumerate(page.items)]"
            case SectionPart(part="page_info"):
                return f"{self.writer.value(selected.only)}(page)"
            case SectionPart(part=part):
                return self.writer.nested(selected, f"page.{part}")
            case _ if selected.name == "__typename":
                return repr(selected.parent)
        raise AssertionError(f"no binding for {selected.parent}.{selected.name}")
