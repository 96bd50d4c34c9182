"""What is asked at run time: batches, levels, early steps, failures that stay where they are, deadlines."""

import asyncio
from collections import Counter
from math import ceil
from typing import Any

import pytest
from msgspec.structs import replace as with_changes

from connectors.base import Answer, Batch, Row
from connectors.errors import SourceClosed, SourceError, SourceMisread, SourceTimedOut, SourceUnavailable
from connectors.gate import Gate
from gateway.coalesce import Coalescer
from gateway.demo import codes
from gateway.errors import BadQuery
from gateway.subject import Person, Subject
from tests.gateway.staged import staged, with_fields
from tests.gateway.world import Inventor, World, configuration, uscc_of

ENTERPRISES = [codes.uscc("91", number) for number in range(1, 60, 2)]
ONE = f'key: {{scheme: USCC, value: "{uscc_of(1)}"}}'
FULL = """... on Organization {
  name registration { state items { name status } }
  legalRepresentative { state items { title person { name roles { state items { organization { name } } } } } }
  licenses { state items { decisionNo } } penalties { state coverage { source status reason } items { decisionNo } }
  taxRatings { state items { level } }
  courtEnforcement { dishonestEntries { state items { caseNo } } enforcementCases { state } }
}"""


def subjects(values: list[str]) -> tuple[str, dict[str, Any]]:
    query = f"query Q($keys: [SubjectKey!]!) {{ subjects(keys: $keys) {{ {FULL} }} }}"
    return query, {"keys": [{"scheme": "USCC", "value": value} for value in values]}


async def test_one_call_per_batch_source_entity_and_level() -> None:
    world = World()
    await world.ask(*subjects(ENTERPRISES), caller=world.caller("court"))
    keys: Counter[tuple[str, str, str, tuple[str, ...]]] = Counter()
    calls: Counter[tuple[str, str, str, tuple[str, ...]]] = Counter()
    for source, batch in world.batches():
        calls[source, batch.entity, batch.scheme, batch.fields] += 1
        keys[source, batch.entity, batch.scheme, batch.fields] += len(batch.keys)
    sizes = {name: spec.batch_size for name, spec in world.configuration.catalogue.sources.items()}
    assert calls == {step: ceil(count / sizes[step[0]]) for step, count in keys.items()}
    penalties = {
        step: count for step, count in calls.items() if step[:2] == ("double_publicity", "AdministrativePenalty")
    }
    assert list(penalties.values()) == [1]
    assert len(ENTERPRISES) <= sizes["double_publicity"]


async def test_repeated_keys_and_aliased_roots_cost_nothing_more() -> None:
    query = f"{{ a: subject({ONE}) {{ {FULL} }} b: subject({ONE}) {{ {FULL} }} }}"
    world = World()
    asked = await world.ask(query)
    assert asked.data["a"] == asked.data["b"]
    registrations = [batch for _, batch in world.batches() if batch.entity == "Registration"]
    assert len(registrations) == 2  # the subject's own, and those of the organizations that its person's roles lead to


async def test_both_uses_of_a_link_share_one_level() -> None:
    person = "items { person { roles { items { title } } } }"
    both = f"a: legalRepresentative {{ {person} }} b: legalRepresentative(first: 5) {{ {person} }}"
    query = f"{{ subject({ONE}) {{ ... on Enterprise {{ {both} }} }} }}"
    world = World()
    await world.ask(query)
    assert Counter(batch.entity for _, batch in world.batches())["PersonRole"] == 1


async def test_a_person_registered_under_the_code_of_an_organization_is_not_taken_for_it() -> None:
    run = (await World().ask(f"{{ subject({ONE}) {{ __typename }} }}")).run
    for _ in range(2):
        assert isinstance(run.linked("person", uscc_of(3)), Person)
        assert isinstance(run.linked("organization", uscc_of(3)), Subject)


async def test_a_denied_column_is_never_in_a_batch() -> None:
    query, variables = subjects(ENTERPRISES[:5])
    query = query.replace("items { decisionNo }", "items { decisionNo legalRepIdNo personIdNo }").replace(
        "items { level }", "items { level score }"
    )
    world = World()
    asked = await world.ask(query, variables, world.caller("court", "LAW_ENFORCEMENT"))
    seen = {(source, name) for source, batch in world.batches() for name in batch.fields}
    assert seen.isdisjoint(
        {("double_publicity", "legal_rep_id_no"), ("double_publicity", "person_id_no"), ("tax_credit", "score")}
    )
    assert "FIELD_FORBIDDEN" in {error["extensions"]["code"] for error in asked.errors}


