"""What holds for every set of reports: who merges with whom does not depend on their order, and never on likeness."""

from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from gateway.merge import DecisionKey, Origin, best_first, conflicting, decision_of, document_number, groups
from schema.identifiers import canonical_name
from schema.values import Money

NUMBERS = [
    "同市监罚〔2026〕12号",
    "同市监罚（2026）12号",
    "同市监罚[２０２６] 12号",
    "同市监罚〔2026〕012号",
    "无",
    None,
]
CODES = ["11230881TJ0000123N", "11230881tj0000123n", "11230881TJ0000852E", None]
NAMES = ["市场局", "市 场局", "消防大队", None]


class Report(NamedTuple):
    key: DecisionKey | None
    origin: Origin


def decision(kind: str | None, number: str | None, code: str | None, name: str | None) -> DecisionKey | None:
    said = {"kind": kind, "decision_no": number, "authority_uscc": code, "authority": name}
    return decision_of("ListEntry", said.__getitem__)


keys = st.builds(
    decision, st.sampled_from(["FIRE", None]), st.sampled_from(NUMBERS), st.sampled_from(CODES), st.sampled_from(NAMES)
)
values: st.SearchStrategy[list[Any]] = st.lists(st.none() | st.sampled_from(["罚款", "警告"]), max_size=3)
dates = st.none() | st.sampled_from(["2026-03-01", "2026-03-18", "2026-03-18T09:30:00+08:00"])


@st.composite
def reports(draw: st.DrawFn) -> list[Report]:
    """Draw reports of a few sources, with record keys of their own."""
    sources = draw(st.lists(st.sampled_from("abcd"), max_size=8))
    return [Report(draw(keys), Origin(each, f"{at}", draw(dates), draw(values))) for at, each in enumerate(sources)]


def merged(found: list[Report]) -> list[list[Report]]:
    """Return ``found`` by decision, the best of each first."""
    by_decision = groups([each.key for each in found], [each.origin.source for each in found])
    return [[found[group[at]] for at in best_first([found[place].origin for place in group])] for group in by_decision]


@given(st.data())
def test_the_order_of_reports_makes_no_difference(data: st.DataObject) -> None:
    found = data.draw(reports())
    shuffled = data.draw(st.permutations(found))
    assert sorted(merged(found), key=repr) == sorted(merged(shuffled), key=repr)


@given(reports())
def test_nothing_is_lost_and_nothing_twice(found: list[Report]) -> None:
    assert sorted((each for group in merged(found) for each in group), key=repr) == sorted(found, key=repr)


@given(reports())
def test_merging_again_changes_nothing(found: list[Report]) -> None:
    leads = [lead for lead, *_ in merged(found)]
    assert merged(leads) == [[lead] for lead in leads]


@given(reports())
def test_two_numbers_or_two_authorities_are_never_merged(found: list[Report]) -> None:
    for group in merged(found):
        told = [each.key for each in group if each.key is not None]
        assert len(group) == 1 or len(told) == len(group)
        assert len({each.origin.source for each in group}) == len(group)
        assert len({(key.number, key.kind) for key in told}) <= 1
        codes = {key.code for key in told} - {None}
        assert len(codes) <= 1
        if not codes:
            assert len({key.name for key in told}) <= 1


@given(st.lists(st.none() | keys, max_size=10))
def test_groups_stand_in_the_order_of_their_first(found: list[DecisionKey | None]) -> None:
    by_decision = groups(found, [f"{at}" for at in range(len(found))])
    assert [group[0] for group in by_decision] == sorted(group[0] for group in by_decision)
    assert all(group == sorted(group) for group in by_decision)
    assert all(len(group) == 1 for group in by_decision if found[group[0]] is None)


@given(
    st.lists(
        st.none()
        | st.sampled_from(["罚款", "罚 款", "警告"])
        | st.sampled_from(["1", "1.0", "2"]).map(lambda each: Money(amount=each)),  # type: ignore[arg-type]
        max_size=5,
    ),
    st.data(),
)
def test_contradictions_do_not_depend_on_the_order(said: list[Any], data: st.DataObject) -> None:
    found = conflicting(said)
    assert conflicting(data.draw(st.permutations(said))) == found
    assert conflicting([*said, None]) == found
    assert conflicting(said * 2) == found


@given(st.text() | st.text("同市监罚 　〔【[（()）]】〕２０2026年aＡ－-号之一丙\u200b\t", max_size=30))
def test_a_number_is_its_own_form(text: str) -> None:
    number = document_number(text)
    written = canonical_name(text).replace("(", "〔").replace(")", "〕")
    assert number in {None, written}
    if number is not None:
        assert document_number(number) == number
