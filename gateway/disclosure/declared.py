"""What `config/disclosure.toml` may say, as Structs: rule sets, domains, overrides, periods, and who is shown what.

``verified = false`` marks what rests on no text that was seen, so that it can be listed and looked up before it is
relied on; it changes no answer.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from connectors.spec import Text
from gateway.disclosure.model import Cell, Severity, State, Tone
from gateway.policy import Audience

Months = Annotated[int, Meta(gt=0, le=1200)]
Row = Literal[State, "UNJUDGED"]
"""A row of the table of who is shown what; the last is that of records without a state."""


class Strict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file."""


class WindowSpec(Strict, frozen=True, kw_only=True):
    """The term of one severity in one rule set."""

    published: bool = True
    min_months: Months | None = None
    max_months: Months | None = None
    verified: bool = True


class ConditionSpec(Strict, frozen=True, kw_only=True):
    """What a decision must be; all of what is given has to hold."""

    procedure: str | None = None
    any_of: list[str] | None = None
    all_of: list[str] | None = None
    only: list[str] | None = None
    fine_from: str | None = None


class RuleSpec(Strict, frozen=True, kw_only=True):
    """A default severity; ``severities`` are several where the condition leaves it open."""

    name: Text
    when: ConditionSpec
    severities: list[Severity]
    basis: Text
    verified: bool = True


class RuleSetSpec(Strict, frozen=True, kw_only=True):
    """The rules for decisions made since a day."""

    title: Text
    since: str | None = None
    basis: list[Text]
    windows: dict[Severity, WindowSpec]
    rules: list[RuleSpec]
    otherwise: Severity
    verified: bool = True


class DomainSpec(Strict, frozen=True, kw_only=True):
    """How a decision is known to belong to a domain when its source does not say."""

    departments: list[str] = []
    citations: list[Text] = []


class OverrideSpec(Strict, frozen=True, kw_only=True):
    """A sector's standard, which goes before the defaults."""

    name: Text
    rule_sets: list[str]
    domain: str
    over: list[Severity]
    when: ConditionSpec = ConditionSpec()
    severity: Severity
    basis: Text
    verified: bool = True


class PeriodSpec(Strict, frozen=True, kw_only=True):
    """How long an entry of one kind stands."""

    title: Text
    tone: Tone
    min_months: Months | None = None
    max_months: Months | None = None
    until_removed: bool = False
    basis: list[Text] = []
    verified: bool = True


class Declared(Strict, frozen=True, kw_only=True):
    """The whole file."""

    rule_sets: dict[str, RuleSetSpec]
    domains: dict[str, DomainSpec]
    severity_overrides: list[OverrideSpec]
    lists: dict[str, PeriodSpec]
    records: dict[str, PeriodSpec]
    showing: dict[Row, dict[Audience, Cell]]
