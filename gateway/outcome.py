"""What a finished run came to: whom it was about, how the caller stands to them, and how it ended.

Subjects are whoever the answer is about: by USCC every organization that a key, a link or a list of candidates led to,
by PERSON every person whose other roles were asked for, and each key that led nowhere, under its scheme or UNSTATED.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from gateway.denials import ANYBODY, Denials
from gateway.ledger import Outcome
from gateway.resolve import named_in
from gateway.run import Run
from gateway.subject import Subject
from schema.entities import CROSSWALK

KNOWN: Final = frozenset({"COMPLETE", "NOT_COVERED"})
"""States of sections that leave nothing to be asked for."""


def standings_of(run: Run, values: Sequence[Sequence[Any]]) -> frozenset[int]:
    """Return the ways in which the caller stands to those that the answer is about."""
    if len(run.caller.standings) == 1:
        return ANYBODY
    subjects = [*(each for found in values for each in found if isinstance(each, Subject)), *run.links]
    return frozenset(map(run.standing, subjects)) or ANYBODY


def subjects_of(run: Run, values: Sequence[Sequence[Any]]) -> Iterable[tuple[str, str]]:
    """Return scheme and value of everybody whom the answer is about, each once."""
    found = dict.fromkeys(named_in(values))
    found.update(dict.fromkeys(run.about))
    for linked in run.links:
        scheme = "USCC" if isinstance(linked, Subject) else "PERSON"
        found.update(dict.fromkeys((scheme, key) for key in linked.keys(scheme)))
    return found


def outcome_of(run: Run, denials: Denials) -> Outcome:
    """Return how the run ended, by its sources; the registry's crosswalk counts where nothing else was asked."""
    asked = answered = crosswalk_answered = False
    whole = True
    for ask, _, reached in run.calls:
        whole = whole and reached.whole
        if ask.entity_name == CROSSWALK:
            crosswalk_answered = crosswalk_answered or reached.answered
        else:
            asked, answered = True, answered or reached.answered
    if not asked and denials.all:
        return "DENIED"
    if run.calls and not (answered if asked else crosswalk_answered):
        return "FAILED"
    if not whole or run.errors or denials.denied:
        return "PARTIAL"
    return "ANSWERED" if all(page.state in KNOWN for _, page in run.shown()) else "PARTIAL"
