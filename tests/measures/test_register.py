"""`measures.toml`: every mistake of it at once, what ships, and which rows are in force on a day."""

from pathlib import Path
from typing import Final

import pytest

from connectors.errors import ConfigError
from gateway.configuration import load_configuration
from gateway.measures import Known, Register

CONFIG: Final = Path(__file__).parents[2] / "config"
CONFIGURED: Final = load_configuration(CONFIG)
SHIPPED: Final = CONFIGURED.measures
KNOWN: Final = Known(
    CONFIGURED.departments, CONFIGURED.policy.purposes, CONFIGURED.legal_bases, CONFIGURED.catalogue.items
)
ROW: Final = """
[[measures]]
code = "{}"
name = {{ zh = "重点监管", en = "watched" }}
direction = "PUNISH"
targets = ["FIRM"]
implementers = ["market_regulation"]
legal_bases = [{{ base = "{}", article = "一" }}]
autonomous = false
purposes = ["SUPERVISION"]
kinds = ["WAGE_ARREARS"]
"""
GOOD: Final = ROW.format("N01", "measures_list")
MISTAKES: Final = f"""
extra = 1
{GOOD}
{ROW.format("P01", "measures_list").replace('"FIRM"', "")}
{ROW.format("N01", "nothing").replace("market_regulation", "state_taxation")}
from = "2026-02-30"
{GOOD.replace("N01", "N02").replace("WAGE_ARREARS", "WAGES").replace("SUPERVISION", "SPYING")}
catalogue_item = "C99-999"
{GOOD.replace("N01", "N03").replace("false", "true")}
{GOOD.replace("N01", "N04").replace('["market_regulation"]', "[]").replace(', article = "一"', "")}
{GOOD.replace("N01", "N05").replace('"FIRM"', '"DOG"')}
[[measures]]
code = "X1"
"""
TOLD: Final = [
    "extra: unknown key `extra`; known: measures",
    "measures.2.direction: expected INCENTIVE, as the code begins with `P`",
    "measures.2.targets: expected at least one",
    "measures.3.code: `N01` is repeated",
    "measures.3.from: expected a date in quotes, e.g. `2019-01-11`",
    "measures.3.implementers.1: `state_taxation` has ended; its successor is `taxation`",
    "measures.3.legal_bases.1.base: unknown legal basis `nothing`",
    "measures.4.catalogue_item: unknown catalogue item `C99-999`",
    "measures.4.kinds.1: unknown list `WAGES`",
    "measures.4.purposes.1: unknown purpose `SPYING`",
    "measures.5.bodies: missing: an autonomous measure says who decides",
    "measures.5.implementers: expected none: who takes an autonomous measure decides alone, and is told by `bodies`",
    "measures.6.implementers: expected at least one department",
    "measures.6.legal_bases.1.article: missing: a measure rests on an article",
    "measures.7.targets.1: unknown value `DOG`; known: FIRM, LEGAL_REP, PERSON, PRACTITIONER, RESPONSIBLE",
    "measures.8.autonomous: missing",
    "measures.8.code: expected `N` or `P` and two digits, e.g. `N01`",
    "measures.8.direction: missing",
    "measures.8.implementers: missing",
    "measures.8.kinds: missing",
    "measures.8.legal_bases: missing",
    "measures.8.name: missing",
    "measures.8.purposes: missing",
    "measures.8.targets: missing",
]


def written(folder: Path, text: str) -> Path:
    path = folder / "measures.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        Register.load(written(tmp_path, MISTAKES), KNOWN)
    told = sorted(f"{each.place}: {each.message}" for each in caught.value.mistakes)
    assert len(told) == len(TOLD), told
    for expected, found in zip(TOLD, told, strict=True):
        assert found.startswith(expected)
    assert {each.file for each in caught.value.mistakes} == {"measures.toml"}


def test_a_good_row_is_read_and_a_file_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert list(Register.load(written(tmp_path, GOOD), KNOWN).measures) == ["N01"]
    assert len(Register.load(tmp_path / "none.toml", KNOWN)) == 0


def test_every_measure_of_the_domain_ships() -> None:
    assert list(SHIPPED.measures) == [f"N{number:02}" for number in range(1, 12)] + [f"P{at:02}" for at in range(1, 8)]


def test_what_nobody_may_be_forced_to_is_autonomous_and_names_no_department() -> None:
    autonomous = {code for code, each in SHIPPED.measures.items() if each.autonomous}
    assert autonomous == {"N10", "N11", "P07"}
    assert all(not SHIPPED.measures[code].implementers for code in autonomous)


def test_measures_against_persons_never_rest_on_a_policy_alone() -> None:
    for code in ("N05", "N07", "N08", "N09"):
        levels = {CONFIGURED.legal_bases[each.base].level for each in SHIPPED.measures[code].legal_bases}
        assert levels & {"LAW", "ADMINISTRATIVE_REGULATION", "JUDICIAL_INTERPRETATION"}, code


def test_a_subject_may_see_every_measure_that_could_be_taken() -> None:
    assert all("SELF_QUERY" in each.purposes for each in SHIPPED.measures.values())


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-03-31", []),
        ("2026-04-01", ["credit_repair_measures_2025"]),
        ("2026-11-01", ["credit_repair_measures_2025"]),
    ],
)
def test_a_row_is_there_only_while_its_basis_is_in_force(tmp_path: Path, day: str, expected: list[str]) -> None:
    register = Register.load(written(tmp_path, ROW.format("N01", "credit_repair_measures_2025")), KNOWN)
    assert [each.base for _, bases in register.in_force("SUPERVISION", day) for each in bases] == expected


def test_a_basis_that_has_ended_is_not_shown_beside_one_that_stands(tmp_path: Path) -> None:
    two = ROW.format("N01", "credit_repair_measures_2023").replace(
        "legal_bases = [", 'legal_bases = [{ base = "measures_list", article = "二" }, '
    )
    register = Register.load(written(tmp_path, two), KNOWN)
    ((_, bases),) = register.in_force("SUPERVISION", "2026-11-01")
    assert [each.base for each in bases] == ["measures_list"]


@pytest.mark.parametrize(("day", "found"), [("2026-04-30", 0), ("2026-05-01", 1), ("2026-05-31", 1), ("2026-06-01", 0)])
def test_a_row_has_days_of_its_own(tmp_path: Path, day: str, found: int) -> None:
    register = Register.load(written(tmp_path, GOOD + 'from = "2026-05-01"\nto = "2026-05-31"\n'), KNOWN)
    assert len(list(register.in_force("SUPERVISION", day))) == found
