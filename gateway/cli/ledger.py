"""`ledger`: whether the ledger is whole and unaltered, its checkpoints, and its keys."""

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final, NoReturn

import msgspec
import sqlalchemy as sa
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from connectors.errors import printable
from gateway.anchors.notes import split_notes
from gateway.cli.options import DEFAULT_CONFIG, DEFAULT_DATA, AsJson, Config, Data
from gateway.configuration import OWN_SECRETS
from gateway.kept import ledger_charter, ledger_url
from gateway.ledger import Charter, Ledger, LedgerRefused
from gateway.ledger.copies import read_copy
from gateway.ledger.keys import KEY_ENV, present_keys, rotate_key
from gateway.ledger.pseudonym import SECRET_ENV, rotate_secret
from gateway.ledger.store import Store, open_store
from gateway.ledger.verify import Claim, Report, verify_ledger
from gateway.proof.note import NoteError, VerifierKey
from gateway.secrets import with_secret_files
from gateway.settings import load_settings

_URL: Final = "the ledger's URL must begin with `sqlite:///` and name a file, or with `postgresql://`"
Url = Annotated[
    str | None,
    typer.Option(
        "--url", metavar="URL", help="The ledger, instead of CREDIT_LEDGER_URL or ledger.sqlite in the data folder."
    ),
]
Checkpoints = Annotated[
    list[Path] | None,
    typer.Option(
        "--checkpoint",
        exists=True,
        dir_okay=False,
        help="Signed checkpoints from elsewhere, such as the file of an anchor; repeatable.",
    ),
]

ledger_commands = typer.Typer(
    help="""验证账本,查看检查点和公钥,轮换密钥。 Verify the ledger; show its checkpoint and keys; rotate keys.

    The ledger is a Merkle tree (RFC 6962): whoever holds a signed checkpoint can tell whether anything was altered.

    Exit code: 0 all holds, or done; 1 something does not hold, or was refused; 2 the ledger cannot be read.
    """,
    no_args_is_help=True,
)


@ledger_commands.command("verify")
def ledger_verify(
    data: Data = DEFAULT_DATA,
    url: Url = None,
    checkpoint: Checkpoints = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """重新计算整个账本,核对每条记录、散列和检查点。 Recompute the whole ledger, and tell the first thing amiss.

    Every entry's text, the columns and subjects it is found by, every stored hash, the head, every stored checkpoint,
    the one kept in the data folder, and those that are given. Nothing is changed; the gateway may be running.

    Exit code: 0 all holds, 1 something does not, 2 the ledger cannot be read.
    """
    settings, environ = load_settings(config / "gateway.toml"), _environment()
    earlier = map(VerifierKey.parse, settings.ledger.earlier_keys)
    keys = present_keys(data, settings.ledger.origin, environ, earlier)
    claims = [claim for path in checkpoint or () for claim in _claims(path)]
    try:
        kept = read_copy(Charter(settings.ledger.origin, folder=data).copy)
    except LedgerRefused as error:
        _fail(str(error), 1)
    if kept is not None:
        claims.append(Claim(kept, "the checkpoint kept in the data folder"))
    report = _verified(url or ledger_url(environ, data), keys, claims, quiet=as_json)
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(asdict(report))).decode() + "\n")
    else:
        _show(report)
    raise typer.Exit(0 if report.fault is None else 1)


def _claims(path: Path) -> list[Claim]:
    """Return a claim for each checkpoint in the file at ``path``, with blank lines between them."""
    try:
        notes = split_notes(path.read_text(encoding="utf-8", errors="replace"))
    except NoteError as error:
        _fail(f"`{path}`: {error}", 1)
    if not notes:
        _fail(f"`{path}` holds no checkpoint", 1)
    places = [f"checkpoint {at} in `{path}`" for at in range(1, len(notes) + 1)] if len(notes) > 1 else [f"`{path}`"]
    return [Claim(note, place) for note, place in zip(notes, places, strict=True)]


@ledger_commands.command("checkpoint")
def ledger_checkpoint(data: Data = DEFAULT_DATA, url: Url = None, config: Config = DEFAULT_CONFIG) -> None:
    """打印此刻的签名检查点。 Print the signed checkpoint of the moment, to be kept by somebody else."""
    settings, environ = load_settings(config / "gateway.toml"), _environment()
    where = _require_there(url or ledger_url(environ, data))
    charter = ledger_charter(settings, environ, data)

    async def signed() -> str:
        ledger = await Ledger.open(where, Charter(charter.origin, charter.algorithm, charter.keys, folder=data))
        try:
            return await ledger.checkpoint()
        finally:
            await ledger.close()

    try:
        sys.stdout.write(asyncio.run(signed()))
    except LedgerRefused as error:
        _fail(str(error), 1)
    except (OSError, sa.exc.DBAPIError, ValueError) as error:
        _fail(_told(error), 2)


