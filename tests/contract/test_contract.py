"""What every kind of connector owes the gateway, whatever stands behind it; `LACKS` tells what a kind cannot have."""

import asyncio
from datetime import datetime
from typing import Final

import pytest

from connectors import KINDS, open_connector
from connectors.base import Answer, Batch
from connectors.errors import SourceError, SourceMisread
from connectors.gate import Gate
from gateway.demo.codes import uscc
from tests.contract.kinds import OPENERS
from tests.contract.sites import ENTITY, FIELDS, Site

KEYS: Final = tuple(uscc("91", number) for number in range(200, 300))
ONE, TWO, NOBODY = KEYS[:3]
ROWS: Final = (
    (TWO, "t-1", "警告", "2026-03-01"),
    (ONE, "o-2", "罚款2000元", "2026-02-01"),
    (TWO, "t-2", "罚款", "2026-01-31"),
    (ONE, "o-1", "警告", "20260101"),
)
IN_TIME: Final = 5.0
LATE: Final = 0.2

STATUS_OF_FAULT: Final = {
    "gone": {"UNAVAILABLE"},
    "lost": {"UNAVAILABLE"},
    "cut": {"UNAVAILABLE", "MISREAD"},
    "garbled": {"MISREAD"},
    "html": {"MISREAD"},
    "blank": {"MISREAD"},
    "unkeyed": {"MISREAD"},
    "hanging": {"TIMED_OUT"},
}
LACKS: Final = {
    ("file", "lost"): "a file has no connection",
    ("file", "hanging"): "a share that hangs cannot be made here; the gate bounds the wait for the threads",
    ("file-xlsx", "lost"): "a file has no connection",
    ("file-xlsx", "hanging"): "as of any other file",
    ("sql", "lost"): "SQLite has no connection; `tests/connectors/test_sql_failures.py` cuts those of servers",
}


def asked(*keys: str, fields: tuple[str, ...] = FIELDS, digests: bool = False) -> Batch:
    return Batch(ENTITY, "USCC", keys, fields, digests)


async def answered(gate: Gate, *keys: str) -> dict[str, list[str]]:
    """Return the record keys of each of ``keys``, asked in as many batches as the source wants."""
    size = gate.spec.batch_size
    batches = [asked(*keys[at : at + size]) for at in range(0, len(keys), size)]
    answers = await asyncio.gather(*(gate.fetch(batch, IN_TIME) for batch in batches))
    assert not any(answer.unreadable for answer in answers)
    return {key: [row.record_key for row in rows] for answer in answers for key, rows in answer.rows.items()}


def test_every_kind_is_held_to_the_contract() -> None:
    assert {name.partition("-")[0] for name in OPENERS} == set(KINDS)


# Answers


async def test_rows_come_by_key_in_the_order_of_the_source(gate: Gate, site: Site) -> None:
    site.hold(ROWS)
    found = await answered(gate, ONE, TWO)
    assert found == {ONE: ["o-2", "o-1"], TWO: ["t-1", "t-2"]}


async def test_key_with_nothing_on_record_is_absent(gate: Gate, site: Site) -> None:
    site.hold(ROWS)
    assert await answered(gate, NOBODY) == {}
    assert list(await answered(gate, NOBODY, ONE)) == [ONE]


async def test_empty_batch_finds_nothing(gate: Gate, site: Site) -> None:
    site.hold(ROWS)
    answer = await gate.fetch(asked(), IN_TIME)
    assert (answer.rows, answer.unreadable) == ({}, {})


async def test_full_batch_is_answered_key_by_key(gate: Gate, site: Site) -> None:
    keys = KEYS[: gate.spec.batch_size]
    site.hold([(key, f"n-{key}", "警告", "2026-01-01") for key in reversed(keys)])
    answer = await gate.fetch(asked(*keys), IN_TIME)
    assert {key: [row.record_key for row in rows] for key, rows in answer.rows.items()} == {
        key: [f"n-{key}"] for key in keys
    }


async def test_only_what_was_asked_is_read_in_the_order_asked(gate: Gate, site: Site) -> None:
    site.hold(ROWS[3:])
    for fields, values in ((FIELDS, ("警告", "2026-01-01")), (FIELDS[::-1], ("2026-01-01", "警告")), ((), ())):
        answer = await gate.fetch(asked(ONE, fields=fields), IN_TIME)
        assert [row.values for row in answer.rows[ONE]] == [values]


async def test_records_that_share_a_key_are_all_kept(gate: Gate, site: Site) -> None:
    site.hold([(ONE, "o-1", "警告", "2026-01-01"), (ONE, "o-1", "罚款", "2026-01-02")])
    answer = await gate.fetch(asked(ONE), IN_TIME)
    assert [row.values[0] for row in answer.rows[ONE]] == ["警告", "罚款"]


async def test_malformed_cell_is_misread_alone(gate: Gate, site: Site) -> None:
    site.hold([(ONE, "o-1", "警告", "2026-13-45"), (ONE, "o-2", "罚款", "2026-01-02")])
    answer = await gate.fetch(asked(ONE), IN_TIME)
    first, second = answer.rows[ONE]
    assert first.values == ("警告", None)
    assert [(issue.field, issue.code) for issue in first.issues] == [("decided_on", "MISREAD")]
    assert (second.values, second.issues) == (("罚款", "2026-01-02"), ())
    assert gate.health().misreads == 1


