"""Source files that are sound or wrong: what is loaded, and that every mistake of every file is told at once.

A wrong file is `tests/cases/wrong_sources/<name>.toml`; `<name>.expected` holds its mistakes, one a line, in any order;
`…` stands for anything, such as lists of names that grow with the schema.
"""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from connectors.errors import ConfigError, Mistake
from connectors.load import Known, load_sources, missing_variables, variables
from connectors.spec import FieldSpec, KeySpec, RestEntity, RestSource, Signature, SourceSpec
from gateway.departments import load_departments
from gateway.policy import load_policy

CONFIG = Path(__file__).parents[2] / "config"
WRONG = Path(__file__).parents[1] / "cases" / "wrong_sources"
KNOWN = Known(load_departments(CONFIG / "departments.toml"), load_policy(CONFIG / "scopes.toml").field_mistake)
SHIPPED = sorted(path.stem for path in (CONFIG / "sources").glob("*.toml"))

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
    assert list(load_sources(CONFIG / "sources", KNOWN)) == SHIPPED


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
