"""What is owed when the line to a source fails: it is told, it is over when mended, and nothing is given away."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from time import perf_counter
from typing import Final
from urllib.parse import urlsplit

from connectors.errors import SourceError
from connectors.load import variables
from gateway.kit.bench import Watch, content_of
from gateway.kit.contract.behavior import SLACK_SECONDS, Behavior, Evidence, NotApplicable, NotKept, Trial, keep
from gateway.kit.relay import Relay, Target, relay_to, target_of

_NO_LINE: Final = (
    "没有可中断的明文连接(文件、本机数据库或加密连接)",
    "there is no line in the clear: a file, or encrypted",
)
_NOT_THROUGH: Final = "该来源不接受经本机转接的连接", "the source does not answer through a relay on this machine"
_HELD_SECONDS: Final = 0.3
_MOMENT_SECONDS: Final = 0.05
_SHORTEST_SECRET: Final = 4


@asynccontextmanager
async def _line(trial: Trial) -> AsyncIterator[tuple[Relay, Target]]:
    target = target_of(trial.bench.spec, trial.bench.environ)
    if target is None:
        raise NotApplicable(*_NO_LINE)
    async with relay_to(target) as relay:
        yield relay, target


@asynccontextmanager
async def _through(trial: Trial, relay: Relay, target: Target) -> AsyncIterator[Watch]:
    """Open a gate whose line leads through ``relay``."""
    environ = {**trial.bench.environ, target.variable: target.through(relay.port)}
    async with trial.bench.open(environ=environ) as watch:
        yield watch


async def lost_connection(trial: Trial) -> Evidence:
    """Cut the line between two calls, then while an answer is due."""
    key = trial.keys[0]
    async with trial.bench.open() as watch:
        before = content_of(await trial.ask(watch, key), key)
    async with _line(trial) as (relay, target), _through(trial, relay, target) as watch:
        try:
            same = content_of(await trial.ask(watch, key), key) == before
            keep(same, "经转接查询,结果不同", "through the relay, something else was found")
        except SourceError as error:
            raise NotApplicable(*_NOT_THROUGH) from error
        relay.cut()
        await asyncio.sleep(_MOMENT_SECONDS)
        await _same_again(trial, watch, before)
        relay.hold()
        call = asyncio.create_task(trial.ask(watch, key))
        await asyncio.sleep(_MOMENT_SECONDS)
        await relay.close()
        status = await _status(trial, call)
        relay.release()
        await relay.listen()
        await _same_again(trial, watch, before)
    return {"between_calls": "ANSWERED", "while_waiting": status, "after": "ANSWERED", "records": len(before)}


async def hanging(trial: Trial) -> Evidence:
    """Hold the answer back."""
    key = trial.keys[0]
    async with _line(trial) as (relay, target), _through(trial, relay, target) as watch:
        try:
            before = content_of(await trial.ask(watch, key), key)
        except SourceError as error:
            raise NotApplicable(*_NOT_THROUGH) from error
        relay.hold()
        began = perf_counter()
        status = await _status(trial, asyncio.create_task(trial.ask(watch, key, seconds=_HELD_SECONDS)))
        waited = perf_counter() - began
        keep(status == "TIMED_OUT", f"迟迟不答被记为 {status}", f"an answer that does not come is told as {status}")
        en = f"the caller waited {waited:.2f} s at a deadline of {_HELD_SECONDS} s"
        keep(waited <= _HELD_SECONDS + SLACK_SECONDS, f"时限 {_HELD_SECONDS} 秒,等了 {waited:.2f} 秒", en)
        relay.release()
        await _same_again(trial, watch, before)
    return {"deadline_ms": _HELD_SECONDS * 1000, "waited_ms": round(waited * 1000, 1), "outcome": status}


async def late_start(trial: Trial) -> Evidence:
    """Open the gate while the line is down, then mend it."""
    key = trial.keys[0]
    async with trial.bench.open() as watch:
        before = content_of(await trial.ask(watch, key), key)
    async with _line(trial) as (relay, target):
        await relay.close()
        async with _through(trial, relay, target) as watch:
            status = await _status(trial, asyncio.create_task(trial.ask(watch, key)))
            await relay.listen()
            try:
                await _same_again(trial, watch, before)
            except SourceError as error:
                raise NotApplicable(*_NOT_THROUGH) from error
    return {"while_down": status, "after": "ANSWERED"}


async def _status(trial: Trial, call: "asyncio.Task[object]") -> str:
    """Return how a call failed that cannot have been answered."""
    try:
        await call
    except SourceError as error:
        return trial.failed(error)
    raise NotKept("连接中断时仍有答复", "a call was answered though its line was broken")


async def _same_again(trial: Trial, watch: Watch, before: list[str]) -> None:
    again = content_of(await trial.ask(watch, trial.keys[0]), trial.keys[0])
    keep(again == before, "恢复之后再问,结果不同", "after the line was mended, something else was found")


async def discreet(trial: Trial) -> Evidence:
    """Look at what all failures so far have said."""
    secrets = {secret for secret in _secrets(trial) if len(secret) >= _SHORTEST_SECRET}
    telling = [reason for reason in trial.reasons if any(secret in reason for secret in secrets)]
    of = len(trial.reasons)
    en = f"{len(telling)} of {of} failures tell a key, an address or a secret"
    keep(not telling, f"{of} 次失败中有 {len(telling)} 次泄露了键、地址或口令", en)
    unlike = [reason for reason in trial.reasons if not reason or not reason[0].islower() or reason.endswith(".")]
    en = f"{len(unlike)} of {of} failures are not worded as reasons are"
    keep(not unlike, f"{of} 次失败中有 {len(unlike)} 次措辞不合规", en)
    return {"failures": len(trial.reasons), "looked_for": len(secrets)}


def _secrets(trial: Trial) -> Iterator[str]:
    """Yield what no reason may hold: keys, and what the environment says of the source, whole and in parts."""
    yield from trial.keys
    for variable in variables(trial.bench.spec):
        value = trial.bench.environ.get(variable, "")
        yield value
        with suppress(ValueError):
            parts = urlsplit(value)
            yield from (part for part in (parts.hostname, parts.password, parts.path) if part)


LINES: Final = (
    Behavior(
        "lost_connection",
        ("连接中断:两次查询之间、等待答复时", "the line is cut, between calls and while an answer is due"),
        ("如实告知,恢复后结果相同", "it is told, and over when the line is back"),
        lost_connection,
        once=True,
    ),
    Behavior(
        "hanging",
        ("来源迟迟不答", "the answer does not come"),
        ("到时记为 TIMED_OUT,恢复后照常", "TIMED_OUT in time, and over when answers come again"),
        hanging,
        once=True,
    ),
    Behavior(
        "late_start",
        ("启动时来源不通", "the source is down when the gateway starts"),
        ("如实告知,恢复后无需重启", "it is told, and no restart is needed"),
        late_start,
        once=True,
    ),
)
TELLING: Final = (
    Behavior(
        "discreet",
        ("查看以上各次失败的说明", "what the failures above have said is looked at"),
        ("不含键、地址、口令", "no key, no address, no secret"),
        discreet,
        once=True,
    ),
)
