"""Attacks by the words of a request: keys, arguments, names and headers that would be code where they arrive."""

import re
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest

from gateway.demo import Departments
from tests.end_to_end.served import Served, Told, serving
from tests.end_to_end.wire import Wire, overheard
from tests.red_team.attacks import BIDDER, COURT, INSIDE, OF, PORTAL, Attacker, key, posting, send

BY_KEY: Final = "query($key: SubjectKey!) { subject(key: $key) { __typename ... on SubjectProblem { message } } }"
HOSTILE: Final = {
    "a quote": "' OR '1'='1",
    "a second statement": "1; DROP TABLE e_baseinfo; --",
    "a union": "1' UNION SELECT cerno FROM scjdgl.e_gt_person --",
    "wildcards": "9123%_*",
    "an element": "1</nsrsbh><nsrsbh>2",
    "a parameter": "1&code=2#",
    "a path": "../../_calls",
    "a line": "1\r\nX-Key-Id: admin",
    "a document": '1") { secret } #',
    "a zero byte": "1\0 2",
    "an override of direction": "1\u202e2",
    "many characters": "9" * 5_000,
}
CODES: Final = ("USCC", "ORG_CODE", "REG_NO", "TAX_NO", "CUSTOMS_CODE")


@pytest.fixture(scope="module")
async def tapped(
    demo_departments: Departments, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Served, Wire]]:
    """A gateway of which all is overheard that it tells its sources."""
    async with (
        overheard(demo_departments.environment) as wire,
        serving(wire.environment, tmp_path_factory.mktemp("tapped")) as running,
    ):
        yield running, wire


# Guard: a code is read by its form and check before anybody is asked (`resolve._key`); refusals quote no key.
@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("scheme", CODES)
async def test_what_is_no_code_reaches_no_source(tapped: tuple[Served, Wire], scheme: str, value: str) -> None:
    served, wire = tapped
    before = {variable: len(heard) for variable, heard in wire.heard.items()}
    told = await COURT.ask(served, BY_KEY, key={"scheme": scheme, "value": value})
    assert told.subject["__typename"] == "SubjectKeyInvalid"
    assert value not in told.subject["message"]
    assert {variable: len(heard) for variable, heard in wire.heard.items()} == before


NAMES: Final = {
    "a quote": "北岸'OR'1'='1",
    "a second statement": "北岸;DROPTABLESCJDGL.E_BASEINFO;--",
    "a union": "北岸'UNIONSELECTCERNOFROMSCJDGL.E_GT_PERSON--",
    "wildcards": "%北岸%",
    "an array": '{北岸,"甲"}',
    "a backslash": "北岸\\'",
    "a character that ends in a backslash in gbk": "縗'OR1=1#",
}


# Guard: a name is any text; it is a parameter of a statement, never a part of it (`connectors.sql.statements`).
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
async def test_a_hostile_name_is_a_parameter_and_nobodys(tapped: tuple[Served, Wire], name: str) -> None:
    served, wire = tapped
    told = await PORTAL.ask(served, BY_KEY, key={"scheme": "NAME", "value": name})
    assert told.subject["__typename"] in {"SubjectNotFound", "SubjectUnresolved"}
    said = bytes(wire.heard["MARKET_REGISTRY_URL"])
    statements = re.findall(rb"SELECT [^\0]*\0", said)
    assert statements
    assert name.encode() in said, "it arrived, as it is"
    assert not [each for each in statements if name.encode() in each or "北岸".encode() in each]


# Guard: enums, dates and numbers are coerced by the schema; texts that name something must be a known name.
ARGUMENTS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "a day": ("query($v: Date) { departments(asOf: $v) { code } }", {"v": "2026-01-01' OR '1'='1"}),
    "a scheme": (BY_KEY, {"key": {"scheme": "USCC' OR 1", "value": "1"}}),
    "a member that is not there": (BY_KEY, {"key": {"value": "1", "$where": "sleep(5)"}}),
    "an operator for a text": (BY_KEY, {"key": {"value": {"$ne": None}}}),
    "a list for a text": (BY_KEY, {"key": {"value": ["1", "2"]}}),
    "a truth for a text": (BY_KEY, {"key": {"value": True}}),
    "an entity of the catalogue": (
        "query($v: String) { catalogueFields(entity: $v) { field } }",
        {"v": "../../etc/passwd"},
    ),
    "a source of the catalogue": ("query($v: String) { catalogueFields(source: $v) { field } }", {"v": "tax' OR '1"}),
    "an edition of the catalogue": ("query($v: String) { catalogue(edition: $v) { code } }", {"v": "%' OR 1=1 --"}),
    "a page": (OF.replace("$key: SubjectKey!", "$key: SubjectKey!, $v: Int") % "penalties(first: $v) { state }",
               {"key": key(3), "v": "20; DROP"}),
    "a status": (OF.replace("$key: SubjectKey!", "$key: SubjectKey!, $v: PenaltyStatus")
                 % "penalties(status: $v) { state }", {"key": key(3), "v": "x' OR '1'='1"}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "variables"), ARGUMENTS.values(), ids=ARGUMENTS)
