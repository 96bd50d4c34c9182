"""Questions to a SQLite file without a thread: rows in a moment, or the ordinary way."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from connectors.disk import is_local
from connectors.sql.at_once import AtOnce

TEXT = "SELECT name FROM subjects WHERE code = ?"
FOREVER = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n WHERE x < 0 OR x = ?"


def write(path: Path, name: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE subjects (code TEXT, name TEXT)")
        database.execute("INSERT INTO subjects VALUES ('a', ?)", (name,))
        database.commit()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    if not is_local(tmp_path):
        pytest.skip("the temporary folder is not known to lie on a disk of this machine")
    write(tmp_path / "department.sqlite", "甲")
    return tmp_path / "department.sqlite"


@pytest.fixture
def asked(path: Path) -> Iterator[AtOnce]:
    at_once = AtOnce(path)
    yield at_once
    at_once.close()


def test_rows_in_a_moment(asked: AtOnce) -> None:
    assert asked.ask(TEXT, ["a"], 1) == [("甲",)]
    assert asked.ask(TEXT, ["b"], 1) == []


def test_what_takes_longer_is_left_to_the_ordinary_way_and_not_tried_again(asked: AtOnce) -> None:
    assert asked.ask(FOREVER, [-1], 1) is None
    assert asked.ask(FOREVER, [1], 1) is None
    assert asked.ask(TEXT, ["a"], 1) == [("甲",)]


def test_a_lock_is_left_to_the_ordinary_way(asked: AtOnce, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        assert asked.ask(TEXT, ["a"], 1) is None
        writer.execute("COMMIT")
    assert asked.ask(TEXT, ["a"], 1) == [("甲",)]


def test_another_file_in_its_place_is_opened(asked: AtOnce, path: Path) -> None:
    assert asked.ask(TEXT, ["a"], 1) == [("甲",)]
    write(path.with_name("new"), "乙")
    path.with_name("new").replace(path)
    assert asked.ask(TEXT, ["a"], 2) == [("乙",)]


def test_nothing_is_written(asked: AtOnce) -> None:
    assert asked.ask("DELETE FROM subjects WHERE code = ?", ["a"], 1) is None
    assert asked.ask(TEXT, ["a"], 1) == [("甲",)]


@pytest.mark.parametrize(("text", "version"), [("SELECT nothing FROM nowhere", 1), (TEXT, None)])
def test_what_is_wrong_is_told_by_the_ordinary_way(asked: AtOnce, text: str, version: object) -> None:
    assert asked.ask(text, [] if version else ["a"], version) is None


def test_a_file_elsewhere_is_not_asked() -> None:
    assert AtOnce(Path("/proc/self/status")).ask(TEXT, ["a"], 1) is None
