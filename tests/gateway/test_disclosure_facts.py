"""Facts read from the values of a row: which field tells what, and what could not be read."""

from typing import Any

import pytest

from connectors.base import Issue
from gateway.disclosure import EntryFacts, Facts, PenaltyFacts, facts_reader
from gateway.disclosure.facts import FIELDS
from schema.entities import ENTITY_FIELDS
from schema.values import Money
from tests.gateway.disclosures import RULES

FINE = Money(amount="2000")  # type: ignore[arg-type]


def read(entity: str, values: dict[str, Any], *issues: Issue, objection: bool = False) -> Facts:
    """Return the facts of a row that has ``values`` in that order, of a source of the fire brigade."""
    places = {name: at for at, name in enumerate(values)}
    return facts_reader(entity, places, "fire_rescue")(tuple(values.values()), issues, objection)


def misread(field: str) -> Issue:
    return Issue(field, "MISREAD", "not a date")


def test_a_penalty() -> None:
    values = {
        "remark": "备注",
        "status": "IN_FORCE",
        "decided_on": "2026-05-10",
        "categories": ["FINE"],
        "procedure": "ORDINARY",
        "fine_amount": FINE,
        "domain": "FIRE",
        "legal_grounds": "《消防法》",
        "source_state": "PUBLISHED",
        "source_severity": "GENERAL",
        "repaired_on": "2026-08-10",
    }
    expected = PenaltyFacts(
        decided_on="2026-05-10",
        categories=["FINE"],
        procedure="ORDINARY",
        fine_amount=FINE,
        domain="FIRE",
        legal_grounds="《消防法》",
        status="IN_FORCE",
        source_state="PUBLISHED",
        source_severity="GENERAL",
        repaired_on="2026-08-10",
        department="fire_rescue",
        under_objection=True,
    )
    assert read("AdministrativePenalty", values, objection=True) == expected


def test_what_a_source_does_not_have_is_not_there() -> None:
    assert read("AdministrativePenalty", {"decided_on": None}) == PenaltyFacts(department="fire_rescue")
    assert read("TaxArrears", {}) == EntryFacts(kind="TaxArrears")


@pytest.mark.parametrize(
    ("included", "published", "decided", "started"),
    [
        ("2026-03-01", "2026-02-01", "2026-01-01", "2026-03-01"),
        (None, "2026-02-01", "2026-01-01", "2026-02-01"),
        (None, None, "2026-01-01", "2026-01-01"),
        (None, None, None, None),
    ],
)
def test_an_entry_begins_with_its_inclusion_if_that_is_told(
    included: str | None, published: str | None, decided: str | None, started: str | None
) -> None:
    values = {"decided_on": decided, "published_on": published, "included_on": included, "kind": "FIRE"}
    assert read("ListEntry", values) == EntryFacts(started_on=started, kind="FIRE")


def test_a_mark_that_was_lifted() -> None:
    found = read("ListEntry", {"kind": "ABNORMAL_OPERATION", "restored": True, "removed_on": None})
    assert found == EntryFacts(kind="ABNORMAL_OPERATION", lifted=True)


@pytest.mark.parametrize(
    ("entity", "values", "expected"),
    [
        (
            "PersonListEntry",
            {"kind": "FIRE", "included_on": "2026-01-01", "valid_until": "2027-01-01"},
            EntryFacts(kind="FIRE", started_on="2026-01-01", valid_until="2027-01-01"),
        ),
        (
            "TaxArrears",
            {"announced_on": "2026-01-01", "settled_on": "2026-02-01"},
            EntryFacts(kind="TaxArrears", started_on="2026-01-01", removed_on="2026-02-01"),
        ),
        (
            "TaxAnomaly",
            {"recognized_on": "2026-01-01", "released_on": None, "repaired_on": "2026-02-01"},
            EntryFacts(kind="TaxAnomaly", started_on="2026-01-01", repaired_on="2026-02-01"),
        ),
        (
            "ProfessionBan",
            {"decided_on": None, "banned_from": "2026-01-01", "banned_until": "2031-01-01", "lifted_on": "2028-01-01"},
            EntryFacts(
                kind="ProfessionBan", started_on="2026-01-01", valid_until="2031-01-01", removed_on="2028-01-01"
            ),
        ),
    ],
)
def test_what_stands_until_it_is_removed(entity: str, values: dict[str, Any], expected: EntryFacts) -> None:
    assert read(entity, values) == expected


def test_what_could_not_be_read_is_named_by_the_fact() -> None:
    penalty = read(
        "AdministrativePenalty",
        {"decided_on": None, "fine_amount": FINE, "remark": None},
        misread("decided_on"),
        misread("remark"),
        Issue("fine_amount", "UNIT_ASSUMED", "the unit was read from the text of the amount"),
    )
    assert penalty.unread == {"decided_on"}
    entry = read("ListEntry", {"included_on": None, "restored": None}, misread("included_on"), misread("restored"))
    assert entry.unread == {"started_on", "lifted"}


@pytest.mark.parametrize("entity", FIELDS)
def test_the_rules_name_the_fields_from_which_they_judge(entity: str) -> None:
    inputs = RULES.inputs(entity)
    assert set(inputs) == {field for fields in FIELDS[entity].values() for field in fields}
    assert len(set(inputs)) == len(inputs)
    assert set(inputs) <= ENTITY_FIELDS[entity].keys()
    assert {"source_state", "source_severity", "repaired_on"} <= set(inputs)


def test_other_entities_are_not_judged() -> None:
    assert RULES.inputs("AdministrativeLicense") == ()
