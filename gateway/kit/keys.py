"""The keys by which a live source is asked when it is examined: told by people, from a file, or those of its cases.

# INVARIANT: no message and no repr holds a key, and what reads as a number of a person is refused, whatever its scheme.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, get_args

from connectors.declaration import unknown
from connectors.errors import ConfigError
from connectors.keys import canonical_by
from connectors.spec import AnyEntity, RestEntity, Scheme, SourceSpec
from gateway.auth.personal import holds_personal_number
from gateway.kit.cases import case_files, read_case
from schema.identifiers import SCHEMES, Identifier, IdentifierError, derive, might_be_personal, parse

_KNOWN: Final = tuple(scheme for scheme in get_args(Scheme) if scheme != "PERSON")
_FORM: Final = "SCHEME=VALUE, e.g. USCC=…"


class KeyRefused(Exception):
    """A key that is not taken; says which one by its place, and why."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What a source may be asked by: ``given`` are scheme -> keys, ``of_cases`` those of each part."""

    given: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    of_cases: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict, repr=False)

    def of(self, part: str, entity: AnyEntity) -> dict[str, tuple[str, ...]]:
        """Return the keys for ``part`` by scheme; a scheme without any is left out.

        None for a part that is told more than a key about a subject, such as a person's name: nobody is examined.
        """
        if wants_more(entity):
            return {}
        known = self.given or self.of_cases.get(part, {})
        return {scheme: known[scheme] for scheme in entity.keys if known.get(scheme)}


def wants_more(entity: AnyEntity) -> bool:
    """Return whether a part is asked by a key and further identifiers of the same subject at once."""
    return isinstance(entity, RestEntity) and bool(entity.also_parameters)


def why_no_key(source: SourceSpec) -> str:
    """Return why there is no key to ask ``source`` by, and what to do."""
    if all(map(wants_more, source.entities.values())):
        return f"{source.name}: is told more than a key about a subject, such as a name: nobody is examined by it"
    return "there is no key to ask by: name some with --key SCHEME=VALUE or --keys-file"


def told_keys(told: Iterable[str], file: Path | None) -> dict[str, tuple[str, ...]]:
    """Return scheme -> canonical keys, with what follows from them by algorithm; raises `KeyRefused`.

    A line of ``file`` is written as ``told`` is: `SCHEME=VALUE`; blank ones and those that begin with `#` are skipped.
    """
    found: dict[str, dict[str, None]] = {}
    for identifier in _identifiers(told, file):
        for each in (identifier, *(derive(identifier) if identifier.scheme in SCHEMES else ())):
            found.setdefault(each.scheme, {}).setdefault(each.value)
    return {scheme: tuple(keys) for scheme, keys in found.items()}


def keys_of_cases(source: SourceSpec, folder: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return part -> scheme -> the keys that the cases of ``source`` ask for; a case that is none is passed over."""
    found: dict[str, dict[str, dict[str, None]]] = {}
    for file in case_files(folder, source.name):
        try:
            case = read_case(file, source)
        except ConfigError:
            continue
        found.setdefault(case.part, {}).setdefault(case.spec.scheme, {}).update(dict.fromkeys(case.spec.ask))
    return {part: {scheme: tuple(keys) for scheme, keys in by.items()} for part, by in found.items()}


def _identifiers(told: Iterable[str], file: Path | None) -> Iterator[Identifier]:
    for at, text in enumerate(told, 1):
        yield _identifier(text, f"--key {at}")
    if file is None:
        return
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise KeyRefused(f"{file.name}: cannot be read as a text in UTF-8") from None
    for at, line in enumerate(lines, 1):
        if (text := line.strip()) and not text.startswith("#"):
            yield _identifier(text, f"{file.name}: line {at}")


def _identifier(text: str, place: str) -> Identifier:
    scheme, equals, value = text.partition("=")
    if not equals or not value.strip() or not scheme.isidentifier() or not scheme.isupper():
        raise KeyRefused(f"{place}: expected {_FORM}")
    if scheme == "PERSON" or might_be_personal(value) or holds_personal_number(value):
        raise KeyRefused(f"{place}: reads as the number of a person: no source is examined by one")
    if scheme not in _KNOWN:
        raise KeyRefused(f"{place}: {unknown('scheme', scheme, _KNOWN)}")
    if scheme not in SCHEMES:
        return Identifier(scheme, canonical_by(scheme)(value), "NONE")
    try:
        return parse(scheme, value)
    except IdentifierError as error:
        raise KeyRefused(f"{place}: {scheme}: {error}") from None
