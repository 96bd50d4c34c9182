"""What `config/gateway.toml` and the environment say about this installation. Secrets come from the environment only."""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from connectors.errors import ConfigError, Mistake


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one request may take."""

    deadline_seconds: Annotated[float, Meta(gt=0)] = 8.0


class Listen(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the gateway listens."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8088


class Tokens(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose access tokens are taken, and for which audience."""

    issuer: str = "http://127.0.0.1:8088"
    audience: str = "credit-gateway"


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of `gateway.toml`."""

    production: bool = False
    listen: Listen = Listen()
    tokens: Tokens = Tokens()
    limits: Limits = Limits()


def load_settings(path: Path) -> Settings:
    """Return the settings in ``path``; raises `ConfigError`."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Settings)
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigError([Mistake(path.name, "", str(error))]) from error
