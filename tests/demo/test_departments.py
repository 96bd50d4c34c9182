"""The departments as a process: they start, name what the gateway needs, fail on demand, and end with their parent."""

import asyncio
import json
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

import asyncpg
import pytest

from gateway.demo import HTTP_SOURCES, Departments, departments, faults
from gateway.demo.bureaus import LEDGERS
from gateway.demo.interfaces import INTERFACES
from gateway.demo.subjects import named

ROOT = Path(__file__).parents[2]
VARIABLES = {
    "MARKET_REGISTRY_URL", "DOUBLE_PUBLICITY_URL", "TAX_CREDIT_URL", "TAX_CREDIT_TOKEN", "COURT_ENFORCEMENT_URL",
    "ENVIRONMENT_PENALTIES_URL", "ENVIRONMENT_PENALTIES_KEY_ID", "ENVIRONMENT_PENALTIES_SECRET",
    "ENVIRONMENT_CREDIT_URL", "ENVIRONMENT_CREDIT_KEY_ID", "ENVIRONMENT_CREDIT_SECRET", "PROCUREMENT_RECORDS_URL",
    "CUSTOMS_CREDIT_URL", "CUSTOMS_CREDIT_TICKET", "POLICE_VERIFICATION_URL", "POLICE_VERIFICATION_UNIT",
    "UPPER_PLATFORM_URL", "UPPER_PLATFORM_TOKEN", "WORK_SAFETY_FOLDER",
    "FIRE_PENALTIES_FOLDER", "MARKET_PENALTIES_FOLDER", "CREDIT_CENTER_URL", "PROFESSION_REGISTRY_URL",
    "MARKET_SUPERVISION_URL", "SOCIAL_INSURANCE_URL", "CONSTRUCTION_MARKET_URL", "CIVIL_AFFAIRS_URL",
    "TAX_NOTICES_FOLDER", "LABOR_INSPECTION_FOLDER", "INSTITUTION_REGISTRY_FOLDER", "UTILITY_ARREARS_FOLDER",
    "MARKET_REGULATION_OBJECTIONS_URL", "MARKET_REGULATION_OBJECTIONS_SECRET", "COURT_OBJECTIONS_URL",
    "COURT_OBJECTIONS_TOKEN",
    *(f"{source.upper()}_FOLDER" for source in LEDGERS),
}  # fmt: skip
COURT = f"/api/dishonest?code={next(subject.uscc for subject in named() if subject.number == 3)}&page=1"


@pytest.fixture
async def court(demo_departments: Departments) -> AsyncIterator[Departments]:
    demo_departments.forget_calls("court_enforcement")
    yield demo_departments
    demo_departments.fault("court_enforcement")


async def _get(running: Departments, path: str = COURT) -> tuple[int, bytes, bytes]:
    """Return status, head and body of one answer of the court, as the bytes came; status 0 when nothing came."""
    port = urlsplit(running.environment["COURT_ENFORCEMENT_URL"]).port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: court\r\nConnection: close\r\n\r\n".encode())
    try:
        sent = await asyncio.wait_for(reader.read(), 5)
    except ConnectionResetError:
        sent = b""
    writer.close()
    head, _, body = sent.partition(b"\r\n\r\n")
    return int(head.split()[1]) if head else 0, head, body


def _length(head: bytes) -> int:
    found = re.search(rb"Content-Length: (\d+)", head)
    assert found is not None
    return int(found[1])


def test_the_gateway_is_told_every_variable_it_needs(demo_departments: Departments) -> None:
    assert set(demo_departments.environment) == VARIABLES
    assert all(demo_departments.environment.values())


async def test_the_registry_can_be_read_and_not_written(demo_departments: Departments) -> None:
    url = demo_departments.environment["MARKET_REGISTRY_URL"].replace("+asyncpg", "")
    database = await asyncpg.connect(url)
    try:
        assert await database.fetchval("SELECT count(*) FROM scjdgl.v_person_role") > 50
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database.execute("DELETE FROM scjdgl.e_baseinfo")
    finally:
        await database.close()


async def test_the_court_counts_who_asks(court: Departments) -> None:
    assert (await _get(court))[0] == 200
    assert (await _get(court, "/api/enforcement?code=x"))[0] == 200
    assert court.calls("court_enforcement") == {
        "calls": 2, "keys": 2, "paths": {"/api/dishonest": 1, "/api/enforcement": 1}
    }  # fmt: skip
    court.forget_calls("court_enforcement")
    assert court.calls("court_enforcement")["calls"] == 0


async def test_down_closes_without_an_answer(court: Departments) -> None:
    court.fault("court_enforcement", "down")
    assert await _get(court) == (0, b"", b"")


