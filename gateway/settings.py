"""What `config/gateway.toml` says about this installation. Secrets come from the environment only."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from connectors.declaration import Part, read_toml, sound_part
from connectors.errors import ConfigError, Mistake
from gateway.anchors.declared import AnchorSpec, anchor_mistakes
from gateway.auth.declared import Tokens, token_mistakes
from gateway.ledger.charter import ORIGIN as ORIGIN_OF_LEDGER
from gateway.limits.spec import ClientDefaults, DocumentLimits, ListLimits, PositiveInt, SubscriptionLimits
from gateway.proof.merkle import Algorithm
from gateway.proof.note import NoteError, VerifierKey, is_name
from gateway.watch.declared import WatchRules

ANY_ORIGIN: Final = "*"
ORIGIN: Final = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")
"""What a browser sends as `Origin` (RFC 6454 §6.1): compared as a whole, so nothing may follow the port."""


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one request, and one client, may take."""

    deadline_seconds: Annotated[float, Meta(gt=0)] = 8.0
    document: DocumentLimits = DocumentLimits()
    lists: ListLimits = ListLimits()
    client: ClientDefaults = ClientDefaults()
    subscriptions: SubscriptionLimits = SubscriptionLimits()


class Http(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is taken from anybody: bytes of a body, failures to identify from one address in a window."""

    max_body_bytes: Annotated[int, Meta(ge=1_024)] = 1 << 20
    max_failures: PositiveInt = 600
    failure_window_seconds: Annotated[int, Meta(ge=1, le=86_400)] = 60


class Cors(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The web pages, by exact origin, whose scripts may ask from a browser; none by default."""

    origins: list[str] = []
    max_age_seconds: Annotated[int, Meta(ge=0, le=86_400)] = 600


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


class LedgerRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the log is called, the hash of its tree, and every how many seconds a signed checkpoint of it is stored.

    ``earlier_keys`` are public keys that signed before the present one, as `ledger keys` prints them; ``anchors`` keep
    the checkpoints elsewhere.
    """

    origin: str = ORIGIN_OF_LEDGER
    algorithm: Algorithm = "sha-256"
    checkpoint_seconds: Annotated[float, Meta(ge=1, le=86_400)] = 60.0
    earlier_keys: list[str] = []
    anchors: list[AnchorSpec] = []


class ReportRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who issues credit reports, in both languages, and how many of them are set at once.

    ``certificate_file`` is the certificate (PEM) of the key in `CREDIT_REPORT_KEY`, a file beside this one; or none.
    With ``timestamps`` prints are stamped by the authority of the ledger's first anchor of the kind `rfc3161`.
    """

    issuer_zh: Annotated[str, Meta(min_length=1, max_length=100)] = "公共信用信息平台"
    issuer_en: Annotated[str, Meta(min_length=1, max_length=100)] = "Public credit information platform"
    certificate_file: str = ""
    timestamps: bool = True
    at_once: PositiveInt = 2


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of `gateway.toml`."""

    production: bool = False
    listen: Listen = Listen()
    tokens: Tokens = Tokens()
    clients: Clients = Clients()
    limits: Limits = Limits()
    metrics: Metrics = Metrics()
    consents: ConsentRules = ConsentRules()
    ledger: LedgerRules = LedgerRules()
    http: Http = Http()
    cors: Cors = Cors()
    watch: WatchRules = WatchRules()
    reports: ReportRules = ReportRules()


def load_settings(path: Path) -> Settings:
    """Return the settings in ``path``; raises `ConfigError` with every mistake."""
    mistakes: list[Mistake] = []

    def note(place: str, message: str) -> None:
        mistakes.append(Mistake(path.name, place, message))

    tables = read_toml(path)
    sound = sound_part(tables, Settings, "", note)
    production = sound.get("production", False)
    for place, message in token_mistakes(sound.get("tokens", Part()), production=production):
        note(place, message)
    for place, message in _origin_mistakes(sound.get("cors", Part()), production=production):
        note(place, message)
    for place, message in _ledger_mistakes(sound.get("ledger", Part())):
        note(place, message)
    if mistakes:
        raise ConfigError(mistakes)
    return msgspec.convert(tables, Settings)


def _origin_mistakes(cors: Part, *, production: bool) -> Iterator[tuple[str, str]]:
    for number, origin in enumerate(cors.get("origins", []), 1):
        if origin == ANY_ORIGIN and production:
            yield f"cors.origins.{number}", "`*` lets every web page ask: in production name the origins"
        elif origin != ANY_ORIGIN and ORIGIN.fullmatch(origin) is None:
            message = f"`{origin}` is no origin: expected the form `https://host` or `https://host:port`, in lower case"
            yield f"cors.origins.{number}", message


def _ledger_mistakes(ledger: Part) -> Iterator[tuple[str, str]]:
    origin = ledger.get("origin", ORIGIN_OF_LEDGER)
    if not is_name(origin):
        yield "ledger.origin", f"`{origin}` is no name of a log: expected a form like `credit.city.example/ledger`"
    for number, key in enumerate(ledger.get("earlier_keys", []), 1):
        try:
            VerifierKey.parse(key)
        except NoteError as error:
            yield f"ledger.earlier_keys.{number}", f"{error}: expected a line of `credit-gateway ledger keys`"
    yield from anchor_mistakes(ledger.get("anchors", []))
