"""The rule book: every rule set of `config/rules/`, by code and day, and what clients raise of them.

An overlay whose client is gone, or may not run its set any more, is out of use and no mistake that stops a gateway: a
client can be shut out by a reload at once, and its file be removed afterwards. A file of a misspelt name must not go
unnoticed either: a gateway says so in its log, and `check` and `rules check` refuse it (2026-11-26).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from connectors.declaration import read_toml, unknown
from connectors.errors import ConfigError, Mistake
from gateway.days import covers, overlap
from gateway.rules.checks.known import UNCHECKED, Known
from gateway.rules.declared import overlay_mistakes, read_overlay, read_rule_set
from gateway.rules.model import Overlay, RuleSet

FOLDER: Final = "rules"
OVERLAYS: Final = "overlays"
ENDED: Final = "remove the file, or name it for the client that it is of"


class NoRuleSet(KeyError):
    """No rule set of a code is in force on a day; the message names those that there are."""

    def __str__(self) -> str:
        return str(self.args[0])


class RuleBook:
    """All rule sets; ``sets`` by code, those of one code by the day from which they are in force."""

    def __init__(self, sets: Sequence[RuleSet] = (), overlays: Sequence[Overlay] = ()) -> None:
        self.sets: dict[str, list[RuleSet]] = {}
        for each in sorted(sets, key=lambda each: (each.code, each.from_ or "")):
            self.sets.setdefault(each.code, []).append(each)
        self._overlays = {(each.client, each.set): each for each in overlays}

    @classmethod
    def load(cls, folder: Path, known: Known = UNCHECKED) -> "RuleBook":
        """Return the book in ``folder``, an empty one when it is not there.

        Raises `ConfigError` with every mistake of every file.
        """
        mistakes: list[Mistake] = []
        sets = [found for path in sorted(folder.glob("*.toml")) if (found := _set(path, known, mistakes)) is not None]
        by_code: dict[str, list[RuleSet]] = {}
        for _, each in sets:
            by_code.setdefault(each.code, []).append(each)
        mistakes += _overlapping(sets)
        overlays = list(_overlays(folder / OVERLAYS, by_code, mistakes))
        if mistakes:
            raise ConfigError(mistakes)
        return cls([each for _, each in sets], overlays)

    def at(self, code: str, day: str) -> RuleSet:
        """Return the rule set named ``code`` that is in force on ``day`` (ISO); raises `NoRuleSet`."""
        if code not in self.sets:
            raise NoRuleSet(unknown("rule set", code, list(self.sets)))
        for each in self.sets[code]:
            if covers(each.from_, each.to, day):
                return each
        raise NoRuleSet(f"rule set `{code}` has no version in force on {day}")

    def overlay(self, client: str, code: str) -> Overlay | None:
        """Return what ``client`` raises of the set named ``code``, or None."""
        return self._overlays.get((client, code))

    @property
    def overlays(self) -> list[Overlay]:
        """All overlays, in the order of their files."""
        return list(self._overlays.values())

    def unused(self, purposes: Mapping[str, Collection[str]]) -> Iterator[Mistake]:
        """Yield why each overlay that is out of use is; ``purposes`` are those of every client, by its name."""
        for each in self.overlays:
            file = f"{FOLDER}/{OVERLAYS}/{each.client}.toml"
            if each.client not in purposes:
                why = unknown("client", each.client, sorted(purposes))
                yield Mistake(file, "", f"out of use, {why}: {ENDED}")
            elif all(set(version.purposes).isdisjoint(purposes[each.client]) for version in self.sets[each.set]):
                why = f"client `{each.client}` has no purpose for which `{each.set}` may be run"
                yield Mistake(file, "set", f"out of use, {why}: {ENDED}")

    def __iter__(self) -> Iterator[RuleSet]:
        return (each for versions in self.sets.values() for each in versions)

    def __len__(self) -> int:
        return sum(map(len, self.sets.values()))


def _set(path: Path, known: Known, mistakes: list[Mistake]) -> tuple[Path, RuleSet] | None:
    """Return the set of one file, or None after adding its mistakes."""
    try:
        tables = read_toml(path)
    except ConfigError as error:
        mistakes += error.mistakes
        return None
    found = read_rule_set(tables, path.name, known, partial(_keep, mistakes, path.name))
    code = tables.get("code")
    if isinstance(code, str) and path.stem.partition("-")[0] != code.lower():
        mistakes.append(Mistake(path.name, "code", "expected the code with which the file's name begins"))
    return None if found is None else (path, found)


def _overlapping(sets: Sequence[tuple[Path, RuleSet]]) -> Iterator[Mistake]:
    """Yield a mistake for each two files of one set that are in force on a common day, or of one version."""
    for at, (path, one) in enumerate(sets):
        for other_path, other in sets[:at]:
            if one.code != other.code:
                continue
            if overlap((one.from_, one.to), (other.from_, other.to)):
                yield Mistake(path.name, "from", f"`{other_path.name}` is in force on some of the same days")
            if one.version == other.version:
                yield Mistake(path.name, "version", f"`{one.version}` is the version of `{other_path.name}` too")


def _overlays(folder: Path, sets: Mapping[str, list[RuleSet]], mistakes: list[Mistake]) -> Iterator[Overlay]:
    """Yield the overlays in ``folder``, each named for its client; adds what is wrong with them to ``mistakes``."""
    for path in sorted(folder.glob("*.toml")):
        note = partial(_keep, mistakes, f"{OVERLAYS}/{path.name}")
        try:
            tables = read_toml(path)
        except ConfigError as error:
            for each in error.mistakes:
                note(each.place, each.message)
            continue
        overlay = read_overlay(tables, path.stem, note)
        if overlay is not None:
            for place, message in overlay_mistakes(overlay, sets):
                note(place, message)
            yield overlay


def _keep(mistakes: list[Mistake], file: str, place: str, message: str) -> None:
    mistakes.append(Mistake(file, place, message))
