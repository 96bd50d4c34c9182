"""`--profile`: where one contender spends its time on one workload, by cProfile, without HTTP in between.

The application is called in this process; threads (SQLite, files, the ledger) are not seen by the profiler, nor is
uvicorn. A coroutine counts as called whenever it goes on. cProfile makes calls dearer than they are: it tells what to
look at, the benchmark tells what it costs. Time is processor time, so that a busy machine does not show.
"""

import asyncio
from collections.abc import Iterator
from cProfile import Profile
from pathlib import Path
from pstats import Stats
from time import process_time, thread_time
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from starlette.types import ASGIApp, Message

from gateway.demo import Departments
from tests.benchmarks.contenders import opener
from tests.benchmarks.workloads import Workload, ordinary_usccs, request, turns

_WARM_UP: Final = 20
_SHOWN: Final = 40


async def profile(
    console: Console, contender: str, workload: Workload, departments: Departments, *, size: int, requests: int
) -> None:
    """Print the functions of ``contender`` that ``requests`` answers of ``workload`` spend most time in."""
    usccs = turns(ordinary_usccs(size), workload.count, 0)
    data = departments.folder / "profiled"
    data.mkdir(exist_ok=True)
    async with opener(contender)(departments.environment, data) as (app, headers):
        await _ask_many(app, headers, contender, workload, usccs, _WARM_UP)
        started = process_time()
        await _ask_many(app, headers, contender, workload, usccs, requests)
        plain = process_time() - started
        profiler = Profile(thread_time)
        profiler.enable()
        await _ask_many(app, headers, contender, workload, usccs, requests)
        profiler.disable()
    console.print(_table(Stats(profiler), requests, f"{contender}, {workload.name}: {workload.title}"))
    console.print(
        f"without the profiler: {plain / requests * 1e6:,.0f} us of processor time a request, threads included"
    )


async def _ask_many(
    app: ASGIApp, headers: dict[str, str], contender: str, workload: Workload, usccs: Iterator[list[str]], count: int
) -> None:
    for _ in range(count):
        path, body = request(contender, workload, next(usccs))
        fields = {"content-type": "application/json", "content-length": str(len(body)), **headers}
        await call(app, path, fields, body)


async def call(app: ASGIApp, path: str, headers: dict[str, str], body: bytes) -> bytes:
    """Return the body that ``app`` answers to one POST; raises AssertionError unless its status is 200."""
    due: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[Message] = []

    async def receive() -> Message:
        if due:
            return due.pop()
        await asyncio.get_running_loop().create_future()  # the client stays
        raise AssertionError("never reached")

    async def send(message: Message) -> None:
        sent.append(message)

    await app(_scope(path, headers), receive, send)
    assert sent[0]["status"] == 200, sent
    return b"".join(message.get("body", b"") for message in sent[1:])


def _scope(path: str, headers: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 1),
    }


def _table(stats: Stats, requests: int, title: str) -> Table:
    table = Table(title=f"{title}; per request, by own time")
    for heading in ("own us", "with callees us", "calls"):
        table.add_column(heading, justify="right")
    table.add_column("function")
    entries: Any = stats.stats  # type: ignore[attr-defined]  # typeshed leaves it out
    ordered = sorted(entries.items(), key=lambda entry: entry[1][2], reverse=True)
    for (file, line, name), (_, calls, own, cumulative, _callers) in ordered[:_SHOWN]:
        cells = (f"{own / requests * 1e6:,.1f}", f"{cumulative / requests * 1e6:,.1f}", f"{calls / requests:,.1f}")
        table.add_row(*cells, _place(file, line, name))
    return table


def _place(file: str, line: int, name: str) -> str:
    if file == "~":
        return name
    path = Path(file)
    short = "/".join(path.parts[-3:]) if "site-packages" in file else "/".join(path.parts[-2:])
    return f"{short}:{line} {name}"
