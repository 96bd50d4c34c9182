"""`client`: the clients of the gateway and their credentials, in `clients.toml` or in the table."""

import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import typer
from rich.console import Console

from connectors.errors import printable
from gateway.auth.clients import is_name
from gateway.cli import client_options as told_by
from gateway.cli.client_shown import client_table, clients_table, plain, print_json, shown_keys
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.wanted import Wanted
from gateway.clients.checks import refuse_shared, require_sound
from gateway.clients.credentials import Credentials
from gateway.clients.home import Home, open_home
from gateway.clients.keys import keys_file_of
from gateway.clients.model import ClientRefused, Entry, State, entry_of, taken
from gateway.configuration import OWN_SECRETS, load_configuration
from gateway.rules.book import FOLDER, OVERLAYS
from gateway.secrets import with_secret_files
from gateway.settings import Settings, load_settings

T = TypeVar("T")

client_commands = typer.Typer(
    help="""管理客户端:登记、查看、换发凭证、停用、删除。 Manage the clients and their credentials.

    They are kept in clients.toml, or in the table at CREDIT_CLIENTS_URL (`clients.home` of gateway.toml).

    Nothing is written before it was checked as `check` does. No secret is written there: only where it is.

    Exit code: 0 done, 1 refused (the reason is told), 2 wrong use.
    """,
    no_args_is_help=True,
)


