"""A plan in words: what would be asked of whom, in which order, what opens, what does not, why, and what it costs.

Rules of this file: the plan alone is told, so that an explanation needs no source, and says the same whether or not
the subjects of the query exist.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from gateway.caller import ANYBODY, Standing
from gateway.errors import BadParameters
from gateway.plan.model import Ask, Need, Plan, Selected, Stage
from gateway.policy import Decision

Wish = Literal["none", "beside", "only"]
"""Whether a request wants its plan: not at all, beside its data, or instead of them."""


def explain_wish(extensions: Mapping[str, Any]) -> Wish:
    """Return what the request's extension `explain` wishes; raises `BadParameters` for what it cannot mean.

    A wish that is misspelled must not be answered by asking the sources.
    """
    match extensions.get("explain"):
        case None | False:
            return "none"
        case True:
            return "beside"
        case "only":
            return "only"
        case _:
            raise BadParameters('`extensions.explain` must be true, false or "only"')


def explain(
    plan: Plan, *, columns: bool, standings: Sequence[Standing] = (ANYBODY,), cost: int | None = None
) -> dict[str, Any]:
    """Return the plan as JSON-ready data.

    ``steps`` in the order of their stages, ``open`` and ``denied`` fields, the ``cost``: that under the request's
    variables, or without one that of one batch to each source.
    ``columns`` adds what the departments themselves call the fields: not for everybody's eyes. ``standings`` are the
    caller's: an ask that is only for some subjects names those it is for.
    """
    steps: list[dict[str, Any]] = []
    if plan.crosswalk_schemes or any(root.keys for root in plan.roots):
        steps.extend(_crosswalk_step(plan, ask) for ask in plan.crosswalk if ask.refused is None)
    for stage in sorted(plan.stages, key=lambda each: each.index):
        for need in stage.needs.values():
            steps.extend(_step(stage, need, ask, standings) for ask in need.asks if ask.refused is None)
    if not columns:
        for step in steps:
            del step["columns"]
    cost = plan.cost if cost is None else cost
    return {"steps": steps, "open": _open(plan, standings), "denied": _denied(plan, standings), "cost": cost}


def _step(stage: Stage, need: Need, ask: Ask, standings: Sequence[Standing]) -> dict[str, Any]:
    step = _base(ask) | {"stage": stage.index, "entity": need.entity, "askedBy": ask.scheme}
    if ask.part != need.entity:
        step["part"] = ask.part
    if ask.also_by:
        step["alsoBy"] = list(ask.also_by)
    if ask.crosswalk:
        step["needs"] = [f"crosswalk: {scheme}" for scheme in ask.crosswalk]
    if ask.decided_by is not None:
        step["decidedBy"] = ask.decided_by
    return step | _towards(ask, standings)


def _crosswalk_step(plan: Plan, ask: Ask) -> dict[str, Any]:
    when = "for keys that hold no USCC"
    if plan.crosswalk_schemes:
        schemes = ", ".join(plan.crosswalk_schemes)
        when = f"for {schemes}, then by {schemes} to see that it is the subject's own, and {when}"
    return _base(ask) | {"stage": 0, "entity": ask.entity_name, "askedBy": "any key", "when": when}


def _base(ask: Ask) -> dict[str, Any]:
    return {
        "source": ask.source.name,
        "kind": type(ask.source).__struct_config__.tag,
        "fields": list(ask.fields),
        "columns": list(ask.columns),
        "batchSize": ask.source.batch_size,
        "timeoutSeconds": ask.source.timeout_seconds,
        "cost": ask.source.cost,
    }


def _towards(ask: Ask, standings: Sequence[Standing]) -> dict[str, Any]:
    """Return for which subjects an ask is, by how the caller stands to them; nothing where it is for all."""
    if ask.standings is None:
        return {}
    return {"towards": sorted({word for at in ask.standings for word in _words(standings[at])})}


def _words(standing: Standing) -> Iterator[str]:
    if standing.own:
        yield "ITSELF"
    if standing.consented:
        yield "CONSENTING"
    if standing == ANYBODY:
        yield "ANYBODY"


def _needs(plan: Plan) -> Iterator[Need]:
    return (need for stage in plan.stages for need in stage.needs.values())


def _open(plan: Plan, standings: Sequence[Standing]) -> list[dict[str, Any]]:
    """Return the selected fields that open, by source and entity; what is asked beside them is in the steps."""
    found: dict[tuple[str, str, tuple[str, ...]], set[str]] = {}
    for need in _needs(plan):
        for ask in need.asks:
            towards = tuple(_towards(ask, standings).get("towards", ()))
            if fields := need.fields.intersection(ask.fields):
                found.setdefault((ask.source.name, ask.entity_name, towards), set()).update(fields)
    return [
        {"source": source, "entity": entity, "fields": sorted(fields)} | ({"towards": list(towards)} if towards else {})
        for (source, entity, towards), fields in found.items()
    ]


def _denied(plan: Plan, standings: Sequence[Standing]) -> list[dict[str, Any]]:
    denied: list[dict[str, Any]] = []
    for need in _needs(plan):
        for ask in need.asks:
            towards = _towards(ask, standings)
            if ask.refused is not None:
                denied.append(_denial(ask.source.name, ask.entity_name, "*", ask.refused) | towards)
            for name, decision in ask.denied.items():
                denied.append(_denial(ask.source.name, ask.entity_name, name, decision) | towards)
    links = {id(each): each for root in plan.roots for each in _links(root.selected)}
    denied += (
        _denial(None, each.parent, each.name, each.follow.denied)
        for each in links.values()
        if each.follow is not None and each.follow.denied is not None
    )
    return denied


def _denial(source: str | None, entity: str, name: str, decision: Decision) -> dict[str, Any]:
    """Return one denied field; without a ``source`` it is a link, by the names of the schema."""
    return {"source": source, "entity": entity, "field": name, "reason": decision.reason, "needs": decision.needs}


def _links(selected: Selected) -> Iterator[Selected]:
    """Yield the links at and below ``selected``; selections that types share are walked once."""
    if selected.follow is not None:
        yield selected
    for children in {id(each): each for each in selected.children.values()}.values():
        for child in children:
            yield from _links(child)