async def test_row_without_record_key_is_left_out_and_told(gate: Gate, site: Site) -> None:
    site.hold([(ONE, None, "警告", "2026-01-01"), (ONE, "o-2", "罚款", "2026-01-02")])
    answer = await gate.fetch(asked(ONE), IN_TIME)
    assert [row.record_key for row in answer.rows[ONE]] == ["o-2"]
    assert list(answer.unreadable) == [ONE]


async def test_answer_is_stamped_and_digested(gate: Gate, site: Site) -> None:
    async def ask() -> Answer:
        return await gate.fetch(asked(ONE, digests=True), IN_TIME)

    site.hold(ROWS)
    first, again = await ask(), await ask()
    site.hold([*ROWS[:3], (ONE, "o-1", "罚款", "20260101")])
    changed = await ask()
    assert first.digest == again.digest != changed.digest
    digests = [[row.digest for row in answer.rows[ONE]] for answer in (first, again, changed)]
    assert digests[0] == digests[1]
    assert digests[0][0] == digests[2][0]
    assert digests[0][1] != digests[2][1]
    assert datetime.fromisoformat(first.fetched_at).utcoffset() is not None


async def test_many_at_once_do_not_mix(gate: Gate, site: Site) -> None:
    site.hold([(key, f"n-{key}", "警告", "2026-01-01") for key in KEYS])
    found = await asyncio.gather(*(answered(gate, key) for key in KEYS[:40]))
    assert found == [{key: [f"n-{key}"]} for key in KEYS[:40]]


# Failures


FAULTS: Final = [
    pytest.param(kind, fault, id=f"{kind}-{fault}")
    for kind in OPENERS
    for fault in STATUS_OF_FAULT
    if (kind, fault) not in LACKS
]
with_faults = pytest.mark.parametrize(("kind", "fault"), FAULTS, indirect=["kind"])


async def failure(gate: Gate, fault: str) -> SourceError:
    """Return how asking for `ONE` failed; what was read in part is no answer to rely on either."""
    try:
        answer = await gate.fetch(asked(ONE), LATE if fault == "hanging" else IN_TIME)
    except SourceError as error:
        return error
    return SourceMisread(answer.unreadable[ONE])


@with_faults
async def test_fault_is_told_by_its_status_and_passes(gate: Gate, site: Site, fault: str) -> None:
    site.hold(ROWS)
    before = await answered(gate, ONE, TWO)
    await site.fail(fault)
    assert (await failure(gate, fault)).status in STATUS_OF_FAULT[fault]
    assert gate.health().state in {"FAILING", "UP"}
    await site.mend()
    assert await answered(gate, ONE, TWO) == before
    assert gate.health().state == "UP"


@with_faults
async def test_fault_gives_nothing_away(gate: Gate, site: Site, fault: str) -> None:
    site.hold(ROWS)
    await site.fail(fault)
    told = (await failure(gate, fault)).reason
    assert not [secret for secret in (*site.secrets, ONE, "警告", "罚款") if secret in told]
    assert told[0].islower()
    assert not told.endswith(".")
    await site.mend()


async def test_renamed_column_costs_its_own_field_alone_and_passes(gate: Gate, site: Site) -> None:
    site.hold(ROWS)
    for _ in range(2):
        await site.fail("renamed")
        rows = (await gate.fetch(asked(ONE, digests=True), IN_TIME)).rows[ONE]
        assert [row.values for row in rows] == [(None, "2026-02-01"), (None, "2026-01-01")]
        issues = [issue for row in rows for issue in row.issues]
        assert [(issue.field, issue.code) for issue in issues] == [("content", "MISREAD")] * 2
        assert {issue.message.partition(" from ")[0] for issue in issues} <= {
            "column `content` is missing",
            "column `content` is missing at the source",
        }
        assert all(row.digest for row in rows)
        spared = await gate.fetch(asked(ONE, fields=("decided_on",)), IN_TIME)
        assert [(row.values, row.issues) for row in spared.rows[ONE]] == [(("2026-02-01",), ()), (("2026-01-01",), ())]
        await site.mend()
        rows = (await gate.fetch(asked(ONE), IN_TIME)).rows[ONE]
        assert [(row.values, row.issues) for row in rows] == [
            (("罚款2000元", "2026-02-01"), ()),
            (("警告", "2026-01-01"), ()),
        ]
    (drift,) = gate.health().drift
    assert (drift.entity, drift.field, drift.count) == (ENTITY, "content", 4)
    assert drift.reason.startswith("column `content` is missing")
    assert gate.health().misreads == 4


async def test_source_may_be_down_when_the_gateway_starts(gate: Gate, site: Site) -> None:
    site.hold(ROWS)
    await site.fail("gone")
    with pytest.raises(SourceError):
        await gate.probe()
    await site.mend()
    await gate.probe()
    assert await answered(gate, ONE) == {ONE: ["o-2", "o-1"]}


async def test_nothing_is_asked_after_the_end(site: Site) -> None:
    site.hold(ROWS)
    gate = Gate(site.spec, open_connector(site.spec, site.environ, site.folder))
    await answered(gate, ONE)
    await gate.close()
    with pytest.raises(SourceError):
        await gate.fetch(asked(ONE), IN_TIME)
