"""Generate the projector of a plan: Python source, one function per selection set (and per source, for records).

Names from the document reach the source only through `repr`. Generated functions call the few functions of
`gateway.project.parts` and `gateway.project.record_parts`.
"""

from collections.abc import Callable
from typing import Any

from gateway.plan.model import Plan, RootField
from gateway.project import parts
from gateway.project.subject_functions import SubjectFunctions
from gateway.project.writer import Writer

Project = Callable[..., Any]


def _root(root: RootField, writer: Writer, subjects: SubjectFunctions) -> dict[str, str]:
    """Return the names of the functions of a root field by the concrete type of its values."""
    return {
        name: subjects.subject(children) if name in parts.SUBJECT_TYPES else writer.value(children)
        for name, children in root.selected.children.items()
    }


def compile_plan(plan: Plan) -> list[dict[str, Project]]:
    """Return per root field the functions that project its values, by concrete type name."""
    writer = Writer()
    subjects = SubjectFunctions(writer)
    tables: list[dict[str, Any]] = [dict(_root(root, writer, subjects)) for root in plan.roots]
    source = "\n".join(writer.lines)
    exec(compile(source, "<plan>", "exec"), writer.names)  # noqa: S102 - our own source; document names only as repr
    for table in (*tables, *writer.tables):
        for key, function in table.items():
            table[key] = writer.names[function]
    return tables
