"""Attacks on objections and notices of repair: filed for others, on others' answers, decided by others, made to leak.

One gateway for all of them; a record that an attack marked is closed again by it.
"""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.demo import Departments
from gateway.issuer import KEY_FILE_ENV
from gateway.ledger import new_receipt, pseudonym
from gateway.ledger.entry import Shape
from tests.end_to_end.conftest import demo_day as demo_day
from tests.end_to_end.conftest import key_file as key_file
from tests.end_to_end.objecting import ADVANCE, FILE, LISTED, NOTICE, PENALTIES, SUBJECT, Objecting, objecting
from tests.end_to_end.served import Told
from tests.gateway.objections import KEY, SHAPE

SOURCE: Final = "market_penalties"
ENTITY: Final = "AdministrativePenalty"
OWNER: Final = "market_regulation"
SELF: Final = "91230881TJ0000019A"
"""The subject of the client `enterprise`."""
PERSON: Final = "230881198501010013"
OLD_PERSON: Final = "230881850101001"
INSIDE: Final = re.compile(
    rb"Traceback|\.py\b|SELECT |INSERT |asyncpg|sqlite|sqlalchemy|object at 0x|Exception|/tmp|/work"
)
PURPOSES: Final = {"tax_department": "OWNER", "court": "OWNER", "finance": "OWNER", OWNER: "OWNER"}


@pytest.fixture(scope="module")
async def site(
    demo_departments: Departments, key_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Objecting]:
    environment = {**demo_departments.environment, KEY_FILE_ENV: str(key_file)}
    async with objecting(environment, tmp_path_factory.mktemp("objections")) as running:
        yield running


def codes(told: Told) -> list[str]:
    return [each["extensions"]["code"] for each in told.errors]


def inputs(told: Told) -> set[str]:
    return {each["field"] for error in told.errors for each in error["extensions"].get("inputs", ())}


async def tickets(site: Objecting) -> int:
    """Return how many objections there are."""
    found: list[Any] = (await site.ask("auditor", LISTED, first=1000)).data["objections"]
    return len(found)


def mine(site: Objecting, key: str = KEY, subject: str = SELF, **changes: Any) -> str:
    """Put an answer about the subject of `enterprise` on the shelf, with a record that is nobody else's."""
    return site.receipt(SOURCE, ENTITY, key, subject, **changes)


# ---- who files -----------------------------------------------------------------------------------------------------
# guard: gateway.objections.rights.filer

STRANGERS: Final = ["portal", "bank", "procurement", "tax_department", OWNER, "auditor", "utilities", "upper_platform"]


@pytest.mark.parametrize("client", STRANGERS)
async def test_nobody_files_who_is_neither_the_subject_nor_a_window(site: Objecting, client: str) -> None:
    before, receipt = await tickets(site), mine(site, subject=SUBJECT)
    given = {"receipt": receipt, "path": "subject.penalties.items.0", "ground": "OTHER", "statement": "x"}
    purpose = {"procurement": "BIDDING"}.get(client, PURPOSES.get(client))
    case = "TJ-2026-17" if client == "procurement" else None
    told = await site.served.ask(client, FILE, purpose=purpose, case=case, given={**given, "subject": SUBJECT})
    assert codes(told) == ["FIELD_FORBIDDEN"]
    assert await tickets(site) == before


async def test_a_subject_does_not_file_for_a_competitor(site: Objecting) -> None:
    told = await site.file(mine(site, subject=SUBJECT), "enterprise", subject=SUBJECT)
    assert told.errors[0]["extensions"]["reason"] == "NOT_ITS_OWN"


async def test_a_token_that_was_narrowed_files_nothing(site: Objecting) -> None:
    issuer = site.served.gateway.issuer
    assert issuer is not None
    headers = {
        **site.served.headers("enterprise"),
        "Authorization": f"Bearer {issuer.mint('enterprise', ['credit.public'])}",
    }
    given = {"receipt": mine(site), "path": "subject.penalties.items.0", "ground": "OTHER", "statement": "x"}
    told = await site.served.post({"query": FILE, "variables": {"given": given}}, headers)
    assert codes(told) == ["FIELD_FORBIDDEN"]


# ---- on whose answer -----------------------------------------------------------------------------------------------
# guard: gateway.objections.changes.ObjectionChanges._place, .places


