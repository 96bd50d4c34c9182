"""The query of a rule set: valid for every section of the graph, each need under its own name."""

from collections.abc import Iterator

import pytest
from graphql import get_named_type, is_leaf_type, parse, validate

from gateway.checks.document import Fields, document_of, fields_of, owners_of, record_of
from gateway.rules.model import Need
from schema.bindings import Same, Section
from schema.organization import ORGANIZATIONS
from schema.schema import SCHEMA, binding


def _sections() -> Iterator[str]:
    """Yield the path of every section of an organization, those of its groups included."""
    types = (SCHEMA.type_map[each.__name__] for each in ORGANIZATIONS)
    names = dict.fromkeys(name for each in types if isinstance(each, Fields) for name in each.fields)
    for name in names:
        (owner, *_) = owners_of(name)
        bound = binding(owner.name, name)
        if isinstance(bound, Section):
            yield name
        if isinstance(bound, Same):
            group = get_named_type(owner.fields[name].type)
            assert isinstance(group, Fields)
            yield from (f"{name}.{inner}" for inner in group.fields)


def _leaf(path: str) -> str:
    """Return a field of the records at ``path`` that is a value of its own."""
    at: Fields = owners_of(path.split(".")[0])[0]
    for step in path.split("."):
        inner = get_named_type(at.fields[step].type)
        assert isinstance(inner, Fields)
        at = record_of(inner) or inner
    found: str = next(name for name, each in reversed(at.fields.items()) if is_leaf_type(get_named_type(each.type)))
    return found


@pytest.mark.parametrize("path", list(_sections()))
def test_every_section_can_be_a_need(path: str) -> None:
    need = Need(section=path, fields=[_leaf(path)])
    assert validate(SCHEMA, parse(document_of({"wanted": need}))) == []
    assert fields_of(need)


def test_needs_of_one_section_stand_beside_each_other() -> None:
    needs = {
        "taxes": Need(section="listEntries", arguments={"kinds": ["MAJOR_TAX_VIOLATION"]}, fields=["kind"]),
        "wages": Need(section="listEntries", arguments={"kinds": ["WAGE_ARREARS"], "active": True}, fields=["kind"]),
        "restricted": Need(section="legalRepresentative.person.consumptionRestrictions", fields=["caseNo"]),
        "linked": Need(section="shareholders", fields=["organization.uscc"]),
        "integrity": Need(section="governmentIntegrity", fields=["recordType"]),
    }
    text = document_of(needs)
    assert validate(SCHEMA, parse(text)) == []
    assert "taxes: listEntries(kinds: [MAJOR_TAX_VIOLATION], first: 200)" in text
    assert "wages: listEntries(kinds: [WAGE_ARREARS], active: true, first: 200)" in text
    assert "... on GovernmentBody { integrity:" in text
    assert "restricted: legalRepresentative(first: 20)" in text, "what is passed by costs as much as is asked of it"


def test_fields_of_a_need_are_those_of_its_entity() -> None:
    need = Need(section="listEntries", arguments={"active": True}, fields=["kind", "includedOn"])
    assert {"ListEntry.kind", "ListEntry.included_on"} <= fields_of(need)
    assert fields_of(Need(section="penalties", fields=["fineAmount.amount"])) >= {"AdministrativePenalty.fine_amount"}


def test_the_comparison_of_registers_can_be_a_need() -> None:
    need = Need(section="identityConflicts", fields=["scheme", "value"])
    text = document_of({"wanted": need})
    assert validate(SCHEMA, parse(text)) == []
    assert "wanted: identityConflicts { state coverage {" in text
    assert {"Registration.name", "TaxRegistration.taxpayer_no"} <= fields_of(need)
    assert validate(SCHEMA, parse(document_of({"wanted": Need(section="identityConflicts", fields=["scheme"])}))) == []
