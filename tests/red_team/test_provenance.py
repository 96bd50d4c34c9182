"""Attacks by provenance: to learn from where a value came what the value itself, or its column, may not tell.

Guard of the whole: the map goes through the records that pages show (`gateway.provenance.walk`) and tells of them what
their own `provenance` tells, by the same attributes.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from msgspec.structs import replace

from gateway.auth.personal import holds_personal_number
from gateway.demo.codes import citizen_id
from gateway.ledger.entry import encode_entry
from gateway.provenance.prov_json import prov_json
from schema.schema import SCHEMA
from tests.end_to_end.queries import PERSON, WHOLE
from tests.end_to_end.served import Served, Told
from tests.gateway.origins import ORIGIN, records_in, with_origins
from tests.red_team.attacks import AUDITOR, BANK, BIDDER, COURT, OF, OFF_DUTY, PORTAL, TAX, Attacker, key
from tests.red_team.conftest import CLOSED
from tests.red_team.test_explanations import own_names
from tests.red_team.test_selections import RATINGS, SECRETS

ORIGINS: Final = "provenance { recordKey fields { field column scope } }"


async def mapped(served: Served, attacker: Attacker, query: str, number: int = 3, **variables: Any) -> Told:
    """Ask with the map of the answer's provenance."""
    said = {"query": query, "variables": {"key": key(number), **variables}, "extensions": {"provenance": True}}
    return await served.post(said, served.headers(attacker.client, attacker.purpose, attacker.case))


def map_of(told: Told) -> Any:
    assert told.status == 200, told.body
    return told.content["extensions"]["provenance"]


def text_of(told: Told) -> str:
    return json.dumps(map_of(told), ensure_ascii=False)


def columns_in(text: str) -> set[str]:
    """Return what departments call their columns, of what stands in ``text`` and is no name of the schema."""
    fields = {name for type_ in SCHEMA.type_map.values() for name in getattr(type_, "fields", ())}
    own = own_names() - fields
    assert len(own) > 200
    return {name for name in own if f'"{name}"' in text}


def fields_of(told: Told) -> set[str]:
    return {name for table in map_of(told).get("fields", []) for name in table}


# Guard: `_read` of `gateway.provenance.lineage` names a column to those alone who may read provenance (`Run.named`).
CURIOUS: Final = {
    "the portal": PORTAL,
    "a bank": BANK,
    "a bidder": BIDDER,
    "a department for another purpose": Attacker("tax_department", "HONOR"),
}


@pytest.mark.parametrize("query", [WHOLE, PERSON], ids=["a subject", "a person"])
@pytest.mark.parametrize("attacker", CURIOUS.values(), ids=CURIOUS)
async def test_the_map_names_no_column(served: Served, attacker: Attacker, query: str) -> None:
    told = await mapped(served, attacker, query)
    assert map_of(told)["origins"]
    assert '"column"' not in text_of(told)
    assert not columns_in(text_of(told))


@pytest.mark.parametrize("attacker", CURIOUS.values(), ids=CURIOUS)
async def test_a_record_names_no_column(served: Served, attacker: Attacker) -> None:
    told = await attacker.about(served, 3, f"licenses {{ items {{ decisionNo content {ORIGINS} }} }}")
    fields = [field for item in told.subject["licenses"]["items"] for field in item["provenance"]["fields"]]
    assert {field["column"] for field in fields} == {None}


@pytest.mark.parametrize("attacker", CURIOUS.values(), ids=CURIOUS)
async def test_an_export_names_no_column(served: Served, attacker: Attacker) -> None:
    document = json.dumps(prov_json((await mapped(served, attacker, WHOLE)).content), ensure_ascii=False)
    assert not columns_in(document)


async def test_the_columns_that_the_attacks_are_after_are_there(served: Served) -> None:
    told = text_of(await mapped(served, COURT, WHOLE))
    assert '"column"' in told
    assert len(columns_in(told)) > 10