def _receipts(site: Objecting) -> dict[str, str]:
    several = Shape({**SHAPE.paths, "subjects": "Query.subjects"})
    both = tuple(pseudonym(site.secret, "USCC", each) for each in (SELF, SUBJECT))
    mixed = mine(site, subjects=both)
    site.shelf.answers[mixed] = (site.shelf.answers[mixed][0], several)
    aliased = mine(site, subjects=both)
    site.shelf.answers[aliased] = (site.shelf.answers[aliased][0], Shape({**SHAPE.paths, "b": "Query.subject"}))
    return {
        "no answer": new_receipt(),
        "another subject's": mine(site, subject=SUBJECT),
        "law enforcement's": mine(site, client="court", purpose="LAW_ENFORCEMENT"),
        "one about several subjects": mixed,
        "one of two roots": aliased,
        "one about nobody": mine(site, subjects=()),
        "one that showed nothing": mine(site, traces=()),
        "of a person under the same number": mine(site, subjects=(pseudonym(site.secret, "PERSON", SELF),)),
    }


ANSWERS: Final = [
    "no answer",
    "another subject's",
    "law enforcement's",
    "one about several subjects",
    "one of two roots",
    "one about nobody",
    "one that showed nothing",
    "of a person under the same number",
]


@pytest.mark.parametrize("attack", ANSWERS)
async def test_no_objection_stands_on_an_answer_that_does_not_carry_it(site: Objecting, attack: str) -> None:
    before = await tickets(site)
    told = await site.file(_receipts(site)[attack], "enterprise", subject=None)
    assert codes(told)[0] in {"RECEIPT_UNKNOWN", "INPUT_INVALID"}
    assert await tickets(site) == before


async def test_what_another_was_told_and_what_never_was_look_the_same(site: Objecting) -> None:
    """An attacker that guesses receipts learns of none of them."""
    told = [await site.file(each, "enterprise", subject=None) for each in (new_receipt(), mine(site, subject=SUBJECT))]
    errors = [[{**each, "locations": None} for each in one.errors] for one in told]
    assert errors[0] == errors[1]


