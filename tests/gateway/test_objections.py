"""Who may file, see and decide objections, and give notice of repairs; on a SQLite file and on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from graphql import GraphQLError

from gateway.caller import Caller
from gateway.errors import ObjectionsUnavailable
from gateway.ledger import Secret, pseudonym
from gateway.ledger.entry import SectionTrace, Shape
from gateway.objections.changes import ObjectionChanges
from gateway.objections.counts import counted, numbers
from gateway.objections.marks import is_objected, repair_of
from gateway.objections.names import Names
from gateway.objections.rules import Endpoint, Review, Rules
from gateway.objections.shown import ShownObjection, shown_objections
from gateway.objections.states import State
from gateway.objections.tables import OBJECTIONS as TABLE
from gateway.own import Told, Untold
from gateway.plan.asks import Rights
from gateway.returns.reader import OBJECTIONS, open_reader
from schema.objection import AdvanceObjectionInput, FileObjectionInput, NoticeRepairInput, ObjectionState
from schema.scalars import Date
from tests.gateway.consents import OTHER_SUBJECT, SUBJECT, new_database
from tests.gateway.objections import (
    AUDITOR,
    BANK,
    CONFIGURED,
    DAY,
    ENTITY,
    KEY,
    NAMES,
    OTHER,
    OTHER_KEY,
    OWN,
    OWNER,
    OWNING,
    PATH,
    POLICY,
    SECRET,
    SHAPE,
    SOURCE,
    TAX,
    WINDOW,
    Office,
    Shelf,
    notice,
    objections_url,
    office,
    record_name,
)

Given = FileObjectionInput | AdvanceObjectionInput | NoticeRepairInput


@pytest.fixture(params=["sqlite", "postgresql"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return objections_url(tmp_path)
    return await new_database(request.getfixturevalue("postgres_server"), "objections")


@pytest.fixture
async def desk(place: str) -> AsyncIterator[Office]:
    async with office(place) as found:
        yield found


async def carried_out(changes: ObjectionChanges, given: Given) -> Any:
    if isinstance(given, FileObjectionInput):
        return await changes.file_objection(given)
    if isinstance(given, AdvanceObjectionInput):
        return await changes.advance_objection(given)
    return await changes.notice_repair(given)


async def refused(desk: Office, caller: Caller, given: Given) -> dict[str, Any]:
    """Return the extensions of the error that ``caller`` gets."""
    made = desk.changes(caller)
    with pytest.raises(GraphQLError) as raised:
        await carried_out(made, given)
    assert (made.done, made.changes) == (0, [])
    assert raised.value.extensions is not None
    return dict(raised.value.extensions) | {"message": raised.value.message}


async def inputs(desk: Office, caller: Caller, given: Given) -> dict[str, str]:
    """Return what is wrong with the parts of the input."""
    told = await refused(desk, caller, given)
    assert told["code"] == "INPUT_INVALID", told
    return {each["field"]: each["message"] for each in told["inputs"]}


async def filed(desk: Office, caller: Caller = OWN, **changes: Any) -> ShownObjection:
    return await desk.changes(caller).file_objection(desk.given(**changes))


async def stepped(desk: Office, caller: Caller, ticket: str, to: State, note: str | None = None) -> ShownObjection:
    return await desk.changes(caller).advance_objection(
        AdvanceObjectionInput(id=ticket, to=ObjectionState[to], note=note)
    )


async def shown(desk: Office, caller: Caller, **arguments: Any) -> list[ShownObjection]:
    rights = Rights(POLICY, caller, CONFIGURED.catalogue, CONFIGURED.disclosure)
    told = await shown_objections(desk.objections, NAMES, rights, arguments, DAY)
    assert isinstance(told, Told), told
    return list(told.values)


async def objected(desk: Office, key: str = KEY) -> bool:
    marks = await desk.objections.marks.current()
    return is_objected(marks.of(SOURCE, ENTITY, key))


# ---- filing ---------------------------------------------------------------------------------------------------------


async def test_a_subject_files_and_its_owner_finds_the_record(desk: Office) -> None:
    made = await filed(desk)
    assert (made.state, made.delivery, made.filed_as) == ("ROUTED", "QUEUED", "SUBJECT"), "the owner has no address"
    assert (made.source, made.department, made.entity) == (SOURCE, OWNER, ENTITY)
    assert (made.field, made.path) == ("AdministrativePenalty.fineAmount", PATH)
    assert (made.accept_by, made.due_on, made.overdue) == ("2026-11-23", "2026-12-08", False)
    assert (made.record_key, made.subject) == (None, None), "they are for the owner"
    (queued,) = await shown(desk, OWNING)
    assert (queued.id, queued.record_key, queued.subject) == (made.id, KEY, SUBJECT)
    assert [(each.before, each.after, each.by) for each in queued.history] == [("SUBMITTED", "ROUTED", None)]


async def test_a_window_files_for_whom_it_names(desk: Office) -> None:
    made = await filed(desk, WINDOW, subject=SUBJECT.lower())
    assert (made.filed_as, made.filed_by) == ("WINDOW", "consent_window")
    (seen,) = await shown(desk, WINDOW)
    assert (seen.id, seen.statement) == (made.id, made.statement)
    assert made.statement
    assert [each.id for each in await shown(desk, OWN)] == [made.id], "it is about the subject, whoever filed it"
    assert "subject" in await inputs(desk, WINDOW, desk.given())


@pytest.mark.parametrize("caller", [BANK, OWNING, AUDITOR, TAX], ids=["bank", "owner", "auditor", "department"])
async def test_nobody_else_files(desk: Office, caller: Caller) -> None:
    assert (await refused(desk, caller, desk.given(subject=SUBJECT)))["code"] == "FIELD_FORBIDDEN"


async def test_a_window_meets_what_it_filed_as_one_and_nothing_else(desk: Office) -> None:
    """One client may serve many subjects, each by its token: what they filed is not the window's."""
    own = await filed(desk)
    other = await filed(desk, WINDOW, subject=SUBJECT, path="subject.penalties.items.0", record_key=None)
    for client, ticket in ((OWN.client, own.id), ("another_window", other.id)):
        window = replace(WINDOW, client=client)
        assert await shown(desk, window) == []
        step = AdvanceObjectionInput(id=ticket, to=ObjectionState["CLOSED"], note=None)
        assert (await refused(desk, window, step))["code"] == "OBJECTION_UNKNOWN"
    assert [each.id for each in await shown(desk, WINDOW)] == [other.id]