# Guard: `_told` tells of fields that the ask may show (`Ask.places`), and of none that it was denied.
DENIED: Final[dict[str, tuple[Attacker, str, str]]] = {
    "a number by its name": (BANK, "licenses { items { decisionNo legalRepIdNo } }", "legalRepIdNo"),
    "a number under an open name": (BANK, "licenses { items { decisionNo: legalRepIdNo } }", "legalRepIdNo"),
    "a number by the interface of counterparts": (
        BANK,
        "licenses { items { ... on Counterpart { legalRepIdNo } } }",
        "legalRepIdNo",
    ),
    "a remark": (PORTAL, "penalties { items { decisionNo remark } }", "remark"),
    "a person's number": (COURT, "legalRepresentative { items { person { maskedIdNo } } }", "person.maskedIdNo"),
}


@pytest.mark.parametrize(("attacker", "selection", "field"), DENIED.values(), ids=DENIED)
async def test_a_denied_field_is_not_told_of(served: Served, attacker: Attacker, selection: str, field: str) -> None:
    told = await mapped(served, attacker, OF % selection)
    assert "FIELD_FORBIDDEN" in told.codes.values()
    assert map_of(told)["records"]
    assert field not in fields_of(told)
    assert '"masked": true' not in text_of(told)


async def told_of(served: Served, attacker: Attacker, selection: str) -> dict[str, set[str]]:
    """Return of which fields of the records of several subjects a map tells, by source."""
    tables: dict[str, set[str]] = {}
    for number in range(1, 7):
        told = map_of(await mapped(served, attacker, OF % selection, number))
        for origin in told["origins"]:
            tables.setdefault(origin["source"], set()).update(told["fields"][origin["fields"]])
    return tables


@pytest.mark.parametrize("attacker", [PORTAL, BANK], ids=["the portal", "a bank"])
async def test_a_field_that_its_owner_closes_is_not_told_of(served: Served, closed: Served, attacker: Attacker) -> None:
    licenses = "licenses { items { decisionNo status } }"
    before, after = [await told_of(each, attacker, licenses) for each in (served, closed)]
    closing = {source for source, entity in CLOSED if entity == "AdministrativeLicense"} & before.keys()
    assert closing
    for source in closing:
        assert (before[source], after[source]) == ({"decisionNo", "status"}, {"decisionNo"})


# Guard: a section that every owner refuses has no page (`Run.page`), and the walk goes no further.
SECTIONS: Final = {
    "by its name": RATINGS,
    "under the name of an open field": f"penalties: {RATINGS}",
    "twice under two keys": f"a: {RATINGS} b: {RATINGS}",
    "in fragments of fragments": f"... {{ ... on Organization {{ ... on Enterprise {{ ... {{ {RATINGS} }} }} }} }}",
    "by the ids of its records": "taxRatings { items { recordId } }",
    "with its own provenance": f"taxRatings {{ items {{ {ORIGINS} }} }}",
}


@pytest.mark.parametrize("selection", SECTIONS.values(), ids=SECTIONS)
async def test_a_denied_section_is_not_told_of(served: Served, selection: str) -> None:
    told = await mapped(served, BANK, OF % selection)
    assert map_of(told) == {"origins": [], "records": {}}
    assert not [secret for secret in SECRETS if secret in told.body]


async def test_the_records_that_the_attacks_are_after_are_there(served: Served) -> None:
    assert len(map_of(await mapped(served, OFF_DUTY, OF % RATINGS))["records"]) == 3


# Guard: the map takes the key from the attribute that `provenance` shows; internal keys are digests (`RowReader`).
OWNER: Final = Attacker("market_regulation", "OWNER")


@pytest.mark.parametrize("number", range(1, 5))
@pytest.mark.parametrize("attacker", [COURT, OWNER, BANK], ids=["court", "owner", "bank"])
async def test_no_number_of_a_person_stands_in_a_map(served: Served, attacker: Attacker, number: int) -> None:
    told = await mapped(served, attacker, PERSON, number)
    texts = list(_texts(map_of(told)))
    assert texts
    assert not [text for text in texts if holds_personal_number(text)]
    known = {citizen_id(each, female=female) for each in range(60) for female in (True, False)}
    assert not [text for text in texts if any(each in text for each in known)]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


# Guard: the plan knows the conditions of the document; what is skipped is in no selection that the walk goes through.
SKIPPED: Final = {
    "a section": "secret: penalties @skip(if: $yes) { items { decisionNo } } licenses { items { decisionNo } }",
    "the items": "penalties { state secret: items @skip(if: $yes) { decisionNo } }",
    "a section that is not included": "secret: penalties @include(if: $no) { items { decisionNo } }",
    "a fragment": "... @skip(if: $yes) { secret: penalties { items { decisionNo } } }",
    "a derived value": "secret: name @skip(if: $yes) uscc",
}


