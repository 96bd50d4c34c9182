"""Objections and notices of repair through the front door: shown on the record, and counting from the next query on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.demo import Departments
from gateway.issuer import KEY_FILE_ENV
from gateway.kept import OBJECTIONS_URL_ENV
from gateway.ledger.pseudonym import SECRET_ENV
from tests.end_to_end.objecting import ADVANCE, LISTED, PENALTIES, SUBJECT, Objecting, objecting

CLIENTS = {"upper_platform": "upper_platform"}
"""Clients of owners that are not called as their department is."""
KEY = {"scheme": "USCC", "value": SUBJECT}


@pytest.fixture
async def desk(demo_departments: Departments, key_file: Path, tmp_path: Path) -> AsyncIterator[Objecting]:
    environment = {**demo_departments.environment, KEY_FILE_ENV: str(key_file)}
    async with objecting(environment, tmp_path) as running:
        yield running


@pytest.fixture
async def two(demo_departments: Departments, key_file: Path, tmp_path: Path) -> AsyncIterator[list[Objecting]]:
    """Two replicas on one store of objections, with one secret for pseudonyms as replicas must have."""
    url = f"sqlite:///{tmp_path / 'shared.sqlite'}"
    own = {KEY_FILE_ENV: str(key_file), OBJECTIONS_URL_ENV: url, SECRET_ENV: "5e" * 32}
    environment = {**demo_departments.environment, **own}
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    async with objecting(environment, tmp_path / "one") as one, objecting(environment, tmp_path / "other") as other:
        yield [one, other]


async def of_market(desk: Objecting) -> str:
    """Return the key of a penalty of the market regulator that everybody sees."""
    seen = await desk.penalties("bank")
    return next(each.partition(" ")[2] for each in seen if each.startswith("market_penalties "))


async def test_a_notice_of_repair_hides_a_record_from_everybody_at_every_replica(two: list[Objecting]) -> None:
    one, other = two
    key = await of_market(one)
    name = f"market_penalties {key}"
    callers = [("bank", None), ("portal", None), ("tax_department", "SUPERVISION"), ("finance", "SUPERVISION")]
    before = {client: set(await other.penalties(client, purpose)) for client, purpose in callers}
    assert all(name in seen for seen in before.values())
    told = await one.notice("market_regulation", "market_penalties", "AdministrativePenalty", key)
    assert told.data["noticeRepair"]["repairedOn"] == "2026-10-30"
    for desk in two:
        for client, purpose in callers:
            assert set(await desk.penalties(client, purpose)) == before[client] - {name}
        seen = (await desk.penalties("market_regulation", "OWNER"))[name]
        assert (seen["state"], seen["repair"]) == ("REPAIRED", {"repairedOn": "2026-10-30", "basis": "决定书"})


async def test_what_one_owner_says_repaired_is_so_for_all_who_report_it(desk: Objecting) -> None:
    query = PENALTIES.replace("state underObjection", "state alsoReportedBy { source recordKey } underObjection")
    told = await desk.ask("bank", query, key=KEY)
    items = told.subject["penalties"]["items"]
    (item, other) = next((each, also) for each in items for also in each["alsoReportedBy"])
    assert item["provenance"]["source"] != other["source"]
    owner = CLIENTS.get(other["source"]) or desk.served.gateway.desk.catalogue.sources[other["source"]].department
    told = await desk.notice(owner, other["source"], "AdministrativePenalty", other["recordKey"])
    assert told.data["noticeRepair"] is not None, told.content
    after = await desk.ask("bank", query, key=KEY)
    assert item["decisionNo"] not in {each["decisionNo"] for each in after.subject["penalties"]["items"]}


async def test_an_open_objection_is_shown_and_hides_nothing(desk: Objecting) -> None:
    key = await of_market(desk)
    name, before = f"market_penalties {key}", await desk.penalties("bank")
    assert {each["underObjection"] for each in before.values()} == {False}
    made = (await desk.file(desk.receipt("market_penalties", "AdministrativePenalty", key))).data["fileObjection"]
    assert made["state"] == "ROUTED"
    for client, purpose in (("bank", None), ("portal", None), ("market_regulation", "OWNER")):
        seen = await desk.penalties(client, purpose)
        assert seen[name]["underObjection"]
        assert [each for each, item in seen.items() if item["underObjection"]] == [name]
    assert set(await desk.penalties("bank")) == set(before)
    assert (await desk.penalties("bank"))[name]["state"] == "UNDER_OBJECTION"
    for to, note in (("INVESTIGATING", None), ("UPHELD", "属实"), ("CLOSED", None)):
        assert (await desk.advance("market_regulation", made["id"], to, note)).data["advanceObjection"]["state"] == to
    assert await desk.penalties("bank") == before


async def test_a_record_that_tells_against_nobody_may_be_under_objection_too(desk: Objecting) -> None:
    told = await desk.ask("bank", PENALTIES, key=KEY)
    (registered,) = told.subject["registration"]["items"]
    assert not registered["underObjection"]
    found = registered["provenance"]
    receipt = desk.receipt(found["source"], "Registration", found["recordKey"])
    assert (await desk.file(receipt)).data["fileObjection"]["field"] == "Registration.*"
    told = await desk.ask("bank", PENALTIES, key=KEY)
    assert [each["underObjection"] for each in told.subject["registration"]["items"]] == [True]


async def test_queue_and_steps_through_the_front_door(desk: Objecting) -> None:
    key = await of_market(desk)
    receipt = desk.receipt("market_penalties", "AdministrativePenalty", key)
    made = (await desk.file(receipt, recordKey=key)).data["fileObjection"]
    (queued,) = (await desk.ask("market_regulation", LISTED, "OWNER")).data["objections"]
    assert (queued["id"], queued["recordKey"], queued["subject"]) == (made["id"], key, SUBJECT)
    assert (await desk.ask("tax_department", LISTED, "OWNER")).data["objections"] == []
    (audited,) = (await desk.ask("auditor", LISTED, state="ROUTED")).data["objections"]
    assert (audited["statement"], audited["recordKey"]) == (None, None)
    denied = await desk.ask("bank", LISTED)
    assert (denied.data, denied.codes) == ({"objections": None}, {"objections": "FIELD_FORBIDDEN"})
    given = {"id": made["id"], "to": "CLOSED"}
    told = await desk.ask("tax_department", ADVANCE, "OWNER", given=given)
    assert told.codes == {"advanceObjection": "OBJECTION_UNKNOWN"}


async def test_every_change_is_in_the_ledger_with_no_word_of_it(desk: Objecting) -> None:
    key = await of_market(desk)
    made = await desk.file(desk.receipt("market_penalties", "AdministrativePenalty", key), recordKey=key)
    ticket = made.data["fileObjection"]["id"]
    ledger = desk.served.gateway.desk.ledger
    filed = await ledger.get(made.receipt)
    assert filed is not None
    assert [(each.what, each.name, each.before, each.after) for each in filed.changes] == [
        ("objection", ticket, None, "SUBMITTED")
    ]
    assert len(filed.subjects) == 1
    noted = [each for entry in await ledger.entries() if entry.kind == "CHANGE" for each in entry.changes]
    assert [(each.before, each.after) for each in noted if each.name == ticket] == [("SUBMITTED", "ROUTED")]
    told = await desk.notice("market_regulation", "market_penalties", "AdministrativePenalty", key)
    noticed = await ledger.get(told.receipt)
    assert noticed is not None
    assert [each.what for each in noticed.changes] == ["repair notice"]
    for entry in (filed, noticed):
        assert key not in repr(entry)
        assert SUBJECT not in repr(entry)
        assert "罚款金额有误" not in repr(entry)


async def test_without_marks_nothing_that_hangs_on_them_is_shown(desk: Objecting) -> None:
    """The store of objections is away: what may be repaired is not shown, what cannot be is."""
    await desk.served.gateway.desk.mutations.filing.objections.close()
    told = await desk.ask("bank", PENALTIES, key=KEY)
    assert (told.status, told.errors[0]["extensions"]["code"]) == (503, "OBJECTIONS_UNAVAILABLE")
    plain = "query Plain($key: SubjectKey!) { subject(key: $key) { ... on Enterprise { registration { state } } } }"
    assert (await desk.ask("bank", plain, key=KEY)).subject["registration"]["state"] == "COMPLETE"


@pytest.mark.parametrize(
    ("source", "entity", "department"),
    [
        ("market_penalties", "AdministrativePenalty", "market_regulation"),
        ("court_enforcement", "EnforcementCase", "court"),
    ],
    ids=["webhook", "rest"],
)
async def test_a_department_with_an_address_is_told_there(
    demo_departments: Departments, key_file: Path, tmp_path: Path, source: str, entity: str, department: str
) -> None:
    """The simulated departments check the signature, or the token, and refuse what has none."""
    environment = {**demo_departments.environment, KEY_FILE_ENV: str(key_file)}
    async with objecting(environment, tmp_path, delivered=True) as desk:
        filing = desk.served.gateway.desk.mutations.filing
        await filing.deliverer.close()  # what is due is delivered by hand, so that nothing has to be waited for
        made = (await desk.file(desk.receipt(source, entity, "1"), recordKey="1")).data["fileObjection"]
        assert (made["state"], made["delivery"], made["department"]) == ("SUBMITTED", "WAITING", department)
        assert await filing.deliverer.deliver_due() == 1
        (after,) = (await desk.ask("auditor", LISTED, id=made["id"])).data["objections"]
        assert (after["state"], after["delivery"], after["deliveryAttempts"]) == ("ROUTED", "DELIVERED", 1)
        assert after["acceptBy"] < after["dueOn"]


async def test_an_answer_that_was_given_can_be_objected_to_record_by_record_and_field_by_field(desk: Objecting) -> None:
    """Nothing by hand: the receipt of a real answer, the path in it, and the key that it showed."""
    told = await desk.ask("bank", PENALTIES, key=KEY)
    items = told.subject["penalties"]["items"]
    assert len(items) > 2
    for at, item in enumerate(items):
        source, key = item["provenance"]["source"], item["provenance"]["recordKey"]
        path = f"subject.penalties.items.{at}.decisionNo"
        made = await desk.file(told.receipt, path=path, recordKey=key)
        filed = made.data["fileObjection"]
        assert filed is not None, made.content
        assert (filed["source"], filed["entity"]) == (source, "AdministrativePenalty")
        assert filed["field"] == "AdministrativePenalty.decisionNo"
        other = items[at - 1]["provenance"]["recordKey"]
        wrong = await desk.file(told.receipt, path=f"subject.penalties.items.{at}", recordKey=other)
        assert [each["field"] for each in wrong.errors[0]["extensions"]["inputs"]] == ["recordKey"]
    after = await desk.ask("bank", PENALTIES, key=KEY)
    assert {each["underObjection"] for each in after.subject["penalties"]["items"]} == {True}
    registered = told.subject["registration"]["items"][0]["provenance"]
    path = "subject.registration.items.0.underObjection"
    made = await desk.file(told.receipt, path=path, recordKey=registered["recordKey"])
    assert made.data["fileObjection"]["entity"] == "Registration"


async def test_a_subject_objects_to_what_it_sees_of_itself(desk: Objecting) -> None:
    key = {"scheme": "USCC", "value": "91230881TJ0000019A"}
    query = """query Own($key: SubjectKey!) { subject(key: $key) { ... on Enterprise { name uscc
      registration { items { establishedOn } } } } }"""
    told = await desk.ask("enterprise", query, key=key)
    for path in ("subject.registration.items.0.establishedOn", "subject.name"):
        made = await desk.file(told.receipt, "enterprise", path=path, subject=None)
        assert made.data["fileObjection"]["filedAs"] == "SUBJECT", made.content
    made = await desk.file(told.receipt, "enterprise", path="subject.uscc", subject=None)
    assert [each["field"] for each in made.errors[0]["extensions"]["inputs"]] == ["path"]
    stranger = await desk.ask("bank", PENALTIES, key=KEY)
    made = await desk.file(stranger.receipt, "enterprise", path="subject.penalties.items.0", subject=None)
    assert made.codes == {"fileObjection": "RECEIPT_UNKNOWN"}
