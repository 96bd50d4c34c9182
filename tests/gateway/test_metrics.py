"""`/metrics`: what sources, requests and the ledger have done, to whom it is told, and that it says nothing else."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import httpx2
import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.routing import Route

from connectors.base import Answer, Issue, Row
from connectors.errors import SourceUnavailable
from connectors.gate import Gate
from connectors.hours import CHINA_TIME
from gateway.app import open_gateway
from gateway.configuration import load_configuration
from gateway.errors import LedgerUnavailable
from gateway.http import Measured, graphql_endpoint, metrics_route
from gateway.http.metrics import METRICS_PATH
from gateway.settings import Listen, Metrics
from tests.connectors.behaviors import BATCH, NOON, Source, gate_of, outcome, takes
from tests.gateway.desks import FixedDesk, TinyDesk, serving
from tests.nowhere import SECRET, nobody_there

CONFIG = Path(__file__).parents[2] / "config"
KEY = BATCH.keys[0]
MISREAD = Row((None,), "key", issues=(Issue("name", "MISREAD", "not a text"),))
VERSIONS = {"catalogue": "c0", "policy": "p0"}


@dataclass
class Counted:
    """A ledger as the metrics see it."""

    written: int = 7
    refused: int = 1
    waiting: int = 2


@dataclass
class Touched:
    """An alarm as the metrics see it."""

    touched: Counter[str] = field(default_factory=lambda: Counter({"timber_yard": 3}))
    lost: int = 1


def measured_of(gate: Gate) -> Measured:
    return Measured({"registry": gate}, Counted(), VERSIONS, Touched(), now=lambda: NOON)


@asynccontextmanager
async def client_of(
    measured: Measured, desk: TinyDesk | FixedDesk | None = None, *, remote: bool = False
) -> AsyncIterator[httpx2.AsyncClient]:
    endpoint = graphql_endpoint(desk or TinyDesk(), outcomes=measured.outcomes)
    app = Starlette(routes=[Route("/graphql", endpoint), metrics_route(measured, remote=remote)])
    async with serving(app) as port, httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        yield client


async def scraped(client: httpx2.AsyncClient) -> dict[tuple[str, ...], float]:
    """Return every sample by its name and the values of its labels."""
    response = await client.get(METRICS_PATH)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    families = text_string_to_metric_families(response.text)
    samples = [sample for family in families for sample in family.samples]
    return {(sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value for sample in samples}


def of_source(told: dict[tuple[str, ...], float], name: str) -> dict[tuple[str, ...], float]:
    """Return the samples of one family of sources, by the labels beyond department and source."""
    full = f"credit_gateway_source_{name}"
    return {labels[3:]: value for labels, value in told.items() if labels[:3] == (full, "market", "registry")}


async def test_a_source_is_counted_by_what_it_did() -> None:
    source = Source(takes(0.02, Answer({KEY: [MISREAD, MISREAD]}, "2026-11-23T04:00:00.000Z", "0" * 64)))
    gate = gate_of(source)
    await gate.fetch(BATCH, 1.0)
    source.behave = takes(0, SourceUnavailable("the source failed"))
    await outcome(gate.fetch(BATCH, 1.0))
    async with client_of(measured_of(gate)) as client:
        told = await scraped(client)
    assert of_source(told, "calls_total") == {(): 2}
    assert of_source(told, "failures_total") == {("UNAVAILABLE",): 1}
    assert of_source(told, "misread_rows_total") == {(): 2}
    assert told["credit_gateway_source_drift_total", "market", "Registration", "name", "registry"] == 2
    assert of_source(told, "state") == {("UP",): 0, ("FAILING",): 1, ("CLOSED",): 0, ("UNKNOWN",): 0}
    assert of_source(told, "last_answer_timestamp_seconds") == {(): NOON.timestamp()}
    (seconds,) = of_source(told, "median_seconds").values()
    assert 0.015 < seconds < 1


async def test_a_source_that_was_not_asked_has_no_times() -> None:
    async with client_of(measured_of(gate_of(Source(takes(0))))) as client:
        told = await scraped(client)
    assert of_source(told, "calls_total") == {(): 0}
    assert of_source(told, "state")["UNKNOWN",] == 1
    assert of_source(told, "median_seconds") == of_source(told, "last_answer_timestamp_seconds") == {}


@pytest.mark.parametrize(("hour", "quiet"), [(12, 0), (23, 1)])
async def test_quiet_hours_show(hour: int, quiet: int) -> None:
    at = datetime(2026, 11, 23, hour, 45, tzinfo=CHINA_TIME)
    gate = gate_of(Source(takes(0)), lambda: at, quiet_hours="23:30-05:30")
    async with client_of(replace(measured_of(gate), now=lambda: at)) as client:
        told = await scraped(client)
    assert of_source(told, "quiet") == {(): quiet}
    assert of_source(told, "state")["CLOSED",] == quiet


async def test_requests_are_counted_by_outcome() -> None:
    measured = measured_of(gate_of(Source(takes(0))))
    async with client_of(measured) as client:
        for query in ("{ hello }", "{ hello }", "{ hello broken }", "{ nonsense }", "nonsense"):
            await client.post("/graphql", json={"query": query})
        await client.post("/graphql", content=b"nonsense", headers={"Content-Type": "application/json"})
        await client.put("/graphql")
        told = await scraped(client)
    counted = {name[1]: value for name, value in told.items() if name[0] == "credit_gateway_requests_total"}
    assert counted == {"ANSWERED": 2, "PARTIAL": 1, "BAD_QUERY": 2, "BAD_REQUEST": 1, "METHOD_NOT_ALLOWED": 1}


@pytest.mark.parametrize(
    ("error", "code"), [(LedgerUnavailable("full"), "LEDGER_UNAVAILABLE"), (ZeroDivisionError(), "INTERNAL")]
)
async def test_requests_without_an_answer_are_counted_by_their_code(error: Exception, code: str) -> None:
    measured = measured_of(gate_of(Source(takes(0))))
    async with client_of(measured, FixedDesk(error)) as client:
        await client.post("/graphql", json={"query": "{ hello }"})
    assert measured.outcomes == Counter({code: 1})


async def test_the_ledger_and_the_configuration_show() -> None:
    async with client_of(measured_of(gate_of(Source(takes(0))))) as client:
        told = await scraped(client)
    assert told["credit_gateway_ledger_entries_total",] == 7
    assert told["credit_gateway_ledger_refused_entries_total",] == 1
    assert told["credit_gateway_ledger_waiting_entries",] == 2
    assert told["credit_gateway_canary_requests_total", "timber_yard"] == 3
    assert told["credit_gateway_canary_alerts_lost_total",] == 1
    assert told["credit_gateway_configuration_info", "c0", "p0"] == 1
    assert told["process_resident_memory_bytes",] > 0


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
@pytest.mark.parametrize(("remote", "status"), [(False, 404), (True, 200)])
async def test_what_a_proxy_passes_on_is_for_remote_scraping_alone(header: str, remote: bool, status: int) -> None:
    async with client_of(measured_of(gate_of(Source(takes(0)))), remote=remote) as client:
        response = await client.get(METRICS_PATH, headers={header: "192.0.2.1"})
    assert response.status_code == status


@pytest.mark.parametrize(
    ("host", "metrics", "status"),
    [
        ("127.0.0.1", Metrics(), 200),
        ("127.0.0.1", Metrics(enabled=False), 404),
        ("0.0.0.0", Metrics(), 404),
        ("0.0.0.0", Metrics(remote=True), 200),
        ("0.0.0.0", Metrics(enabled=False, remote=True), 404),
    ],
)
async def test_the_gateway_serves_them_where_its_settings_say(
    host: str, metrics: Metrics, status: int, tmp_path: Path
) -> None:
    loaded = load_configuration(CONFIG)
    environment = nobody_there(loaded.catalogue.sources.values())
    settings = msgspec.structs.replace(loaded.settings, listen=Listen(host=host), metrics=metrics)
    async with (
        open_gateway(replace(loaded, settings=settings), environment, tmp_path) as gateway,
        serving(gateway.app) as port,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        await client.post("/graphql", json={"query": "{ __typename }"})
        response = await client.get(METRICS_PATH)
        assert response.status_code == status
        if status == 200:
            told = await scraped(client)
            assert told["credit_gateway_requests_total", "UNAUTHENTICATED"] == 1
            assert len(of_every_source(told)) == len(loaded.catalogue.sources)
            assert not [secret for secret in (SECRET, "127.0.0.1", "/no/such") if secret in response.text]


def of_every_source(told: dict[tuple[str, ...], float]) -> set[str]:
    return {labels[2] for labels in told if labels[0] == "credit_gateway_source_calls_total"}


async def test_the_readme_lists_every_family() -> None:
    source = Source(takes(0, SourceUnavailable("the source failed")))
    gate = gate_of(source)
    await outcome(gate.fetch(BATCH, 1.0))
    source.behave = takes(0, Answer({KEY: [MISREAD]}, "2026-11-23T04:00:00.000Z", "0" * 64))
    await gate.fetch(BATCH, 1.0)
    measured = replace(measured_of(gate), reloads={"RELOADED": 1})
    measured.outcomes["ANSWERED"] += 1
    async with client_of(measured) as client:
        told = {name for name, *_ in await scraped(client) if name.startswith("credit_gateway_")}
    section = (CONFIG.parent / "README.md").read_text(encoding="utf-8").partition("after `credit_gateway_`")[2]
    rows = re.findall(r"^\| (`[^|]*`) \|", section, re.MULTILINE)
    assert {f"credit_gateway_{name}" for row in rows for name in re.findall("`([a-z_]+)`", row)} == told - {
        name for name in told if name.endswith("_created")
    }
