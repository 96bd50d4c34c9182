"""Several tables of one entity at one source: each is asked for itself, and their records stand in one section."""

from dataclasses import replace
from typing import Any

import pytest
from msgspec.structs import replace as with_changes

from gateway.catalogue import Catalogue
from gateway.configuration import Configuration
from gateway.ledger import Secret
from gateway.plan.explain import explain
from gateway.seal import Seal
from tests.gateway.world import World, configuration, uscc_of

SOURCE = "market_penalties"
PARTS = ["AdministrativePenalty_new", "AdministrativePenalty_old"]
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
    return replace(known, catalogue=Catalogue({**known.catalogue.sources, SOURCE: changed}))


def ask(number: int) -> dict[str, Any]:
    return {"key": {"scheme": "USCC", "value": uscc_of(number)}}


def test_owners_of_an_entity_are_the_parts_of_all_sources(parted: Configuration) -> None:
    owners = [(source.name, part) for source, part, _ in parted.catalogue.owners("AdministrativePenalty")]
    assert [part for name, part in owners if name == SOURCE] == PARTS
    assert {part for name, part in owners if name != SOURCE} == {"AdministrativePenalty"}
    assert [name for name, _ in owners] == sorted(name for name, _ in owners)
    assert parted.catalogue.entities == configuration().catalogue.entities


async def test_every_part_is_asked_for_what_it_has_and_covered(parted: Configuration) -> None:
    world = World(configured=parted)
    asked = await world.ask(QUERY, ask(3))
    batches = [batch for source, batch in world.batches() if source == SOURCE]
    assert [(batch.entity, batch.fields) for batch in batches] == [
        (PARTS[0], ("decided_on", "decision_no")),
        (PARTS[1], ("decided_on",)),
    ]
    section = asked.data["subject"]["penalties"]
    assert [each["source"] for each in section["coverage"]].count(SOURCE) == 2
    shown = [each["provenance"]["recordKey"] for each in section["items"] if each["provenance"]["source"] == SOURCE]
    rows = [row for batch in batches for row in world.connectors[SOURCE].rows(batch, *batch.keys)]
    assert sorted(shown) == sorted(row.record_key for row in rows)
    assert rows


async def test_the_ledger_and_the_plan_tell_of_the_entity(parted: Configuration) -> None:
    asked = await World(configured=parted).ask(QUERY, ask(3))
    seal = Seal(Secret(b"k" * 32), parted.catalogue.version, parted.policy.version)
    (use,) = seal.entry("0" * 32, asked.run, asked.operation, asked.values, b"", 0.0).sources[SOURCE]
    assert (use.entity, use.calls, use.statuses) == ("AdministrativePenalty", 2, {"ANSWERED": 2})
    assert use.fields == ("decided_on", "decision_no")
    steps = explain(asked.compiled.plan, columns=False)["steps"]
    assert [step.get("part") for step in steps if step["source"] == SOURCE] == PARTS


async def test_sources_and_catalogue_show_the_entity_once(parted: Configuration) -> None:
    world = World(configured=parted)
    shown = '{ sources { name entities } catalogue(entity: "AdministrativePenalty") { field source entity } }'
    data = (await world.ask(shown)).data
    assert {each["name"]: each["entities"] for each in data["sources"]}[SOURCE] == ["AdministrativePenalty"]
    fields = [each["field"] for each in data["catalogue"] if each["source"] == SOURCE]
    assert sorted(fields) == sorted(set(fields))
    assert "decisionNo" in fields
    assert {each["entity"] for each in data["catalogue"]} == {"AdministrativePenalty"}
