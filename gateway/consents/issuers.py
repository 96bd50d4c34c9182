"""The trusted consent issuers of `gateway.toml`, and their keys: at an address, or in a file beside it."""

from collections.abc import Collection, Iterator
from pathlib import Path

from joserfc.jwk import KeySet

from connectors.errors import ConfigError, Mistake
from gateway.auth import FixedKeys, Keys, RemoteKeys
from gateway.auth.documents import is_safe, read_json
from gateway.auth.keys import KeyRing, read_key_ring
from gateway.auth.remote import MAXIMUM_DOCUMENT_BYTES
from gateway.settings import ConsentIssuer, Settings

FILE = "gateway.toml"


def issuer_mistakes(settings: Settings, folder: Path) -> list[Mistake]:
    """Return what is wrong with the consent issuers of ``settings``; key files lie in ``folder``."""
    mistakes: list[Mistake] = []
    named: set[str] = set()
    for at, each in enumerate(settings.consents.issuers, 1):
        found = list(_mistakes(each, access_issuers(settings), folder))
        if each.issuer in named:
            found.append(("issuer", f"`{each.issuer}` stands more than once"))
        named.add(each.issuer)
        mistakes += [Mistake(FILE, f"consents.issuers.{at}.{key}", message) for key, message in found]
    return mistakes


def access_issuers(settings: Settings) -> Collection[str]:
    """Return the issuers of access tokens, none of which may state consents."""
    return {settings.tokens.issuer, *(each.issuer for each in settings.tokens.issuers)}


def consent_keys(settings: Settings, folder: Path) -> dict[str, Keys]:
    """Return the keys of each consent issuer by its name; raises `ConfigError` when a file holds none."""
    mistakes = issuer_mistakes(settings, folder)
    if mistakes:
        raise ConfigError(mistakes)
    return {each.issuer: _keys(each, folder) for each in settings.consents.issuers}


def _mistakes(issuer: ConsentIssuer, access: Collection[str], folder: Path) -> Iterator[tuple[str, str]]:
    # INVARIANT: whoever signs access tokens states no consents: one stolen key must not do both (RFC 8725 §3.12).
    if issuer.issuer in access:
        yield "issuer", "this is an issuer of access tokens: consents need an issuer, and keys, of their own"
    if (issuer.jwks_url is None) == (issuer.jwks_file is None):
        yield "jwks_url", "name either `jwks_url` or `jwks_file`"
        return
    if issuer.jwks_url is not None and not is_safe(issuer.jwks_url):
        yield "jwks_url", "must begin with https://, or with http:// at a loopback address"
    if issuer.jwks_file is not None and not getattr(_read(folder / issuer.jwks_file), "keys", ()):
        yield "jwks_file", f"`{issuer.jwks_file}` holds no JWK set with a usable key"


def _read(path: Path) -> KeyRing | None:
    try:
        content = path.read_bytes()
        return read_key_ring(read_json(content)) if len(content) <= MAXIMUM_DOCUMENT_BYTES else None
    except (OSError, ValueError):
        return None


def _keys(issuer: ConsentIssuer, folder: Path) -> Keys:
    if issuer.jwks_url is not None:
        return RemoteKeys(issuer.issuer, issuer.jwks_url)
    ring = _read(folder / str(issuer.jwks_file))
    return FixedKeys(KeySet(list(ring.keys) if ring is not None else []))
