"""What rules see for a verdict only: shown as a result alone, and never under another rule's rights."""

from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from gateway.checks.document import HIDDEN_OPERATION
from gateway.checks.kept import read_kept
from gateway.checks.needed import joined, needed_by
from gateway.checks.shown import HIDDEN, show_check
from gateway.rules import RuleBook
from tests.checks.checked import DAY, RULES, SECRET, Answers, checked, record, request, section, subject
from tests.checks.test_checker import basis

LACKS: Final = """
[needs.licenses]
section = "licenses"
fields = ["certificateName"]

[[rules]]
id = "GP-03"
title = { zh = "许可", en = "licenses" }
verdict = "ATTENTION"
reveal = "VERDICT_ONLY"
ground = { zh = "法", en = "law" }
basis = [{ base = "x", article = "3" }]
reason = { zh = "许可", en = "licenses" }
[[rules.any]]
need = "licenses"
lacks = "e.certificateName == r"
for_each = "input.requiredLicenses"
"""


def write(folder: Path, more: str = "", **changes: str) -> RuleBook:
    folder.mkdir(parents=True, exist_ok=True)
    text = RULES.format(version="1", least=1000, more="") + more
    for old, new in changes.items():
        text = text.replace(old, new)
    (folder / "gp.toml").write_text(text, encoding="utf-8")
    return RuleBook.load(folder)


async def shown(folder: Path, told: dict[str, Any], **more: Any) -> tuple[Any, str]:
    """Return the outcome of the hidden rule GP-03 as it is shown, and the whole check as a text."""
    found = await checked(write(folder, LACKS), Answers({"a": {**subject(), **told}}), request("a", **more))
    check = show_check(found, basis, SECRET)
    (outcome,) = [each for each in check.subjects[0].rules if each.rule == "GP-03"]
    return outcome, str(check)


async def test_of_what_is_lacking_only_that_something_is(tmp_path: Path) -> None:
    given = {"input": {"requiredLicenses": ["机密许可", "另一许可"]}}
    held = {"licenses": section(record("r-secret", certificateName="另一许可"))}
    outcome, whole = await shown(tmp_path, held, **given)
    assert (outcome.result, outcome.lacking, outcome.evidence) == ("HIT", [], [])
    assert "r-secret" not in whole


@pytest.mark.parametrize("state", ["PARTIAL", "UNKNOWN"])
async def test_a_source_that_could_not_be_read_is_not_named(tmp_path: Path, state: str) -> None:
    told = section(state=state)
    told["coverage"][0] |= {"status": "MISREAD", "source": "secret_source", "reason": "secret reason"}
    outcome, whole = await shown(tmp_path, {"licenses": told}, input={"requiredLicenses": ["x"]})
    assert (outcome.result, outcome.missing) == ("UNKNOWN", [HIDDEN])
    assert "secret" not in whole


async def test_what_is_kept_holds_no_section_of_it(tmp_path: Path) -> None:
    found = await checked(write(tmp_path, LACKS), Answers({"a": {**subject(), "licenses": section()}}), request("a"))
    kept = read_kept(show_check(found, basis, SECRET).evidence)
    assert {name for each in kept.subjects for name in each.sections} == {"fines"}
    assert found.found[0].whole.sections.keys() == {"fines", "ratings", "licenses"}


def test_one_set_does_not_open_to_its_caller_what_another_keeps_back(tmp_path: Path) -> None:
    """Two sets need the same section: one shows it, one may only judge by it."""
    closed = write(tmp_path / "closed").at("GP", DAY)
    open_ = write(tmp_path / "open", **{'reveal = "VERDICT_ONLY"\n': "", 'ground = { zh = "法", en = "law" }\n': ""})
    both = joined([closed, open_.at("GP", DAY)])
    of_closed, of_open = (names["ratings"] for names in both.names)
    assert of_closed != of_open
    assert of_closed in both.needed.hidden
    assert of_open in both.needed.open
    assert of_closed not in both.needed.open
    assert both.names[0]["fines"] == both.names[1]["fines"], "what both show is asked once"


def test_what_is_hidden_is_asked_by_its_name_alone(tmp_path: Path) -> None:
    needed = needed_by(write(tmp_path).at("GP", DAY))
    assert f"query {HIDDEN_OPERATION}(" in (needed.hidden_document or "")
    assert HIDDEN_OPERATION not in (needed.open_document or "")
    assert "level" not in (needed.open_document or "")
    assert {each.split(".")[0] for each in needed.fields} == {"TaxCreditRating"}
    assert msgspec.json.encode(sorted(needed.hidden)) == b'["ratings"]'
