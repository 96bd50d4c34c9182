"""What the fields of an answer mean: path in the response, without places in lists, -> field of the schema.

Found once per plan, so that an entry names it by a digest. Fields that all kinds of organization have stand under
`Organization`; where types of one place call different fields the same, all of them stand there, joined by `|`.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from graphql import GraphQLInterfaceType

from gateway.ledger.entry import Shape, encode_shape, shape_digest
from gateway.plan.model import Plan, Selected
from gateway.project.flags import ORGANIZATIONS
from gateway.provenance.traces import ledger_path
from schema.schema import SCHEMA

_ORGANIZATION: Final = SCHEMA.get_type("Organization")
assert isinstance(_ORGANIZATION, GraphQLInterfaceType)
_SHARED: Final = frozenset(_ORGANIZATION.fields)
"""Fields of every kind of organization."""
Fields = dict[str, set[str]]


class NamedShape(NamedTuple):
    """A shape, its canonical JSON (`encode_shape`) and what entries name it by (`shape_digest`)."""

    shape: Shape
    text: str
    digest: str


_shapes: WeakKeyDictionary[Plan, NamedShape] = WeakKeyDictionary()


def shape_of(plan: Plan) -> Shape:
    """Return the shape of the answers of ``plan``; found once per plan."""
    return named_shape(plan).shape


def named_shape(plan: Plan) -> NamedShape:
    """Return the shape of the answers of ``plan`` with its text and its digest; found once per plan."""
    known = _shapes.get(plan)
    if known is None:
        shape = Shape(_paths(plan))
        text = encode_shape(shape)
        known = _shapes[plan] = NamedShape(shape, text, shape_digest(text))
    return known


def _paths(plan: Plan) -> dict[str, str]:
    found: Fields = {}
    for selected in (*(root.selected for root in plan.roots), *plan.passed_on):
        for path, name in _fields([selected], ""):
            found.setdefault(path, set()).add(name)
    return {path: "|".join(sorted(names)) for path, names in sorted(found.items())}


def _fields(selections: Sequence[Selected], above: str) -> Iterator[tuple[str, str]]:
    """Yield path and field of ``selections`` and of all below; what several types share is gone through once."""
    for selected in selections:
        path = above + ledger_path(selected.key)
        yield path, _declared(selected)
        for children in {id(each): each for each in selected.children.values()}.values():
            yield from _fields(children, f"{path}.")


def _declared(selected: Selected) -> str:
    shared = selected.parent in ORGANIZATIONS and (selected.name in _SHARED or selected.name == "__typename")
    return f"{'Organization' if shared else selected.parent}.{selected.name}"
