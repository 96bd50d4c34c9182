"""What the command `screen FILE --url` was told, carried out and shown: stages with bars, then the summary."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gateway.cli.remote import Refused, Token, Unreached, consents, declared, reaching
from gateway.cli.screen_fetched import Fetched, Ordered
from gateway.cli.screen_remote import RemoteScreening
from gateway.cli.screen_told import print_summary
from gateway.errors import BadQuery
from gateway.proof.note import NoteError, VerifierKey, vkeys
from gateway.screening.files import format_beside
from gateway.screening.portfolio import Wish, open_portfolio

GatewayKey = Annotated[
    list[str] | None,
    typer.Option(
        "--gateway-key",
        metavar="KEY",
        help="网关公钥或公钥文件 a public key that must have signed, or a file of them; else those the gateway tells.",
    ),
]


_BY_GIVEN_KEYS: Final = "已用所给公钥逐行核验 every row verified, by the keys that were given"
_BY_TOLD_KEYS: Final = (
    "已用网关自己公布的公钥逐行核验 every row verified, by the keys that the gateway itself tells "
    "(--gateway-key names one that must have signed)"
)


@dataclass(frozen=True, slots=True)
class Away:
    """What is to be screened elsewhere: the gateway at ``base``, and what the options of the command say."""

    base: str
    token: Token
    keys: tuple[str, ...]
    file: Path
    out: Path
    manifest: Path
    rules: str
    purpose: str | None
    case: str | None
    as_of: str | None
    input: Mapping[str, Any]
    resume: str | None
    wait: bool


def screen_away(away: Away, wish: Wish, errors: Console, *, as_json: bool) -> Mapping[str, int]:
    """Return how many rows came to which verdict, all written, verified and told.

    Raises `gateway.screening.files.FileRefused`, `BadQuery`.
    """
    away.token.read()  # what is wrong with it is told before the file is read through
    keys = _keys(away.keys)
    said = declared(away.purpose, away.case, consents())
    portfolio = open_portfolio(away.file, wish)
    about = (away.base, *(f"{name}: {each}" for name, each in sorted(said.items())))
    order = Ordered(
        portfolio=portfolio,
        out=away.out,
        manifest=away.manifest,
        rules=away.rules,
        as_of=away.as_of,
        given=away.input,
        wait=away.wait,
        resume=away.resume,
        keys=keys,
        format=format_beside(portfolio.reader, away.out),
        delimiter=wish.delimiter,
        about=about,
    )
    fetched = uvloop.run(_screened(away, order, said, errors))
    told = _summary(away, fetched, pinned=bool(keys))
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(told)).decode() + "\n")
    else:
        print_summary(told, sys.stdout)
        Console(highlight=False, soft_wrap=True).print(_BY_GIVEN_KEYS if keys else _BY_TOLD_KEYS, markup=False)
    return fetched.manifest.counts


async def _screened(away: Away, order: Ordered, said: Mapping[str, str], errors: Console) -> Fetched:
    def say(line: str) -> None:
        errors.print(line, markup=False)

    async with reaching(away.base, away.token, said) as gateway:
        try:
            return await RemoteScreening(gateway, lambda *about: _stage(errors, *about), say).run(order)
        except (Unreached, Refused) as error:
            raise BadQuery(f"{error}: {_next_step(error)}") from None


def _next_step(error: Unreached | Refused) -> str:
    """Return what helps after ``error``."""
    if isinstance(error, Unreached):
        return "run the same command again, and it goes on where it was"
    if error.reason == "UNAUTHENTICATED":
        return "get a new token and run the same command again, and it goes on where it was"
    if error.reason in {"FORBIDDEN", "FIELD_FORBIDDEN"}:
        return "the client needs the scope `credit.check.run` and a purpose of the rule set (`--purpose`)"
    if error.reason == "DOCUMENT_NOT_TRUSTED":
        return "the gateway's `config/documents/` lacks those of screenings, or it is of another version"
    return "mend what it says and run the same command again"


@contextmanager
def _stage(console: Console, title: str, rows: int, done: int) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=rows, completed=done)
        yield lambda now: bar.update(task, completed=now)


def _keys(named: tuple[str, ...]) -> tuple[VerifierKey, ...]:
    found: list[VerifierKey] = []
    for each in named:
        path = Path(each)
        try:
            found += vkeys(path.read_text(encoding="utf-8")) if path.is_file() else [VerifierKey.parse(each)]
        except (NoteError, OSError, UnicodeDecodeError) as error:
            why = str(error) if isinstance(error, NoteError) else "the file cannot be read"
            raise typer.BadParameter(why, param_hint="--gateway-key") from None
    if named and not found:
        raise typer.BadParameter("there is no key in that file", param_hint="--gateway-key")
    return tuple(found)


def _summary(away: Away, fetched: Fetched, *, pinned: bool) -> dict[str, Any]:
    standing, manifest = fetched.standing, fetched.manifest
    return {
        "job": standing.id,
        "gateway": away.base,
        "purpose": standing.purpose,
        "rules": manifest.rules,
        "asOf": manifest.as_of,
        "rows": manifest.rows,
        "counts": dict(manifest.counts),
        "waiting": fetched.waiting,
        "askAgainAfter": fetched.again,
        "output": str(away.out),
        "manifest": str(away.manifest),
        "verifiedBy": "PINNED_KEY" if pinned else "GATEWAYS_OWN_KEY",
    }