@pytest.mark.parametrize("selection", SKIPPED.values(), ids=SKIPPED)
@pytest.mark.parametrize("first", [True, False], ids=["skipped first", "shown first"])
async def test_what_is_skipped_stands_in_no_path(served: Served, selection: str, first: bool) -> None:
    query = (OF % f"kind @skip(if: $yes) @include(if: $no) {selection}").replace(
        "$key: SubjectKey!", "$key: SubjectKey!, $yes: Boolean!, $no: Boolean!"
    )
    asked = {yes: await mapped(served, BANK, f"{query} # {first}", yes=yes, no=not yes) for yes in (first, not first)}
    assert "secret" not in text_of(asked[True])
    assert "secret" in text_of(asked[False])


# Guard: the fingerprint of the caller and the wish are in the key of a plan (`Plans.plan`).
@pytest.mark.parametrize("first", [COURT, BANK], ids=["who may first", "who may not first"])
async def test_a_plan_of_another_caller_tells_nothing(served: Served, first: Attacker) -> None:
    query = OF % f"licenses {{ items {{ decisionNo remark }} }} {RATINGS}" + f" # {first.client}"
    asked = {each.client: await mapped(served, each, query) for each in (first, *({COURT, BANK} - {first}))}
    assert '"column"' in text_of(asked["court"])
    assert '"column"' not in text_of(asked["bank"])
    assert "remark" not in fields_of(asked["bank"])


async def test_a_map_that_was_asked_for_once_is_not_given_again(served: Served) -> None:
    await mapped(served, BANK, WHOLE)
    told = await BANK.ask(served, WHOLE, key=key(3))
    assert set(told.content["extensions"]) == {"receipt"}


# Guard: only what pages show is told of: records withheld, repaired, or kept from this caller are on none.
HIDING: Final = "penalties(first: 100) { items { state } } listEntries(first: 100) { items { kind } }"


@pytest.mark.parametrize("number", range(1, 7))
@pytest.mark.parametrize("attacker", [PORTAL, BANK, TAX], ids=["portal", "bank", "department"])
async def test_the_map_holds_no_record_that_is_not_shown(served: Served, attacker: Attacker, number: int) -> None:
    shown = {
        (record[ORIGIN]["source"], record[ORIGIN]["recordKey"])
        for _, record in records_in((await attacker.ask(served, with_origins(OF % HIDING), key=key(number))).data)
    }
    told = map_of(await mapped(served, attacker, OF % HIDING, number))
    assert {(told["origins"][at]["source"], record_key) for at, record_key, *_ in told["records"].values()} == shown


# Guard: nothing is told before the caller is known, nor to who may ask about nobody.
@pytest.mark.parametrize("token", ["", "Bearer nonsense"], ids=["no token", "a bad token"])
async def test_nobody_is_told_a_map(served: Served, token: str) -> None:
    said = {"query": WHOLE, "variables": {"key": key(3)}, "extensions": {"provenance": True}}
    told = await served.post(said, served.headers("bank") | {"Authorization": token})
    assert told.status == 401
    assert b"origins" not in told.body


async def test_who_may_see_no_field_is_told_of_no_record(served: Served) -> None:
    selection = "penalties { items { decisionNo } } licenses { items { content } } name"
    told = map_of(await mapped(served, AUDITOR, OF % selection))
    assert told == {"origins": [], "records": {}}


# Guard: the ledger keeps pseudonyms of keys, and stars long numbers in the names that a caller makes up.
async def test_the_ledger_keeps_no_key_of_a_record(served: Served) -> None:
    told = await mapped(served, COURT, (OF % "n12345678: penalties { items { decisionNo } }"))
    entry = await served.gateway.desk.ledger.get(told.receipt)
    assert entry is not None
    assert entry.traces
    text = encode_entry(replace(entry, parts={}))
    keys = [record[1] for record in map_of(told)["records"].values()]
    assert keys
    assert not [each for each in (*keys, "12345678") if each in text]