async def test_a_token_that_states_a_subject_needs_the_scope_besides(desk: Office) -> None:
    await filed(desk)
    narrower = replace(OWN, scopes=OWN.scopes - {"credit.self"})
    assert (await refused(desk, narrower, desk.given(path="subject.penalties.items.0")))["code"] == "FIELD_FORBIDDEN"
    rights = Rights(POLICY, narrower, CONFIGURED.catalogue, CONFIGURED.disclosure)
    assert isinstance(await shown_objections(desk.objections, NAMES, rights, {}, DAY), Untold)


async def test_a_subject_files_for_itself_alone(desk: Office) -> None:
    assert (await refused(desk, OTHER, desk.given(subject=SUBJECT)))["reason"] == "NOT_ITS_OWN"
    assert (await refused(desk, OTHER, desk.given()))["code"] == "RECEIPT_UNKNOWN"
    assert (await refused(desk, OWN, desk.given(receipt="0" * 32)))["code"] == "RECEIPT_UNKNOWN"


async def test_an_answer_that_another_got_may_be_objected_to_but_not_one_for_enforcement(desk: Office) -> None:
    by_bank = desk.shelf.put(client="bank", purpose="BANK_CREDIT")
    assert (await filed(desk, receipt=by_bank)).state == "ROUTED"
    hidden = desk.shelf.put(client="court", purpose="LAW_ENFORCEMENT")
    assert (await refused(desk, OWN, desk.given(receipt=hidden)))["code"] == "RECEIPT_UNKNOWN"


async def test_the_key_of_the_record_is_that_of_the_answer(desk: Office) -> None:
    assert "recordKey" in await inputs(desk, OWN, desk.given(record_key=OTHER_KEY))
    second = await filed(desk, path="subject.penalties.items.1.fineAmount.amount", record_key=OTHER_KEY)
    assert second.field == "Money.amount"
    without = await filed(desk, record_key=None)
    (queued,) = await shown(desk, OWNING, id=without.id)
    assert (queued.record_key, queued.subject) == (None, SUBJECT)


