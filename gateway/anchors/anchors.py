"""All anchors of one ledger: from the configuration to the places that take its checkpoints.

`Anchors.anchor` is registered with the ledger, which calls it with every checkpoint that it signs.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from connectors.errors import ConfigError, Mistake
from gateway.anchors.anchor import Anchor
from gateway.anchors.authority import AuthorityAnchor
from gateway.anchors.declared import FILE, AnchorSpec, ca_mistakes, missing_variables
from gateway.anchors.delivery import Delivery, Pauses, State
from gateway.anchors.file import FileAnchor
from gateway.anchors.history import FILE as HISTORY
from gateway.anchors.history import FORKED, Consistency, History
from gateway.anchors.notes import read_note
from gateway.anchors.store import AnchorStore
from gateway.anchors.timestamps import read_ca
from gateway.anchors.webhook import WebhookAnchor, read_webhook_secret
from gateway.auth.documents import is_safe
from gateway.proof.note import NoteError

TIMEOUT_SECONDS: Final = 10.0
_PAUSES: Final = Pauses()


class Anchors:
    """Open with `await Anchors.open(...)`; one per event loop. ``deliveries`` tell how each anchor does."""

    def __init__(
        self, deliveries: Mapping[str, Delivery], store: AnchorStore | None, history: History | None = None
    ) -> None:
        self.deliveries = deliveries
        self._history = history
        self.store = store
        """Where timestamps are; None when there is no anchor."""

    @classmethod
    async def open(
        cls,
        specs: Iterable[AnchorSpec],
        environ: Mapping[str, str],
        folder: Path,
        data: Path,
        url: str,
        *,
        pauses: Pauses = _PAUSES,
        consistency: Consistency | None = None,
    ) -> "Anchors":
        """Return the anchors of ``specs``; ``url`` is the ledger's, and nobody is asked anything yet.

        ``consistency`` proves that the ledger continues what was anchored; None where that is not asked.

        CA files lie in the configuration's ``folder``, anchor files in ``data`` unless their path says otherwise.
        ``pauses`` are those after failures.
        Raises `ConfigError` with every mistake, and what the database's driver raises.
        """
        specs = list(specs)
        mistakes = [*missing_variables(specs, environ), *ca_mistakes(specs, folder)]
        mistakes += [] if mistakes else address_mistakes(specs, environ)
        if mistakes:
            raise ConfigError(mistakes)
        if not specs:
            return cls({}, None)
        history = _history(data, consistency) if consistency is not None else None
        store = await AnchorStore.open(url)
        deliveries = {
            spec.name: Delivery(
                make_anchor(spec, environ, folder, data, store),
                replace(pauses, every_seconds=spec.every_seconds),
                store.note_taken,
            )
            for spec in specs
        }
        for name, (size, at) in (await store.taken()).items():
            if name in deliveries:
                state = deliveries[name].state
                state.size, state.at = size, datetime.fromisoformat(at).timestamp()
        return cls(deliveries, store, history)

    @property
    def states(self) -> dict[str, State]:
        """How each anchor does; the values change, the names do not."""
        return {name: delivery.state for name, delivery in self.deliveries.items()}

    async def anchor(self, note: str) -> None:
        """Bring the signed checkpoint ``note`` to every anchor; returns before it is there.

        One that does not continue what was anchored is brought to none, which is logged, counted, and fails `check`.
        """
        if not self.deliveries:
            return
        checkpoint = read_note(note)
        if self._history is not None and not await self._history.admits(checkpoint):
            for delivery in self.deliveries.values():
                delivery.state.failures[FORKED] += 1
            return
        for delivery in self.deliveries.values():
            delivery.offer(checkpoint)

    @property
    def checks(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """What must hold for work to be taken; nothing where nothing is anchored."""
        return {"anchors": self.check} if self.deliveries else {}

    async def check(self) -> None:
        """Return when the ledger continues what was anchored, as far as is known; raises RuntimeError if not."""
        if self._history is not None and self._history.forked:
            raise RuntimeError(FORKED)

    async def settled(self) -> None:
        """Return when no anchor waits for a checkpoint."""
        for delivery in self.deliveries.values():
            await delivery.settled()

    async def close(self) -> None:
        """Stop; what is on its way has a moment left, what waits is brought after the next start."""
        for delivery in self.deliveries.values():
            await delivery.close()
        if self.store is not None:
            await self.store.close()


def _history(data: Path, consistency: Consistency) -> History:
    try:
        return History.read(data, consistency)
    except (NoteError, OSError, UnicodeDecodeError) as error:
        told = f"`{HISTORY}` of the data folder cannot be read: {type(error).__name__}"
        raise ConfigError([Mistake("ledger", "anchors", told)]) from None


def make_anchor(spec: AnchorSpec, environ: Mapping[str, str], folder: Path, data: Path, store: AnchorStore) -> Anchor:
    """Return the anchor of ``spec``, whose variables are set and right."""
    timeout = spec.timeout_seconds or TIMEOUT_SECONDS
    if spec.kind == "file":
        return FileAnchor(spec.name, data / str(spec.path))
    url = environ[str(spec.url_env)].strip()
    if spec.kind == "webhook":
        return WebhookAnchor(spec.name, url, read_webhook_secret(environ[str(spec.secret_env)].strip()), timeout)
    return AuthorityAnchor(spec.name, url, read_ca((folder / str(spec.ca_file)).read_bytes()), store, timeout)


def address_mistakes(specs: Iterable[AnchorSpec], environ: Mapping[str, str]) -> list[Mistake]:
    """Return a mistake for each address and secret of ``specs`` that cannot be used; none is quoted."""
    mistakes = []
    for at, spec in enumerate(specs, 1):
        for key, found in _addresses(spec, environ):
            mistakes.append(Mistake(FILE, f"ledger.anchors.{at}.{key}", found))
    return mistakes


def _addresses(spec: AnchorSpec, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if spec.kind == "webhook":
        if not is_safe(environ[str(spec.url_env)].strip()):
            yield "url_env", f"`{spec.url_env}` must hold an https URL, or an http one at a loopback address"
        try:
            read_webhook_secret(environ[str(spec.secret_env)].strip())
        except ValueError as error:
            yield "secret_env", f"`{spec.secret_env}`: {error}"
    # Answers of an authority are signed over our nonce: plain HTTP, which most of them offer alone, changes nothing.
    if spec.kind == "rfc3161" and not _is_web(environ[str(spec.url_env)].strip()):
        yield "url_env", f"`{spec.url_env}` must hold an http or https URL"


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
