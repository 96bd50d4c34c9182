"""A plan in words: what would be asked of whom, in which order, what would not, why, and what it costs."""

from typing import Any

from gateway.plan.model import Ask, Need, Plan, Stage


def explain(plan: Plan, *, columns: bool) -> dict[str, Any]:
    """Return the plan as JSON-ready data: steps in the order of their stages, denied fields with reasons, cost.

    ``columns`` adds what the departments themselves call the fields: not for everybody's eyes.
    """
    steps: list[dict[str, Any]] = []
    if plan.crosswalk_schemes or any(root.keys for root in plan.roots):
        steps.extend(_crosswalk_step(plan, ask) for ask in plan.crosswalk if ask.refused is None)
    for stage in sorted(plan.stages, key=lambda each: each.index):
        for need in stage.needs.values():
            steps.extend(_step(stage, need, ask) for ask in need.asks if ask.refused is None)
    if not columns:
        for step in steps:
            del step["columns"]
    return {"steps": steps, "denied": _denied(plan), "cost": plan.cost}


def _step(stage: Stage, need: Need, ask: Ask) -> dict[str, Any]:
    step = _base(ask) | {"stage": stage.index, "entity": need.entity, "askedBy": ask.scheme}
    if ask.part != need.entity:
        step["part"] = ask.part
    if ask.also_by:
        step["alsoBy"] = list(ask.also_by)
    if ask.crosswalk:
        step["needs"] = [f"crosswalk: {scheme}" for scheme in ask.crosswalk]
    return step


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


def _denied(plan: Plan) -> list[dict[str, Any]]:
    denied: list[dict[str, Any]] = []
    for need in (need for stage in plan.stages for need in stage.needs.values()):
        for ask in need.asks:
            if ask.refused is not None:
                denied.append(_denial(ask, "*", ask.refused.reason, ask.refused.needs))
            for name, decision in ask.denied.items():
                denied.append(_denial(ask, name, decision.reason, decision.needs))
    return denied


def _denial(ask: Ask, name: str, reason: object, needs: object) -> dict[str, Any]:
    return {"source": ask.source.name, "entity": ask.entity_name, "field": name, "reason": reason, "needs": needs}
