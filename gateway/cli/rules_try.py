"""`rules try` and `rules diff`: what other rules would say, over what clients kept or over the demo's subjects."""

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import msgspec
import orjson
import typer
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from connectors.declaration import unknown
from gateway.app import Gateway, open_gateway
from gateway.caller import Caller
from gateway.checks.again import overlay_of
from gateway.checks.checker import Checker
from gateway.checks.kept import KeptCheck, keep, read_kept
from gateway.checks.replay import kept_checks
from gateway.checks.request import CheckRequest, Key, Row
from gateway.checks.rights import may_not_run
from gateway.checks.whatif import Tried, changes, compared, try_rules
from gateway.cli.demo import on_port
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.rules import load_book
from gateway.configuration import load_configuration
from gateway.demo import departments
from gateway.demo.facts import REFERENCE
from gateway.demo.subjects import named
from gateway.inner import Inner
from gateway.plan.document import redact
from gateway.proof.bundle import FORMAT
from gateway.rules import NoRuleSet, RuleBook, RuleSet

NOT_READ: Final = 2
_DAY: Final = REFERENCE.isoformat()
_GIVEN: Final[Mapping[str, Any]] = {
    "requiredLicenses": ["食品经营许可"],
    "requiredQualifications": [{"kind": "市政公用工程施工总承包", "grade": ""}],
    "amount": 1_000_000.0,
    "license": "食品经营许可",
    "domain": "FOOD_DRUG",
    "qualification": "市政公用工程施工总承包",
}
"""What the demo's scenarios are checked with, as far as a rule set demands it."""

Kept = Annotated[
    list[Path],
    typer.Option(
        "--receipt",
        help="证明包、答复或留存的依据；可多次给出 a bundle, an answer, or kept evidence; may be repeated.",
        exists=True,
        dir_okay=False,
    ),
]
Rules = Annotated[
    Path | None,
    typer.Option("--rules", help="规则的文件夹，如草案 another folder of rules, such as a draft.", exists=True),
]


