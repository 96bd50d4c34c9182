"""From answers to a report: pure, the same answers make the same report.

A report is of an organization. Nothing is left out silently: a part that is not known, not open or not whole says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.errors import SubjectNotResolved
from gateway.reports.contents import PARTS
from gateway.reports.hints import DISCLAIMER, hints
from gateway.reports.labels import labels
from gateway.reports.levels import LEVELS
from gateway.reports.model import AskedFor, Issue, Level, Part, ReceiptLink, Report, Section, Signed, Subject
from gateway.reports.number import report_number
from gateway.reports.sections import Page, section_of
from gateway.reports.words import Words, code


@dataclass(frozen=True, slots=True)
class Made:
    """What a report says of itself: when (ISO 8601 in UTC) and by whom, for whom, by which receipts, how signed."""

    at: str
    today: str
    issuer: Words
    issue: Issue
    signed: Level
    asked_for: AskedFor
    receipts: tuple[ReceiptLink, ...]


def require_subject(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the subject of an answer; raises `SubjectNotResolved` if the key led to none.

    "There is none" and "it could not be asked" are told apart, and never a value of the key.
    """
    subject: Mapping[str, Any] = data["subject"]
    kind = subject["__typename"]
    if not kind.startswith("Subject"):
        return subject
    extensions = {"reason": kind, "detail": subject.get("message")}
    if "coverage" in subject:
        extensions["coverage"] = subject["coverage"]
    raise SubjectNotResolved("the key leads to no organization of which a report can be made", extensions=extensions)


def make_report(pages: Mapping[str, Sequence[Page]], made: Made) -> Report:
    """Return the report of the sections in ``pages``: by the name of each group its pages, the first of them shared."""
    parts = tuple(
        _part(part.number, part.title, tuple(section_of(group, pages[group.name]) for group in part.groups))
        for part in PARTS
    )
    sections = {section.name: section for part in parts for section in part.sections}
    return Report(
        report_no=report_number(made.issue.id),
        generated_at=made.at,
        issuer=made.issuer,
        issue=made.issue,
        signed=Signed(level=made.signed, text=LEVELS[made.signed]),
        subject=_subject(pages["registration"][0].subject),
        asked_for=made.asked_for,
        labels=labels(sections, made.today),
        parts=parts,
        hints=hints(sections),
        disclaimer=DISCLAIMER,
        receipts=made.receipts,
    )


def _part(number: int, title: Words, sections: tuple[Section, ...]) -> Part:
    whole = all(each.state in ("COMPLETE", "NOT_COVERED") and each.truncated is None for each in sections)
    complete = whole and any(each.state == "COMPLETE" for each in sections)
    count = sum(len(each.records) for each in sections)
    return Part(number=number, title=title, count=count, complete=complete, sections=sections)


def _subject(subject: Mapping[str, Any]) -> Subject:
    kind = code("SubjectKind", subject["kind"])
    return Subject(uscc=subject["uscc"], kind=subject["kind"], kind_text=kind, name=subject["name"])
