"""Whether a decision of double publicity was published in time (发改办财金〔2018〕424号): the rule, and its evidence.

Rules of this file: pure. Days are those of China. The rule asks when a decision first appeared, which not all records
say. What they say is told apart:

    first     when the record was first there (`collected_at`): decides both ways
    at most   when its source last touched it, or when it was seen here: it was there by then. In time then, it was in
              time; later than that it may have been altered or repaired since, and nothing is said

The gateway owes this judgment to the city for every decision that it shows (the monthly return), so the planner reads
`EVIDENCE` of each, whether or not the query selects it, wherever the caller may see it.

# INVARIANT: a department is never called late because of an update: that a record was repaired proves no delay.
"""

from datetime import datetime
from typing import Final, Literal

from connectors.hours import CHINA_TIME
from gateway.returns.working_days import WorkingDays

Publicity = Literal["timely", "overdue"]
_DATE_LENGTH: Final = 10
_CHINA: Final = "+08:00"

DECIDED: Final = "decided_on"
"""The field that tells the day of a decision."""
FIRST: Final = "collected_at"
"""The field that tells when a record was first there."""
DECIDER: Final = "authority_uscc"
"""The field that tells, by its code, the body that decided: it was to publish, whoever holds the record."""
DOUBLE: Final = frozenset({"AdministrativeLicense", "AdministrativePenalty"})
"""The entities of double publicity (双公示): licenses and penalties."""
EVIDENCE: Final = (DECIDED, FIRST, DECIDER)
"""What of a record of double publicity tells whether it was published in time, and by whom."""


def evidence(entity: str) -> tuple[str, ...]:
    """Return the fields of ``entity`` that tell of timely publicity; none for what is not to be published so."""
    return EVIDENCE if entity in DOUBLE else ()


def publicity_of(
    decided_on: str | None, first_on: str | None, at_most: str | None, days: WorkingDays
) -> Publicity | None:
    """Return whether a decision of ``decided_on`` was published in time; None where that cannot be told.

    ``first_on`` is when the record was first there, ``at_most`` when it was there at the latest: ISO dates or times,
    None where nothing says. A record that was there before its decision contradicts itself, and is not judged.
    """
    seen = first_on or at_most
    if decided_on is None or seen is None:
        return None
    last = days.last_day(decided_on)
    if last is None:
        return None
    day = seen[:_DATE_LENGTH] if seen.endswith(_CHINA) else china_day(seen)
    if day < decided_on:
        return None
    if day <= last:
        return "timely"
    return "overdue" if first_on is not None else None


def china_day(time: str) -> str:
    """Return the day in China of an ISO date or time; a time without an offset is China's."""
    moment = datetime.fromisoformat(time)
    return (moment if moment.tzinfo is None else moment.astimezone(CHINA_TIME)).date().isoformat()
