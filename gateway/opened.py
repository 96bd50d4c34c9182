"""The sources of one configuration, open; those that have not changed since the one before stay as they are.

A source has changed when its file says something else, a variable that it names holds something else, or a file beside
it (a WSDL) has another content.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from connectors import open_connector
from connectors.errors import ConfigError, Mistake
from connectors.gate import Gate
from connectors.load import variables
from connectors.spec import SourceSpec
from gateway.coalesce import Coalescer
from gateway.configuration import Configuration
from gateway.shared import SharedPaces

Stamp = tuple[SourceSpec, tuple[str, ...], str]
"""What a source was opened from: its file, the values of its variables, the digest of the file beside it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Open sources by name, and what each was opened from."""

    sources: Mapping[str, Coalescer]
    stamps: Mapping[str, Stamp]

    def gone(self, after: "Opened") -> list[str]:
        """Return the names of those that ``after`` does not keep: changed, or taken away."""
        return [name for name, source in self.sources.items() if after.sources.get(name) is not source]


NONE_OPENED = Opened({}, {})


async def open_sources(
    configuration: Configuration,
    environ: Mapping[str, str],
    paces: SharedPaces | None,
    before: Opened = NONE_OPENED,
) -> Opened:
    """Return the sources of ``configuration``, with those of ``before`` that are the same.

    Raises `ConfigError` with the mistakes of all; nothing new is open then. No connection is made here.
    """
    folder = configuration.sources_folder
    specs = configuration.catalogue.sources
    stamps = {name: _stamp(spec, environ, folder) for name, spec in specs.items()}
    kept = {name: before.sources[name] for name, stamp in stamps.items() if before.stamps.get(name) == stamp}
    made: dict[str, Coalescer] = {}
    mistakes: list[Mistake] = []
    for name, spec in specs.items():
        if name not in kept:
            try:
                made[name] = Coalescer(_gate(spec, environ, folder, paces))
            except ConfigError as error:
                mistakes.extend(error.mistakes)
    if mistakes:
        for source in made.values():
            await source.gate.close()
        raise ConfigError(mistakes)
    return Opened({name: kept.get(name) or made[name] for name in specs}, stamps)


def _gate(spec: SourceSpec, environ: Mapping[str, str], folder: Path, paces: SharedPaces | None) -> Gate:
    limit = spec.calls_per_second
    shared = paces.of(spec.name, limit) if paces is not None and limit is not None else None
    return Gate(spec, open_connector(spec, environ, folder), shared=shared)


def _stamp(spec: SourceSpec, environ: Mapping[str, str], folder: Path) -> Stamp:
    values = tuple(environ.get(name, "") for name in variables(spec))
    beside: str | None = getattr(spec, "wsdl", None)
    return spec, values, "" if beside is None else sha256((folder / beside).read_bytes()).hexdigest()
