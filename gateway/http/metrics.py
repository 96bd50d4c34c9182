"""What `/metrics` tells a monitoring system, in the text format of Prometheus, worked out when it is asked for.

A request pays for one count by its outcome and nothing else: sources are counted by their gates, entries by the ledger.

# INVARIANT: labels name sources, states, outcomes and canaries of our own configuration and code; none holds a subject,
# a key, a caller, an address, or a word that a source or a caller sent.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol, get_args

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.gate import Gate, china_now
from connectors.health import Health, State
from connectors.hours import Quiet

METRICS_PATH: Final = "/metrics"
_PREFIX: Final = "credit_gateway_"
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""Headers of a request that came through another server: its sender need not be on this machine."""


class Entries(Protocol):
    """What the ledger counts."""

    @property
    def written(self) -> int:
        """Entries written so far."""
        ...

    @property
    def refused(self) -> int:
        """Entries that could not be written."""
        ...

    @property
    def waiting(self) -> int:
        """Entries that are not written yet."""
        ...


class Anchored(Protocol):
    """How one anchor does: the last checkpoint it took (entries, UNIX seconds), and what was in the way."""

    @property
    def size(self) -> int | None:
        """Entries of the last checkpoint that it took; None before one."""
        ...

    @property
    def at(self) -> float | None:
        """When it took it."""
        ...

    @property
    def waiting(self) -> bool:
        """Whether a checkpoint waits for it."""
        ...

    @property
    def failures(self) -> Mapping[str, int]:
        """Reason -> checkpoints that it did not take."""
        ...


