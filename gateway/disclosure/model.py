"""The words of disclosure: the rules, what they make of a record, and who is shown it. Frozen values.

Terms
    term        how long a record is published, as months from the decision: at least, before it can be repaired, and at
                most, when publicity ends by itself
    claim       what the source itself says of the state of a record, by whichever field
    due         the state that time and rules give to a record of which its source claims nothing
    judgment    state, severity and dates that the rules give to the facts on one day
    cell        what one audience is shown of records in one state
    unjudged    a record whose state cannot be told; it is withheld, and never the same as one that is not there
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal

from msgspec import Struct

from gateway.disclosure.facts import inputs
from gateway.policy import Audience

Severity = Literal["MINOR", "GENERAL", "SERIOUS"]
State = Literal[
    "NOT_PUBLISHABLE",
    "PUBLISHED",
    "PUBLICITY_ENDED",
    "REPAIRED",
    "REVOKED",
    "ALTERED",
    "UNDER_OBJECTION",
    "SHIELDED",
]
Showing = Literal["SHOWN", "MARKED", "META", "HIDDEN", "WITHHELD"]
"""``META``: that there is a record, whose and when, without its content. ``WITHHELD``: not shown, and the section says
that it does not tell everything."""
Cell = Literal["SHOWN", "MARKED", "META", "HIDDEN", "WITHHELD", "DUTY"]
"""``DUTY``: shown for a duty, hidden otherwise."""
Tone = Literal["RED", "BLACK", "WATCH"]

UNJUDGED: Final = "UNJUDGED"
"""The row of the file for records without a state."""


class Reason(StrEnum):
    """Why a record could not be judged."""

    STATE_UNREADABLE = "STATE_UNREADABLE"
    START_UNKNOWN = "START_UNKNOWN"
    START_AHEAD = "START_AHEAD"
    END_UNREADABLE = "END_UNREADABLE"
    CONTRADICTORY = "CONTRADICTORY"
    SEVERITY_UNKNOWN = "SEVERITY_UNKNOWN"
    KIND_UNKNOWN = "KIND_UNKNOWN"

    @property
    def en(self) -> str:
        """The reason in words."""
        return _WORDS[self][1]

    @property
    def zh(self) -> str:
        """The reason in Chinese."""
        return _WORDS[self][0]


_WORDS: Final[dict[str, tuple[str, str]]] = {
    "STATE_UNREADABLE": ("来源所报状态无法识读", "what the source says of its state could not be read"),
    "START_UNKNOWN": ("缺少决定或列入日期，公示期限无法计算", "without a date of decision its term cannot be computed"),
    "START_AHEAD": ("决定或列入日期晚于今天", "its date of decision is yet to come"),
    "END_UNREADABLE": ("移出或有效期日期无法识读", "its date of removal or expiry could not be read"),
    "CONTRADICTORY": ("移出或有效期早于列入日期", "it was removed, or ran out, before it began"),
    "SEVERITY_UNKNOWN": ("失信程度无法确定，是否仍在公示期内不明", "its severity, and so its term, could not be told"),
    "KIND_UNKNOWN": ("名单种类未知，期限不明", "the kind of its list, and so its term, could not be told"),
}


class Judgment(Struct, frozen=True, gc=False):
    """What the rules make of a record on one day.

    ``state`` is None for a record that cannot be judged, and ``reason`` says why. ``severity_basis`` names what gave
    the severity: `SOURCE`, `OVERRIDE <name> <basis>`, `DEFAULT <rule set> <rule> <basis>`; it stands without a severity
    where the rule leaves it open. ``public_from`` and ``public_until`` are the first and the last day of publicity,
    None where none is due, and the last where nothing sets an end; ``min_public_until`` is the last day before which
    it cannot be repaired.
    """

    state: State | None
    severity: Severity | None
    severity_basis: str | None
    public_from: str | None
    min_public_until: str | None
    public_until: str | None
    under_objection: bool = False
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The term of one severity in months; ``published`` is False for what is not published as a rule.

    Such a record is published only where its source says that it is, and never longer than ``most``; without ``most``
    it never is.
    """

    published: bool
    least: int | None
    most: int | None


Due = tuple[State | None, Reason | None]
"""The state that time and rules give to a record of which its source claims nothing, or why none can be told."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a decision has to be: all of what is given here holds. An empty condition always does."""

    procedure: str | None = None
    any_of: frozenset[str] | None = None
    all_of: frozenset[str] | None = None
    only: frozenset[str] | None = None
    fine_from: Decimal | None = None


Weight = tuple[tuple[Severity, ...], str | None]
"""The severities that a decision may have, more than one where its rule cannot tell, and what says so."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A default: decisions of ``condition`` have ``weight``."""

    condition: Condition
    weight: Weight


@dataclass(frozen=True, slots=True)
class Domain:
    """How a decision is known to belong to a domain whose source does not say: by its owner, or by a law it cites."""

    departments: frozenset[str]
    citations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Override:
    """A sector's standard: decisions of ``domain`` that meet ``condition`` get ``weight``.

    ``over`` are the default severities that it takes the place of.
    """

    domain: str
    over: frozenset[str]
    condition: Condition
    weight: Weight


@dataclass(frozen=True, slots=True, eq=False)
class RuleSet:
    """The rules for decisions made on and after ``since`` (an ISO date; empty for the oldest).

    ``amounts`` are those of its conditions in yuan, the smallest first.
    """

    name: str
    since: str
    windows: Mapping[Severity, Window]
    rules: tuple[Rule, ...]
    otherwise: Weight
    overrides: tuple[Override, ...]
    amounts: tuple[Decimal, ...]
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """How long an entry of one kind stands, in months; without ``most`` until it is removed.

    RED ones tell for the subject: nothing ends their publicity but removal and expiry.
    """

    tone: Tone
    least: int | None
    most: int | None
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """The compiled disclosure file. ``version`` is the digest (SHA-256, 16 hex) of the file.

    ``rule_sets`` begin with the newest; ``cells`` are by state (`UNJUDGED` for none) and audience; ``unverified`` names
    the places of the file that rest on no text seen.
    """

    version: str
    rule_sets: tuple[RuleSet, ...]
    domains: Mapping[str, Domain]
    periods: Mapping[str, Period]
    cells: Mapping[tuple[str | None, Audience, bool], Showing]
    unverified: tuple[str, ...]

    def rule_set(self, day: str) -> RuleSet:
        """Return the rules for a decision, or a repair, of ``day``."""
        for each in self.rule_sets:
            if each.since <= day:
                return each
        raise AssertionError("the oldest rule set has no beginning")

    def showing(self, state: State | None, audience: Audience, *, duty: bool = False) -> Showing:
        """Return what ``audience`` is shown of a record in ``state``; ``duty``: it asks for a statutory task."""
        return self.cells[state, audience, duty]

    def inputs(self, entity: str) -> tuple[str, ...]:
        """Return the fields of ``entity`` from which its records are judged."""
        return inputs(entity)
