"""What the arguments of a section let pass: one test per kind of filter, on the value of one field of a record.

The same tests tell of a table whose records all have one value that none of them can pass. `active` is none of these:
it is told by the judgment of a record (`gateway.told`).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from schema.bindings import Filter, Fixed

TESTS: Final[Mapping[str, Callable[[Any, Any, tuple[str, ...]], bool]]] = {
    "at_or_after": lambda value, wanted, _: value >= wanted,
    "equals": lambda value, wanted, _: value == wanted,
    "contains": lambda value, wanted, _: wanted in value,
    "one_of": lambda value, wanted, _: value in wanted,
    "overlaps": lambda value, wanted, _: not set(wanted).isdisjoint(value),
    "switch": lambda value, wanted, values: not wanted or value in values,
}
"""Test of a filter -> whether a value passes, given the argument and the filter's own values."""


def passes(filter_: Filter, value: Any, wanted: Any) -> bool:
    """Return whether ``value``, which is there, passes ``filter_`` for the argument ``wanted``."""
    return TESTS[filter_.test](value, wanted, filter_.values)


def rules_out(
    fixed: tuple[Fixed, ...], filters: tuple[Filter, ...], given: Mapping[str, Any], constants: Mapping[str, Any]
) -> bool:
    """Return whether no record with these ``constants`` can pass what is fixed, and the ``given`` arguments."""
    if any(each.field in constants and constants[each.field] not in each.values for each in fixed):
        return True
    tested = [each for each in filters if each.field in constants and given.get(each.argument) is not None]
    return not all(passes(each, constants[each.field], given[each.argument]) for each in tested)
