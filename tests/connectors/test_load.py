"""Source files that are sound, wrong, or random: what is loaded, and that every mistake of every file is told at once.

A wrong file is `tests/cases/wrong_sources/<name>.toml`; `<name>.expected` holds its mistakes, one a line, in any order;
`…` stands for anything, such as lists of names that grow with the schema.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.declaration import read_toml
from connectors.errors import ConfigError, Mistake
from connectors.load import Known, load_sources, missing_variables, variables
from connectors.spec import FieldSpec, KeySpec, RestEntity, RestSource, Signature, SourceSpec
from gateway.departments import load_departments
from gateway.policy import load_policy

CONFIG = Path(__file__).parents[2] / "config"
WRONG = Path(__file__).parents[1] / "cases" / "wrong_sources"
KNOWN = Known(load_departments(CONFIG / "departments.toml"), load_policy(CONFIG / "scopes.toml").field_mistake)
SHIPPED = {path.stem: read_toml(path) for path in sorted((CONFIG / "sources").glob("*.toml"))}

COURT = """
name = "court"
department = "court"
title = "执行信息系统"
contact = "执行局"
kind = "rest"
url_env = "COURT_URL"
signature = { key_id_env = "COURT_KEY_ID", secret_env = "COURT_SECRET" }
timeout_seconds = 2
batch_size = 10
concurrency = 2
subject_kinds = ["ENTERPRISE"]

[entities.EnforcementCase]
path = "/executions"
key_parameter = "code"
items = "data.list"
keys.USCC = { column = "code", form = "lower" }
record_key = ["case_no"]

[entities.EnforcementCase.fields]
case_no = { column = "case_no", type = "text", scope = "credit.public" }
name = { column = "case_no", type = "text", scope = "owner.court", disclosure = "OWNER" }
"""
COURT_SPEC = RestSource(
    name="court",
    department="court",
    title="执行信息系统",
    contact="执行局",
    url_env="COURT_URL",
    signature=Signature(key_id_env="COURT_KEY_ID", secret_env="COURT_SECRET"),
    timeout_seconds=2.0,
    batch_size=10,
    concurrency=2,
    subject_kinds=["ENTERPRISE"],
    entities={
        "EnforcementCase": RestEntity(
            path="/executions",
            key_parameter="code",
            items="data.list",
            keys={"USCC": KeySpec(column="code", form="lower")},
            record_key=["case_no"],
            fields={
                "case_no": FieldSpec(column="case_no", type="text", scope="credit.public"),
                "name": FieldSpec(column="case_no", type="text", scope="owner.court", disclosure="OWNER"),
            },
        )
    },
)


def load_one(folder: Path, name: str, text: str) -> dict[str, SourceSpec]:
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return load_sources(folder, KNOWN)


def mistakes_of(folder: Path) -> list[Mistake]:
    with pytest.raises(ConfigError) as raised:
        load_sources(folder, KNOWN)
    assert raised.value.mistakes
    return raised.value.mistakes


def test_a_sound_file_is_what_it_says(tmp_path: Path) -> None:
    assert load_one(tmp_path, "court", COURT) == {"court": COURT_SPEC}


def test_the_shipped_files_are_sound() -> None:
    assert list(load_sources(CONFIG / "sources", KNOWN)) == list(SHIPPED)


@pytest.fixture(scope="module")
def told() -> dict[str, list[str]]:
    """The mistakes of all wrong files, loaded together, by file."""
    lines: dict[str, list[str]] = {}
    for mistake in mistakes_of(WRONG):
        lines.setdefault(mistake.file, []).append(str(mistake).removeprefix(f"{mistake.file}: "))
    return lines


@pytest.mark.parametrize("name", sorted(path.stem for path in WRONG.glob("*.toml")))
def test_every_mistake_of_a_wrong_file_is_told(name: str, told: Mapping[str, list[str]]) -> None:
    expected = (WRONG / f"{name}.expected").read_text(encoding="utf-8").splitlines()
    found = list(told[f"{name}.toml"])
    for line in expected:
        form = re.compile(".*".join(re.escape(part) for part in line.split("…")))
        match = next((each for each in found if form.fullmatch(each)), None)
        assert match is not None, f"not told: {line}\ntold: {found}"
        found.remove(match)
    assert found == []


def test_ten_different_mistakes_of_one_file_are_all_told(told: Mapping[str, list[str]]) -> None:
    places = Counter(line.partition(": ")[0] for line in told["ten_mistakes.toml"])
    assert len(places) == places.total() == 10


def test_every_case_is_there_and_no_secret_is_quoted(told: Mapping[str, list[str]]) -> None:
    assert {path.stem for path in WRONG.glob("*.toml")} == {path.stem for path in WRONG.glob("*.expected")}
    assert "hunter2" not in str(told)


def test_a_mistake_says_file_place_and_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load_one(tmp_path, "court", COURT.replace('type = "text", scope = "credit.public"', 'scope = "credit.public"'))
    assert str(raised.value) == "court.toml: entities.EnforcementCase.fields.case_no.type: missing"


def test_a_folder_without_sources_is_a_mistake(tmp_path: Path) -> None:
    assert [mistake.message for mistake in mistakes_of(tmp_path)] == ["holds no source file (*.toml)"]
    assert [mistake.message for mistake in mistakes_of(tmp_path / "nowhere")] == ["holds no source file (*.toml)"]


def test_a_source_file_that_cannot_be_read_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "court.toml").mkdir()
    assert [str(mistake) for mistake in mistakes_of(tmp_path)] == ["court.toml: cannot be read: is a directory"]


def test_the_variables_of_a_source_are_named() -> None:
    assert variables(COURT_SPEC) == ("COURT_URL", "COURT_KEY_ID", "COURT_SECRET")


def test_missing_variables_are_mistakes_that_show_no_value() -> None:
    found = missing_variables({"court": COURT_SPEC}, {"COURT_KEY_ID": "  ", "COURT_SECRET": "s3cret"})
    assert [str(mistake) for mistake in found] == [
        "court.toml: url_env: the environment variable `COURT_URL` is not set",
        "court.toml: signature.key_id_env: the environment variable `COURT_KEY_ID` is not set",
    ]
    assert missing_variables({"court": COURT_SPEC}, dict.fromkeys(variables(COURT_SPEC), "x")) == []


# ---- sound files made wrong at random ------------------------------------------------------------------------------

PathInFile = tuple[str, ...]
FREE_TABLES = frozenset({"codes", "where"})
"""Tables whose keys are a department's own: a renamed one is still sound."""


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
    return value.isoformat() if isinstance(value, date) else json.dumps(value)


