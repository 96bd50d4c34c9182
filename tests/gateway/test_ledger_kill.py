"""Processes that write to one ledger at once, killed a hundred times: nothing that was told is lost or there twice."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.gateway.logs import sqlite_url, verified_aside

ROOT = Path(__file__).parents[2]
ROUNDS, CROWD, AT_ONCE = 25, 4, 8


def kill_round(output: "subprocess.Popen[str]", told: list[str]) -> int:
    """Let a crowd of processes write until some receipts are out, kill them all, and return how many they were."""
    assert output.stdout is not None
    pids: list[int] = []
    enough = len(told) + random.randint(0, 60)
    while len(pids) < CROWD or len(told) < enough:
        _sort(output.stdout.readline(), pids, told)
    for pid in random.sample(pids, len(pids)):
        os.kill(pid, signal.SIGKILL)
    while (line := output.stdout.readline()) != "end\n":
        _sort(line, pids, told)
    return len(pids)


def _sort(line: str, pids: list[int], told: list[str]) -> None:
    text = line.strip()
    assert text, "a process ended by itself"
    if len(text) == 32:
        told.append(text)
    else:
        pids.append(int(text))


async def test_a_hundred_killed_writers_lose_and_repeat_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    told: list[str] = []
    command = [sys.executable, "-m", "tests.gateway.entries", sqlite_url(path), "crowds"]
    command += [str(ROUNDS), str(CROWD), str(AT_ONCE)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        killed = sum(kill_round(process, told) for _ in range(ROUNDS))
    assert (killed, process.returncode) == (ROUNDS * CROWD, 0)
    connection = sqlite3.connect(path)
    there = [receipt for (receipt,) in connection.execute("SELECT receipt FROM ledger")]
    connection.close()
    assert len(set(there)) == len(there)
    assert len(set(told)) == len(told) > 0
    assert set(told) <= set(there)
    report = await verified_aside(sqlite_url(path))
    assert report.fault is None
    assert report.size == len(there)


async def test_replicas_killed_on_postgresql(postgres_ledger: str) -> None:
    told: list[str] = []
    command = [sys.executable, "-m", "tests.gateway.entries", postgres_ledger, "crowds", "2", "4", str(AT_ONCE)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        killed = sum(kill_round(process, told) for _ in range(2))
    assert killed == 8
    report = await verified_aside(postgres_ledger)
    assert report.fault is None
    assert report.size >= len(told) == len(set(told))
