"""How long a negative record is published, and who is shown it in which state: pure rules over declared terms."""

from gateway.disclosure.facts import EntryFacts, Facts, FactsReader, PenaltyFacts, facts_reader
from gateway.disclosure.judgment import active, judge, public_until_difference, strictest
from gateway.disclosure.load import load_disclosure
from gateway.disclosure.mistakes import Known
from gateway.disclosure.model import Judgment, Reason, Rules, Severity, Showing, State

__all__ = [
    "EntryFacts",
    "Facts",
    "FactsReader",
    "Judgment",
    "Known",
    "PenaltyFacts",
    "Reason",
    "Rules",
    "Severity",
    "Showing",
    "State",
    "active",
    "facts_reader",
    "judge",
    "load_disclosure",
    "public_until_difference",
    "strictest",
]