async def test_a_path_may_lead_to_a_record_or_a_value_that_was_derived_from_one(desk: Office) -> None:
    assert (await filed(desk, path="subject.penalties.items.0")).field == "AdministrativePenalty.*"
    derived = await filed(desk, path="subject.name", record_key=None)
    assert (derived.entity, derived.source, derived.field) == ("Registration", "market_registry", "Organization.name")


NOWHERE = {
    "the subject": "subject",
    "a field that no record tells": "subject.uscc",
    "a section": "subject.penalties",
    "its state": "subject.penalties.state",
    "all its records": "subject.penalties.items",
    "a record that is not there": "subject.penalties.items.2.fineAmount",
    "its coverage": "subject.penalties.coverage.0.status",
    "a field that was not asked for": "subject.penalties.items.0.decisionNo",
    "a field of all records": "subject.penalties.items.fineAmount",
    "behind a link": "subject.roles.items.0.person.lists.items.0.title",
    "nothing": "",
    "a long number": "subject.penalties.items.230881198501010013",
    "another form": "subject/penalties",
}


@pytest.mark.parametrize("path", NOWHERE.values(), ids=NOWHERE)
async def test_a_path_that_leads_to_no_record_is_refused(desk: Office, path: str) -> None:
    assert "path" in await inputs(desk, OWN, desk.given(path=path, record_key=None))


async def test_an_answer_about_several_subjects_does_not_tell_whose_its_records_are(desk: Office) -> None:
    both = tuple(pseudonym(SECRET, "USCC", each) for each in (OTHER_SUBJECT, SUBJECT))
    assert "receipt" in await inputs(desk, OWN, desk.given(receipt=desk.shelf.put(subjects=both)))
    assert (await filed(desk, OTHER, receipt=desk.shelf.put(subjects=both))).state == "ROUTED", "the others are linked"
    many = Shape({**SHAPE.paths, "subjects": "Query.subjects"})
    assert "receipt" in await inputs(desk, OTHER, desk.given(receipt=desk.shelf.put(many, subjects=both)))


async def test_every_mistake_is_named_at_once(desk: Office) -> None:
    wrong = desk.given(
        receipt="x",
        path="a b",
        statement=" ",
        evidence=["5E" * 32],
        record_key="",
        contact="13800138000",
        client_mutation_id="a b",
    )
    found = {"receipt", "path", "statement", "evidence", "recordKey", "contact", "clientMutationId"}
    assert set(await inputs(desk, OWN, wrong)) == found


async def test_one_key_files_once_and_one_thing_is_open_once(desk: Office) -> None:
    receipt = desk.shelf.put()
    first = await filed(desk, receipt=receipt, client_mutation_id="k")
    again = desk.changes(OWN)
    assert (await again.file_objection(desk.given(receipt=receipt, client_mutation_id="k"))).id == first.id
    assert again.changes == []
    reused = desk.given(receipt=receipt, client_mutation_id="k", statement="另一陈述")
    assert (await refused(desk, OWN, reused))["code"] == "MUTATION_REUSED"
    told = await refused(desk, OWN, desk.given())
    assert (told["code"], told["objection"]) == ("OBJECTION_EXISTS", first.id)
    await stepped(desk, OWN, first.id, "CLOSED")
    assert (await filed(desk)).id != first.id


async def test_two_that_file_one_thing_at_once_file_it_once(place: str) -> None:
    async with office(place) as one, office(place) as other:
        receipt = one.shelf.put()
        other.shelf.answers.update(one.shelf.answers)
        found = await asyncio.gather(
            *(filed(each, receipt=receipt) for each in (one, other) for _ in range(5)), return_exceptions=True
        )
        assert sum(isinstance(each, ShownObjection) for each in found) == 1
        assert len(await shown(one, OWNING)) == 1


async def test_a_subject_has_only_so_many_open(place: str) -> None:
    async with office(place, rules=Rules(review=Review(max_open=2))) as desk:
        first = await filed(desk, path="subject.penalties.items.0")
        await filed(desk)
        more = desk.given(path="subject.name", record_key=None)
        assert (await refused(desk, OWN, more))["code"] == "OBJECTIONS_TOO_MANY"
        await stepped(desk, OWN, first.id, "CLOSED")
        assert (await desk.changes(OWN).file_objection(more)).state == "ROUTED"


