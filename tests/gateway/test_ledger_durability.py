"""No answer without a durable entry: processes killed at any moment, a disk that is full."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from gateway.ledger import Ledger
from tests.gateway.entries import entry

ROOT = Path(__file__).parents[2]
AT_ONCE = [1, 1, 4, 16, 64, 64, 64, 64]
"""How many entries are appended at a time, in each round."""


def receipts_in(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    try:
        return {receipt for (receipt,) in connection.execute("SELECT receipt FROM ledger")}
    finally:
        connection.close()


async def test_every_receipt_that_left_a_killed_process_is_found(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    command = [sys.executable, "-m", "tests.gateway.entries", f"sqlite:///{path}", *map(str, AT_ONCE)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in AT_ONCE:
            child = int(process.stdout.readline())
            printed = [process.stdout.readline() for _ in range(random.randint(1, 300))]
            time.sleep(random.uniform(0, 0.005))
            os.kill(child, signal.SIGKILL)
            while (line := process.stdout.readline()) != "end\n":
                printed.append(line)
            assert {line.strip() for line in printed} <= receipts_in(path)
    assert process.returncode == 0
    ledger = await Ledger.open(f"sqlite:///{path}")
    await ledger.append(entry())
    assert len(await ledger.entries(100_000)) == len(receipts_in(path))
    await ledger.close()


FULL_DISK = """
import asyncio, resource, sys
from pathlib import Path
from gateway.errors import LedgerUnavailable
from gateway.ledger import Ledger
from tests.gateway.entries import entry

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

async def attempt(call):
    try:
        await call
    except Exception as error:
        return type(error).__name__
    return "OK"

async def main(path):
    ledger = await Ledger.open(f"sqlite:///{path}")
    said = [await attempt(ledger.append(entry()))]
    limit(Path(f"{path}-wal").stat().st_size)
    said += await asyncio.gather(*(attempt(ledger.append(entry())) for _ in range(3)))
    said.append(await attempt(ledger.check()))
    limit(resource.RLIM_INFINITY)
    said.append(await attempt(ledger.append(entry())))
    said.append(await attempt(ledger.check()))
    print(*said, len(await ledger.entries()))

asyncio.run(main(sys.argv[1]))
"""


def test_a_full_disk_is_told_and_got_over(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path / "ledger.db")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    full = [*["LedgerUnavailable"] * 3, "OperationalError"]
    assert done.stdout.split() == ["OK", *full, "OK", "OK", "2"]
    assert "kind=OperationalError" in done.stderr
