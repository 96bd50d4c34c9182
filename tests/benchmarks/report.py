"""What a benchmark tells: the ratios beside their aims first, then the figures they come from."""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from statistics import median
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from tests.benchmarks import packages
from tests.benchmarks.beside_node import federation_json, federation_table
from tests.benchmarks.measure import Figures, Measured, Plan, median_ratio, ratios
from tests.benchmarks.workloads import FEDERATED, GATEWAY, HANDWRITTEN, STRAWBERRY, UNPROVEN


@dataclass(frozen=True, slots=True)
class Aim:
    """What a ratio of processor time is meant to be; ``workloads`` to which it applies."""

    of: str
    to: str
    workloads: tuple[str, ...]
    most: float | None = None
    least: float | None = None

    def met(self, ratio: float) -> bool:
        """True when ``ratio`` is as aimed at."""
        return (self.most is None or ratio <= self.most) and (self.least is None or ratio >= self.least)

    def __str__(self) -> str:
        return f"at most {self.most:g}" if self.most is not None else f"at least {self.least:g}"


AIMS: Final = (
    Aim(GATEWAY, HANDWRITTEN, ("Q1", "Q2", "Q2b"), most=1.5),
    Aim(STRAWBERRY, GATEWAY, ("Q1",), least=3.0),
    Aim(STRAWBERRY, GATEWAY, ("Q2", "Q2b"), least=5.0),
)
PAIRS: Final = ((GATEWAY, HANDWRITTEN), (STRAWBERRY, GATEWAY), (GATEWAY, UNPROVEN))
MOST_LOST: Final = 0.1
"""The share of answers/s that proof may take at 32 connections."""
PROOF_CONCURRENCY: Final = 32
PACKAGES: Final = (
    "strawberry-graphql",
    "graphql-core",
    "starlette",
    "uvicorn",
    "uvloop",
    "asyncpg",
    "aiohttp",
    "orjson",
)


def aim_of(of: str, to: str, workload: str) -> Aim | None:
    """Return what the ratio is meant to be, None where nothing was said."""
    return next((aim for aim in AIMS if (aim.of, aim.to) == (of, to) and workload in aim.workloads), None)


def show(console: Console, plan: Plan, measured: Measured) -> None:
    """Print ratios, then figures, then what was asked and by which versions."""
    console.print(ratio_table(measured))
    if _federated(measured):
        console.print(federation_table(measured))
    if any({GATEWAY, UNPROVEN} <= figures.keys() for figures in measured.values()):
        console.print(proof_table(measured))
    console.print(figure_table(measured))
    for workload in plan.workloads:
        console.print(f"{workload.name}: {workload.title}")
    used = ", ".join(f"{name} {each}" for name, each in _versions(measured).items())
    taken = f"{plan.size} subjects; {plan.rotations} rotations, {plan.seconds:g} s a slice; {os.cpu_count()} CPUs"
    console.print(f"{taken}; Python {platform.python_version()}, {used}", highlight=False)


def _federated(measured: Measured) -> bool:
    return any(name in figures for figures in measured.values() for name in FEDERATED)


def _versions(measured: Measured) -> dict[str, str]:
    of_node = packages.versions() if _federated(measured) else {}
    return {name: version(name) for name in PACKAGES} | of_node


def ratio_table(measured: Measured) -> Table:
    """Return the table of ratios."""
    table = Table(title="CPU per request: ratio within a rotation, median over rotations (least - most)")
    for heading in ("workload", "concurrency", *(f"{of} / {to}" for of, to in PAIRS)):
        table.add_column(heading, justify="right" if "/" in heading or heading == "concurrency" else "left")
    for (workload, concurrency), figures in measured.items():
        table.add_row(workload, str(concurrency), *(_ratio(figures, of, to, workload) for of, to in PAIRS))
    return table


def _ratio(figures: dict[str, Figures], of: str, to: str, workload: str) -> str:
    if of not in figures or to not in figures:
        return "-"
    each = ratios(figures, of, to)
    text = f"{median(each):.2f} ({min(each):.2f} - {max(each):.2f})"
    aim = aim_of(of, to, workload)
    if aim is None:
        return text
    color, verdict = ("green", "met") if aim.met(median(each)) else ("red", "missed")
    return f"{text}  [{color}]aim: {aim}, {verdict}[/{color}]"


