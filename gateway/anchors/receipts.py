"""Timestamps in receipts: how they are written there, and the check of them that `credit-gateway verify` makes.

One is an object `{"anchor": name, "at": time, "token": base64 of the DER}` over the receipt's own checkpoint.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from typing import Any

from connectors.clock import utc_text
from gateway.anchors.store import Stamped
from gateway.anchors.timestamps import TimestampError, check_timestamp, read_ca
from gateway.proof.finding import Finding, fails, holds
from gateway.proof.note import Checkpoint
from gateway.proof.verify import TimestampChecker


def receipt_timestamps(stamps: Iterable[Stamped]) -> list[dict[str, str]]:
    """Return the member `timestamps` of a receipt whose checkpoint ``stamps`` are over."""
    return [{"anchor": each.anchor, "at": each.at, "token": b64encode(each.token).decode()} for each in stamps]


def timestamp_checker(ca: bytes) -> TimestampChecker:
    """Return the check of timestamps by the authorities of ``ca`` (PEM); raises ValueError when it holds none.

    What counts is the time in the token, whatever `at` beside it says.
    """
    read_ca(ca)

    def check(timestamps: Sequence[Any], _: Checkpoint, note: str) -> list[Finding]:
        return [_finding(each, f"receipt.timestamps.{at}", note, ca) for at, each in enumerate(timestamps)]

    return check


def _finding(timestamp: Any, place: str, note: str, ca: bytes) -> Finding:
    try:
        token = b64decode(timestamp["token"], validate=True)
    except (TypeError, KeyError, ValueError):
        return fails("TIMESTAMP_FALSE", place, reason="no token can be read in it")
    try:
        return holds("TIMESTAMP_TRUE", place, at=utc_text(check_timestamp(token, note, ca)))
    except TimestampError as error:
        return fails("TIMESTAMP_FALSE", place, reason=str(error))
