"""Sections of a report over several pages, and fields that are not open: what is not known never reads as "none"."""

from typing import Any

import pytest

from gateway.reports.contents import GROUPS
from gateway.reports.model import Section
from gateway.reports.sections import section_of
from tests.gateway.report_answers import TODAY, coverage, item, page, report, section

PENALTIES = GROUPS["penalties"]


def penalties(*pages: dict[str, Any], errors: tuple[dict[str, Any], ...] = ()) -> Section:
    """Return the section of penalties that these pages tell."""
    first, *later = pages
    return section_of(PENALTIES, [page({"penalties": first}, errors), *(page({"penalties": each}) for each in later)])


def fines(*numbers: int) -> list[dict[str, Any]]:
    return [item("penalties", number, decisionNo=str(number)) for number in numbers]


def failed(*numbers: int, **said: Any) -> dict[str, Any]:
    """Return a further page of which one source could not be had."""
    asked = [coverage(), coverage("TIMED_OUT", source="market", department={"name": "市监局"})]
    return section(fines(*numbers), "PARTIAL", coverage=asked, **said)


@pytest.mark.parametrize("numbers", [(2,), ()], ids=["with records of the others", "with none"])
def test_a_source_that_fails_on_a_further_page_is_named(numbers: tuple[int, ...]) -> None:
    told = penalties(section(fines(1), after="c"), failed(*numbers))
    assert told.state == "PARTIAL"
    assert "市监局" in told.summary.zh
    assert [(each.department, each.status) for each in told.asked][1:] == [("市监局", "TIMED_OUT")]
    assert len(told.records) == 1 + len(numbers)


def test_a_source_that_answers_again_leaves_what_it_left_out_unknown() -> None:
    told = penalties(section(fines(1), after="c"), failed(after="d"), section(fines(3)))
    assert (told.state, [each.status for each in told.asked]) == ("PARTIAL", ["ANSWERED", "TIMED_OUT"])


def test_whole_pages_are_a_whole_section() -> None:
    told = penalties(section(fines(1), after="c"), section(fines(2), after="d"), section(fines(3)))
    assert (told.state, len(told.records), told.truncated) == ("COMPLETE", 3, None)
    assert told.summary.en == "3 in all"


def test_a_section_that_was_not_whole_stays_so() -> None:
    told = penalties(failed(1, after="c"), section(fines(2)))
    assert (told.state, [each.status for each in told.asked]) == ("PARTIAL", ["ANSWERED", "TIMED_OUT"])


def denied(*path: Any, **said: Any) -> dict[str, Any]:
    told = {"code": "FIELD_FORBIDDEN", "reason": "SCOPE_MISSING", **said}
    return {"message": "m", "path": ["subject", *path], "extensions": told}


def missing(told: Section, path: str) -> list[str | None]:
    """Return why each record has no value at ``path``."""
    return [each.missing for record in told.records for each in record.values if each.field == path]


def test_records_beyond_the_errors_that_are_listed_are_denied_too() -> None:
    errors = (
        denied("penalties", "items", 0, "facts", occurrences=3),
        denied("penalties", "items", 1, "facts"),
    )
    assert missing(penalties(section(fines(1, 2, 3)), errors=errors), "facts") == ["DENIED"] * 3


def test_where_every_error_is_listed_a_null_is_none() -> None:
    errors = (denied("penalties", "items", 0, "facts", occurrences=2), denied("penalties", "items", 1, "facts"))
    told = penalties(section(fines(1, 2, 3)), errors=errors)
    assert missing(told, "facts") == ["DENIED", "DENIED", "NONE"]
    assert missing(told, "content") == ["NONE"] * 3


def test_who_is_not_open_is_not_nobody() -> None:
    """A link that is denied has its error above the field that the report shows."""
    held = item("legalRepresentative", person=None)
    first = page({"legalRepresentative": section([held])}, (denied("legalRepresentative", "items", 0, "person"),))
    assert missing(section_of(GROUPS["legalRepresentative"], [first]), "person.name") == ["DENIED"]
    open_ = page({"legalRepresentative": section([held])})
    assert missing(section_of(GROUPS["legalRepresentative"], [open_]), "person.name") == ["NONE"]


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"state": "PUBLISHED"}, "YES"),
        ({"state": "UNDER_OBJECTION"}, "YES"),
        ({"state": None}, "UNKNOWN"),
        ({"state": None, "removedOn": "2026-01-01"}, "NO"),
        ({"state": "REPAIRED"}, "NO"),
        ({"state": "PUBLISHED", "validUntil": "2026-11-25"}, "NO"),
        ({"state": "PUBLISHED", "validUntil": TODAY}, "YES"),
        ({"state": "PUBLISHED", "removedOn": TODAY}, "NO"),
    ],
    ids=["published", "objected", "no state", "removed without state", "repaired", "over", "last day", "removed today"],
)
def test_an_entry_whose_state_nobody_knows_is_not_told_to_stand(fields: dict[str, Any], answer: str) -> None:
    entry = item("dishonest", kind="TAX_VIOLATION", includedOn="2026-01-01", **fields)
    labels = {each.code: each.answer for each in report({"dishonest": section([entry])}).labels}
    assert labels["DISHONEST"] == answer