async def test_without_ledger_nothing_is_filed(desk: Office) -> None:
    given = desk.given()
    desk.shelf.broken = True
    assert (await refused(desk, OWN, given))["code"] == "OBJECTIONS_UNAVAILABLE"
    assert await shown(desk, OWN) == []


# ---- deciding -------------------------------------------------------------------------------------------------------


async def test_the_owner_decides_and_the_filer_sees_it(desk: Office) -> None:
    made = await filed(desk)
    assert await objected(desk)
    taken = await stepped(desk, OWNING, made.id, "INVESTIGATING", "已受理")
    assert (taken.record_key, taken.subject) == (None, None), "the message is gone: the owner has taken it up"
    kept = await desk.objections.get(made.id)
    assert kept is not None
    assert kept.sending.sealed is None
    await stepped(desk, OWNING, made.id, "CORRECTED", "金额已更正")
    assert await objected(desk)
    closed = await stepped(desk, OWNING, made.id, "CLOSED")
    assert not await objected(desk)
    (seen,) = await shown(desk, OWN)
    assert seen.state == closed.state == "CLOSED"
    steps = [(each.after, each.by, each.note) for each in seen.history]
    assert steps == [
        ("ROUTED", None, None),
        ("INVESTIGATING", OWNER, "已受理"),
        ("CORRECTED", OWNER, "金额已更正"),
        ("CLOSED", OWNER, None),
    ]


async def test_steps_that_are_none_are_refused_and_say_what_is_open(desk: Office) -> None:
    made = await filed(desk)
    told = await refused(desk, OWNING, AdvanceObjectionInput(id=made.id, to=ObjectionState["CORRECTED"], note=None))
    assert (told["code"], "`INVESTIGATING`" in told["message"]) == ("STEP_ILLEGAL", True)
    assert (await refused(desk, OWN, AdvanceObjectionInput(id=made.id, to=ObjectionState["INVESTIGATING"], note=None)))[
        "code"
    ] == "STEP_ILLEGAL"
    for to in ("NOT_ACCEPTED", "UPHELD"):
        unreasoned = AdvanceObjectionInput(id=made.id, to=ObjectionState[to], note=None)
        assert "note" in await inputs(desk, OWNING, unreasoned), "nobody decides against the filer without saying why"


async def test_a_stranger_and_nobody_at_all_look_the_same(desk: Office) -> None:
    made = await filed(desk)
    step = ObjectionState["CLOSED"]
    for caller in (OTHER, TAX):
        mine = await refused(desk, caller, AdvanceObjectionInput(id=made.id, to=step, note=None))
        none = await refused(desk, caller, AdvanceObjectionInput(id="0" * 32, to=step, note=None))
        assert mine == none
        assert mine["code"] == "OBJECTION_UNKNOWN"
        assert await shown(desk, caller) == []
    for caller in (BANK, AUDITOR):
        told = await refused(desk, caller, AdvanceObjectionInput(id=made.id, to=step, note=None))
        assert told["code"] == "FIELD_FORBIDDEN"


async def test_a_step_that_is_sent_twice_is_made_once(desk: Office) -> None:
    made = await filed(desk)
    first = await stepped(desk, OWNING, made.id, "INVESTIGATING", "已受理")
    again = desk.changes(OWNING)
    step = AdvanceObjectionInput(id=made.id, to=ObjectionState["INVESTIGATING"], note="已受理")
    assert await again.advance_objection(step) == first
    assert (again.done, again.changes) == (1, [])


async def test_a_withdrawal_before_routing_cancels_the_message(place: str) -> None:
    async with office(place) as desk:
        desk.endpoints[OWNER] = Endpoint("rest", "http://127.0.0.1:9/objections", b"t")
        made = await filed(desk)
        assert (made.state, made.delivery) == ("SUBMITTED", "WAITING")
        assert not await objected(desk), "not before it is routed"
        closed = await stepped(desk, OWN, made.id, "CLOSED")
        assert (closed.state, closed.delivery) == ("CLOSED", "CANCELED")
        assert await desk.deliverer.deliver_due() == 0
        assert not await objected(desk)


