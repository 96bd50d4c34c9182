"""The cells of one raw row -> its tuple of values, and what there is to note about them.

Rules of this file: no I/O. What reads a row is generated code (2026-11: 0.9 us a row of 8 fields beside the value
readers, 1.6 us as a comprehension; it runs for every row of every answer). Most rows need no note: they are read
without looking for one at every cell, the others once more with. A row that lacks a cell is read field by field: what
a department changed without telling costs the fields that it feeds, and no others.

Terms
    place   what finds a cell in a raw row: the column's name in a mapping, its index in a sequence
    lost    a column that the source is known not to have any longer: its fields are MISREAD in every row
"""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from connectors.base import Issue
from connectors.columns import columns_of
from connectors.constants import constant_of
from connectors.errors import InvalidValue
from connectors.spec import FieldSpec
from connectors.values import Noted, parser, reader

Places = Mapping[str, Any]
Lost = Mapping[str, str]
"""Column -> why it cannot be read."""


def values_reader(
    fields: Sequence[tuple[str, FieldSpec]], places: Places, lost: Lost, notes: list[Issue]
) -> Callable[[Any], tuple[Any, ...]]:
    """Return the function from a raw row to the values of ``fields``; what there is to say of it goes to ``notes``."""
    one_by_one = [field_reader(name, spec, places, lost, notes) for name, spec in fields]
    names: dict[str, Any] = {f"field{at}": read for at, read in enumerate(one_by_one)}
    plain, noted = [], []
    for at, (name, spec) in enumerate(fields):
        columns = columns_of(spec)
        if not columns or any(column in lost for column in columns):
            plain.append(f"field{at}(raw)")
            noted.append(f"field{at}(raw)")
        else:
            # Only column names enter the source text, as string literals made by repr().
            cells = ", ".join(f"raw[{places[column]!r}]" for column in columns)
            names[f"parse{at}"], names[f"read{at}"] = parser(spec), reader(name, spec, notes)
            plain.append(f"None if (c := ({cells})) is None else parse{at}(c)")
            noted.append(f"read{at}(({cells}))")
    read_plain, read_noted = _tuple_of(plain, names), _tuple_of(noted, names)

    def values(raw: Any) -> tuple[Any, ...]:
        try:
            read = read_plain(raw)
            if Noted not in map(type, read):
                return read
        except (InvalidValue, KeyError):
            pass
        notes.clear()
        try:
            return read_noted(raw)
        except KeyError:
            notes.clear()
            return tuple([read_field(raw) for read_field in one_by_one])

    return values


def field_reader(name: str, spec: FieldSpec, places: Places, lost: Lost, notes: list[Issue]) -> Callable[[Any], Any]:
    """Return the function from a raw row to the one field ``name``: MISREAD where its cell is not there."""
    columns = columns_of(spec)
    if not columns:
        constant = constant_of(spec)
        # A list is made anew for each row: nobody knows what is done to it.
        return (lambda _: list(constant)) if type(constant) is list else (lambda _: constant)
    for column in columns:
        if column in lost:
            issue = Issue(name, "MISREAD", lost[column])
            return lambda _: notes.append(issue)
    cell_of, read = itemgetter(*(places[column] for column in columns)), reader(name, spec, notes)

    def value(raw: Any) -> Any:
        try:
            cell = cell_of(raw)
        except KeyError as error:
            notes.append(Issue(name, "MISREAD", f"column `{error.args[0]}` is missing from the answer"))
            return None
        return read(cell)

    return value


def _tuple_of(expressions: Sequence[str], names: Mapping[str, Any]) -> Callable[[Any], tuple[Any, ...]]:
    """Return the generated function ``raw -> (expression, …)``."""
    source = f"lambda raw: ({''.join(f'({each}),' for each in expressions)})"
    return eval(source, dict(names))  # type: ignore[no-any-return]  # noqa: S307  # `values_reader` says what is in it
