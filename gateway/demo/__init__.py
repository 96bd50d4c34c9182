"""Simulated departments on real transports: a process of its own, for demonstrations, tests and benchmarks.

Nothing in the gateway depends on it but the command that starts it. All data are synthetic (`gateway.demo.codes`).
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

HTTP_SOURCES: Final = (
    "tax_credit", "court_enforcement", "environment_penalties", "environment_credit", "procurement_records",
    "customs_credit", "upper_platform", "police_verification",
)  # fmt: skip
"""Sources whose department can be told to fail (`gateway.demo.faults`)."""


class DemoFailed(Exception):
    """The departments did not start; says what they said."""


@dataclass(frozen=True, slots=True)
class Departments:
    """The running departments; ``environment`` holds the variables that source files name."""

    environment: dict[str, str]
    folder: Path

    def fault(self, source: str, mode: str = "none", **settings: float) -> None:
        """Let the department of ``source`` fail as ``mode`` says, or answer again; see `gateway.demo.faults`."""
        self._ask(source, "POST", "/_fault", {"mode": mode, **settings})

    def calls(self, source: str) -> dict[str, Any]:
        """Return how the department was asked since the last `forget_calls`: `calls`, `keys`, `paths`."""
        return self._ask(source, "GET", "/_calls")

    def targets(self, source: str) -> list[str]:
        """Return the URLs, without origin, by which the department was asked since then: each once, 2,000 at most."""
        told: list[str] = self._ask(source, "GET", "/_targets")["targets"]
        return told

    def forget_calls(self, source: str) -> None:
        """Count the calls to ``source`` from zero."""
        self._ask(source, "DELETE", "/_calls")

    def stop_registry(self) -> None:
        """Stop the market registry's server at once, for good."""
        os.kill(int((self.folder / "market_registry.pid").read_text(encoding="ascii")), signal.SIGQUIT)

    def _ask(self, source: str, method: str, path: str, body: object = None) -> dict[str, Any]:
        address = urlsplit(self.environment[f"{source.upper()}_URL"]).netloc
        connection = HTTPConnection(address, timeout=10)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:
            raise ValueError(f"{path}: {answer}")
        return answer


@contextmanager
def departments(
    folder: Path, subjects: int | None = None, tax_latency: str = "30", latency: str = "0"
) -> Iterator[Departments]:
    """Run the departments in a process of their own, data in ``folder``; latencies in ms, or a range `800-2500`.

    The process ends with the block, and when this process dies. Raises `DemoFailed`.
    """
    command = [sys.executable, "-m", "gateway.demo", "--attached", "--folder", str(folder)]
    command += ["--tax-latency", tax_latency, "--latency", latency]
    command += [] if subjects is None else ["--subjects", str(subjects)]
    root = str(Path(__file__).parents[2])
    process = subprocess.Popen(  # noqa: S603  # this interpreter, our own module, a folder and numbers
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": root},
        # A Ctrl-C on the terminal is for the gateway: it still needs its sources to answer what it has begun.
        start_new_session=True,
    )
    try:
        yield Departments(_environment(process), folder.resolve())
    finally:
        _stop(process)


def _environment(process: subprocess.Popen[bytes]) -> dict[str, str]:
    assert process.stdout is not None, "a pipe"
    line = process.stdout.readline()
    if not line:
        raise DemoFailed("the simulated departments did not start; their message is above")
    environment: dict[str, str] = json.loads(line)
    return environment


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
