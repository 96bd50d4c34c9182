"""Sound source files made wrong at random: told of by a `ConfigError` that names the file, never by anything else."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.declaration import read_toml
from connectors.errors import ConfigError
from connectors.load import Known, load_sources
from connectors.spec import SourceSpec
from gateway.departments import load_departments
from gateway.policy import load_policy

CONFIG = Path(__file__).parents[2] / "config"
SOURCES = CONFIG / "sources"
KNOWN = Known(load_departments(CONFIG / "departments.toml"), load_policy(CONFIG / "scopes.toml").field_mistake)
SHIPPED = {path.stem: read_toml(path) for path in sorted(SOURCES.glob("*.toml"))}
COURT = (SOURCES / "court_enforcement.toml").read_text(encoding="utf-8")
PathInFile = tuple[str, ...]
FREE_TABLES = frozenset({"codes", "where", "entities"})
"""Tables whose keys are a department's own, at least in their endings: a renamed one is still sound."""


def paths(table: Mapping[str, Any], above: PathInFile = ()) -> Iterator[PathInFile]:
    """Yield the path of every key of ``table`` and of the tables in it."""
    for key, value in table.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from paths(value, (*above, key))


def changed(table: Mapping[str, Any], path: PathInFile, key: str | None, value: Any = ...) -> dict[str, Any]:
    """Return ``table`` with the entry at ``path`` under another ``key`` (None: dropped), or with another ``value``."""
    copy = dict(table)
    if len(path) > 1:
        copy[path[0]] = changed(table[path[0]], path[1:], key, value)
        return copy
    old = copy.pop(path[0])
    if key is not None:
        copy[key] = old if value is ... else value
    return copy


def inline(value: Any) -> str:
    """Return ``value`` as TOML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {inline(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(inline(each) for each in value)}]"
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def toml(tables: Mapping[str, Any]) -> str:
    return "\n".join(f"{json.dumps(key)} = {inline(value)}" for key, value in tables.items())


def load_alone(name: str, text: str) -> dict[str, SourceSpec]:
    """Return what is loaded from a folder with the shipped WSDLs and ``text`` as the only source file."""
    with TemporaryDirectory() as folder:
        for wsdl in SOURCES.glob("*.wsdl"):
            (Path(folder) / wsdl.name).write_bytes(wsdl.read_bytes())
        (Path(folder) / f"{name}.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
        return load_sources(Path(folder), KNOWN)


def told_of(name: str, text: str) -> bool:
    """Return whether ``text`` is told to be wrong; nothing but a `ConfigError` that names the file may say so."""
    try:
        load_alone(name, text)
    except ConfigError as error:
        return {mistake.file for mistake in error.mistakes} == {f"{name}.toml"} or pytest.fail(str(error))
    return False


PLACES = st.sampled_from([(name, path) for name, tables in SHIPPED.items() for path in paths(tables)])
SCALARS = st.none().map(lambda _: date(2026, 11, 23)) | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(
    SCALARS.filter(lambda value: value == value and value not in {float("inf"), float("-inf")}),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def test_the_files_survive_being_written_anew() -> None:
    specs = load_sources(SOURCES, KNOWN)
    for name, tables in SHIPPED.items():
        assert load_alone(name, toml(tables)) == {name: specs[name]}


@given(PLACES, st.sampled_from(["drop", "rename", "retype"]))
@settings(max_examples=80, deadline=None)
def test_a_key_that_is_dropped_renamed_or_retyped_is_told_of(place: tuple[str, PathInFile], change: str) -> None:
    name, path = place
    new = {
        "drop": changed(SHIPPED[name], path, None),
        "rename": changed(SHIPPED[name], path, f"{path[-1]}_x"),
        "retype": changed(SHIPPED[name], path, path[-1], date(2026, 11, 23)),
    }[change]
    may_be_sound = change == "drop" or (change == "rename" and path[-2:-1] and path[-2] in FREE_TABLES)
    assert told_of(name, toml(new)) or may_be_sound, (path, change)


@given(PLACES, VALUES)
@settings(max_examples=60, deadline=None)
def test_whatever_stands_there_is_sound_or_told_of(place: tuple[str, PathInFile], value: Any) -> None:
    name, path = place
    told_of(name, toml(changed(SHIPPED[name], path, path[-1], value)))


@given(st.text() | st.builds(lambda text, at: COURT[:at] + text + COURT[at:], st.text(), st.integers(0, len(COURT))))
@settings(max_examples=60, deadline=None)
def test_no_text_is_too_strange(text: str) -> None:
    told_of("court_enforcement", text)
