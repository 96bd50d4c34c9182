"""Several tables of one entity at one source: each is asked for itself, and their records stand in one section."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from msgspec.structs import replace as with_changes

from connectors.spec import AnyEntity
from gateway.caller import Caller
from gateway.catalogue import Catalogue
from gateway.configuration import Configuration
from gateway.ledger import Secret
from gateway.merge import DECISIONS
from gateway.plan.explain import explain
from gateway.proof.parts import Encoded
from gateway.seal import Seal
from tests.gateway.world import World, configuration, uscc_of

SOURCE = "market_penalties"
ENTITY = "AdministrativePenalty"
PARTS = ["AdministrativePenalty_new", "AdministrativePenalty_old"]
FULL = 1
"""The number of a subject with records in both parts."""
QUERY = """query($key: SubjectKey!) { subject(key: $key) { ... on Organization {
    penalties(first: 50) { items { decisionNo provenance { source recordKey } } coverage { source status } }
} } }"""


@pytest.fixture
def parted() -> Configuration:
    """The configuration of the city, but with the penalties of one source in two tables, one without a number."""
    known = configuration()
    spec = known.catalogue.sources[SOURCE]
    (entity,) = spec.entities.values()
    fields = {name: field for name, field in entity.fields.items() if name != "decision_no"}
    parts = dict(zip(PARTS, (entity, with_changes(entity, fields=fields)), strict=True))
    changed = with_changes(spec, entities=parts)
    sources = {**known.catalogue.sources, SOURCE: changed}
    return replace(known, catalogue=Catalogue(sources, known.catalogue.items))


@pytest.fixture
def tables(parted: Configuration) -> dict[str, AnyEntity]:
    return dict(parted.catalogue.sources[SOURCE].entities)


def told(table: AnyEntity) -> tuple[str, ...]:
    """Return what is asked of a table for `QUERY`: what that shows, and what tells what a record is."""
    wanted = {*configuration().disclosure.inputs(ENTITY), *DECISIONS[ENTITY]}
    return tuple(sorted(wanted & table.fields.keys()))


def ask(number: int) -> dict[str, Any]:
    return {"key": {"scheme": "USCC", "value": uscc_of(number)}}


def test_owners_of_an_entity_are_the_parts_of_all_sources(parted: Configuration) -> None:
    owners = [(source.name, part) for source, part, _ in parted.catalogue.owners(ENTITY)]
    assert [part for name, part in owners if name == SOURCE] == PARTS
    others = [(source.name, part) for source, part, _ in configuration().catalogue.owners(ENTITY)]
    assert [each for each in owners if each[0] != SOURCE] == [each for each in others if each[0] != SOURCE]
    assert [name for name, _ in owners] == sorted(name for name, _ in owners)
    assert parted.catalogue.entities == configuration().catalogue.entities


async def test_every_part_is_asked_for_what_it_has_and_covered(
    parted: Configuration, tables: dict[str, AnyEntity]
) -> None:
    world = World(configured=parted)
    asked = await world.ask(QUERY, ask(3))
    batches = [batch for source, batch in world.batches() if source == SOURCE]
    assert {batch.entity: batch.fields for batch in batches} == {part: told(tables[part]) for part in PARTS}
    assert [batch.entity for batch in batches] == PARTS
    assert "decision_no" in batches[0].fields
    assert "decision_no" not in batches[1].fields
    section = asked.data["subject"]["penalties"]
    assert [each["source"] for each in section["coverage"]].count(SOURCE) == 2


async def test_records_of_every_part_stand_in_one_section(parted: Configuration) -> None:
    world = World(configured=parted)
    owner = Caller("regulator", "market_regulation", frozenset({"credit.public", f"owner.{SOURCE}"}), "OWNER")
    query = QUERY.replace("items {", "items { alsoReportedBy { source recordKey }")
    section = (await world.ask(query, ask(FULL), owner)).data["subject"]["penalties"]
    origins = [from_ for each in section["items"] for from_ in (each["provenance"], *each["alsoReportedBy"])]
    shown = [each["recordKey"] for each in origins if each["source"] == SOURCE]
    found = [world.connectors[SOURCE].rows(batch, *batch.keys) for name, batch in world.batches() if name == SOURCE]
    assert len(found) == 2
    assert all(found)
    assert sorted(shown) == sorted(row.record_key for rows in found for row in rows)


async def test_coverage_names_the_part_that_has_a_name_of_its_own(parted: Configuration) -> None:
    query = QUERY.replace("source status", "source part")
    section = (await World(configured=parted).ask(query, ask(3))).data["subject"]["penalties"]
    parts = [each["part"] for each in section["coverage"] if each["source"] == "double_publicity"]
    assert parts == [None, "行政处罚(2016 版归档)"]


async def test_the_ledger_and_the_plan_tell_of_the_entity(parted: Configuration, tables: dict[str, AnyEntity]) -> None:
    asked = await World(configured=parted).ask(QUERY, ask(3))
    seal = Seal(Secret(b"k" * 32), parted.catalogue.version, parted.policy.version)
    (use,) = seal.entry("0" * 32, asked.run, asked.operation, asked.values, Encoded(b"", {}), 0.0).sources[SOURCE]
    coverage = asked.data["subject"]["penalties"]["coverage"]
    statuses = Counter(each["status"] for each in coverage if each["source"] == SOURCE)
    assert (use.entity, use.calls, use.statuses) == (ENTITY, 2, dict(statuses))
    assert use.fields == told(tables[PARTS[0]])
    steps = explain(asked.compiled.plan, columns=False)["steps"]
    assert [step.get("part") for step in steps if step["source"] == SOURCE] == PARTS


async def test_sources_and_fields_of_the_catalogue_show_the_entity_once(parted: Configuration) -> None:
    world = World(configured=parted)
    shown = f'{{ sources {{ name entities }} catalogueFields(entity: "{ENTITY}") {{ field source entity }} }}'
    data = (await world.ask(shown)).data
    assert {each["name"]: each["entities"] for each in data["sources"]}[SOURCE] == [ENTITY]
    fields = [each["field"] for each in data["catalogueFields"] if each["source"] == SOURCE]
    assert sorted(fields) == sorted(set(fields))
    assert "decisionNo" in fields
    assert {each["entity"] for each in data["catalogueFields"]} == {ENTITY}
