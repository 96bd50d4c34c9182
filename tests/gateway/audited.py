"""Entries for the tests of the audit, and a ledger that holds them."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from gateway.audit.rows import Rows
from gateway.audit.trail import page_info, read_trail
from gateway.ledger import Denial, Entry, Ledger, Pseudonym, Secret, SourceUse, pseudonym
from gateway.ledger.entry import SectionTrace, Shape, encode_shape
from tests.gateway.entries import entry

SECRET = Secret(bytes(range(32)))
SUBJECT = "91230881TJ0000609B"
OTHER = "91230881TJ00006176"
FIELDS = ("decision_no", "fine_amount")


def called(value: str = SUBJECT, scheme: str = "USCC") -> Pseudonym:
    """Return the pseudonym of a subject."""
    return pseudonym(SECRET, scheme, value)


def pseudonyms(scheme: str, value: str) -> Sequence[str]:
    return (pseudonym(SECRET, scheme, value),)


def use(entity: str = "AdministrativePenalty", department: str = "fire_rescue", **changes: Any) -> SourceUse:
    made = {"fields": FIELDS, "calls": 1, "statuses": {"ANSWERED": 1}, "records": 2, "mapping": "ab" * 8, **changes}
    return SourceUse(entity=entity, department=department, **made)


def asked(subject: str = SUBJECT, **changes: Any) -> Entry:
    """Return the entry of a bank's answered question about ``subject``, as ``changes`` say otherwise."""
    made: dict[str, Any] = {
        "subjects": (called(subject),),
        "sources": {"fire_penalties": (use(),)},
        "denied": (),
        "outcome": "ANSWERED",
        "case": None,
    }
    return entry(**{**made, **changes})


def refused(**changes: Any) -> Entry:
    """Return the entry of a refused request."""
    made: dict[str, Any] = {"kind": "REFUSAL", "outcome": "REFUSED", "code": "RATE_LIMITED", "subjects": ()}
    return asked(**{**made, "sources": {}, "response_digest": "", **changes})


SHAPE = Shape(
    {
        "subject": "Query.subject",
        "subject.name": "Organization.name",
        "subject.uscc": "Organization.uscc",
        "subject.fines": "Enterprise.penalties",
        "subject.fines.state": "AdministrativePenaltySection.state",
        "subject.fines.coverage": "AdministrativePenaltySection.coverage",
        "subject.fines.coverage.source": "Coverage.source",
        "subject.fines.rows": "AdministrativePenaltySection.items",
        "subject.fines.rows.decisionNo": "AdministrativePenalty.decisionNo",
        "subject.fines.rows.fine": "AdministrativePenalty.fineAmount",
        "subject.fines.rows.fine.amount": "Money.amount",
        "subject.fines.rows.facts": "AdministrativePenalty.facts",
        "subject.fines.rows.provenance": "AdministrativePenalty.provenance",
        "subject.fines.rows.provenance.source": "Provenance.source",
        "subject.taxRatings": "Enterprise.taxRatings",
        "subject.people": "Enterprise.legalRepresentative",
        "subject.people.items": "PersonRoleSection.items",
        "subject.people.items.person": "PersonRole.person",
        "subject.people.items.person.name": "NaturalPerson.name",
        "subject.people.items.person.roles": "NaturalPerson.roles",
        "subject.people.items.person.roles.items": "PersonRoleSection.items",
        "subject.people.items.person.roles.items.title": "PersonRole.title",
        "sources": "Query.sources",
        "sources.state": "SourceStatus.state",
    }
)
TRACES = (
    SectionTrace("subject.name", "Registration", "COMPLETE", (("market_registry", "0" * 32),)),
    SectionTrace(
        "subject.fines",
        "AdministrativePenalty",
        "PARTIAL",
        (("fire_penalties", "a" * 32), ("market_penalties", "b" * 32), ("fire_penalties", "c" * 32)),
    ),
    SectionTrace("subject.people", "LegalRepresentative", "COMPLETE", (("market_registry", "d" * 32),)),
    SectionTrace("subject.people.items.0.person.roles", "PersonRole", "COMPLETE", (("market_registry", "e" * 32),)),
)


def answered(**changes: Any) -> Entry:
    """Return the entry of an answer with the shape SHAPE and the traces TRACES."""
    market = use(department="market_regulation", fields=("decision_no",), as_of="2026-10-01")
    registry = {
        "market_registry": (
            use("Registration", "market_regulation", fields=("name",)),
            use("LegalRepresentative", "market_regulation", fields=("person_name", "title")),
            use("PersonRole", "market_regulation", fields=("title",)),
        )
    }
    made: dict[str, Any] = {
        "shape": "5" * 32,
        "traces": TRACES,
        "sources": {"fire_penalties": (use(),), "market_penalties": (market,), **registry},
        "denied": (
            Denial(field="AdministrativePenalty.facts", reason="SCOPE_MISSING"),
            Denial(field="TaxCreditRating.*", reason="CONSENT_MISSING"),
        ),
        "outcome": "PARTIAL",
    }
    return asked(**{**made, **changes})


@asynccontextmanager
async def kept(url: str, entries: Iterable[Entry] = (), shape: Shape | None = None) -> AsyncIterator[Ledger]:
    """Open a ledger that holds ``entries``, in their order."""
    ledger = await Ledger.open(url)
    try:
        text = None if shape is None else encode_shape(shape)
        for each in entries:
            await ledger.append(each, text)
        yield ledger
    finally:
        await ledger.close()


async def pages(ledger: Ledger, said: Mapping[str, Any], first: int) -> list[list[Entry]]:
    """Return every page of the trail that ``said`` (the filter) asks for."""
    found: list[list[Entry]] = []
    after: str | None = None
    while True:
        page, _ = await read_trail(Rows(ledger), pseudonyms, {"filter": said, "first": first, "after": after})
        found.append([entry for _, entry in page.entries])
        if not page.more:
            return found
        after = page_info(page).end_cursor
