"""What is owed to a source and to callers: no more calls at once than agreed, none when it is closed, all in time."""

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise
from time import perf_counter
from typing import Final

from connectors.errors import SourceClosed, SourceError, SourceTimedOut
from connectors.gate import GRACE_SECONDS, china_now
from connectors.hours import Quiet
from gateway.kit.bench import Watch, content_of
from gateway.kit.contract.behavior import SLACK_SECONDS, Behavior, Evidence, NotApplicable, NotKept, Trial, keep

_MOST_AT_ONCE: Final = 24
_PACED: Final = 4
_SHORT_SECONDS: Final = 0.001
_MOMENT_SECONDS: Final = 0.002


async def many_at_once(trial: Trial) -> Evidence:
    """Ask for more at once than the source takes."""
    allowed = trial.bench.spec.concurrency
    async with trial.bench.open() as watch:
        alone = await trial.singles(watch)
        keys = [trial.keys[at % len(trial.keys)] for at in range(min(2 * allowed + 1, _MOST_AT_ONCE))]
        answers = await asyncio.gather(*(trial.ask(watch, key) for key in keys))
        most = watch.connector.most
    mixed = sum(
        content_of(answer, key) != content_of(alone[key], key) for key, answer in zip(keys, answers, strict=True)
    )
    of, en = len(keys), "found something else than alone"
    keep(mixed == 0, f"同时 {of} 次调用中有 {mixed} 次结果不同", f"of {of} calls at once {mixed} {en}")
    en = f"{most} calls were under way at once, {allowed} are agreed"
    keep(most <= allowed, f"同时进行 {most} 次,约定 {allowed} 次", en)
    return {"calls": len(keys), "at_once": most, "agreed": allowed}


async def timeout(trial: Trial) -> Evidence:
    """Ask with a deadline that is too short."""
    async with trial.bench.open() as watch:
        before = content_of(await trial.ask(watch, trial.keys[0]), trial.keys[0])
        began = perf_counter()
        try:
            await trial.ask(watch, trial.keys[0], seconds=_SHORT_SECONDS)
            status = "ANSWERED"
        except SourceTimedOut as error:
            status = trial.failed(error)
        waited = perf_counter() - began
        longest = _SHORT_SECONDS + GRACE_SECONDS + SLACK_SECONDS
        en = f"the caller waited {waited:.2f} s at a deadline of {_SHORT_SECONDS} s"
        keep(waited <= longest, f"时限 {_SHORT_SECONDS} 秒,等了 {waited:.2f} 秒", en)
        await _still_answers(trial, watch, before)
    return {"deadline_ms": _SHORT_SECONDS * 1000, "waited_ms": round(waited * 1000, 1), "outcome": status}


async def cancelled(trial: Trial) -> Evidence:
    """Give a call up a moment after it began."""
    key = trial.keys[0]
    async with trial.bench.open() as watch:
        before = content_of(await trial.ask(watch, key), key)
        call = asyncio.create_task(trial.ask(watch, key))
        await asyncio.sleep(_MOMENT_SECONDS)
        call.cancel()
        began = perf_counter()
        await asyncio.wait([call])
        gave_up = perf_counter() - began
        outcome = "GIVEN_UP" if call.cancelled() or call.exception() is not None else "ANSWERED"
        keep(gave_up <= GRACE_SECONDS + SLACK_SECONDS, f"放弃用了 {gave_up:.2f} 秒", f"giving up took {gave_up:.2f} s")
        await _idle(watch)
        await _still_answers(trial, watch, before)
    return {"outcome": outcome, "gave_up_ms": round(gave_up * 1000, 1), "left_running": 0}


async def _idle(watch: Watch) -> None:
    """Return when nothing runs any more; raises `NotKept` when something does."""
    until = perf_counter() + watch.gate.spec.timeout_seconds + SLACK_SECONDS
    while watch.connector.running:
        keep(perf_counter() < until, "放弃的查询仍在运行", "a call that was given up still runs")
        await asyncio.sleep(0.01)


async def _still_answers(trial: Trial, watch: Watch, before: list[str]) -> None:
    again = content_of(await trial.ask(watch, trial.keys[0]), trial.keys[0])
    keep(again == before, "之后再问,结果不同", "after it, the next question found something else")


