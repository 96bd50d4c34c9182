"""What the gateway keeps, opened together and closed in order: the ledger with its anchors, consents, objections.

Each lies at a `sqlite:///` or `postgresql://` URL of the environment, else in a file of the data folder.
"""

from collections.abc import Awaitable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from connectors.errors import ConfigError, Mistake
from gateway.anchors import Anchors
from gateway.anchors.opened import open_anchors
from gateway.configuration import Configuration
from gateway.consents.consents import Consents
from gateway.consents.issuers import consent_keys
from gateway.consents.tokens import ConsentTokens
from gateway.ledger import Charter, Ledger, LedgerRefused, Secret, load_keys, load_secret
from gateway.objections.names import Names
from gateway.objections.objections import Objections
from gateway.proof.note import SigningKey, VerifierKey
from gateway.screening.jobs import Jobs
from gateway.settings import Settings
from gateway.watch.watches import FILE, WATCHES_URL_ENV, Watches

T = TypeVar("T")
LEDGER_URL_ENV: Final = "CREDIT_LEDGER_URL"
"""Where the ledger is written; a file in the data folder when it is not set."""
CONSENTS_URL_ENV: Final = "CREDIT_CONSENTS_URL"
"""Where consents are kept: that of the ledger if it is PostgreSQL, else a file in the folder."""
OBJECTIONS_URL_ENV: Final = "CREDIT_OBJECTIONS_URL"
"""Where objections are kept, likewise."""
SCREENINGS_URL_ENV: Final = "CREDIT_SCREENINGS_URL"
"""Where the jobs of screenings are kept, likewise."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is open; ``names`` makes the pseudonyms of records by ``secret`` and its earlier ones, ``key`` signs."""

    secret: Secret
    names: Names
    ledger: Ledger
    anchors: Anchors
    consents: Consents
    objections: Objections
    watches: Watches
    jobs: Jobs
    key: SigningKey


async def open_kept(
    stack: AsyncExitStack, configuration: Configuration, environ: Mapping[str, str], data: Path
) -> Kept:
    """Open what is kept, to be closed with ``stack``; raises `ConfigError` and `gateway.ledger.SecretError`."""
    secret = load_secret(data, environ)
    url = ledger_url(environ, data)
    charter = ledger_charter(configuration.settings, environ, data)
    assert charter.keys is not None, "they were just loaded"
    ledger = await _open_ledger(url, charter)
    stack.push_async_callback(ledger.close)
    specs = configuration.settings.ledger.anchors
    anchors = await open_anchors(specs, ledger, url, environ, configuration.folder, data)
    stack.push_async_callback(anchors.close)
    stack.push_async_callback(ledger.close)  # before the anchors, which get its last checkpoint; twice does no harm
    consents = await _open_consents(configuration, kept_url(environ, CONSENTS_URL_ENV, data / "consents.sqlite"))
    stack.push_async_callback(consents.close)
    names = Names([secret, *secret.earlier])
    objections_url = kept_url(environ, OBJECTIONS_URL_ENV, data / "objections.sqlite")
    objections = await _opened(Objections.open(objections_url, names.records), "objections", OBJECTIONS_URL_ENV)
    stack.push_async_callback(objections.close)
    watches = await _opened(Watches.open(kept_url(environ, WATCHES_URL_ENV, data / FILE)), "watches", WATCHES_URL_ENV)
    stack.push_async_callback(watches.close)
    jobs_url = kept_url(environ, SCREENINGS_URL_ENV, data / "screenings.sqlite")
    jobs = await _opened(Jobs.open(jobs_url), "screenings", SCREENINGS_URL_ENV)
    stack.push_async_callback(jobs.close)
    return Kept(secret, names, ledger, anchors, consents, objections, watches, jobs, charter.keys.signing)


def ledger_url(environ: Mapping[str, str], data: Path) -> str:
    """Return where the ledger lies: what the environment says, else a file of the folder ``data``."""
    return environ.get(LEDGER_URL_ENV) or f"sqlite:///{data / 'ledger.sqlite'}"


def kept_url(environ: Mapping[str, str], variable: str, path: Path) -> str:
    """Return the URL that ``variable`` holds, else the ledger's if that is PostgreSQL, else the file at ``path``."""
    ledger = environ.get(LEDGER_URL_ENV, "")
    shared = ledger if ledger.startswith("postgresql") else None
    return environ.get(variable) or shared or f"sqlite:///{path}"


def ledger_charter(settings: Settings, environ: Mapping[str, str], data: Path) -> Charter:
    """Return what the log is and who signs for it; raises `gateway.ledger.SecretError`."""
    rules = settings.ledger
    keys = load_keys(data, rules.origin, environ, map(VerifierKey.parse, rules.earlier_keys))
    return Charter(rules.origin, rules.algorithm, keys, rules.checkpoint_seconds, data)


async def _open_ledger(url: str, charter: Charter) -> Ledger:
    try:
        return await _opened(Ledger.open(url, charter), "ledger", LEDGER_URL_ENV)
    except LedgerRefused as error:
        raise ConfigError([Mistake("ledger", "", str(error))]) from None


async def _open_consents(configuration: Configuration, url: str) -> Consents:
    settings = configuration.settings
    keys = consent_keys(settings, configuration.folder)
    tokens = ConsentTokens(keys, settings.tokens.audience, settings.consents.max_days)
    return await _opened(Consents.open(url, tokens), "consents", CONSENTS_URL_ENV)


async def _opened(opening: Awaitable[T], what: str, variable: str) -> T:
    """Return the store that ``opening`` opens; raises `ConfigError`, and `LedgerRefused` as it is.

    ``what`` it is and the ``variable`` that holds its URL are named by mistakes.
    """
    try:
        return await opening
    except LedgerRefused:
        raise
    except ValueError as error:
        raise ConfigError([Mistake("environment", variable, str(error))]) from error
    except Exception as error:  # noqa: BLE001  (a driver may raise anything, and quote the password)
        raise ConfigError([Mistake(what, "", f"cannot be opened: {type(error).__name__}")]) from None
