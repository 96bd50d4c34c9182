"""What a verifier found: one check each, in words, and what all of them come to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from gateway.proof.words import WORDS, plain, say


class Verdict(StrEnum):
    """How a check ended; UNKNOWN where something that it needs is not there."""

    HOLDS = "HOLDS"
    FAILS = "FAILS"
    UNKNOWN = "UNKNOWN"


ANSWER: Final = "answer"
"""The place of a finding about the answer; a place in it follows after `: `."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: a ``code`` of `gateway.proof.words` with its ``values``, and the ``place`` that it is about.

    Without what is not ``needed`` the proof is a proof all the same.
    """

    code: str
    verdict: Verdict
    place: str
    values: Mapping[str, str] = field(default_factory=dict)
    needed: bool = True

    @property
    def zh(self) -> str:
        """The finding in Chinese."""
        return say(self.code, self.values)[0]

    @property
    def en(self) -> str:
        """The finding in English."""
        return say(self.code, self.values)[1]


@dataclass(frozen=True, slots=True)
class Verified:
    """All findings about one bundle."""

    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """HOLDS only if every needed check was made and holds; FAILS if one does not."""
        if any(each.verdict is Verdict.FAILS for each in self.findings):
            return Verdict.FAILS
        if any(each.verdict is Verdict.UNKNOWN and each.needed for each in self.findings):
            return Verdict.UNKNOWN
        return Verdict.HOLDS

    @property
    def words(self) -> tuple[str, str]:
        """What all comes to, in Chinese and in English."""
        return WORDS[f"ALL_{self.verdict}"]


def holds(code: str, place: str, **values: str) -> Finding:
    """Return a finding that holds."""
    return Finding(code, Verdict.HOLDS, plain(place), values)


def fails(code: str, place: str, **values: str) -> Finding:
    """Return a finding that does not hold: what stands at ``place`` was altered."""
    return Finding(code, Verdict.FAILS, plain(place), values)


def unsaid(code: str, place: str, **values: str) -> Finding:
    """Return a finding that nothing can be said of, which is never taken as holding."""
    return Finding(code, Verdict.UNKNOWN, plain(place), values)


def aside(code: str, place: str, **values: str) -> Finding:
    """Return a finding that nothing can be said of, and that the proof does not rest on."""
    return Finding(code, Verdict.UNKNOWN, plain(place), values, needed=False)
