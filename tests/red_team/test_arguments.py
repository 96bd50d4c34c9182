"""Attacks by argument: what may not be read is searched for, sorted by, counted, paged over, or read off a cursor."""

from typing import Any, Final

import orjson
import pytest

from gateway.plan.arguments import decode_cursor, encode_cursor
from tests.end_to_end.served import Served, Told
from tests.red_team.attacks import BANK, OF, PORTAL, TAX, Attacker, alike, content, key

PAGE: Final = (
    "state totalCount coverage { source part status reason asOf until } pageInfo { hasNextPage }"
    " items { recordId decisionNo }"
)
TYPES: Final = {"since": "Date", "status": "LicenseStatus", "category": "LicenseCategory"}

# Guard: of a source that may not tell a field no record passes a filter on it (`Rights.refuse`, `page._tested`).
SEARCHES: Final = {
    "by halves for its day": ("since", ["1990-01-01", "2020-10-12", "2023-10-09", "2023-10-10", "2099-12-31"]),
    "for its status": ("status", ["VALID", "INVALID"]),
    "for its category": ("category", ["GENERAL", "VERIFICATION", "RECOGNITION", "OTHER"]),
}


def written(argument: str, value: str) -> str:
    return f'{argument}: "{value}"' if argument == "since" else f"{argument}: {value}"


def check_nothing_found(told: Told) -> None:
    """Check that the licenses are refused whole, or that each owner is said to refuse, or not to record, the field."""
    section = told.subject["licenses"]
    if section is None:
        assert list(told.codes.values()) == ["FIELD_FORBIDDEN"]
        return
    assert (section["items"], section["totalCount"]) == ([], None)
    assert "DENIED" in {each["status"] for each in section["coverage"]} <= {"DENIED", "NOT_COVERED"}


@pytest.mark.parametrize("number", [1, 3, 6])
@pytest.mark.parametrize(("argument", "values"), SEARCHES.values(), ids=SEARCHES)
async def test_a_search_for_a_closed_field_finds_the_same_whatever_it_holds(
    closed: Served, argument: str, values: list[str], number: int
) -> None:
    answers = set()
    for value in values:
        told = await PORTAL.about(closed, number, f"licenses({written(argument, value)}) {{ {PAGE} }}")
        check_nothing_found(told)
        answers.add(orjson.dumps(content(told)))
    assert len(answers) == 1


@pytest.mark.parametrize("number", [1, 3, 6])
@pytest.mark.parametrize(("argument", "values"), SEARCHES.values(), ids=SEARCHES)
async def test_a_search_by_variable_finds_the_same_too(
    closed: Served, argument: str, values: list[str], number: int
) -> None:
    selected = f"licenses({argument}: $wanted) {{ {PAGE} }}"
    text = OF.replace("$key: SubjectKey!", f"$key: SubjectKey!, $wanted: {TYPES[argument]}") % selected
    answers = set()
    for value in values:
        told = await PORTAL.ask(closed, text, key=key(number), wanted=value)
        check_nothing_found(told)
        answers.add(orjson.dumps(content(told)))
    assert len(answers) == 1
    everything = await PORTAL.ask(closed, text, key=key(number))
    assert everything.subject["licenses"]["totalCount"], "what is open is still there"


async def test_a_search_tells_as_much_of_a_subject_without_the_records(closed: Served) -> None:
    text = OF.replace("$key: SubjectKey!", "$key: SubjectKey!, $since: Date") % f"licenses(since: $since) {{ {PAGE} }}"
    with_one = await PORTAL.ask(closed, text, key=key(3), since="2020-01-01")
    without = await PORTAL.ask(closed, text, key=key(27), since="2020-01-01")
    assert alike(with_one, 3) == alike(without, 27)


# Guard: what a page is sorted by is a field like any other: where it is closed, neither order nor cursor tells it.
async def test_no_order_and_no_cursor_tell_a_closed_day(closed: Served, served: Served) -> None:
    selected = "licenses(first: 1) { totalCount pageInfo { hasNextPage endCursor } items { decisionNo } }"
    told = (await PORTAL.about(closed, 6, selected)).subject["licenses"]
    day, source, _ = decode_cursor(told["pageInfo"]["endCursor"])
    assert day == ""
    assert source.startswith("double_publicity"), "by its source, for no day is known"
    day, _, _ = decode_cursor((await PORTAL.about(served, 6, selected)).subject["licenses"]["pageInfo"]["endCursor"])
    assert day == "2023-10-09", "where it is open it is what a page is sorted by"


