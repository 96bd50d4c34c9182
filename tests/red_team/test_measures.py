"""Attacks on measures: punishing without ground, forcing who may not be forced, hiding that something is unknown."""

from pathlib import Path
from typing import Any, Final

import pytest

from connectors.errors import ConfigError
from gateway.configuration import load_configuration
from gateway.measures import Known, Listed, Register, applicable, list_entry

CONFIGURED: Final = load_configuration(Path(__file__).parents[2] / "config")
KNOWN: Final = Known(
    CONFIGURED.departments, CONFIGURED.policy.purposes, CONFIGURED.legal_bases, CONFIGURED.catalogue.items
)
DAY: Final = "2026-11-01"
ROW: Final = """
[[measures]]
code = "N01"
name = { zh = "限制贷款", en = "no loans" }
direction = "PUNISH"
targets = ["FIRM"]
implementers = ["market_regulation"]
legal_bases = [{ base = "measures_list", article = "一" }]
autonomous = false
purposes = ["SUPERVISION"]
kinds = ["WAGE_ARREARS"]
"""
ENTRY: Final[dict[str, Any]] = {
    "recordId": "a:1",
    "source": "a",
    "kind": "WAGE_ARREARS",
    "state": "PUBLISHED",
    "includedOn": "2026-04-02",
    "removedOn": None,
    "validUntil": None,
}


def register(folder: Path, row: str) -> Register:
    path = folder / "measures.toml"
    path.write_text(row, encoding="utf-8")
    return Register.load(path, KNOWN)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("autonomous = false", 'autonomous = true\nbodies = { zh = "银行", en = "banks" }', "implementers"),
        ('[{ base = "measures_list", article = "一" }]', "[]", "legal_bases"),
        (', article = "一"', "", "legal_bases.1.article"),
        ("measures_list", "同政发〔2018〕12号", "legal_bases.1.base"),
        ('"PUNISH"', '"INCENTIVE"', "direction"),
        ('["WAGE_ARREARS"]', "[]", "kinds"),
        ("market_regulation", "food_bank", "implementers.1"),
    ],
    ids=["forces-a-bank", "no-basis", "no-article", "a-notice-of-the-city", "a-ban-as-incentive", "no-list", "nobody"],
)
def test_a_measure_without_ground_is_refused(tmp_path: Path, old: str, new: str, place: str) -> None:
    assert old in ROW
    with pytest.raises(ConfigError) as caught:
        register(tmp_path, ROW.replace(old, new, 1))
    assert f"measures.1.{place}" in {each.place for each in caught.value.mistakes}


@pytest.mark.parametrize(
    "base", ["credit_repair_measures_2023", "credit_catalogue_2021", "customs_credit_measures_2021"]
)
def test_a_measure_whose_law_has_ended_is_not_told(tmp_path: Path, base: str) -> None:
    loaded = register(tmp_path, ROW.replace("measures_list", base))
    told = applicable(loaded, [Listed(state="COMPLETE", entries=[list_entry(ENTRY)])], "SUPERVISION", DAY)
    assert told.measures == []


@pytest.mark.parametrize(
    "change",
    [
        {"state": "REPAIRED"},
        {"state": "REVOKED"},
        {"state": None},
        {"kind": None},
        {"kind": "wage_arrears"},
        {"removedOn": "2026-10-31"},
        {"includedOn": None},
        {"includedOn": "2026-11-02"},
    ],
    ids=["repaired", "revoked", "stateless", "no-list", "other-spelling", "removed", "undated", "of-tomorrow"],
)
def test_nobody_is_punished_for_what_does_not_surely_stand(change: dict[str, Any]) -> None:
    lists = [Listed(state="COMPLETE", entries=[list_entry(ENTRY | change)])]
    for purpose in CONFIGURED.policy.purposes:
        assert applicable(CONFIGURED.measures, lists, purpose, DAY).measures == []


def test_a_source_that_is_down_does_not_read_as_no_measure() -> None:
    down = [Listed(state="PARTIAL", coverage=[{"source": "court_enforcement", "status": "UNAVAILABLE"}])]
    told = applicable(CONFIGURED.measures, down, "LAW_ENFORCEMENT", DAY)
    assert not told.complete
    assert [each.source for each in told.missing] == ["court_enforcement"]
