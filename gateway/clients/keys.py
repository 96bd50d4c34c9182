"""The public keys of a client: a JWK set (RFC 7517) to which a new key is added while the old one still counts.

The member `exp` of a key (a UNIX time in seconds, as in a JWT) tells until when it counts; it is ours, and a reader
that does not know it ignores it (RFC 7517 §4). A key without it counts. `live_keys` leaves out what no longer does.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from joserfc.jwk import ECKey

from gateway.auth.clients import is_name
from gateway.auth.documents import read_json
from gateway.clients.model import ClientRefused

FOLDER: Final = "keys"
CURVE: Final = "P-256"
ALGORITHM: Final = "ES256"
EXPIRES: Final = "exp"
_MAXIMUM_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A new key (EC P-256, RFC 7518 §6.2) as JWKs; its `kid` is its thumbprint (RFC 7638)."""

    public: dict[str, Any]
    private: dict[str, Any]

    @property
    def kid(self) -> str:
        """The name of the key."""
        return str(self.public["kid"])


def make_pair() -> KeyPair:
    """Return a new key pair for signing assertions (private_key_jwt)."""
    key = ECKey.generate_key(CURVE)
    about = {"kid": key.thumbprint(), "use": "sig", "alg": ALGORITHM}
    return KeyPair({**key.as_dict(private=False), **about}, {**key.as_dict(private=True), **about})


def keys_file_of(client_id: str) -> str:
    """Return where the public keys of a client are kept, below the configuration folder; raises `ClientRefused`."""
    # INVARIANT: no name leads out of the folder, whatever a row of a table says.
    if not is_name(client_id):
        raise ClientRefused(f"`{client_id}` is no client name: remove it, and register the client anew")
    return f"{FOLDER}/{client_id}.jwks.json"


def read_keys(path: Path) -> list[dict[str, Any]]:
    """Return the keys of the JWK set in ``path``, expired ones too; raises `ClientRefused`."""
    if path.is_symlink():
        raise ClientRefused(f"`{path.name}` is a link: public keys are a file of their own")
    try:
        document = path.read_bytes()
    except FileNotFoundError:
        return []
    try:
        if len(document) > _MAXIMUM_BYTES:
            raise ValueError
        keys = read_json(document)["keys"]
        if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise ClientRefused(f"`{path.name}` is no JWK set: mend it or take it away") from None
    return keys


def live_keys(keys: list[dict[str, Any]], now: float) -> list[dict[str, Any]]:
    """Return those of ``keys`` that count at ``now`` (UNIX seconds); an `exp` that is no number has passed."""
    return [key for key in keys if EXPIRES not in key or _later(key[EXPIRES], now)]


def counting(document: Any, now: float) -> Any:
    """Return the JWK set ``document`` without the keys that do not count at ``now``; what is no set, as it is."""
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        return document
    return {**document, "keys": live_keys(keys, now)}


def rotated(
    keys: list[dict[str, Any]], public: dict[str, Any], now: float, grace_seconds: float
) -> list[dict[str, Any]]:
    """Return ``public`` and those of ``keys`` that still count, none of which for longer than ``grace_seconds``.

    # INVARIANT: an expiry is only ever brought forward.
    """
    until = int(now + grace_seconds)
    kept = [{**key, EXPIRES: min(key.get(EXPIRES, until), until)} for key in live_keys(keys, now)]
    return [public, *live_keys(kept, now)]


def keys_text(keys: list[dict[str, Any]]) -> str:
    """Return the file that holds ``keys``."""
    return json.dumps({"keys": keys}, indent=2) + "\n"


def _later(expires: Any, now: float) -> bool:
    return isinstance(expires, int | float) and not isinstance(expires, bool) and expires > now
