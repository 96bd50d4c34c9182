"""The guard of one running gateway; the desk asks it once per request for the `Inquiry` that goes along with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from connectors.gate import china_now
from gateway.caller import Caller
from gateway.guard.alarm import Alarm
from gateway.guard.counts import Counts
from gateway.guard.inquiry import Inquiry
from gateway.guard.model import GuardRules
from gateway.ledger import Secret


@dataclass(frozen=True, slots=True)
class Guard:
    """The rules, the counts of the day, and the alarm; ``now`` is the time in China."""

    rules: GuardRules
    secret: Secret
    counts: Counts
    alarm: Alarm
    now: Callable[[], datetime] = china_now

    def inquiry(self, caller: Caller, receipt: str) -> Inquiry:
        """Return the inquiry of a request that begins now; ``receipt`` will name its answer."""
        return Inquiry(self, caller, receipt, self.now())
