"""What another configuration would change: who sees which field then, and which queries of the past it would touch."""

from gateway.changes.compare import Cell, Change, Changes, Side, diff_policies
from gateway.changes.queries import Touched, touched_queries

__all__ = ["Cell", "Change", "Changes", "Side", "Touched", "diff_policies", "touched_queries"]
