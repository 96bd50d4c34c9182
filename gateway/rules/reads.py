"""What conditions read, told from their paths: the needs that they touch, and the inputs of the check."""

from collections.abc import Iterable
from typing import Final

from gateway.rules.conditions.reading import paths_of
from gateway.rules.model import Clause, Rule

_TOUCHING: Final = ("first", "all")


def touched(paths: Iterable[str]) -> frozenset[str]:
    """Return the needs that ``paths`` read as `first.<need>` or `all.<need>`."""
    return _second(paths, _TOUCHING)


def inputs(paths: Iterable[str]) -> frozenset[str]:
    """Return the inputs that ``paths`` read as `input.<name>`."""
    return _second(paths, ("input",))


def _second(paths: Iterable[str], roots: tuple[str, ...]) -> frozenset[str]:
    steps = (path.split(".") for path in paths)
    return frozenset(rest[0] for root, *rest in steps if root in roots and rest)


def needs_of_clause(clause: Clause) -> list[str]:
    """Return every need that ``clause`` reads, each once: its own first, then those that its conditions touch."""
    own = [] if clause.need is None else [clause.need]
    found = sorted(touched(path for text in clause.conditions for path in paths_of(text)))
    return list(dict.fromkeys([*own, *found]))


def needs_of(rule: Rule) -> tuple[str, ...]:
    """Return every need that ``rule`` reads, each once."""
    return tuple(dict.fromkeys(need for clause in rule.any for need in needs_of_clause(clause)))
