"""What each demo scenario has to come to under each rule set: `demo_expectations.toml`, read strictly."""

import tomllib
from pathlib import Path
from typing import Any, Final

import msgspec

from gateway.rules.model import Verdict

FILE: Final = Path(__file__).with_name("demo_expectations.toml")


class Expected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One check of one scenario: who asks, what must come of it, and why the law says so."""

    set: str
    client: str
    purpose: str
    consent: bool
    number: int
    uscc: str
    verdict: Verdict
    decided_by: list[str]
    marks: list[str]
    reason: str

    @property
    def id(self) -> str:
        """A name for reports of tests."""
        return f"{self.set}-{self.client}-{'consent-' if self.consent else ''}{self.number}"


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    day: str
    given: dict[str, dict[str, Any]]
    expected: list[Expected]


_READ: Final = msgspec.convert(tomllib.loads(FILE.read_text(encoding="utf-8")), _File)
DAY: Final = _READ.day
"""The day of every check, on which the demo's world stands still."""
GIVEN: Final = _READ.given
"""Rule set -> what a check by it is given: no more than it demands."""
EXPECTED: Final = _READ.expected
