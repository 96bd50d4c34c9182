"""What is told becomes a sound source with sound cases, for every entity that the schema knows."""

from pathlib import Path
from typing import get_args

import pytest

from connectors.load import Known
from connectors.personal import OF_PERSONS
from connectors.spec import ValueType
from gateway.catalogue import Known as KnownToItems
from gateway.catalogue import load_items, load_legal_bases
from gateway.departments import load_departments
from gateway.kit.cases import read_case
from gateway.kit.draft import Told, make_tables
from gateway.kit.levels import narrow_levels
from gateway.kit.onboarding import Draft, check_draft
from gateway.kit.proposal import usual_type
from gateway.policy import load_policy
from schema.entities import ENTITY_FIELDS
from tests.commands import ROOT

DEPARTMENTS = load_departments(ROOT / "config" / "departments.toml")
BASES = load_legal_bases(ROOT / "config" / "legal_bases.toml")
NAMED = KnownToItems(DEPARTMENTS, BASES, ENTITY_FIELDS)
ITEMS = load_items(ROOT / "config" / "catalogue" / "items", NAMED)
POLICY = load_policy(ROOT / "config" / "scopes.toml")
KNOWN = Known(DEPARTMENTS, POLICY.field_mistake)
ABOUT = {"department": "urban_management", "title": "系统", "contact": "股(示例)"}


def drafted(told: Told, folder: Path) -> Draft:
    tables = make_tables(told, POLICY)
    narrow_levels(told.name, tables["entities"], told.levels, ITEMS)
    return check_draft(tables, folder, KNOWN, ITEMS)


def is_served(entity: str) -> bool:
    item = ITEMS.item_of(entity)
    return item is None or item.served


@pytest.mark.parametrize("entity", sorted(filter(is_served, ENTITY_FIELDS)))
def test_every_entity_and_every_field_makes_a_sound_source(entity: str, tmp_path: Path) -> None:
    scheme = "PERSON" if entity in OF_PERSONS else "ORG_CODE"
    readable = [name for name in ENTITY_FIELDS[entity] if usual_type(entity, name) in get_args(ValueType)]
    told = Told("city_order", "sql", dict(ABOUT), [entity], ["table=t"], [f"{scheme}=code"], ["id"])
    told.fields = [f"{name}=c_{name}" for name in readable]
    draft = drafted(told, tmp_path)
    assert set(draft.source.entities[entity].fields) == set(readable)
    (tmp_path / f"{entity}.found.toml").write_text(draft.cases[f"{entity}.found.toml"], encoding="utf-8")
    found = read_case(tmp_path / f"{entity}.found.toml", draft.source)
    assert set(found.spec.records[0].values) == set(readable), "every field has an example that reads"


def test_numbers_of_persons_are_the_owners_and_links_are_not_public(tmp_path: Path) -> None:
    told = Told("roles", "sql", dict(ABOUT), ["PersonRole"], ["table=t"], ["PERSON=cerno"], ["id"])
    told.fields = ["person_masked_id=cerno", "person_key=cerno", "person_name=name:text:credit.consent"]
    fields = drafted(told, tmp_path).source.entities["PersonRole"].fields
    assert {name: (spec.type, spec.scope, spec.disclosure) for name, spec in fields.items()} == {
        "person_masked_id": ("masked_id", "owner.roles", "OWNER"),
        "person_key": ("person_key", "person.link", "GOV_CONDITIONAL"),
        "person_name": ("text", "credit.consent", "CONSENT"),
    }
