"""Even spacing of calls, so that a department is asked no more often than it wants. Pure: the time is an argument."""

from typing import Final

NEVER: Final = float("-inf")


class Pace:
    """Gives each call a place in time, one interval after the one before: no bursts, no lots drawn.

    ``waiting`` holds whoever was let in and has no place yet: all of them come before anybody who arrives later.
    """

    def __init__(self, calls_per_second: float) -> None:
        self.calls_per_second = calls_per_second
        self.waiting: set[object] = set()
        self._interval = 1 / calls_per_second
        self._free = NEVER

    def expected(self, now: float) -> float:
        """Return the place that somebody who arrives ``now`` can expect."""
        return self.free(now) + len(self.waiting) * self._interval

    def free(self, now: float) -> float:
        """Return the next free place."""
        return max(now, self._free)

    def take(self, now: float) -> None:
        """Note that a call is sent ``now``."""
        self._free = now + self._interval
