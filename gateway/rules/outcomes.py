"""What rules come to over evidence: outcomes, verdicts, and how the worst is taken. Plain values, ready for JSON."""

from collections.abc import Iterable
from typing import Any

import msgspec

from gateway.rules.evidence import Item, Subject
from gateway.rules.model import ORDER, Result, RuleVerdict, Verdict


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A record for which a rule hits; ``uscc`` tells of whom, where a rule is about several subjects."""

    need: str
    item: Item
    uscc: str | None = None


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """Why something could not be told: a source that did not answer, an answer too old, a record without a field.

    ``status`` is a `CoverageStatus`, a `SectionState` where no source is named, `UNSURE` where a source was asked by a
    code that is not sure enough, or `UNREADABLE` of a ``record`` of which a field is not known. ``until`` is when the
    source is expected to answer again, ``needs`` what would open it to the caller.
    """

    need: str
    status: str
    source: str | None = None
    part: str | None = None
    department: Any = None
    reason: str | None = None
    until: str | None = None
    needs: Any = None
    record: str | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule comes to.

    ``verdict`` is what its hit means here, None without one: lowered to ATTENTION when ``lowered``, because all records
    are under objection; raised by the client ``raised_by``. ``open`` is True when more could still be found that would
    make it worse. ``lacking`` are required things that no record shows, ``inputs`` what the check was not given.
    """

    rule: str
    result: Result
    verdict: RuleVerdict | None = None
    mark: str | None = None
    lowered: bool = False
    raised_by: str | None = None
    open: bool = False
    hits: list[Hit] = []
    missing: list[Missing] = []
    lacking: list[Any] = []
    inputs: list[str] = []


class SubjectVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on one subject, with the outcome of each rule that is in force for subjects, in their order."""

    subject: Subject
    verdict: Verdict
    outcomes: list[Outcome]


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """What a whole check comes to; ``lot`` are the outcomes of rules about all its subjects together.

    ``rules`` names the rule set, `code`, `version` and `digest`; ``overlay`` the digest of the client's own, if any.
    """

    verdict: Verdict
    subjects: list[SubjectVerdict]
    lot: list[Outcome]
    rules: dict[str, str]
    as_of: str
    overlay: str | None = None


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of ``verdicts``, PASS when there is none: PASS < ATTENTION < UNDETERMINED < REJECT."""
    return max(verdicts, key=ORDER.index, default="PASS")