class Canaries(Protocol):
    """What the alarm counts: requests that asked about each canary, messages that did not arrive."""

    touched: Counter[str]
    lost: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What is looked at when the metrics are asked for; ``outcomes`` is counted by the endpoint.

    ``reloads`` of the configuration are counted by how they ended.
    """

    gates: Mapping[str, Gate]
    entries: Entries
    versions: Mapping[str, str]
    canaries: Canaries
    outcomes: Counter[str] = field(default_factory=Counter)
    reloads: Mapping[str, int] = field(default_factory=dict)
    anchors: Mapping[str, Anchored] = field(default_factory=dict)
    now: Callable[[], datetime] = china_now


class _OfGateway(Collector):
    """The metrics of one gateway; nothing is kept between two scrapes."""

    def __init__(self, measured: Measured) -> None:
        self._measured = measured

    def collect(self) -> Iterator[Metric]:
        """Yield every family of metrics."""
        measured = self._measured
        yield InfoMetricFamily(f"{_PREFIX}configuration", "Versions of what is loaded", value=dict(measured.versions))
        reloads = "Readings of the configuration since the start, by how they ended"
        read = CounterMetricFamily(f"{_PREFIX}configuration_reloads", reloads, labels=["outcome"])
        for outcome, count in sorted(measured.reloads.items()):
            read.add_metric([outcome], count)
        yield read
        requests = CounterMetricFamily(f"{_PREFIX}requests", "Requests by outcome", labels=["outcome"])
        for outcome, count in sorted(measured.outcomes.items()):
            requests.add_metric([outcome], count)
        yield requests
        yield from _of_ledger(measured.entries)
        yield from _of_anchors(measured.anchors)
        yield from _of_canaries(measured.canaries)
        yield from _of_sources([(gate, gate.health()) for gate in measured.gates.values()], measured.now())


def _of_ledger(entries: Entries) -> Iterator[Metric]:
    yield CounterMetricFamily(f"{_PREFIX}ledger_entries", "Entries written since the start", value=entries.written)
    refused = "Entries that could not be written: their requests got no answer"
    yield CounterMetricFamily(f"{_PREFIX}ledger_refused_entries", refused, value=entries.refused)
    yield GaugeMetricFamily(f"{_PREFIX}ledger_waiting_entries", "Entries that wait to be written", entries.waiting)


def _of_anchors(anchors: Mapping[str, Anchored]) -> Iterator[Metric]:
    size = GaugeMetricFamily(f"{_PREFIX}anchor_size", "Entries of the last anchored checkpoint", labels=["anchor"])
    at = f"{_PREFIX}anchor_last_timestamp_seconds"
    taken = GaugeMetricFamily(at, "When an anchor last took a checkpoint", labels=["anchor"])
    waiting = GaugeMetricFamily(f"{_PREFIX}anchor_waiting", "1 while a checkpoint is not anchored", labels=["anchor"])
    told = "Checkpoints that an anchor did not take, by reason"
    failures = CounterMetricFamily(f"{_PREFIX}anchor_failures", told, labels=["anchor", "reason"])
    for name, anchor in sorted(anchors.items()):
        waiting.add_metric([name], anchor.waiting)
        if anchor.size is not None and anchor.at is not None:
            size.add_metric([name], anchor.size)
            taken.add_metric([name], anchor.at)
        for reason, count in sorted(anchor.failures.items()):
            failures.add_metric([name, reason], count)
    yield from (size, taken, waiting, failures)


def _of_canaries(canaries: Canaries) -> Iterator[Metric]:
    touched = CounterMetricFamily(f"{_PREFIX}canary_requests", "Requests about a canary", labels=["canary"])
    for name, count in sorted(canaries.touched.items()):
        touched.add_metric([name], count)
    yield touched
    yield CounterMetricFamily(f"{_PREFIX}canary_alerts_lost", "Alerts that did not arrive", value=canaries.lost)


def _of_sources(sources: Iterable[tuple[Gate, Health]], now: datetime) -> Iterator[Metric]:
    calls = _counter("calls", "Questions put to a source outside its quiet times")
    misread = _counter("misread_rows", "Rows with a value that could not be read")
    drift = _counter("drift", "Values of a field that could not be read; `*` is a whole answer", "entity", "field")
    failures = _counter("failures", "Questions left without an answer, by coverage status", "status")
    state = _gauge("state", "1 for the state that a source is in", "state")
    quiet = _gauge("quiet", "1 in a quiet time of a source")
    seconds = _gauge("median_seconds", "Median time of recent answers; none while there were no answers")
    answered = _gauge("last_answer_timestamp_seconds", "When a source last answered; none while it did not")
    for gate, health in sources:
        labels = [gate.spec.name, gate.spec.department]
        calls.add_metric(labels, health.calls)
        misread.add_metric(labels, health.misreads)
        for each in health.drift:
            drift.add_metric([*labels, each.entity, each.field], each.count)
        for status, count in sorted(health.failures.items()):
            failures.add_metric([*labels, status], count)
        for name in get_args(State):
            state.add_metric([*labels, name], health.state == name)
        quiet.add_metric(labels, _is_quiet(gate, now))
        if health.median_ms is not None:
            seconds.add_metric(labels, health.median_ms / 1000)
        if health.last_answered_at is not None:
            answered.add_metric(labels, datetime.fromisoformat(health.last_answered_at).timestamp())
    yield from (calls, failures, misread, drift, state, quiet, seconds, answered)


def _counter(name: str, says: str, *labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(f"{_PREFIX}source_{name}", says, labels=["source", "department", *labels])


def _gauge(name: str, says: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{_PREFIX}source_{name}", says, labels=["source", "department", *labels])


def _is_quiet(gate: Gate, now: datetime) -> bool:
    return Quiet(gate.spec.quiet_hours, gate.spec.quiet_days).closing(now) is not None


def metrics_route(measured: Measured, *, remote: bool) -> Route:
    """Return `/metrics`; unless ``remote``, what another server passed on is answered as if it were not there."""
    registry = CollectorRegistry()
    registry.register(_OfGateway(measured))
    ProcessCollector(registry=registry)
    headers = {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4, "Cache-Control": "no-store"}

    async def metrics(request: Request) -> Response:
        if not remote and any(name in request.headers for name in _FORWARDED):
            return Response("Not Found", 404)
        return Response(generate_latest(registry), headers=headers)

    return Route(METRICS_PATH, metrics)