PATHS: Final = {
    "past the last record": "subject.penalties.items.1",
    "before the first record": "subject.penalties.items.-1",
    "a number in other digits": "subject.penalties.items.０",
    "a number too long to count": f"subject.penalties.items.{'9' * 300}",
    "a number with zeros": "subject.penalties.items.0000000",
    "no record": "subject.penalties",
    "everything": "",
    "coverage for a record": "subject.penalties.coverage.0.status",
    "a parent": "subject.penalties.items.0/../../uscc",
    "a wildcard": "subject.penalties.items.*",
    "SQL": "subject.penalties.items.0' OR '1'='1",
    "a citizen's number": f"subject.penalties.items.{PERSON}",
    "a NUL": "subject.penalties.items.0\x00",
    "a path without end": "a." * 600,
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
async def test_a_path_that_leads_nowhere_is_refused_and_not_told_back(site: Objecting, path: str) -> None:
    before = await tickets(site)
    told = await site.file(mine(site), "enterprise", subject=None, path=path)
    assert (codes(told), inputs(told)) == (["INPUT_INVALID"], {"path"})
    assert not path or len(path) < 3 or path not in told.body.decode()
    assert INSIDE.search(told.body) is None
    assert await tickets(site) == before


async def test_a_record_cannot_be_guessed_by_its_key(site: Objecting) -> None:
    """The key must be that of the record at the path: else somebody could mark any record it can name."""
    told = await site.file(mine(site), "enterprise", subject=None, recordKey="同市监罚〔2026〕999号")
    assert inputs(told) == {"recordKey"}


# ---- what is said --------------------------------------------------------------------------------------------------
# guard: gateway.objections.input

WORDS: Final[dict[str, tuple[str, Any]]] = {
    "a citizen's number": ("statement", f"本人 {PERSON} 不服"),
    "in full width": ("statement", "２３０８８１１９８５０１０１００１３"),
    "split by blanks": ("statement", "230881 19850101 0013"),
    "of the old form": ("statement", OLD_PERSON),
    "a statement without end": ("statement", "x" * 1_001),
    "no statement": ("statement", "\u3000 "),
    "what hides the direction of text": ("statement", "罚款\u202e元0005"),
    "a NUL in it": ("statement", "a\x00b"),
    "an escape of a terminal": ("statement", "\x1b[2J"),
    "a telephone as contact": ("contact", "13800138000"),
    "a citizen's number as contact": ("contact", PERSON),
    "a script as contact": ("contact", "<script>alert(1)</script>"),
    "a document as evidence": ("evidence", ["%PDF-1.7"]),
    "evidence without end": ("evidence", ["5e" * 32] * 11),
    "a key with a line break": ("recordKey", "1\r\nX: y"),
    "an idempotency key that is a person": ("clientMutationId", PERSON),
}


@pytest.mark.parametrize("attack", WORDS)
async def test_what_must_not_be_kept_is_refused_and_not_told_back(site: Objecting, attack: str) -> None:
    name, value = WORDS[attack]
    before = await tickets(site)
    told = await site.file(mine(site), "enterprise", subject=None, **{name: value})
    assert (codes(told), inputs(told)) == (["INPUT_INVALID"], {name})
    written = value if isinstance(value, str) else value[0]
    assert len(written.strip()) < 4 or written not in json.dumps(told.content, ensure_ascii=False)
    assert await tickets(site) == before


# ---- who decides ---------------------------------------------------------------------------------------------------
# guard: gateway.objections.rights.Standing.actors, .states.STEPS


async def open_one(site: Objecting, key: str) -> str:
    made = await site.file(mine(site, key), "enterprise", subject=None, recordKey=key)
    return str(made.data["fileObjection"]["id"])


@pytest.mark.parametrize("client", ["tax_department", "court", "bank", "portal", "auditor", "consent_window"])
async def test_nobody_decides_who_does_not_own_the_record(site: Objecting, client: str) -> None:
    ticket = await open_one(site, f"decided by {client}")
    given = {"id": ticket, "to": "INVESTIGATING"}
    told = await site.ask(client, ADVANCE, PURPOSES.get(client), given=given)
    assert codes(told)[0] in {"OBJECTION_UNKNOWN", "FIELD_FORBIDDEN"}
    (after,) = (await site.ask("auditor", LISTED, id=ticket)).data["objections"]
    assert after["state"] == "ROUTED"


@pytest.mark.parametrize("purpose", ["SUPERVISION", "LAW_ENFORCEMENT"])
async def test_an_owner_decides_under_the_purpose_of_an_owner_alone(site: Objecting, purpose: str) -> None:
    ticket = await open_one(site, f"decided under {purpose}")
    case = "TJ-1" if purpose == "LAW_ENFORCEMENT" else None
    given = {"id": ticket, "to": "INVESTIGATING"}
    told = await site.served.ask(OWNER, ADVANCE, purpose=purpose, case=case, given=given)
    assert codes(told) == ["FIELD_FORBIDDEN"]


JUMPS: Final = ["SUBMITTED", "ROUTED", "CORRECTED", "REMOVED", "UPHELD", "CLOSED"]


@pytest.mark.parametrize("to", JUMPS)
async def test_an_owner_does_not_jump(site: Objecting, to: str) -> None:
    """Least of all to CLOSED: what nobody looked into is not closed by whom it is about."""
    ticket = await open_one(site, f"jumped to {to}")
    told = await site.advance(OWNER, ticket, to, "x")
    assert codes(told) == ["STEP_ILLEGAL"]


@pytest.mark.parametrize("to", ["INVESTIGATING", "NOT_ACCEPTED", "CORRECTED", "REMOVED", "UPHELD"])
async def test_a_filer_does_not_decide_its_own(site: Objecting, to: str) -> None:
    ticket = await open_one(site, f"by its filer to {to}")
    assert codes(await site.advance("enterprise", ticket, to, "x")) == ["STEP_ILLEGAL"]


async def test_a_decision_is_not_undone(site: Objecting) -> None:
    ticket = await open_one(site, "undone")
    for to in ("INVESTIGATING", "UPHELD"):
        assert (await site.advance(OWNER, ticket, to, "属实")).data["advanceObjection"]["state"] == to
    for to in ("INVESTIGATING", "CORRECTED", "REMOVED", "ROUTED"):
        assert codes(await site.advance(OWNER, ticket, to, "x")) == ["STEP_ILLEGAL"]


# ---- what is seen --------------------------------------------------------------------------------------------------
# guard: gateway.objections.rights.Standing.within, .shown.show


@pytest.mark.parametrize("client", ["tax_department", "court", "consent_window"])
async def test_nobody_sees_the_queue_of_another(site: Objecting, client: str) -> None:
    ticket = await open_one(site, f"seen by {client}")
    told = await site.ask(client, LISTED, PURPOSES.get(client), id=ticket)
    assert told.data["objections"] == []


async def test_an_auditor_gets_no_word_and_no_key(site: Objecting) -> None:
    ticket = await open_one(site, "an auditor's canary")
    told = await site.ask("auditor", LISTED, id=ticket)
    for word in ("an auditor's canary", SELF, "罚款金额有误"):
        assert word not in told.body.decode()


async def test_a_filer_is_not_told_a_key_that_it_did_not_know(site: Objecting) -> None:
    ticket = await open_one(site, "a filer's canary")
    told = await site.ask("enterprise", LISTED, id=ticket)
    assert "a filer's canary" not in told.body.decode()


async def test_the_key_is_gone_once_the_owner_has_it(site: Objecting) -> None:
    ticket = await open_one(site, "an owner's canary")
    (queued,) = (await site.ask(OWNER, LISTED, "OWNER", id=ticket)).data["objections"]
    assert queued["recordKey"] == "an owner's canary"
    await site.advance(OWNER, ticket, "INVESTIGATING")
    told = await site.ask(OWNER, LISTED, "OWNER", id=ticket)
    assert "an owner's canary" not in told.body.decode()


@pytest.mark.parametrize(
    "arguments",
    [{"first": 0}, {"first": 1001}, {"first": -1}, {"id": "x"}, {"after": "' OR 1=1 --"}, {"id": PERSON}],
    ids=["none", "too many", "less than none", "no id", "SQL", "a person"],
)
async def test_arguments_out_of_range_are_refused(site: Objecting, arguments: dict[str, Any]) -> None:
    told = await site.ask("auditor", LISTED, **arguments)
    assert codes(told) == ["BAD_QUERY"]
    assert PERSON not in told.body.decode()
    assert INSIDE.search(told.body) is None


async def test_a_source_that_is_no_source_selects_nothing(site: Objecting) -> None:
    assert (await site.ask("auditor", LISTED, source="' OR '1'='1")).data["objections"] == []


# ---- notices of repair ---------------------------------------------------------------------------------------------
# guard: gateway.objections.changes.ObjectionChanges.notice_repair


@pytest.mark.parametrize(
    "client", ["tax_department", "court", "finance", "enterprise", "consent_window", "auditor", "bank"]
)
async def test_nobody_hides_a_record_of_another_department(site: Objecting, client: str) -> None:
    """Least of all the subject: a notice of repair hides a penalty from everybody."""
    given = {"source": SOURCE, "entity": ENTITY, "recordKey": KEY, "repairedOn": "2026-10-30", "basis": "x"}
    told = await site.ask(client, NOTICE, PURPOSES.get(client), given=given)
    assert codes(told) == ["FIELD_FORBIDDEN"]


async def test_a_notice_hides_nothing_that_it_does_not_name(site: Objecting) -> None:
    before = await site.penalties("bank")
    for changes in ({"key": "同市监罚"}, {"key": "%"}, {"key": "*"}):
        assert (await site.notice(OWNER, SOURCE, ENTITY, changes["key"])).data["noticeRepair"] is not None
    assert await site.penalties("bank") == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("repairedOn", "2026-11-02"),
        ("basis", PERSON),
        ("basis", "x" * 201),
        ("entity", "Registration"),
        ("entity", "*"),
    ],
    ids=["ahead of today", "a person as basis", "a basis without end", "what tells against nobody", "a wildcard"],
)
async def test_a_notice_that_says_too_much_is_refused(site: Objecting, name: str, value: str) -> None:
    given = {
        "source": SOURCE,
        "entity": ENTITY,
        "recordKey": KEY,
        "repairedOn": "2026-10-30",
        "basis": "x",
        name: value,
    }
    told = await site.ask(OWNER, NOTICE, "OWNER", given=given)
    assert inputs(told) == {name}


