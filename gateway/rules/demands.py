"""What a rule set demands of a check before anybody is asked: inputs that its rules cannot do without, a case. Pure.

A rule that reads an input that was not given does not apply; a set that is about one project, or one license, would
then pass whoever asked carelessly. What it `demands` must be there, or the check is refused.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.rules.inputs import INPUTS
from gateway.rules.model import RuleSet

CASE: Final = "case"
"""The number of the project or case, which comes with the request and not with what rules read."""
DEMANDS: Final = (CASE, *INPUTS)
"""What can be demanded."""


def demand_mistakes(rules: RuleSet, given: Mapping[str, Any], case: str | None) -> Iterator[tuple[str, str]]:
    """Yield name and message of each thing that ``rules`` demand and a check was not ``given``."""
    for name in rules.demands:
        if name == CASE and case is None:
            yield name, f"is demanded by rule set `{rules.code}`: send the number of the project as `Credit-Case`"
        elif name != CASE and given.get(name) is None:
            yield name, f"is demanded by rule set `{rules.code}`: its rules cannot judge without"
