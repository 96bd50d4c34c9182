"""The map of an answer's provenance: one path for each record, the same origins that the records tell themselves."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.errors import BadParameters
from gateway.provenance.map import provenance_map, provenance_wish
from schema.schema import SCHEMA
from tests.drawn import examples
from tests.gateway.origins import ORIGIN, at, records_in, with_origins
from tests.gateway.queries import operations
from tests.gateway.staged import Record, staged
from tests.gateway.test_projector import CALLERS, FAULTS, KEYS
from tests.gateway.world import Asked, World, uscc_of

PLACES = """
query Places($key: SubjectKey!, $no: Boolean!) {
  subject(key: $key) { ...whole ... on Enterprise { extra: licenses @skip(if: $no) { items { decisionNo } } } }
}
fragment whole on Organization {
  called: name
  mine: penalties(first: 50) { rows: items { decisionNo } again: items { fineAmount { amount } } }
  courtEnforcement { cases: enforcementCases { items { caseNo } } }
  taxArrears { state totalCount }
  legalRepresentative { items { title person { roles { items { organization { listEntries { items { kind } } } } } } } }
}
"""


async def mapped(query: str, variables: dict[str, Any], client: str = "court", world: World | None = None) -> Any:
    world = world or World()
    asked = await world.ask(query, variables, world.caller(client), provenance=True)
    return asked, map_of(asked)


def map_of(asked: Asked) -> Any:
    return orjson.loads(orjson.dumps(provenance_map(asked.run, asked.values)))


def key(number: int) -> dict[str, str]:
    return {"scheme": "USCC", "value": uscc_of(number)}


async def test_paths_are_those_of_the_response() -> None:
    asked, told = await mapped(PLACES, {"key": key(5), "no": True})
    rows = [path for path in told["records"] if path.startswith("subject.mine.rows.")]
    assert rows == [f"subject.mine.rows.{at}" for at in range(len(asked.data["subject"]["mine"]["rows"]))]
    assert [told["records"][path.replace("rows", "again")] for path in rows] == [told["records"][path] for path in rows]
    assert len(rows) > 1
    every = [(await mapped(PLACES, {"key": key(number), "no": True}))[1] for number in range(1, 8)]
    starts = {".".join(path.split(".")[:3]) for each in every for path in each["records"]}
    assert starts == {
        "subject.mine.rows",
        "subject.mine.again",
        "subject.courtEnforcement.cases",
        "subject.legalRepresentative.items",
    }
    assert any(".organization.listEntries.items." in path for each in every for path in each["records"])
    assert list(told["values"]) == ["subject.called"]


async def test_lists_of_subjects_and_entities_of_a_federation_stand_by_their_places() -> None:
    query = """query($keys: [SubjectKey!]!, $of: [_Any!]!) {
      all: subjects(keys: $keys) { ... on Organization { penalties { items { decisionNo } } } }
      _entities(representations: $of) { ... on Enterprise { name licenses { items { decisionNo } } } }
    }"""
    keys = [{"scheme": "USCC", "value": "not a code"}, *(key(number) for number in (1, 3, 5, 7))]
    representations = [{"__typename": "Enterprise"}, {"__typename": "Enterprise", "uscc": uscc_of(5)}]
    asked, told = await mapped(with_origins(query), {"keys": keys, "of": representations})
    records = dict(records_in(asked.data))
    assert told["records"].keys() == records.keys()
    assert {path.partition(".")[0] for path in records} == {"all", "_entities"}
    assert not any(path.startswith(("all.0.", "_entities.0.")) for path in records)
    assert told["values"].keys() == {"_entities.1.name"}


async def test_what_is_skipped_is_not_told_of() -> None:
    _, without = await mapped(PLACES, {"key": key(5), "no": True})
    _, with_licenses = await mapped(PLACES, {"key": key(5), "no": False})
    assert "extra" not in json.dumps(without)
    assert any(path.startswith("subject.extra.items.") for path in with_licenses["records"])


@settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(drawn=operations(SCHEMA, KEYS), caller=st.sampled_from(CALLERS), faults=st.sampled_from(FAULTS))
async def test_every_record_has_one_path_and_every_path_a_record(
    drawn: tuple[str, dict[str, Any]], caller: tuple[str, str | None], faults: Any
) -> None:
    query, variables = drawn
    world = World(faults)
    asked = await world.ask(with_origins(query), variables, world.caller(*caller), provenance=True)
    told = map_of(asked)
    records = dict(records_in(asked.data))
    assert told["records"].keys() == records.keys()
    for path, record in records.items():
        number, record_key, written, updated, digest = told["records"][path]
        origin = told["origins"][number]
        assert record[ORIGIN] == {
            "source": origin["source"],
            "recordKey": record_key,
            "sourceUpdatedAt": updated,
            "digest": digest,
            "departmentAsWritten": written or origin["department"]["name"],
        }
        assert origin["fields"] < len(told["fields"])
    for path in told.get("values", {}):
        assert isinstance(at(asked.data, path), str)
    used = [row[0] for row in (*told["records"].values(), *told.get("values", {}).values())]
    others = [row[0] for rows in told.get("alsoReportedBy", {}).values() for row in rows]
    assert {*used, *others} == set(range(len(told["origins"])))
    assert told.get("alsoReportedBy", {}).keys() <= records.keys()


@pytest.mark.parametrize("client", ["court", "bank", "portal", "tax_department"])
async def test_the_map_changes_nothing_of_the_data(client: str) -> None:
    world = World()
    variables = {"key": key(5), "no": False}
    plain = await world.ask(PLACES, variables, world.caller(client))
    asked, _ = await mapped(PLACES, variables, client, world)
    assert json.dumps(plain.data, default=str) == json.dumps(asked.data, default=str)
    assert plain.errors == asked.errors


async def test_a_plan_with_the_map_is_another_one() -> None:
    world = World()
    plain = await world.ask(PLACES, {"key": key(5), "no": False})
    asked, _ = await mapped(PLACES, {"key": key(5), "no": False}, world=world)
    assert plain.compiled is not asked.compiled
    for each, digests in ((plain, False), (asked, True)):
        assert {batch.digests for ask, batch, _ in each.run.calls if ask.entity_name != "Crosswalk"} == {digests}


REPORTED = {"decision_no": "同市监罚〔2026〕29号", "authority": "同江市市场监督管理局", "decided_on": "2026-09-01"}


async def test_other_reports_of_a_record_and_who_decided_as_written() -> None:
    world = staged(
        Record("fire_penalties", "AdministrativePenalty", uscc_of(1), REPORTED, "F1", "2026-09-02T00:00:00+08:00"),
        Record("double_publicity", "AdministrativePenalty", uscc_of(1), REPORTED, "D1", "2026-09-03T00:00:00+08:00"),
    )
    query = (
        "query($key: SubjectKey!) { subject(key: $key) { ... on Organization { penalties { items { decisionNo } } } } }"
    )
    _, told = await mapped(query, {"key": key(1)}, world=world)
    (path, record), *more = told["records"].items()
    assert (path, more) == ("subject.penalties.items.0", [])
    assert record[1:4] == ["D1", "同江市市场监督管理局", "2026-09-03T00:00:00+08:00"]
    ((number, record_key, *_),) = told["alsoReportedBy"][path]
    assert (told["origins"][number]["source"], record_key) == ("fire_penalties", "F1")


async def test_nobody_asked_about_leaves_an_empty_map() -> None:
    _, told = await mapped("{ __typename sources { name } }", {})
    assert told == {"origins": [], "records": {}}


@pytest.mark.parametrize(
    ("extensions", "wish"), [({}, False), ({"provenance": None}, False), ({"provenance": True}, True)]
)
def test_a_wish(extensions: dict[str, Any], wish: bool) -> None:
    assert provenance_wish(extensions) is wish


@pytest.mark.parametrize("wish", ["true", 1, 0, [], {}, "only", "yes"], ids=repr)
def test_a_wish_that_says_nothing_is_refused(wish: Any) -> None:
    with pytest.raises(BadParameters, match=r"`extensions\.provenance` must be true or false"):
        provenance_wish({"provenance": wish})