async def quiet_times(trial: Trial) -> Evidence:
    """Ask in a quiet time: the clock is set into it, the source is not asked."""
    hours, days = trial.bench.spec.quiet_hours, trial.bench.spec.quiet_days
    if hours is None and days is None:
        raise NotApplicable("没有约定静默时段", "no quiet times are agreed")
    within = _next_quiet(Quiet(hours, days))
    async with trial.bench.open(now=lambda: within) as watch:
        try:
            await trial.ask(watch, trial.keys[0])
        except SourceClosed as error:
            trial.failed(error)
            keep(error.until is not None, "没有告知何时开放", "it is not told when the source opens")
        else:
            raise NotKept("静默时段里问了来源", "the source was asked in a quiet time")
        keep(not watch.connector.began, "静默时段里问了来源", "the source was asked in a quiet time")
    return {"quiet_hours": hours or "", "quiet_days": days or "", "calls": 0, "outcome": "CLOSED"}


def _next_quiet(quiet: Quiet) -> datetime:
    """Return the next moment, to five minutes, at which a source is closed."""
    moment = china_now().replace(minute=0, second=0, microsecond=0)
    while quiet.closing(moment) is None:
        moment += timedelta(minutes=5)
    return moment


async def pace(trial: Trial) -> Evidence:
    """Ask several times at once, and look when the calls were sent."""
    limit = trial.bench.spec.calls_per_second
    if limit is None:
        raise NotApplicable("没有约定每秒次数", "no limit of calls a second is agreed")
    calls = max(1, min(_PACED, int(limit * trial.bench.spec.timeout_seconds)))
    async with trial.bench.open() as watch:
        await asyncio.gather(*(trial.ask(watch, trial.keys[0]) for _ in range(calls)))
        began = sorted(watch.connector.began)
    shortest = min((later - sooner for sooner, later in pairwise(began)), default=1 / limit)
    kept = shortest >= 0.98 / limit - _MOMENT_SECONDS
    keep(kept, f"两次调用相隔 {shortest * 1000:.0f} 毫秒", f"two calls were sent within {shortest * 1000:.0f} ms")
    return {"calls": len(began), "agreed_per_second": limit, "shortest_ms": round(shortest * 1000, 1)}


async def closed_for_good(trial: Trial) -> Evidence:
    """Close the connection, ask again, then open another one."""
    key = trial.keys[0]
    async with trial.bench.open() as watch:
        before = content_of(await trial.ask(watch, key), key)
        await watch.gate.close()
        try:
            await trial.ask(watch, key)
        except SourceError as error:
            status = trial.failed(error)
        else:
            raise NotKept("已关闭的连接仍答复", "a closed connection still answers")
    async with trial.bench.open() as watch:
        await _still_answers(trial, watch, before)
    return {"outcome": status, "reopened": True}


LIMITS: Final = (
    Behavior(
        "many_at_once",
        ("同时发出多于约定的调用", "more is asked for at once than is agreed"),
        ("同时进行的不超过约定,结果互不混淆", "no more calls than agreed run at once, and none are mixed up"),
        many_at_once,
        once=True,
    ),
    Behavior(
        "timeout",
        ("以过短的时限查询", "a deadline is too short"),
        ("到时即答,之后照常", "the caller is not kept waiting, and the next call is answered"),
        timeout,
        once=True,
    ),
    Behavior(
        "cancelled",
        ("查询中途取消", "a call is given up on its way"),
        ("立即放弃,不留下运行中的查询", "it ends at once, and nothing is left running"),
        cancelled,
        once=True,
    ),
    Behavior(
        "quiet_times",
        ("在静默时段查询(调时钟)", "the source is asked in a quiet time, by a clock that is set"),
        ("不打扰来源,答 CLOSED 和何时开放", "it is left alone; the answer is CLOSED, and until when"),
        quiet_times,
        once=True,
    ),
    Behavior(
        "pace",
        ("同时发出多次调用", "several calls are made at once"),
        ("每秒不超过约定次数", "they are sent no faster than is agreed"),
        pace,
        once=True,
    ),
    Behavior(
        "closed_for_good",
        ("关闭连接后再查,再重新连接", "the connection is closed, then another one opened"),
        ("关闭后不再查询,重连后结果相同", "nothing is asked after the end; another connection answers the same"),
        closed_for_good,
        once=True,
    ),
)
