"""Attacks on explanations: to look around unseen, to find out who exists, to learn what is kept, to have it asked.

Guard of the whole: `Desk.answer` leaves after the plan when only an explanation is wanted, its entry in the ledger, and
`explain` tells the plan alone.
"""

import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.clock import today_text
from gateway.demo import Departments
from gateway.demo.codes import uscc
from gateway.issuer import KEY_FILE_ENV
from tests.commands import nobody_there
from tests.end_to_end.consenting import HELD, RECORD, given
from tests.end_to_end.forgery import write_key
from tests.end_to_end.queries import PERSON, WHOLE, uscc_key
from tests.end_to_end.served import Served, Told, serving
from tests.gateway.signing import CITY

ENTITIES = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Enterprise { name } } }"
SUBJECTS = "query($keys: [SubjectKey!]!) { subjects(keys: $keys) { ... on Organization { uscc name } } }"
SOURCES = "{ sources { name calls state } }"
SUBJECT: tuple[str, dict[str, Any]] = (WHOLE, {"key": uscc_key(3)})
FIRST = today_text()
LAST = (date.fromisoformat(FIRST) + timedelta(days=30)).isoformat()
"""A consent that holds today, whatever day it is."""
NAME = "北岸建筑工程有限公司(示例)"
ASKING: dict[str, tuple[str, dict[str, Any]]] = {
    "a subject": SUBJECT,
    "a person": (PERSON, {"key": uscc_key(3)}),
    "a name": (WHOLE, {"key": {"scheme": "NAME", "value": NAME}}),
    "many subjects": (SUBJECTS, {"keys": [{"scheme": "USCC", "value": uscc("91", n)} for n in range(1, 201)]}),
    "entities of a federation": (ENTITIES, {"r": [{"__typename": "Enterprise", "uscc": uscc_key(3)["value"]}]}),
    "the sources": (SOURCES, {}),
}


