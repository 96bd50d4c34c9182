"""Three-valued logic (Kleene's strong one): true, false, and None for what cannot be told."""

from collections.abc import Iterable

from gateway.rules.model import Result

Tri = bool | None


def both(*values: Tri) -> Tri:
    """Return whether all ``values`` are true: one false tells, whatever the others are."""
    if False in values:
        return False
    return None if None in values else True


def any_hits(results: Iterable[Result]) -> Result:
    """Return what a rule comes to that hits when any of its clauses does; what is not applicable has no say."""
    return _composed(list(results), ("HIT", "UNKNOWN", "CLEAN"))


def all_hit(results: Iterable[Result]) -> Result:
    """Return what a rule comes to that hits when all its clauses do; what is not applicable has no say."""
    return _composed(list(results), ("CLEAN", "UNKNOWN", "HIT"))


def _composed(results: list[Result], order: tuple[Result, ...]) -> Result:
    return next((each for each in order if each in results), "NOT_APPLICABLE")
