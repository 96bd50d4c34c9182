"""What an answer of the gateway costs, beside named baselines on the same simulated departments.

  gateway      as it is served: rights, coverage, provenance, a durable ledger entry before each answer
  handwritten  a Starlette endpoint per question: asyncpg, sqlite3, aiohttp, CSV in memory, SOAP by a template; the same
               values read from the same rows; of each source it knows whether it answered. No GraphQL, no ledger
  unproven     the gateway without ledger, digests and traces, asked for no provenance: what proof costs
  strawberry   plain Strawberry resolvers and aiodataloader over the clients of `handwritten`, parsed and validated
               documents cached
  apollo       @apollo/gateway on @apollo/server, before @apollo/subgraph subgraphs that ask no source: the answers of
               `handwritten` are in their memory. On request, by --contenders; needs `node` (20 or later) and `npm`
  hive         @graphql-hive/gateway-runtime with its query planner in Rust, before the same subgraphs. On request

All run at once, a process each, and must first give equal answers. Then short slices rotate through them; a ratio
is taken between slices of the same rotation, over the same subjects, another subject at every request.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gateway.demo import Departments, departments
from tests.benchmarks import federation, hotspots, packages, report, running, screening
from tests.benchmarks.ask import compared_usccs, unequal
from tests.benchmarks.measure import BULK_ROTATIONS, Measured, Measurement, Plan
from tests.benchmarks.workloads import CONTENDERS, FEDERATED, workloads

SCREENING: Final = "screening"
"""The first argument for the benchmark of screenings instead (`tests.benchmarks.screening`)."""
_BULK_SHARE: Final = 10
_USUAL: Final = ("Q1", "Q2", "Q3")
_EPILOG: Final = """\
workloads
  Q1   one subject, all six domains with all fields that the caller may see: ten calls to seven systems
  Q2   --bulk subjects: registration, licenses, penalties, dishonest debtors. Not tax: it takes one taxpayer a call. The
       court does so too, so that half of Q2 is HTTP, the same for all contenders
  Q2b  Q2 without the court: only sources that take many subjects a call; on request
  Q3   one subject, its name alone: what the gateway adds to the smallest question

contenders of Node
  They run only when --contenders names them. At first use npm installs the packages of tests/benchmarks/node, exact
  versions, into var/benchmarks/node. Their subgraphs (registry, decisions, tax, court) are one process beside that of
  the gateway. Everything is in favor of Node: at the start the subgraphs are told what `handwritten` answers about
  every subject, so that neither process asks a source, merges, sorts or reads anything, whereas our CPU holds all of
  that and rights, coverage, provenance and the ledger. With them, all contenders are warmed up before each cell for six
  seconds and a thousand requests (bulk: a hundred), for V8 to compile. Ratios are to the CPU of their gateway's
  process alone, to that and its subgraphs' together, and to both and `handwritten` together, where that is measured:
  what a federation takes whose subgraphs ask the departments as cheaply as they can be asked.

reading the result
  CPU per request is the processor time of the server process and its threads, by the kernel's processor clock, from the
  slice's beginning until the process has come to rest. Ratios are medians over rotations; differences within the range
  beside them mean nothing. The load generator, the departments and the contenders share the machine's processors, so
  that answers/s and times tell less than CPU.

exit codes
  0 measured, whatever the ratios; 1 void: answers differ (where is said), or some were incomplete, or a process failed,
  or Node is missing

examples
  make bench
  make bench ARGS="--workloads Q1 --concurrency 32 --seconds 5"
  make bench ARGS="--subjects 100000 --json bench.json"
  make bench ARGS="--profile gateway --workloads Q2"
  make bench ARGS="--contenders gateway apollo handwritten"
  make bench ARGS="screening --live 300"          # rows per second, memory and source calls of screenings
