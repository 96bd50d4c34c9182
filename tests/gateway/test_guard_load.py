"""`config/guard.toml`: budgets from the closest to the general, every mistake at once, every key explained."""

import re
from pathlib import Path

import pytest
from msgspec import Struct, structs

from connectors.errors import ConfigError
from gateway.demo import codes
from gateway.guard import GuardRules, Known, declared, load_guard
from schema.identifiers import canonical_name, parse
from tests.gateway.policies import CONFIG

README = (CONFIG / "README.md").read_text(encoding="utf-8")
TABLES: dict[str, type[Struct]] = {
    "The guard file": declared.Declared,
    "Through persons": declared.PersonsSpec,
    "Budgets of a client": declared.ClientSpec,
    "One canary": declared.CanarySpec,
}
KNOWN = Known({"BANK_CREDIT", "AUDIT", "SUPERVISION"}, {"bank": ("BANK_CREDIT",), "court": ("SUPERVISION",)})
SOUND = """
[persons]
enterprises_per_request = 3
[subjects_per_day]
otherwise = 10
BANK_CREDIT = 20
[persons_per_day]
otherwise = 0
[clients.bank.subjects_per_day]
otherwise = 30
[clients.court.persons_per_day]
SUPERVISION = 5
[canaries.ferry]
uscc = "91230881TJ9900013N"
names = ["望江楼木材(示例)"]
"""


def load(folder: Path, text: str, known: Known = KNOWN) -> GuardRules:
    path = folder / "guard.toml"
    path.write_text(text, encoding="utf-8")
    return load_guard(path, known)


@pytest.mark.parametrize(
    ("client", "purpose", "subjects", "persons"),
    [
        ("bank", "BANK_CREDIT", 30, 0),
        ("court", "BANK_CREDIT", 20, 0),
        ("court", "SUPERVISION", 10, 5),
        ("court", "AUDIT", 10, 0),
        ("somebody", "AUDIT", 10, 0),
    ],
)
def test_the_closest_budget_holds(tmp_path: Path, client: str, purpose: str, subjects: int, persons: int) -> None:
    rules = load(tmp_path, SOUND)
    assert rules.budget("subjects", client, purpose) == subjects
    assert rules.budget("persons", client, purpose) == persons


def test_a_canary_is_known_by_all_that_it_may_be_asked_for_by(tmp_path: Path) -> None:
    name = canonical_name("望江楼木材(示例)")
    values = {"91230881TJ9900013N", "TJ9900013", "230881TJ9900013", name}
    assert dict(load(tmp_path, SOUND).canaries) == dict.fromkeys(values, "ferry")
    assert "TJ9900013" not in repr(load(tmp_path, SOUND))


def test_every_mistake_is_told_at_once_and_no_code_is_quoted(tmp_path: Path) -> None:
    text = """
        [persons]
        enterprises_per_request = 0
        [subjects_per_day]
        BANK_CREDIT = -1
        BANKING = 5
        [persons_per_day]
        otherwise = 1
        [clients.nobody.subjects_per_day]
        otherwise = 1
        [clients.bank.subjects_per_day]
        SUPERVISION = 1
        [canaries.a]
        uscc = "91230881TJ9900013A"
        [canaries.b]
        uscc = "91230881tj9900013n"
        [canaries.c]
        uscc = "91230881TJ9900013N"
        names = ["7"]
        [canaries.D-d]
        uscc = "91230881TJ9900013N"
    """
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, text)
    told = {str(each).removeprefix("guard.toml: ").partition(":")[0] for each in raised.value.mistakes}
    assert told == {
        "persons.enterprises_per_request",
        "subjects_per_day.BANK_CREDIT",
        "subjects_per_day.BANKING",
        "subjects_per_day.otherwise",
        "clients.nobody",
        "clients.bank.subjects_per_day.SUPERVISION",
        "canaries.a.uscc",
        "canaries.b.uscc",
        "canaries.c.names.1",
        "canaries.D-d",
        "canaries.D-d.uscc",
    }
    assert "9900013" not in str(raised.value)


def test_a_purpose_without_a_budget_is_never_unlimited(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"persons_per_day.otherwise: missing: .* 0 says that there is no limit"):
        load(tmp_path, SOUND.replace("otherwise = 0", "AUDIT = 0"))


def test_what_other_files_do_not_tell_is_left_unchecked(tmp_path: Path) -> None:
    load(tmp_path, SOUND, Known(None, None))


def test_the_shipped_canaries_are_nobody_of_the_demo() -> None:
    rules = load_guard(CONFIG / "guard.toml", Known(None, None))
    shipped = [value for value in rules.canaries if value.isascii() and len(value) == 18]
    assert len(shipped) == len(set(rules.canaries.values())) == 3
    for code in shipped:
        assert parse("USCC", code).check == "OK"
        assert code == codes.uscc(code[:2], int(code[10:16]))
        assert int(code[10:16]) > 900_000, "the demo never grows as large"


@pytest.mark.parametrize("heading", TABLES)
def test_every_key_is_explained_and_no_other(heading: str) -> None:
    ((text,),) = [re.findall(rf"^### .* · {re.escape(heading)}$(.*?)(?=^##|\Z)", README, re.MULTILINE | re.DOTALL)]
    rows = re.findall(r"^\| `(\w+)` \| (✔?) ?\|", text, re.MULTILINE)
    explained = {name: required == "✔" for name, required in rows}
    assert explained == {field.encode_name: field.required for field in structs.fields(TABLES[heading])}


def test_every_struct_has_a_table() -> None:
    written = {each for each in vars(declared).values() if isinstance(each, type) and issubclass(each, declared.Strict)}
    assert set(TABLES.values()) == written - {declared.Strict}
