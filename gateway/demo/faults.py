"""The menu of faults that an HTTP department can be told to have, for tests and demonstrations.

none         answers
down         closes the connection without an answer
slow         answers after ``seconds``
cut          sends half of the answer, then closes
garbled      bytes in the middle of the answer are spoiled
html         HTTP 200 with a maintenance page
blank        HTTP 200 with no bytes
empty        a well-formed answer without records (a silent empty)
error        HTTP 500
bad_gateway  HTTP 502
limited      HTTP 429 with Retry-After
"""

from typing import Literal

from msgspec import Struct

Mode = Literal[
    "none", "down", "slow", "cut", "garbled", "html", "blank", "empty", "error", "bad_gateway", "limited"
]  # fmt: skip


class Fault(Struct, forbid_unknown_fields=True):
    """A fault of the moment: ``times`` answers fail (None: all), a slow one takes ``seconds``."""

    mode: Mode = "none"
    seconds: float = 10.0
    times: int | None = None

    @property
    def delay(self) -> float:
        """Seconds by which the answer is late."""
        return self.seconds if self.mode == "slow" else 0.0

    def take(self) -> Mode:
        """Return how this answer fails, and use up one of ``times``."""
        mode = self.mode
        if self.times is not None:
            self.times -= 1
            if self.times <= 0:
                self.mode = "none"
        return mode
