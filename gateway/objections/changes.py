"""Filing, stepping on and notifying for one caller: rights, then input, then the store; errors have codes.

FIELD_FORBIDDEN          the caller may not do this; `reason` and `needs` tell why and what would help
INPUT_INVALID            `inputs` names every part that is wrong
RECEIPT_UNKNOWN          there is no such answer about this subject; another's looks the same
OBJECTION_UNKNOWN        there is no such objection that this caller may step on; a stranger's looks the same
OBJECTION_EXISTS         the subject objects to the same thing already; `objection` names it
OBJECTIONS_TOO_MANY      the subject has as many open as it may
STEP_ILLEGAL             nobody, or not this caller, takes it from its state to that one; the message says what is open
MUTATION_REUSED          the idempotency key was sent before with another input
OBJECTIONS_UNAVAILABLE   the store, or the ledger, does not answer: send it again
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.clock import now_text
from connectors.declaration import unknown
from gateway.audit.hiding import Hiding
from gateway.caller import Caller
from gateway.carried import Carried, invalid, refusal, require_valid
from gateway.catalogue import Catalogue
from gateway.consents.input import InputMistake, canonical_subject
from gateway.consents.tables import digest
from gateway.disclosure.facts import FIELDS
from gateway.errors import ObjectionsUnavailable
from gateway.ledger import Secret, new_receipt
from gateway.ledger.entry import Change, Entry, Shape
from gateway.objections.deliverer import Deliverer
from gateway.objections.input import filing_mistakes, notice_mistakes, step_mistakes
from gateway.objections.message import Named, seal
from gateway.objections.model import Filed, FiledAs, Notice, Ticket
from gateway.objections.names import Names
from gateway.objections.objections import Objections
from gateway.objections.places import NoPlace, Place, place_of
from gateway.objections.rights import Standing, filer, not_owner, standing_of
from gateway.objections.rules import Rules
from gateway.objections.shown import ShownNotice, ShownObjection, show
from gateway.objections.states import IllegalStep
from gateway.objections.writing import AlreadyOpen, MutationReused, TooManyOpen
from gateway.policy import Policy
from schema.entities import entity_of
from schema.objection import AdvanceObjectionInput, FileObjectionInput, NoticeRepairInput

Receipts = Callable[[str], Awaitable[tuple[Entry, Shape] | None]]
"""From a receipt to its entry and the shape of its answer; None where there is none. Raises `LedgerUnavailable`."""
_ASKERS = frozenset({"Query.subject", "Query.subjects", "Query._entities"})


@dataclass(frozen=True, slots=True)
class Filing:
    """What objections are filed by, the same for all callers; made by `gateway.app`, renewed with the configuration."""

    objections: Objections
    deliverer: Deliverer
    receipts: Receipts
    names: Names
    catalogue: Catalogue
    rules: Rules
    hiding: Hiding
    """Which answers are lawfully withheld from those they are about: they learn of none by objecting to it."""

    @property
    def secret(self) -> Secret:
        """The secret of the moment."""
        return self.names.secrets[0]


@dataclass(slots=True)
class ObjectionChanges(Carried):
    """What `schema.mutation` asks of objections, for ``caller`` on the day ``today``."""

    filing: Filing
    policy: Policy
    caller: Caller
    today: str

    async def file_objection(self, given: FileObjectionInput) -> ShownObjection:
        """Return the objection as filed, on disk with its message; raises GraphQLError."""
        standing = self._standing()
        named = None if given.subject is None else canonical_subject(given.subject)
        if (denied := filer(standing, named, self.policy, self.caller)) is not None:
            self.forbid("Mutation.fileObjection", denied)
        require_valid("fileObjection", filing_mistakes(given, window=standing.subject is None))
        subject = named or standing.subject
        assert subject is not None, "the input names one, or the token does"
        self.subjects.append(subject)
        place = await self._place(given, subject)
        as_: FiledAs = "SUBJECT" if subject == standing.subject else "WINDOW"
        ticket = self._ticket(given, subject, place, as_)
        filed, made = await self._filed(ticket, given, subject, place.part)
        self.done += 1
        if made:
            self._changed(filed, None)
            filed = await self._on_its_way(filed)
        return self._show(filed, standing)

    async def advance_objection(self, given: AdvanceObjectionInput) -> ShownObjection:
        """Return the objection, stepped on and on disk; raises GraphQLError."""
        standing = self._standing()
        if standing.is_nobody or (standing.auditor and not standing.sources):
            self.forbid("Mutation.advanceObjection", filer(standing, None, self.policy, self.caller) or not_owner("*"))
        require_valid("advanceObjection", step_mistakes(given))
        objections = self.filing.objections
        try:
            before = await objections.get(given.id)
            actors = standing.actors(before.ticket) if before is not None else frozenset()
            if before is None or not actors:
                raise refusal("there is no such objection that this caller may step on", "OBJECTION_UNKNOWN")
            to = given.to.name
            stepped = await objections.step(given.id, to, actors, self.caller.client, given.note, now_text())  # type: ignore[arg-type]  # the enum has the names of the states
        except IllegalStep as error:
            raise refusal(str(error), "STEP_ILLEGAL") from None
        except ObjectionsUnavailable as error:
            raise refusal(error.message, error.code) from None
        assert stepped is not None, "tickets are never deleted"
        filed, made = stepped
        self.done += 1
        if made:
            self._changed(filed, filed.steps[-1].before)
            if filed.sending.state == "WAITING":
                self.filing.deliverer.wake()  # its owner is to be told that it was withdrawn
        return self._show(filed, standing)

    async def notice_repair(self, given: NoticeRepairInput) -> ShownNotice:
        """Return the notice as it counts from the next query on, on disk; raises GraphQLError."""
        standing = self._standing()
        if given.source not in standing.sources:
            self.forbid("Mutation.noticeRepair", not_owner(given.source if given.source in self._sources else "*"))
        mistakes = notice_mistakes(given, self.today)
        mistakes += [InputMistake("entity", each) for each in self._entity_mistakes(given)]
        require_valid("noticeRepair", mistakes)
        record = self.filing.names.records(given.source, given.entity, given.record_key)[0]
        entity, client = entity_of(given.entity), self.caller.client
        notice = Notice(given.source, entity, record, given.repaired_on, given.basis, client, now_text())
        try:
            counts, made = await self.filing.objections.note_repair(notice)
        except ObjectionsUnavailable as error:
            raise refusal(error.message, error.code) from None
        self.done += 1
        if made:
            self.changes.append(
                Change(what="repair notice", name=f"{given.source}:{entity}:{record}", after="REPAIRED")
            )
        return ShownNotice(counts.source, counts.entity, counts.repaired_on, counts.basis, counts.noticed_at)

    @property
    def _sources(self) -> Mapping[str, Any]:
        return self.filing.catalogue.sources

    def _standing(self) -> Standing:
        return standing_of(self.policy, self.caller, self.filing.catalogue, self.filing.names)

    def _show(self, filed: Filed, standing: Standing) -> ShownObjection:
        return show(filed, standing.sight(filed.ticket) or "FILER", self.filing.names, self.today)

    async def _place(self, given: FileObjectionInput, subject: str) -> Place:
        """Return what the path leads to, in an answer about ``subject`` and by its record key, where that is given."""
        found = await self._receipt(given.receipt)
        mine = self.filing.names.subjects(subject)
        if found is None or not self._may_use(found[0], mine):
            raise refusal("there is no answer about this subject with this receipt", "RECEIPT_UNKNOWN")
        entry, shape = found
        try:
            place = place_of(entry, shape, given.path)
        except NoPlace as error:
            raise invalid("fileObjection", [InputMistake("path", str(error))]) from None
        if _subject_of(entry, shape) not in mine:
            told = "the answer is about several subjects: ask about this one alone, and object to that answer"
            raise invalid("fileObjection", [InputMistake("receipt", told)])
        if place.source not in self._sources:
            raise invalid("fileObjection", [InputMistake("path", "leads to a source that is connected no longer")])
        if given.record_key is not None and place.record not in self._records(place, given.record_key):
            told = "is not the key of the record at this path"
            raise invalid("fileObjection", [InputMistake("recordKey", told)])
        return place

    async def _receipt(self, receipt: str) -> tuple[Entry, Shape] | None:
        try:
            return await self.filing.receipts(receipt)
        except Exception:  # noqa: BLE001  (whatever its driver raises: nothing can be filed without the ledger)
            raise refusal("the ledger cannot be read now", ObjectionsUnavailable.code) from None

    def _may_use(self, entry: Entry, mine: Sequence[str]) -> bool:
        """Return whether the caller may object to the answer of ``entry``: it is about the subject, lawfully told."""
        if set(entry.subjects).isdisjoint(mine):
            return False
        return entry.client == self.caller.client or self.filing.hiding.hidden_by(entry, self.today) is None

    def _records(self, place: Place, key: str) -> set[str]:
        parts = [part for part in self._sources[place.source].entities if entity_of(part) == place.entity]
        names = self.filing.names
        return {name for part in (*parts, place.entity) for name in names.records(place.source, part, key)}

    def _ticket(self, given: FileObjectionInput, subject: str, place: Place, as_: FiledAs) -> Ticket:
        at = now_text()
        return Ticket(
            id=new_receipt(),
            filed_at=at,
            filed_by=self.caller.client,
            filed_as=as_,
            subject=self.filing.names.subjects(subject)[0],
            receipt=given.receipt,
            path=place.path,
            source=place.source,
            department=self._sources[place.source].department,
            entity=place.entity,
            field=place.field,
            record=place.record,
            ground=given.ground.name,  # type: ignore[arg-type]  # the enum has the names of the grounds
            statement=given.statement,
            evidence=tuple(given.evidence),
            contact=given.contact,
            changed_at=at,
        )

    async def _filed(self, ticket: Ticket, given: FileObjectionInput, subject: str, part: str) -> tuple[Filed, bool]:
        message_id = f"msg_{ticket.id}"
        message = {
            "id": message_id,
            "objection": ticket.id,
            "department": ticket.department,
            "state": "WAITING",
            "attempts": 0,
            "due_at": 0.0,
            "sealed": seal(self.filing.secret, message_id, Named(subject, given.record_key, part)),
        }
        said = [ticket.receipt, ticket.path, ticket.ground, ticket.statement, ticket.contact or "", *ticket.evidence]
        input_ = digest(ticket.subject, *said, given.record_key or "")
        key = given.client_mutation_id
        mutation = None if key is None else digest(self.caller.client, self.caller.subject or "", key)
        live = digest(ticket.subject, ticket.source, ticket.entity, ticket.record, ticket.field)
        most = self.filing.rules.review.max_open
        try:
            return await self.filing.objections.file(ticket, message, live, mutation, input_, most)
        except MutationReused:
            raise refusal("`clientMutationId` was sent before, with another input", "MUTATION_REUSED") from None
        except AlreadyOpen as error:
            told = "the subject objects to this already: see that objection, or wait until it is closed"
            raise refusal(told, "OBJECTION_EXISTS", {"objection": error.id}) from None
        except TooManyOpen:
            told = f"a subject may have {most} objections open: wait until some are closed"
            raise refusal(told, "OBJECTIONS_TOO_MANY") from None
        except ObjectionsUnavailable as error:
            raise refusal(error.message, error.code) from None

    async def _on_its_way(self, filed: Filed) -> Filed:
        """Put it into the queue of a department without an address, else let it be sent; it is on disk already."""
        try:
            filed = await self.filing.deliverer.put_in_queue(filed)
        except ObjectionsUnavailable:
            return filed  # the deliverer does it later
        self.filing.deliverer.wake()
        return filed

    def _entity_mistakes(self, given: NoticeRepairInput) -> list[str]:
        parts = sorted(self._sources[given.source].entities)
        judged = [part for part in parts if entity_of(part) in FIELDS]
        if given.entity in judged:
            return []
        if given.entity in parts:
            return ["its records tell against nobody: there is nothing to repair"]
        if entity_of(given.entity) == given.entity and any(entity_of(part) == given.entity for part in judged):
            return [f"the source has several tables of it: name one of {', '.join(judged)}"]
        return [unknown("entity", "of the input", judged) if judged else "this source holds nothing that is repaired"]

    def _changed(self, filed: Filed, before: str | None) -> None:
        ticket = filed.ticket
        after = filed.steps[-1].after if filed.steps else ticket.state
        self.changes.append(Change(what="objection", name=ticket.id, before=before, after=after))


def _subject_of(entry: Entry, shape: Shape) -> str | None:
    """Return the pseudonym of the one subject that the answer's roots are about; None for several, or none."""
    roots = [name for path, name in shape.paths.items() if "." not in path and name in _ASKERS]
    if roots == ["Query.subject"] or len(entry.subjects) == 1:
        return entry.subjects[0] if entry.subjects else None  # whoever its links lead to comes after
    return None
