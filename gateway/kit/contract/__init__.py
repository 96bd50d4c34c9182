"""What a source owes the gateway: checks for any live source; `tests/contract` puts every kind of connector to them.

`BEHAVIORS` lists them all, in the order in which they are tried.
"""

from gateway.kit.contract.answers import ANSWERS
from gateway.kit.contract.behavior import Behavior, Evidence, NotApplicable, NotKept, Trial
from gateway.kit.contract.limits import LIMITS
from gateway.kit.contract.lines import LINES, TELLING

BEHAVIORS: tuple[Behavior, ...] = (*ANSWERS, *LIMITS, *LINES, *TELLING)

__all__ = ["BEHAVIORS", "Behavior", "Evidence", "NotApplicable", "NotKept", "Trial"]