# ---- abuse ---------------------------------------------------------------------------------------------------------
# guard: gateway.objections.writing.file


async def test_one_thing_is_not_objected_to_a_thousand_times(site: Objecting) -> None:
    await open_one(site, "again and again")
    for _ in range(3):
        told = await site.file(mine(site, "again and again"), "enterprise", subject=None)
        assert codes(told) == ["OBJECTION_EXISTS"]


async def test_a_mutation_does_not_file_without_end(site: Objecting) -> None:
    body = " ".join(f"a{at}: fileObjection(input: $given) {{ id }}" for at in range(21))
    query = f"mutation Many($given: FileObjectionInput!) {{ {body} }}"
    given = {"receipt": mine(site), "path": "subject.penalties.items.0", "ground": "OTHER", "statement": "x"}
    told = await site.ask("enterprise", query, given=given)
    assert codes(told) == ["TOO_COSTLY"]


async def test_an_objection_never_hides_a_record(site: Objecting) -> None:
    """A subject cannot take a penalty off the portal by objecting to it."""
    before = await site.penalties("portal")
    told = await site.ask("bank", PENALTIES, key={"scheme": "USCC", "value": SUBJECT})
    made = await site.file(told.receipt, path="subject.penalties.items.0")
    assert made.data["fileObjection"] is not None
    after = await site.penalties("portal")
    assert set(after) == set(before)
    await site.advance("consent_window", made.data["fileObjection"]["id"], "CLOSED")
    assert await site.penalties("portal") == before
