"""Objections as tests file them: answers whose entries are written by hand, and the store that they are kept in."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gateway.caller import Caller
from gateway.ledger import Entry, Secret, new_receipt, pseudonym
from gateway.ledger.entry import Change, SectionTrace, Shape
from gateway.objections.changes import Filing, ObjectionChanges
from gateway.objections.deliverer import Deliverer, Outward
from gateway.objections.names import Names
from gateway.objections.objections import Objections
from gateway.objections.rules import Endpoint, Rules
from schema.objection import FileObjectionInput, NoticeRepairInput, ObjectionGround
from schema.scalars import Date
from tests.end_to_end.served import configuration
from tests.gateway.consents import OTHER_SUBJECT, SUBJECT

CONFIGURED = configuration()
POLICY = CONFIGURED.policy
SECRET = Secret(b"k" * 32)
NAMES = Names([SECRET])
DAY = "2026-11-20"
SOURCE, OWNER = "market_penalties", "market_regulation"
ENTITY = "AdministrativePenalty"
KEY = "同市监罚〔2026〕7号"
OTHER_KEY = "同市监罚〔2026〕8号"
PATH = "subject.penalties.items.0.fineAmount"
SHAPE = Shape(
    {
        "subject": "Query.subject",
        "subject.name": "Organization.name",
        "subject.uscc": "Organization.uscc",
        "subject.penalties": "Organization.penalties",
        "subject.penalties.state": "PenaltySection.state",
        "subject.penalties.coverage": "PenaltySection.coverage",
        "subject.penalties.coverage.status": "Coverage.status",
        "subject.penalties.items": "PenaltySection.items",
        "subject.penalties.items.fineAmount": "AdministrativePenalty.fineAmount",
        "subject.penalties.items.fineAmount.amount": "Money.amount",
        "subject.roles": "Organization.keyPersonnel",
        "subject.roles.items": "PersonRoleSection.items",
        "subject.roles.items.person": "PersonRole.person",
        "subject.roles.items.person.lists": "NaturalPerson.listEntries",
        "subject.roles.items.person.lists.items": "PersonListEntrySection.items",
        "subject.roles.items.person.lists.items.title": "PersonListEntry.title",
    }
)
OWN = Caller("enterprise", None, frozenset({"credit.public", "credit.self"}), "SELF_QUERY", subject=SUBJECT)
OTHER = replace(OWN, subject=OTHER_SUBJECT)
WINDOW = Caller("consent_window", None, frozenset({"objection.file.any"}), "CONSENT_SERVICE")
BANK = Caller("bank", None, frozenset({"credit.public", "consent.record"}), "BANK_CREDIT")
OWNING = Caller(OWNER, OWNER, frozenset({f"owner.{SOURCE}"}), "OWNER")
TAX = Caller("tax_department", "taxation", frozenset({"owner.tax_credit"}), "OWNER")
AUDITOR = Caller("auditor", None, frozenset({"audit.read"}), "AUDIT")


def record_name(key: str = KEY, source: str = SOURCE, entity: str = ENTITY) -> str:
    return NAMES.records(source, entity, key)[0]


def entry(**changes: Any) -> Entry:
    """Return the entry of an answer that showed SUBJECT two of its penalties, good but for ``changes``."""
    records = ((SOURCE, record_name()), (SOURCE, record_name(OTHER_KEY)))
    good: dict[str, Any] = {
        "receipt": new_receipt(),
        "at": "2026-11-20T08:00:00.000Z",
        "client": "enterprise",
        "department": None,
        "purpose": "SELF_QUERY",
        "case": None,
        "subjects": (pseudonym(SECRET, "USCC", SUBJECT),),
        "outcome": "ANSWERED",
        "traces": (
            SectionTrace("subject.name", "Registration", "COMPLETE", (("market_registry", "0" * 32),)),
            SectionTrace("subject.penalties", ENTITY, "COMPLETE", records),
            SectionTrace("subject.roles", "KeyPersonnel", "COMPLETE", (("market_registry", "1" * 32),)),
            SectionTrace(
                "subject.roles.items.0.person.lists", "PersonListEntry", "COMPLETE", (("credit_center", "2" * 32),)
            ),
        ),
        "policy_version": "p",
        "catalogue_version": "c",
        "response_digest": "0" * 64,
        "elapsed_ms": 1,
    }
    return Entry(**{**good, **changes})


@dataclass(slots=True)
class Shelf:
    """Answers by receipt, as the ledger would have them, and the changes that were written into it."""

    answers: dict[str, tuple[Entry, Shape]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    broken: bool = False

    def put(self, shape: Shape = SHAPE, **changes: Any) -> str:
        made = entry(**changes)
        self.answers[made.receipt] = (made, shape)
        return made.receipt

    async def read(self, receipt: str) -> tuple[Entry, Shape] | None:
        if self.broken:
            raise OSError("the ledger is away")
        return self.answers.get(receipt)

    async def note(self, change: Change) -> None:
        if self.broken:
            raise OSError("the ledger is away")
        self.changes.append(change)


@dataclass(slots=True)
class Clock:
    """A clock that stands still."""

    now: float = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass(slots=True)
class Office:
    """Everything that objections need, on one store; ``endpoints`` may be changed by a test."""

    objections: Objections
    shelf: Shelf
    clock: Clock
    rules: Rules
    endpoints: dict[str, Endpoint]
    deliverer: Deliverer
    filing: Filing

    def changes(self, caller: Caller, today: str = DAY) -> ObjectionChanges:
        return ObjectionChanges(self.filing, POLICY, caller, today)

    def given(self, **changes: Any) -> FileObjectionInput:
        """Return the input of a good objection of SUBJECT to an answer of its own."""
        good: dict[str, Any] = {
            "path": PATH,
            "ground": ObjectionGround["VALUE_WRONG"],
            "statement": "罚款金额有误，应为 5000 元",
            "evidence": ["5e" * 32],
            "record_key": KEY,
            "contact": "window-7:2026-118",
        }
        made: dict[str, Any] = {**good, **changes}
        if "receipt" not in made:
            made["receipt"] = self.shelf.put()
        return FileObjectionInput(**made)


def notice(**changes: Any) -> NoticeRepairInput:
    good: dict[str, Any] = {
        "source": SOURCE,
        "entity": ENTITY,
        "record_key": KEY,
        "repaired_on": Date("2026-11-18"),
        "basis": "信用修复决定书〔2026〕3号",
    }
    return NoticeRepairInput(**{**good, **changes})


@asynccontextmanager
async def office(
    url: str,
    endpoints: Mapping[str, Endpoint] | None = None,
    rules: Rules | None = None,
    shelf: Shelf | None = None,
    secrets: Sequence[Secret] = (SECRET,),
) -> AsyncIterator[Office]:
    """Open the objections at ``url``; nothing is delivered but by `Deliverer.deliver_due`."""
    names = Names(secrets)
    objections = await Objections.open(url, names.records)
    shelf, clock, counted = shelf or Shelf(), Clock(), rules or Rules()
    addresses = dict(endpoints or {})
    deliverer = Deliverer(
        objections, lambda: Outward(counted, addresses, CONFIGURED.working_days), secrets, shelf.note, clock
    )
    filing = Filing(objections, deliverer, shelf.read, names, CONFIGURED.catalogue, counted, CONFIGURED.hiding)
    try:
        yield Office(objections, shelf, clock, counted, addresses, deliverer, filing)
    finally:
        await deliverer.close()
        await objections.close()


def objections_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'objections.sqlite'}"


@asynccontextmanager
async def filed(folder: Path) -> AsyncIterator[Filing]:
    """Open objections in ``folder``, for tests that need them and nothing of them."""
    async with office(objections_url(folder)) as found:
        yield found.filing
