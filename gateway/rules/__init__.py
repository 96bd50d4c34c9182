"""Rules of credit checks: what is declared, how it is read, and what it comes to over the evidence of an answer."""

from gateway.rules.book import NoRuleSet, RuleBook
from gateway.rules.checks.known import Known
from gateway.rules.demands import demand_mistakes
from gateway.rules.evaluate import evaluate
from gateway.rules.evidence import Evidence, read_evidence
from gateway.rules.inputs import input_mistakes
from gateway.rules.model import Overlay, Rule, RuleSet
from gateway.rules.outcomes import Evaluation, Outcome, SubjectVerdict
from gateway.rules.reads import needs_of

__all__ = [
    "Evaluation",
    "Evidence",
    "Known",
    "NoRuleSet",
    "Outcome",
    "Overlay",
    "Rule",
    "RuleBook",
    "RuleSet",
    "SubjectVerdict",
    "demand_mistakes",
    "evaluate",
    "input_mistakes",
    "needs_of",
    "read_evidence",
]
