"""The benchmark itself: the contenders answer the same, the report has its ratios. No time is asserted."""

import os
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from rich.console import Console

from gateway.demo import Departments
from gateway.demo.subjects import DEFAULT_SIZE
from tests.benchmarks import report, screening
from tests.benchmarks.ask import ask, compared_usccs, post, unequal
from tests.benchmarks.compare import differences, normal
from tests.benchmarks.load import Taken
from tests.benchmarks.measure import Figures, Measured, Measurement, Plan, ratios
from tests.benchmarks.processor import used_ns
from tests.benchmarks.running import Contender, contenders, load
from tests.benchmarks.workloads import CONTENDERS, COURT_LISTS, FIELDS, GATEWAY, STRAWBERRY, turns, workloads
from tests.gateway.portfolios import rows, write

BULK = 10
ENTITIES = {
    "registration": "Registration",
    "legalRepresentative": "LegalRepresentative",
    "licenses": "AdministrativeLicense",
    "penalties": "AdministrativePenalty",
    "taxRatings": "TaxCreditRating",
    **dict(
        zip(
            COURT_LISTS,
            ("DishonestDebtorEntry", "EnforcementCase", "TerminatedExecution", "ConsumptionRestriction"),
            strict=True,
        )
    ),
}


@pytest.fixture(scope="module")
def up(demo_departments: Departments, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Contender]]:
    with contenders(CONTENDERS, demo_departments, tmp_path_factory.mktemp("contenders")) as running:
        yield running


def test_contenders_answer_the_same_to_every_question(up: list[Contender]) -> None:
    assert list(unequal(up, list(workloads(BULK).values()), compared_usccs()[:22])) == []


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_screening_is_measured_with_the_calls_that_it_would_take(tmp_path: Path, stream: bool) -> None:
    took = await screening.engine(write(tmp_path / "in.ndjson", rows(1_050)), tmp_path, stream=stream)
    assert took.questions == {1: 1_050, 20: 53, 500: 3}
    assert (tmp_path / "out.ndjson").read_bytes().count(b"\n") == 1_050


def test_a_difference_is_found_in_real_answers(up: list[Contender]) -> None:
    one, other = (normal(ask(each, workloads(BULK)["Q1"], [compared_usccs()[2]])) for each in up[:2])
    other["subject"]["penalties"][0]["fineAmount"]["amount"] += "0"
    found = list(differences(one, other))
    assert len(found) == 1
    assert found[0].startswith("data.subject.penalties[0].fineAmount.amount: ")


def test_the_gateway_is_asked_for_all_that_the_caller_may_see(up: list[Contender]) -> None:
    gateway = next(each for each in up if each.name == GATEWAY)
    _, answer = post(gateway, "/graphql", orjson.dumps({"query": "{ catalogueFields { entity field allowed } }"}))
    catalogue = orjson.loads(answer)["data"]["catalogueFields"]
    for section, entity in ENTITIES.items():
        open_to_caller = {each["field"] for each in catalogue if each["entity"] == entity and each["allowed"]}
        assert open_to_caller, entity
        assert {name for name in open_to_caller if not name.startswith("person")} <= set(FIELDS[section].split())


def test_report_has_the_ratios_and_their_aims(up: list[Contender], demo_departments: Departments) -> None:
    chosen = [workloads(BULK)[name] for name in ("Q1", "Q2", "Q3")]
    plan = Plan(chosen, (2,), rotations=1, seconds=0.0, size=DEFAULT_SIZE, bulk=BULK)
    slices: list[str] = []
    with load() as loading:
        measured = Measurement(plan, up, loading, demo_departments).run(slices.append)
    assert len(slices) == plan.slices * len(CONTENDERS)
    assert all(figures[name].incomplete == 0 for figures in measured.values() for name in CONTENDERS)
    assert all(figures[name].cpu_us[0] > 0 for figures in measured.values() for name in CONTENDERS)
    cells = report.as_json(plan, measured)["cells"]
    assert [(cell["workload"], cell["concurrency"]) for cell in cells] == list(measured)
    assert all(
        cell["ratios"].keys() == {"gateway/handwritten", "strawberry/gateway", "gateway/unproven"} for cell in cells
    )
    output = StringIO()
    report.show(Console(width=200, file=output), plan, measured)
    shown = output.getvalue()
    assert shown.index("gateway / handwritten") < shown.index("answers/s")
    assert "aim: at most 1.5" in shown
    assert "aim: at least 5" in shown
    assert "answers/s lost" in shown


def test_a_ratio_is_taken_within_a_rotation() -> None:
    figures = {GATEWAY: Figures(), STRAWBERRY: Figures()}
    for gateway_ns, strawberry_ns in ((1_000, 4_000), (3_000, 6_000)):
        figures[GATEWAY].add(Taken(1.0, [5], 10, 0), gateway_ns, 0)
        figures[STRAWBERRY].add(Taken(1.0, [5], 10, 0), strawberry_ns, 0)
    assert ratios(figures, STRAWBERRY, GATEWAY) == [4.0, 2.0]


def test_json_names_no_ratio_of_a_contender_that_was_left_out(tmp_path: Path) -> None:
    figures = Figures()
    figures.add(Taken(1.0, [5, 7], 10, 0), 1_000, 0)
    measured: Measured = {("Q1", 1): {GATEWAY: figures}}
    plan = Plan([workloads(1)["Q1"]], (1,), 1, 0.0, DEFAULT_SIZE, 1)
    (cell,) = report.as_json(plan, measured)["cells"]
    assert cell["ratios"] == {}
    assert cell["contenders"][GATEWAY]["p99_ms"] == 0.007


def test_records_of_one_date_may_come_in_any_order_and_others_not() -> None:
    def answer(*items: tuple[str, str]) -> Any:
        records = [{"source": source, "decidedOn": day} for source, day in items]
        return normal({"data": {"penalties": {"state": "COMPLETE", "items": records}}})

    assert answer(("a", "2026-01-02"), ("b", "2026-01-02")) == answer(("b", "2026-01-02"), ("a", "2026-01-02"))
    assert answer(("a", "2026-01-02"), ("b", "2026-01-01")) != answer(("b", "2026-01-01"), ("a", "2026-01-02"))


def test_turns_go_round() -> None:
    taken = turns(["a", "b", "c"], 2, first=1)
    assert [next(taken) for _ in range(3)] == [["b", "c"], ["a", "b"], ["c", "a"]]


def test_processor_time_is_that_of_the_process_named() -> None:
    before, until = used_ns([os.getpid()]), time.process_time_ns() + 5_000_000
    while time.process_time_ns() < until:
        pass
    assert used_ns([os.getpid()]) - before >= 5_000_000
    assert used_ns([]) == 0