@pytest.fixture(scope="module")
async def served(demo_departments: Departments, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    folder = tmp_path_factory.mktemp("explanations")
    environment = {**demo_departments.environment, KEY_FILE_ENV: str(write_key(folder))}
    async with serving(environment, folder) as running:
        yield running


def calls(served: Served) -> dict[str, int]:
    return {name: source.gate.health().calls for name, source in served.gateway.desk.sources.items()}


async def explained(served: Served, client: str, query: str, variables: Any, wish: Any = "only", **sent: str) -> Told:
    body = {"query": query, "variables": variables, "extensions": {"explain": wish}}
    return await served.post(
        body, served.headers(client) | {name.replace("_", "-"): text for name, text in sent.items()}
    )


# ---- having a source asked ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("asking", ASKING)
@pytest.mark.parametrize("client", ["portal", "bank", "court"])
async def test_an_explanation_asks_no_source_and_tells_no_data(served: Served, asking: str, client: str) -> None:
    before = calls(served)
    told = await explained(served, client, *ASKING[asking])
    assert (told.status, told.content["data"], told.errors) == (200, None, [])
    assert NAME not in told.body.decode()
    assert calls(served) == before


@pytest.mark.parametrize("wish", ["Only", "only ", "ONLY", "onl\u0443", "true", 1, ["only"], {"only": True}, ""])
async def test_a_wish_that_nearly_says_only_asks_no_source(served: Served, wish: Any) -> None:
    """Guard: `explain_wish` refuses what it does not know, instead of answering in full."""
    before = calls(served)
    assert (await explained(served, "bank", *SUBJECT, wish=wish)).status == 400
    assert calls(served) == before


async def test_what_changes_something_is_not_done_by_explaining(served: Served) -> None:
    """Guard: only queries are explained, and that is decided before anything is done."""
    variables = {"given": given(form="ELECTRONIC", notBefore=FIRST, notAfter=LAST)}
    told = await explained(served, "bank", RECORD, variables)
    assert "data" not in told.content
    assert told.content["errors"][0]["message"] == "only a query can be explained"
    assert (await served.ask("bank", HELD)).data["consents"] == []
    done = await explained(served, "bank", RECORD, variables, wish=False)
    assert done.errors == []
    assert len((await served.ask("bank", HELD)).data["consents"]) == 1


# ---- finding out who exists ---------------------------------------------------------------------------------------

THERE: dict[str, dict[str, str]] = {"USCC": uscc_key(3), "NAME": {"scheme": "NAME", "value": NAME}}
"""A subject that exists, by scheme: a lookup by name costs more than none, whoever is looked up."""
KEYS: dict[str, dict[str, str]] = {
    "a subject that does not exist": {"scheme": "USCC", "value": uscc("91", 987_654)},
    "a code with a wrong check digit": {"scheme": "USCC", "value": "91230881TJ00000351"},
    "a name that does not exist": {"scheme": "NAME", "value": "无此单位"},
    "no code at all": {"scheme": "USCC", "value": ""},
}


@pytest.mark.parametrize("client", ["portal", "bank", "tax_department"])
@pytest.mark.parametrize("key", KEYS)
async def test_an_explanation_is_the_same_whoever_is_asked_about(served: Served, client: str, key: str) -> None:
    """Guard: keys are never looked up, nor checked, nor repeated."""
    asked = (THERE[KEYS[key]["scheme"]], KEYS[key])
    there, other = [await explained(served, client, WHOLE, {"key": each}) for each in asked]
    told = [json.loads(each.body) for each in (there, other)]
    assert [each["extensions"].pop("receipt").keys() for each in told] == [{"id", "link", "salt"}] * 2
    assert told[0] == told[1]


async def test_an_explanation_repeats_no_number(served: Served) -> None:
    """Guard: the plan holds no key, and a document that holds a number in a name is refused."""
    number = "230881199003071234"
    told = await explained(served, "bank", WHOLE, {"key": {"scheme": "NAME", "value": f"张三 {number}"}})
    entry = await served.gateway.desk.ledger.get(told.receipt)
    assert entry is not None
    assert number not in told.body.decode() + str(entry)
    named = await explained(
        served, "bank", WHOLE.replace("query Whole(", f"query Whole{number}("), {"key": KEYS["no code at all"]}
    )
    assert number not in named.body.decode()


# ---- learning what is kept ----------------------------------------------------------------------------------------


def own_names() -> set[str]:
    """Return what departments call their columns, of what the schema does not call so itself."""
    tables = [entity for source in CITY.catalogue.sources.values() for entity in source.entities.values()]
    known = {name for entity in tables for name in entity.fields}
    return {str(spec.column) for entity in tables for spec in entity.fields.values() if spec.column} - known


@pytest.mark.parametrize("query", [WHOLE, PERSON], ids=["a subject", "a person"])
@pytest.mark.parametrize("wish", ["only", True], ids=["instead", "beside"])
@pytest.mark.parametrize("client", ["portal", "bank", "procurement"])
async def test_columns_are_not_told_to_those_without_provenance(
    served: Served, client: str, wish: Any, query: str
) -> None:
    """Guard: `columns` of `explain` is for those alone to whom provenance.read is open."""
    sent = {"Credit_Purpose": "BIDDING", "Credit_Case": "TJ-1"} if client == "procurement" else {}
    told = await explained(served, client, query, {"key": uscc_key(3)}, wish, **sent)
    plan = json.dumps(told.content["extensions"]["explain"], ensure_ascii=False)
    assert '"columns"' not in plan
    assert len(own_names()) > 200
    assert {name for name in own_names() if f'"{name}"' in plan} == set()


@pytest.mark.parametrize(("purpose", "shown"), [("HONOR", False), ("FISCAL_FUNDS", False), ("OWNER", True)])
async def test_provenance_for_another_purpose_shows_no_columns(served: Served, purpose: str, shown: bool) -> None:
    """Guard: the scope alone does not do: its purposes count too."""
    told = await explained(served, "tax_department", *SUBJECT, Credit_Purpose=purpose)
    assert ('"columns"' in told.body.decode()) is shown


@pytest.mark.parametrize("client", ["portal", "bank", "auditor", "court"])
async def test_what_an_explanation_opens_is_never_denied_too(served: Served, client: str) -> None:
    """Guard: `open` is what the plan asks, `denied` what it does not; both come from the same decisions."""
    plan = (await explained(served, client, *SUBJECT)).content["extensions"]["explain"]
    denied = {(each["source"], each["entity"], each["field"]) for each in plan["denied"]}
    for each in plan["open"]:
        for field in each["fields"]:
            assert (each["source"], each["entity"], field) not in denied
    if client == "auditor":
        assert plan["open"] == []


# ---- looking around unseen ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer nonsense"}, 401),
        ({"Credit_Purpose": "LAW_ENFORCEMENT"}, 403),
    ],
    ids=["no token", "a bad token", "a purpose of others"],
)
async def test_explanations_are_for_those_who_may_ask(served: Served, sent: dict[str, str], status: int) -> None:
    """Guard: `Desk.answer` identifies before it explains."""
    told = await explained(served, "bank", *SUBJECT, **sent)
    assert told.status == status
    assert '"steps"' not in told.body.decode()


async def test_no_explanation_without_an_entry(tmp_path: Path) -> None:
    """Guard: an explanation waits for its entry like an answer."""
    environment = {**nobody_there(), KEY_FILE_ENV: str(write_key(tmp_path))}
    async with serving(environment, tmp_path) as alone:
        first = await explained(alone, "bank", *SUBJECT)
        assert await alone.gateway.desk.ledger.get(first.receipt) is not None
        await alone.gateway.desk.ledger.close()
        told = await explained(alone, "bank", *SUBJECT)
        assert told.status == 503
        assert '"steps"' not in told.body.decode()
