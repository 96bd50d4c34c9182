"""`conform`: put a live source to the contract and to its cases, and write the report that both sides sign."""

import sys
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from connectors.gate import china_now
from gateway.cli.live import KeysFile, SourceName, ToldKeys, bench_of, keys_for, progress_bar, run_live
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Cases, Config, cases_folder
from gateway.configuration import Configuration, load_configuration
from gateway.kit.bench import Bench
from gateway.kit.conform import Line, Result, case_lines, contract_lines
from gateway.kit.contract import BEHAVIORS
from gateway.kit.keys import Keys
from gateway.kit.report import RENDERED, Conformity, as_json, evidence_text


def conform(
    name: SourceName,
    key: ToldKeys = None,
    keys_file: KeysFile = None,
    most: Annotated[int, typer.Option("--keys", help="每部分最多用几个键 at most so many keys a part.", min=1)] = 5,
    report: Annotated[
        list[Path] | None,
        typer.Option("--report", help=f"Write the report: a file ending in {', '.join(RENDERED)}; repeatable."),
    ] = None,
    config: Config = DEFAULT_CONFIG,
    cases: Cases = None,
    json_: AsJson = False,
) -> None:
    """按约定逐项测试一个数据源,出具双方可签字的报告。 Put a live source to the contract and its cases; write a report.

    Batches, unknown and repeated keys, order, deadlines, calls given up, calls at once, quiet hours, lines cut.
    Each with what was tried, what was expected, what came, and the evidence: counts, times, digests, no record.

    The source is asked some dozens of times per part, within its limits. Use keys that have records.

    Exit code: 0 all kept, 1 some not, 2 could not ask.
    """
    for path in report or ():
        if path.suffix not in RENDERED:
            raise typer.BadParameter(f"`{path.name}` ends in none of {', '.join(RENDERED)}", param_hint="--report")
    configuration = load_configuration(config)
    bench = bench_of(configuration, name)
    keys = keys_for(bench.spec, key, keys_file, cases)
    found = _conformity(
        configuration, bench, keys, _contract(bench, keys, most), case_lines(bench, cases_folder(cases))
    )
    for path in report or ():
        path.write_text(RENDERED[path.suffix](found), encoding="utf-8")
    if json_:
        sys.stdout.write(as_json(found) + "\n")
    else:
        _print(Console(highlight=False), found, report or [])
    sys.exit(0 if found.kept else 1)


def _contract(bench: Bench, keys: Keys, most: int) -> list[Line]:
    trials = sum(len(keys.of(part, entity)) for part, entity in bench.spec.entities.items())
    once = sum(behavior.once for behavior in BEHAVIORS)
    with progress_bar(bench.spec.name, trials * (len(BEHAVIORS) - once) + once) as advance:
        return run_live(contract_lines(bench, keys, most, advance))


def _conformity(
    configuration: Configuration, bench: Bench, keys: Keys, contract: list[Line], cases: list[Line]
) -> Conformity:
    spec = bench.spec
    department = configuration.departments[spec.department]
    file = configuration.sources_folder / f"{spec.name}.toml"
    used: dict[str, set[str]] = {}
    for part, entity in spec.entities.items():
        for scheme, known in keys.of(part, entity).items():
            used.setdefault(scheme, set()).update(known)
    return Conformity(
        source=spec.name,
        title=spec.title,
        kind=str(type(spec).__struct_config__.tag),
        department=department.name,
        department_code=department.code,
        department_uscc=department.uscc,
        contact=spec.contact,
        file=f"config/sources/{file.name}",
        file_digest=sha256(file.read_bytes()).hexdigest(),
        catalogue=configuration.catalogue.version,
        policy=configuration.policy.version,
        at=china_now().isoformat(timespec="seconds"),
        keys={scheme: len(known) for scheme, known in used.items()},
        contract=contract,
        cases=cases,
    )


def _print(console: Console, found: Conformity, written: list[Path]) -> None:
    console.print(f"{found.title} ({found.source}) · {found.department} · {found.at}", markup=False)
    table = Table(
        *(Column(each, overflow="fold") for each in ("部分 part", "内容 tried", "结果 result", "证据 evidence"))
    )
    for line in (*found.contract, *found.cases):
        of = " ".join(each for each in (line.part, line.scheme) if each)
        note = "\n".join(each for each in line.note if each)
        result = f"{line.result.zh} {line.result.en}" + (f"\n{note}" if note else "")
        style = "red" if line.result is Result.NOT_KEPT else None
        table.add_row(of, "\n".join(line.tried), result, evidence_text(line), style=style)
    console.print(table)
    console.print("、".join(f"{each.zh} {each.en} {found.count(each)}" for each in Result))
    for path in written:
        console.print(f"written: {path}", markup=False, soft_wrap=True)
