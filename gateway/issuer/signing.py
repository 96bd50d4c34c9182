"""The keys of the development issuer: the one that signs, and older ones that stay published for tokens still out."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from connectors.errors import ConfigError, Mistake

KEY_FILE_ENV: Final = "CREDIT_ISSUER_KEY_FILE"
"""One PEM file (EC P-256), or several as a PATH is written: the first signs, the others are published with it."""


def read_signing_keys(environ: Mapping[str, str]) -> list[ECKey]:
    """Return the keys, each named by its thumbprint (RFC 7638); a new one when none is named. Raises `ConfigError`."""
    files = [each for each in environ.get(KEY_FILE_ENV, "").split(os.pathsep) if each]
    keys = [_read(each) for each in files] or [ECKey.generate_key("P-256")]
    for key in keys:
        key.ensure_kid()
    return list({key.kid: key for key in keys}.values())


def _read(path: str) -> ECKey:
    try:
        key = ECKey.import_key(Path(path).read_bytes())
    except (OSError, JoseError, ValueError, TypeError) as error:
        raise ConfigError([Mistake("environment", KEY_FILE_ENV, "names no readable PEM key (EC P-256)")]) from error
    if not key.is_private or key.curve_name != "P-256":
        raise ConfigError([Mistake("environment", KEY_FILE_ENV, "the key is no private key of EC P-256")])
    return key
