"""Needs behind links: what is denied or leads nowhere on the way is never taken for "none"."""

from pathlib import Path
from typing import Any, Final

import pytest

from gateway.checks.evidence import read_evidence
from gateway.rules import RuleBook, evaluate
from gateway.rules.evidence import read_evidence as typed
from gateway.rules.model import Need
from tests.checks.test_evidence import SUBJECT, forbidden, record, section

RULES: Final = """
code = "BK"
version = "1"
title = { zh = "试", en = "test" }
purposes = ["BANK_CREDIT"]

[needs.restricted]
section = "legalRepresentative.person.consumptionRestrictions"
fields = ["caseNo", "publishedOn"]
set_aside = ["闭"]

[[rules]]
id = "BK-01"
title = { zh = "试", en = "test" }
verdict = "ATTENTION"
basis = [{ base = "x", article = "1" }]
reason = { zh = "试", en = "test" }
[[rules.any]]
need = "restricted"
when = "e.publishedOn == null"
"""
NEEDS: Final = {
    "restricted": Need(section="legalRepresentative.person.consumptionRestrictions", fields=["caseNo", "publishedOn"])
}
WITHIN: Final = ("restricted", "items", 0, "person", "restricted", "items", 0)
CLOSED: Final = {"source": "b", "part": "闭", "status": "DENIED", "reason": "OWNER_ONLY"}


def held(*restrictions: dict[str, Any]) -> dict[str, Any]:
    """Return a legal representative with these consumption restrictions."""
    return {"recordId": "r", "person": {"restricted": section(*restrictions)}}


def read(*held_: dict[str, Any], errors: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    told = {**SUBJECT, "restricted": section(*held_)}
    (found,) = read_evidence({"data": {"subjects": [told]}, "errors": list(errors)}, NEEDS)
    assert isinstance(found, dict)
    return found


def result(found: dict[str, Any], folder: Path) -> tuple[str, list[str]]:
    """Return what the rule comes to over ``found``, and the statuses of what it misses."""
    (folder / "bk.toml").write_text(RULES, encoding="utf-8")
    rules = RuleBook.load(folder).at("BK", "2026-11-20")
    (subject,) = evaluate(rules, [typed(found)], {}, "2026-11-20").subjects
    (outcome,) = subject.outcomes
    return outcome.result, [each.status for each in outcome.missing]


@pytest.mark.parametrize(
    "path",
    [(*WITHIN, "publishedOn"), (*WITHIN[:-1], 3, "publishedOn")],
    ids=["of this record", "of another record: alike errors are listed a few times"],
)
def test_a_denied_field_behind_a_link_is_absent(tmp_path: Path, path: tuple[Any, ...]) -> None:
    found = read(held(record("1", caseNo="c", publishedOn=None)), errors=(forbidden(*path),))
    (item,) = found["sections"]["restricted"]["items"]
    assert "publishedOn" not in item
    assert item["caseNo"] == "c"
    assert result(found, tmp_path)[0] == "UNKNOWN"


def test_a_null_behind_a_link_is_a_null_where_nothing_is_denied(tmp_path: Path) -> None:
    assert result(read(held(record("1", caseNo="c", publishedOn=None))), tmp_path)[0] == "HIT"


def test_a_denied_link_denies_its_need(tmp_path: Path) -> None:
    denied = forbidden("restricted", "items", 0, "person")
    found = read({"recordId": "r", "person": None}, errors=(denied,))
    assert found["sections"]["restricted"]["denied"]["reason"] == "SCOPE_MISSING"
    assert result(found, tmp_path) == ("UNKNOWN", ["DENIED"])


def test_a_denial_within_a_value_is_of_the_value() -> None:
    needs = {"fines": Need(section="penalties", fields=["fineAmount.amount"])}
    told = {**SUBJECT, "fines": section(record("1", fineAmount=None))}
    errors = [forbidden("fines", "items", 0, "fineAmount", "amount")]
    (found,) = read_evidence({"data": {"subjects": [told]}, "errors": errors}, needs)
    assert isinstance(found, dict)
    assert "fineAmount" not in found["sections"]["fines"]["items"][0]


def test_a_denial_of_what_is_no_record_denies_nothing_else() -> None:
    found = read(held(record("1", caseNo="c", publishedOn=None)), errors=(forbidden("restricted", "coverage"),))
    assert "publishedOn" in found["sections"]["restricted"]["items"][0]


def test_who_cannot_be_found_is_missing(tmp_path: Path) -> None:
    found = read({"recordId": "r", "person": None})
    assert result(found, tmp_path) == ("UNKNOWN", ["IDENTITY_UNRESOLVED"])


def test_a_part_that_is_set_aside_does_not_stand_in_for_who_cannot_be_found(tmp_path: Path) -> None:
    whole = held()
    whole["person"]["restricted"] |= {"state": "PARTIAL"}
    whole["person"]["restricted"]["coverage"].append(CLOSED)
    assert result(read(whole), tmp_path) == ("CLEAN", [])
    assert result(read(whole, {"recordId": "s", "person": None}), tmp_path) == ("UNKNOWN", ["IDENTITY_UNRESOLVED"])


def test_an_error_of_another_kind_denies_nothing() -> None:
    failed = forbidden(*WITHIN, "publishedOn") | {"extensions": {"code": "SOURCE_FAILED"}}
    found = read(held(record("1", caseNo="c", publishedOn=None)), errors=(failed,))
    assert "publishedOn" in found["sections"]["restricted"]["items"][0]
