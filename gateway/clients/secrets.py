"""The secret of one client: where its registration says, read when it is needed."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from connectors.errors import Mistake
from gateway.auth.clients import Client
from gateway.secrets import SecretRefused, read_secret

MINIMUM_LENGTH: Final = 32
"""Characters; `client new --secret` writes 43, which is 256 bits."""


def find_secret(client: Client, environ: Mapping[str, str], folder: Path) -> str | None:
    """Return the secret of ``client``, None when its registration names none; raises `SecretRefused`.

    A file without a whole path lies below the configuration ``folder``.
    """
    if client.secret_env is not None:
        secret = environ.get(client.secret_env, "")
        if not secret:
            raise SecretRefused(f"the environment variable `{client.secret_env}` is not set")
    elif client.secret_file is not None:
        secret = read_secret(folder / client.secret_file)
    else:
        return None
    if len(secret) < MINIMUM_LENGTH:
        raise SecretRefused(f"it is shorter than {MINIMUM_LENGTH} characters: `client rotate --secret` makes a new one")
    return secret


def secret_mistakes(clients: Iterable[Client], environ: Mapping[str, str], folder: Path) -> Iterator[Mistake]:
    """Yield a mistake for each client whose secret cannot be used as its registration names it."""
    for client in clients:
        try:
            find_secret(client, environ, folder)
        except SecretRefused as error:
            key = "secret_env" if client.secret_env is not None else "secret_file"
            yield Mistake("clients.toml", f"clients.{client.id}.{key}", error.reason)
