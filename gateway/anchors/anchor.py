"""What an anchor is: a place elsewhere that keeps checkpoints, so that this ledger cannot be rewritten unnoticed.

    AnchorError
      Undelivered     the checkpoint is not there yet, and the reason may pass: it is offered again
      Refused         the anchor will never take this checkpoint; a later one may do

Reasons stand in the log and as labels in `/metrics`.

# INVARIANT: a reason is of our own words, or a status code: it holds no address, path or secret, and nothing that the
# other side sent.
"""

from typing import Literal, Protocol

from gateway.anchors.notes import Stated

Kind = Literal["file", "webhook", "rfc3161"]


class AnchorError(Exception):
    """A checkpoint that is not anchored; ``reason`` is fit for a label."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Undelivered(AnchorError):
    """What was in the way may pass."""


class Refused(AnchorError):
    """The checkpoint is not taken, now or later."""


class Anchor(Protocol):
    """One place that takes checkpoints."""

    @property
    def name(self) -> str:
        """Its name in the configuration."""
        ...

    @property
    def kind(self) -> Kind:
        """How it is reached."""
        ...

    async def take(self, checkpoint: Stated) -> None:
        """Return when ``checkpoint`` is kept there; raises `AnchorError`. Taking one twice does no harm."""
        ...
