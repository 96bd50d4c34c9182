"""Rule sets as `config/rules/` declares them: frozen, read by `gateway.rules.declared`, weighed by nobody here.

Terms
    need        a section of the graph that rules of the set read, by a name of its own
    clause      one question to the records of a need; a rule hits when any of its clauses hits, or all do
    condition   a CEL text (`gateway.rules.conditions`) over one record, or over what a check was given
    outcome     what a rule comes to: HIT, CLEAN, UNKNOWN, NOT_APPLICABLE (`gateway.rules.outcomes`)
"""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from connectors.spec import Name, SubjectKind, Text
from gateway.days import covers

Verdict = Literal["PASS", "ATTENTION", "UNDETERMINED", "REJECT"]
"""What a check comes to, in the order in which the worst is taken."""
RuleVerdict = Literal["REJECT", "ATTENTION", "NOTE"]
"""What a hit of a rule means; a NOTE never changes the verdict of a check."""
Result = Literal["HIT", "CLEAN", "UNKNOWN", "NOT_APPLICABLE"]
Scope = Literal["SUBJECT", "LOT"]
Reveal = Literal["EVIDENCE", "VERDICT_ONLY"]

Code = Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9]{1,7}\Z", description="2 to 8 capital letters and digits")]
RuleId = Annotated[
    str, Meta(pattern=r"^[A-Z][A-Z0-9]{1,7}-[0-9]{2}[A-Z]?\Z", description="the set's code and a number, e.g. `GP-01`")
]
Version = Annotated[
    str, Meta(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,31}\Z", description="a version of at most 32 letters and digits")
]
Mark = Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9_]{0,31}\Z", description="a mark in capital letters, digits and `_`")]
FieldPath = Annotated[
    str,
    Meta(
        pattern=r"^[a-zA-Z][a-zA-Z0-9]*(\.[a-zA-Z][a-zA-Z0-9]*){0,9}\Z",
        max_length=200,
        description="names of fields joined by dots, e.g. `legalRepresentative.person.listEntries`",
    ),
]
NeedName = Annotated[
    str, Meta(pattern=r"^[a-z][A-Za-z0-9]{0,39}\Z", description="a name of a need: letters and digits, e.g. `taxList`")
]
Condition = Annotated[str, Meta(min_length=1, max_length=1_000, description="a condition of at most 1,000 characters")]

ORDER: Final[tuple[Verdict, ...]] = ("PASS", "ATTENTION", "UNDETERMINED", "REJECT")


class Wording(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What people read, in both languages."""

    zh: Text
    en: Text


class Need(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One section that rules read: where it stands from an organization, and what of its records is read.

    ``max_age`` is an ISO 8601 period; ``min_confidence`` from 0 to 1. ``not_covered = "CLEAN"`` says that a section no
    source of which covers the subject tells as much as an empty one. ``set_aside`` are parts of sources, by their
    titles, that the law closes to everybody but their owner: that they are denied does not make a section incomplete.
    """

    section: FieldPath
    arguments: dict[str, Any] = {}
    fields: list[FieldPath]
    max_age: str | None = None
    min_confidence: Annotated[float, Meta(gt=0, le=1)] | None = None
    not_covered: Literal["UNKNOWN", "CLEAN"] = "UNKNOWN"
    set_aside: list[Text] = []


class Basis(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a rule rests on: a document of `config/legal_bases.toml`, and the article in it."""

    base: Name
    article: Text | None = None


class Clause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question; exactly one of ``when``, ``lacks``, ``test`` and ``same`` says of which kind (README of config).

    Only records in force count; with ``ended`` those too whose publicity has ended, with ``minor`` those that are not
    to be published, with ``repaired`` those that were repaired: where a statute names them.
    """

    need: NeedName | None = None
    when: Condition | None = None
    at_least: Annotated[int, Meta(ge=2)] | None = None
    sum: FieldPath | None = None
    over: Condition | None = None
    latest: FieldPath | None = None
    lacks: Condition | None = None
    for_each: Condition | None = None
    test: Condition | None = None
    same: list[FieldPath] | None = None
    ended: bool = False
    minor: bool = False
    repaired: bool = False

    @property
    def conditions(self) -> list[str]:
        """The conditions that it writes."""
        return [each for each in (self.when, self.over, self.lacks, self.for_each, self.test) if each is not None]


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of a rule's own table; ``evidence`` holds sections by need, ``others`` further bidders of the lot."""

    name: Text
    expect: Result
    as_of: str
    input: dict[str, Any] = {}
    subject: dict[str, Any] = {}
    evidence: dict[str, Any] = {}
    others: list[dict[str, Any]] = []


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule; ``from_`` and ``to`` are the days between which it is in force, None an open end."""

    id: RuleId
    title: Wording
    verdict: RuleVerdict
    reason: Wording
    basis: list[Basis]
    any: list[Clause]
    all: bool = False
    kinds: list[SubjectKind] = []
    scope: Scope = "SUBJECT"
    mandatory: bool = True
    mark: Mark | None = None
    reveal: Reveal = "EVIDENCE"
    ground: Wording | None = None
    from_: str | None = msgspec.field(default=None, name="from")
    to: str | None = None
    cases: list[Case] = []

    def in_force(self, day: str) -> bool:
        """Return whether the rule is in force on ``day``, an ISO date."""
        return covers(self.from_, self.to, day)


class DeclaredSet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file as it is written: the rules that are applied for some purposes between two days.

    ``demands`` name what a check by it must be given (`gateway.rules.demands`).
    """

    code: Code
    version: Version
    title: Wording
    purposes: list[str]
    needs: dict[str, Need]
    rules: list[Rule]
    advisory: bool = False
    demands: list[str] = []
    from_: str | None = msgspec.field(default=None, name="from")
    to: str | None = None


class RuleSet(DeclaredSet, frozen=True, kw_only=True, eq=False):
    """A ``file`` that was read; ``digest`` is of everything that bears on a verdict: equal digests judge alike."""

    digest: str
    file: str

    def rule(self, id_: str) -> Rule:
        """Return the rule named ``id_``; raises `KeyError` when there is none."""
        for rule in self.rules:
            if rule.id == id_:
                return rule
        raise KeyError(id_)


class Raise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A client's own decision that a hit of ``rule`` means more to it than the set says."""

    rule: RuleId
    verdict: Literal["REJECT", "ATTENTION"]
    reason: Wording


class DeclaredOverlay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one client raises of one advisory set, as its file is written."""

    set: Code
    raises: list[Raise] = msgspec.field(name="raise")


class Overlay(DeclaredOverlay, frozen=True, kw_only=True, eq=False):
    """An overlay that was read, with the ``client`` whose it is."""

    client: str
    digest: str

    def of(self, rule: str) -> Raise | None:
        """Return what the overlay says of the rule named ``rule``, or None."""
        return next((each for each in self.raises if each.rule == rule), None)
