"""From `config/audit.toml` to the rules of withholding; every mistake is told at once."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from connectors.declaration import Part, read_toml, sound_part, unknown
from connectors.errors import ConfigError, Mistake
from connectors.spec import Name, Text
from gateway.audit.hiding import Hiding, Rule

MOST_DAYS: Final = 3660
_RULE: Final = re.compile(r"[a-z][a-z0-9_]*")
Found = Iterator[tuple[str, str]]


class HiddenSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule as it is declared."""

    zh: Text
    en: Text
    basis: Name
    days: Annotated[int, Meta(ge=1, le=MOST_DAYS)]
    purposes: list[str] = []
    clients: list[str] = []


class Declared(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    hidden: dict[str, HiddenSpec] = {}


@dataclass(frozen=True, slots=True)
class Known:
    """What the rest of the configuration declares; None where that could not be read, or is not known here."""

    purposes: Collection[str] | None
    clients: Collection[str] | None
    bases: Collection[str] | None


def load_hiding(path: Path, known: Known) -> Hiding:
    """Return the rules of the file at ``path``; raises `ConfigError` with every mistake of it."""
    tables = read_toml(path)
    found: list[Mistake] = []
    sound = sound_part(tables, Declared, "", lambda place, message: found.append(Mistake(path.name, place, message)))
    found += [Mistake(path.name, place, message) for place, message in _mistakes(sound, known)]
    if found:
        raise ConfigError(found)
    hidden = msgspec.convert(tables, Declared).hidden
    return Hiding(
        tuple(
            Rule(name, frozenset(spec.purposes), frozenset(spec.clients), spec.days, spec.basis)
            for name, spec in hidden.items()
        )
    )


def _mistakes(sound: Part, known: Known) -> Found:
    """Yield place and message of what is well-formed and still cannot be meant."""
    for name, spec in sound.get("hidden", Part()).items():
        place = f"hidden.{name}"
        if _RULE.fullmatch(name) is None:
            yield place, "not a name for a rule: lower-case letters, digits and `_`"
        if not spec.unfit and not spec.get("purposes") and not spec.get("clients"):
            yield place, "hides nothing: name `purposes` or `clients`"
        for key, noun, names in (("purposes", "purpose", known.purposes), ("clients", "client", known.clients)):
            for at, each in enumerate(spec.get(key, ()), 1):
                if names is not None and each not in names:
                    yield f"{place}.{key}.{at}", unknown(noun, each, sorted(names))
        basis = spec.get("basis")
        if basis is not None and known.bases is not None and basis not in known.bases:
            yield f"{place}.basis", unknown("legal basis", basis, sorted(known.bases))
