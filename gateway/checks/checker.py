"""A credit check: what a rule set needs is asked under the caller's rights, then the rules judge. Nothing is kept.

What rules evaluate on a legal ground and show to nobody (`VERDICT_ONLY`) is judged here and told no further.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from connectors.clock import now_text
from gateway.caller import Caller
from gateway.checks.evidence import Problem, read_evidence
from gateway.checks.needed import Needed, joined, needed_by
from gateway.checks.request import CheckRequest, Key
from gateway.inner import Answered, Inner
from gateway.ledger import Secret
from gateway.ledger.entry import Kind
from gateway.plan.document import redact
from gateway.rules import Evaluation, Overlay, RuleBook, RuleSet, evaluate
from gateway.rules.evidence import Evidence
from gateway.rules.evidence import read_evidence as typed
from gateway.rules.model import Verdict
from gateway.rules.outcomes import worst

MAXIMUM_DOCUMENTS: Final = 64


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

    def renamed(self, names: Mapping[str, str]) -> "Found":
        """Return the same with the sections of the needs in ``names``, under these names instead of those told."""
        if self.evidence is None:
            return self
        sections, hidden = (
            {own: sections[name] for own, name in names.items() if name in sections}
            for sections in (self.evidence["sections"], self.hidden)
        )
        return replace(self, evidence={**self.evidence, "sections": sections}, hidden=hidden)


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


@dataclass(frozen=True, slots=True)
class Judging:
    """What a check is judged with, whichever the rules: ``receipts`` are those of what was asked."""

    request: CheckRequest
    caller: Caller
    as_of: str
    queried_at: str
    receipts: Sequence[str]


@dataclass(slots=True)
class Checker:
    """Makes checks by the rule ``book`` of the moment, asking through ``inner``.

    ``secret`` marks the evidence that clients keep as the gateway's own; without one, none of it can be handed back.
    """

    inner: Inner
    book: Callable[[], RuleBook]
    secret: Secret | None = None
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
        found, receipts = await self._find(_keys(request), self.needed(rule_set), caller, kind)
        return _judged(Judging(request, caller, as_of, queried_at, receipts), rule_set, overlay, found)

    async def check_by(
        self, request: CheckRequest, rule_sets: Sequence[RuleSet], caller: Caller, today: str, kind: Kind = "CHECK"
    ) -> list[Checked]:
        """Return the check of ``request`` by each of ``rule_sets``, whatever its own: sources are asked once for all.

        No overlay is laid over them. Raises `RequestError`.
        """
        all_ = joined(rule_sets)
        queried_at = now_text()
        found, receipts = await self._find(_keys(request), all_.needed, caller, kind)
        judging = Judging(request, caller, request.as_of or today, queried_at, receipts)
        return [
            _judged(judging, rule_set, None, {key: each.renamed(names) for key, each in found.items()})
            for rule_set, names in zip(rule_sets, all_.names, strict=True)
        ]

    def needed(self, rule_set: RuleSet) -> Needed:
        """Return what ``rule_set`` needs, made once."""
        if rule_set.digest not in self._needed:
            if len(self._needed) >= MAXIMUM_DOCUMENTS:
                self._needed.clear()
            self._needed[rule_set.digest] = needed_by(rule_set)
        return self._needed[rule_set.digest]

    async def _find(
        self, keys: Sequence[Key], needed: Needed, caller: Caller, kind: Kind
    ) -> tuple[dict[Key, Found], list[str]]:
        variables = {"keys": [key.argument for key in keys]}
        judging = replace(caller, evaluates=needed.fields, looks_back=needed.looks_back)
        documents = ((needed.open_document, caller), (needed.hidden_document, judging))
        asked = [self.inner.ask(each, variables, who, kind) if each else _nothing() for each, who in documents]
        open_, hidden = await asyncio.gather(*asked)
        told = read_evidence(open_.content, needed.open) if open_ is not None else []
        secret = read_evidence(hidden.content, needed.hidden) if hidden is not None else []
        receipts = [each.receipt for each in (open_, hidden) if each is not None]
        return {key: _found(key, at, told, secret) for at, key in enumerate(keys)}, receipts


def _keys(request: CheckRequest) -> list[Key]:
    return list(dict.fromkeys(row.key for row in request.subjects))


def _judged(judging: Judging, rule_set: RuleSet, overlay: Overlay | None, found: Mapping[Key, Found]) -> Checked:
    request, as_of = judging.request, judging.as_of
    rows = [found[row.key] for row in request.subjects]
    known = [(each.whole, row.bidder) for each, row in zip(rows, request.subjects, strict=True) if each.evidence]
    evidences, bidders = [each for each, _ in known], [each for _, each in known]
    evaluation = evaluate(
        rule_set,
        evidences,
        request.input,
        as_of,
        overlay,
        bidders=bidders,
        lot=request.lot,
        asked_at=judging.queried_at,
    )
    return Checked(
        request, rule_set, overlay, judging.caller, as_of, judging.queried_at, rows, evaluation, judging.receipts
    )


async def _nothing() -> Answered | None:
    return None


def _found(key: Key, at: int, told: Sequence[Any], secret: Sequence[Any]) -> Found:
    """Return what is known of ``key``; of what is hidden nothing, where the key led to nobody."""
    first = told[at] if told else secret[at]
    if isinstance(first, Problem):
        return Found(key, None, {}, first)
    hidden = secret[at]["sections"] if secret and not isinstance(secret[at], Problem) else {}
    shown = first if told else {**first, "sections": {}}
    return Found(key, shown, hidden, None)
