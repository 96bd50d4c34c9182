"""The load: a process of its own that asks one contender over keep-alive connections, the next question when answered.

A closed loop: each of ``concurrency`` connections sends its next question when it has read the whole answer. Raw
HTTP/1.1 over asyncio streams, so that the load costs little of what it measures. Commands come as lines of JSON on
standard input, each is answered by one line on standard output.
"""

import asyncio
import sys
from collections.abc import Iterator
from time import perf_counter_ns
from typing import Final

import msgspec
import uvloop

from tests.benchmarks.workloads import Workload, ordinary_usccs, request, turns, workloads

INCOMPLETE: Final = (b'"errors":[', b'"UNAVAILABLE"', b'"TIMED_OUT"', b'"CLOSED"', b'"MISREAD"')
"""Marks of an answer that a source is missing from; a contender that gives such answers has no figures."""

_PATIENCE_SECONDS: Final = 180.0
"""A slice that has not ended by then never will."""


class Slice(msgspec.Struct, frozen=True):
    """One stretch of load: what is asked of whom, by how many, how long, beginning with which subject.

    Ends when ``seconds`` are over and at least ``least`` questions were asked.
    """

    contender: str
    port: int
    headers: dict[str, str]
    workload: str
    concurrency: int
    seconds: float
    first: int
    size: int
    bulk: int
    least: int = 1


class Taken(msgspec.Struct, frozen=True):
    """What came of a slice: the time that each answer took, how many bytes, how many answers lacked something."""

    seconds: float
    latencies_us: list[int]
    answer_bytes: int
    incomplete: int


class Refused(Exception):
    """A contender answered with another status than 200; says which, and the beginning of its answer."""


class _Run:
    def __init__(self, asked: Slice, usccs: list[str]) -> None:
        self._asked = asked
        self._workload: Workload = workloads(asked.bulk)[asked.workload]
        self._turns: Iterator[list[str]] = turns(usccs, self._workload.count, asked.first)
        self._due = asked.least
        self._until = 0
        self.latencies: list[int] = []
        self.bytes = 0
        self.incomplete = 0

    async def run(self) -> Taken:
        """Ask until the time is over; what is on its way is waited for."""
        streams = [
            await asyncio.open_connection("127.0.0.1", self._asked.port, limit=2**24)
            for _ in range(self._asked.concurrency)
        ]
        started = perf_counter_ns()
        self._until = started + int(self._asked.seconds * 1e9)
        async with asyncio.timeout(self._asked.seconds + _PATIENCE_SECONDS):
            await asyncio.gather(*(self._ask(reader, writer) for reader, writer in streams))
        seconds = (perf_counter_ns() - started) / 1e9
        for _, writer in streams:
            writer.close()
        return Taken(seconds, self.latencies, self.bytes, self.incomplete)

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while self._due > 0 or perf_counter_ns() < self._until:
            self._due -= 1
            question = self._question()
            at = perf_counter_ns()
            writer.write(question)
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(_length(head))
            self.latencies.append((perf_counter_ns() - at) // 1000)
            if not head.startswith(b"HTTP/1.1 200 "):
                raise Refused(f"{self._asked.contender} answered {(head[:16] + body[:300])!r}")
            self.bytes += len(body)
            self.incomplete += any(mark in body for mark in INCOMPLETE)

    def _question(self) -> bytes:
        path, body = request(self._asked.contender, self._workload, next(self._turns))
        headers = "".join(f"{name}: {value}\r\n" for name, value in self._asked.headers.items())
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{headers}"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode("ascii") + body


def _length(head: bytes) -> int:
    """Return the length of the body; a contender that does not tell it is of no use here."""
    lower = head.lower()
    at = lower.index(b"content-length:") + len(b"content-length:")
    return int(lower[at : lower.index(b"\r\n", at)])


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    known: dict[int, list[str]] = {}
    while line := await loop.run_in_executor(None, sys.stdin.buffer.readline):
        asked = msgspec.json.decode(line, type=Slice)
        if asked.size not in known:
            known[asked.size] = ordinary_usccs(asked.size)
        taken = await _Run(asked, known[asked.size]).run()
        sys.stdout.buffer.write(msgspec.json.encode(taken) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    uvloop.run(_serve())
