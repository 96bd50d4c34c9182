"""Reading of a condition: through the parser and the check of its types, to what it reads or what is wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cel_expr_python import cel

from gateway.rules.conditions.check import check_tree
from gateway.rules.conditions.program import program
from gateway.rules.conditions.tree import Node, TooDeep, read_tree
from gateway.rules.conditions.types import ANY, Type

LONGEST: Final = 1_000
_PARSER: Final = cel.NewEnv()
_PLACE: Final = re.compile(r"ERROR: <input>:(\d+):(\d+): (?:Syntax error: )?(.*)")
_ANY_DAY: Final = "2026-01-01"
_ROOTS: Final = ("asOf", "subject", "input", "first", "all", "others", "e", "r")
_ANYTHING: Final = dict.fromkeys(_ROOTS, ANY)


@dataclass(frozen=True, slots=True)
class Read:
    """A condition as read: its type, the paths from variables that it reads, and what is wrong with it."""

    type: Type
    reads: frozenset[str]
    mistakes: tuple[str, ...]


def read_condition(text: str, variables: Mapping[str, Type]) -> Read:
    """Return what the condition ``text`` comes to over ``variables``."""
    tree = _tree(text)
    if isinstance(tree, str):
        return Read(ANY, frozenset(), (tree,))
    found = check_tree(tree, variables)
    mistakes = found.mistakes or _refusals(text, frozenset(found.reads))
    return Read(found.type, frozenset(found.reads), tuple(mistakes))


def paths_of(text: str) -> frozenset[str]:
    """Return the paths that the condition ``text`` reads, whatever there is to read; none of one that has no tree."""
    tree = _tree(text)
    return frozenset() if isinstance(tree, str) else frozenset(check_tree(tree, _ANYTHING).reads)


@lru_cache(maxsize=1024)
def _tree(text: str) -> Node | str:
    """Return the tree of ``text``, or why it has none."""
    if len(text) > LONGEST:
        return f"longer than {LONGEST} characters"
    try:
        return read_tree(_PARSER.compile(text, disable_check=True).serialize())
    except TooDeep:
        return "is nested too deeply"
    except (RuntimeError, ValueError) as error:
        return _said(error)


def _refusals(text: str, reads: frozenset[str]) -> list[str]:
    """Return what Google's own check still has against a condition that passed ours."""
    try:
        program(text, reads, _ANY_DAY)
    except (RuntimeError, ValueError) as error:
        return [_said(error)]
    return []


def _said(error: Exception) -> str:
    """Return what the parser said, in one line; what it quotes stands in the file, no secret is in it."""
    found = _PLACE.search(str(error))
    if found is None:
        return "cannot be read as a condition"
    line, column, message = found.groups()
    at = f"character {column}" if line == "1" else f"line {line}, character {column}"
    return f"{at}: {message[:1].lower()}{message[1:200]}"
