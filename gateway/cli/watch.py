"""`watch`: the messages of watches that were given up, for the operator to read and put back."""

import os
import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from time import time
from typing import Annotated, Final

import msgspec
import sqlalchemy as sa
import typer
from rich.console import Console
from rich.table import Table

from connectors.errors import ConfigError, Mistake
from gateway.cli.options import DEFAULT_DATA, AsJson, Data
from gateway.configuration import OWN_SECRETS
from gateway.kept import kept_url
from gateway.secrets import with_secret_files
from gateway.storage.works import WorkStore, begin_writing, open_works
from gateway.watch import outbox
from gateway.watch.tables import METADATA, Message
from gateway.watch.watches import FILE, WATCHES_URL_ENV

MOST: Final = 1_000
Requeue = Annotated[
    list[str] | None, typer.Option("--requeue", metavar="ID", help="重新送达该条 put this one back; repeatable.")
]

watch_commands = typer.Typer(
    help="""持续关注的消息。 The messages of watches: what could not be delivered, and sending it again.

    The gateway may be running: it finds within seconds what is put back.
    """,
    no_args_is_help=True,
)


@watch_commands.callback()
def _commands() -> None:
    """Keep `dead-letters` a command of its own, though it is the only one."""


@watch_commands.command("dead-letters")
def dead_letters(
    data: Data = DEFAULT_DATA,
    client: Annotated[str | None, typer.Option(help="只看该客户端 only those for this client.")] = None,
    requeue: Requeue = None,
    requeue_all: Annotated[bool, typer.Option("--requeue-all", help="重新送达所列全部 put back all listed.")] = False,
    as_json: AsJson = False,
) -> None:
    """列出多次送达失败的消息,或重新送达。 List messages that were given up, newest first; put some or all back.

    Nothing of what they say is shown: that is for the receiver alone. Exit code: 0 done, 1 one of them is not there.
    """
    with closing(_open(data)) as store:
        found = [each for each in _dead(store) if client is None or each.client == client]
        ids = [each.id for each in found] if requeue_all else list(requeue or ())
        if ids:
            known = [each.id for each in found if each.id in ids]
            found = store.work(lambda one: _requeued(one, known))
    _show(found, as_json=as_json)
    raise typer.Exit(1 if len(ids) > len(found) else 0)


def _requeued(connection: sa.Connection, ids: list[str]) -> list[Message]:
    begin_writing(connection)
    return outbox.requeue(connection, ids, None, time())


def _dead(store: WorkStore) -> list[Message]:
    return store.work(lambda one: outbox.listed(one, None, "DEAD", MOST))


def _open(data: Path) -> WorkStore:
    environ = with_secret_files(os.environ, OWN_SECRETS)
    url = kept_url(environ, WATCHES_URL_ENV, data / FILE)
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        raise ConfigError([Mistake("environment", WATCHES_URL_ENV, "no watches are kept there yet")])
    try:
        return open_works(url, METADATA, "watches'")
    except ValueError as error:
        raise ConfigError([Mistake("environment", WATCHES_URL_ENV, str(error))]) from None
    except Exception as error:  # noqa: BLE001  (a driver may raise anything, and quote the password)
        raise ConfigError([Mistake("watches", "", f"cannot be opened: {type(error).__name__}")]) from None


def _show(messages: list[Message], *, as_json: bool) -> None:
    told = [
        {name: value for name, value in asdict(each).items() if name not in {"sealed", "owner"}} for each in messages
    ]
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(told)).decode() + "\n")
        return
    table = Table("消息 message", "关注 watch", "客户端 client", "状态 state", "时间 made", "次数", "原因 why")
    for each in messages:
        table.add_row(each.id, each.watch, each.client, each.state, each.made_at, str(each.attempts), each.error or "")
    Console().print(table)
