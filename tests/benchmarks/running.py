"""The processes of a benchmark: the contenders on the same departments, and the load; all end with their block."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from gateway.demo import Departments
from gateway.demo.servers import REGISTRY_PID
from tests.benchmarks.load import Slice, Taken
from tests.benchmarks.processor import tree

_ROOT: Final = str(Path(__file__).parents[2])
_STOP_SECONDS: Final = 20.0


class Failed(Exception):
    """A process of the benchmark did not start, or ended too early; its own message stands above."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A contender that takes requests; of a federation, its gateway, and the process of its subgraphs."""

    name: str
    pid: int
    port: int
    headers: dict[str, str]
    subgraphs_pid: int | None = None
    compiles: bool = False
    """True when it compiles itself while it runs: all are warmed up longer then."""


class Load:
    """The process that asks."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def take(self, asked: Slice) -> Taken:
        """Run one slice; raises `Failed`."""
        sent = _pipe(self._process.stdin)
        sent.write(msgspec.json.encode(asked) + b"\n")
        sent.flush()
        line = _pipe(self._process.stdout).readline()
        if not line:
            raise Failed(f"the load on {asked.contender} failed")
        return msgspec.json.decode(line, type=Taken)


@contextmanager
def contenders(names: Sequence[str], departments: Departments, folder: Path) -> Iterator[list[Contender]]:
    """Run the contenders ``names`` on ``departments``, all at once."""
    with ExitStack() as stack:
        started = {}
        for name in names:
            data = folder / name
            data.mkdir(parents=True, exist_ok=True)
            command = _python("tests.benchmarks.contenders", name, "--data", str(data))
            started[name] = stack.enter_context(process(command, departments.environment))
        yield [Contender(name, each.pid, **told(f"the contender {name}", each)) for name, each in started.items()]


@contextmanager
def load() -> Iterator[Load]:
    """Run the process that asks."""
    with process(_python("tests.benchmarks.load"), {}) as asking:
        yield Load(asking)


def source_pids(departments: Departments) -> list[int]:
    """Return the processes of all departments: the one that runs the registry's server, and what it started."""
    registry = (departments.folder / REGISTRY_PID).read_text(encoding="ascii")
    runs = Path(f"/proc/{registry}/stat").read_text().rpartition(")")[2].split()[1]
    return tree(int(runs))


def told(name: str, started: subprocess.Popen[bytes]) -> dict[str, Any]:
    """Return what a process tells when it is ready; raises `Failed` if it ends instead."""
    line = _pipe(started.stdout).readline()
    if not line:
        raise Failed(f"{name} did not start")
    answer: dict[str, Any] = json.loads(line)
    return answer


@contextmanager
def process(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``command``, which ends when its standard input does, as it must with this block."""
    started = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **environment, "PYTHONPATH": _ROOT},
    )
    try:
        yield started
    finally:
        _stop(started)


def _python(*arguments: str) -> list[str]:
    return [sys.executable, "-m", *arguments]


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Close what the process reads: it ends by itself, else it is killed."""
    _pipe(process.stdin).close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _pipe(process.stdout).close()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None, "every process here is started with pipes"
    return pipe
