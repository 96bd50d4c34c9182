"""Where a client takes messages: as its registration says, by variables that hold the address and the secret.

# INVARIANT: no request ever says where something is sent. The operator does, and an address of the machine itself or
of its link (loopback, metadata services of clouds) is refused in production.
"""

from base64 import b64decode
from binascii import Error
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from connectors.errors import ConfigError, Mistake
from gateway.auth.clients import Client
from gateway.auth.documents import is_safe

_PREFIX = "whsec_"
_KEY_BYTES = range(24, 65)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of one client, and the key that signs what goes there."""

    url: str = field(repr=False)
    secret: bytes = field(repr=False)


def endpoint_of(client: Client, environ: Mapping[str, str], *, production: bool) -> Endpoint | None:
    """Return where ``client`` takes messages; None where its registration or ``environ`` names no place.

    Raises `ConfigError` for one that cannot be used.
    """
    spec = client.webhook
    if spec is None:
        return None
    url, secret = environ.get(spec.url_env), environ.get(spec.secret_env)
    if not url or not secret:
        return None
    mistakes = []
    if not is_safe(url):
        mistakes.append(Mistake("environment", spec.url_env, "expected an https URL, or an http one on this machine"))
    elif production and is_near(url):
        mistakes.append(
            Mistake("environment", spec.url_env, "leads to this machine or its link: name the client's own")
        )
    key = webhook_key(secret)
    if key is None:
        mistakes.append(Mistake("environment", spec.secret_env, "expected `whsec_` and 24 to 64 bytes in base64"))
    if mistakes or key is None:
        raise ConfigError(mistakes)
    return Endpoint(url, key)


def check_endpoints(clients: Iterable[Client], environ: Mapping[str, str], *, production: bool) -> None:
    """Raise `ConfigError` with the mistakes of all ``clients``."""
    mistakes: list[Mistake] = []
    for client in clients:
        try:
            endpoint_of(client, environ, production=production)
        except ConfigError as error:
            mistakes += error.mistakes
    if mistakes:
        raise ConfigError(mistakes)


def is_near(url: str) -> bool:
    """Tell whether ``url`` names this machine or its link by its address, or by the name `localhost`."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return mapped.is_loopback or mapped.is_link_local or mapped.is_unspecified or mapped.is_multicast


def webhook_key(secret: str) -> bytes | None:
    """Return the key of a secret (Standard Webhooks 1.0.0, "Signature scheme"), None where it is none."""
    if not secret.startswith(_PREFIX):
        return None
    try:
        key = b64decode(secret.removeprefix(_PREFIX), validate=True)
    except Error:
        return None
    return key if len(key) in _KEY_BYTES else None
