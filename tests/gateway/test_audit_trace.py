"""From a path of an answer to the source, the record and the reason, told from an entry alone."""

from typing import Any

import pytest

from gateway.audit.trace import WORDS, trace_path
from gateway.audit.traced import show_trace
from gateway.ledger.entry import Shape
from gateway.plan.document import redact
from schema.trace import TraceState
from tests.gateway.audited import SHAPE, answered, refused
from tests.gateway.world import configuration


def test_a_value_of_a_record_is_traced_to_its_source_and_record() -> None:
    traced = trace_path(answered(), SHAPE, "subject.fines.rows.0.fine.amount")
    assert (traced.state, traced.declared) == ("TRACED", "Money.amount")
    assert (traced.entity, traced.name) == ("AdministrativePenalty", "fine_amount")
    (origin,) = traced.origins
    assert (origin.source, origin.record_key, origin.asked) == ("fire_penalties", "a" * 32, True)
    assert (traced.section, traced.items) == ("PARTIAL", 3)


def test_each_place_of_a_list_has_its_own_record() -> None:
    found = [trace_path(answered(), SHAPE, f"subject.fines.rows.{at}.decisionNo").origins for at in range(3)]
    assert [[(each.source, each.record_key) for each in origins] for origins in found] == [
        [("fire_penalties", "a" * 32)],
        [("market_penalties", "b" * 32)],
        [("fire_penalties", "c" * 32)],
    ]


def test_a_field_that_this_source_was_not_asked_for_is_told_apart() -> None:
    """One source has the amounts; the other was not asked for them: its record shows null there."""
    (origin,) = trace_path(answered(), SHAPE, "subject.fines.rows.1.fine").origins
    assert (origin.source, origin.asked) == ("market_penalties", False)


@pytest.mark.parametrize(
    ("path", "state"),
    [
        ("subject.fines.rows.3.decisionNo", "NO_SUCH_ITEM"),
        ("subject.fines.rows.999999999", "NO_SUCH_ITEM"),
        ("subject.fines.rows.0.facts", "DENIED"),
        ("subject.taxRatings", "DENIED"),
        ("subject.fines.rows.0.content", "NOT_IN_ANSWER"),
        ("subject.penalties", "NOT_IN_ANSWER"),
        ("subject.fines.state", "OWN"),
        ("subject.fines.coverage.0.source", "OWN"),
        ("subject.uscc", "OWN"),
        ("sources.0.state", "OWN"),
        ("subject.fines", "TRACED"),
        ("subject.fines.rows", "TRACED"),
        ("subject.fines.rows.0", "TRACED"),
        ("subject.fines.rows.0.provenance.source", "TRACED"),
        ("subject", "TRACED"),
    ],
)
def test_every_path_has_a_state(path: str, state: str) -> None:
    assert trace_path(answered(), SHAPE, path).state == state


def test_a_denied_field_says_why() -> None:
    traced = trace_path(answered(), SHAPE, "subject.fines.rows.0.facts")
    assert [(each.field, each.reason) for each in traced.denials] == [("AdministrativePenalty.facts", "SCOPE_MISSING")]
    whole = trace_path(answered(), SHAPE, "subject.taxRatings")
    assert [each.reason for each in whole.denials] == ["CONSENT_MISSING"]
    assert whole.entity == "TaxCreditRating"


def test_a_section_as_a_whole_names_every_source_that_was_asked() -> None:
    traced = trace_path(answered(), SHAPE, "subject.fines.rows")
    assert [each.source for each in traced.origins] == ["fire_penalties", "market_penalties"]
    assert all(each.record_key is None for each in traced.origins)


def test_a_derived_value_comes_from_the_record_that_it_was_read_from() -> None:
    traced = trace_path(answered(), SHAPE, "subject.name")
    assert (traced.entity, traced.name) == ("Registration", "name")
    assert [(each.source, each.record_key) for each in traced.origins] == [("market_registry", "0" * 32)]


@pytest.mark.parametrize(
    ("path", "entity", "name", "key"),
    [
        ("subject.people.items.0.person.name", "LegalRepresentative", "person_name", "d"),
        ("subject.people.items.0.person.roles.items.0.title", "PersonRole", "title", "e"),
    ],
)
def test_what_stands_behind_a_person_is_traced_to_the_role_or_to_its_own_section(
    path: str, entity: str, name: str, key: str
) -> None:
    traced = trace_path(answered(), SHAPE, path)
    assert (traced.entity, traced.name) == (entity, name)
    assert [each.record_key for each in traced.origins] == [key * 32]


@pytest.mark.parametrize("kind", ["REFUSAL", "CHANGE", "EXPLAIN"])
def test_what_had_no_answer_cannot_be_traced(kind: Any) -> None:
    assert trace_path(answered(kind=kind), SHAPE, "subject.name").state == "NO_ANSWER"
    assert trace_path(refused(), None, "subject.name").state == "NO_ANSWER"


def test_names_that_hold_long_numbers_are_found_as_the_ledger_has_them() -> None:
    """The ledger stars long numbers in names that a caller made up (`gateway.plan.document.redact`)."""
    name = "row230881198501010013"
    assert redact(name) != name
    assert trace_path(answered(traces=()), Shape({redact(name): "Query.sources"}), name).declared == "Query.sources"


def test_every_state_has_words() -> None:
    assert set(WORDS) == set(TraceState.__members__)


def test_rule_and_basis_are_those_of_the_catalogue_of_the_moment() -> None:
    catalogue = configuration().catalogue
    entry = answered(catalogue_version=catalogue.version)
    path = "subject.fines.rows.0.fine.amount"
    shown = show_trace(entry, path, trace_path(entry, SHAPE, path), catalogue)
    (source,) = shown.sources
    declared = catalogue.sources["fire_penalties"].entities["AdministrativePenalty"].fields["fine_amount"]
    assert (source.scope, source.disclosure) == (declared.scope, declared.disclosure)
    assert shown.basis is not None
    assert shown.basis.legal_bases
    assert shown.catalogue_unchanged
    assert shown.record_field == "AdministrativePenalty.fine_amount"
    older = show_trace(answered(), path, trace_path(entry, SHAPE, path), catalogue)
    assert older.catalogue_unchanged is False
