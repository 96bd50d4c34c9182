"""`config/README.md` and the commented files against the code: every key that exists is explained, and no other."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from msgspec import Struct, structs, to_builtins

from connectors import spec
from connectors.base import Issue
from connectors.load import Known, load_sources
from connectors.sql.kinds import EXTRAS, KINDS
from connectors.values import reader
from gateway.catalogue.bases import LegalBasis, Level
from gateway.catalogue.items import CatalogueItem, Category
from gateway.catalogue.shown import LEVELS
from gateway.departments import Department, load_departments
from gateway.limits.spec import ClientDefaults, DocumentLimits, ListLimits
from gateway.policy import load_policy
from gateway.settings import Cors, Http, Settings, load_settings
from schema.identifiers import SCHEMES, subject_kind

CONFIG = Path(__file__).parents[2] / "config"
README = (CONFIG / "README.md").read_text(encoding="utf-8")
TABLES: dict[str, tuple[type[Struct], ...]] = {
    "Every source": (spec.SourceBase,),
    'kind = "sql"': (spec.SqlSource,),
    'kind = "rest"': (spec.RestSource,),
    'kind = "soap"': (spec.SoapSource,),
    'kind = "graphql"': (spec.GraphqlSource,),
    'kind = "file"': (spec.FileSource,),
    "signature": (spec.Signature,),
    "header": (spec.Header,),
    "session": (spec.Session,),
    "Every entity": (spec.EntitySpec,),
    "Entities of kind sql": (spec.SqlEntity,),
    "Entities of kind rest": (spec.RestEntity,),
    "Entities of kind soap": (spec.SoapEntity,),
    "Entities of kind graphql": (spec.GraphqlEntity,),
    "Entities of kind file": (spec.FileEntity,),
    "keys": (spec.KeySpec,),
    "as_of": (spec.AsOf,),
    "tombstone": (spec.Tombstone,),
    "records_of": (spec.RecordsOf,),
    "One field": (spec.FieldSpec,),
    "currency": (spec.CurrencySpec,),
}
"""Heading (what follows the dot) -> the Struct whose own keys its first table explains."""
REGISTERS: dict[str, type[Struct]] = {
    "One department": Department,
    "One category": Category,
    "One item": CatalogueItem,
    "One legal basis": LegalBasis,
    "limits.document": DocumentLimits,
    "limits.lists": ListLimits,
    "limits.client": ClientDefaults,
    "http": Http,
    "cors": Cors,
}
"""The same for the other files, as far as they are explained there."""
ON_EVERY_SOURCE = {"kind", "entities"}
"""Keys that stand on the Structs of the kinds, and are explained once."""


def _sections() -> dict[str, str]:
    parts = re.split(r"^### .* · (.*)$", README, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _tables(text: str) -> list[list[list[str]]]:
    """Return the tables of ``text`` as rows of cells, without their headings."""
    tables = re.findall(r"^\|.*\n\|[-|]+\|\n((?:\|.*\n)+)", text, flags=re.MULTILINE)
    return [[[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()] for table in tables]


SECTIONS = _sections()


def _own_fields(kind: type[Struct]) -> dict[str, bool]:
    """Return the keys that ``kind`` adds to its base, and whether each is required."""
    inherited = {field.encode_name for base in kind.__bases__ if base is not Struct for field in _fields(base)}
    return {field.encode_name: field.required for field in _fields(kind) if field.encode_name not in inherited}


def _fields(kind: type) -> tuple[structs.FieldInfo, ...]:
    return structs.fields(kind) if issubclass(kind, Struct) else ()


def test_every_struct_of_source_files_has_a_table() -> None:
    written = {kind for kind in vars(spec).values() if isinstance(kind, type) and issubclass(kind, spec.Strict)}
    assert {kind for kinds in TABLES.values() for kind in kinds} == written - {spec.Strict}


@pytest.mark.parametrize("heading", TABLES)
def test_every_key_is_explained_and_no_other(heading: str) -> None:
    (kind,) = TABLES[heading]
    explained = {row[0].strip("`"): row[1] == "✔" for row in _tables(SECTIONS[heading])[0]}
    expected = _own_fields(kind)
    if kind is spec.SourceBase:
        expected |= dict.fromkeys(ON_EVERY_SOURCE, True)
    elif issubclass(kind, spec.SourceBase):
        expected = {key: required for key, required in expected.items() if key not in ON_EVERY_SOURCE}
    assert explained == expected


@pytest.mark.parametrize("heading", REGISTERS)
def test_every_key_of_the_registers_is_explained_and_no_other(heading: str) -> None:
    explained = [(row[0].strip("`"), row[1] == "✔") for row in _tables(SECTIONS[heading])[0]]
    assert explained == [(field.encode_name, field.required) for field in structs.fields(REGISTERS[heading])]


@pytest.mark.parametrize(
    ("heading", "table", "names"),
    [
        ("Value types", 0, get_args(spec.ValueType)),
        ("Disclosure", 0, get_args(spec.Disclosure)),
        ("keys", 1, get_args(spec.Scheme)),
        ("One legal basis", 1, get_args(Level)),
    ],
)
def test_every_choice_is_explained_and_no_other(heading: str, table: int, names: tuple[str, ...]) -> None:
    assert [row[0].strip("`") for row in _tables(SECTIONS[heading])[table]] == list(names)


@pytest.mark.parametrize("type_", ["date", "month", "year", "yuan", "wan_yuan", "boolean"])
def test_the_forms_that_a_type_is_said_to_read_are_read(type_: spec.ValueType) -> None:
    forms = {row[0].strip("`"): re.findall("`([^`]+)`", row[1]) for row in _tables(SECTIONS["Value types"])[0]}
    notes: list[Issue] = []
    read = reader("field", spec.FieldSpec(column="x", type=type_, scope=""), notes)
    assert forms[type_]
    for form in forms[type_]:
        notes.clear()
        assert read(form) is not None or notes, form
        assert not [issue for issue in notes if issue.misread], form


def test_the_kinds_of_subjects_are_listed() -> None:
    listed = re.findall(r"`([A-Z_]+)`", SECTIONS["Every source"].partition("may hold:")[2])
    assert listed == list(get_args(spec.SubjectKind))
    assert subject_kind("91230881TJ0000019A") in listed
    assert set(SCHEMES) < set(get_args(spec.Scheme))


def test_every_kind_of_database_is_listed_with_its_extra() -> None:
    listed = {row[0].strip("`").removesuffix("://"): row[2] for row in _tables(SECTIONS['kind = "sql"'])[1]}
    assert set(listed) == set(KINDS)
    named = {kind: extra for kind, told in listed.items() for extra in re.findall("extra `([a-z]+)`", told)}
    assert named == EXTRAS
    project = tomllib.loads((CONFIG.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(EXTRAS.values()) <= set(project["optional-dependencies"])


def test_the_example_is_a_source_file(tmp_path: Path) -> None:
    example, *_ = re.findall(r"^```toml\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    (tmp_path / "city_order.toml").write_text(example, encoding="utf-8")
    policy = load_policy(CONFIG / "scopes.toml")
    known = Known(load_departments(CONFIG / "departments.toml"), policy.field_mistake)
    assert set(load_sources(tmp_path, known)) == {"city_order"}


def test_every_file_of_the_folder_is_named() -> None:
    named = {row[0].strip("`") for row in _tables(README)[0]}
    there = {path.name for path in CONFIG.glob("*.toml")}
    folders = {
        *("sources/<source>.toml", "catalogue/items/<category>.toml", "policies/<department>.toml"),
        *("documents/<name>.graphql", "rules/<set>.toml"),
    }
    assert named - folders == there


@pytest.mark.parametrize(("file", "kind"), [("departments.toml", Department), ("legal_bases.toml", LegalBasis)])
def test_registers_explain_their_keys(file: str, kind: type[Struct]) -> None:
    text = (CONFIG / file).read_text(encoding="utf-8")
    explained = re.findall(r"^#   (\w+)  ", text, flags=re.MULTILINE)
    assert explained == [field.encode_name for field in structs.fields(kind)]


def test_levels_of_legal_bases_are_shown_in_the_words_of_the_documentation() -> None:
    explained = {row[0].strip("`"): row[1] for row in _tables(SECTIONS["One legal basis"])[1]}
    assert explained == LEVELS


def test_settings_stand_in_their_file_with_their_defaults(tmp_path: Path) -> None:
    path = CONFIG / "gateway.toml"
    assert load_settings(path) == Settings(), "what is shipped is the default"
    uncommented = tmp_path / "gateway.toml"
    text = re.sub(r"^# (\w+ = )", r"\1", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    uncommented.write_text(text, encoding="utf-8")
    assert load_settings(uncommented) == Settings()
    assert tomllib.loads(text) == to_builtins(Settings()), "every key stands there"


def test_source_files_open_with_what_they_are() -> None:
    for path in (CONFIG / "sources").glob("*.toml"):
        opening = "".join(_opening(path))
        assert "whom to call" in opening, path.name
        assert "Oddities" in opening, path.name


def _opening(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            return
        yield line
