"""What a log is: its name, the hash of its tree, who signs for it, and how often."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from gateway.ledger.keys import Keys
from gateway.proof.merkle import Algorithm

ORIGIN: Final = "credit-gateway/ledger"
"""The name of a log that was given none."""


@dataclass(frozen=True, slots=True)
class Charter:
    """Fixed when the log is first written: ``origin`` and ``algorithm``.

    Without ``keys`` nothing can be signed. ``checkpoint_seconds`` is how often a checkpoint is stored if there is
    something new; 0 stores none but on demand. ``folder`` keeps a copy of the last one outside of the database.
    """

    origin: str = ORIGIN
    algorithm: Algorithm = "sha-256"
    keys: Keys | None = None
    checkpoint_seconds: float = 0
    folder: Path | None = None

    @property
    def copy(self) -> Path | None:
        """The file that keeps the last checkpoint; a log of another origin has another file."""
        if self.folder is None:
            return None
        return self.folder / f"ledger-{sha256(self.origin.encode()).hexdigest()[:8]}.checkpoint"