@pytest.mark.parametrize("name", ["status", "decided_on", "decision_no", "authority_uscc"])
async def test_a_denied_column_is_not_asked_either_to_judge_or_to_merge_records(name: str) -> None:
    """Invariant 2, of what tells what a record is."""
    source, entity = "environment_penalties", "AdministrativePenalty"
    spec = configuration().catalogue.sources[source].entities[entity].fields[name]
    closed = with_changes(spec, scope=f"owner.{source}", disclosure="OWNER")
    world = staged(configured=with_fields(source, entity, **{name: closed}))
    selection = "penalties { items { decisionNo decidedOn status departmentCode } }"
    await world.ask(f"{{ subject({ONE}) {{ ... on Enterprise {{ {selection} }} }} }}", caller=world.caller("bank"))
    (batch,) = world.connectors[source].batches
    assert batch.fields
    assert name not in batch.fields
    owner = world.caller("ecology_environment", "OWNER")
    await world.ask(f"{{ subject({ONE}) {{ ... on Enterprise {{ {selection} }} }} }}", caller=owner)
    assert name in world.connectors[source].batches[-1].fields


async def test_a_denied_column_of_a_register_is_not_asked() -> None:
    query, variables = subjects(ENTERPRISES[:2])
    world = World()
    await world.ask(query, variables)
    registers = [batch for _, batch in world.batches() if batch.entity.startswith("Crosswalk")]
    assert registers
    assert not [batch for batch in registers if "pripid" in batch.fields]


async def test_a_row_filter_on_a_denied_field_is_a_denial() -> None:
    ratings = "taxRatings(level: A) { state items { taxpayerName } }"
    query = f"{{ subject({ONE}) {{ ... on Enterprise {{ {ratings} }} }} }}"
    world = World()
    asked = await world.ask(query, caller=world.caller("bank"))
    assert asked.data["subject"]["taxRatings"] is None
    assert asked.errors[0]["extensions"]["code"] == "FIELD_FORBIDDEN"
    assert world.connectors["tax_credit"].batches == []


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (SourceUnavailable("down"), "UNAVAILABLE"),
        (SourceTimedOut("slow"), "TIMED_OUT"),
        (SourceClosed("closed", "2026-11-02T05:30:00+08:00"), "CLOSED"),
        (SourceMisread("html"), "MISREAD"),
    ],
)
@pytest.mark.parametrize("source", ["double_publicity", "environment_penalties", "fire_penalties"])
async def test_one_bad_source_changes_its_own_coverage_and_nothing_else(
    source: str, fault: SourceError, status: str
) -> None:
    """Invariant 6."""
    query, variables = subjects(ENTERPRISES[:3])
    good = await World().ask(query, variables)
    bad = await World({source: fault}).ask(query, variables)
    for before, after in zip(good.data["subjects"], bad.data["subjects"], strict=True):
        assert after["penalties"]["state"] == "PARTIAL"
        coverage = {each["source"]: each["status"] for each in after["penalties"]["coverage"]}
        assert coverage.pop(source) == status
        assert set(coverage.values()) <= {"ANSWERED", "MISREAD", "NOT_COVERED"}
        changed = {name for name in before if before[name] != after[name]}
        assert changed <= ({"penalties", "licenses"} if source == "double_publicity" else {"penalties"})


async def test_with_every_source_down_nothing_reads_as_clean() -> None:
    """Invariant 5: not known is never "none"."""
    names = World().connectors
    world = World({name: SourceUnavailable("down") for name in names})
    asked = await world.ask(*subjects(ENTERPRISES[:2]))
    for subject in asked.data["subjects"]:
        assert subject["penalties"]["state"] == "UNKNOWN"
        assert subject["penalties"]["items"] == []
        assert {each["status"] for each in subject["penalties"]["coverage"]} <= {"UNAVAILABLE", "IDENTITY_UNRESOLVED"}
        assert subject["name"] is None
    assert "NOT_KNOWN" in {error["extensions"]["code"] for error in asked.errors}


async def test_a_lookup_that_failed_is_unresolved_and_not_absent() -> None:
    key = f'{{scheme: REG_NO, value: "{codes.registration_number(9)}"}}'
    problem = "__typename ... on SubjectUnresolved { coverage { source status } }"
    query = f"{{ subject(key: {key}) {{ {problem} }} }}"
    asked = await World({"market_registry": SourceTimedOut("slow")}).ask(query)
    assert asked.data["subject"] == {
        "__typename": "SubjectUnresolved",
        "coverage": [{"source": "market_registry", "status": "TIMED_OUT"}],
    }


class Gathering(Inventor):
    """Answers only when all the others have been asked as well: shows that they are asked at once."""

    def __init__(self, like: Inventor, asked: set[str], everybody: asyncio.Event) -> None:
        super().__init__(like.spec)
        self.asked = asked
        self.everybody = everybody

    async def fetch(self, batch: Batch) -> Answer:
        self.asked.add(batch.entity)
        if self.asked >= {"Registration", "AdministrativePenalty", "TaxCreditRating"}:
            self.everybody.set()
        await self.everybody.wait()
        return await super().fetch(batch)


