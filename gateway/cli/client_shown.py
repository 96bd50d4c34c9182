"""How clients are shown: what stands in a register may have been written by anybody, and nothing of it is obeyed."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from rich.table import Column, Table
from rich.text import Text

from connectors.errors import printable
from gateway.auth.subject import leads_down
from gateway.clients.keys import EXPIRES, read_keys
from gateway.clients.model import ClientRefused, Entry, State

_HEADINGS: Final = ("client", "名称 title", "department", "scopes", "purposes", "credentials", "state")
_CREDENTIALS: Final = {"keys_file": "key", "secret_env": "secret in a variable", "secret_file": "secret in a file"}


def clients_table(entries: Iterable[Entry]) -> Table:
    """Return a table of clients, those that may not ask dimmed."""
    table = Table(*(Column(each, overflow="fold") for each in _HEADINGS))
    for entry in entries:
        spec = entry.spec
        values = [entry.id, spec.get("title"), spec.get("department"), spec.get("scopes"), spec.get("purposes")]
        cells = [_cell(each) for each in (*values, credentials_of(spec), entry.state)]
        table.add_row(*cells, style="dim" if entry.state != State.ACTIVE else None)
    return table


def client_table(entry: Entry, keys: list[dict[str, Any]]) -> Table:
    """Return all that is registered of one client, and its public keys by name."""
    table = Table(Column("key", no_wrap=True), Column("value", overflow="fold"), show_header=False)
    told = {"client": entry.id, "state": entry.state, **entry.spec}
    told |= {"created at": entry.created_at, "changed at": entry.changed_at, "changed by": entry.changed_by}
    for key, value in told.items():
        if value is not None:
            table.add_row(_cell(key), _cell(value))
    for each in keys:
        until = "" if each["exp"] is None else f", counts until {each['exp']} (UNIX time)"
        table.add_row("public key", _cell(f"{each['kid']}{until}"))
    return table


def plain(entry: Entry) -> dict[str, Any]:
    """Return a client for a machine."""
    about = {"id": entry.id, "state": entry.state, **entry.spec, "credentials": credentials_of(entry.spec)}
    known = {"created_at": entry.created_at, "changed_at": entry.changed_at, "changed_by": entry.changed_by}
    return about | {key: value for key, value in known.items() if value is not None}


def credentials_of(spec: Mapping[str, Any]) -> str:
    """Return what kind of credentials a client has."""
    return next((told for key, told in _CREDENTIALS.items() if spec.get(key) is not None), "")


def shown_keys(config: Path, entry: Entry) -> list[dict[str, Any]]:
    """Return the names of a client's public keys and until when they count; raises `ClientRefused`."""
    file = entry.spec.get("keys_file")
    if not isinstance(file, str):
        return []
    if not leads_down(file):
        raise ClientRefused("`keys_file` leads out of the configuration folder: see `check`")
    return [{"kid": str(key.get("kid", "")), "exp": key.get(EXPIRES)} for key in read_keys(config / file)]


def print_json(value: Any) -> None:
    """Print JSON for a machine."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def _cell(value: Any) -> Text:
    """Return ``value`` as it is, whatever it looks like: neither markup nor orders to the screen."""
    lines = value if isinstance(value, list) else ["" if value is None else value]
    return Text("\n".join(printable(str(each)) for each in lines))
