"""Legal bases: laws, rules, policies and standards by which information may be held and shown, with their days."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from connectors.declaration import read_table, read_toml, unknown
from connectors.errors import ConfigError, Mistake
from connectors.spec import Name, Text
from gateway.days import covers, overlap, period_mistakes

Level = Literal[
    "LAW",
    "ADMINISTRATIVE_REGULATION",
    "DEPARTMENT_RULE",
    "CENTRAL_POLICY",
    "LOCAL_REGULATION",
    "STANDARD",
    "JUDICIAL_INTERPRETATION",
]


class LegalBasis(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One document; ``verified`` tells whether its text or name was seen, or is only generally known."""

    code: Name
    title: Text
    issuer: Text
    level: Level
    verified: bool
    document_no: Text | None = None
    articles: list[Text] = []
    in_force_from: str | None = None
    in_force_to: str | None = None
    replaces: Name | None = None
    note: Text | None = None


class LegalBases(Mapping[str, LegalBasis]):
    """The legal bases by code, in the order of the file."""

    def __init__(self, listed: Mapping[str, LegalBasis]) -> None:
        self._listed = dict(listed)
        self._replaced_by = {each.replaces: each for each in self._listed.values() if each.replaces is not None}

    def __getitem__(self, code: str) -> LegalBasis:
        return self._listed[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)

    def in_force(self, code: str, day: str) -> bool:
        """Return whether a basis is in force on ``day``, as far as the file knows.

        A document that was replaced, and whose last day nobody wrote down, ended when its replacement began; when that
        is not known either, it is taken to have ended.
        """
        basis, replacement = self._listed[code], self._replaced_by.get(code)
        if not covers(basis.in_force_from, basis.in_force_to, day):
            return False
        if replacement is None or basis.in_force_to is not None:
            return True
        return replacement.in_force_from is not None and day < replacement.in_force_from


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The head of the file; each basis is read by itself, so that one mistake hides no other."""

    legal_bases: list[Any]


def load_legal_bases(path: Path) -> LegalBases:
    """Return the legal bases of ``path``; raises `ConfigError` with every mistake."""
    tables = read_toml(path)
    mistakes: list[Mistake] = []
    read_table({"legal_bases": [], **tables}, _File, path.name, "", mistakes)
    listed = tables.get("legal_bases", [])
    if listed == []:
        mistakes.append(Mistake(path.name, "legal_bases", "expected a list of legal bases, at least one"))
    listed = listed if isinstance(listed, list) else []
    read = {
        at: read_table(table, LegalBasis, path.name, f"legal_bases.{at}", mistakes)
        for at, table in enumerate(listed, 1)
    }
    sound = {at: basis for at, basis in read.items() if basis is not None}
    codes = [table.get("code") for table in listed if isinstance(table, dict)]
    found = _mistakes(sound, [code for code in codes if isinstance(code, str)])
    mistakes.extend(Mistake(path.name, f"legal_bases.{place}", message) for place, message in found)
    if mistakes:
        raise ConfigError(mistakes)
    return LegalBases({basis.code: basis for basis in sound.values()})


def _mistakes(sound: Mapping[int, LegalBasis], codes: list[str]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong beyond types: repeated codes, days, and replacements that begin before the end."""
    by_code: dict[str, LegalBasis] = {}
    for at, basis in sound.items():
        if basis.code in by_code:
            yield f"{at}.code", f"`{basis.code}` is repeated"
        by_code.setdefault(basis.code, basis)
    replaced: set[str] = set()
    for at, basis in sound.items():
        days = period_mistakes(basis.in_force_from, basis.in_force_to, ("in_force_from", "in_force_to"))
        yield from ((f"{at}.{key}", message) for key, message in days)
        if basis.replaces is None:
            continue
        if message := _replacement_mistake(basis, basis.replaces, by_code, codes):
            yield f"{at}.replaces", message
        elif basis.replaces in replaced:
            yield f"{at}.replaces", f"`{basis.replaces}` is replaced by another document too"
        replaced.add(basis.replaces)


def _replacement_mistake(
    basis: LegalBasis, replaces: str, by_code: Mapping[str, LegalBasis], codes: list[str]
) -> str | None:
    if replaces not in codes:
        return unknown("legal basis", replaces, codes)
    if replaces == basis.code:
        return "replaces itself"
    old = by_code.get(replaces)
    if old is None or old.in_force_to is None or basis.in_force_from is None:
        return None
    both = overlap((basis.in_force_from, basis.in_force_to), (old.in_force_from, old.in_force_to))
    return f"`{replaces}` is still in force when it begins" if both else None
