"""A probe of a small real department, and of connectors that misbehave: every finding, and nothing given away."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from connectors.base import Answer, Batch
from connectors.errors import SourceClosed, SourceMisread, SourceUnavailable
from gateway.kit.bench import Bench
from gateway.kit.findings import Finding, Kind, reason_of
from gateway.kit.keys import Keys
from gateway.kit.probe import Probed, Unasked, probe_source
from tests.contract.kinds import OPENERS, bench_of
from tests.contract.sites import ENTITY as SITE_PART
from tests.kit.sources import (
    COLUMNS,
    KEYS,
    ONE,
    PART,
    SPEC,
    THREE,
    TWO,
    Behave,
    Scripted,
    fails,
    fill,
    row,
    scripted,
    sqlite_bench,
)

BY_USCC = Keys({"USCC": KEYS[:5]})


async def probed(bench: Bench, keys: Keys = BY_USCC, calls: int = 6) -> Probed:
    return await probe_source(bench, keys, calls)


def told(of: Probed) -> dict[tuple[Kind, str], int]:
    """Return the findings by kind and field."""
    return {(each.kind, each.field): each.count for each in of.findings}


def detail(of: Probed, kind: Kind) -> str:
    (finding,) = [each for each in of.findings if each.kind is kind]
    return finding.detail


async def test_a_sound_source_has_no_findings(tmp_path: Path) -> None:
    path = tmp_path / "order.sqlite"
    rows = [row(ONE), row(ONE, cf_id="2"), row(TWO, cf_id="3", bz="已履行"), row(TWO, cf_id="4", sc_bz="D")]
    fill(path, rows)
    seen = await probed(sqlite_bench(path))
    assert seen.findings == []
    (part,) = seen.parts
    assert (part.keys, part.keys_found, part.rows, part.deleted) == (5, 2, 3, 1)
    assert part.filled == {"decision_no": 3, "decided_on": 3, "procedure": 3, "fine_amount": 3, "remark": 1}
    assert part.never_filled == []
    assert (part.calls, part.batch_keys) == (6, 5)
    assert part.median_ms is not None
    assert part.p95_ms is not None
    assert 0 < part.median_ms <= part.p95_ms
    assert part.batch_ms is not None
    assert part.newest_as_of == "2026-03-03T09:00:00+08:00"
    assert part.age_days is not None
    assert part.age_days > 100


async def test_every_kind_of_source_can_be_probed(tmp_path: Path) -> None:
    for kind, opener in OPENERS.items():
        folder = tmp_path / kind
        folder.mkdir()
        async with opener(folder) as site:
            site.hold([(ONE, "1", "警告", "2026-03-01"), (TWO, "2", "罚款", "2026-03-02")])
            seen = await probed(bench_of(site))
            (part,) = seen.parts
            assert (kind, seen.findings, part.part, part.rows) == (kind, [], SITE_PART, 2)


async def test_what_records_hold_is_found_and_not_quoted(tmp_path: Path) -> None:
    path = tmp_path / "order.sqlite"
    garbled = "法院".encode().decode("gb18030")
    rows = [
        row(ONE, jdrq="待定", ajcx="99", bz=f"处罚{garbled}已送达"),
        row(ONE, cf_id="2", jdrq="2026-13-40", ajcx="91230881TJ", fkje="一万"),
        row(TWO, cf_id="3", wsh="〔2026〕\ue123号", gxsj=None),
        row(TWO, cf_id=None),
        row(THREE, cf_id="5", gxsj="2999-01-01"),
        row(THREE, cf_id="5", gxsj="2999-01-01"),
    ]
    fill(path, rows)
    seen = await probed(sqlite_bench(path))
    assert told(seen) == {
        (Kind.UNREADABLE, "decided_on"): 1,
        (Kind.UNKNOWN_CODE, "procedure"): 1,
        (Kind.UNREADABLE, "fine_amount"): 1,
        (Kind.ENCODING, "decision_no"): 1,
        (Kind.ENCODING, "remark"): 1,
        (Kind.LEFT_OUT, ""): 1,
        (Kind.DUPLICATES, ""): 1,
        (Kind.NO_AS_OF, "as_of"): 1,
        (Kind.FUTURE_AS_OF, "as_of"): 2,
    }
    reasons = {each.detail for each in seen.findings}
    assert "code `99` is not in the table of the source file" in reasons
    assert "a code that is not in the table of the source file" in reasons, "what is like an identifier is not quoted"
    shown = msgspec.json.encode(seen).decode()
    secrets = (*KEYS, *(key.lower() for key in KEYS), "91230881TJ`", "待定", "一万", garbled, "城罚", str(tmp_path))
    assert not [secret for secret in secrets if secret in shown]


async def test_a_column_that_was_renamed_is_named(tmp_path: Path) -> None:
    path = tmp_path / "order.sqlite"
    fill(path, [row(ONE)], [{"ajcx": "ajlx", "fkje": "fk"}.get(name, name) for name in COLUMNS])
    seen = await probed(sqlite_bench(path))
    missing = [(each.field, each.detail) for each in seen.findings if each.kind is Kind.COLUMN_MISSING]
    assert missing == [
        ("procedure", "column `ajcx` is missing at the source"),
        ("fine_amount", "column `fkje` is missing at the source"),
    ]
    assert set(told(seen)) == {(Kind.COLUMN_MISSING, "procedure"), (Kind.COLUMN_MISSING, "fine_amount")}


async def test_a_key_column_that_was_renamed_is_named_once(tmp_path: Path) -> None:
    path = tmp_path / "order.sqlite"
    fill(path, [row(ONE)], ["code", *COLUMNS[1:]])
    seen = await probed(sqlite_bench(path))
    missing = [(each.field, each.detail) for each in seen.findings if each.kind is Kind.COLUMN_MISSING]
    assert missing == [("", "column `tyshxydm` is missing at the source")]


TWO_ROWS = [row(ONE), row(ONE, cf_id="2"), row(TWO, cf_id="3")]


async def in_batches_less(source: Scripted, batch: Batch) -> Answer:
    """Forgets the last key of a batch."""
    kept = batch if len(batch.keys) == 1 else msgspec.structs.replace(batch, keys=batch.keys[:1])
    return await source.honest(kept)


async def in_batches_backwards(source: Scripted, batch: Batch) -> Answer:
    return await source.honest(batch, source.rows if len(batch.keys) == 1 else source.rows[::-1])


async def ever_more(source: Scripted, batch: Batch) -> Answer:
    """Answers with one row fewer when it is asked again."""
    return await source.honest(batch, source.rows[int(batch in source.asked[:-1]) :])


async def anybody(source: Scripted, batch: Batch) -> Answer:
    """Gives everybody the records of the first."""
    rows = [{**each, "tyshxydm": key} for key in batch.keys for each in source.rows[:1]]
    return await source.honest(batch, rows)


@pytest.mark.parametrize(
    ("behave", "finding"),
    [
        (in_batches_less, (Kind.BATCH_DIFFERS, "")),
        (in_batches_backwards, (Kind.ORDER_DIFFERS, "")),
        (ever_more, (Kind.UNSTABLE, "")),
        (anybody, (Kind.UNKNOWN_KEY_FOUND, "")),
    ],
)
async def test_an_inconsistent_source_is_told(behave: Behave, finding: tuple[Kind, str]) -> None:
    seen = await probed(scripted(TWO_ROWS, behave), Keys({"USCC": (ONE, TWO)}))
    assert finding in told(seen)
    assert set(told(seen)) <= {finding, (Kind.BATCH_DIFFERS, "")}


async def test_an_honest_script_has_no_findings() -> None:
    assert (await probed(scripted(TWO_ROWS))).findings == []


async def test_calls_without_an_answer_are_told_and_end_soon() -> None:
    bench = scripted(TWO_ROWS, fails(SourceUnavailable("the source failed with code `500`")))
    seen = await probed(bench, calls=50)
    assert told(seen) == {(Kind.NOT_ANSWERED, ""): 3}
    assert detail(seen, Kind.NOT_ANSWERED) == "UNAVAILABLE: the source failed with code `500`"


async def test_an_answer_that_is_no_answer_is_not_asked_for_again_and_again() -> None:
    seen = await probed(scripted(TWO_ROWS, fails(SourceMisread("the answer is not JSON"))), calls=50)
    assert told(seen) == {(Kind.NOT_ANSWERED, ""): 1, (Kind.COLUMN_MISSING, ""): 1}


async def test_nothing_found_proves_nothing() -> None:
    seen = await probed(scripted([]))
    assert told(seen) == {(Kind.NOTHING_FOUND, ""): 5}


class Unreachable(Scripted):
    async def probe(self) -> None:
        raise SourceClosed("closed in its quiet hours 23:30-05:30", "2026-11-24T05:30:00+08:00")


async def test_a_source_that_is_closed_is_not_asked() -> None:
    bench = Bench(SPEC, lambda spec, _: Unreachable(spec, TWO_ROWS))
    with pytest.raises(Unasked, match=r"city_order: CLOSED: closed in its quiet hours .*, until 2026-11-24T05:30"):
        await probed(bench)


async def test_without_a_key_nothing_is_asked() -> None:
    with pytest.raises(Unasked, match="--key"):
        await probed(scripted(TWO_ROWS), Keys({"REG_NO": ("230881900000019",)}))


async def test_limits_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "order.sqlite"
    fill(path, TWO_ROWS)
    spec = msgspec.structs.replace(SPEC, batch_size=1, concurrency=1)
    asked: list[Sequence[str]] = []

    async def count(source: Scripted, batch: Batch) -> Answer:
        asked.append(batch.keys)
        return await source.honest(batch)

    await probed(scripted(TWO_ROWS, count, spec))
    assert {len(keys) for keys in asked} == {1}


@pytest.mark.parametrize(
    ("message", "kind", "shown"),
    [
        ("not a date", Kind.UNREADABLE, "not a date"),
        ("code `99` is not in the table of the source file", Kind.UNKNOWN_CODE, "code `99` is not"),
        ("code `已撤销` is not in the table of the source file", Kind.UNKNOWN_CODE, "code `已撤销` is not"),
        ("code `12345` is not in the table of the source file", Kind.UNKNOWN_CODE, "a code that is not"),
        ("code `1a2b3c4d` is not in the table of the source file", Kind.UNKNOWN_CODE, "a code that is not"),
        (
            "code `一二三四五六七八九十一二三` is not in the table of the source file",
            Kind.UNKNOWN_CODE,
            "a code that is",
        ),
        ("a code that is not in the table of the source file", Kind.UNKNOWN_CODE, "a code that is not"),
    ],
)
def test_only_what_cannot_be_an_identifier_is_quoted(message: str, kind: Kind, shown: str) -> None:
    found, reason = reason_of(message)
    assert found is kind
    assert reason.startswith(shown)


def test_every_kind_says_what_it_is_in_both_languages() -> None:
    for kind in Kind:
        assert kind.zh
        assert kind.en
    assert Finding(Kind.LEFT_OUT, PART).count == 1
