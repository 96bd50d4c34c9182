"""The menu of faults that an HTTP department can be told to have, for tests and demonstrations.

none         answers
down         closes the connection without an answer
slow         answers after ``seconds``
cut          sends half of the answer, then closes
garbled      bytes in the middle of the answer are spoiled
html         HTTP 200 with a maintenance page
captcha      HTTP 200 with a page that asks for the code in a picture
captcha_json HTTP 200 with JSON that asks for it
blank        HTTP 200 with no bytes
empty        a well-formed answer without records (a silent empty)
error        HTTP 500
bad_gateway  HTTP 502
flaky        HTTP 502 for a ``share`` of the answers, at random
limited      HTTP 429 with Retry-After
"""

from typing import Literal

from msgspec import Struct

Mode = Literal[
    "none", "down", "slow", "cut", "garbled", "html", "captcha", "captcha_json", "blank", "empty", "error",
    "bad_gateway", "flaky", "limited"
]  # fmt: skip


class Fault(Struct, forbid_unknown_fields=True):
    """A fault of the moment: ``times`` answers fail (None: all), a slow one takes ``seconds``, ``share`` are flaky."""

    mode: Mode = "none"
    seconds: float = 10.0
    share: float = 0.01
    times: int | None = None

    @property
    def delay(self) -> float:
        """Seconds by which the answer is late."""
        return self.seconds if self.mode == "slow" else 0.0

    def take(self, draw: float) -> Mode:
        """Return how this answer fails, and use up one of ``times``; ``draw`` is a chance between 0 and 1."""
        mode = self.mode
        if mode == "flaky":
            mode = "bad_gateway" if draw < self.share else "none"
        if self.times is not None:
            self.times -= 1
            if self.times <= 0:
                self.mode = "none"
        return mode
