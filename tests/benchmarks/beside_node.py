"""What a benchmark tells of the contenders of Node: the credit gateway's processor time beside that of a federation."""

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any, Final

from rich.table import Table

from tests.benchmarks.measure import Figures, Measured
from tests.benchmarks.workloads import FEDERATED, GATEWAY

_TITLE: Final = (
    "federation: CPU per request of the gateway beside that of a federation's gateway, and with its subgraphs"
)
_COLUMNS: Final = ("workload", "concurrency", "ratio", "to its gateway's process", "to it and its subgraphs")


def federation_table(measured: Measured) -> Table:
    """Return the table of ratios, within a rotation, median over rotations (least - most)."""
    table = Table(title=_TITLE)
    for name in _COLUMNS:
        table.add_column(name, justify="left" if name in {"workload", "ratio"} else "right")
    for (workload, concurrency), figures in measured.items():
        for name, own, total in federation_ratios(figures):
            table.add_row(workload, str(concurrency), f"{GATEWAY} / {name}", _shown(own), _shown(total))
    return table


def federation_ratios(figures: dict[str, Figures]) -> Iterator[tuple[str, list[float], list[float]]]:
    """Yield name, ratios to the gateway's process and ratios to it and its subgraphs, of every federation measured."""
    for name in FEDERATED:
        if {GATEWAY, name} <= figures.keys():
            ours, theirs = figures[GATEWAY], figures[name]
            yield name, _ratios(ours.cpu_us, theirs.cpu_us), _ratios(ours.cpu_us, theirs.total_cpu_us)


def federation_json(figures: dict[str, Figures]) -> dict[str, Any]:
    """Return the same for a machine."""
    return {
        f"{GATEWAY}/{name}": {
            "cpu": median(own),
            "rotations": own,
            "cpu_with_subgraphs": median(total),
            "rotations_with_subgraphs": total,
        }
        for name, own, total in federation_ratios(figures)
    }


def _ratios(of: Sequence[float], to: Sequence[float]) -> list[float]:
    return [one / other for one, other in zip(of, to, strict=True)]


def _shown(each: Sequence[float]) -> str:
    return f"{median(each):.3f} ({min(each):.3f} - {max(each):.3f})"
