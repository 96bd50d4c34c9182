"""What `config/objections.toml` says: how long departments have, how often a message is sent, and where to.

A department without an address reads its queue (`Query.objections`). Addresses and secrets stand in variables; one that
is not set leaves its department without an address, and the log says so: an owner that cannot be reached stops nothing.
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from connectors.declaration import Part, read_toml, sound_part, unknown
from connectors.errors import ConfigError, Mistake
from gateway.auth.documents import is_safe
from gateway.objections.outbox import Retries
from gateway.returns.working_days import WorkingDays

_VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_SECRET: Final = re.compile(r"whsec_([A-Za-z0-9+/]+={0,2})")
Days = Annotated[int, Meta(ge=1, le=366)]


class Review(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many days an owner has to take an objection up, and to decide it; and how many a subject may have open."""

    unit: Literal["calendar", "working"] = "calendar"
    accept_days: Days = 5
    review_days: Days = 20
    max_open: Annotated[int, Meta(ge=1, le=10_000)] = 50


class Sending(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How messages are sent, and sent again."""

    timeout_seconds: Annotated[float, Meta(gt=0, le=60)] = 5.0
    attempts: Annotated[int, Meta(ge=1, le=100)] = 12
    first_retry_seconds: Annotated[float, Meta(gt=0, le=3_600)] = 5.0
    longest_retry_seconds: Annotated[float, Meta(gt=0, le=86_400)] = 3_600.0


class EndpointSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a department takes objections: variables hold the URL and the secret."""

    kind: Literal["webhook", "rest"]
    url_env: str
    secret_env: str


class Rules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    review: Review = Review()
    sending: Sending = Sending()
    endpoints: dict[str, EndpointSpec] = {}

    @property
    def retries(self) -> Retries:
        """How often, and how far apart, a message is sent."""
        return Retries(self.sending.attempts, self.sending.first_retry_seconds, self.sending.longest_retry_seconds)

    @property
    def lease_seconds(self) -> float:
        """How long a message is held by whoever sends it."""
        return 2 * self.sending.timeout_seconds + 10

    def terms(self, day: str, working: WorkingDays) -> tuple[str, str]:
        """Return until when what is routed on ``day`` has to be taken up, and to be decided; that day is not counted.

        ``working`` are the working days, where days are counted by them.
        """
        review = self.review
        if review.unit == "working":
            return working.after(day, review.accept_days), working.after(day, review.review_days)
        first = date.fromisoformat(day)
        accept, decide = (first + timedelta(days) for days in (review.accept_days, review.review_days))
        return accept.isoformat(), decide.isoformat()

    @property
    def secret_variables(self) -> list[str]:
        """The variables that hold addresses and secrets."""
        return [name for each in self.endpoints.values() for name in (each.url_env, each.secret_env)]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one department takes objections; of a webhook ``secret`` is the key that signs, else a bearer token."""

    kind: Literal["webhook", "rest"]
    url: str = field(repr=False)
    secret: bytes = field(repr=False)


def load_rules(path: Path, departments: Collection[str] | None) -> Rules:
    """Return the rules in ``path``, those by default where there is no such file.

    ``departments`` are the known codes, None where they could not be read. Raises `ConfigError` with every mistake.
    """
    if not path.exists():
        return Rules()
    tables = read_toml(path)
    mistakes: list[Mistake] = []
    sound = sound_part(tables, Rules, "", lambda place, message: mistakes.append(Mistake(path.name, place, message)))
    mistakes += [Mistake(path.name, place, message) for place, message in _mistakes(sound, departments)]
    if mistakes:
        raise ConfigError(mistakes)
    return msgspec.convert(tables, Rules)


def _mistakes(sound: Part, departments: Collection[str] | None) -> Iterator[tuple[str, str]]:
    for code, endpoint in sound.get("endpoints", Part()).items():
        if departments is not None and code not in departments:
            yield f"endpoints.{code}", unknown("department", code, sorted(departments))
        for key in ("url_env", "secret_env"):
            if key in endpoint and _VARIABLE.fullmatch(endpoint[key]) is None:
                yield f"endpoints.{code}.{key}", "expected the name of a variable, in upper case"


def unset(rules: Rules, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the variables that ``environ`` lacks, each with the department that is without an address for it."""
    return [
        (name, code)
        for code, spec in rules.endpoints.items()
        for name in (spec.url_env, spec.secret_env)
        if not environ.get(name)
    ]


def endpoints_of(rules: Rules, environ: Mapping[str, str]) -> dict[str, Endpoint]:
    """Return the addresses that ``environ`` gives, by department; raises `ConfigError` for one that cannot be used."""
    found: dict[str, Endpoint] = {}
    mistakes: list[Mistake] = []
    for code, spec in rules.endpoints.items():
        url, secret = environ.get(spec.url_env), environ.get(spec.secret_env)
        if not url or not secret:
            continue
        if not is_safe(url):
            told = "expected an https URL, or an http one on this machine"
            mistakes.append(Mistake("environment", spec.url_env, told))
        key = _key(secret) if spec.kind == "webhook" else _token(secret)
        if key is None:
            told = "expected `whsec_` and 24 to 64 bytes in base64" if spec.kind == "webhook" else "expected a token"
            mistakes.append(Mistake("environment", spec.secret_env, told))
        else:
            found[code] = Endpoint(spec.kind, url, key)
    if mistakes:
        raise ConfigError(mistakes)
    return found


def _key(secret: str) -> bytes | None:
    """Return the key of a webhook secret (Standard Webhooks 1.0.0, "Signature scheme"), None when it is none."""
    match = _SECRET.fullmatch(secret)
    try:
        key = b64decode(match[1], validate=True) if match is not None else b""
    except Error:
        return None
    return key if 24 <= len(key) <= 64 else None


def _token(secret: str) -> bytes | None:
    """Return a bearer token (RFC 6750 §2.1), None when it is none."""
    return secret.encode() if re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", secret) else None