async def test_what_is_no_value_is_refused_before_anybody_is_asked(
    tapped: tuple[Served, Wire], text: str, variables: dict[str, Any]
) -> None:
    served, wire = tapped
    before = {variable: len(heard) for variable, heard in wire.heard.items()}
    told = await COURT.ask(served, text, **variables)
    assert [error["extensions"]["code"] for error in told.errors] == ["BAD_QUERY"]
    assert INSIDE.search(told.body.replace(b"' OR '1'='1", b"")) is None
    assert {variable: len(heard) for variable, heard in wire.heard.items()} == before


# Guard: an entry of the ledger is encoded JSON with one member per fact; a header is checked before it is a fact
# (`identify._case`, `identify._consent`).
CASES: Final = {
    "a quote and a member": 'TJ-1","purpose":"OWNER","x":"',
    "a backslash": "TJ-1\\",
    "a statement": "TJ'; DROP TABLE entries; --",
    "an element": "<script>alert(1)</script>",
    "a formula": "=HYPERLINK(0)",
    "chinese": "(2026)黑0881执123号",
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_a_hostile_case_is_a_text_in_the_ledger(served: Served, case: str) -> None:
    told = await served.post(
        {"query": "{ __typename }"}, {**served.headers("procurement", "BIDDING"), "Credit-Case": case}
    )
    entry = await served.gateway.desk.ledger.get(told.receipt)
    assert entry is not None
    assert (entry.case, entry.purpose, entry.client) == (case, "BIDDING", "procurement")
    assert await served.gateway.desk.ledger.entries(1), "and the ledger is there"


REFUSED: Final[dict[str, tuple[str, bytes]]] = {
    "an escape of a terminal": ("Credit-Case", b"TJ\x1b[2J-1"),
    "a tab": ("Credit-Case", b"TJ\t1"),
    "latin text": ("Credit-Case", b"TJ-\xe9"),
    "broken utf-8": ("Credit-Case", b"TJ-\xe5\x8c"),
    "a surrogate": ("Credit-Case", b"TJ-\xed\xa0\x80"),
    "an invisible mark": ("Credit-Case", "TJ-\u200b1".encode()),
    "an override of direction": ("Credit-Case", "TJ-\u202e1".encode()),
    "a line of unicode": ("Credit-Case", "TJ-\u20281".encode()),
    "too much": ("Credit-Case", b"T" * 129),
    "a quote in a consent": ("Credit-Consent", b"C-1' OR '1'='1"),
    "a line in a consent": ("Credit-Consent", "C-1\u0085".encode()),
    "a path in a consent": ("Credit-Consent", b"..\\..\\x"),
    "a purpose with a statement": ("Credit-Purpose", b"BIDDING'; --"),
    "a purpose with a terminal": ("Credit-Purpose", b"BIDDING\x1b[31m"),
}


@pytest.mark.parametrize(("name", "value"), REFUSED.values(), ids=REFUSED)
async def test_a_header_that_is_no_plain_text_is_refused(served: Served, name: str, value: bytes) -> None:
    said = {"Credit-Purpose": b"BIDDING", "Credit-Case": b"TJ-2026-17", name: value}
    lines = [each.encode() + b": " + text for each, text in said.items()]
    entries = served.gateway.desk.ledger.written
    told = await send(served, posting(served, "procurement", *lines), b'{"query": "{ __typename }"}')
    assert told.status == 400
    assert b'"code":"BAD_REQUEST"' in told.body or told.body == b"Bad Request"
    ledger = served.gateway.desk.ledger
    since = await ledger.entries(ledger.written - entries)
    assert {entry.kind for entry in since} <= {"REFUSAL"}, "and nothing was answered"
    check_not_echoed(told, value)


def check_not_echoed(told: Told, value: bytes) -> None:
    """Check that neither the body nor a header repeats what was sent."""
    for said in (told.body, *(each.encode() for each in told.headers.values())):
        assert value not in said
        assert b"\x1b" not in said


# Guard: what a document names is written into code only as a literal (`project.writer`), whatever it is called.
IDENTIFIERS: Final = {
    "of python": "__import__",
    "of a dunder": "__class__",
    "of the projector": "run",
    "of a parameter": "s",
    "of a keyword": "None",
    "of a function": "f1",
    "of a constant": "k1",
    "of javascript": "__proto__",
    "of a constructor": "constructor",
}


@pytest.mark.parametrize("alias", IDENTIFIERS.values(), ids=IDENTIFIERS)
async def test_an_alias_is_a_text_in_what_is_made_of_a_plan(served: Served, alias: str) -> None:
    told = await Attacker("bank").about(served, 3, f"{alias}: uscc registration {{ items {{ {alias}: status }} }}")
    (item,) = told.subject["registration"]["items"]
    assert (told.subject[alias], item[alias]) == (key(3)["value"], "IN_BUSINESS")


async def test_a_bidder_is_still_served(served: Served) -> None:
    assert (await BIDDER.about(served, 3, "uscc")).subject == {"uscc": key(3)["value"]}
