"""Rounds of watches, their question and their digests: pure, so told by cases and by properties."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.auth.clients import WebhookSpec
from gateway.ledger import Secret
from gateway.plan.document import Documents
from gateway.watch.declared import WatchRules
from gateway.watch.digests import Digests
from gateway.watch.endpoints import endpoint_of, is_near, webhook_key
from gateway.watch.input import wish_mistakes
from gateway.watch.rounds import CUT, DENIED, UNRESOLVED, Known, Observed, compare, observe
from gateway.watch.sealing import SealBroken, seal, unseal
from gateway.watch.sections import further, known_sections, question
from schema.schema import SCHEMA
from tests.gateway.receiver import KEY, SECRET
from tests.gateway.tokens import BANK

OLD, NEW = Secret(b"o" * 32), Secret(b"n" * 32)
DIGESTS = Digests([OLD])
PENALTIES, COURT = (known_sections()[path] for path in ("penalties", "courtEnforcement.dishonestEntries"))
SUBJECT = "91230881TJ00000350"


def seen(content: Any, state: str = "COMPLETE") -> Observed:
    return Observed(0, "penalties", state, SUBJECT, content)


def told(known: Known, observed: Observed, digests: Digests = DIGESTS, at: str = "2") -> tuple[Known, str | None]:
    after, news = compare("bank", {(0, "penalties"): known}, [observed], digests, at)
    assert len(news) <= 1
    return after[0, "penalties"], news[0].news if news else None


A, B = (DIGESTS.of("bank", SUBJECT, "penalties", each) for each in ([0, []], [1, [{"decisionNo": "1"}]]))
UNKNOWN = seen(None, "UNKNOWN")


@pytest.mark.parametrize(
    ("known", "observed", "after", "news"),
    [
        (Known(), seen([0, []]), Known("COMPLETE", A, "2"), "BASELINE"),
        (Known("COMPLETE", A, "1"), seen([0, []]), Known("COMPLETE", A, "1"), None),
        (Known("COMPLETE", A, "1"), seen([1, [{"decisionNo": "1"}]]), Known("COMPLETE", B, "2"), "CHANGED"),
        (Known("COMPLETE", A, "1"), UNKNOWN, Known("UNKNOWN", A, "1", "2"), "UNKNOWN"),
        (Known("UNKNOWN", A, "1", "1"), UNKNOWN, Known("UNKNOWN", A, "1", "1"), None),
        (Known("UNKNOWN", A, "1", "1"), seen([0, []]), Known("COMPLETE", A, "1"), "UNCHANGED"),
        (Known("UNKNOWN", A, "1", "1"), seen([1, [{"decisionNo": "1"}]]), Known("COMPLETE", B, "2"), "CHANGED"),
        (Known(), UNKNOWN, Known("UNKNOWN", None, None, "2"), "UNKNOWN"),
        (Known("UNKNOWN", None, None, "1"), seen([0, []]), Known("COMPLETE", A, "2"), "BASELINE"),
        (Known("COMPLETE", "ffffffff:1", "1"), seen([0, []]), Known("COMPLETE", A, "2"), "BASELINE"),
    ],
    ids=[
        *("first", "the same", "other", "not asked", "still not asked", "asked again", "asked again and other"),
        *("never asked", "at last", "under a lost key"),
    ],
)
def test_what_a_round_tells(known: Known, observed: Observed, after: Known, news: str | None) -> None:
    assert told(known, observed) == (after, news)


@given(st.lists(st.sampled_from([None, 0, 1, 2]), max_size=12))
def test_what_cannot_be_asked_is_never_told_as_a_change(contents: list[int | None]) -> None:
    """Whatever comes between, CHANGED is told exactly where the content differs from what was known last."""
    known, last = Known(), None
    for at, content in enumerate(contents):
        observed = UNKNOWN if content is None else seen([content, []])
        known, news = told(known, observed, at=str(at))
        assert (known.unknown_since is not None) == (content is None)
        if content is None:
            assert news in {None, "UNKNOWN"}
            continue
        expected = "BASELINE" if last is None else "CHANGED" if content != last else {None, "UNCHANGED"}
        assert news in expected if isinstance(expected, set) else news == expected
        last = content


def test_a_secret_that_was_replaced_compares_and_the_digest_moves_on() -> None:
    known, news = told(Known("COMPLETE", A, "1"), seen([0, []]), Digests([NEW, OLD]))
    assert (news, known.since) == (None, "1")
    assert known.digest == Digests([NEW]).of("bank", SUBJECT, "penalties", [0, []])


def test_equal_contents_of_different_clients_subjects_and_sections_look_different() -> None:
    made = {
        DIGESTS.of(*what, [0, []])
        for what in (
            ("bank", "a", "b"),
            ("portal", "a", "b"),
            ("bank", "b", "a"),
            ("bank", "ab", ""),
            ("bank", "", "ab"),
        )
    }
    assert len(made) == 5


def test_an_answer_is_taken_apart_by_subject_and_section() -> None:
    last = {"hasNextPage": False, "endCursor": "c"}
    whole = {"state": "COMPLETE", "totalCount": 0, "items": [], "pageInfo": last}
    partial = {"state": "PARTIAL", "totalCount": None, "items": [{"caseNo": "1"}], "pageInfo": last}
    content = {
        "data": {
            "subjects": [
                {"__typename": "Enterprise", "uscc": SUBJECT, "s0": whole, "s1": {"s1": partial}},
                {"__typename": "SubjectNotFound"},
                {"__typename": "Enterprise", "uscc": "x", "s0": None, "s1": None},
            ]
        }
    }
    found = observe([4, 5, 6], [PENALTIES, COURT], content)
    assert [(each.place, each.state) for each in found] == [
        *((4, "COMPLETE"), (4, "PARTIAL")),
        *((5, UNRESOLVED), (5, UNRESOLVED)),
        *((6, DENIED), (6, DENIED)),
    ]
    assert [each.content for each in found] == [[0, []], None, None, None, None, None]
    assert {each.state for each in observe([0], [PENALTIES], {"data": None})} == {UNRESOLVED}


def page(items: list[Any], after: str | None = None, subject: str = SUBJECT, state: str = "COMPLETE") -> Observed:
    content = [5, items] if state == "COMPLETE" else None
    return Observed(0, "penalties", state, subject, content, after)


@pytest.mark.parametrize(
    ("further", "expected"),
    [
        (page([3], "c"), page([1, 2, 3], "c")),
        (page([3]), page([1, 2, 3])),
        (page([]), page([1, 2])),
        (page([], state="PARTIAL"), page([], state="PARTIAL")),
        (page([], state="COST_EXCEEDED"), page([], state="COST_EXCEEDED")),
        (page([3], subject="another"), replace(page([], state="x"), state=UNRESOLVED)),
    ],
    ids=["another after it", "the last", "empty", "not whole", "refused", "of somebody else"],
)
def test_a_section_goes_on_with_its_next_page(further: Observed, expected: Observed) -> None:
    assert page([1, 2], "b").continued(further) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (page([1, 2]), page([1, 2])),
        (page([1, 2], "c"), replace(page([1, 2]), state=CUT)),
        (page([1, 2, 3]), replace(page([1, 2]), state=CUT)),
        (page([], state="UNKNOWN"), page([], state="UNKNOWN")),
    ],
    ids=["all of it", "more to come", "more than wanted", "not known"],
)
def test_a_section_of_more_records_than_are_looked_at_says_so(found: Observed, expected: Observed) -> None:
    assert found.cut(2) == expected


@pytest.mark.parametrize("path", sorted(known_sections()))
def test_every_section_can_be_asked_for(path: str) -> None:
    section = known_sections()[path]
    documents = Documents(SCHEMA)
    asked = documents.operation(question([section], lambda entity, name: True, 500), None)
    text = question([section], lambda entity, name: False, 500)
    documents.operation(text, None)
    documents.operation(further(section, lambda entity, name: True, 500), None)
    assert asked.is_query
    assert "provenance" not in text
    assert "first: 500" in text


def test_no_section_leads_to_a_person() -> None:
    text = question(list(known_sections().values())[:20], lambda entity, name: True, 100)
    assert "person {" not in text
    assert "PersonRole" not in {each.entity for each in known_sections().values()}


@pytest.mark.parametrize(
    ("keys", "sections", "every", "fields"),
    [
        ([{"value": SUBJECT}], ["penalties"], None, []),
        ([], ["penalties"], None, ["keys"]),
        ([{"value": SUBJECT}] * 1_001, ["penalties"], None, ["keys"]),
        ([{"value": "91230881TJ00000351"}, {"value": ""}], ["penalties"], None, ["keys", "keys"]),
        ([{"value": "110101199003070038"}], ["penalties"], None, ["keys"]),
        ([{"value": SUBJECT}], [], None, ["sections"]),
        ([{"value": SUBJECT}], ["penalties"] * 2, None, ["sections"]),
        ([{"value": SUBJECT}], ["uscc", "legalRepresentative.person"], 0, ["sections", "sections", "everySeconds"]),
        ([{"value": SUBJECT}], ["110101199003070038"], None, ["sections"]),
    ],
    ids=["good", "none", "many", "wrong", "a person", "no section", "twice", "no sections", "a number"],
)
def test_every_mistake_of_a_wish_is_told_and_no_key(
    keys: list[dict[str, str]], sections: list[str], every: int | None, fields: list[str]
) -> None:
    mistakes = wish_mistakes(keys, sections, every, WatchRules())
    assert [each.field for each in mistakes] == fields
    assert "110101199003070038" not in repr(mistakes)


def test_nobody_is_asked_more_often_than_the_settings_allow() -> None:
    rules = WatchRules(minimum_seconds=60, default_seconds=600)
    assert [rules.every(each) for each in (None, 1, 60, 7_200)] == [600, 60, 60, 7_200]


def test_a_seal_opens_for_its_row_and_its_secret_alone() -> None:
    sealed = seal(OLD, "one", {"keys": [SUBJECT]})
    assert unseal([NEW, OLD], "one", sealed) == {"keys": [SUBJECT]}
    assert SUBJECT not in sealed
    for secrets, name, text in (
        ([OLD], "two", sealed),
        ([NEW], "one", sealed),
        ([OLD], "one", sealed[:-6] + "AAAA=="),
        ([OLD], "one", f"{OLD.key_id}:"),
        ([OLD], "one", ""),
        ([OLD], "one", f"{OLD.key_id}:信"),
    ):
        with pytest.raises(SealBroken):
            unseal(secrets, name, text)


@pytest.mark.parametrize(
    ("url", "near"),
    [
        ("https://bank.example/hook", False),
        ("https://10.1.2.3/hook", False),
        ("https://localhost/hook", True),
        ("https://a.localhost./hook", True),
        ("https://127.9.9.9/hook", True),
        ("https://[::1]/hook", True),
        ("https://[::ffff:127.0.0.1]/hook", True),
        ("https://169.254.169.254/latest", True),
        ("https://[fe80::1]/hook", True),
        ("https://0.0.0.0/hook", True),
    ],
    ids=["far", "private", "localhost", "below it", "loopback", "v6", "mapped", "metadata", "link", "any"],
)
def test_what_is_this_machine_or_its_link(url: str, near: bool) -> None:
    assert is_near(url) is near


@pytest.mark.parametrize(
    ("secret", "good"),
    [(SECRET, True), (SECRET[6:], False), ("whsec_", False), ("whsec_AAAA", False), ("whsec_!", False)],
    ids=["good", "without prefix", "empty", "short", "no base64"],
)
def test_secrets_of_webhooks(secret: str, good: bool) -> None:
    assert (webhook_key(secret) == KEY) is good


def test_an_address_stands_in_the_registration_alone() -> None:
    hooked = replace(BANK, webhook=WebhookSpec(url_env="URL", secret_env="HOOK"))
    environ = {"URL": "https://bank.example/hook", "HOOK": SECRET}
    found = endpoint_of(hooked, environ, production=True)
    assert found is not None
    assert (found.url, found.secret) == (environ["URL"], KEY)
    assert SECRET not in repr(found)
    assert endpoint_of(BANK, environ, production=True) is None
    assert endpoint_of(hooked, {"URL": environ["URL"]}, production=True) is None
