"""Reading of `config/catalogue/items/`: one file a category, every mistake of every file at once."""

from pathlib import Path
from typing import Any

from msgspec import Struct

from connectors.declaration import read_table, read_toml
from connectors.errors import ConfigError, Mistake
from gateway.catalogue.bases import LegalBases
from gateway.catalogue.checks import Declared, Known, Place, item_mistakes, shared_mistakes, uncovered
from gateway.catalogue.items import LAST_CATEGORY, CatalogueItem, Category, Items
from gateway.departments import Departments


class _Head(Category, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole file; each item is read by itself, so that one mistake hides no other."""

    items: list[Any]


class _Read(Struct):
    """What could be read of all files; ``whole`` is False when an item or a file is missing from it."""

    categories: list[int] = []
    declared: Declared = {}
    mistakes: list[Mistake] = []
    whole: bool = True


def load_items(folder: Path, known: Known) -> Items:
    """Return the items in ``folder``; raises `ConfigError` with every mistake of every file."""
    read = _Read()
    for path in sorted(folder.glob("*.toml")):
        before = len(read.mistakes)
        try:
            _read_file(path, read)
        except ConfigError as error:
            read.mistakes += error.mistakes
        read.whole = read.whole and len(read.mistakes) == before
    found = [(place, each) for place, declared in read.declared.items() for each in item_mistakes(*declared, known)]
    found += shared_mistakes(read.declared)
    read.mistakes += [place.mistake(*each) for place, each in found]
    if read.whole:
        read.mistakes += _missing(folder, read.categories)
        read.mistakes += [
            Mistake(folder.name, "", f"no item covers `{each}`") for each in uncovered(read.declared, known.entities)
        ]
    if read.mistakes:
        raise ConfigError(read.mistakes)
    listed = {item.code: (category, item) for category, item in read.declared.values()}
    return Items(listed, known.legal_bases or LegalBases({}), known.departments or Departments({}))


def _read_file(path: Path, read: _Read) -> None:
    """Add the items of ``path``, and its mistakes, to ``read``."""
    tables = read_toml(path)
    head = read_table(tables, _Head, path.name, "", read.mistakes)
    listed = tables.get("items")
    items = {
        at: read_table(table, CatalogueItem, path.name, f"items.{at}", read.mistakes)
        for at, table in enumerate(listed if isinstance(listed, list) else (), 1)
    }
    if head is None:
        return
    if not path.name.startswith(f"{head.category:02d}_"):
        read.mistakes.append(Mistake(path.name, "category", "expected the number with which the file's name begins"))
    category = Category(category=head.category, name=head.name, name_en=head.name_en, edition=head.edition)
    read.categories.append(head.category)
    read.declared |= {Place(path.name, at): (category, item) for at, item in items.items() if item is not None}


def _missing(folder: Path, categories: list[int]) -> list[Mistake]:
    """Return a mistake for each category that no file, or more than one, is about."""
    expected = range(1, LAST_CATEGORY + 1)
    missing = [each for each in expected if each not in categories]
    repeated = sorted({each for each in categories if categories.count(each) > 1})
    return [
        *(Mistake(folder.name, "", f"holds no file of category {each}") for each in missing),
        *(Mistake(folder.name, "", f"holds several files of category {each}") for each in repeated),
    ]
