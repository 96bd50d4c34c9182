"""New credentials of a client: a key pair whose public half is kept beside the configuration, or a random secret.

What a client must keep to itself leaves in one way only: a new file of mode 0600, or the text for the screen. Files are
written before the register names them: a register never names what is not there.
"""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gateway.clients.keys import keys_file_of, keys_text, make_pair, read_keys, rotated
from gateway.clients.model import ClientRefused
from gateway.secrets import SecretRefused, read_secret
from gateway.storage.files import PRIVATE, PUBLIC, rewrite, write_new

SECRET_BYTES: Final = 32
DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Credentials:
    """What was made: ``changes`` to the client's spec, what is ``told``, and ``shown`` once where nothing holds it.

    ``written`` are the new files, which go again when the register does not take the client.
    """

    changes: Mapping[str, Any]
    told: tuple[str, ...]
    shown: str | None = field(default=None, repr=False)
    written: tuple[Path, ...] = ()

    def undo(self) -> None:
        """Take the new files away again."""
        for path in self.written:
            path.unlink(missing_ok=True)


def new_key(
    config: Path, client_id: str, private_file: Path | None, *, show: bool, first: bool, grace_days: float
) -> Credentials:
    """Make a key pair: the public key into the client's JWK set, the private one to a file, or to be shown.

    The keys that counted before count for ``grace_days`` more; ``first`` refuses a set that is there already.
    Raises `ClientRefused`.
    """
    pair, now = make_pair(), time.time()
    name = keys_file_of(client_id)
    public_file = config / name
    public_file.parent.mkdir(mode=0o755, exist_ok=True)
    if first and (public_file.exists() or public_file.is_symlink()):
        raise ClientRefused(f"`{name}` is there already, of an earlier client of that name: take it away first")
    keys = rotated(read_keys(public_file), pair.public, now, grace_days * DAY_SECONDS)
    private = json.dumps(pair.private, indent=2) + "\n"
    told = [f"public key {pair.kid} in {public_file}"]
    written = [public_file] if first else []
    if not show:
        path = private_file or Path(f"{client_id}.{pair.kid[:8]}.private.jwk.json")
        _write_private(path, private)
        told.append(f"private key in {path} (mode 0600): hand it to the client, then delete it here")
        written.append(path)
    _write_public(public_file, keys_text(keys), first=first)
    if len(keys) > 1:
        told.append(f"{len(keys) - 1} earlier key(s) count for at most {grace_days:g} day(s) more")
    changes = {"keys_file": name, "secret_env": None, "secret_file": None}
    return Credentials(changes, tuple(told), private if show else None, tuple(written))


def new_secret(config: Path, variable: str | None, file: str | None, *, first: bool) -> Credentials:
    """Make a secret of 256 bits: into ``file`` (below ``config`` unless it is a whole path), or shown for ``variable``.

    Raises `ClientRefused`.
    """
    secret = secrets.token_urlsafe(SECRET_BYTES)
    if file is None:
        changes = {"keys_file": None, "secret_env": variable, "secret_file": None}
        told = f"the secret is shown once, and kept nowhere: the issuer reads it from the variable {variable}"
        return Credentials(changes, (told,), secret)
    path = config / file
    if first:
        _write_private(path, secret + "\n")
    else:
        _replace_secret(path, secret + "\n")
    changes = {"keys_file": None, "secret_env": None, "secret_file": file}
    return Credentials(changes, (f"secret in {path} (mode 0600)",), written=(path,) if first else ())


def variable_of(client_id: str) -> str:
    """Return the variable that holds the secret of a client unless another is named."""
    return f"CLIENT_{''.join(each if each.isalnum() else '_' for each in client_id).upper()}_SECRET"


def _replace_secret(path: Path, text: str) -> None:
    """Write over a secret's file: over nothing else, wherever the register leads."""
    try:
        read_secret(path)
    except SecretRefused as error:
        raise ClientRefused(f"what is there cannot be a secret of ours ({error.reason}): name another file") from None
    rewrite(path, text, PRIVATE)


def _write_private(path: Path, text: str) -> None:
    try:
        write_new(path, text)
    except FileExistsError:
        raise ClientRefused(f"`{path.name}` is there already, and nothing is overwritten: name another file") from None


def _write_public(path: Path, text: str, *, first: bool) -> None:
    if first:
        write_new(path, text, PUBLIC)
    else:
        rewrite(path, text, PUBLIC)
