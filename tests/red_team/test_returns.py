"""Attacks on the monthly return: another department's figures, texts that become code, months that are none, and counts
that somebody would like to have higher or lower than they are.
"""

import zipfile
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any, Final

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from gateway.departments import Department, Departments
from gateway.errors import LedgerUnavailable
from gateway.kept import LEDGER_URL_ENV
from gateway.ledger import Ledger, SourceUse
from gateway.objections.counts import ObjectionCounts as Counted
from gateway.returns.document import document
from gateway.returns.month import read_month
from gateway.returns.page import page
from gateway.returns.reader import open_reader
from gateway.returns.report import DepartmentReports, Made, Shown, report
from gateway.returns.tally import Tally
from gateway.returns.workbook import workbook
from tests.gateway.cities import City, city
from tests.gateway.returned import AT, OCTOBER, OWNERS, asked, tallied, use
from tests.gateway.test_working_days import DAYS

FIGURES: Final = "{ departments { department { code } figures { queries } ranks { rank } } total { queries } read }"
SECRET_FIGURE: Final = 4321
"""How many calls the tax department had, which nobody else's answer may tell."""


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[City]:
    folder = tmp_path_factory.mktemp("returns")
    url = f"sqlite:///{folder / 'ledger.sqlite'}"
    ledger = await Ledger.open(url)
    await ledger.append(asked(sources=use("tax_credit", calls=SECRET_FIGURE), department="taxation"))
    await ledger.append(asked(sources=use("court_enforcement", calls=7)))
    await ledger.close()
    async with city(folder, environ={LEDGER_URL_ENV: url}) as found:
        yield found


async def told(city: City, client: str, arguments: str, purpose: str | None = None, *scopes: str) -> dict[str, Any]:
    headers = {} if purpose is None else {"Credit_Purpose": purpose}
    query = f"{{ departmentReports({arguments}) {FIGURES.replace('queries', 'queries calls')} }}"
    content: dict[str, Any] = (await city.ask(city.token(client, *scopes), query, **headers)).json()
    return content


# The guard of these is `told.shown_to`: the scope of audits, or one's own department.
@pytest.mark.parametrize(
    ("client", "arguments", "purpose"),
    [
        ("court", 'month: "2026-10", department: "taxation"', "LAW_ENFORCEMENT"),
        ("court", 'month: "2026-10", department: "nobody_here"', "LAW_ENFORCEMENT"),
        ("court", 'month: "2026-10", department: ""', "LAW_ENFORCEMENT"),
        ("bank", 'month: "2026-10"', None),
        ("bank", 'month: "2026-10", department: "taxation"', None),
        ("portal", 'month: "2026-10"', None),
        ("enterprise", 'month: "2026-10", department: "taxation"', None),
        ("procurement", 'month: "2026-10"', "BIDDING"),
    ],
    ids=[
        *("another department", "a department that is none", "no department by name", "a bank", "a bank by name"),
        *("the public", "a subject", "a buyer"),
    ],
)
async def test_the_figures_of_another_department(
    running: City, client: str, arguments: str, purpose: str | None
) -> None:
    headers = {"Credit_Case": "1"} if purpose == "BIDDING" else {}
    query = f"{{ departmentReports({arguments}) {FIGURES} }}"
    said = {**headers, **({} if purpose is None else {"Credit_Purpose": purpose})}
    content = (await running.ask(running.token(client), query, **said)).json()
    assert content["data"] == {"departmentReports": None}
    (error,) = content["errors"]
    assert error["extensions"]["code"] == "FIELD_FORBIDDEN"
    assert error["extensions"]["needs"]["scope"] == "audit.read"
    assert str(SECRET_FIGURE) not in str(content)


async def test_what_is_of_all_in_ones_own_return(running: City) -> None:
    content = await told(running, "court", 'month: "2026-10"', "LAW_ENFORCEMENT")
    shown = content["data"]["departmentReports"]
    assert shown["departments"] == [
        {"department": {"code": "court"}, "figures": {"queries": 1, "calls": 7}, "ranks": []}
    ]
    assert (shown["total"], shown["read"]) == (None, None)


async def test_an_auditor_is_told_of_all(running: City) -> None:
    """Without this the attacks above would fail on a root that answers nobody."""
    content = await told(running, "auditor", 'month: "2026-10"')
    shown = content["data"]["departmentReports"]
    assert {each["department"]["code"]: each["figures"]["calls"] for each in shown["departments"]}["taxation"] == (
        SECRET_FIGURE
    )
    assert shown["total"]["calls"] == SECRET_FIGURE + 7


async def test_a_token_of_an_auditor_without_the_scope(running: City) -> None:
    content = await told(running, "auditor", 'month: "2026-10"', None, "provenance.read")
    assert content["data"] == {"departmentReports": None}


