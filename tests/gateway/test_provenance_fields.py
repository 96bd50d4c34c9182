"""How fields were read and why they are open, held against the source files and the catalogue of the city."""

from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLEnumType
from msgspec.structs import replace as with_changes

from gateway.caller import Caller
from gateway.catalogue import Catalogue
from gateway.consents import Consent
from gateway.policy import Reason
from gateway.provenance.lineage import Lineage
from gateway.provenance.origin import Provenance
from gateway.provenance.transformations import in_words, is_masked, transformations_of
from schema.entities import CROSSWALK, INTERNAL_FIELDS, entity_of
from schema.schema import SCHEMA
from tests.gateway.staged import Record, staged
from tests.gateway.world import World, configuration, uscc_of

SOURCES = configuration().catalogue.sources
FIELDS = "field column transformations { code description } masked disclosure openedBy scope catalogueItem legalBasis"
SHOWN = [
    (f"{source.name} {part}.{name}", spec)
    for source in SOURCES.values()
    for part, entity in source.entities.items()
    for name, spec in entity.fields.items()
    if name not in INTERNAL_FIELDS.get(entity_of(part), ()) and entity_of(part) != CROSSWALK
]
KEY = {"scheme": "USCC", "value": uscc_of(1)}


def codes(source: str, part: str, name: str) -> list[str]:
    return [each.code for each in transformations_of(SOURCES[source].entities[part].fields[name])]


@pytest.mark.parametrize(
    ("source", "part", "name", "wanted", "masked"),
    [
        ("court_enforcement", "DishonestDebtorEntry", "masked_id_no", ["MASKED_NUMBER"], True),
        ("court_enforcement", "DishonestDebtorEntry", "party_type", ["CODE_TABLE"], False),
        ("court_enforcement", "DishonestDebtorEntry", "age", ["BLANK_WORDS", "NUMBER_FORM"], False),
        ("court_enforcement", "DishonestDebtorEntry", "published_on", ["DATE_FORM"], False),
        ("court_enforcement", "EnforcementCase", "amount", ["YUAN"], False),
        ("double_publicity", "AdministrativePenalty", "fine_amount", ["TEN_THOUSAND_YUAN"], False),
        ("double_publicity", "AdministrativePenalty", "legal_rep_id_no", ["MASKED_NUMBER"], True),
        ("procurement_records", "ContractPerformance", "amount", ["TEN_THOUSAND_YUAN"], False),
        ("market_registry", "Registration", "registered_capital", ["TEN_THOUSAND_YUAN", "CURRENCY"], False),
        ("market_registry", "LegalRepresentative", "person_masked_id", ["MASKED_NUMBER"], True),
        ("work_safety", "WorkSafetyRecord_accident", "direct_loss", ["TEN_THOUSAND_YUAN"], False),
        ("labor_inspection", "ListEntry_wages", "kind", ["CONSTANT"], False),
    ],
)
def test_what_is_done_to_a_field(source: str, part: str, name: str, wanted: list[str], masked: bool) -> None:
    assert codes(source, part, name) == wanted
    assert is_masked(SOURCES[source].entities[part].fields[name]) is masked


def test_every_field_of_the_city_says_what_is_done_to_it() -> None:
    assert len(SHOWN) > 400
    for place, spec in SHOWN:
        found = [each.code for each in transformations_of(spec)]
        table = spec.value is None and (spec.type == "code" or (spec.type == "boolean" and spec.codes is not None))
        assert found, place
        assert ("CODE_TABLE" in found) is table, place
        assert ("TEN_THOUSAND_YUAN" in found) is (spec.type == "wan_yuan"), place
        assert any(code.startswith("MASKED") or code == "BIRTH_YEAR" for code in found) is is_masked(spec), place
        assert is_masked(spec) is (spec.type.startswith("masked_") or spec.type == "birth_year"), place


def test_words_are_those_of_the_schema_chinese_first() -> None:
    known = SCHEMA.get_type("TransformationCode")
    assert isinstance(known, GraphQLEnumType)
    for code in known.values:
        zh, _, en = in_words(code).description.partition("。")
        assert zh
        assert not zh.isascii()
        assert en.isascii()


def test_ways_to_open_a_field_are_the_reasons_of_decisions() -> None:
    known = SCHEMA.get_type("Opening")
    assert isinstance(known, GraphQLEnumType)
    assert set(known.values) == {each.name for each in Reason if each.name.endswith("GRANTED")}


async def told(world: World, section: str, caller: Caller, fields: str = FIELDS) -> list[dict[str, Any]]:
    """Return what the records of a section of the subject 1 tell of their origins."""
    name, _, selection = section.partition(" ")
    origin = (
        f"provenance {{ mappingVersion catalogueItem legalBasis {{ code title }} cacheAgeMs fields {{ {fields} }} }}"
    )
    selected = f"... on Organization {{ {name} {{ items {{ {selection} {origin} }} }} }}"
    query = f"query($key: SubjectKey!) {{ subject(key: $key) {{ {selected} }} }}"
    asked = await world.ask(query, {"key": KEY}, caller)
    return [item["provenance"] for item in asked.data["subject"][name]["items"]]


PENALTY = Record("double_publicity", "AdministrativePenalty", uscc_of(1), {"decided_on": "2026-09-01"}, "1")