# ---- seeing ---------------------------------------------------------------------------------------------------------


async def test_an_auditor_sees_all_of_them_but_no_word_of_anybody(desk: Office) -> None:
    made = await filed(desk)
    await stepped(desk, OWNING, made.id, "NOT_ACCEPTED", "不属实")
    (seen,) = await shown(desk, AUDITOR)
    assert (seen.state, seen.ground, [each.after for each in seen.history]) == (
        "NOT_ACCEPTED",
        "VALUE_WRONG",
        ["ROUTED", "NOT_ACCEPTED"],
    )
    hidden = (seen.statement, seen.evidence, seen.contact, seen.subject, seen.record_key)
    assert hidden == (None, None, None, None, None)
    assert {each.note for each in seen.history} == {None}


async def test_whoever_is_nobody_is_told_why(desk: Office) -> None:
    rights = Rights(POLICY, BANK, CONFIGURED.catalogue, CONFIGURED.disclosure)
    told = await shown_objections(desk.objections, NAMES, rights, {}, DAY)
    assert isinstance(told, Untold)
    assert told.extensions["code"] == "FIELD_FORBIDDEN"


async def test_they_are_paged_and_narrowed(desk: Office) -> None:
    made = [await filed(desk, path=f"subject.penalties.items.{at}", record_key=None) for at in (0, 1)]
    made.append(await filed(desk))
    newest = [each.id for each in reversed(made)]
    assert [each.id for each in await shown(desk, OWN)] == newest
    assert [each.id for each in await shown(desk, OWN, first=1, after=newest[0])] == newest[1:2]
    await stepped(desk, OWNING, newest[2], "INVESTIGATING")
    assert [each.id for each in await shown(desk, OWNING, state="INVESTIGATING")] == newest[2:]
    assert await shown(desk, OWNING, source="tax_credit") == []


async def test_counts_are_by_department_state_and_day(desk: Office) -> None:
    made = await filed(desk)
    await filed(desk, path="subject.name", record_key=None)
    await stepped(desk, OWNING, made.id, "NOT_ACCEPTED", "不属实")
    day = made.filed_at[:10]
    since, until = f"{int(day[:4]) - 1}-01-01", f"{int(day[:4]) + 1}-12-31"
    (now,) = await desk.objections.counts(since, until, DAY)
    assert (now.department, now.filed, now.overdue) == (OWNER, 2, 0)
    assert now.states == {"NOT_ACCEPTED": 1, "ROUTED": 1}
    (late,) = await desk.objections.counts(since, until, "2027-11-20")
    assert late.overdue == 2
    assert await desk.objections.counts("2000-01-01", "2000-12-31", DAY) == []


async def test_a_command_counts_the_same_beside_the_gateway_and_cannot_write(desk: Office, place: str) -> None:
    await filed(desk)
    period = ("2000-01-01", "2999-12-31", DAY)
    async with open_reader(place, OBJECTIONS) as rows:
        assert counted(await rows(numbers(*period))) == await desk.objections.counts(*period) != []
    with pytest.raises(ObjectionsUnavailable, match="the store of objections cannot be read: "):
        async with open_reader(place, OBJECTIONS) as rows:
            await rows(sa.delete(TABLE).returning(TABLE.c.id))  # type: ignore[arg-type]  # what a reader must refuse
    assert len(await desk.objections.counts(*period)) == 1


# ---- notices of repair ----------------------------------------------------------------------------------------------


async def test_a_notice_counts_at_every_replica_from_the_next_request_on(place: str) -> None:
    async with office(place) as one, office(place) as other:
        before = await other.objections.marks.current()
        assert repair_of(before.of(SOURCE, ENTITY, KEY)) is None
        told = await one.changes(OWNING).notice_repair(notice())
        assert (told.repaired_on, told.entity) == ("2026-11-18", ENTITY)
        for each in (one, other):
            marks = await each.objections.marks.current()
            assert repair_of(marks.of(SOURCE, ENTITY, KEY)) == ("2026-11-18", notice().basis)
            assert repair_of(marks.of(SOURCE, ENTITY, OTHER_KEY)) is None
            assert repair_of(marks.of("double_publicity", ENTITY, KEY)) is None


