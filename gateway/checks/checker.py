"""A credit check: what a rule set needs is asked under the caller's rights, then the rules judge. Nothing is kept.

What rules evaluate on a legal ground and show to nobody (`VERDICT_ONLY`) is asked apart, under rights that open exactly
those fields; what comes back is judged here and told no further.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from connectors.clock import now_text
from gateway.caller import Caller
from gateway.checks.document import document_of, fields_of
from gateway.checks.evidence import Problem, read_evidence
from gateway.checks.request import CheckRequest, Key
from gateway.inner import Answered, Inner
from gateway.ledger.entry import Kind
from gateway.plan.document import redact
from gateway.rules import Evaluation, Overlay, RuleBook, RuleSet, evaluate, needs_of
from gateway.rules.evidence import Evidence
from gateway.rules.evidence import read_evidence as typed
from gateway.rules.model import Need, Verdict
from gateway.rules.outcomes import worst

MAXIMUM_DOCUMENTS: Final = 64
VERDICT_ONLY: Final = "VERDICT_ONLY"


@dataclass(frozen=True, slots=True)
class Needed:
    """What the rules of a set need: in the ``open`` under the caller's own rights, and ``hidden``, for a verdict only.

    ``fields`` are what the second may read, `Entity.field`.
    """

    open: Mapping[str, Need]
    hidden: Mapping[str, Need]
    open_document: str | None
    hidden_document: str | None
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of one key: the evidence of a subject with what is ``hidden`` of it, or the problem of the key."""

    key: Key
    evidence: Mapping[str, Any] | None
    hidden: Mapping[str, Any]
    problem: Problem | None

    @property
    def name(self) -> str:
        """The key as it was given; of one that led to nobody without long numbers, which may be a person's."""
        return self.key.value if self.evidence is not None else redact(self.key.value)

    @property
    def whole(self) -> Evidence:
        """All that rules may see, the hidden included."""
        assert self.evidence is not None, "a key that led to nobody has no evidence"
        return typed({**self.evidence, "sections": {**self.evidence["sections"], **self.hidden}})


@dataclass(frozen=True, slots=True)
class Checked:
    """A check that was made: what was found of each key, in their order, and what the rules say of those found."""

    request: CheckRequest
    rule_set: RuleSet
    overlay: Overlay | None
    caller: Caller
    as_of: str
    queried_at: str
    found: Sequence[Found]
    evaluation: Evaluation
    receipts: Sequence[str]

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all; of a key that led to nobody nothing is known."""
        lost: list[Verdict] = ["UNDETERMINED" for each in self.found if each.problem is not None]
        return worst([self.evaluation.verdict, *lost])


@dataclass(slots=True)
class Checker:
    """Makes checks by the rule ``book`` of the moment, asking through ``inner``."""

    inner: Inner
    book: Callable[[], RuleBook]
    _needed: dict[str, Needed] = field(default_factory=dict)

    async def check(self, request: CheckRequest, caller: Caller, today: str, kind: Kind = "CHECK") -> Checked:
        """Return the check of ``request``, each question durable in the ledger as of ``kind``.

        Raises `NoRuleSet`, `RequestError`.
        """
        as_of = request.as_of or today
        book = self.book()
        rule_set = book.at(request.rule_set, as_of)
        overlay = book.overlay(caller.client, rule_set.code)
        queried_at = now_text()
        keys = list(dict.fromkeys(row.key for row in request.subjects))
        found, receipts = await self._find(keys, self.needed(rule_set), caller, kind)
        by_key = dict(zip(keys, found, strict=True))
        rows = [by_key[row.key] for row in request.subjects]
        known = [(each.whole, row.bidder) for each, row in zip(rows, request.subjects, strict=True) if each.evidence]
        evidences, bidders = [each for each, _ in known], [each for _, each in known]
        evaluation = evaluate(rule_set, evidences, request.input, as_of, overlay, bidders=bidders, lot=request.lot)
        return Checked(request, rule_set, overlay, caller, as_of, queried_at, rows, evaluation, receipts)

    def needed(self, rule_set: RuleSet) -> Needed:
        """Return what ``rule_set`` needs, made once."""
        if rule_set.digest not in self._needed:
            if len(self._needed) >= MAXIMUM_DOCUMENTS:
                self._needed.clear()
            self._needed[rule_set.digest] = _needed(rule_set)
        return self._needed[rule_set.digest]

    async def _find(
        self, keys: Sequence[Key], needed: Needed, caller: Caller, kind: Kind
    ) -> tuple[list[Found], list[str]]:
        variables = {"keys": [key.argument for key in keys]}
        judging = replace(caller, evaluates=needed.fields)
        documents = ((needed.open_document, caller), (needed.hidden_document, judging))
        asked = [self.inner.ask(each, variables, who, kind) if each else _nothing() for each, who in documents]
        open_, hidden = await asyncio.gather(*asked)
        told = read_evidence(open_.content, needed.open) if open_ is not None else []
        secret = read_evidence(hidden.content, needed.hidden) if hidden is not None else []
        receipts = [each.receipt for each in (open_, hidden) if each is not None]
        return [_found(key, at, told, secret) for at, key in enumerate(keys)], receipts


async def _nothing() -> Answered | None:
    return None


def _needed(rule_set: RuleSet) -> Needed:
    hidden_names = set(_names(rule_set, lambda reveal: reveal == VERDICT_ONLY))
    hidden = {name: need for name, need in rule_set.needs.items() if name in hidden_names}
    open_ = {name: need for name, need in rule_set.needs.items() if name not in hidden_names}
    return Needed(
        open_,
        hidden,
        document_of(open_) if open_ or not hidden else None,
        document_of(hidden, named=not open_) if hidden else None,
        frozenset(name for need in hidden.values() for name in fields_of(need)),
    )


def _names(rule_set: RuleSet, wanted: Callable[[str], bool]) -> Iterable[str]:
    return (name for rule in rule_set.rules if wanted(rule.reveal) for name in needs_of(rule))


def _found(key: Key, at: int, told: Sequence[Any], secret: Sequence[Any]) -> Found:
    """Return what is known of ``key``; of what is hidden nothing, where the key led to nobody."""
    first = told[at] if told else secret[at]
    if isinstance(first, Problem):
        return Found(key, None, {}, first)
    hidden = secret[at]["sections"] if secret and not isinstance(secret[at], Problem) else {}
    shown = first if told else {**first, "sections": {}}
    return Found(key, shown, hidden, None)