# The guard of these is `month.read_month`, with the scalar before it; no answer quotes what was sent at length.
@pytest.mark.parametrize(
    "month",
    [
        *(
            "2026-13",
            "2026-00",
            "0000-01",
            "9999-12",
            "2026-1",
            "2026-10-01",
            "２０２６-10",
            "2026-10' OR '1'='1",
            "",
            "-1",
        ),
        *("2026-W10", "1999-12", "2999-12", "2026-10\\u0000", "x" * 5000),
    ],
    ids=[
        *("no such month", "month zero", "year zero", "the last of all", "one digit", "a day", "full width", "SQL"),
        *("nothing", "negative", "a week", "before anything", "far ahead", "a null byte", "long"),
    ],
)
async def test_months_that_are_none(running: City, month: str) -> None:
    content = await told(running, "auditor", f'month: "{month}"')
    assert content.get("data") is None
    assert all(error["extensions"]["code"] == "BAD_QUERY" for error in content["errors"])
    assert len(str(content)) < 2000
    assert "Traceback" not in str(content)


@pytest.mark.parametrize("text", ["2026-10\n", " 2026-10", "2026-10-", "+026-10", "2026-10`", "\u0662026-10"])
def test_months_that_look_like_one(text: str) -> None:
    with pytest.raises(ValueError, match="is no month") as raised:
        read_month(text)
    assert "\n" not in str(raised.value)


HOSTILE: Final = (
    '=cmd|" /C calc"!A0',
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "{=1+1}",
    "http://evil.example/",
    "internal:Sheet1!A1",
    "12345",
    '</td><script>alert(1)</script>"',
    "<img src=x onerror=alert(1)>",
    "&amp;&#60;",
    "\x00\x1b[31m",
)
"""Names that a spreadsheet, a browser or a terminal would run, link, count or obey."""
NAMES: Final = tuple(str(number) for number in range(len(HOSTILE)))


def named(text: str) -> DepartmentReports:
    """Return the return of a department with the name ``text``, which others ask for the purpose ``text``."""
    departments = Departments({"court": Department(code="court", name=text)})
    month = [asked(department="court", purpose=text, sources=use("court_enforcement"))]
    made = Made(departments, ["court"], DAYS, "2026-11-03", AT)
    states = [Counted("court", 1, 0, {text: 1})]
    return report(OCTOBER, tallied(month), states, made, Shown("court", all=False))


# The guard of these is `workbook._write`, which writes texts as texts.
@pytest.mark.parametrize("text", HOSTILE, ids=NAMES)
def test_a_cell_that_is_a_formula_or_a_link(text: str) -> None:
    made = workbook(document(named(text)))
    with zipfile.ZipFile(BytesIO(made)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")]
    assert not any(b"<f>" in sheet or b"<hyperlink" in sheet or b"<f " in sheet for sheet in sheets)
    rows = CalamineWorkbook.from_filelike(BytesIO(made)).get_sheet_by_name("查询目的").to_python()
    (purpose,) = [row[1] for row in rows if row[0] == 1.0]
    assert isinstance(purpose, str), "also what looks like a number"
    assert "\x00" in text or purpose.strip() == text.strip()


# The guard of these is `escape` in `page`, and the policy in its head.
@pytest.mark.parametrize("text", HOSTILE, ids=NAMES)
def test_a_page_that_runs_what_it_shows(text: str) -> None:
    made = page(document(named(text)))
    assert "<script" not in made
    assert "<img" not in made
    assert "default-src &#x27;none&#x27;" in made
    if text.strip() and "<" in text:
        assert text not in made


# The guard is `Tally._add`, and `observed`, which count a showing once; entries are made by the gateway alone.
@pytest.mark.parametrize(
    ("changes", "queries", "denials"),
    [
        ({"kind": "EXPLAIN", "outcome": "EXPLAINED"}, 0, 0),
        ({"kind": "MUTATION"}, 0, 0),
        ({"kind": "REFUSAL", "outcome": "REFUSED", "count": 1000}, 0, 0),
        ({"kind": "CHANGE"}, 0, 0),
        ({"count": 1}, 1, 0),
    ],
    ids=["plans", "mutations", "refusals", "changes", "a query"],
)
def test_figures_driven_up_without_asking(changes: dict[str, Any], queries: int, denials: int) -> None:
    tally = tallied([asked(sources=use("court_enforcement"), **changes)] * 3)
    assert (tally.total.queries, tally.total.denials) == (3 * queries, 3 * denials)


def test_an_entry_with_numbers_that_no_gateway_writes() -> None:
    tally = Tally(OWNERS)
    rows = ['{"at":"x","department":null,"purpose":"p","outcome":"ANSWERED","sources":5}', "[]", "null", "9" * 50_000]
    tally.add(enumerate(rows))
    assert (tally.entries, tally.unreadable) == (0, 4)


def test_a_status_that_no_gateway_writes_is_no_answer() -> None:
    uses = {"court_enforcement": (SourceUse(entity="X", fields=(), calls=1, statuses={"PERFECT": 9}),)}
    (found,) = [
        each.figures
        for each in report(
            OCTOBER, tallied([asked(sources=uses)]), None, Made(Departments({}), [], DAYS, "2026-11-03", AT), Shown()
        ).departments
    ]
    assert (found.answers, found.availability) == (0, None)


async def test_the_command_never_tells_where_the_ledger_is() -> None:
    with pytest.raises(LedgerUnavailable) as raised:
        async with open_reader("postgresql://reader:s3cret@127.0.0.1:1/ledger") as rows:
            await rows(sa.select(1))
    assert "s3cret" not in str(raised.value)
    assert "127.0.0.1" not in str(raised.value)