@ledger_commands.command("keys")
def ledger_keys(data: Data = DEFAULT_DATA, config: Config = DEFAULT_CONFIG) -> None:
    """打印验证检查点的公钥,当前的在前。 Print the public keys that checkpoints are verified by, the current one first.

    Give them to those who verify answers, by a way of your own: whoever alters a ledger could alter its keys.
    """
    charter = ledger_charter(load_settings(config / "gateway.toml"), _environment(), data)
    assert charter.keys is not None, "they were just loaded"
    sys.stdout.write("".join(f"{key}\n" for key in charter.keys.known))


@ledger_commands.command("rotate-key")
def ledger_rotate_key(data: Data = DEFAULT_DATA, config: Config = DEFAULT_CONFIG) -> None:
    """换用新的签名密钥;旧公钥仍然有效。 Sign with a new key from now on; the public key of the old one stays known.

    Checkpoints that were signed stay good. Restart the gateway afterwards, and give out the new public key.
    """
    settings = load_settings(config / "gateway.toml")
    if _environment().get(KEY_ENV):
        told = "put the old public key (`ledger keys`) among `ledger.earlier_keys` of gateway.toml, then a new key"
        _fail(f"the key comes from `{KEY_ENV}`: {told} (`openssl rand -hex 32`) in the variable", 1)
    keys = rotate_key(data, settings.ledger.origin)
    sys.stdout.write(f"{keys.signing.verifier}\n")
    _say("the new key signs after a restart of the gateway; give out the public key above")


@ledger_commands.command("rotate-pseudonyms")
def ledger_rotate_pseudonyms(data: Data = DEFAULT_DATA) -> None:
    """换用新的假名密钥;旧密钥只用于查找。 Make pseudonyms with a new key; earlier keys serve to find older entries.

    Delete the line of an earlier key from ledger.secret, and its entries can no longer be linked to anybody.
    """
    if _environment().get(SECRET_ENV):
        _fail(f"the key comes from `{SECRET_ENV}`: put a new one before it, parted by a comma", 1)
    secret = rotate_secret(data)
    _say(f"pseudonyms begin with {secret.key_id} after a restart; {len(secret.earlier)} earlier key(s) serve to find")


def _environment() -> dict[str, str]:
    return with_secret_files(os.environ, OWN_SECRETS)


def _verified(url: str, keys: Sequence[VerifierKey], claims: Sequence[Claim], *, quiet: bool) -> Report:
    _require_there(url)
    try:
        with closing(open_store(url)) as store:
            return _with_progress(store, keys, claims, quiet=quiet)
    except LedgerRefused as error:
        _fail(str(error), 2)
    except (OSError, ValueError) as error:
        _fail(_told(error), 2)
    except Exception as error:  # noqa: BLE001  (a driver may raise anything, and quote the password)
        _fail(f"the ledger cannot be read: {type(error).__name__}", 2)


def _with_progress(store: Store, keys: Sequence[VerifierKey], claims: Sequence[Claim], *, quiet: bool) -> Report:
    with Progress(console=Console(stderr=True), transient=True, disable=quiet) as progress:
        task = progress.add_task("账本 ledger", total=None)
        return verify_ledger(store, keys, claims, lambda done, size: progress.update(task, completed=done, total=size))


def _require_there(url: str) -> str:
    """Return ``url``; fail if it names a file that is not there: an empty ledger in its place would say nothing."""
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):  # a port that is no number: the message would quote it, be it a password
        _fail(_URL, 2)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        _fail("the ledger has no such file", 2)
    return url


def _show(report: Report) -> None:
    table = Table("核对 checked", "数量 count", "结果 result")
    fault = report.fault
    for what, title, count in (
        ("entry", "条目 entries: text, columns", report.entries),
        ("node", "散列 stored hashes", report.nodes),
        ("checkpoint", "检查点 checkpoints", report.checkpoints),
        ("subject", "主体索引 subjects", report.subjects),
        ("shape", "字段结构 shapes", report.shapes),
    ):
        broken = fault is not None and fault.what == what
        table.add_row(title, str(count), "[red]不符 does not hold[/]" if broken else "符合 holds")
    console = Console(highlight=False, soft_wrap=True)
    console.print(table)
    if not report.signed:
        console.print("no public key is known: signatures of checkpoints were not checked", style="yellow")
    if fault is None:
        console.print(f"账本完整 the ledger holds: {report.entries} entries of {report.origin}, {report.algorithm}")
        console.print(f"root {report.root}")
    else:
        console.print(f"账本不符 the ledger does not hold: {printable(fault.message)}", style="red", markup=False)


def _told(error: BaseException) -> str:
    """Return what may be told of an error: its message only where it is our own."""
    return str(error) if isinstance(error, ValueError) else f"the ledger cannot be read: {type(error).__name__}"


def _say(message: str) -> None:
    Console(stderr=True, soft_wrap=True, highlight=False).print(message, markup=False)


def _fail(message: str, code: int) -> NoReturn:
    Console(stderr=True, soft_wrap=True, highlight=False).print(printable(message), style="red", markup=False)
    raise typer.Exit(code)
