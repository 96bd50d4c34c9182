"""`rules`: check the rules of credit checks against the schema and their own cases, and list them."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
import typer
from rich.console import Console
from rich.table import Column, Table

from connectors.clock import today_text
from connectors.errors import ConfigError, Mistake
from gateway.auth import load_clients
from gateway.catalogue import load_legal_bases
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.days import EXPECTED, is_day
from gateway.policy import load_policy
from gateway.rules import Known, NoRuleSet, Rule, RuleBook, RuleSet, needs_of
from gateway.rules.book import FOLDER
from gateway.rules.table import table_mistakes
from gateway.settings import load_settings

T = TypeVar("T")

rules_commands = typer.Typer(
    help="""信用核查规则:对照模式检查、运行自带用例、列出。 The rules of credit checks: check them, list them.

    Exit code: 0 no mistakes, 1 mistakes, 2 wrong use.
    """,
    no_args_is_help=True,
)


@rules_commands.command("check")
def rules_check(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """对照模式检查每个条件,运行每条规则自带的用例。 Type-check every condition; run the cases of every rule.

    Every mistake is listed with file and place; a rule without a case of a hit, of a clean subject and of what is not
    known is one.
    """
    try:
        book = load_book(config)
        if mistakes := table_mistakes(book):
            raise ConfigError(mistakes)
    except ConfigError as error:
        if not as_json:
            raise
        _print_json({"mistakes": error.mistakes, "sets": []})
        sys.exit(1)
    if as_json:
        _print_json({"mistakes": [], "sets": [_counted(each) for each in book], "overlays": _overlays(book)})
        return
    console = Console(highlight=False)
    console.print(_sets_table(book))
    rules = [rule for each in book for rule in each.rules]
    cases = sum(len(rule.cases) for rule in rules)
    console.print(f"no mistakes: {len(book)} rule sets, {len(rules)} rules, {cases} cases")


@rules_commands.command("list")
def rules_list(
    set_: Annotated[str | None, typer.Argument(metavar="[SET]", help="Only this rule set, e.g. `GP`.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="As in force on that day, not today.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """列出某日有效的规则、结论和依据。 List the rules in force on a day: titles, verdicts, legal bases."""
    if as_of is not None and not is_day(as_of):
        raise typer.BadParameter(EXPECTED.replace(" in quotes", ""), param_hint="--as-of")
    day, book = as_of or today_text(), load_book(config)
    sets = _in_force(book, [set_] if set_ is not None else list(book.sets), day, named=set_ is not None)
    if as_json:
        _print_json([_plain(each, day) for each in sets])
        return
    console = Console(highlight=False)
    for each in sets:
        console.print(_rules_table(each, day))


def load_book(folder: Path, rules: Path | None = None) -> RuleBook:
    """Return the rules in the configuration ``folder``, held against its purposes, legal bases and clients (of a file).

    ``rules`` is another folder of rules, such as a draft. Raises `ConfigError` with the mistakes of all these files;
    nothing else of the folder is read.
    """
    mistakes: list[Mistake] = []
    policy = _read(mistakes, lambda: load_policy(folder / "scopes.toml"))
    bases = _read(mistakes, lambda: load_legal_bases(folder / "legal_bases.toml"))
    settings = _read(mistakes, lambda: load_settings(folder / "gateway.toml"))
    clients = None
    if settings is not None and policy is not None and settings.clients.home != "table":
        clients = _read(mistakes, lambda: load_clients(folder / "clients.toml", policy))
    known = Known(policy.purposes if policy is not None else None, bases)
    book = _read(mistakes, lambda: RuleBook.load(rules or folder / FOLDER, known))
    if book is not None and clients is not None:
        mistakes += book.unused({name: client.purposes for name, client in clients.items()})
    if mistakes or book is None:
        raise ConfigError(mistakes)
    return book


def _read(mistakes: list[Mistake], load: Callable[[], T]) -> T | None:
    """Return what ``load`` returns, or None after adding its mistakes to ``mistakes``."""
    try:
        return load()
    except ConfigError as error:
        mistakes.extend(error.mistakes)
        return None


def _in_force(book: RuleBook, codes: Iterable[str], day: str, *, named: bool) -> list[RuleSet]:
    found = []
    for code in codes:
        try:
            found.append(book.at(code, day))
        except NoRuleSet as error:
            if named:
                raise typer.BadParameter(str(error), param_hint="SET") from None
    return found


def _counted(rules: RuleSet) -> dict[str, Any]:
    expected = Counter(case.expect for rule in rules.rules for case in rule.cases)
    return {
        "code": rules.code,
        "version": rules.version,
        "file": rules.file,
        "digest": rules.digest,
        "from": rules.from_,
        "to": rules.to,
        "advisory": rules.advisory,
        "demands": rules.demands,
        "needs": len(rules.needs),
        "rules": len(rules.rules),
        "cases": dict(expected),
    }


def _demanded(rules: RuleSet) -> list[str]:
    return [f"demands {', '.join(rules.demands)}"] if rules.demands else []


def _overlays(book: RuleBook) -> list[dict[str, Any]]:
    return [
        {"client": each.client, "set": each.set, "digest": each.digest, "raises": [one.rule for one in each.raises]}
        for each in book.overlays
    ]


def _plain(rules: RuleSet, day: str) -> dict[str, Any]:
    listed = [
        {
            "id": rule.id,
            "title": rule.title,
            "verdict": rule.verdict,
            "mark": rule.mark,
            "mandatory": rule.mandatory,
            "scope": rule.scope,
            "kinds": rule.kinds,
            "reveal": rule.reveal,
            "needs": needs_of(rule),
            "basis": rule.basis,
            "from": rule.from_,
            "to": rule.to,
        }
        for rule in rules.rules
        if rule.in_force(day)
    ]
    return {**_counted(rules), "title": rules.title, "purposes": rules.purposes, "rules": listed}


def _sets_table(book: RuleBook) -> Table:
    table = _table("set", "规则集 title", "in force", "rules", "cases")
    for each in book:
        cases = Counter(case.expect for rule in each.rules for case in rule.cases)
        table.add_row(
            f"{each.code} {each.version}\n{each.digest}",
            "\n".join([each.title.zh, each.title.en, *each.purposes, *_demanded(each)]),
            f"{each.from_ or '…'} –\n{each.to or '…'}",
            f"{len(each.rules)}\nadvisory" if each.advisory else str(len(each.rules)),
            "\n".join(f"{count} {expect}" for expect, count in cases.items()),
        )
    for overlay in book.overlays:
        raised = "\n".join(f"{each.rule} {each.verdict}" for each in overlay.raises)
        table.add_row(f"{overlay.set}\n{overlay.digest}", f"overlay of {overlay.client}", "", raised, "")
    return table


def _rules_table(rules: RuleSet, day: str) -> Table:
    table = _table("rule", "规则 title", "verdict", "依据 basis")
    demanded = "".join(f"\n{each}" for each in _demanded(rules))
    table.title = f"{rules.code} {rules.version} {rules.title.zh} {rules.title.en}{demanded}"
    for rule in rules.rules:
        if rule.in_force(day):
            table.add_row(rule.id, f"{rule.title.zh}\n{rule.title.en}", "\n".join(_means(rules, rule)), _bases(rule))
    return table


def _means(rules: RuleSet, rule: Rule) -> Sequence[str]:
    """Return what a hit means, line by line: in an advisory set a REJECT stops at ATTENTION."""
    stops = rules.advisory and rule.verdict == "REJECT"
    words = [
        "ATTENTION" if stops else rule.verdict,
        rule.mark or "",
        "of the lot" if rule.scope == "LOT" else "",
        "" if rule.mandatory else "not mandatory",
        "verdict only" if rule.reveal == "VERDICT_ONLY" else "",
    ]
    return [word for word in words if word]


def _bases(rule: Rule) -> str:
    return "\n".join(f"{each.base} {each.article or ''}".rstrip() for each in rule.basis)


def _table(first: str, *others: str) -> Table:
    return Table(Column(first, no_wrap=True), *(Column(name, overflow="fold") for name in others))


def _print_json(value: Any) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")
