"""A fault of ours: the log tells where it arose, under an id, and the client is told the id and nothing else."""

import logging
from traceback import extract_tb
from typing import Final
from uuid import uuid4

from gateway.errors import Failed

MAX_CAUSES: Final = 5
_log = logging.getLogger("gateway.http")


def report(error: BaseException) -> Failed:
    """Log where an unexpected error arose, without its message (which may quote the request), and name it by an id."""
    failed_id = uuid4().hex
    place = " < ".join(
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(extract_tb(error.__traceback__))
    )
    _log.error("request failed: id=%s kind=%s at %s", failed_id, _kinds(error), place)
    return Failed("the gateway failed to answer; the id finds this failure in its log", extensions={"id": failed_id})


def _kinds(error: BaseException | None) -> str:
    """Return the class names along the chain of causes."""
    names: list[str] = []
    while error is not None and len(names) < MAX_CAUSES:
        names.append(type(error).__name__)
        error = error.__cause__ or error.__context__
    return " < ".join(names)
