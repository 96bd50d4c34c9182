"""Reading of `config/sources/`: every source file into a `SourceSpec`, or every mistake of every file at once.

A file is walked along the Struct of its kind, then checked for what must hold between its parts, then converted. A file
of unknown kind is read for what all kinds have in common, so that its other mistakes are told as well.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, get_args

import msgspec
from msgspec import Struct

from connectors.checks import source_mistakes
from connectors.constants import with_constants
from connectors.declaration import fields_of, read_toml, sound_part, unknown
from connectors.errors import ConfigError, Mistake
from connectors.fields import Known
from connectors.spec import EntitySpec, SourceBase, SourceSpec

__all__ = ["Known", "load_sources", "missing_variables", "variables"]


class _AnyEntity(EntitySpec, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """What entities of all kinds have."""


class _AnySource(SourceBase, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """What sources of all kinds have."""

    entities: dict[str, _AnyEntity]


STRUCT_OF_KIND: Final[Mapping[str, type[SourceBase]]] = {
    str(kind.__struct_config__.tag): kind for kind in get_args(SourceSpec)
}


def load_sources(folder: Path, known: Known) -> dict[str, SourceSpec]:
    """Return the sources in ``folder`` by name; raises `ConfigError` with every mistake of every file."""
    files = sorted(folder.glob("*.toml"))
    mistakes = [] if files else [Mistake(folder.name, "", "holds no source file (*.toml)")]
    sources: dict[str, SourceSpec] = {}
    for file in files:
        try:
            sources[file.stem] = _load(file, known)
        except ConfigError as error:
            mistakes.extend(error.mistakes)
    if mistakes:
        raise ConfigError(mistakes)
    return sources


def _load(file: Path, known: Known) -> SourceSpec:
    tables = read_toml(file)
    mistakes: list[Mistake] = []

    def note(place: str, message: str) -> None:
        mistakes.append(Mistake(file.name, place, message))

    kind = tables.pop("kind", None)
    struct = STRUCT_OF_KIND.get(kind) if isinstance(kind, str) else None
    if struct is None:
        note("kind", _no_kind(kind))
    sound = sound_part(tables, struct or _AnySource, "", note)
    for place, message in source_mistakes(kind if struct else None, sound, file, known):
        note(place, message)
    if mistakes:
        raise ConfigError(mistakes)
    spec: SourceSpec = msgspec.convert({**tables, "kind": kind}, SourceSpec)
    return with_constants(spec)


def _no_kind(kind: Any) -> str:
    if isinstance(kind, str):
        return unknown("kind", kind, STRUCT_OF_KIND)
    return f"{'missing' if kind is None else 'not a text'}: one of {', '.join(STRUCT_OF_KIND)}"


def variables(spec: SourceSpec) -> tuple[str, ...]:
    """Return the environment variables that the source needs, without duplicates."""
    return tuple(dict.fromkeys(variable for _, variable in _variables(spec, "")))


def missing_variables(specs: Mapping[str, SourceSpec], environ: Mapping[str, str]) -> list[Mistake]:
    """Return a mistake for each variable that the sources need and ``environ`` lacks or has blank."""
    return [
        Mistake(f"{name}.toml", place, f"the environment variable `{variable}` is not set")
        for name, spec in specs.items()
        for place, variable in _variables(spec, "")
        if not environ.get(variable, "").strip()
    ]


def _variables(part: Struct, place: str) -> Iterator[tuple[str, str]]:
    """Yield place and value of every key that ends in `_env`."""
    for field in fields_of(type(part)):
        value = getattr(part, field.name)
        if isinstance(value, Struct):
            yield from _variables(value, f"{place}{field.name}.")
        elif field.name.endswith("_env") and value is not None:
            yield f"{place}{field.name}", value
