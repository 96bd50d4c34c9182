"""`audit`: what the ledger tells an auditor, by a running gateway and a token, or read from the ledger itself."""

import os
import sys
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

import msgspec
import typer
from rich.console import Console

from gateway.audit.hiding import Hiding, Notes
from gateway.audit.load import Known, load_hiding
from gateway.audit.rows import Rows
from gateway.audit.stats import read_stats
from gateway.audit.trail import read_trail, show_trail
from gateway.cli.audit_read import ask_gateway, read_ledger
from gateway.cli.audit_told import STATS, TRAIL, plain, print_stats, print_trail, written
from gateway.cli.options import DEFAULT_CONFIG, DEFAULT_DATA, AsJson, Config, Data
from gateway.ledger import Secret, pseudonyms
from schema.audit import EntryKind, EntryOutcome
from schema.statistics import StatsBy

_TRAIL_QUERY: Final = (
    "query Trail($filter: AuditFilter, $first: Int!, $after: String) "
    "{ told: auditTrail(filter: $filter, first: $first, after: $after) "
)
_STATS_QUERY: Final = (
    "query Stats($from: DateTime!, $to: DateTime!, $by: StatsBy!) "
    "{ told: disclosureStats(from: $from, to: $to, by: $by) "
)

Gateway = Annotated[str | None, typer.Option(metavar="URL", help="A running gateway's address, with --token.")]
Token = Annotated[str | None, typer.Option(help="`@FILE` that holds an access token with audit.read.")]
Url = Annotated[str | None, typer.Option(metavar="URL", help="The ledger, instead of that in --data.")]
Since = Annotated[str | None, typer.Option("--from", metavar="TIME", help="ISO 8601 with its offset, included.")]
Until = Annotated[str | None, typer.Option("--to", metavar="TIME", help="ISO 8601 with its offset, not included.")]

audit_commands = typer.Typer(
    help="""审计:谁在何时为何查询了什么、披露了多少。 Who asked for what, and how much was disclosed.

    Of a running gateway (--gateway, --token), which enters the reading in its ledger; or from the ledger itself
    (--data, or --url with LEDGER_SECRET), for an auditor who has the disk: that reading leaves no entry.

    Exit code: 0 told, 1 cannot be told (the reason is said), 2 wrong use.
    """,
    no_args_is_help=True,
)


@audit_commands.command("trail")
def audit_trail(
    subject: Annotated[str | None, typer.Option(metavar="SCHEME=VALUE", help="被查询的主体 whom it was about.")] = None,
    client: Annotated[str | None, typer.Option(help="客户端 who asked.")] = None,
    department: Annotated[str | None, typer.Option(help="查询部门 the department that asked.")] = None,
    owner: Annotated[str | None, typer.Option(help="归属部门 the department whose source was asked.")] = None,
    source: Annotated[str | None, typer.Option(help="数据源 a source that was asked.")] = None,
    purpose: Annotated[str | None, typer.Option(help="查询目的 what for.")] = None,
    field: Annotated[str | None, typer.Option(help="字段或实体 Entity.field, or Entity.")] = None,
    kind: Annotated[str | None, typer.Option(help="QUERY, MUTATION, REFUSAL, CHANGE, CHECK ...")] = None,
    outcome: Annotated[str | None, typer.Option(help="结果 e.g. PARTIAL.")] = None,
    receipt: Annotated[str | None, typer.Option(help="回执编号 one receipt.")] = None,
    since: Since = None,
    until: Until = None,
    first: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    after: Annotated[str | None, typer.Option(help="The cursor of the page before.")] = None,
    gateway: Gateway = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """访问日志,由新到旧。 Entries of the ledger, newest first: all that have everything which is named.

    Subjects are shown as pseudonyms; a subject that is named becomes one at once.

    e.g. audit trail --subject USCC=91230881TJ00000350 --from 2026-11-01T00:00:00+08:00
    """
    said = {
        "client": client,
        "department": department,
        "owner": owner,
        "source": source,
        "purpose": purpose,
        "field": field,
        "kind": kind,
        "outcome": outcome,
        "receipt": receipt,
        "from": since,
        "to": until,
        "subject": _subject(subject),
    }
    _one_of("--kind", kind, EntryKind.__members__)
    _one_of("--outcome", outcome, EntryOutcome.__members__)
    filter_ = {name: each for name, each in said.items() if each is not None}
    arguments = {"filter": filter_, "first": first, "after": after}
    if gateway is not None:
        told = ask_gateway(gateway, token, f"{_TRAIL_QUERY}{written(TRAIL)} }}", arguments)
    else:
        hiding = load_hiding(config / "audit.toml", Known(None, None, None))
        told = read_ledger(data, url, os.environ, lambda rows, secret: _trail(rows, secret, hiding, arguments))
    _print(told, as_json, print_trail)


@audit_commands.command("stats")
def audit_stats(
    since: Annotated[str, typer.Option("--from", metavar="TIME", help="ISO 8601 with its offset, included.")],
    until: Annotated[str, typer.Option("--to", metavar="TIME", help="ISO 8601 with its offset, not included.")],
    by: Annotated[str, typer.Option(help="CLIENT DEPARTMENT PURPOSE OUTCOME SOURCE OWNER FIELD or DAY.")] = "CLIENT",
    gateway: Gateway = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """披露统计,期间至多 366 天。 How much was disclosed in a period of 366 days at most.

    e.g. audit stats --from 2026-11-01T00:00:00+08:00 --to 2026-12-01T00:00:00+08:00 --by OWNER
    """
    _one_of("--by", by, StatsBy.__members__)
    arguments = {"from": since, "to": until, "by": by}
    if gateway is not None:
        told = ask_gateway(gateway, token, f"{_STATS_QUERY}{written(STATS)} }}", arguments)
    else:
        told = read_ledger(data, url, os.environ, lambda rows, _: _stats(rows, arguments))
    _print(told, as_json, print_stats)


async def _trail(rows: Rows, secret: Secret, hiding: Hiding, arguments: Mapping[str, Any]) -> Any:
    page, _ = await read_trail(rows, lambda scheme, value: pseudonyms(secret, scheme, value), arguments)
    notes = Notes({each.key_id: each.key for each in (secret, *secret.earlier)})
    return plain(show_trail(page, notes, hiding), TRAIL)


async def _stats(rows: Rows, arguments: Mapping[str, Any]) -> Any:
    return plain(await read_stats(rows, arguments), STATS)


def _one_of(option: str, value: str | None, known: Mapping[str, object]) -> None:
    if value is not None and value not in known:
        raise typer.BadParameter(f"expected one of {', '.join(known)}", param_hint=option)


def _subject(text: str | None) -> dict[str, str] | None:
    if text is None:
        return None
    scheme, equals, value = text.partition("=")
    return {"scheme": scheme, "value": value} if equals else {"value": text}


def _print(told: Any, as_json: bool, print_: Callable[[Console, Mapping[str, Any]], None]) -> None:
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(told), indent=2).decode() + "\n")
    else:
        print_(Console(highlight=False), told)
