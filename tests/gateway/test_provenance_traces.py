"""What the ledger keeps of where an answer came from: a trace for each section, a shape for each plan."""

import gc
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.ledger import Secret, pseudonym
from gateway.ledger.entry import SectionTrace, encode_shape, shape_digest
from gateway.ledger.pseudonym import RECORD_DIGITS, record_scheme
from gateway.provenance import shape, walk
from gateway.provenance.shape import named_shape, shape_of
from gateway.provenance.traces import ledger_path, traces
from schema.schema import SCHEMA
from tests.drawn import examples
from tests.gateway.origins import ORIGIN, at, records_in, with_origins
from tests.gateway.queries import operations
from tests.gateway.test_projector import CALLERS, FAULTS, KEYS
from tests.gateway.world import Asked, World, uscc_of

SECRET = Secret(b"k" * 32)
ALL = """
query All($key: SubjectKey!) {
  subject(key: $key) {
    ... on Organization {
      name
      mine: penalties(first: 50) { state rows: items { decisionNo fineAmount { amount } } }
      courtEnforcement { enforcementCases { items { caseNo } } }
      licenses { state totalCount }
      legalRepresentative { items { title person { name roles { items { organization { kind listEntries {
        items { kind } } } } } } } }
    }
  }
}
"""


async def asked_all(client: str = "court", number: int = 5) -> Asked:
    world = World()
    return await world.ask(ALL, {"key": {"scheme": "USCC", "value": uscc_of(number)}}, world.caller(client))


def traced(asked: Asked) -> dict[str, SectionTrace]:
    found = traces(asked.run, asked.values, SECRET)
    by_path = {each.path: each for each in found}
    assert len(by_path) == len(found)
    return by_path


def of(source: str, entity: str, key: str, part: str | None = None) -> tuple[str, str]:
    """Return what a trace says of a record in the table ``part``."""
    part = part or entity
    table = source if part == entity else f"{source}.{part}"
    return table, pseudonym(SECRET, record_scheme(source, part), key).partition(":")[2][:RECORD_DIGITS]


async def test_sections_stand_in_the_order_of_the_response() -> None:
    asked = await asked_all()
    paths = list(traced(asked))
    behind = "subject.legalRepresentative.items.0.person.roles"
    assert paths[:6] == [
        "subject.name",
        "subject.mine",
        "subject.courtEnforcement.enforcementCases",
        "subject.licenses",
        "subject.legalRepresentative",
        behind,
    ]
    assert f"{behind}.items.1.organization.listEntries" in paths


async def test_a_trace_names_the_records_that_are_shown() -> None:
    asked = await asked_all()
    found = traced(asked)
    shown = {
        f"subject.{each.field_name}": (each, page) for each, page in asked.run.shown() if each.type_name != "PersonRole"
    }
    use, page = shown["subject.penalties"]
    assert use.need.entity == found["subject.mine"].entity == "AdministrativePenalty"
    assert found["subject.mine"].state == page.state
    wanted = tuple(
        of(hit.ask.source.name, "AdministrativePenalty", row.record_key, hit.ask.part) for row, hit, _ in page.items
    )
    assert found["subject.mine"].records == wanted
    assert len(wanted) > 1


async def test_a_derived_value_names_its_record() -> None:
    found = traced(await asked_all())
    assert found["subject.name"] == SectionTrace(
        "subject.name", "Registration", "COMPLETE", found["subject.name"].records, found["subject.name"].digest
    )
    ((source, key),) = found["subject.name"].records
    assert (source, key) == of("market_registry", "Registration", uscc_of(5)[-6:] + "-0")


async def test_a_section_whose_records_are_not_shown_names_none() -> None:
    asked = await asked_all()
    assert asked.data["subject"]["licenses"]["totalCount"] != 0
    assert traced(asked)["subject.licenses"].records == ()


async def test_a_section_that_is_denied_says_so() -> None:
    asked = await asked_all("auditor")
    assert asked.data["subject"]["mine"] is None
    assert traced(asked)["subject.mine"] == SectionTrace("subject.mine", "AdministrativePenalty", "DENIED")


async def test_nothing_was_fetched() -> None:
    asked = await asked_all()
    assert traces(asked.run, [], SECRET) == ()


async def test_who_holds_the_secret_can_test_a_key_and_nobody_else() -> None:
    asked = await asked_all()
    other = traces(asked.run, asked.values, Secret(b"o" * 100))
    ours = traces(asked.run, asked.values, SECRET)
    assert [replace(each, records=(), digest="") for each in ours] == [
        replace(each, records=(), digest="") for each in other
    ]
    keys = [{key for each in found for _, key in each.records} for found in (ours, other)]
    assert keys[0].isdisjoint(keys[1])
    long = Secret(b"o" * 100)
    assert (
        "market_registry",
        pseudonym(long, "record:market_registry:Registration", uscc_of(5)[-6:] + "-0")[9:41],
    ) in [record for each in other for record in each.records]


