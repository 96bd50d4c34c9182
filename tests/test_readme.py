"""The README is true: its commands exist, its queries fit the schema, its codes are those of the code, all of them."""

import re
from pathlib import Path

from graphql import parse, validate

from gateway import errors, mutate
from gateway.cli.main import commands
from gateway.project import flags
from schema.enums import CoverageStatus, SectionState
from schema.schema import SCHEMA

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODE = re.compile(r'"([A-Z]+_[A-Z_]+)"')


def test_the_queries_fit_the_schema() -> None:
    queries = re.findall(r"```graphql\n(.*?)```", README, re.DOTALL)
    assert len(queries) > 1
    for query in queries:
        assert validate(SCHEMA, parse(query)) == []


def test_the_queries_of_commands_fit_the_schema() -> None:
    queries = re.findall(r'"query": "((?:[^"\\]|\\.)*)"', README)
    assert queries
    for query in queries:
        assert validate(SCHEMA, parse(query.replace('\\"', '"'))) == []


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z]+)", README))
    assert named
    assert named <= targets


def test_commands_are_those_of_the_command_line() -> None:
    known = {command.name for command in commands.registered_commands}
    known |= {group.name for group in commands.registered_groups}
    (listed,) = re.findall(r"the command line: (.*?) \|", README)
    assert set(re.findall(r"`([a-z]+)`", listed)) == known
    assert set(re.findall(r"python -m gateway ([a-z]+)", README)) <= known


def test_codes_are_complete() -> None:
    listed = set(
        re.findall(r"`([A-Z][A-Z_]+)`", README[README.index("| code in") : README.index("Every answer carries")])
    )
    assert listed == _codes_of_requests() | _codes_of_fields()


def test_states_and_statuses_are_complete() -> None:
    (text,) = re.findall(r"Sections: (.*?)\n\n", README, re.DOTALL)
    sections, coverage = text.split("Coverage per source:")
    assert set(re.findall(r"`([A-Z_]+)`", sections)) == set(SectionState.__members__)
    assert set(re.findall(r"`([A-Z_]+)`", coverage)) == set(CoverageStatus.__members__)


def test_folders_exist() -> None:
    for name in re.findall(r"^    ([a-z]+)/ ", README, re.MULTILINE):
        assert (ROOT / name).is_dir()


def _codes_of_requests() -> set[str]:
    classes = [
        each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, errors.RequestError)
    ]
    return {each.code for each in classes}


def _codes_of_fields() -> set[str]:
    """Return the codes of errors beside data: those that the modules which place them name."""
    folder = ROOT / "gateway"
    texts = [Path(flags.__file__), folder / "complete.py", folder / "plan" / "asks.py"]
    found = {code for path in texts for code in re.findall(r'"code": "([A-Z_]+)"', path.read_text(encoding="utf-8"))}
    return found | mutate.REFUSED
