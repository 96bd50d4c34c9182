"""A source put to the contract and to its cases: every line, what is written into reports, and that nothing leaks."""

import json
from dataclasses import replace
from html.parser import HTMLParser
from itertools import repeat
from pathlib import Path

import msgspec
import pytest

from connectors.base import Answer, Batch
from connectors.errors import SourceUnavailable
from connectors.spec import KeySpec
from gateway.kit.bench import Bench
from gateway.kit.conform import Line, Result, case_lines, contract_lines
from gateway.kit.contract import BEHAVIORS
from gateway.kit.keys import Keys
from gateway.kit.probe import Unasked
from gateway.kit.report import RENDERED, Conformity
from tests.kit.onboarding import City
from tests.kit.sources import KEYS, ONE, PART, SPEC, TWO, Scripted, fails, fill, row, scripted, sqlite_bench

BY_USCC = Keys({"USCC": KEYS[:4]})
ROWS = [row(ONE), row(ONE, cf_id="2", jdrq="待定"), row(TWO, cf_id="3")]


def results(lines: list[Line]) -> dict[str, Result]:
    return {line.name: line.result for line in lines}


async def test_a_sound_source_keeps_the_contract(tmp_path: Path) -> None:
    fill(tmp_path / "order.sqlite", ROWS)
    lines = await contract_lines(sqlite_bench(tmp_path / "order.sqlite"), BY_USCC, 3)
    assert [line.name for line in lines] == [behavior.name for behavior in BEHAVIORS]
    assert {line.result for line in lines} == {Result.KEPT, Result.NOT_APPLICABLE}
    assert {line.name for line in lines if line.result is Result.NOT_APPLICABLE} == {
        "quiet_times", "pace", "lost_connection", "hanging", "late_start",
    }  # fmt: skip
    evidence = {line.name: line.evidence for line in lines}
    assert evidence["by_key"]["keys"] == 3
    assert evidence["by_key"]["records"] == 3
    assert evidence["malformed"]["with_unreadable_values"] == 1


async def test_what_is_not_kept_is_told_and_the_rest_is_tried(tmp_path: Path) -> None:
    async def half(source: Scripted, batch: Batch) -> Answer:
        return await source.honest(batch, None if len(batch.keys) == 1 else source.rows[:1])

    lines = await contract_lines(scripted(ROWS, half), BY_USCC, 3)
    told = results(lines)
    assert told["full_batch"] is Result.NOT_KEPT
    assert told["by_key"] is Result.KEPT
    (line,) = [line for line in lines if line.name == "full_batch"]
    assert line.note[0].startswith("3 个键中有")
    assert line.note[1].startswith("of 3 keys")


async def test_a_source_that_does_not_answer_keeps_nothing() -> None:
    lines = await contract_lines(scripted(ROWS, fails(SourceUnavailable("the source failed"))), BY_USCC, 3)
    (line,) = [line for line in lines if line.name == "by_key"]
    assert line.result is Result.NOT_KEPT
    assert line.note == ("来源没有答复", "UNAVAILABLE: the source failed")


async def test_a_source_without_records_proves_nothing() -> None:
    lines = await contract_lines(scripted([]), BY_USCC, 3)
    (line,) = [line for line in lines if line.name == "by_key"]
    assert line.result is Result.NOT_KEPT
    assert "ask by keys that have records" in line.note[1]


async def test_a_source_that_is_not_there_is_not_tried() -> None:
    class Gone(Scripted):
        async def probe(self) -> None:
            raise SourceUnavailable("the source could not be reached")

    with pytest.raises(Unasked, match="city_order: UNAVAILABLE"):
        await contract_lines(Bench(SPEC, lambda spec, _: Gone(spec, ROWS)), BY_USCC, 3)
    with pytest.raises(Unasked, match="--key"):
        await contract_lines(scripted(ROWS), Keys(), 3)


async def test_what_could_not_be_tried_stands_in_the_report() -> None:
    entity = msgspec.structs.replace(
        SPEC.entities[PART], keys={**SPEC.entities[PART].keys, "REG_NO": KeySpec(column="zch")}
    )
    spec = msgspec.structs.replace(SPEC, entities={PART: entity, "AdministrativePenalty_old": entity})
    keys = Keys({}, {PART: {"USCC": KEYS[:2]}})
    lines = [line for line in await contract_lines(scripted(ROWS, spec=spec), keys, 3) if line.name == "not_tried"]
    assert [(line.part, line.scheme, line.result) for line in lines] == [
        (PART, "REG_NO", Result.NOT_APPLICABLE),
        ("AdministrativePenalty_old", "", Result.NOT_KEPT),
    ]


