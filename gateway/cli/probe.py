"""`probe`: ask one live source a little, and tell how it answers and what its records are like."""

import sys
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Column, Table

from gateway.cli.live import KeysFile, SourceName, ToldKeys, bench_of, keys_for, progress_bar, run_live
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Cases, Config
from gateway.configuration import Configuration, load_configuration
from gateway.kit.bench import Bench
from gateway.kit.findings import Finding
from gateway.kit.keys import Keys
from gateway.kit.probe import Probed, probe_source
from gateway.kit.words import entity_words

_MORE_CALLS = 3
"""Beside the calls of one key: the batch, a key that nobody has, rows that are marked as deleted."""


def probe(
    name: SourceName,
    key: ToldKeys = None,
    keys_file: KeysFile = None,
    calls: Annotated[int, typer.Option(help="一个键的调用次数 calls of one key, per part and scheme.", min=1)] = 10,
    config: Config = DEFAULT_CONFIG,
    cases: Cases = None,
    as_json: AsJson = False,
) -> None:
    """实测一个数据源:能否连通、快慢、数据好坏。 Ask a live source; tell how it answers and what its records are like.

    Times, a batch against single keys, order, a key that nobody has, missing columns.
    Values that cannot be read, codes not listed, wrong encodings, fields never filled, repeated or undated records.

    No value and no key is shown. Without keys, those of its cases are used. Limits and quiet hours are kept.

    Exit code: 0 nothing to look at, 1 findings, 2 could not ask.
    """
    configuration = load_configuration(config)
    bench = bench_of(configuration, name)
    probed = _probe(bench, keys_for(bench.spec, key, keys_file, cases), calls)
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(probed), indent=2).decode() + "\n")
    else:
        _print(Console(highlight=False), configuration, probed)
    sys.exit(1 if probed.findings else 0)


def _probe(bench: Bench, keys: Keys, calls: int) -> Probed:
    questions = sum(len(keys.of(part, entity)) for part, entity in bench.spec.entities.items())
    with progress_bar(bench.spec.name, questions * (calls + _MORE_CALLS)) as advance:
        return run_live(probe_source(bench, keys, calls, advance))


def _print(console: Console, configuration: Configuration, probed: Probed) -> None:
    spec = configuration.catalogue.sources[probed.source]
    department = configuration.departments[probed.department]
    console.print(f"{spec.title} ({probed.source}) · {department.name} · {probed.at}", markup=False)
    console.print(f"连通 reached in {probed.reached_ms:g} ms")
    console.print(_answers(probed))
    for part in dict.fromkeys(each.part for each in probed.parts if each.rows):
        empty = [set(each.never_filled) for each in probed.parts if each.part == part and each.rows]
        if never := [name for name in spec.entities[part].fields if all(name in each for each in empty)]:
            console.print(f"从未有值 never filled in {part}: {', '.join(never)}", markup=False)
    if probed.not_asked:
        console.print(f"没有键、未查 not asked for want of a key: {', '.join(probed.not_asked)}", markup=False)
    if probed.findings:
        console.print(_findings(probed.findings))
    console.print(f"发现 findings: {len(probed.findings)}" if probed.findings else "没有发现问题 nothing to look at")


def _answers(probed: Probed) -> Table:
    table = Table(
        Column("部分 part", overflow="fold"), "键 by", "查到/键 found/keys", "记录 records", "已删 deleted",
        "中位 median", "p95", "批量 batch", "更新 updated", title="答复 answers", title_justify="left",
    )  # fmt: skip
    for part in probed.parts:
        table.add_row(
            f"{part.part}\n{entity_words(part.part).zh}",
            part.scheme,
            f"{part.keys_found}/{part.keys}",
            str(part.rows),
            "" if part.deleted is None else str(part.deleted),
            _milliseconds(part.median_ms),
            _milliseconds(part.p95_ms),
            "" if part.batch_ms is None else f"{part.batch_keys} keys: {_milliseconds(part.batch_ms)}",
            "" if part.age_days is None else f"{part.age_days:g} 天前 days ago",
        )
    return table


def _milliseconds(value: float | None) -> str:
    return "" if value is None else f"{value:g} ms"


def _findings(findings: list[Finding]) -> Table:
    headings = ("发现 finding", "部分 part", "字段 field", "次数 count", "说明 detail")
    table = Table(*(Column(each, overflow="fold") for each in headings), title="发现 findings", title_justify="left")
    for each in findings:
        table.add_row(f"{each.kind.zh}\n{each.kind.en}", each.part, each.field, str(each.count), each.detail)
    return table
