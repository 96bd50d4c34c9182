"""What `config/gateway.toml` says about this installation. Secrets come from the environment only."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from connectors.declaration import Part, read_toml, sound_part
from connectors.errors import ConfigError, Mistake
from gateway.auth.declared import Tokens, token_mistakes


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one request may take."""

    deadline_seconds: Annotated[float, Meta(gt=0)] = 8.0


class Listen(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the gateway listens."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8088


class Clients(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the clients are kept, `clients.toml` or the table at `CREDIT_CLIENTS_URL`, and how often that is read."""

    home: Literal["file", "table"] = "file"
    refresh_seconds: Annotated[float, Meta(gt=0, le=300)] = 5.0


class Metrics(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether `/metrics` is served, and whether other machines may ask for it."""

    enabled: bool = True
    remote: bool = False


class ConsentIssuer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may state consents by signed token, and where its keys are: at ``jwks_url``, or in the file ``jwks_file``."""

    issuer: str
    jwks_url: str | None = None
    jwks_file: str | None = None


class ConsentRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a consent may last, and whose consent tokens are taken."""

    max_days: Annotated[int, Meta(ge=1, le=3660)] = 366
    issuers: list[ConsentIssuer] = []


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of `gateway.toml`."""

    production: bool = False
    listen: Listen = Listen()
    tokens: Tokens = Tokens()
    clients: Clients = Clients()
    limits: Limits = Limits()
    metrics: Metrics = Metrics()
    consents: ConsentRules = ConsentRules()


def load_settings(path: Path) -> Settings:
    """Return the settings in ``path``; raises `ConfigError` with every mistake."""
    mistakes: list[Mistake] = []

    def note(place: str, message: str) -> None:
        mistakes.append(Mistake(path.name, place, message))

    tables = read_toml(path)
    sound = sound_part(tables, Settings, "", note)
    for place, message in token_mistakes(sound.get("tokens", Part()), production=sound.get("production", False)):
        note(place, message)
    if mistakes:
        raise ConfigError(mistakes)
    return msgspec.convert(tables, Settings)
