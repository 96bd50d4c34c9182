"""What a benchmark tells of the contenders of Node: the credit gateway's processor time beside that of a federation.

The subgraphs answer from memory. What asking the departments costs, which the credit gateway does, is told by the
hand-written endpoint: where it is measured too, its processor time is added to that of the federation as a third ratio.
"""

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any, Final, NamedTuple

from rich.table import Table

from tests.benchmarks.measure import Figures, Measured
from tests.benchmarks.workloads import FEDERATED, GATEWAY, HANDWRITTEN

_TITLE: Final = (
    "federation: CPU per request of the gateway beside that of a federation's gateway, and with its subgraphs"
)
_COLUMNS: Final = (
    *("workload", "concurrency", "ratio", "to its gateway's process", "to it and its subgraphs"),
    f"to those and `{HANDWRITTEN}`",
)


class Ratios(NamedTuple):
    """The credit gateway's processor time as a multiple of that of the federation ``name``, one of each rotation.

    ``own`` of its gateway's process; ``total`` of that and its subgraphs; ``asking`` of those and of the hand-written
    endpoint, which asks the departments, empty where that was not measured.
    """

    name: str
    own: Sequence[float]
    total: Sequence[float]
    asking: Sequence[float]


def federation_table(measured: Measured) -> Table:
    """Return the table of ratios, within a rotation, median over rotations (least - most)."""
    table = Table(title=_TITLE)
    for name in _COLUMNS:
        table.add_column(name, justify="left" if name in {"workload", "ratio"} else "right")
    for (workload, concurrency), figures in measured.items():
        for each in federation_ratios(figures):
            shown = (_shown(each.own), _shown(each.total), _shown(each.asking))
            table.add_row(workload, str(concurrency), f"{GATEWAY} / {each.name}", *shown)
    return table


def federation_ratios(figures: dict[str, Figures]) -> Iterator[Ratios]:
    """Yield the ratios to every federation measured."""
    for name in FEDERATED:
        if {GATEWAY, name} <= figures.keys():
            ours, theirs = figures[GATEWAY].cpu_us, figures[name]
            asking: Sequence[float] = ()
            if HANDWRITTEN in figures:
                both = zip(theirs.total_cpu_us, figures[HANDWRITTEN].cpu_us, strict=True)
                asking = _ratios(ours, [passing + asked for passing, asked in both])
            yield Ratios(name, _ratios(ours, theirs.cpu_us), _ratios(ours, theirs.total_cpu_us), asking)


def federation_json(figures: dict[str, Figures]) -> dict[str, Any]:
    """Return the same for a machine."""
    return {
        f"{GATEWAY}/{each.name}": {
            "cpu": median(each.own),
            "rotations": each.own,
            "cpu_with_subgraphs": median(each.total),
            "rotations_with_subgraphs": each.total,
            "cpu_with_subgraphs_and_asking": median(each.asking) if each.asking else None,
            "rotations_with_subgraphs_and_asking": each.asking,
        }
        for each in federation_ratios(figures)
    }


def _ratios(of: Sequence[float], to: Sequence[float]) -> list[float]:
    return [one / other for one, other in zip(of, to, strict=True)]


def _shown(each: Sequence[float]) -> str:
    return f"{median(each):.3f} ({min(each):.3f} - {max(each):.3f})" if each else ""