async def test_a_field_tells_column_level_and_way() -> None:
    world = staged(PENALTY)
    section = "penalties a: fineAmount { amount } b: fineAmount { currency } decisionNo state legalRepIdNo recordId"
    (origin,) = await told(world, section, world.caller("court"))
    assert [each["field"] for each in origin["fields"]] == ["fineAmount", "decisionNo", "state"]
    fine, number, state = origin["fields"]
    assert fine["transformations"] == [in_words("TEN_THOUSAND_YUAN")._asdict()]
    assert (fine["column"], fine["masked"], fine["disclosure"]) == ("CF_NR_FK", False, "PUBLIC")
    assert (fine["openedBy"], fine["scope"]) == ("GRANTED", "credit.public")
    assert number["column"] == "CF_WSH"
    assert state | {"transformations": []} == {
        "field": "state",
        "column": None,
        "transformations": [],
        "masked": False,
        "disclosure": None,
        "openedBy": None,
        "scope": None,
        "catalogueItem": number["catalogueItem"],
        "legalBasis": number["legalBasis"],
    }
    assert state["transformations"] == [in_words("JUDGED")._asdict()]


async def test_a_masked_field_says_so_to_who_may_see_it() -> None:
    world = staged(PENALTY)
    (origin,) = await told(world, "penalties legalRepIdNo", world.caller("business_environment", "OWNER"))
    (field,) = origin["fields"]
    assert (field["masked"], field["disclosure"], field["openedBy"]) == (True, "OWNER", "OWNER_GRANTED")
    assert field["scope"] == "owner.double_publicity"


async def test_the_legal_basis_is_that_of_the_catalogue() -> None:
    items = configuration().catalogue.items
    (origin,) = await told(staged(PENALTY), "penalties decisionNo", World().caller("bank"))
    item = items.item_of("AdministrativePenalty")
    assert item is not None
    assert origin["catalogueItem"] == item.code
    assert origin["legalBasis"] == [{"code": code, "title": items.bases[code].title} for code in item.legal_bases]
    assert list(origin["fields"][0]["legalBasis"]) == item.legal_bases
    assert item.legal_bases


@pytest.mark.parametrize(
    ("source", "part", "kind"),
    [
        ("work_safety", "ListEntry_serious", "WORK_SAFETY"),
        ("tax_notices", "ListEntry_violation", "MAJOR_TAX_VIOLATION"),
        ("upper_platform", "ListEntry", "CUSTOMS_SERIOUS"),
        ("procurement_records", "ListEntry", "GOVERNMENT_PROCUREMENT"),
    ],
)
async def test_a_record_of_a_sort_has_the_basis_of_its_sort(source: str, part: str, kind: str) -> None:
    item = configuration().catalogue.items.item_of("ListEntry", None, kind)
    assert item is not None
    world = staged(Record(source, part, uscc_of(1), {"included_on": "2026-09-01", "kind": kind}))
    (origin,) = await told(world, "listEntries reason", world.caller("market_regulation", "LAW_ENFORCEMENT"))
    assert origin["catalogueItem"] == item.code
    assert [each["code"] for each in origin["legalBasis"]] == item.legal_bases
    assert len({item.code for item in configuration().catalogue.items.of_entity("ListEntry")}) > 3


@pytest.mark.parametrize(("client", "shown"), [("court", True), ("bank", False), ("portal", False)])
async def test_columns_are_for_holders_of_provenance(client: str, shown: bool) -> None:
    world = staged(PENALTY)
    (origin,) = await told(world, "penalties decisionNo fineAmount { amount }", world.caller(client))
    assert [each["column"] for each in origin["fields"]] == (["CF_WSH", "CF_NR_FK"] if shown else [None, None])


async def test_a_consent_opens_a_field_for_its_subject() -> None:
    world = staged(Record("tax_credit", "TaxCreditRating", uscc_of(1), {"level": "A", "evaluation_year": 2025}))
    consent = Consent(
        "1", uscc_of(1), "bank", frozenset({"BANK_CREDIT"}), frozenset({"TaxCreditRating.*"}), "", "", "PAPER", ""
    )
    caller = replace(world.caller("bank"), consents=(consent,), consent="named")
    (origin,) = await told(world, "taxRatings level", caller)
    assert {each["openedBy"] for each in origin["fields"]} == {"CONSENT_GRANTED"}


async def test_the_mapping_version_is_that_of_one_source_file() -> None:
    known = configuration().catalogue
    source = known.sources["double_publicity"]
    other = Catalogue({**known.sources, source.name: with_changes(source, title="另一个系统")}, known.items)
    changed = {name for name in known.mappings if known.mappings[name] != other.mappings[name]}
    assert changed == {"double_publicity"}
    assert len(set(known.mappings.values())) == len(known.sources)
    (origin,) = await told(staged(PENALTY), "penalties decisionNo", World().caller("bank"))
    assert origin["mappingVersion"] == known.mappings["double_publicity"]


async def test_the_age_of_an_answer_that_was_not_fetched_for_the_request() -> None:
    selection = "... on Organization { penalties { items { decisionNo } } }"
    query = f"query($key: SubjectKey!) {{ subject(key: $key) {{ {selection} }} }}"
    asked = await staged(PENALTY).ask(query, {"key": KEY})
    ((_, page),) = asked.run.shown()
    ((row, hit, _),) = page.items
    assert hit.reached.fetched_at == "2026-11-01T00:00:00.000Z"
    midnight = 1_793_491_200_000
    for begun, age in ((midnight + 1_500, 1_500), (midnight, 0), (midnight - 1_000, 0)):
        asked.run.begun_ms = begun
        assert Provenance(asked.run, row, hit, Lineage()).cache_age_ms == age