async def test_children_whose_key_is_known_start_with_their_parents() -> None:
    world = World()
    asked, everybody = set[str](), asyncio.Event()
    for name in ("market_registry", "environment_penalties", "tax_credit"):
        source = world.sources[name]
        world.sources[name] = Coalescer(Gate(source.gate.spec, Gathering(world.connectors[name], asked, everybody)))
    query = f"{{ subject({ONE}) {{ ... on Enterprise {{ name penalties {{ state }} taxRatings {{ state }} }} }} }}"
    async with asyncio.timeout(5):
        answer = await world.ask(query, caller=world.caller("tax_department", "SUPERVISION"))
    assert answer.data["subject"]["taxRatings"]["state"] in {"COMPLETE", "PARTIAL"}


class Sharing(Inventor):
    """A registry that holds one registration number for two subjects."""

    def rows(self, batch: Batch, key: str) -> list[Row]:
        found = super().rows(batch, key)
        if batch.entity != "Crosswalk" or batch.scheme != "REG_NO":
            return found
        other = dict(zip(batch.fields, found[0].values, strict=True)) | {"uscc": uscc_of(59)}
        return [*found, Row(tuple(other[name] for name in batch.fields), "other")]


async def test_a_code_that_two_subjects_share_identifies_neither() -> None:
    world = World()
    registry = world.sources["market_registry"].gate.spec
    world.sources["market_registry"] = Coalescer(Gate(registry, Sharing(registry)))
    asked = await world.ask(*subjects(ENTERPRISES[:1]))
    penalties = asked.data["subjects"][0]["penalties"]
    coverage = {each["source"]: (each["status"], each["reason"]) for each in penalties["coverage"]}
    assert coverage["market_penalties"] == ("IDENTITY_UNRESOLVED", "its REG_NO is registered for several subjects")
    assert coverage["double_publicity"][0] == "IDENTITY_UNRESOLVED"
    assert penalties["state"] == "PARTIAL"
    assert world.connectors["market_penalties"].batches == []
    (batch,) = [each for each in world.connectors["double_publicity"].batches if each.entity == "AdministrativePenalty"]
    assert batch.aliases["REG_NO"] == {}


@pytest.mark.parametrize(("prefix", "registry"), [("12", "institution_registry"), ("31", None), ("N2", None)])
async def test_kinds_without_a_registration_number_are_asked_by_what_they_have(
    prefix: str, registry: str | None
) -> None:
    """A hospital has no registration number: that is no gap in what is known of it."""
    world = World()
    asked = await world.ask(*subjects([codes.uscc(prefix, 11)]))
    (subject,) = asked.data["subjects"]
    coverage = {each["source"]: each["status"] for each in subject["penalties"]["coverage"]}
    assert coverage["double_publicity"] in {"ANSWERED", "MISREAD"}
    assert coverage["market_penalties"] == "NOT_COVERED"
    asked_for_registration = {source for source, batch in world.batches() if batch.entity == "Registration"}
    assert asked_for_registration == ({registry} if registry is not None else set())
    assert (subject["registration"]["state"] == "NOT_COVERED") is (registry is None)
    assert [batch for _, batch in world.batches() if batch.entity == "Crosswalk"] == []


async def test_a_code_of_a_kind_that_no_registry_registers_is_not_known_and_not_absent() -> None:
    """Registries register some kinds of bodies each: that none holds an organization code attests nothing.

    Certificates and registration numbers are given out by one of them alone: who is not there has none.
    """
    world = World()
    for name, inventor in world.connectors.items():
        world.sources[name] = Coalescer(Gate(inventor.spec, Empty(inventor.spec)))
    problem = "__typename ... on SubjectUnresolved { coverage { source status } }"
    keys = [
        f'{{scheme: ORG_CODE, value: "{codes.org_code(11)}"}}',
        f'{{scheme: REG_NO, value: "{codes.registration_number(9)}"}}',
        f'{{scheme: SOCIAL_ORG_CERT, value: "{codes.social_certificate(9)}"}}',
        '{scheme: NAME, value: "无名公司"}',
    ]
    asked = await world.ask(f"{{ subjects(keys: [{', '.join(keys)}]) {{ {problem} }} }}")
    nobody = [each["__typename"] for each in asked.data["subjects"]]
    assert nobody == ["SubjectUnresolved", "SubjectNotFound", "SubjectNotFound", "SubjectUnresolved"]
    told = [[tuple(each.values()) for each in found.get("coverage", ())] for found in asked.data["subjects"]]
    assert told[0] == [("civil_affairs", "NOT_COVERED"), ("market_registry", "NOT_COVERED")]
    assert told[3] == [("institution_registry", "NOT_COVERED"), *[("market_registry", "NOT_COVERED")] * 2]


class Empty(Inventor):
    """A registry that holds nobody."""

    def rows(self, batch: Batch, key: str) -> list[Row]:
        return []


@pytest.mark.parametrize("argument", ["entity", "source"])
async def test_the_catalogue_knows_what_it_is_asked_for(argument: str) -> None:
    with pytest.raises(BadQuery, match="must be one of"):
        await World().ask(f'{{ catalogueFields({argument}: "no_such") {{ field }} }}')
