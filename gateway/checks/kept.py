"""What a client keeps of a check to have it judged again: all that rules saw, but what they saw for a verdict only.

    {"format": "credit-gateway/evidence/1", "ruleSet": {"code", "version", "digest", "overlay", "client"}, "asOf",
     "purpose", "queriedAt", "input", "lot", "verdict", "lotOutcomes", "subjects": [{"key", "bidder", "verdict",
     "outcomes", "problem" | "subject" and "sections"}], "mark"}

The ``mark`` tells that the gateway wrote it: an answer may quote texts of others, which look like evidence as well.
Outcomes stand by rule; of a rule that reveals its verdict only, ``withheld``, the outcome is all that is kept.
"""

import hmac
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Final

import msgspec

from gateway.checks.checker import Checked, Found
from gateway.checks.needed import VERDICT_ONLY
from gateway.checks.request import Row
from gateway.days import is_day
from gateway.ledger import Secret
from gateway.plan.document import redact
from gateway.rules.evidence import Evidence, Section, Subject
from gateway.rules.evidence import read_evidence as typed
from gateway.rules.inputs import input_mistakes
from gateway.rules.model import Result, Rule, RuleSet, Verdict
from gateway.rules.outcomes import Outcome, SubjectVerdict

FORMAT: Final = "credit-gateway/evidence/1"
_LABEL: Final = b"check: evidence\x01"


class KeptOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule came to; ``verdict`` is what that meant, None where it meant nothing."""

    result: Result
    verdict: Verdict | None = None
    withheld: bool = False


class KeptSubject(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a check."""

    key: str
    bidder: str | None = None
    problem: str | None = None
    subject: Subject | None = None
    sections: dict[str, Section] = {}
    verdict: Verdict
    outcomes: dict[str, KeptOutcome] = {}

    @property
    def evidence(self) -> Evidence | None:
        """What rules may see; None of a key that led to nobody."""
        return None if self.subject is None else Evidence(subject=self.subject, sections=self.sections)


class KeptRules(msgspec.Struct, frozen=True):
    """By which rules it was judged; ``client`` is whose ``overlay`` (its digest) was laid over them, None for none."""

    code: str
    version: str
    digest: str
    overlay: str | None = None
    client: str | None = None


class KeptCheck(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All that was kept of one check."""

    format: str
    rule_set: KeptRules
    as_of: str
    purpose: str
    verdict: Verdict
    queried_at: str | None = None
    subjects: list[KeptSubject]
    input: dict[str, Any] = {}
    lot: bool = False
    lot_outcomes: dict[str, KeptOutcome] = {}
    mark: str | None = None


class EvidenceUnreadable(ValueError):
    """A text that is no evidence of a check; the message says what is wrong with it."""


def keep(checked: Checked) -> KeptCheck:
    """Return what is kept of ``checked``."""
    overlay = checked.overlay
    rules = checked.rule_set
    own = () if overlay is None else (overlay.digest, overlay.client)
    judged = iter(checked.evaluation.subjects)
    rows = zip(checked.request.subjects, checked.found, strict=True)
    return KeptCheck(
        format=FORMAT,
        rule_set=KeptRules(rules.code, rules.version, rules.digest, *own),
        as_of=checked.as_of,
        purpose=checked.caller.purpose,
        queried_at=checked.queried_at,
        verdict=checked.verdict,
        input=dict(checked.request.input),
        lot=checked.request.lot,
        lot_outcomes=kept_outcomes(checked.evaluation.lot, rules),
        subjects=[_row(row, found, None if found.evidence is None else next(judged), rules) for row, found in rows],
    )


def _row(row: Row, found: Found, judged: SubjectVerdict | None, rules: RuleSet) -> KeptSubject:
    key = found.name
    if judged is None or found.evidence is None:
        problem = found.problem.message if found.problem is not None else ""
        return KeptSubject(key=key, bidder=row.bidder, problem=problem, verdict="UNDETERMINED")
    evidence = typed(found.evidence)
    outcomes = kept_outcomes(judged.outcomes, rules)
    return KeptSubject(
        key=key,
        bidder=row.bidder,
        subject=evidence.subject,
        sections=evidence.sections,
        verdict=judged.verdict,
        outcomes=outcomes,
    )


def kept_outcomes(outcomes: Sequence[Outcome], rules: RuleSet) -> dict[str, KeptOutcome]:
    """Return what is kept of ``outcomes``, by rule."""
    return {each.rule: _outcome(each, rules.rule(each.rule)) for each in outcomes}


def _outcome(outcome: Outcome, rule: Rule) -> KeptOutcome:
    verdict: Verdict | None = None if outcome.verdict is None or outcome.verdict == "NOTE" else outcome.verdict
    if outcome.result == "UNKNOWN" and rule.verdict != "NOTE":
        verdict = "UNDETERMINED" if rule.mandatory or outcome.raised_by is not None else "ATTENTION"
    if outcome.open:
        verdict = "UNDETERMINED"
    return KeptOutcome(result=outcome.result, verdict=verdict, withheld=rule.reveal == VERDICT_ONLY)


def read_kept(text: str | bytes) -> KeptCheck:
    """Return the evidence in ``text``; raises `EvidenceUnreadable`."""
    try:
        kept = msgspec.json.decode(text, type=KeptCheck)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise EvidenceUnreadable(f"is no evidence of a check: {redact(str(error))}") from None
    if kept.format != FORMAT:
        raise EvidenceUnreadable(f"expected the format `{FORMAT}`")
    if not is_day(kept.as_of):
        raise EvidenceUnreadable("is no evidence of a check: `asOf` is no day")
    mistakes = [f"`{part}` {message}" for part, message in input_mistakes(kept.input)]
    if mistakes:
        raise EvidenceUnreadable(f"is no evidence of a check: {redact('; '.join(mistakes))}")
    return kept


def marked(kept: KeptCheck, secret: Secret | None) -> str:
    """Return the text of ``kept``, marked as written by whoever has ``secret``, if there is one."""
    return _text(kept if secret is None else msgspec.structs.replace(kept, mark=_mark(kept, secret)))


def is_own(kept: KeptCheck, secrets: Iterable[Secret]) -> bool:
    """Tell whether ``kept`` is what was marked under one of ``secrets``, unaltered."""
    mark = (kept.mark or "").encode()
    return any(hmac.compare_digest(mark, _mark(kept, each).encode()) for each in secrets)


def _mark(kept: KeptCheck, secret: Secret) -> str:
    key = hmac.digest(secret.key, _LABEL, sha256)  # HKDF-Expand (RFC 5869 §2.3) of one block
    text = _text(msgspec.structs.replace(kept, mark=None))
    return f"{secret.key_id}:{hmac.digest(key, text.encode(), sha256).hex()}"


def _text(kept: KeptCheck) -> str:
    return msgspec.json.encode(kept).decode()
