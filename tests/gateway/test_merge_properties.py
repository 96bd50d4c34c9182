"""What holds for every set of reports: who merges with whom does not depend on their order, and never on likeness."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.merge import DecisionKey, Merged, Report, decision_key, document_number, groups, merge
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
FIELDS = ("fine", "content")

keys = st.builds(decision_key, st.sampled_from(NUMBERS), st.sampled_from(CODES), st.sampled_from(NAMES))
values = st.fixed_dictionaries(
    {
        "fine": st.none() | st.sampled_from(["1", "1.0", "2"]).map(lambda each: Money(amount=each)),  # type: ignore[arg-type]
        "content": st.none() | st.sampled_from(["罚款", "罚 款", "警告"]),
    }
)
dates = st.none() | st.sampled_from(["2026-03-01", "2026-03-18", "2026-03-18T09:30:00+08:00"])


@st.composite
def reports(draw: st.DrawFn) -> list[Report]:
    """Draw reports with record keys of their own at each source."""
    sources = draw(st.lists(st.sampled_from("abcd"), max_size=8))
    return [Report(each, f"{at}", draw(keys), draw(values), draw(dates)) for at, each in enumerate(sources)]


def together(found: list[Merged]) -> set[frozenset[tuple[str, str]]]:
    return {frozenset((each.source, each.record_key) for each in (one.lead, *one.others)) for one in found}


def pairs(found: list[Merged]) -> list[tuple[Report, Report]]:
    """Return every two reports that were merged."""
    return [(one.lead, other) for one in found for other in one.others]


@given(st.data())
def test_the_order_of_reports_makes_no_difference(data: st.DataObject) -> None:
    given_ = data.draw(reports())
    shuffled = data.draw(st.permutations(given_))
    found, again = merge(given_, FIELDS), merge(shuffled, FIELDS)
    assert together(found) == together(again)
    by_lead = {(each.lead.source, each.lead.record_key): each for each in found}
    assert all(by_lead[each.lead.source, each.lead.record_key] == each for each in again)


@given(reports())
def test_nothing_is_lost_and_nothing_twice(given_: list[Report]) -> None:
    found = merge(given_, FIELDS)
    shown = [(each.source, each.record_key) for one in found for each in (one.lead, *one.others)]
    assert sorted(shown) == sorted((each.source, each.record_key) for each in given_)


@given(reports())
def test_merging_again_changes_nothing(given_: list[Report]) -> None:
    leads = [each.lead for each in merge(given_, FIELDS)]
    assert [each.lead for each in merge(leads, FIELDS)] == leads


@given(reports())
def test_two_numbers_or_two_authorities_are_never_merged(given_: list[Report]) -> None:
    for one, other in pairs(merge(given_, FIELDS)):
        assert one.key is not None
        assert other.key is not None
        assert one.source != other.source
        assert one.key.number == other.key.number
        assert None in {one.key.code, other.key.code} or one.key.code == other.key.code
        if one.key.code is None and other.key.code is None:
            same_code = {each.key.code for each in given_ if each.key is not None and each.key.number == one.key.number}
            assert one.key.name == other.key.name or len(same_code - {None}) == 1


@given(st.lists(st.none() | keys, max_size=10))
def test_groups_hold_every_place_once_in_order(given_: list[DecisionKey | None]) -> None:
    found = groups(given_)
    assert sorted(at for group in found for at in group) == list(range(len(given_)))
    assert [group[0] for group in found] == sorted(group[0] for group in found)
    assert all(group == sorted(group) for group in found)
    assert all(len(group) == 1 for group in found if given_[group[0]] is None)


@given(reports())
def test_contradictions_are_of_what_differs(given_: list[Report]) -> None:
    for one in merge(given_, FIELDS):
        for conflict in one.conflicts:
            assert len(conflict.values) > 1
            assert {source for source, _ in conflict.values} <= {each.source for each in (one.lead, *one.others)}
            assert len({repr(value) for _, value in conflict.values}) > 1
        if not one.others:
            assert one.conflicts == ()


@given(st.text() | st.text("同市监罚 　〔【[（()）]】〕２０2026年aＡ－-号之一丙\u200b\t", max_size=30))
def test_a_number_is_its_own_form(text: str) -> None:
    number = document_number(text)
    written = canonical_name(text).replace("(", "〔").replace(")", "〕")
    assert number in {None, written}
    if number is not None:
        assert document_number(number) == number
        assert canonical_name(number) == canonical_name(text)