async def test_the_owners_latest_word_counts_and_the_same_again_changes_nothing(desk: Office) -> None:
    first = await desk.changes(OWNING).notice_repair(notice())
    again = desk.changes(OWNING)
    assert await again.notice_repair(notice()) == first
    assert (again.done, again.changes) == (1, [])
    await desk.changes(OWNING).notice_repair(notice(repaired_on=Date("2026-11-17")))
    marks = await desk.objections.marks.current()
    assert repair_of(marks.of(SOURCE, ENTITY, KEY)) == ("2026-11-17", notice().basis)
    await desk.changes(OWNING).notice_repair(notice(repaired_on=Date("2026-11-17"), basis="另一决定"))
    marks = await desk.objections.marks.current()
    assert repair_of(marks.of(SOURCE, ENTITY, KEY)) == ("2026-11-17", "另一决定"), "on the same day too"


async def test_only_an_owner_gives_notice_and_only_of_its_own(desk: Office) -> None:
    for caller in (TAX, OWN, WINDOW, AUDITOR, BANK):
        told = await refused(desk, caller, notice())
        assert (told["code"], told["reason"]) == ("FIELD_FORBIDDEN", "NOT_OWNER")
    assert (await refused(desk, OWNING, notice(source="nobody")))["code"] == "FIELD_FORBIDDEN"


async def test_a_notice_names_what_can_be_repaired(desk: Office) -> None:
    assert "entity" in await inputs(desk, OWNING, notice(entity="Registration"))
    assert set(await inputs(desk, OWNING, notice(repaired_on=Date("2026-11-21"), basis="", record_key=""))) == {
        "repairedOn",
        "basis",
        "recordKey",
    }


async def test_a_notice_of_one_table_is_not_one_of_its_neighbor(desk: Office) -> None:
    names = NAMES.records("credit_center", "ListEntry_abnormal", "7")
    assert names[0] not in NAMES.records("credit_center", "ListEntry_wages", "7")
    assert names[1] in NAMES.records("credit_center", "ListEntry_wages", "7"), "the one that traces have"


async def test_former_secrets_still_find_what_was_marked_under_them(place: str) -> None:
    async with office(place) as desk:
        await desk.changes(OWNING).notice_repair(notice())
        await filed(desk)
    new = Secret(b"n" * 32)
    async with office(place, secrets=(new, SECRET)) as desk:
        marks = await desk.objections.marks.current()
        found = marks.of(SOURCE, ENTITY, KEY)
        assert (repair_of(found), is_objected(found)) == (("2026-11-18", notice().basis), True)
        rights = Rights(POLICY, OWN, CONFIGURED.catalogue, CONFIGURED.disclosure)
        told = await shown_objections(desk.objections, Names([new, SECRET]), rights, {}, DAY)
        assert isinstance(told, Told)
        assert len(told.values) == 1


async def test_traces_of_the_ledger_name_records_as_marks_do() -> None:
    """The pseudonym that `gateway.provenance.traces` makes of a record's key is the one that is looked up here."""
    scheme = f"record:{SOURCE}:{ENTITY}"
    assert record_name() == pseudonym(SECRET, scheme, KEY).partition(":")[2][:32]
    assert SectionTrace("p", ENTITY, "COMPLETE", ((SOURCE, record_name()),)).records[0][1] == record_name()


async def test_changes_tell_the_ledger_what_became_of_which_and_no_word_more(desk: Office) -> None:
    made = desk.changes(OWN)
    ticket = await made.file_objection(desk.given())
    (change,) = made.changes
    assert (change.what, change.name, change.before, change.after) == ("objection", ticket.id, None, "SUBMITTED")
    assert made.subjects == [SUBJECT]
    (routed,) = desk.shelf.changes
    assert (routed.name, routed.before, routed.after) == (ticket.id, "SUBMITTED", "ROUTED")
    noticing = desk.changes(OWNING)
    await noticing.notice_repair(notice())
    assert KEY not in repr(noticing.changes)
    assert record_name() in noticing.changes[0].name


async def test_a_store_that_is_gone_is_told_and_nothing_else(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with office(objections_url(tmp_path), shelf=Shelf()) as desk:
        given = desk.given()
        await desk.objections.close()
        told = await refused(desk, OWN, given)
        assert told["code"] == "OBJECTIONS_UNAVAILABLE"
        assert KEY not in caplog.text