def rules_try(
    set_: Annotated[str, typer.Argument(metavar="SET", help="规则集代码 code of the rule set, such as `GP`.")],
    receipt: Kept,
    rules: Rules = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """用另一规则集重新判断留存的依据，不查询任何数据源。 Judge kept evidence by another rule set; no source is asked.

    Evidence is in an answer whose client selected `evidence` of `creditCheck`. The day is that of the check.

    Exit code: 0 结论均不变 no verdict changes, 1 有变化 some do, 2 无法读取 something cannot be read, or wrong use.
    """
    book = load_book(config, rules)
    checks = [(kept, overlay_of(kept, book, set_)) for kept in _read(receipt)]
    found = [each for kept, own in checks for each in try_rules(kept, _set(book, set_, kept.as_of), own)]
    _show(found, as_json)


def rules_diff(
    after: Annotated[
        Path,
        typer.Argument(metavar="RULES", help="改后的规则文件夹 the folder of the changed rules.", exists=True),
    ],
    receipt: Annotated[
        list[Path] | None,
        typer.Option("--receipt", help="以这些留存的依据比较 compare over this kept evidence.", exists=True),
    ] = None,
    only: Annotated[list[str] | None, typer.Option("--set", help="只比较该规则集 only this rule set.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """规则改动后，谁的结论会变。 Whose verdict changes under other rules, of the demo's subjects or over kept evidence.

    Without `--receipt` the simulated departments are started for the length of this command, and asked once for both.

    Exit code: 0 结论均不变 no verdict changes, 1 有变化 some do, 2 无法读取 something cannot be read, or wrong use.
    """
    before, changed = load_book(config), load_book(config, after)
    codes = list(dict.fromkeys([*before.sets, *changed.sets]))
    if lost := [each for each in only or () if each not in codes]:
        _stop(unknown("rule set", lost[0], codes))
    codes = [each for each in codes if not only or each in only]
    if receipt:
        kept = [each for each in _read(receipt) if each.rule_set.code in codes]
        _show(list(changes(kept, before, changed)), as_json)
    else:
        both = [code for code in codes if code in before.sets and code in changed.sets]
        pairs = [(_set(before, code, _DAY), _set(changed, code, _DAY)) for code in both]
        _show(uvloop.run(_of_demo(config, pairs)), as_json)


def _read(paths: Iterable[Path]) -> list[KeptCheck]:
    """Return the evidence in all files; a file without any is refused."""
    found = [kept for path in paths for kept in _kept_in(path)]
    if not found:
        _stop("no evidence of a check was found: select `evidence` of `creditCheck`, and keep the answer")
    return found


def _kept_in(path: Path) -> list[KeptCheck]:
    try:
        content = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        _stop(f"`{path.name}` cannot be read: expected JSON")
    if isinstance(content, dict) and content.get("format") == FORMAT:
        content = orjson.loads(content.get("answer") or "{}")
    if isinstance(content, dict) and "data" in content:
        return [kept for _, kept in kept_checks(content["data"])]
    try:
        return [read_kept(path.read_bytes())]
    except ValueError as error:
        _stop(f"`{path.name}` {error}")


def _set(book: RuleBook, code: str, day: str) -> RuleSet:
    try:
        return book.at(code, day)
    except NoRuleSet as error:
        _stop(str(error))


def _stop(message: str) -> NoReturn:
    typer.echo(f"error: {redact(message)}", err=True)
    sys.exit(NOT_READ)


async def _of_demo(config: Path, pairs: Sequence[tuple[RuleSet, RuleSet]]) -> list[Tried]:
    """Return what becomes of the demo's scenarios under two versions of each of some sets.

    What both versions of a set need is asked once, of all sets at the same time.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    with tempfile.TemporaryDirectory(prefix="credit-rules-") as name, progress:
        folder = Path(name)
        task = progress.add_task("starting the simulated departments", total=len(pairs))
        with departments(folder / "departments") as simulated:
            environ = {**os.environ, **simulated.environment}
            async with open_gateway(on_port(load_configuration(config), None), environ, folder / "gateway") as gateway:
                progress.update(task, description="asking them, one step for each rule set")

                async def compare(pair: tuple[RuleSet, RuleSet]) -> list[Tried]:
                    found = await _compared(gateway, *pair)
                    progress.advance(task)
                    return found

                told = await asyncio.gather(*map(compare, pairs))
                return [each for one in told for each in one]


async def _compared(gateway: Gateway, before: RuleSet, after: RuleSet) -> list[Tried]:
    """Return what the scenarios come to under two versions of a set; who asks may run them both."""
    demanded = {*before.demands, *after.demands}
    request = CheckRequest(
        before.code,
        tuple(Row(Key(each.uscc, "USCC")) for each in named()),
        input={name: value for name, value in _GIVEN.items() if name in demanded},
    )
    checker = Checker(Inner(gateway.front.ask), RuleBook)
    first, second = await checker.check_by(request, [before, after], _caller(gateway, before, after), _DAY)
    return compared(keep(first), keep(second))


def _caller(gateway: Gateway, before: RuleSet, after: RuleSet) -> Caller:
    """Return the registered client with the most scopes that may run both versions of a set, for one purpose."""
    loaded = gateway.front.loaded
    policy, clients = loaded.configuration.policy, loaded.register.clients
    able = [
        caller
        for name, client in clients.items()
        for purpose in client.purposes
        for caller in [Caller(name, client.department, frozenset(client.scopes), purpose, "rules-diff")]
        if may_not_run(policy, caller, before) is None and may_not_run(policy, caller, after) is None
    ]
    if not able:
        _stop(f"no registered client may run `{before.code}` before and after, for one purpose")
    return max(able, key=lambda caller: len(caller.scopes))


def _show(found: Sequence[Tried], as_json: bool) -> None:
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n")
    else:
        Console(highlight=False).print(_table(found))
        changed = sum(each.changed for each in found)
        typer.echo(f"{len(found)} subjects, {changed} with another verdict")
    sys.exit(1 if any(each.changed for each in found) else 0)


def _table(found: Sequence[Tried]) -> Table:
    table = Table(
        Column("set"), Column("主体 subject", no_wrap=True), "then", "now", Column("规则 rules", overflow="fold")
    )
    for each in found:
        if each.changed or each.differences:
            style = "bold" if each.changed else "dim"
            table.add_row(each.set, each.subject, each.then, each.now, _rules(each), style=style)
    return table


def _rules(tried: Tried) -> str:
    def told(each: Any) -> str:
        return "–" if each is None else each.result if each.verdict is None else f"{each.result} {each.verdict}"

    return "\n".join(f"{each.rule}: {told(each.then)} → {told(each.now)}" for each in tried.differences)