async def test_cut_sends_half_an_answer(court: Departments) -> None:
    court.fault("court_enforcement", "cut")
    status, head, body = await _get(court)
    assert status == 200
    assert 0 < len(body) < _length(head)


async def test_garbled_spoils_the_middle(court: Departments) -> None:
    court.fault("court_enforcement", "garbled")
    status, head, body = await _get(court)
    assert (status, len(body)) == (200, _length(head))
    with pytest.raises(ValueError):
        json.loads(body)


async def test_html_and_blank_say_that_all_is_well(court: Departments) -> None:
    court.fault("court_enforcement", "html")
    status, head, body = await _get(court)
    assert (status, body[:6]) == (200, b"<html>")
    assert b"text/html" in head
    court.fault("court_enforcement", "blank")
    status, _, body = await _get(court)
    assert (status, body) == (200, b"")


async def test_empty_is_well_formed(court: Departments) -> None:
    court.fault("court_enforcement", "empty")
    status, _, body = await _get(court)
    assert (status, json.loads(body)["data"]["list"]) == (200, [])


@pytest.mark.parametrize(("mode", "status"), [("error", 500), ("bad_gateway", 502), ("limited", 429)])
async def test_statuses(court: Departments, mode: str, status: int) -> None:
    court.fault("court_enforcement", mode)
    found, head, _ = await _get(court)
    assert found == status
    assert (b"Retry-After: 2" in head) == (mode == "limited")


async def test_a_captcha_says_that_all_is_well(court: Departments) -> None:
    court.fault("court_enforcement", "captcha")
    status, head, body = await _get(court)
    assert (status, "请输入验证码" in body.decode(), b"text/html" in head) == (200, True, True)
    court.fault("court_enforcement", "captcha_json")
    status, _, body = await _get(court)
    assert (status, json.loads(body)["message"], "list" in json.loads(body)["data"]) == (200, "请输入验证码", False)


async def test_flaky_fails_for_its_share(court: Departments) -> None:
    court.fault("court_enforcement", "flaky", share=0.5)
    found = [(await _get(court))[0] for _ in range(40)]
    assert set(found) == {200, 502}
    court.fault("court_enforcement", "flaky")
    assert [(await _get(court))[0] for _ in range(40)].count(200) > 30, "one in a hundred, if nothing is said"


async def test_slow_answers_late_and_rightly(court: Departments) -> None:
    court.fault("court_enforcement", "slow", seconds=0.3)
    asked = asyncio.create_task(_get(court))
    done, _ = await asyncio.wait({asked}, timeout=0.1)
    assert not done
    assert (await asked)[0] == 200


async def test_a_fault_can_last_for_a_number_of_answers(court: Departments) -> None:
    court.fault("court_enforcement", "error", times=2)
    assert [(await _get(court))[0] for _ in range(3)] == [500, 500, 200]


def test_an_unknown_fault_is_refused(court: Departments) -> None:
    with pytest.raises(ValueError, match="mode"):
        court.fault("court_enforcement", "tired")


def test_every_http_department_takes_faults(demo_departments: Departments) -> None:
    for source in HTTP_SOURCES:
        demo_departments.fault(source, "error", times=1)
        demo_departments.fault(source)
        assert set(demo_departments.calls(source)) == {"calls", "keys", "paths"}


def test_http_departments_are_those_that_the_city_opens() -> None:
    assert set(HTTP_SOURCES) == set(INTERFACES)


def test_the_menu_in_words_is_the_menu() -> None:
    described = {line.split()[0] for line in str(faults.__doc__).splitlines()[2:] if line.strip()}
    assert described == set(get_args(faults.Mode))


async def test_the_registry_can_be_stopped_and_the_rest_goes_on(tmp_path: Path) -> None:
    with departments(tmp_path / "city", subjects=1) as running:
        registry = _port(running, "market_registry")
        ports = [_port(running, source) for source in HTTP_SOURCES]
        assert all(map(_listens, [registry, *ports]))
        running.stop_registry()
        await _closed(registry)
        assert all(map(_listens, ports))
    assert not any(map(_listens, ports)), "the process ends with the block"


def _port(running: Departments, source: str) -> int:
    port = urlsplit(running.environment[f"{source.upper()}_URL"]).port
    assert port is not None
    return port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def _closed(port: int) -> None:
    async with asyncio.timeout(10):
        while _listens(port):
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--help"], 0, "POST /_fault"),
        ([], 2, "--folder"),
        (["--folder", "x", "--latency", "90-5"], 2, "expected milliseconds or a range such as 800-2500, not `90-5`"),
        (["--folder", "x", "--attached"], 2, "needs a pipe"),
    ],
)
def test_the_command_explains_itself(arguments: list[str], code: int, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gateway.demo", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert said in done.stdout + done.stderr