def test_nobody_is_examined_by_more_than_a_key(city: City) -> None:
    (part, entity), *_ = city.source("police_verification").entities.items()
    assert Keys({}, {part: {"PERSON": ("230881188501010011",)}}).of(part, entity) == {}


def test_cases_are_lines_too(city: City) -> None:
    source = city.source("fire_penalties")
    bench = replace(scripted([]), spec=source)
    lines = case_lines(bench, city.cases)
    assert {line.result for line in lines} == {Result.KEPT}
    files = len(list((city.cases / "fire_penalties").glob("*.toml")))
    assert [line.name for line in lines] == [*repeat("case", files), *repeat("cases", len(source.entities))]
    assert "表里没有这家" in " ".join(line.tried[0] for line in lines)
    broken = city.cases / "fire_penalties" / "AdministrativePenalty.found.toml"
    broken.write_text(
        broken.read_text(encoding="utf-8").replace('amount = "1230000"', 'amount = "1230001"'), encoding="utf-8"
    )
    (city.cases / "fire_penalties" / "AdministrativePenalty.none.toml").write_text("nonsense", encoding="utf-8")
    for path in (city.cases / "fire_penalties").glob("*.toml"):
        if path.name not in {"AdministrativePenalty.found.toml", "AdministrativePenalty.none.toml"}:
            path.unlink()
    found, none, *counts = case_lines(bench, city.cases)
    assert len(counts) == len(source.entities)
    assert {line.result for line in (found, none, *counts)} == {Result.NOT_KEPT}
    assert found.note[1] == "records.1.values.fine_amount: differs"
    assert "cannot be read" in none.note[1]
    assert case_lines(bench, None)[0].evidence == {"cases": 0}


REPORT = Conformity(
    source="city_order",
    title="系统 <script>|`x`",
    kind="sql",
    department="同江市城市管理综合执法局(示例)",
    department_code="urban_management",
    department_uscc="11230881TJ0000123N",
    contact="法制科 & 信息股",
    file="config/sources/city_order.toml",
    file_digest="ab" * 32,
    catalogue="0123456789abcdef",
    policy="fedcba9876543210",
    at="2026-11-26T10:00:00+08:00",
    keys={"USCC": 4},
    contract=[
        Line("order", PART, "USCC", ("重复查询", "again"), ("次序不变", "same"), Result.KEPT, evidence={"keys": 4}),
        Line(
            "pace",
            "",
            "",
            ("多次", "several"),
            ("每秒", "a second"),
            Result.NOT_APPLICABLE,
            ("没有约定", "none agreed"),
        ),
    ],
    cases=[
        Line("case", PART, "", ("用例 <b>|", "the case"), ("得出", "come out"), Result.NOT_KEPT, ("", "records: 1|2"))
    ],
)


class Parsed(HTMLParser):
    """Collects the tags and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name in {"src", "href", "onload"}], "the report stands by itself"

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("suffix", RENDERED)
def test_a_report_says_who_what_when_and_which_version(suffix: str) -> None:
    text = RENDERED[suffix](REPORT)
    for part in (
        "同江市城市管理综合执法局(示例)", "urban_management", "法制科", "config/sources/city_order.toml", "ab" * 32,
        "0123456789abcdef", "2026-11-26T10:00:00+08:00", "重复查询", "again", "没有约定", "none agreed",
    ):  # fmt: skip
        assert part in text


def test_a_page_to_print_is_escaped_and_can_be_signed() -> None:
    parsed = Parsed(RENDERED[".html"](REPORT))
    assert "script" not in parsed.tags
    assert "b" not in parsed.tags
    assert "系统 <script>|`x`" in parsed.text
    assert "不符合 does not conform" in parsed.text
    for side in ("数据归属部门 The owning department", "网关运营方 The operator of the gateway"):
        assert side in parsed.text
    assert parsed.text.count("签字(盖章)signature, seal") == 2
    assert parsed.tags.count("table") == 3


def test_markdown_keeps_its_columns() -> None:
    text = RENDERED[".md"](REPORT)
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    for line in rows:
        assert line.replace("\\|", "").count("|") in {3, 4, 6}
    assert "&lt;script>" in text


def test_json_counts() -> None:
    told = json.loads(RENDERED[".json"](REPORT))
    assert told["counts"] == {"KEPT": 1, "NOT_KEPT": 1, "NOT_APPLICABLE": 1}
    assert told["kept"] is False
    assert told["contract"][0]["evidence"] == {"keys": 4}
