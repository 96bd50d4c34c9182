"""What a receipt alone says of the fields of its answer: sources, versions, decisions; which versions are of today."""

from dataclasses import replace

import pytest

from gateway.ledger.entry import Shape, decode_entry, encode_shape
from gateway.proof.explain import explain
from gateway.receipts.replay import InForce, replayed
from tests.gateway.bundles import good, keys

GOOD = good()
SHAPE = encode_shape(
    Shape(
        {
            "subject.penalties.items.amount": "AdministrativePenalty.amount",
            "subject.penalties.items.amount.currency": "Money.currency",
            "subject.penalties.state": "PenaltySection.state",
            "subject.arrears.amount": "TaxArrears.amount",
            "subject.name": "Organization.name",
        }
    )
)
EXPLAINED = {each.path: each for each in explain(replace(GOOD.receipt, shape=SHAPE))}
NOW = InForce("p1", "c2", {"market_penalties": "3f2a"})


@pytest.mark.parametrize(
    ("path", "decision", "reason", "sources"),
    [
        ("subject.penalties.items.amount", "SHOWN", None, [("market_penalties", "3f2a")]),
        ("subject.penalties.items.amount.currency", "SHOWN", None, [("market_penalties", "3f2a")]),
        ("subject.penalties.state", "NOT_ASKED", None, []),
        ("subject.arrears.amount", "DENIED", "SCOPE_MISSING", []),
        ("subject.name", "NOT_ASKED", None, []),
    ],
)
def test_fields(path: str, decision: str, reason: str | None, sources: list[tuple[str, str]]) -> None:
    told = EXPLAINED[path]
    assert (told.decision, told.reason) == (decision, reason)
    assert [(each.source, each.mapping) for each in told.sources] == sources


def test_without_a_shape_nothing_is_explained() -> None:
    assert explain(replace(GOOD.receipt, shape=None)) == ()


@pytest.mark.parametrize("shape", ["{}", "[]", '{"paths":[]}', "x", "null"])
def test_what_is_no_shape(shape: str) -> None:
    with pytest.raises(ValueError):
        explain(replace(GOOD.receipt, shape=shape))


def test_a_replay_tells_which_versions_are_in_force() -> None:
    entry = GOOD.receipt.entry
    told = replayed(GOOD, keys(), entry, decode_entry(entry), NOW)
    assert told.verdict == "HOLDS"
    assert [(each.what, each.name, each.then, each.now, each.in_force) for each in told.versions] == [
        ("POLICY", "", "p1", "p1", True),
        ("CATALOGUE", "", "c1", "c2", False),
        ("SOURCE", "market_penalties", "3f2a", "3f2a", True),
    ]
    fields = {each.told.path: each for each in told.fields}
    assert [each.in_force for each in fields["subject.penalties.items.amount"].sources] == [True]


def test_a_source_that_is_gone_is_in_force_no_more() -> None:
    entry = GOOD.receipt.entry
    told = replayed(GOOD, keys(), entry, decode_entry(entry), replace(NOW, mappings={}))
    assert (told.versions[-1].now, told.versions[-1].in_force) == (None, False)


def test_what_is_not_ours_is_not_explained() -> None:
    told = replayed(GOOD, keys(), None, None, NOW)
    assert (told.verdict, told.receipt, told.versions, told.fields) == ("UNKNOWN", None, (), ())
