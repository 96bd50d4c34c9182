"""Anchors: places elsewhere that keep the ledger's signed checkpoints, so that it cannot be rewritten unnoticed.

`Anchors.anchor` takes every checkpoint; a file, receivers of webhooks and time stamping authorities get it from there.
`split_notes` and `check_timestamp` are for those who verify what anchors have kept.
"""

from gateway.anchors.anchors import Anchors
from gateway.anchors.declared import AnchorSpec, anchor_mistakes
from gateway.anchors.delivery import Delivery, State
from gateway.anchors.notes import join_notes, read_note, split_notes
from gateway.anchors.store import AnchorStore, Stamped
from gateway.anchors.timestamps import TimestampError, check_timestamp

__all__ = [
    "AnchorSpec",
    "AnchorStore",
    "Anchors",
    "Delivery",
    "Stamped",
    "State",
    "TimestampError",
    "anchor_mistakes",
    "check_timestamp",
    "join_notes",
    "read_note",
    "split_notes",
]
