"""What a plan denies its caller, as the ledger names it. Pure; found once per plan and standing.

A denial is `Entity.*`, `Entity.field` or, for a link, `Type.field`, with the reason of the decision.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.ledger import Denial
from gateway.plan.model import Plan, Selected

ANYBODY: Final = frozenset({0})
"""The standing to whoever is not the caller and consented to nothing (`Caller.standings`)."""


@dataclass(frozen=True, slots=True)
class Denials:
    """What a plan denies its caller; ``all`` tells that no source may be asked for anything that the plan needs."""

    denied: tuple[Denial, ...]
    all: bool


def denials_of(plan: Plan, standings: frozenset[int] = ANYBODY) -> Denials:
    """Return what ``plan`` denies: `Entity.*`, `Entity.field` or, for a link, `Type.field`, each reason once.

    ``standings`` are the ways in which the caller stands to those that the answer is about.
    """
    needs = [need for stage in plan.stages for need in stage.needs.values()]
    asks = [ask for need in needs for ask in need.asks if any(map(ask.is_for, standings))]
    pairs = [(f"{ask.entity_name}.*", ask.refused) for ask in asks if ask.refused is not None]
    pairs += [(f"{ask.entity_name}.{name}", decision) for ask in asks for name, decision in ask.denied.items()]
    links = {id(each): each for root in plan.roots for each in _links(root.selected)}
    pairs += [
        (f"{each.parent}.{each.name}", each.follow.denied)
        for each in links.values()
        if each.follow is not None and each.follow.denied is not None
    ]
    denied = dict.fromkeys((name, decision.reason.value) for name, decision in pairs)
    return Denials(
        tuple(Denial(field=name, reason=reason) for name, reason in denied),
        bool(asks) and all(ask.refused is not None for ask in asks),
    )


def _links(selected: Selected) -> Iterator[Selected]:
    """Yield the links at and below ``selected``; selections that types share are walked once."""
    if selected.follow is not None:
        yield selected
    for children in {id(each): each for each in selected.children.values()}.values():
        for child in children:
            yield from _links(child)