def load_changed(name: str, tables: Mapping[str, Any]) -> dict[str, SourceSpec]:
    with TemporaryDirectory() as folder:
        for wsdl in (CONFIG / "sources").glob("*.wsdl"):
            (Path(folder) / wsdl.name).write_bytes(wsdl.read_bytes())
        return load_one(Path(folder), name, "\n".join(f"{json.dumps(key)} = {inline(tables[key])}" for key in tables))


PLACES = st.sampled_from([(name, path) for name, tables in SHIPPED.items() for path in paths(tables)])
SCALARS = st.none().map(lambda _: date(2026, 11, 23)) | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(
    SCALARS.filter(lambda value: value == value and value not in {float("inf"), float("-inf")}),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def test_the_files_survive_being_written_anew() -> None:
    for name, tables in SHIPPED.items():
        assert load_changed(name, tables) == {name: load_sources(CONFIG / "sources", KNOWN)[name]}


@given(PLACES, st.sampled_from(["drop", "rename", "retype"]))
@settings(max_examples=150, deadline=None)
def test_a_key_that_is_dropped_renamed_or_retyped_is_told_of(place: tuple[str, PathInFile], change: str) -> None:
    name, path = place
    new = {
        "drop": changed(SHIPPED[name], path, None),
        "rename": changed(SHIPPED[name], path, f"{path[-1]}_x"),
        "retype": changed(SHIPPED[name], path, path[-1], date(2026, 11, 23)),
    }[change]
    may_be_sound = change == "drop" or (change == "rename" and path[-2:-1] and path[-2] in FREE_TABLES)
    try:
        assert load_changed(name, new)[name].name == name
    except ConfigError as error:
        assert {mistake.file for mistake in error.mistakes} == {f"{name}.toml"}
    else:
        assert may_be_sound, (path, change)


@given(PLACES, VALUES)
@settings(max_examples=150, deadline=None)
def test_whatever_stands_there_is_sound_or_told_of(place: tuple[str, PathInFile], value: Any) -> None:
    name, path = place
    try:
        load_changed(name, changed(SHIPPED[name], path, path[-1], value))
    except ConfigError as error:
        assert {mistake.file for mistake in error.mistakes} == {f"{name}.toml"}


@given(st.text() | st.builds(lambda text, at: COURT[:at] + text + COURT[at:], st.text(), st.integers(0, len(COURT))))
@settings(max_examples=150, deadline=None)
def test_no_text_is_too_strange(text: str) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "court.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            load_sources(Path(folder), KNOWN)
        except ConfigError as error:
            assert {mistake.file for mistake in error.mistakes} == {"court.toml"}
