"""Evidence: what an answer tells of a subject, by need, in the form in which a check hands it on and replays it.

    {"subject": {"uscc", "kind", "name"}, "sections": {<need>: {"state", "items", "coverage", "denied"}}}

Items are records under the names of the schema. What was misread, or denied, is absent from its item; a null is known
to be none. Of a section that is not there nothing is known.
"""

from typing import Any, Final

import msgspec

COMPLETE: Final = "COMPLETE"
PARTIAL: Final = "PARTIAL"
NOT_COVERED: Final = "NOT_COVERED"
DENIED: Final = "DENIED"

Item = dict[str, Any]
"""A record: its fields, and `GATEWAY_FIELDS`."""
GATEWAY_FIELDS: Final = ("recordId", "source", "underObjection", "sourceUpdatedAt", "fetchedAt", "digest")
"""What the gateway itself says of every record."""
CoverageEntry = dict[str, Any]
"""What came of asking one source, as the schema's `Coverage` tells it."""


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Who is checked; ``kind`` is None when it could not be found out."""

    uscc: str | None = None
    kind: str | None = None
    name: str | None = None


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """The records of one need, with how far they are all; ``denied`` holds `reason` and `needs` where it was denied."""

    state: str = COMPLETE
    items: list[Item] = []
    coverage: list[CoverageEntry] = []
    denied: dict[str, Any] | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one subject, by the names of needs."""

    subject: Subject
    sections: dict[str, Section] = {}


def read_evidence(plain: Any) -> Evidence:
    """Return evidence from decoded JSON; raises `msgspec.ValidationError` for another shape."""
    return msgspec.convert(plain, Evidence)