@pytest.mark.parametrize(
    ("alias", "starred"),
    [("n123456789", "n****"), ("x1_2_3_4_5_6_7_8_9_0_1_2_3_4_5", "x****"), ("rows2026", "rows2026")],
)
async def test_long_numbers_in_names_are_starred(alias: str, starred: str) -> None:
    selection = f"... on Organization {{ {alias}: penalties {{ state }} }}"
    query = f"query($key: SubjectKey!) {{ subject(key: $key) {{ {selection} }} }}"
    asked = await World().ask(query, {"key": KEYS[0]})
    assert list(traced(asked)) == [f"subject.{starred}"]
    assert shape_of(asked.run.plan).paths[f"subject.{starred}"] == "Organization.penalties"
    assert ledger_path(f"subject.{alias}.items.3") == f"subject.{starred}.items.3"
    assert alias in asked.data["subject"]


def pattern(path: str) -> str:
    """Return a path without places in lists, as a shape has it."""
    return re.sub(r"\.\d+(?=\.|$)", "", path)


@settings(
    max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(
    drawn=operations(SCHEMA, KEYS),
    caller=st.sampled_from(CALLERS),
    faults=st.sampled_from(FAULTS),
)
async def test_traces_lead_to_the_records_of_the_answer(
    drawn: tuple[str, dict[str, Any]], caller: tuple[str, str | None], faults: Any
) -> None:
    query, variables = drawn
    world = World(faults)
    asked = await world.ask(with_origins(query), variables, world.caller(*caller))
    meanings = shape_of(asked.run.plan).paths
    shown: dict[str, list[tuple[str, str]]] = {}
    entities = {}
    for trace in traces(asked.run, asked.values, SECRET):
        assert pattern(trace.path) in meanings
        assert trace.path not in entities
        shown[trace.path], entities[trace.path] = list(trace.records), trace.entity
        if trace.state == "DENIED":
            assert at(asked.data, trace.path) is None
    records = list(records_in(asked.data))
    for path, record in records:
        section, _, place = path.rsplit(".", 2)
        origin = record[ORIGIN]
        told = shown[section][int(place)]
        part = told[0].partition(".")[2]
        assert told == of(origin["source"], entities[section], origin["recordKey"], part)
    sections = {path.rsplit(".", 2)[0] for path, _ in records}
    for path in entities.keys() - sections:
        assert len(shown[path]) == isinstance(at(asked.data, path), str), "a derived value comes from one record"


def leaves(value: Any, path: str = "") -> set[str]:
    """Return the paths, without places in lists, of everything in the data of an answer."""
    if isinstance(value, dict):
        return {path}.union(*(leaves(each, f"{path}.{key}" if path else key) for key, each in value.items()))
    if isinstance(value, list | tuple):
        return {path}.union(*(leaves(each, path) for each in value))
    return {path}


@settings(
    max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(drawn=operations(SCHEMA, KEYS))
async def test_a_shape_tells_every_path_of_the_answer(drawn: tuple[str, dict[str, Any]]) -> None:
    asked = await World().ask(*drawn)
    meanings = shape_of(asked.run.plan).paths
    assert leaves(asked.data) - {""} <= meanings.keys()
    for names in meanings.values():
        for name in names.split("|"):
            type_name, _, field = name.partition(".")
            assert field == "__typename" or field in SCHEMA.type_map[type_name].fields  # type: ignore[attr-defined]


async def test_names_of_several_fields_at_one_path() -> None:
    query = """query($key: SubjectKey!) { subject(key: $key) {
      ... on Enterprise { a: uscc } ... on SubjectUnresolved { a: message } } }"""
    asked = await World().ask(query, {"key": KEYS[0]})
    paths = shape_of(asked.run.plan).paths
    assert paths["subject.a"] == "Organization.uscc|SubjectUnresolved.message"
    assert paths["subject"] == "Query.subject"


async def test_a_shape_is_found_once_and_let_go_with_its_plan() -> None:
    asked = await asked_all()
    named = named_shape(asked.run.plan)
    traces(asked.run, asked.values, SECRET)
    assert named_shape(asked.run.plan) is named
    assert (named.text, named.digest) == (encode_shape(named.shape), shape_digest(encode_shape(named.shape)))
    kept = [len(each) for each in (shape._shapes, walk._ways)]
    del asked, named
    gc.collect()
    assert [len(each) for each in (shape._shapes, walk._ways)] < kept
