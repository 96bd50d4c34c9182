"""The key that signs checkpoints, and the public keys by which checkpoints are known, those of earlier keys included.

Replicas that write to one ledger share the key by `CREDIT_LEDGER_KEY` (or its `_FILE`). Public keys that signed are
kept in a file of the data folder, one on each line, as `credit-gateway ledger keys` prints them; where replicas have
data folders of their own, `ledger.earlier_keys` of gateway.toml names them for all.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.ledger.keyfile import KEY_BYTES, SecretError, new_key, read_or_make
from gateway.proof.note import NoteError, SigningKey, VerifierKey, vkeys
from gateway.storage.files import PUBLIC, alone, rewrite

KEY_ENV = "CREDIT_LEDGER_KEY"
"""Holds the signing key: 32 bytes in hex."""
KEY_FILE = "ledger.key"
"""The same, in the data folder, made when missing."""
PUBLIC_FILE = "ledger.vkeys"
"""The public keys that have signed, in the data folder."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The key that signs, and every public key that counts, its own first."""

    signing: SigningKey
    known: tuple[VerifierKey, ...]


def load_keys(
    folder: Path, origin: str, environ: Mapping[str, str] = os.environ, earlier: Iterable[VerifierKey] = ()
) -> Keys:
    """Return the keys of the log ``origin``: that of the environment, else of the data ``folder``, made when missing.

    The public key is added to those of the folder. Raises SecretError.
    """
    text = environ.get(KEY_ENV)
    path = folder / KEY_FILE
    place = f"variable `{KEY_ENV}`" if text else f"file `{path}`"
    signing = _parse(text or read_or_make(path), origin, place)
    kept = _keep_public(folder, signing.verifier)
    return Keys(signing, tuple(dict.fromkeys([signing.verifier, *earlier, *kept])))


def present_keys(
    folder: Path, origin: str, environ: Mapping[str, str] = os.environ, earlier: Iterable[VerifierKey] = ()
) -> tuple[VerifierKey, ...]:
    """Return every public key that counts, as `load_keys` does, but make and write nothing; raise SecretError."""
    text = environ.get(KEY_ENV)
    own = [_parse(text, origin, f"variable `{KEY_ENV}`").verifier] if text else []
    return tuple(dict.fromkeys([*own, *earlier, *known_keys(folder)]))


def known_keys(folder: Path) -> tuple[VerifierKey, ...]:
    """Return the public keys kept in the data ``folder``; raise SecretError for a file that holds something else."""
    path = folder / PUBLIC_FILE
    try:
        return vkeys(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (NoteError, UnicodeDecodeError) as error:
        raise SecretError(f"the file `{path}` holds no public keys: {error}") from None
    except OSError as error:
        raise SecretError(f"the file `{path}` cannot be used: {error.strerror}") from error


def rotate_key(folder: Path, origin: str) -> Keys:
    """Put a new signing key in the place of that in the data ``folder``, whose public key stays known.

    Raises SecretError.
    """
    load_keys(folder, origin, {})
    with alone(folder):
        rewrite(folder / KEY_FILE, new_key())
    return load_keys(folder, origin, {})


def _keep_public(folder: Path, key: VerifierKey) -> tuple[VerifierKey, ...]:
    known = known_keys(folder)
    if key in known:
        return known
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder):
            known = tuple(dict.fromkeys([key, *known_keys(folder)]))
            rewrite(folder / PUBLIC_FILE, "".join(f"{each}\n" for each in known), PUBLIC)
    except OSError as error:
        raise SecretError(f"the file `{folder / PUBLIC_FILE}` cannot be written: {error.strerror}") from error
    return known


def _parse(text: str, origin: str, place: str) -> SigningKey:
    try:
        seed = bytes.fromhex(text.strip())
    except ValueError:
        raise SecretError(f"the {place} holds no key in hex") from None
    if len(seed) != KEY_BYTES:
        raise SecretError(f"the {place} holds no key of {KEY_BYTES} bytes in hex")
    try:
        return SigningKey(origin, seed)
    except NoteError as error:
        raise SecretError(f"the ledger's origin cannot name a key: {error}") from None
