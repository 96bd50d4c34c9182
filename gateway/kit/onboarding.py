"""A draft checked and put in its place: the source file and its example cases, or every mistake and what mends it.

# INVARIANT: nothing is written unless all of it is sound, and nothing that is there is overwritten.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from connectors.errors import ConfigError, Mistake
from connectors.load import Known, load_sources
from connectors.spec import SourceSpec
from gateway.catalogue import Catalogue, Items
from gateway.catalogue.across import source_mistakes
from gateway.kit.cases import case_mistakes
from gateway.kit.examples import example_cases
from gateway.kit.writing import source_text

_FLAGS: Final = (
    (r"department|title|contact|kind", "--{0} …"),
    (r"entities", "--entity ENTITY"),
    (r"entities\.[^.]+\.keys", "--key SCHEME=COLUMN"),
    (r"entities\.[^.]+\.record_key", "--record-key COLUMN[,COLUMN…]"),
    (r"entities\.[^.]+\.fields", "--field NAME=COLUMN[:TYPE]"),
    (r"entities\.[^.]+\.fields\.([^.]+)\.codes", "--codes {1}=CODE:NAME,CODE:NAME…"),
    (r"entities\.[^.]+\.fields\..*", "--field NAME=COLUMN[:TYPE[:SCOPE[:LEVEL]]]"),
    (r"entities\.[^.]+\.(.*)", "--set {1}=…"),
    (r"(.*)", "--set {0}=…"),
)
"""Place of what is missing -> how the command is told; {0} is the place, {1} what stands in brackets."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new source goes."""

    file: Path
    cases: Path

    @classmethod
    def of(cls, name: str, config: Path, cases: Path) -> "Place":
        """Return where the source ``name`` goes; raises `ConfigError` when something is there already."""
        place = cls(config / "sources" / f"{name}.toml", cases / name)
        mistakes = []
        if place.file.exists():
            mistakes.append(Mistake(place.file.name, "", f"is there already: {place.file}; nothing was written"))
        if place.cases.exists() and any(place.cases.iterdir()):
            told = f"cases are there already: {place.cases}; nothing was written"
            mistakes.append(Mistake(place.file.name, "", told))
        if mistakes:
            raise ConfigError(mistakes)
        return place


@dataclass(frozen=True, slots=True)
class Draft:
    """A sound source that is not written yet; ``cases`` are file name -> text."""

    source: SourceSpec
    text: str
    cases: Mapping[str, str]

    def write(self, place: Place) -> list[Path]:
        """Write everything and return the files."""
        place.cases.mkdir(parents=True, exist_ok=True)
        texts = {place.file: self.text, **{place.cases / name: text for name, text in self.cases.items()}}
        for path, text in texts.items():
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        return list(texts)


def check_draft(tables: Mapping[str, Any], sources_folder: Path, known: Known, items: Items) -> Draft:
    """Return the draft that ``tables`` say; raises `ConfigError` with every mistake, and how the command mends it.

    A field may be no more widely open than its item of the catalogue allows.
    """
    text = source_text(tables)
    with TemporaryDirectory(prefix="credit-gateway-") as temporary:
        folder = Path(temporary)
        for beside in sources_folder.iterdir():
            if beside.suffix != ".toml":
                (folder / beside.name).symlink_to(beside.resolve())
        (folder / f"{tables['name']}.toml").write_text(text, encoding="utf-8")
        try:
            (source,) = load_sources(folder, known).values()
        except ConfigError as error:
            raise ConfigError([_mended(mistake) for mistake in error.mistakes]) from None
        if mistakes := list(source_mistakes(Catalogue({source.name: source}, items))):
            raise ConfigError([_mended(mistake) for mistake in mistakes])
        cases = example_cases(source)
        (folder / source.name).mkdir()
        for name, case in cases.items():
            (folder / source.name / name).write_text(case, encoding="utf-8")
        if mistakes := case_mistakes(source, folder):
            raise ConfigError(mistakes)
    return Draft(source, text, cases)


def _mended(mistake: Mistake) -> Mistake:
    if not mistake.message.startswith(("missing", "empty")) and not mistake.place.endswith(".disclosure"):
        return mistake
    return Mistake(mistake.file, mistake.place, f"{mistake.message}; say it with {flag_of(mistake.place)}")


def flag_of(place: str) -> str:
    """Return how the command is told what a source file lacks at ``place``."""
    for form, flag in _FLAGS:
        if found := re.fullmatch(form, place):
            return flag.format(place, *found.groups())
    raise AssertionError(place)
