"""What `[watch]` of `gateway.toml` may say: how often is asked, how much, and how messages are sent."""

from typing import Annotated

from msgspec import Meta, Struct

from gateway.limits.spec import PositiveInt
from gateway.objections.outbox import Retries


class WatchRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How watches are kept; times are seconds.

    Nobody is asked again before ``minimum_seconds``, whatever a client wants; ``batch`` is how many subjects one
    question names, ``max_records`` how many of a section are looked at, the newest. ``max_watched`` bounds the subjects
    of all watches of a client together, and likewise those of its open subscriptions. A replica holds a watch for
    ``lease_seconds``, a message for as long as an attempt may take.
    """

    minimum_seconds: Annotated[float, Meta(gt=0, le=604_800)] = 3_600.0
    default_seconds: Annotated[float, Meta(gt=0, le=604_800)] = 21_600.0
    batch: Annotated[int, Meta(ge=1, le=1_000)] = 100
    max_subjects: Annotated[int, Meta(ge=1, le=10_000)] = 1_000
    max_sections: Annotated[int, Meta(ge=1, le=100)] = 20
    max_records: Annotated[int, Meta(ge=20, le=100_000)] = 5_000
    max_watches: PositiveInt = 100
    max_watched: PositiveInt = 20_000
    lease_seconds: Annotated[float, Meta(ge=1, le=3_600)] = 300.0
    timeout_seconds: Annotated[float, Meta(gt=0, le=60)] = 5.0
    attempts: Annotated[int, Meta(ge=1, le=100)] = 12
    first_retry_seconds: Annotated[float, Meta(gt=0, le=3_600)] = 5.0
    longest_retry_seconds: Annotated[float, Meta(gt=0, le=86_400)] = 3_600.0

    @property
    def retries(self) -> Retries:
        """How often, and how far apart, a message is sent."""
        return Retries(self.attempts, self.first_retry_seconds, self.longest_retry_seconds)

    @property
    def sending_seconds(self) -> float:
        """How long a message is held by whoever sends it."""
        return 2 * self.timeout_seconds + 10

    def every(self, wanted: float | None) -> float:
        """Return the seconds between two rounds where a client has ``wanted`` so many."""
        return max(self.minimum_seconds, self.default_seconds if wanted is None else float(wanted))
