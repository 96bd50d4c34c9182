"""The measurement: short slices that rotate through the contenders, so that the machine's moods meet all alike.

Terms
    cell        one workload at one concurrency
    slice       one contender under load for a moment, its processor time counted until it has come to rest
    rotation    a slice of every contender of a cell, one after the other, over the same subjects
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from msgspec.structs import replace

from gateway.demo import Departments
from tests.benchmarks.load import Slice, Taken
from tests.benchmarks.processor import tree, used_ns, used_when_idle_ns
from tests.benchmarks.running import Contender, Load, source_pids
from tests.benchmarks.workloads import Workload

BULK_ROTATIONS: Final = 3
_WARM_UP_CONCURRENCY: Final = 4
COMPILED_AFTER: Final = (6.0, 1000)
"""Seconds and requests that warm up all contenders before a cell when one compiles itself; of bulk a tenth."""
_STRIDE: Final = 997
"""Rotations begin this many subjects apart."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured: every workload at every concurrency."""

    workloads: Sequence[Workload]
    concurrencies: Sequence[int]
    rotations: int
    seconds: float
    size: int
    bulk: int

    def rotations_of(self, workload: Workload) -> int:
        """Return how many rotations ``workload`` gets: a slice of bulk takes long."""
        return min(self.rotations, BULK_ROTATIONS) if workload.bulk else self.rotations

    @property
    def slices(self) -> int:
        """How many slices a contender gets, warm-up included."""
        return sum(self.rotations_of(workload) + 1 for workload, _ in self.cells)

    @property
    def cells(self) -> list[tuple[Workload, int]]:
        """Every workload at every concurrency."""
        return [(workload, concurrency) for workload in self.workloads for concurrency in self.concurrencies]


@dataclass(slots=True)
class Figures:
    """One contender in one cell: a value per rotation, and every answer's time.

    ``subgraphs_cpu_us`` is 0 where there are none.
    """

    cpu_us: list[float] = field(default_factory=list)
    subgraphs_cpu_us: list[float] = field(default_factory=list)
    source_cpu_us: list[float] = field(default_factory=list)
    latencies_us: list[int] = field(default_factory=list)
    seconds: float = 0.0
    answer_bytes: int = 0
    incomplete: int = 0

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.latencies_us) / self.seconds

    @property
    def bytes_each(self) -> float:
        """Bytes of one answer."""
        return self.answer_bytes / len(self.latencies_us)

    def percentile_us(self, share: float) -> int:
        """Return the time within which ``share`` of the answers came."""
        ordered = sorted(self.latencies_us)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]

    @property
    def total_cpu_us(self) -> list[float]:
        """Processor time per request of the contender and its subgraphs, a value per rotation."""
        return [own + subgraphs for own, subgraphs in zip(self.cpu_us, self.subgraphs_cpu_us, strict=True)]

    def add(self, taken: Taken, cpu_ns: int, source_ns: int, subgraphs_ns: int = 0) -> None:
        """Add a slice."""
        count = len(taken.latencies_us)
        self.cpu_us.append(cpu_ns / count / 1000)
        self.subgraphs_cpu_us.append(subgraphs_ns / count / 1000)
        self.source_cpu_us.append(max(source_ns, 0) / count / 1000)
        self.latencies_us += taken.latencies_us
        self.seconds += taken.seconds
        self.answer_bytes += taken.answer_bytes
        self.incomplete += taken.incomplete


Cell = tuple[str, int]
"""Name of a workload, concurrency."""
Measured = dict[Cell, dict[str, Figures]]
"""Cell -> contender -> figures."""


class Measurement:
    """Measures contenders that are up."""

    def __init__(self, plan: Plan, contenders: Sequence[Contender], load: Load, departments: Departments) -> None:
        self._plan = plan
        self._contenders = contenders
        self._load = load
        self._departments = departments

    @property
    def contenders(self) -> int:
        """How many are measured."""
        return len(self._contenders)

    def run(self, advance: Callable[[str], None]) -> Measured:
        """Return the figures of every cell; ``advance`` is told what is measured, at every slice."""
        measured: Measured = {}
        for workload, concurrency in self._plan.cells:
            figures = measured[workload.name, concurrency] = {each.name: Figures() for each in self._contenders}
            for rotation in range(-1, self._plan.rotations_of(workload)):
                for contender in self._order(rotation):
                    advance(f"{workload.name} at {concurrency}: {contender.name}")
                    self._take(figures[contender.name], contender, workload, concurrency, rotation)
        return measured

    def _order(self, rotation: int) -> Iterator[Contender]:
        """Yield the contenders, another one first at every rotation."""
        turn = rotation % len(self._contenders)
        yield from self._contenders[turn:]
        yield from self._contenders[:turn]

    def _take(
        self, figures: Figures, contender: Contender, workload: Workload, concurrency: int, rotation: int
    ) -> None:
        asked = Slice(
            contender=contender.name,
            port=contender.port,
            headers=contender.headers,
            workload=workload.name,
            concurrency=concurrency,
            seconds=self._plan.seconds,
            first=(rotation + 1) * _STRIDE,
            size=self._plan.size,
            bulk=self._plan.bulk,
            least=concurrency,
        )
        warm_up = rotation < 0
        if warm_up:
            asked = _warm_up(asked, workload, compiling=any(each.compiles for each in self._contenders))
        before = self._used(contender)
        taken = self._load.take(asked)
        after = self._used(contender)
        if not warm_up:
            figures.add(taken, *(now - then for now, then in zip(after, before, strict=True)))

    def _used(self, contender: Contender) -> tuple[int, int, int]:
        """Return the processor time of a contender at rest, of the departments, and of its subgraphs, in ns."""
        own = used_when_idle_ns(tree(contender.pid))
        subgraphs = used_when_idle_ns(tree(contender.subgraphs_pid)) if contender.subgraphs_pid else 0
        return own, used_ns(source_pids(self._departments)), subgraphs


def _warm_up(asked: Slice, workload: Workload, *, compiling: bool) -> Slice:
    concurrency = min(asked.concurrency, _WARM_UP_CONCURRENCY)
    if not compiling:
        return replace(asked, concurrency=concurrency, seconds=asked.seconds / 2, least=1)
    seconds, least = COMPILED_AFTER
    return replace(asked, concurrency=concurrency, seconds=seconds, least=least // 10 if workload.bulk else least)


def ratios(figures: dict[str, Figures], of: str, to: str) -> list[float]:
    """Return the processor time of ``of`` as a multiple of that of ``to``, rotation by rotation."""
    return [one / other for one, other in zip(figures[of].cpu_us, figures[to].cpu_us, strict=True)]


def median_ratio(figures: dict[str, Figures], of: str, to: str) -> float:
    """Return the median of `ratios`."""
    return median(ratios(figures, of, to))
