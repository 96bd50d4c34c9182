"""What the rules make of a record today: its state, its severity and the days of its publicity (`domain.md` §4.3, 4.4).

Rules of this file: pure; ``today`` is an argument. It runs for every negative record of an answer.

Decided 2026-11:
  * What the source says of the state goes before what time makes of it, with one exception: nothing is public longer
    than its own term allows, whatever the source says. REVOKED and REPAIRED win over everything, a repair of whatever
    day: one that is announced for tomorrow stops publicity today.
  * Objections, shielding and alterations mark a record that is otherwise public; they do not bring one back.
  * What cannot be told is not guessed. A record without a date of decision has no term, one dated ahead of today is
    mistyped, one whose state could not be read may be repaired: they have no state, and are withheld in such a way that
    nobody takes it for none (invariants 5 and 8).
  * The end of publicity that a source reports (CF_GSJZQ) is never believed, only compared: systems overwrite it.
"""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from gateway.disclosure.due import NEVER, UNDATED, due_by_any, due_entry, due_until
from gateway.disclosure.facts import EntryFacts, Facts, PenaltyFacts
from gateway.disclosure.model import Due, Judgment, Reason, Rules, Severity, State, Window
from gateway.disclosure.months import LAST_DAY, days_between, term
from gateway.disclosure.severity import said_severity, weigh

_STRENGTH: Final[dict[State | None, int]] = {
    None: 0,
    "PUBLISHED": 1,
    "ALTERED": 2,
    "UNDER_OBJECTION": 3,
    "SHIELDED": 4,
    "PUBLICITY_ENDED": 6,
    "NOT_PUBLISHABLE": 7,
    "REPAIRED": 8,
    "REVOKED": 9,
}
"""Which state goes before which, where one record is said to be in two."""
_UNREADABLE: Final = 5
"""The strength of a state, or of an end, that the source told and nobody could read."""
_CLAIMS: Final[dict[str | None, State | None]] = {
    None: None,
    "IN_FORCE": None,  # that a penalty stands says nothing of its publicity
    "NOT_PUBLISHABLE": "NOT_PUBLISHABLE",
    "PUBLISHED": "PUBLISHED",
    "PUBLICITY_ENDED": "PUBLICITY_ENDED",
    "REPAIRED": "REPAIRED",
    "REVOKED": "REVOKED",
    "ALTERED": "ALTERED",
    "UNDER_OBJECTION": "UNDER_OBJECTION",
    "SHIELDED": "SHIELDED",
}
"""What a `PenaltyStatus` or `RecordState` of the source claims."""
_STATED: Final = frozenset({"status", "source_state", "repaired_on"})
_FINAL: Final = frozenset({"REVOKED", "REPAIRED"})
_CLOSING: Final = frozenset({"NOT_PUBLISHABLE", "PUBLICITY_ENDED"})


def judge(rules: Rules, facts: Facts, today: str) -> Judgment:
    """Return what ``rules`` make of ``facts`` on the day ``today``."""
    if isinstance(facts, PenaltyFacts):
        return _judge_penalty(rules, facts, today)
    return _judge_entry(rules, facts, today)


def active(rules: Rules, facts: EntryFacts, day: str) -> bool | None:
    """Return whether an entry stands on ``day``: included, not removed, not run out; None when that cannot be told.

    One that is said to be lifted, without a date, counts as never active.
    """
    if _CLAIMS[facts.source_state] == "REVOKED":
        return False
    if facts.repaired_on is not None and facts.repaired_on <= day:
        return False
    if not facts.unread.isdisjoint(_STATED) or (facts.repaired_on is None and facts.source_state == "REPAIRED"):
        return None
    (state, reason), _ = due_entry(rules.periods.get(facts.kind or ""), facts, day)
    if state is None:
        return False if reason is Reason.START_AHEAD else None
    if state == "PUBLISHED":
        return True if facts.started_on is not None else None
    return False


