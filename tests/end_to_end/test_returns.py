"""From a query to the month's return: which decisions were published late, and by whom, on real departments."""

import asyncio
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from connectors.clock import today_text
from connectors.hours import CHINA_TIME
from gateway.cli.main import commands
from gateway.demo import Departments
from gateway.issuer import KEY_FILE_ENV
from tests.end_to_end.queries import uscc_key
from tests.end_to_end.served import Served, Told, serving

NUMBERS_ONLY = """
query Numbers($key: SubjectKey!) { subject(key: $key) { ... on Organization {
  penalties { items { decisionNo } } licenses { items { decisionNo } }
} } }
"""
WITH_DAYS = """
query Days($key: SubjectKey!) { subject(key: $key) { ... on Organization {
  penalties { items { decisionNo collectedAt } } licenses { items { decisionNo collectedAt } }
} } }
"""
RETURN = """
query Return($month: YearMonth!) { departmentReports(month: $month) {
  total { timely overdue timeliness }
  departments { department { code } figures { queries timely overdue } ranks { column rank } }
} }
"""
LATE = "同建罚〔2025〕26号"
"""A decision of 2 December 2025 that was to be public on the 11th, and was collected on 7 January."""


@pytest.fixture
async def served(demo_departments: Departments, key_file: Path, tmp_path: Path) -> Any:
    environment = {**demo_departments.environment, KEY_FILE_ENV: str(key_file)}
    async with serving(environment, tmp_path) as running:
        yield running


async def month_of(served: Served, told: Told) -> str:
    entry = await served.gateway.desk.ledger.get(told.receipt)
    assert entry is not None
    return datetime.fromisoformat(entry.at).astimezone(CHINA_TIME).date().isoformat()[:7]


async def test_a_late_decision_is_in_the_return_though_nobody_asked_for_its_day(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = await served.ask("portal", NUMBERS_ONLY, key=uscc_key(3))
    assert LATE in {item["decisionNo"] for item in told.subject["penalties"]["items"]}
    monkeypatch.setattr("gateway.desk.today_text", today_text)  # the ledger's month is that of the clock
    month = await month_of(served, told)
    made = (await served.ask("auditor", RETURN, month=month)).data["departmentReports"]
    figures = {each["department"]["code"]: each["figures"] for each in made["departments"]}
    judged = {
        code: (each["timely"], each["overdue"]) for code, each in figures.items() if each["queries"] or each["overdue"]
    }
    assert judged["housing_construction"] == (1, 1), "a license in time, and the late decision"
    assert judged["business_environment"] == (0, 0), "it only keeps what others publish"
    assert figures["human_resources"]["timely"] == 1, "its decision was collected within the week"
    assert made["total"]["overdue"] == 1
    arguments = ["returns", month, "--format", "json", "--data", str(served.data)]
    shown = await asyncio.to_thread(CliRunner().invoke, commands, arguments)
    assert shown.exit_code == 0, shown.output
    printed = json.loads(shown.stdout)
    assert printed["total"]["overdue"] == made["total"]["overdue"]
    assert printed["total"]["timely"] == made["total"]["timely"]


async def test_the_day_is_shown_to_who_asks_for_it_and_means_the_same(served: Served) -> None:
    told = await served.ask("portal", WITH_DAYS, key=uscc_key(3))
    days = {item["decisionNo"]: item["collectedAt"] for item in told.subject["penalties"]["items"]}
    assert days[LATE] == "2026-01-07T03:12:45+08:00"
    assert not told.errors
    entry = await served.gateway.desk.ledger.get(told.receipt)
    assert entry is not None
    uses = {each.entity: each for each in entry.sources["double_publicity"]}
    assert uses["AdministrativePenalty"].deciders == {"housing_construction": (0, 1), "human_resources": (1, 0)}