def proof_table(measured: Measured) -> Table:
    """Return the table of what proof takes: the ledger, its digests and traces, and provenance in the answer."""
    table = Table(title="proof: the gateway beside itself without ledger, digests and provenance")
    for heading in ("workload", "concurrency", "answers/s lost", "p50 added ms", "p99 added ms"):
        table.add_column(heading, justify="left" if heading == "workload" else "right")
    for (workload, concurrency), figures in measured.items():
        if {GATEWAY, UNPROVEN} <= figures.keys():
            table.add_row(workload, str(concurrency), *_proof(figures[GATEWAY], figures[UNPROVEN], concurrency))
    return table


def _proof(proven: Figures, unproven: Figures, concurrency: int) -> list[str]:
    lost = 1 - proven.per_second / unproven.per_second
    told = f"{lost:.1%}"
    if concurrency == PROOF_CONCURRENCY:
        color, verdict = ("green", "met") if lost < MOST_LOST else ("red", "missed")
        told += f"  [{color}]aim: under {MOST_LOST:.0%}, {verdict}[/{color}]"
    added = [(proven.percentile_us(at) - unproven.percentile_us(at)) / 1000 for at in (0.5, 0.99)]
    return [told, *(f"{each:.2f}" for each in added)]


def figure_table(measured: Measured) -> Table:
    """Return the table of absolute figures."""
    table = Table(title="figures: read the ratios; these move with the machine")
    names = ("workload", "concurrency", "contender", "answers/s", "p50 ms", "p99 ms", "CPU us", "sources' CPU us", "KB")
    for name in names:
        table.add_column(name, justify="left" if name in {"workload", "contender"} else "right")
    for (workload, concurrency), figures in measured.items():
        for name, each in figures.items():
            table.add_row(workload, str(concurrency), name, *_figures(each))
            if any(each.subgraphs_cpu_us):
                cpu = f"{median(each.subgraphs_cpu_us):,.0f}"
                table.add_row(workload, str(concurrency), f"  {name}'s subgraphs", "", "", "", cpu)
        table.add_section()
    return table


def _figures(each: Figures) -> list[str]:
    cells = (
        f"{each.per_second:,.0f}" if each.per_second >= 10 else f"{each.per_second:.1f}",
        f"{each.percentile_us(0.5) / 1000:,.2f}",
        f"{each.percentile_us(0.99) / 1000:,.2f}",
        f"{median(each.cpu_us):,.0f}",
        f"{median(each.source_cpu_us):,.0f}",
        f"{each.bytes_each / 1000:,.1f}",
    )
    return list(cells)


def as_json(plan: Plan, measured: Measured) -> dict[str, Any]:
    """Return everything for a machine."""
    return {
        "subjects": plan.size,
        "bulk": plan.bulk,
        "rotations": plan.rotations,
        "seconds": plan.seconds,
        "python": platform.python_version(),
        "packages": _versions(measured),
        "cells": [_cell_json(workload, concurrency, figures) for (workload, concurrency), figures in measured.items()],
    }


def _cell_json(workload: str, concurrency: int, figures: dict[str, Figures]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for of, to in PAIRS:
        if of in figures and to in figures:
            aim, ratio = aim_of(of, to, workload), median_ratio(figures, of, to)
            found[f"{of}/{to}"] = {
                "cpu": ratio,
                "rotations": ratios(figures, of, to),
                "aim": None if aim is None else str(aim),
                "met": None if aim is None else aim.met(ratio),
            }
    return {
        "workload": workload,
        "concurrency": concurrency,
        "ratios": found | federation_json(figures),
        "contenders": {name: _figures_json(each) for name, each in figures.items()},
    }


def _figures_json(each: Figures) -> dict[str, Any]:
    return {
        "answers": len(each.latencies_us),
        "answers_per_second": each.per_second,
        "p50_ms": each.percentile_us(0.5) / 1000,
        "p99_ms": each.percentile_us(0.99) / 1000,
        "cpu_us": median(each.cpu_us),
        "cpu_us_by_rotation": each.cpu_us,
        "subgraphs_cpu_us": median(each.subgraphs_cpu_us),
        "sources_cpu_us": median(each.source_cpu_us),
        "answer_bytes": each.bytes_each,
        "incomplete": each.incomplete,
    }
