"""What `config/README.md` says of measures and of the rule sets that ship is what the code knows, all of it."""

import re
from pathlib import Path
from typing import Final

from msgspec import structs

from gateway.configuration import load_configuration
from gateway.measures import Measure

ROOT: Final = Path(__file__).parents[2]
README: Final = (ROOT / "config" / "README.md").read_text(encoding="utf-8")
CONFIGURED: Final = load_configuration(ROOT / "config")


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the first table under ``heading``."""
    text = README[README.index(f" · {heading}\n") :]
    found = re.search(r"\n\|[-|]+\|\n((?:\|[^\n]*\n)+)", text)
    assert found is not None
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found[1].splitlines()]


def test_every_key_of_a_measure_is_explained_and_no_other() -> None:
    explained = [(row[0].strip("`"), row[1] == "✔") for row in rows("One measure")]
    assert explained == [(field.encode_name, field.required) for field in structs.fields(Measure)]


def test_every_set_that_ships_is_named_with_its_purposes() -> None:
    told = {row[0].strip("`"): re.findall(r"[A-Z_]{4,}", row[1]) for row in rows("The rule sets that ship")}
    assert told == {each.code: each.purposes for each in CONFIGURED.rule_book}


def test_what_a_set_may_come_to_is_what_its_rules_say() -> None:
    told = {row[0].strip("`"): "REJECT(" in row[2] for row in rows("The rule sets that ship")}
    rejecting = {each.code: any(rule.verdict == "REJECT" for rule in each.rules) for each in CONFIGURED.rule_book}
    assert told == rejecting
