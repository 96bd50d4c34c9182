"""What `config/gateway.toml` says about this installation. Secrets come from the environment only."""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from connectors.declaration import read_table, read_toml
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


class Clients(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the clients are kept, `clients.toml` or the table at `CREDIT_CLIENTS_URL`, and how often that is read."""

    home: Literal["file", "table"] = "file"
    refresh_seconds: Annotated[float, Meta(gt=0, le=300)] = 5.0


class Metrics(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether `/metrics` is served, and whether other machines may ask for it."""

    enabled: bool = True
    remote: bool = False


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of `gateway.toml`."""

    production: bool = False
    listen: Listen = Listen()
    tokens: Tokens = Tokens()
    clients: Clients = Clients()
    limits: Limits = Limits()
    metrics: Metrics = Metrics()


def load_settings(path: Path) -> Settings:
    """Return the settings in ``path``; raises `ConfigError` with every mistake."""
    mistakes: list[Mistake] = []
    settings = read_table(read_toml(path), Settings, path.name, "", mistakes)
    if settings is None:
        raise ConfigError(mistakes)
    return settings
