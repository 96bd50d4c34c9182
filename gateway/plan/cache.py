"""Plans by what they depend on: document, operation, conditions, caller's fingerprint, catalogue and policy versions.

# INVARIANT: two callers share a plan only when their policy fingerprints are equal (`Caller.fingerprint`).
"""

from collections import OrderedDict
from copy import copy
from dataclasses import dataclass

from graphql import GraphQLSchema
from graphql.execution.values import VariableValues

from gateway.limits.spec import ListLimits
from gateway.plan.asks import Rights
from gateway.plan.build import make_plan
from gateway.plan.collect import condition_names
from gateway.plan.document import Operation
from gateway.plan.model import Plan
from gateway.project.compile import Project, compile_plan

PlanKey = tuple[str, str | None, tuple[bool, ...], str, str, str, bool]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A plan with the functions that project its root fields, by concrete type."""

    plan: Plan
    project: list[dict[str, Project]]


class Plans:
    """The compiled plans of one schema, least recently used dropped first; ``lists`` is how much a field may ask."""

    def __init__(self, schema: GraphQLSchema, capacity: int = 1024, lists: ListLimits | None = None) -> None:
        self.schema = schema
        self.lists = lists or ListLimits()
        self.capacity = capacity
        self._plans: OrderedDict[PlanKey, Compiled] = OrderedDict()
        self._conditions: OrderedDict[tuple[str, str | None], tuple[str, ...]] = OrderedDict()

    def plan(
        self, operation: Operation, variables: VariableValues, rights: Rights, *, provenance: bool = False
    ) -> Compiled:
        """Return the compiled plan of ``operation``; raises `TooCostly`, `BadQuery`.

        With ``provenance`` all its records are asked to tell their origin.
        """
        names = self._condition_names(operation)
        conditions = tuple(bool(variables.coerced.get(name)) for name in names)
        key = (
            operation.sha256,
            operation.name,
            conditions,
            rights.caller.fingerprint,
            rights.catalogue.version,
            rights.policy.version,
            provenance,
        )
        known = self._plans.get(key)
        if known is None:
            held = dict(zip(names, conditions, strict=True))
            plan = make_plan(self.schema, operation, held, rights, self.lists, provenance=provenance)
            known = Compiled(plan, compile_plan(plan))
            if operation.personal:  # its nodes, and the readers of its keys, hold the number
                return known
            self._plans[key] = known
            if len(self._plans) > self.capacity:
                self._plans.popitem(last=False)
        else:
            self._plans.move_to_end(key)
        return known

    def emptied(self) -> "Plans":
        """Return plans made in the same way, none of them yet: for another configuration."""
        other = copy(self)
        other._plans, other._conditions = OrderedDict(), OrderedDict()  # noqa: SLF001 (a copy of our own)
        return other

    def _condition_names(self, operation: Operation) -> tuple[str, ...]:
        if operation.personal:
            return condition_names(operation.node, operation.fragments)
        key = (operation.sha256, operation.name)
        if key not in self._conditions:
            self._conditions[key] = condition_names(operation.node, operation.fragments)
            if len(self._conditions) > self.capacity:
                self._conditions.popitem(last=False)
        return self._conditions[key]
