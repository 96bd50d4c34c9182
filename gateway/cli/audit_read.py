"""Where the commands of an audit read: the ledger itself, or a running gateway."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

import typer

from gateway.audit.rows import Rows
from gateway.cli.remote import Token, declared, gateway_address, reaching
from gateway.configuration import OWN_SECRETS
from gateway.errors import BadQuery, LedgerUnavailable
from gateway.ledger import Ledger, LedgerRefused, Secret, load_secret
from gateway.secrets import with_secret_files
from gateway.storage import read_url

T = TypeVar("T")


def read_ledger(
    data: Path, url: str | None, variables: Mapping[str, str], read: Callable[[Rows, Secret], Coroutine[Any, Any, T]]
) -> T:
    """Return what ``read`` tells of the ledger at ``url``, or in the folder ``data``; nothing new is made there.

    Raises `LedgerUnavailable`, `SecretError`, `LedgerRefused`, and what ``read`` does.
    """
    environ = with_secret_files(variables, OWN_SECRETS)
    place = url or environ.get("CREDIT_LEDGER_URL") or f"sqlite:///{data / 'ledger.sqlite'}"
    try:
        parsed = read_url(place, "ledger's")
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--url") from None
    if parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).is_file():
        raise LedgerUnavailable("there is no ledger at that place: name it by --data or --url")
    if not environ.get("LEDGER_SECRET") and not (data / "ledger.secret").is_file():
        raise LedgerUnavailable("the ledger's secret is missing: it lies in --data, or in the variable LEDGER_SECRET")
    return asyncio.run(_read(place, load_secret(data, environ), read))


async def _read(place: str, secret: Secret, read: Callable[[Rows, Secret], Coroutine[Any, Any, T]]) -> T:
    try:
        ledger = await Ledger.open(place)
    except LedgerRefused:
        raise
    except Exception:  # noqa: BLE001  (a driver may raise anything, and quote the password)
        raise LedgerUnavailable("the ledger cannot be opened") from None
    try:
        return await read(Rows(ledger), secret)
    finally:
        await ledger.close()


def ask_gateway(gateway: str, token: str | None, query: str, variables: Mapping[str, Any]) -> Any:
    """Return what the root `told` of ``query`` is at a running gateway; raises `BadQuery` where it is not told."""
    if token is None:
        raise typer.BadParameter("name the file of an access token as @FILE", param_hint="--token")
    base, source = gateway_address(gateway), Token(token)
    source.read()
    told = asyncio.run(_ask(base, source, query, variables)).get("told")
    if told is None:
        raise BadQuery("the gateway told nothing")
    return told


async def _ask(base: str, token: Token, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    async with reaching(base, token, declared("AUDIT")) as gateway:
        return await gateway.query(query, variables)