def strictest(judgments: Iterable[Judgment]) -> Judgment:
    """Return the judgment that governs one record of which several sources report: the one that shows least.

    A state that one source told and nobody could read may be a repair, so it goes before whatever another makes
    public; a date or a severity that one lacks is another's to tell.
    """
    found = list(judgments)
    objected = any(each.under_objection for each in found)
    chosen = min(found, key=lambda each: (-_strength(each), each.public_until or LAST_DAY, repr(each)))
    if objected and not chosen.under_objection:
        state = "UNDER_OBJECTION" if chosen.state in {"PUBLISHED", "ALTERED"} else chosen.state
        return replace(chosen, state=state, under_objection=True)
    return chosen


def _strength(judgment: Judgment) -> int:
    unreadable = judgment.reason in {Reason.STATE_UNREADABLE, Reason.END_UNREADABLE}
    return _UNREADABLE if unreadable else _STRENGTH[judgment.state]


def public_until_difference(judgment: Judgment, source_public_until: str | None) -> int | None:
    """Return by how many days the end that a source reports is after our own; None where either has none."""
    if judgment.public_until is None or source_public_until is None:
        return None
    return days_between(judgment.public_until, source_public_until)


def _judge_penalty(rules: Rules, facts: PenaltyFacts, today: str) -> Judgment:
    claim = _claim(facts)
    if facts.status is not None:
        claim = _stronger(claim, _CLAIMS[facts.status])
    start = facts.decided_on
    if start is None:
        return _settled(facts, claim, UNDATED, said_severity(facts.source_severity), None, None, None)
    rule_set = rules.rule_set(start)
    severities, basis = weigh(rules, rule_set, facts)
    if len(severities) > 1:
        terms = [_term(rule_set.windows[each], start, claim) for each in severities]
        due = due_by_any([limit for _, limit in terms], start, today)
        return _settled(facts, claim, due, (None, basis), start, None, None)
    severity = (severities[0], basis)
    least, limit = _term(rule_set.windows[severities[0]], start, claim)
    if limit is None:
        return _settled(facts, claim, NEVER, severity, None, None, None)
    return _settled(facts, claim, due_until(start, limit, today), severity, start, least, limit)


def _judge_entry(rules: Rules, facts: EntryFacts, today: str) -> Judgment:
    period = rules.periods.get(facts.kind or "")
    due, limit = due_entry(period, facts, today)
    severity = said_severity(facts.source_severity)
    start = facts.started_on
    if start is None or period is None or period.tone == "RED":
        return _settled(facts, _claim(facts), due, severity, None, None, None)
    least, _ = term(start, period.least, period.most)
    return _settled(facts, _claim(facts), due, severity, start, least, limit)


def _claim(facts: Facts) -> State | None:
    claim = _CLAIMS[facts.source_state]
    return claim if facts.repaired_on is None else _stronger(claim, "REPAIRED")


def _stronger(one: State | None, other: State | None) -> State | None:
    return one if _STRENGTH[one] >= _STRENGTH[other] else other


def _term(window: Window, start: str, claim: State | None) -> tuple[str | None, str | None]:
    """Return the last days of the shortest and the longest term; without the latter it is not to be published."""
    if window.published or claim == "PUBLISHED":
        return term(start, window.least, window.most)
    return None, None


def _settled(
    facts: Facts,
    claim: State | None,
    due: Due,
    severity: tuple[Severity | None, str | None],
    start: str | None,
    least: str | None,
    limit: str | None,
) -> Judgment:
    """Return the judgment of what is ``due``, unless the source claims what goes before it."""
    state, reason = due
    objected = facts.under_objection or facts.source_state == "UNDER_OBJECTION"
    if claim in _FINAL:
        state, reason = claim, None
    elif facts.unread and not facts.unread.isdisjoint(_STATED):
        state, reason = None, Reason.STATE_UNREADABLE
    elif claim in _CLOSING:
        state, reason = claim, None
    elif state == "PUBLISHED":
        if claim == "SHIELDED":
            state = claim
        elif objected:
            state = "UNDER_OBJECTION"
        elif claim == "ALTERED":
            state = claim
    if state == "NOT_PUBLISHABLE":
        start = least = limit = None
    return Judgment(state, *severity, start, least, limit, objected, reason)
