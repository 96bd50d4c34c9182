"""How large a document is: one pass over its nodes, then over its fragments, each read once.

A fragment counts wherever it is spread, because its fields do in the answer; but it is measured once, so that a
document whose fragments double forty times over is measured as fast as any other of its length (the usual rules walk
every spread, which is what such a document is written for). No I/O; the document need not be valid: an unknown
fragment, or one within itself, counts nothing there, and validation refuses it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
)
from graphql.language import SelectionNode
from graphql.language.parser import MAX_NESTING_DEPTH

from gateway.errors import TooCostly
from gateway.limits.refusal import too_costly
from gateway.limits.spec import DocumentLimits


@dataclass(frozen=True, slots=True)
class Size:
    """The measures of one definition, or the largest of several."""

    depth: int = 0
    aliases: int = 0
    root_fields: int = 0
    directives: int = 0
    directives_per_location: int = 0
    variables: int = 0


@dataclass(slots=True)
class _Own:
    """What a definition holds itself, and the fragments it spreads: (name, fields above it)."""

    depth: int = 0
    aliases: int = 0
    root_fields: int = 0
    directives: int = 0
    directives_per_location: int = 0
    spreads: list[tuple[str, int]] = field(default_factory=list)

    def count(self, directives: int) -> None:
        self.directives += directives
        self.directives_per_location = max(self.directives_per_location, directives)


def measure(document: DocumentNode) -> Size:
    """Return the largest measures of any operation or fragment of ``document``; linear in it.

    Fragments must be few (`check_document` sees to it): a chain of them is followed as deep as it is long.
    """
    own = {
        node.name.value: _own(node)
        for node in reversed(document.definitions)
        if isinstance(node, FragmentDefinitionNode)
    }
    whole: dict[str, Size] = {}
    for name in own:
        _whole(name, own, whole)
    sizes = [replace(size, root_fields=0) for size in whole.values()]
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            variables = node.variable_definitions or ()
            mine = _own(node)
            for each in variables:
                mine.count(len(each.directives or ()))
            sizes.append(replace(_sum(mine, whole), variables=len(variables)))
    return _largest(sizes)


def check_document(document: DocumentNode, limits: DocumentLimits) -> None:
    """Raise `TooCostly` for the first limit that ``document`` is over."""
    fragments = sum(isinstance(node, FragmentDefinitionNode) for node in document.definitions)
    _check("max_fragments", limits.max_fragments, fragments, "fragments")
    size = measure(document)
    _check("max_depth", limits.max_depth, size.depth, "levels of fields")
    _check("max_root_fields", limits.max_root_fields, size.root_fields, "root fields")
    _check("max_aliases", limits.max_aliases, size.aliases, "aliases")
    _check("max_directives", limits.max_directives, size.directives, "directives")
    most = limits.max_directives_per_location
    _check("max_directives_per_location", most, size.directives_per_location, "directives at one place")
    _check("max_variables", limits.max_variables, size.variables, "variables")


def check_text(text: str, limits: DocumentLimits) -> None:
    """Raise `TooCostly` for a document of too many bytes, before it is read at all."""
    size = len(text) if len(text) > limits.max_bytes else len(text.encode("utf-8", "surrogatepass"))
    if size > limits.max_bytes:
        raise too_costly("max_bytes", limits.max_bytes, size, f"the document has more than {limits.max_bytes} bytes")


def too_many_tokens(limits: DocumentLimits) -> TooCostly:
    """Return the refusal of a document whose reading stopped at the token after the last that is allowed."""
    most = limits.max_tokens
    return too_costly("max_tokens", most, most + 1, f"the document has more than {most} tokens")


def too_deep(limits: DocumentLimits) -> TooCostly:
    """Return the refusal of a document whose reading stopped because it nests hundreds of levels, of whatever kind."""
    message = f"the document nests braces or brackets more than {MAX_NESTING_DEPTH} levels deep"
    return too_costly("max_depth", limits.max_depth, MAX_NESTING_DEPTH + 1, message)


def _check(limit: str, allowed: int, found: int, things: str) -> None:
    if found > allowed:
        said = f"{found:,}" if found < 10**9 else "more than 1,000,000,000"
        raise too_costly(limit, allowed, min(found, 10**9), f"the document has {said} {things}, more than {allowed:,}")


def _own(definition: OperationDefinitionNode | FragmentDefinitionNode) -> _Own:
    own = _Own()
    own.count(len(definition.directives or ()))
    pending: list[tuple[SelectionSetNode, int]] = [(definition.selection_set, 0)]
    while pending:
        selection_set, above = pending.pop()
        for selection in selection_set.selections:
            own.count(len(selection.directives or ()))
            if isinstance(selection, FragmentSpreadNode):
                own.spreads.append((selection.name.value, above))
                continue
            level = above
            if isinstance(selection, FieldNode):
                level += 1
                own.depth = max(own.depth, level)
                own.root_fields += above == 0
                own.aliases += selection.alias is not None
            inner = _inner(selection)
            if inner is not None:
                pending.append((inner, level))
    return own


def _inner(selection: SelectionNode) -> SelectionSetNode | None:
    found: SelectionSetNode | None = getattr(selection, "selection_set", None)
    return found


def _whole(name: str, own: Mapping[str, _Own], whole: dict[str, Size]) -> None:
    """Measure the fragment ``name`` with those it spreads; what is being measured already counts nothing meanwhile."""
    if name in whole:
        return
    whole[name] = Size()
    for spread, _ in own[name].spreads:
        if spread in own:
            _whole(spread, own, whole)
    whole[name] = _sum(own[name], whole)


def _sum(own: _Own, whole: Mapping[str, Size]) -> Size:
    depth, aliases, root_fields, directives, most = (
        own.depth,
        own.aliases,
        own.root_fields,
        own.directives,
        own.directives_per_location,
    )
    for name, above in own.spreads:
        spread = whole.get(name)
        if spread is not None:
            depth = max(depth, above + spread.depth)
            aliases += spread.aliases
            root_fields += spread.root_fields if above == 0 else 0
            directives += spread.directives
            most = max(most, spread.directives_per_location)
    return Size(depth, aliases, root_fields, directives, most)


def _largest(sizes: Iterable[Size]) -> Size:
    found = list(sizes) or [Size()]
    return Size(
        max(each.depth for each in found),
        max(each.aliases for each in found),
        max(each.root_fields for each in found),
        max(each.directives for each in found),
        max(each.directives_per_location for each in found),
        max(each.variables for each in found),
    )
