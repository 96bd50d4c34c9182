"""The behaviors of the contract as `conform` tries them: every kind keeps them all, and a bad source is found out."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from connectors.base import Answer, Batch, Row
from connectors.errors import SourceUnavailable
from gateway.kit.contract import BEHAVIORS, Behavior, NotApplicable, NotKept, Trial
from gateway.kit.relay import target_of
from tests.contract.kinds import OPENERS, bench_of
from tests.contract.sites import ENTITY, Site
from tests.kit.sources import KEYS, ONE, PART, SPEC, THREE, TWO, Behave, Scripted, row, scripted

BY_NAME = {behavior.name: behavior for behavior in BEHAVIORS}
ROWS = (
    (TWO, "t-1", "警告", "2026-03-01"),
    (ONE, "o-2", "罚款2000元", "2026-02-01"),
    (TWO, "t-2", "罚款", "2026-13-45"),
    (ONE, "o-1", "警告", "20260101"),
)
LINES = {"lost_connection", "hanging", "late_start"}


def nothing_to_try(site: Site) -> set[str]:
    """Return the behaviors of which there is nothing to try: one key a call, no such limit, no line."""
    one_key = {"full_batch"} if site.spec.batch_size == 1 else set()
    no_line = LINES if target_of(site.spec, site.environ) is None else set()
    return {"quiet_times", "pace", *one_key, *no_line}


@pytest.mark.parametrize("behavior", BEHAVIORS, ids=lambda behavior: behavior.name)
async def test_every_kind_keeps_it(site: Site, behavior: Behavior) -> None:
    site.hold(ROWS)
    trial = Trial(bench_of(site), ENTITY, "USCC", (ONE, TWO, THREE))
    if behavior.name in nothing_to_try(site):
        with pytest.raises(NotApplicable) as told:
            await behavior.check(trial)
        assert told.value.zh
        assert told.value.en
    else:
        assert await behavior.check(trial)


async def test_what_every_kind_says_of_its_failures_gives_nothing_away(site: Site) -> None:
    site.hold(ROWS)
    trial = Trial(bench_of(site), ENTITY, "USCC", (ONE, TWO))
    for name in ("timeout", "closed_for_good"):
        await BY_NAME[name].check(trial)
    evidence = await BY_NAME["discreet"].check(trial)
    assert evidence["failures"] == len(trial.reasons) >= 1


# A bad source, as a table: what it does, and which promise it breaks.


SOUND = [row(ONE), row(ONE, cf_id="2"), row(TWO, cf_id="3"), row(THREE, cf_id="4")]


async def others_too(source: Scripted, batch: Batch) -> Answer:
    """Answers a question about one with the records of another as well."""
    return await source.honest(msgspec.structs.replace(batch, keys=(*batch.keys, THREE)))


async def something_for_nobody(source: Scripted, batch: Batch) -> Answer:
    return await source.honest(batch if batch.keys else msgspec.structs.replace(batch, keys=(ONE,)))


async def anybody(source: Scripted, batch: Batch) -> Answer:
    return await source.honest(batch, [{**each, "tyshxydm": key} for key in batch.keys for each in source.rows[:1]])


async def confused_by_nobody(source: Scripted, batch: Batch) -> Answer:
    """Forgets records when it is also asked for somebody that it does not know."""
    known = {each["tyshxydm"] for each in source.rows}
    whole = all(key.lower() in known for key in batch.keys) or len(batch.keys) == 1
    return await source.honest(batch, None if whole else [])


async def in_batches_less(source: Scripted, batch: Batch) -> Answer:
    kept = batch if len(batch.keys) == 1 else msgspec.structs.replace(batch, keys=batch.keys[:1])
    return await source.honest(kept)


async def in_batches_backwards(source: Scripted, batch: Batch) -> Answer:
    return await source.honest(batch, source.rows if len(batch.keys) == 1 else source.rows[::-1])


async def ever_less(source: Scripted, batch: Batch) -> Answer:
    return await source.honest(batch, source.rows[len(source.asked) - 1 :])


async def all_fields_always(source: Scripted, batch: Batch) -> Answer:
    return await source.honest(msgspec.structs.replace(batch, fields=tuple(SPEC.entities[PART].fields)))


async def without_digests(source: Scripted, batch: Batch) -> Answer:
    return await source.honest(msgspec.structs.replace(batch, digests=False))


async def at_no_place_in_time(source: Scripted, batch: Batch) -> Answer:
    return msgspec.structs.replace(await source.honest(batch), fetched_at="2026-11-23T12:00:00")


async def without_a_column(source: Scripted, batch: Batch) -> Answer:
    rows = [{name: cell for name, cell in each.items() if name != "jdrq"} for each in source.rows]
    return await source.honest(batch, rows)


async def shows_what_it_cannot_read(source: Scripted, batch: Batch) -> Answer:
    answer = await source.honest(batch, [{**each, "jdrq": "待定"} for each in source.rows])
    shown = [Row(("guessed",) * len(batch.fields), each.record_key, None, each.issues, each.digest)
             for each in answer.rows.get(ONE, ())]  # fmt: skip
    return msgspec.structs.replace(answer, rows={ONE: shown})


async def mixes_up(source: Scripted, batch: Batch) -> Answer:
    """Loses records when it is asked for several things at once."""
    before = len(source.asked)
    await asyncio.sleep(0.01)
    crowded = len(source.asked) > before
    return await source.honest(batch, [] if crowded else None)


async def blocks(source: Scripted, batch: Batch) -> Answer:
    """Keeps the whole process waiting, but for the first time."""
    if len(source.asked) == 2:
        time.sleep(0.8)
    return await source.honest(batch)


async def deaf(source: Scripted, batch: Batch) -> Answer:
    """Goes on when it is given up, but for the first time."""
    if len(source.asked) == 2:
        until = time.monotonic() + 1.5
        while time.monotonic() < until:
            try:
                await asyncio.sleep(0.05)
            except asyncio.CancelledError:
                continue
    return await source.honest(batch)


async def sulks(source: Scripted, batch: Batch) -> Answer:
    """Forgets everything once it was given up."""
    if len(source.asked) == 2:
        await asyncio.sleep(1)
    return await source.honest(batch, None if len(source.asked) < 3 else [])


BAD = [
    ("by_key", others_too),
    ("empty_batch", something_for_nobody),
    ("unknown_key", anybody),
    ("unknown_key", confused_by_nobody),
    ("full_batch", in_batches_less),
    ("duplicate_key", ever_less),
    ("order", in_batches_backwards),
    ("order", ever_less),
    ("only_asked", all_fields_always),
    ("stamped", without_digests),
    ("stamped", at_no_place_in_time),
    ("columns", without_a_column),
    ("malformed", shows_what_it_cannot_read),
    ("many_at_once", mixes_up),
    ("timeout", blocks),
    ("timeout", sulks),
    ("cancelled", deaf),
    ("cancelled", sulks),
]


@pytest.mark.parametrize(("name", "behave"), BAD, ids=lambda value: getattr(value, "__name__", value))
async def test_a_bad_source_is_found_out(name: str, behave: Behave) -> None:
    spec = msgspec.structs.replace(SPEC, timeout_seconds=0.9)
    with pytest.raises(NotKept) as told:
        await BY_NAME[name].check(Trial(scripted(SOUND, behave, spec), PART, "USCC", (ONE, TWO)))
    assert told.value.zh
    assert not [key for key in KEYS if key in told.value.en + told.value.zh]


def test_every_behavior_that_a_source_can_break_has_a_bad_source() -> None:
    by_the_gate = {"quiet_times", "pace", "closed_for_good"}
    assert set(BY_NAME) == {name for name, _ in BAD} | by_the_gate | LINES | {"discreet"}


async def test_every_behavior_but_those_of_limits_is_tried_on_some_kind(tmp_path: Path) -> None:
    tried: set[str] = set()
    for kind, opener in OPENERS.items():
        (tmp_path / kind).mkdir()
        async with opener(tmp_path / kind) as site:
            tried |= set(BY_NAME) - nothing_to_try(site)
    assert tried == set(BY_NAME) - {"quiet_times", "pace"}


async def test_a_full_batch_is_full() -> None:
    evidence = await BY_NAME["full_batch"].check(Trial(scripted(SOUND), PART, "USCC", KEYS[:3]))
    assert evidence == {"keys": 20, "batch_size": 20, "records": 4, "calls": 1}


async def test_quiet_hours_are_kept_without_asking() -> None:
    spec = msgspec.structs.replace(SPEC, quiet_hours="23:30-05:30")
    trial = Trial(scripted(SOUND, spec=spec), PART, "USCC", (ONE,))
    assert (await BY_NAME["quiet_times"].check(trial))["calls"] == 0
    assert trial.reasons == ["closed in its quiet hours 23:30-05:30"]


async def test_a_pace_is_kept() -> None:
    spec = msgspec.structs.replace(SPEC, calls_per_second=20.0)
    evidence = await BY_NAME["pace"].check(Trial(scripted(SOUND, spec=spec), PART, "USCC", (ONE,)))
    assert evidence["calls"] == 4
    assert float(str(evidence["shortest_ms"])) >= 45


async def test_nothing_on_record_proves_nothing() -> None:
    with pytest.raises(NotApplicable, match="nothing is proved"):
        await BY_NAME["by_key"].check(Trial(scripted([]), PART, "USCC", (ONE,)))


@pytest.mark.parametrize(
    "reason", ["no answer from 127.0.0.1", f"nothing about {ONE}", "the password hidden is wrong", "The source failed."]
)
async def test_a_failure_that_tells_too_much_is_found_out(reason: str) -> None:
    bench = replace(scripted(SOUND), environ={"CITY_ORDER_URL": "postgresql+asyncpg://u:hidden@127.0.0.1:1/x"})
    trial = Trial(bench, PART, "USCC", (ONE,))
    trial.failed(SourceUnavailable(reason))
    with pytest.raises(NotKept):
        await BY_NAME["discreet"].check(trial)


def test_every_behavior_is_said_in_both_languages() -> None:
    for behavior in BEHAVIORS:
        for zh, en in (behavior.tried, behavior.expected):
            assert not zh.isascii()
            assert en.isascii()