# Guard: a cursor is a place in what the caller is shown, nothing else: `_cut` runs over told items only.
HIDDEN: Final = ("201", "207")
CURSORS: Final = {
    "before everything": ("9999-12-31", "zzzz", "zzzz"),
    "before the revoked record": ("2026-04-11", "", ""),
    "at the revoked record": ("2026-04-10", "double_publicity", "CF0000000202"),
    "after the revoked record": ("2026-04-10", "double_publicity", "CF0000000201"),
    "of another source": ("2026-04-10", "upper_platform", "CN-P-00000201"),
    "of a table of another source": ("2017-08-22", "double_publicity.AdministrativePenalty_2016", ""),
    "of a table that is not there": ("2026-04-11", "'; DROP TABLE cf_info; --", ""),
    "with a record key like many": ("2026-04-10", "double_publicity", "%"),
    "with a day that is none": ("today", "double_publicity", ""),
    "with a zero byte": ("2026-04-11\0", "\0", "\0"),
    "before all days": ("", "", ""),
}


@pytest.mark.parametrize("position", CURSORS.values(), ids=CURSORS)
async def test_a_forged_cursor_leads_to_no_hidden_record(served: Served, position: tuple[str, str, str]) -> None:
    text = OF.replace("$key: SubjectKey!", "$key: SubjectKey!, $after: String") % (
        "penalties(after: $after) { state totalCount pageInfo { hasNextPage endCursor } items { decisionNo state } }"
    )
    told = await PORTAL.ask(served, text, key=key(25), after=encode_cursor(position))
    section = told.subject["penalties"]
    assert (section["state"], section["totalCount"], section["pageInfo"]["hasNextPage"]) == ("COMPLETE", 2, False)
    assert {item["state"] for item in section["items"]} <= {"PUBLISHED", "ALTERED"}
    for serial in HIDDEN:
        assert f"{serial}号".encode() not in told.body


# Guard: `decode_cursor` takes three texts in base64url of JSON; all else is refused before anybody is asked.
BROKEN: Final[dict[str, Any]] = {
    "empty": "",
    "no base64": "<>",
    "no json": encode_cursor(("", "", ""))[:-4],
    "two texts": "WyIiLCIiXQ",
    "four texts": "WyIiLCIiLCIiLCIiXQ",
    "numbers": "WzEsMiwzXQ",
    "an object": "eyJhIjoxfQ",
    "full width": "ＷｙＩｉＬＣＩｉＬＣＩｉＸＱ",
    "a path": "../../../etc/passwd",
    "very long": "A" * 100_000,
    "deeply nested": "W1tbW1tbW1tbW1tbW1tb" * 2_000,
}


@pytest.mark.parametrize("cursor", BROKEN.values(), ids=BROKEN)
async def test_a_cursor_that_nobody_gave_is_refused(served: Served, cursor: str) -> None:
    text = OF.replace("$key: SubjectKey!", "$key: SubjectKey!, $after: String") % "penalties(after: $after) { state }"
    told = await PORTAL.ask(served, text, key=key(25), after=cursor)
    (error,) = told.errors
    assert error["message"] == "`after` of `penalties` is not a cursor that this gateway gave"
    assert cursor.encode() not in told.body or cursor == ""


# Guard: a denial is the same whether or not there is anything to deny: it is decided before anybody is asked.
TWINS: Final[dict[str, tuple[Attacker, str]]] = {
    "ratings by a bank": (BANK, "taxRatings { totalCount items { level } }"),
    "ratings by the public": (PORTAL, "taxRatings { coverage { source status fetchedAt } }"),
    "ratings by their filters": (BANK, "taxRatings(level: D) { pageInfo { endCursor } }"),
    "scores by a department": (BANK, "taxRatings { items { score } } uscc"),
    "what is registered for tax": (PORTAL, "taxRegistration { state items { status } }"),
    "insured staff": (PORTAL, "socialInsurance { state totalCount coverage { status elapsedMs } }"),
    "paid insurance": (BANK, "socialInsurancePayments { state totalCount coverage { status elapsedMs } }"),
    "grades of labor": (PORTAL, "laborRating { state totalCount coverage { status elapsedMs } }"),
    "arrears of water": (TAX, "utilityUsage { state totalCount coverage { status elapsedMs } }"),
}


@pytest.mark.parametrize(("attacker", "selection"), TWINS.values(), ids=TWINS)
async def test_a_denial_is_the_same_with_and_without_the_record(
    served: Served, attacker: Attacker, selection: str
) -> None:
    answers = {alike(await attacker.about(served, number, selection), number) for number in (1, 3, 5, 6, 25, 27)}
    assert len(answers) == 1
    (answer,) = answers
    assert b"FIELD_FORBIDDEN" in answer


async def explained(served: Served, number: int) -> Told:
    body = {"query": OF % "taxRatings { state } penalties { state }", "variables": {"key": key(number)}}
    return await served.post({**body, "extensions": {"explain": True}}, served.headers("portal"))


async def test_an_explained_plan_is_the_same_with_and_without_the_record(served: Served) -> None:
    plans = [(await explained(served, number)).content["extensions"]["explain"] for number in (3, 5, 25)]
    assert plans[0] == plans[1] == plans[2]
