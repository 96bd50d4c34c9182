"""Attacks on the auditors' graph: reading what is not one's own, and learning what is lawfully withheld."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec.structs import replace

from gateway.demo import Departments
from gateway.issuer import KEY_FILE_ENV
from gateway.ledger import Entry, Ledger, load_secret, new_receipt, pseudonym
from tests.end_to_end.queries import uscc_key
from tests.end_to_end.served import Served, Told, serving
from tests.end_to_end.test_audit import INQUIRIES, OWN, STATS, TRACE, TRAIL
from tests.gateway.entries import entry as some_entry
from tests.red_team.attacks import INSIDE, content

PERSON: Final = "230881198501010013"
"""A citizen's number with a right check character."""
OTHER: Final = uscc_key(3)
PERIOD: Final = 'from: "2026-01-01T00:00:00Z", to: "2026-12-31T00:00:00Z"'


@pytest.fixture(scope="module")
async def audited(
    demo_departments: Departments, key_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """A gateway whose ledger holds questions about the subject of `enterprise` and about another."""
    environment = {**demo_departments.environment, KEY_FILE_ENV: str(key_file)}
    async with serving(environment, tmp_path_factory.mktemp("audited")) as running:
        for number in range(6):
            await append(running, OWN, client="bank", case=f"loan-{number}")
            await append(running, OTHER, client="procurement", purpose="BIDDING")
        yield running


async def append(served: Served, key: dict[str, str], **changes: Any) -> Entry:
    """Append the entry of a question about ``key`` as it would have been written."""
    name = pseudonym(load_secret(served.data, {}), "USCC", key["value"])
    made = replace(some_entry(subjects=(name,), **changes), receipt=new_receipt())
    await served.gateway.desk.ledger.append(made)
    return made


@pytest.fixture
async def fresh(demo_departments: Departments, key_file: Path, tmp_path: Path) -> AsyncIterator[Served]:
    """A gateway with an empty ledger."""
    environment = {**demo_departments.environment, KEY_FILE_ENV: str(key_file)}
    async with serving(environment, tmp_path) as running:
        yield running


# ---- who reads -----------------------------------------------------------------------------------------------------
# guard: gateway.audit.rights.refused_audit, refused_self

ROOTS: Final = {
    "trail": "{ auditTrail { entries { receipt } } }",
    "trace": f'{{ fieldTrace(receipt: "{"0" * 32}", path: "subject") {{ state }} }}',
    "stats": f"{{ disclosureStats({PERIOD}, by: CLIENT) {{ entries }} }}",
}
INTRUDERS: Final[dict[str, tuple[str, str | None, str | None, str]]] = {
    "the public": ("portal", None, None, "SCOPE_MISSING"),
    "a bank": ("bank", None, None, "SCOPE_MISSING"),
    "a bidder": ("procurement", "BIDDING", "TJ-2026-17", "SCOPE_MISSING"),
    "a department": ("tax_department", "SUPERVISION", None, "SCOPE_MISSING"),
    "a department as owner": ("tax_department", "OWNER", None, "SCOPE_MISSING"),
    "a court": ("court", "LAW_ENFORCEMENT", None, "SCOPE_MISSING"),
    "a subject": ("enterprise", None, None, "SCOPE_MISSING"),
    "a window": ("consent_window", None, None, "SCOPE_MISSING"),
}


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("attack", INTRUDERS)
async def test_nobody_but_an_auditor_reads_the_ledger(audited: Served, attack: str, root: str) -> None:
    client, purpose, case, reason = INTRUDERS[attack]
    told = await audited.ask(client, ROOTS[root], purpose=purpose, case=case)
    assert list(told.data.values()) == [None]
    (error,) = told.errors
    assert (error["extensions"]["code"], error["extensions"]["reason"]) == ("FIELD_FORBIDDEN", reason)
    assert error["extensions"]["needs"]["scope"] == "audit.read"


@pytest.mark.parametrize(
    ("client", "purpose"),
    [("auditor", None), ("bank", None), ("portal", None), ("court", "LAW_ENFORCEMENT"), ("tax_department", "OWNER")],
)
async def test_nobody_but_a_subject_asks_about_itself(audited: Served, client: str, purpose: str | None) -> None:
    told = await audited.ask(client, INQUIRIES, purpose=purpose)
    assert told.data == {"inquiries": None}
    assert told.codes == {"inquiries": "FIELD_FORBIDDEN"}


async def test_a_subject_sees_nobody_elses_inquiries(audited: Served) -> None:
    told = await audited.ask("enterprise", INQUIRIES, first=1000)
    seen = told.data["inquiries"]["items"]
    assert {each["client"] for each in seen} <= {"bank", "enterprise"}
    assert OTHER["value"].encode() not in told.body


@pytest.mark.parametrize("argument", ["subject", "client", "uscc", "key"])
async def test_a_subject_cannot_name_another(audited: Served, argument: str) -> None:
    query = f'{{ inquiries({argument}: "{OTHER["value"]}") {{ items {{ receipt }} }} }}'
    told = await audited.ask("enterprise", query)
    assert told.status == 400 or told.content.get("data") is None


async def test_a_subject_is_not_told_what_is_the_askers_own(audited: Served) -> None:
    """Case numbers, documents and other subjects of the same question are not a subject's to know."""
    told = await audited.ask("enterprise", INQUIRIES, first=1000)
    assert b"loan-" not in told.body
    query = "{ inquiries { items { case } } }"
    assert (await audited.ask("enterprise", query)).status in {200, 400}
    assert b'"data":{' not in (await audited.ask("enterprise", query)).body


# ---- unknown or foreign --------------------------------------------------------------------------------------------
# guard: rights are decided before the ledger is read


async def test_a_receipt_that_exists_and_one_that_does_not_are_refused_alike(audited: Served) -> None:
    real = (await audited.ask("auditor", TRAIL, first=1)).data["auditTrail"]["entries"][0]["receipt"]
    for client in ("bank", "enterprise", "portal"):
        answers = [
            content(await audited.ask(client, TRACE, receipt=receipt, path="subject")) for receipt in (real, "0" * 32)
        ]
        assert answers[0] == answers[1]


async def test_a_filter_is_not_looked_at_before_the_rights(audited: Served) -> None:
    """What is wrong with a filter is nobody's to learn who may not read."""
    told = await audited.ask("bank", TRAIL, filter={"receipt": "no receipt"})
    assert told.codes == {"auditTrail": "FIELD_FORBIDDEN"}


# ---- cursors and sizes ---------------------------------------------------------------------------------------------
# guard: gateway.audit.cursor.decode_cursor, gateway.audit.filters.page_size, MAX_DAYS of gateway.audit.stats


def forged(place: str) -> str:
    return urlsafe_b64encode(f"ledger:{place}".encode()).decode().rstrip("=")


CURSORS: Final = {
    "empty": "",
    "words": "the next page, please",
    "a place that is negative": forged("-1"),
    "a place beyond all": forged("9" * 30),
    "a place as SQL": forged("1 OR 1=1"),
    "a place in another form": forged("0x10"),
    "a cursor of a section": urlsafe_b64encode(b'["2026-01-01","tax_credit","1"]').decode().rstrip("="),
    "padding": forged("3") + "==",
    "bytes": urlsafe_b64encode(b"\x00\xff\xfe").decode(),
    "long": "A" * 5000,
}


@pytest.mark.parametrize("attack", CURSORS)
async def test_a_cursor_that_was_made_up_is_refused(audited: Served, attack: str) -> None:
    for client, query in (("auditor", TRAIL), ("enterprise", INQUIRIES)):
        told = await audited.ask(client, query, after=CURSORS[attack])
        assert told.content["errors"][0]["extensions"]["code"] == "BAD_QUERY"
        assert INSIDE.search(told.body) is None


async def test_a_cursor_of_the_trail_opens_nothing_to_a_subject(audited: Served) -> None:
    cursor = (await audited.ask("auditor", TRAIL, first=1)).data["auditTrail"]["pageInfo"]["endCursor"]
    told = await audited.ask("enterprise", INQUIRIES, after=cursor, first=1000)
    assert {each["client"] for each in told.data["inquiries"]["items"]} <= {"bank", "enterprise"}


@pytest.mark.parametrize("first", [0, -1, 1001, 2**31 - 1])
async def test_a_page_has_a_size(audited: Served, first: int) -> None:
    for client, query in (("auditor", TRAIL), ("enterprise", INQUIRIES)):
        told = await audited.ask(client, query, first=first)
        assert told.content["errors"][0]["extensions"]["code"] in {"BAD_QUERY", "TOO_COSTLY"}


@pytest.mark.parametrize(
    "period",
    [
        ("1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
        ("2025-01-01T00:00:00Z", "2026-12-31T00:00:00Z"),
        ("0001-01-01T00:00:00Z", "2026-12-31T00:00:00Z"),
        ("2026-12-31T00:00:00Z", "2026-01-01T00:00:00Z"),
    ],
    ids=["ever", "two years", "before time", "backwards"],
)
async def test_figures_have_a_period(audited: Served, period: tuple[str, str]) -> None:
    query = f'{{ disclosureStats(from: "{period[0]}", to: "{period[1]}", by: DAY) {{ entries }} }}'
    told = await audited.ask("auditor", query)
    assert told.content["errors"][0]["extensions"]["code"] == "BAD_QUERY"


async def test_many_aliases_are_paid_for(audited: Served) -> None:
    """guard: gateway.limits.cost counts what is read of the ledger."""
    roots = " ".join(f"a{each}: auditTrail(first: 1000) {{ entries {{ receipt }} }}" for each in range(5))
    body = {"query": f"{{ {roots} }}", "extensions": {"explain": "only"}}
    told = await audited.post(body, audited.headers("auditor"))
    assert told.content["extensions"]["cost"] == 55


# ---- injection -----------------------------------------------------------------------------------------------------
# guard: gateway.audit.filters, and bound parameters in all that gateway.audit.pages builds

INJECTED: Final[dict[str, dict[str, Any]]] = {
    "client closes the text": {"client": "bank' OR '1'='1"},
    "client ends the statement": {"client": "bank'; DROP TABLE ledger; --"},
    "client as a pattern": {"client": "%"},
    "client as a facet": {"client": "bank\x1foutcome ANSWERED"},
    "client with a null byte": {"client": "bank\x00"},
    "department by union": {"department": "x' UNION SELECT entry FROM ledger --"},
    "source as a pattern": {"source": "_%"},
    "owner with a line": {"owner": "taxation\nclient bank"},
    "purpose in double quotes": {"purpose": 'BANK_CREDIT" OR 1=1 --'},
    "field as SQL": {"field": "AdministrativePenalty.x' OR 1=1 --"},
    "field as another facet": {"field": "AdministrativePenalty client bank"},
    "receipt as SQL": {"receipt": "' OR 1=1 --"},
    "subject as SQL": {"subject": {"value": "' OR '1'='1"}},
    "subject as a pseudonym": {"subject": {"value": "0" * 8 + ":" + "b" * 64}},
}


@pytest.mark.parametrize("attack", INJECTED)
async def test_what_is_injected_finds_nothing(audited: Served, attack: str) -> None:
    before = (await audited.ask("auditor", TRAIL, first=1)).data["auditTrail"]["entries"][0]["index"]
    told = await audited.ask("auditor", TRAIL, filter=INJECTED[attack])
    if told.status == 200 and told.content.get("data"):
        assert told.data["auditTrail"]["entries"] == []
    else:
        assert told.content["errors"][0]["extensions"]["code"] == "BAD_QUERY"
    assert INSIDE.search(told.body) is None
    after = (await audited.ask("auditor", TRAIL, first=1)).data["auditTrail"]["entries"][0]["index"]
    assert after > before, "the ledger is whole and goes on"


# ---- personal numbers ----------------------------------------------------------------------------------------------
# guard: a filter becomes pseudonyms at once (gateway.audit.filters), and no error quotes what was sent

PERSONAL: Final[dict[str, dict[str, Any]]] = {
    "as a subject": {"filter": {"subject": {"value": PERSON}}},
    "as a person": {"filter": {"subject": {"value": PERSON, "scheme": "PERSON"}}},
    "as a code": {"filter": {"subject": {"value": PERSON, "scheme": "USCC"}}},
    "as a client": {"filter": {"client": PERSON}},
    "as a field": {"filter": {"field": PERSON}},
    "as a receipt": {"filter": {"receipt": PERSON}},
    "as a time": {"filter": {"from": PERSON}},
    "as a cursor": {"after": PERSON},
}


@pytest.mark.parametrize("attack", PERSONAL)
async def test_a_personal_number_in_a_filter_is_written_nowhere(
    audited: Served, attack: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    told = await audited.ask("auditor", TRAIL, **PERSONAL[attack])
    assert PERSON.encode() not in told.body
    assert PERSON not in caplog.text
    written = await audited.gateway.desk.ledger.entries(5)
    assert PERSON not in repr(written)
    for path in audited.data.rglob("*"):
        if path.is_file():
            assert PERSON.encode() not in path.read_bytes(), path.name


async def test_a_personal_number_in_a_path_is_written_nowhere(
    audited: Served, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    await audited.ask("auditor", TRACE, receipt=PERSON, path=f"a{PERSON}")
    assert PERSON not in caplog.text
    assert PERSON not in repr(await audited.gateway.desk.ledger.entries(5))


async def test_a_failure_of_the_store_tells_nothing_of_the_filter(
    fresh: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """guard: gateway.audit.rows.Rows."""

    async def broken(self: Ledger, query: object) -> Any:
        raise RuntimeError(f"no such table, in {query} with {PERSON}")

    monkeypatch.setattr(Ledger, "rows", broken)
    told = await fresh.ask("auditor", TRAIL, filter={"client": PERSON})
    assert (told.status, told.content["errors"][0]["extensions"]["code"]) == (503, "LEDGER_UNAVAILABLE")
    assert PERSON not in caplog.text
    assert PERSON.encode() not in told.body


# ---- what is lawfully withheld -------------------------------------------------------------------------------------
# guard: gateway.audit.hiding, and that a subject's pages are filled from what it may see alone


async def pages(served: Served, first: int) -> Iterator[tuple[list[str], bool]]:
    """Return the pages of inquiries as a subject sees them: whose, and whether more follow."""
    found: list[tuple[list[str], bool]] = []
    after = None
    for _ in range(50):
        told = (await served.ask("enterprise", INQUIRIES, first=first, after=after)).data["inquiries"]
        mine = [each["receipt"] for each in told["items"] if each["client"] != "enterprise"]
        found.append((mine, told["pageInfo"]["hasNextPage"]))
        after = told["pageInfo"]["endCursor"]
        if not told["pageInfo"]["hasNextPage"]:
            break
    return iter(found)


@pytest.mark.parametrize("first", [1, 2, 1000])
@pytest.mark.parametrize("where", ["before all", "between", "after all", "all of them"])
async def test_pages_do_not_show_that_something_is_withheld(fresh: Served, first: int, where: str) -> None:
    """The same pages, with the same ends, as if the hidden inquiries had never been."""

    async def hide() -> None:
        for _ in range(3):
            await append(fresh, OWN, client="court", purpose="LAW_ENFORCEMENT")

    seen: list[str] = []
    if where in {"before all", "all of them"}:
        await hide()
    for number in range(0 if where == "all of them" else 4):
        seen.append((await append(fresh, OWN, client="bank")).receipt)
        if where == "between" and number == 1:
            await hide()
    if where == "after all":
        await hide()
    told = list(await pages(fresh, first))
    assert [receipt for page, _ in told for receipt in page] == seen[::-1]
    assert told[-1][1] is False
    if first == 1000:
        assert len(told) == 1


async def test_a_subject_cannot_tell_from_its_own_entry_whether_something_was_withheld(fresh: Served) -> None:
    """Its receipt may hand it the entry: the note in it has one length and no two are alike."""
    nothing = await fresh.ask("enterprise", INQUIRIES)
    await append(fresh, OWN, client="court", purpose="LAW_ENFORCEMENT")
    something = await fresh.ask("enterprise", INQUIRIES)
    entries = [await fresh.gateway.desk.ledger.get(told.receipt) for told in (nothing, something)]
    notes = [each.denied for each in entries if each is not None]
    assert [len(each) for each in notes] == [1, 1]
    assert len({len(each[0].reason) for each in notes}) == 1
    assert notes[0] != notes[1]
    assert len({each.outcome for each in entries if each is not None}) == 1
    sealed = notes[1][0].reason.partition(".")[2]
    assert b"law_enforcement" not in urlsafe_b64decode(sealed + "==")


async def test_the_note_is_not_shown_among_what_was_denied(fresh: Served) -> None:
    await fresh.ask("enterprise", INQUIRIES)
    told = await fresh.ask("enterprise", INQUIRIES)
    assert [each["denied"] for each in told.data["inquiries"]["items"]] == [[]]
    assert b"HIDDEN" not in told.body


async def test_answers_with_and_without_something_withheld_read_alike(fresh: Served) -> None:
    def plain(told: Told) -> str:
        return re.sub(r"[0-9a-f]{32}|\d{4}-\d\d-\d\dT[0-9:.]+Z", "", str(content(told)))

    nothing = await fresh.ask("enterprise", INQUIRIES, first=1)
    await append(fresh, OWN, client="court", purpose="LAW_ENFORCEMENT")
    await fresh.ask("enterprise", INQUIRIES, first=1)
    assert "items': []" in plain(nothing)
    one = await fresh.ask("enterprise", INQUIRIES, first=1)
    await append(fresh, OWN, client="court", purpose="LAW_ENFORCEMENT")
    other = await fresh.ask("enterprise", INQUIRIES, first=1)
    shown = [re.sub(r"'endCursor': '[^']*'", "", plain(each)) for each in (one, other)]
    assert shown[0] == shown[1]


@pytest.mark.parametrize("root", ["trail", "stats"])
async def test_a_subject_cannot_count_them_otherwise(audited: Served, root: str) -> None:
    query = {"trail": TRAIL, "stats": STATS}[root]
    told = await audited.ask("enterprise", query, **({"by": "PURPOSE"} if root == "stats" else {}))
    assert list(told.data.values()) == [None]
