"""`screen`: a file of subjects checked against a rule set, row by row, and whether such a file is what was signed."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import msgspec
import typer
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from typer.core import TyperGroup

from connectors.clock import today_text
from connectors.errors import printable
from gateway.app import open_gateway
from gateway.caller import Caller
from gateway.cli.options import DEFAULT_CONFIG, DEFAULT_DATA, AsJson, Data
from gateway.cli.remote import Token, TokenFile, gateway_address
from gateway.cli.screen_away import Away, GatewayKey, screen_away
from gateway.cli.screen_out import Output, Wanted, output_of
from gateway.cli.screen_told import print_summary, summary, tenths
from gateway.cli.screen_verify import verify_screened
from gateway.configuration import load_configuration
from gateway.errors import Forbidden, RequestError
from gateway.front import Front
from gateway.rules import NoRuleSet
from gateway.rules.inputs import input_mistakes
from gateway.screening.checking import Asked, rules_of
from gateway.screening.files import FORMATS, FileRefused
from gateway.screening.job import SLICE_ROWS
from gateway.screening.opened import Screenings
from gateway.screening.portfolio import Portfolio, Wish, open_portfolio
from gateway.screening.results import RESULTS
from gateway.screening.run import Advance
from gateway.screening.screening import Question, Screened

NOT_ALL_JUDGED: Final = 3


class _RunByDefault(TyperGroup):
    """Takes `screen FILE …` for `screen run FILE …`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Return the arguments, `run` before those that name no command."""
        named = bool(args) and (args[0] in self.commands or args[0] in {"-h", "--help"})
        return super().parse_args(ctx, args if named or not args else ["run", *args])


screen_commands = typer.Typer(
    cls=_RunByDefault,
    help="批量筛查:逐行核查文件中的主体。 Check every subject of a file against a rule set: `screen FILE --rules BK`.",
    no_args_is_help=True,
)
screen_commands.command("verify")(verify_screened)


@dataclass(frozen=True, slots=True)
class _Asking:
    """What the options of the command say."""

    output: Output
    rules: str
    client: str
    purpose: str | None
    case: str | None
    as_of: str | None
    input: dict[str, Any]
    resume: str | None
    wait: bool


@screen_commands.command("run")
def screen_command(
    file: Annotated[Path, typer.Argument(help="CSV, xlsx, Parquet or NDJSON.", exists=True, dir_okay=False)],
    rules: Annotated[str, typer.Option(help="The rule set, such as BK.")],
    url: Annotated[
        str | None,
        typer.Option("--url", metavar="URL", help="网关地址 a gateway elsewhere, which screens; with a token."),
    ] = None,
    token: TokenFile = None,
    gateway_key: GatewayKey = None,
    client: Annotated[
        str | None,
        typer.Option(
            help="The client on whose rights and budgets it is asked.", show_default="bank; with --url, the token's"
        ),
    ] = None,
    purpose: Annotated[str | None, typer.Option(help="One of its purposes.")] = None,
    case: Annotated[str | None, typer.Option(help="The case or project that it is for.")] = None,
    as_of: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="The day rules judge by; today.")] = None,
    input_: Annotated[str, typer.Option("--input", help='What rules read besides, JSON: {"amount": 5000000}.')] = "{}",
    key: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column that holds the keys.")] = None,
    scheme: Annotated[str | None, typer.Option(help="The scheme of the keys, such as USCC or NAME.")] = None,
    format_: Annotated[str | None, typer.Option("--format", help=f"{', '.join(FORMATS)}; else by the name.")] = None,
    delimiter: Annotated[
        str | None, typer.Option(help="What parts the cells of a CSV; else told by its header.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Where to write, `-` for standard output; else beside FILE.")
    ] = None,
    stream: Annotated[
        bool, typer.Option("--stream", help="Write rows while it runs (CSV, NDJSON), not when all are done.")
    ] = False,
    manifest: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Where the signed manifest goes; else beside the output.")
    ] = None,
    after: Annotated[
        int, typer.Option(min=0, metavar="ROWS", help="With `--out -`: how many rows were read before; left out.")
    ] = 0,
    columns: Annotated[str, typer.Option(help="The columns to add, parted by commas.")] = ",".join(RESULTS),
    prefix: Annotated[str, typer.Option(help="Put before the names of those columns.")] = "",
    slice_rows: Annotated[
        int,
        typer.Option("--slice", min=1, max=1_000, help="Rows asked about together; fewer need less memory."),
    ] = SLICE_ROWS,
    resume: Annotated[str | None, typer.Option(metavar="JOB", help="Go on with a job that was interrupted.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for closed sources to open, and for budgets.")] = False,
    config: Annotated[
        Path | None, typer.Option(help="The configuration folder.", exists=True, file_okay=False, show_default="config")
    ] = None,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """筛查一个文件。 Screen a file: every row gets its verdict; FILE is only read, and written again beside.

    各行按原次序写出,原有各列保留;无法识别的行为 INVALID,附原因。中断后用 --resume 继续,已完成的行不再查询。
    Rows keep their order and columns; a row that names nobody is INVALID, with the reason. An interrupted screening
    goes on with `--resume`: what was done is not asked again. Beside the output goes its signed manifest. With
    `--stream`, or `--out -` (NDJSON), rows are written in order as soon as they are done.

    用 --url 时由该网关筛查:只上传主体标识,本机无需配置、账本和 Redis;中断后重新运行同一命令即可继续,结果核验后才写出。
    With `--url` the gateway there screens: keys alone are sent, and this machine needs no configuration, ledger or
    Redis. The same command goes on with what was interrupted; what is written was verified first. The token stands in
    CREDIT_TOKEN or in `--token @FILE`, consents in CREDIT_CONSENT; both go out over HTTPS, or to this machine, alone.

    Exit code: 0 all rows were judged, 3 some are UNDETERMINED or INVALID, 1 refused or interrupted, 2 wrong use.
    """
    if format_ is not None and format_ not in FORMATS:
        raise typer.BadParameter(f"known: {', '.join(FORMATS)}", param_hint="--format")
    wish = Wish(key, scheme, format_, delimiter, columns.split(","), prefix, slice_rows)
    output = output_of(file, Wanted(out, manifest, stream, after), resumed=resume is not None)
    asking = _Asking(output, rules, client or "bank", purpose, case, _day(as_of), _input(input_), resume, wait)
    errors = Console(stderr=True, soft_wrap=True, highlight=False)
    if url is None and (token is not None or gateway_key is not None):
        raise typer.BadParameter("is for a gateway elsewhere: name it by `--url`", param_hint="--token, --gateway-key")
    if url is not None:
        if client is not None or config is not None:
            raise typer.BadParameter(
                "the token tells the client, the gateway has the configuration", param_hint="--url"
            )
        if output.piped or stream:
            raise typer.BadParameter(
                "what comes from elsewhere is verified before it is written: name a file by `--out`", param_hint="--url"
            )
        away = Away(
            gateway_address(url, "--url"),
            Token(token),
            tuple(gateway_key or ()),
            file,
            Path(output.name),
            output.manifest,
            rules,
            purpose,
            case,
            asking.as_of,
            asking.input,
            resume,
            wait,
        )
        try:
            counts = screen_away(away, wish, errors, as_json=as_json)
        except (FileRefused, RequestError) as error:
            _refuse(errors, str(error))
        raise typer.Exit(_exit_code(counts))
    try:
        portfolio = open_portfolio(file, wish)
        output.outlet.require(portfolio.reader)
        done = uvloop.run(_screen(asking, portfolio, config or DEFAULT_CONFIG, data, errors))
    except (FileRefused, NoRuleSet, RequestError) as error:
        _refuse(errors, str(error))
    except OSError as error:
        _refuse(errors, f"a file cannot be read or written: {error.strerror}; go on with `--resume` when it can")
    output.manifest.write_bytes(msgspec.json.format(msgspec.json.encode(done.manifest)) + b"\n")
    told, beside = summary(done, output.name, output.manifest), sys.stderr if output.piped else sys.stdout
    if as_json:
        beside.write(msgspec.json.format(msgspec.json.encode(told)).decode() + "\n")
    else:
        print_summary(told, beside)
    raise typer.Exit(_exit_code(done.progress.counts))


async def _screen(asking: _Asking, portfolio: Portfolio, config: Path, data: Path, errors: Console) -> Screened:
    async with open_gateway(load_configuration(config), os.environ, data, working=False) as gateway:
        screenings = gateway.screenings
        caller = _caller(gateway.front, asking)
        portfolio = _told(portfolio, asking.input)
        found = await screenings.jobs.find(asking.resume) if asking.resume is not None else None
        as_of = found.as_of if found is not None else asking.as_of or today_text()
        check = screenings.check(caller, Asked(asking.rules, as_of, asking.input), wait=asking.wait)
        by = rules_of(screenings.checker, caller.client, asking.rules, as_of)
        question = Question(caller.client, caller.purpose, by, as_of)
        if asking.resume is not None:
            job = await screenings.files.resume(asking.resume, portfolio, question)
        else:
            job = await screenings.files.begin(portfolio, question)
        errors.print(f"任务 job {job.id}: {job.rows:,} 行 rows; 中断后继续 if interrupted: --resume {job.id}")
        quiet = asking.output.shares_terminal
        with _progress(errors, await _done(screenings, job.id), job.rows, quiet=quiet) as advance:
            return await screenings.files.finish(job, portfolio, check, asking.output.outlet, advance, wait=asking.wait)


async def _done(screenings: Screenings, job: str) -> int:
    return (await screenings.jobs.progress(job)).done


@contextmanager
def _progress(console: Console, done: int, rows: int, *, quiet: bool) -> Iterator[Advance]:
    if not console.is_terminal:
        yield tenths(console, done, rows)
        return
    columns = (TextColumn("筛查 screening"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet) as bar:
        task = bar.add_task("", total=rows, completed=done)
        yield lambda more: bar.advance(task, more)


def _caller(front: Front, asking: _Asking) -> Caller:
    client = front.loaded.register.find(asking.client)
    if client is None:
        known = ", ".join(each.id for each in front.loaded.register.all())
        raise Forbidden(f"unknown client `{asking.client}`; known: {known}")
    purpose = asking.purpose or client.default_purpose or client.purposes[0]
    if purpose not in client.purposes:
        raise Forbidden(f"client `{client.id}` may not ask for `{purpose}`; allowed: {', '.join(client.purposes)}")
    if purpose in client.case_required and asking.case is None:
        raise Forbidden(f"client `{client.id}` must name a case for `{purpose}`: `--case`")
    return Caller(client.id, client.department, client.scopes, purpose, asking.case)


def _told(portfolio: Portfolio, given: dict[str, Any]) -> Portfolio:
    """Return ``portfolio`` with what rules read besides in its settings: a job goes on with the same only."""
    raw = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in sorted(given.items())}
    settings = msgspec.structs.replace(portfolio.settings, input=raw)
    return Portfolio(portfolio.reader, portfolio.digest, settings, portfolio.slices)


def _input(text: str) -> dict[str, Any]:
    try:
        given = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError:
        raise typer.BadParameter("not a JSON object", param_hint="--input") from None
    mistakes = [f"`{part}` {message}" for part, message in input_mistakes(given, "")]
    if mistakes:
        raise typer.BadParameter("; ".join(mistakes), param_hint="--input")
    return given


def _day(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text).isoformat()
    except ValueError:
        raise typer.BadParameter("expected a day such as 2026-11-26", param_hint="--as-of") from None
    if day > today_text():
        raise typer.BadParameter("is in the future: nobody knows what records will say then", param_hint="--as-of")
    return day


def _exit_code(counts: Mapping[str, int]) -> int:
    return NOT_ALL_JUDGED if counts["UNDETERMINED"] or counts["INVALID"] else 0


def _refuse(errors: Console, message: str) -> NoReturn:
    errors.print(printable(message), style="red", markup=False)
    raise typer.Exit(1)
