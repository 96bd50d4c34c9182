"""The states of an objection, and who makes which step (`domain.md` §4.7). Pure.

    SUBMITTED -> ROUTED -> (NOT_ACCEPTED) -> INVESTIGATING -> CORRECTED | REMOVED | UPHELD -> CLOSED

The gateway routes, the owning department decides, and whoever filed may withdraw at any time: that closes it.

Decided 2026-11:
  * What was not accepted may be taken up all the same: the department may think again before it is closed.
  * A decision closes nothing by itself: the department closes it, or the filer, who has read it.
  * NOT_ACCEPTED and UPHELD go against the filer, so they need a note that says why.
"""

from collections.abc import Collection
from typing import Final, Literal, get_args

State = Literal["SUBMITTED", "ROUTED", "NOT_ACCEPTED", "INVESTIGATING", "CORRECTED", "REMOVED", "UPHELD", "CLOSED"]
Actor = Literal["GATEWAY", "OWNER", "FILER"]
STATES: Final[tuple[State, ...]] = get_args(State)
DECIDED: Final[tuple[State, ...]] = ("CORRECTED", "REMOVED", "UPHELD")
OPEN: Final[frozenset[State]] = frozenset({"ROUTED", "NOT_ACCEPTED", "INVESTIGATING", *DECIDED})
"""States in which the record is shown as under objection."""
REASONED: Final[frozenset[State]] = frozenset({"NOT_ACCEPTED", "UPHELD"})
"""States into which nobody steps without saying why."""

STEPS: Final[dict[tuple[State, State], frozenset[Actor]]] = {
    ("SUBMITTED", "ROUTED"): frozenset({"GATEWAY"}),
    ("SUBMITTED", "CLOSED"): frozenset({"FILER"}),
    ("ROUTED", "NOT_ACCEPTED"): frozenset({"OWNER"}),
    ("ROUTED", "INVESTIGATING"): frozenset({"OWNER"}),
    ("ROUTED", "CLOSED"): frozenset({"FILER"}),
    ("NOT_ACCEPTED", "INVESTIGATING"): frozenset({"OWNER"}),
    ("NOT_ACCEPTED", "CLOSED"): frozenset({"OWNER", "FILER"}),
    ("INVESTIGATING", "CORRECTED"): frozenset({"OWNER"}),
    ("INVESTIGATING", "REMOVED"): frozenset({"OWNER"}),
    ("INVESTIGATING", "UPHELD"): frozenset({"OWNER"}),
    ("INVESTIGATING", "CLOSED"): frozenset({"FILER"}),
    ("CORRECTED", "CLOSED"): frozenset({"OWNER", "FILER"}),
    ("REMOVED", "CLOSED"): frozenset({"OWNER", "FILER"}),
    ("UPHELD", "CLOSED"): frozenset({"OWNER", "FILER"}),
}
"""From which state to which, and who makes the step. What stands not here is no step."""


class IllegalStep(Exception):
    """A step that nobody makes, or not this one; the message says which this one makes from here."""


def next_states(state: State, actors: Collection[Actor]) -> tuple[State, ...]:
    """Return where any of ``actors`` may step from ``state``, in the order of the line."""
    return tuple(to for to in STATES if not STEPS.get((state, to), frozenset()).isdisjoint(actors))


def actor_of(state: State, to: State, actors: Collection[Actor]) -> Actor:
    """Return which of ``actors`` makes the step from ``state`` to ``to``; raises `IllegalStep`."""
    makers = STEPS.get((state, to), frozenset())
    for actor in get_args(Actor):
        if actor in makers and actor in actors:
            made: Actor = actor
            return made
    ways = ", ".join(f"`{each}`" for each in next_states(state, actors)) or "nothing"
    raise IllegalStep(f"an objection that is `{state}` does not become `{to}` by this caller; open to it: {ways}")
