"""Cursors of pages of the ledger: opaque to callers, the place of the last entry that was looked at. Pure."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from gateway.errors import BadQuery

_LARGEST: Final = 2**63 - 1
_MARK: Final = b"ledger:"


def encode_cursor(index: int) -> str:
    """Return the cursor that stands for the entry at ``index``."""
    return urlsafe_b64encode(_MARK + str(index).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, name: str) -> int:
    """Return the place that ``cursor`` of the root ``name`` stands for; raises `BadQuery` when it is none of ours."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        read = urlsafe_b64decode(padded) if len(cursor) < 100 else b""
        index = int(read.removeprefix(_MARK))
        if 0 <= index <= _LARGEST and encode_cursor(index) == cursor:
            return index
    except ValueError:
        pass
    raise BadQuery(f"`after` of `{name}` is not a cursor that this gateway gave")
