"""Mistakes of clauses: which keys go together, and whether their conditions are such."""

from collections.abc import Iterator, Mapping
from typing import Final

from connectors.declaration import Part, unknown
from gateway.rules.checks.sets import Found
from gateway.rules.conditions import read_condition
from gateway.rules.conditions.types import NUMBERS, TIMES, Type
from gateway.rules.model import Scope
from gateway.rules.variables import common_variables

KINDS: Final = ("when", "lacks", "test", "same")
"""Exactly one of these keys says what a clause asks."""
_STATES: Final = ("ended", "minor", "repaired")
_FITTING: Final[Mapping[str, frozenset[str]]] = {
    "when": frozenset({"need", "at_least", "sum", "over", "latest", *_STATES}),
    "lacks": frozenset({"need", "for_each", *_STATES}),
    "test": frozenset({"need", *_STATES}),
    "same": frozenset({"need", *_STATES}),
}
"""Kind of clause -> the keys that may stand beside it; the ``need`` of a test tells what it is about, no more."""
_COUNTING: Final = ("at_least", "sum", "latest")


def clause_mistakes(clause: Part, records: Mapping[str, Type], needs: list[str], scope: Scope) -> Found:
    """Yield what is wrong with a ``clause`` of a rule of ``scope``, in a set whose ``needs`` give ``records``."""
    kinds = [kind for kind in KINDS if not clause.lacks(kind)]
    if len(kinds) != 1:
        yield "", f"expected exactly one of {', '.join(f'`{kind}`' for kind in KINDS)}, found {len(kinds)}"
        return
    (kind,) = kinds
    fitting = {kind, *_FITTING[kind]}
    yield from ((key, f"does not go with `{kind}`") for key in clause if key not in fitting)
    yield from _need_mistakes(clause, kind, needs)
    yield from _counting_mistakes(clause)
    if kind == "same":
        yield from _same_mistakes(clause, records, scope)
    yield from _condition_mistakes(clause, records, scope)


def _need_mistakes(clause: Part, kind: str, needs: list[str]) -> Found:
    if kind != "test" and clause.lacks("need"):
        yield "need", "missing"
    if "need" in clause and clause["need"] not in needs:
        yield "need", unknown("need", clause["need"], needs)


def _counting_mistakes(clause: Part) -> Found:
    counting = [key for key in _COUNTING if key in clause]
    if len(counting) > 1:
        yield counting[1], f"does not go with `{counting[0]}`"
    for one, other in (("sum", "over"), ("over", "sum")):
        if one in clause and clause.lacks(other):
            yield other, f"missing: `{one}` needs it"


def _same_mistakes(clause: Part, records: Mapping[str, Type], scope: Scope) -> Found:
    if scope != "LOT":
        yield "same", 'compares the subjects of a lot: the rule needs `scope = "LOT"`'
    if clause.get("same") == []:
        yield "same", "expected at least one field"
    for path in clause.get("same", []):
        yield from (("same", message) for message in _unreadable(clause, records, path))


def _condition_mistakes(clause: Part, records: Mapping[str, Type], scope: Scope) -> Found:
    """Yield what is wrong with the conditions and paths; with a need that is not known, nothing can be told."""
    common = common_variables(records, scope)
    record = records.get(clause.get("need", ""))
    own = {**common, "e": record} if record is not None else None
    if "when" in clause and own is not None:
        yield from _not_of(clause, "when", own, frozenset({"boolean"}), "true or false")
    if "test" in clause:
        yield from _not_of(clause, "test", common, frozenset({"boolean"}), "true or false")
    if "over" in clause:
        yield from _not_of(clause, "over", common, NUMBERS, "a number")
    if "lacks" in clause and own is not None:
        yield from _lacks_mistakes(clause, common, own)
    for key, forms, words in (("sum", NUMBERS, "a number"), ("latest", TIMES | NUMBERS, "a date, month or year")):
        if key in clause and record is not None:
            yield from ((key, message) for message in _unreadable(clause, records, clause[key], forms, words))


def _lacks_mistakes(clause: Part, common: Mapping[str, Type], own: Mapping[str, Type]) -> Found:
    variables = dict(own)
    if "for_each" in clause:
        yield from _not_of(clause, "for_each", common, frozenset({"list"}), "a list")
        variables["r"] = read_condition(clause["for_each"], common).type.item
    yield from _not_of(clause, "lacks", variables, frozenset({"boolean"}), "true or false")


def _not_of(clause: Part, key: str, variables: Mapping[str, Type], forms: frozenset[str], words: str) -> Found:
    """Yield what is wrong with the condition at ``key``, which is to give one of ``forms``."""
    read = read_condition(clause[key], variables)
    yield from ((key, message) for message in read.mistakes)
    if not read.mistakes and read.type.form not in forms:
        yield key, f"gives {read.type.word}, expected {words}"


def _unreadable(
    clause: Part,
    records: Mapping[str, Type],
    path: str,
    forms: frozenset[str] | None = None,
    words: str = "",
) -> Iterator[str]:
    """Yield why ``path`` is no field of the clause's need, or is of none of ``forms``."""
    type_ = records.get(clause.get("need", ""))
    if type_ is None:
        return
    for step in path.split("."):
        if step not in (type_.fields or {}):
            yield unknown("field", step, sorted(type_.fields or {})) + ": it must be among the `fields` of the need"
            return
        type_ = (type_.fields or {})[step]
    if forms is not None and type_.form not in forms:
        yield f"`{path}` is {type_.word}, expected {words}"
