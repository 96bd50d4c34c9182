"""The limits that only the plan can tell: questions about the schema, subjects, cost. Before anything is fetched."""

from graphql.execution.values import VariableValues

from gateway.errors import IntrospectionOff
from gateway.limits.cost import cost_of, keys_of
from gateway.limits.introspection import VALUES_PER_COST
from gateway.limits.refusal import too_costly
from gateway.limits.spec import Allowance
from gateway.plan.model import Plan


def check_plan(plan: Plan, variables: VariableValues, allowed: Allowance, introspected: int = 0) -> int:
    """Return the cost of ``plan``, which reads so many ``introspected`` values of the schema.

    Raises `IntrospectionOff`, `TooCostly` where it is over what is ``allowed``. Subjects count over all root fields: a
    hundred aliases of `subject` are a hundred subjects.
    """
    if plan.passed_on and not allowed.introspection:
        name = plan.passed_on[0].name
        raise IntrospectionOff(f"`{name}` is not answered here: this client may not ask about the schema")
    keys = keys_of(plan, variables)
    subjects = sum(map(len, keys))
    if subjects > allowed.max_subjects:
        message = f"the operation asks for {subjects} subjects, more than {allowed.max_subjects} in all its root fields"
        raise too_costly("max_subjects", allowed.max_subjects, subjects, message)
    cost = cost_of(plan, variables, keys) + (introspected // VALUES_PER_COST if plan.passed_on else 0)
    if cost > allowed.max_cost:
        message = (
            f"the operation may cost {cost}, more than {allowed.max_cost}: ask for fewer subjects, items or sections"
        )
        raise too_costly("max_cost", allowed.max_cost, cost, message)
    return cost