@client_commands.command("list")
def client_list(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """列出全部客户端。 List every client: rights, kind of credentials, state."""
    entries = _at_home(config, lambda home: home.entries())
    if as_json:
        print_json([plain(entry) for entry in entries])
    else:
        Console(highlight=False).print(clients_table(entries))


@client_commands.command("show")
def client_show(name: told_by.ClientName, config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """显示一个客户端。 Show one client: all that is registered of it, and its keys."""
    entry = entry_of(_at_home(config, lambda home: home.entries()), name)
    keys = shown_keys(config, entry)
    if as_json:
        print_json({**plain(entry), "keys": keys})
    else:
        Console(highlight=False).print(client_table(entry, keys))


@client_commands.command("new")
def client_new(
    name: told_by.ClientName,
    title: told_by.Title,
    scope: told_by.Scopes,
    purpose: told_by.Purposes,
    department: told_by.DepartmentCode = None,
    default_purpose: told_by.DefaultPurpose = None,
    case_required: told_by.CaseRequired = None,
    key: told_by.NewKey = False,
    secret: told_by.NewSecret = False,
    private_key_file: told_by.PrivateKeyFile = None,
    print_: told_by.Print = False,
    secret_env: told_by.SecretEnv = None,
    secret_file: told_by.SecretFile = None,
    by: told_by.By = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """登记一个客户端。 Register a client, with a key pair (--key) or a secret (--secret).

    Everything is checked before anything is written. clients.toml keeps every byte; the client goes to its end.

    Without --key and --secret only the development issuer can give it tokens.

    e.g. client new north_bank --title "北岸银行" --scope credit.public --purpose BANK_CREDIT --key
    """
    wanted = Wanted.of(key, secret, private_key_file, print_, secret_env, secret_file)
    spec: dict[str, Any] = {"title": title, "department": department, "scopes": scope, "purposes": purpose}
    spec |= {"default_purpose": default_purpose, "case_required": case_required or None, **wanted.reference(name)}
    spec = {each: value for each, value in spec.items() if value is not None}
    configuration = load_configuration(config)
    require_sound(configuration, name, spec)
    who = _who(by)

    async def add(home: Home) -> Credentials | None:
        entries = await home.entries()
        if any(each.id == name for each in entries):
            raise ClientRefused(taken(name))
        refuse_shared(spec, entries)
        made = wanted.make(config, name)
        held = {each: value for each, value in (made.changes if made else {}).items() if value is not None}
        try:
            await home.add(name, {**spec, **held}, who)
        except BaseException:
            if made is not None:
                made.undo()
            raise
        return made

    made = _at_home(config, add)
    _tell(f"client {name} is registered", made, configuration.settings)


@client_commands.command("rotate")
def client_rotate(
    name: told_by.ClientName,
    key: told_by.NewKey = False,
    secret: told_by.NewSecret = False,
    grace_days: told_by.GraceDays = 7,
    private_key_file: told_by.PrivateKeyFile = None,
    print_: told_by.Print = False,
    secret_env: told_by.SecretEnv = None,
    secret_file: told_by.SecretFile = None,
    by: told_by.By = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """换发凭证。 Give a client new credentials, of the kind it has or of the other.

    Earlier keys count for --grace-days more, so that the client can change over; an earlier secret does not.
    """
    wanted = Wanted.of(key, secret, private_key_file, print_, secret_env, secret_file)
    settings = load_settings(config / "gateway.toml")
    who = _who(by)

    async def rotate(home: Home) -> Credentials:
        entries = await home.entries()
        entry = entry_of(entries, name)
        chosen = wanted.or_as_before(entry)
        refuse_shared(chosen.reference(name), [each for each in entries if each.id != name])
        made = chosen.make(config, name, entry, grace_days)
        assert made is not None, "a key or a secret"
        await home.change(name, made.changes, who)
        if chosen.kind == "secret":
            _drop_keys(config, entry)
        return made

    _tell(f"client {name} has new credentials", _at_home(config, rotate), settings)


@client_commands.command("suspend")
def client_suspend(name: told_by.ClientName, by: told_by.By = None, config: Config = DEFAULT_CONFIG) -> None:
    """停用一个客户端,已发的令牌也不再有效。 Let a client ask no more, whatever tokens it holds."""
    _set_state(config, name, State.SUSPENDED, by)


@client_commands.command("resume")
def client_resume(name: told_by.ClientName, by: told_by.By = None, config: Config = DEFAULT_CONFIG) -> None:
    """恢复一个停用的客户端。 Let a suspended client ask again."""
    _set_state(config, name, State.ACTIVE, by)


@client_commands.command("remove")
def client_remove(name: told_by.ClientName, yes: told_by.Yes = False, config: Config = DEFAULT_CONFIG) -> None:
    """删除一个客户端。 Take a client out of the register, with its public keys.

    This cannot be taken back; `suspend` can. A secret's file or variable is left for you to take away.
    """
    entry = entry_of(_at_home(config, lambda home: home.entries()), name)
    if not yes:
        typer.confirm(f"删除 remove {name} ({printable(str(entry.spec.get('title', '')))})?", abort=True)
    _at_home(config, lambda home: home.remove(name))
    _drop_keys(config, entry)
    _tell(f"client {name} is removed", None, load_settings(config / "gateway.toml"))
    if is_name(name) and (config / FOLDER / OVERLAYS / f"{name}.toml").exists():
        left = f"{FOLDER}/{OVERLAYS}/{name}.toml"
        Console(stderr=True, soft_wrap=True, highlight=False).print(
            f"其自有规则已停用,请删除 its rules are out of use, remove `{left}` too", markup=False
        )


def _at_home(config: Path, do: Callable[[Home], Awaitable[T]]) -> T:
    """Return what ``do`` returns at the home of the clients; raises `ClientRefused`, `ConfigError`."""
    settings = load_settings(config / "gateway.toml")
    environ = with_secret_files(os.environ, OWN_SECRETS)

    async def done() -> T:
        async with open_home(config, settings, environ) as home:
            return await do(home)

    return asyncio.run(done())


def _drop_keys(config: Path, entry: Entry) -> None:
    """Delete the public keys that a client had: they must not come back with a later key, or a later client."""
    if is_name(entry.id) and entry.spec.get("keys_file") == keys_file_of(entry.id):
        (config / keys_file_of(entry.id)).unlink(missing_ok=True)


def _set_state(config: Path, name: str, state: State, by: str | None) -> None:
    who = _who(by)

    async def change(home: Home) -> None:
        entry_of(await home.entries(), name)
        await home.set_state(name, state, who)

    _at_home(config, change)
    told = "is suspended" if state is State.SUSPENDED else "may ask again"
    _tell(f"client {name} {told}", None, load_settings(config / "gateway.toml"))


def _who(by: str | None) -> str:
    """Return who does this: who is named, else who is logged in."""
    if by is not None:
        if not by.isprintable() or not 1 <= len(by) <= 128:
            raise typer.BadParameter("expected 1 to 128 printable characters", param_hint="--by")
        return by
    try:
        return printable(getpass.getuser())
    except (KeyError, OSError):
        return f"uid {os.geteuid()}"


def _tell(done: str, made: Credentials | None, settings: Settings) -> None:
    """Say what was done, and what makes it count; only what must be kept goes to standard output."""
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(done, markup=False)
    for each in made.told if made is not None else ():
        console.print(each, markup=False)
    if made is not None and made.shown is not None:
        sys.stdout.write(made.shown.rstrip("\n") + "\n")
    if settings.clients.home == "table":
        console.print(f"running gateways take it within {settings.clients.refresh_seconds:g} seconds")
    else:
        console.print("next: credit-gateway check; running gateways take it on SIGHUP, or at their next start")