"""


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    names = list(workloads(0))
    parser = argparse.ArgumentParser(
        prog="make bench ARGS=...",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--subjects", type=int, default=2000, metavar="N", help="how many subjects the departments hold (%(default)s)")
    add(
        "--bulk", type=int, default=100, metavar="N", help="how many of them Q2 and Q2b ask about at once (%(default)s)"
    )
    add(
        "--workloads",
        nargs="+",
        choices=names,
        default=_USUAL,
        metavar="Q",
        help=f"which of {', '.join(names)} (Q1 Q2 Q3)",
    )
    add("--concurrency", nargs="+", type=int, default=[1, 32], metavar="C", help="connections at once (1 32)")
    add(
        "--contenders",
        nargs="+",
        choices=(*CONTENDERS, *FEDERATED),
        default=CONTENDERS,
        metavar="NAME",
        help="which (all of Python)",
    )
    add(
        "--rotations",
        type=int,
        default=5,
        metavar="N",
        help=f"slices of each contender in a cell (5; Q2 {BULK_ROTATIONS})",
    )
    add("--seconds", type=float, default=0.5, metavar="S", help="how long one slice takes at least (%(default)s)")
    add("--json", type=Path, metavar="FILE", help="write everything there as JSON as well")
    add(
        "--profile",
        choices=CONTENDERS,
        metavar="NAME",
        help="measure nothing: show where one contender spends its time",
    )
    add("--requests", type=int, default=200, metavar="N", help="how many requests --profile looks at (200; Q2 a tenth)")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return the exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == [SCREENING]:
        screening.main(given[1:])
        return 0
    chosen = _arguments(given)
    console = Console(soft_wrap=True) if sys.stdout.isatty() else Console(width=160)
    if not chosen.profile and set(FEDERATED) & set(chosen.contenders):
        try:
            packages.prepare(console.print)
        except packages.Missing as error:
            return _void(console, "something is missing", [str(error)])
    with tempfile.TemporaryDirectory(prefix="credit-bench-") as temporary:
        folder = Path(temporary)
        with departments(folder / "departments", chosen.subjects, tax_latency="0") as running_departments:
            if chosen.profile:
                uvloop.run(_profile(console, chosen, running_departments))
                return 0
            try:
                return run(console, chosen, running_departments, folder)
            except running.Failed as error:
                return _void(console, "a process failed, its message is above", [str(error)])


async def _profile(console: Console, chosen: argparse.Namespace, simulated: Departments) -> None:
    for name in chosen.workloads:
        workload = workloads(chosen.bulk)[name]
        requests = max(chosen.requests // _BULK_SHARE, 1) if workload.bulk else chosen.requests
        await hotspots.profile(console, chosen.profile, workload, simulated, size=chosen.subjects, requests=requests)


def run(console: Console, chosen: argparse.Namespace, simulated: Departments, folder: Path) -> int:
    """Compare the contenders' answers, then measure and report; return the exit code."""
    plan = Plan(
        [workloads(chosen.bulk)[name] for name in chosen.workloads],
        chosen.concurrency,
        chosen.rotations,
        chosen.seconds,
        chosen.subjects,
        chosen.bulk,
    )
    with (
        running.contenders([name for name in chosen.contenders if name in CONTENDERS], simulated, folder) as of_python,
        _federated(console, chosen, simulated, folder) as of_node,
        running.load() as load,
    ):
        contenders = [*of_python, *of_node]
        different = list(unequal(contenders, plan.workloads, compared_usccs()))
        if different:
            return _void(console, "the contenders do not answer the same", different)
        measured = _measured(console, plan, Measurement(plan, contenders, load, simulated))
    incomplete = list(_incomplete(measured))
    if incomplete:
        return _void(console, "some answers lacked something", incomplete)
    report.show(console, plan, measured)
    if chosen.json:
        chosen.json.write_text(json.dumps(report.as_json(plan, measured), indent=2) + "\n", encoding="utf-8")
    return 0


@contextmanager
def _federated(
    console: Console, chosen: argparse.Namespace, simulated: Departments, folder: Path
) -> Iterator[list[running.Contender]]:
    names = [name for name in chosen.contenders if name in FEDERATED]
    with ExitStack() as stack:
        with _progress(console) as progress:
            task = progress.add_task("exporting records", total=None, visible=bool(names))

            def advance(done: int, total: int) -> None:
                progress.update(task, completed=done, total=total)

            started = stack.enter_context(federation.federated(names, simulated, folder, chosen.subjects, advance))
        yield started


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description:32}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _measured(console: Console, plan: Plan, measurement: Measurement) -> Measured:
    with _progress(console) as progress:
        task = progress.add_task("measuring", total=plan.slices * measurement.contenders)
        return measurement.run(lambda what: progress.update(task, description=what, advance=1))


def _incomplete(measured: Measured) -> list[str]:
    return [
        f"{workload} at {concurrency}, {name}: {each.incomplete} of {len(each.latencies_us)} answers"
        for (workload, concurrency), figures in measured.items()
        for name, each in figures.items()
        if each.incomplete
    ]


def _void(console: Console, why: str, lines: Sequence[str]) -> int:
    console.print(f"[red]void: {why}[/red]")
    for line in lines:
        console.print(line, markup=False, highlight=False)
    return 1


if __name__ == "__main__":
    sys.exit(main())
