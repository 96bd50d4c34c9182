"""What the graph shows of checks: the attributes are those of the types in `schema.check`."""

from dataclasses import dataclass

from gateway.catalogue.shown import ShownBasis


@dataclass(frozen=True, slots=True)
class ShownRuleBasis:
    """A document, and the article in it."""

    basis: ShownBasis
    article: str | None


@dataclass(frozen=True, slots=True)
class ShownMissing:
    """A source that could not be had, and of which sections."""

    source: str | None
    part: str | None
    department: str | None
    status: str
    reason: str | None
    until: str | None
    needs: str | None
    sections: list[str]


@dataclass(frozen=True, slots=True)
class ShownEvidence:
    """A record that hit a rule."""

    section: str
    uscc: str | None
    record_id: str
    source: str
    fields: str
    fetched_at: str | None
    source_updated_at: str | None
    digest: str | None
    under_objection: bool


@dataclass(frozen=True, slots=True)
class ShownOutcome:
    """What one rule came to."""

    rule: str
    title: str
    title_en: str
    result: str
    verdict: str | None
    mark: str | None
    mandatory: bool
    reason: str
    reason_en: str
    lowered: bool
    raised_by: str | None
    raised_reason: str | None
    raised_reason_en: str | None
    reveal: str
    basis: list[ShownRuleBasis]
    evidence: list[ShownEvidence]
    lacking: list[str]
    missing: list[ShownMissing]


@dataclass(frozen=True, slots=True)
class ShownSubject:
    """What the check came to for one key."""

    key: str
    uscc: str | None
    kind: str | None
    name: str | None
    bidder: str | None
    problem: str | None
    verdict: str
    marks: list[str]
    rules: list[ShownOutcome]
    missing: list[ShownMissing]


@dataclass(frozen=True, slots=True)
class ShownBidder:
    """A bidder, with the worst verdict of its members."""

    bidder: str
    verdict: str


@dataclass(frozen=True, slots=True)
class ShownRules:
    """Which rule set judged."""

    code: str
    version: str
    digest: str
    title: str
    title_en: str
    advisory: bool
    overlay: str | None


@dataclass(frozen=True, slots=True)
class ShownCheck:
    """The whole check."""

    verdict: str
    rule_set: ShownRules
    purpose: str
    case: str | None
    as_of: str
    queried_at: str
    subjects: list[ShownSubject]
    bidders: list[ShownBidder]
    lot: list[ShownOutcome]
    missing: list[ShownMissing]
    ask_again_after: str | None
    next_step: str
    receipts: list[str]
    evidence: str
