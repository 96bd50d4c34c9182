"""One bad source changes its own coverage and nothing else; nobody's failure reads as a clean record."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, get_args

import pytest

from gateway.demo import HTTP_SOURCES, Departments
from gateway.demo.faults import Mode
from tests.end_to_end.queries import COURT_LISTS, PUNISHERS, WHOLE, column, sections, states, statuses, uscc_key
from tests.end_to_end.served import Served, serving

TAX = "tax_department"
OF_SOURCE: dict[str, tuple[str, ...]] = {
    "court_enforcement": COURT_LISTS,
    "environment_penalties": ("penalties",),
    "tax_credit": ("taxRatings",),
    "environment_credit": ("licenses",),
    "upper_platform": ("penalties",),
    "procurement_records": (),
    "customs_credit": (),
    "police_verification": (),
}
"""The sections of the query WHOLE that an HTTP department contributes to."""
STATUS: dict[Mode, str] = {
    "down": "UNAVAILABLE",
    "cut": "UNAVAILABLE",
    "garbled": "MISREAD",
    "html": "MISREAD",
    "blank": "MISREAD",
    "error": "UNAVAILABLE",
    "bad_gateway": "UNAVAILABLE",
    "limited": "UNAVAILABLE",
}


CAPTCHAS: tuple[Mode, ...] = ("captcha", "captcha_json")


def test_every_fault_of_the_menu_is_tried() -> None:
    # `slow`, `flaky` and captchas have their own tests; an `empty` answer cannot be told from a true one, by anybody.
    assert set(get_args(Mode)) == {*STATUS, *CAPTCHAS, "none", "slow", "flaky", "empty"}


@pytest.mark.parametrize("mode", STATUS)
@pytest.mark.parametrize("source", HTTP_SOURCES)
async def test_a_fault_is_told_in_its_own_section_and_nowhere_else(
    served: Served, city: Departments, source: str, mode: Mode
) -> None:
    healthy = (await served.ask(TAX, WHOLE, key=uscc_key(3))).subject
    city.fault(source, mode)
    told = await served.ask(TAX, WHOLE, key=uscc_key(3))
    assert told.errors == []
    for name, section in sections(told.subject).items():
        if name in OF_SOURCE[source]:
            check_failed(section, [source], STATUS[mode], sections(healthy)[name])
        else:
            assert section == sections(healthy)[name]
    assert told.subject["name"] == healthy["name"]
    city.fault(source)
    assert (await served.ask(TAX, WHOLE, key=uscc_key(3))).subject == healthy, "it answers again"


def check_failed(section: Any, sources: Sequence[str], status: str, healthy: Any) -> None:
    """Check that ``section`` says how ``sources`` failed, shows what others have, and attests nothing."""
    others = [item for item in healthy["items"] if item.get("source", sources[0]) not in sources]
    assert section["items"] == others
    answered = set(statuses(healthy)) - set(sources)
    assert (section["state"], section["totalCount"]) == ("PARTIAL" if answered else "UNKNOWN", None)
    assert statuses(section) == statuses(healthy) | dict.fromkeys(sources, status)
    for failed in section["coverage"]:
        if failed["source"] in sources:
            assert failed["reason"]
            assert "127.0.0.1" not in failed["reason"]


@pytest.mark.parametrize("mode", CAPTCHAS)
async def test_a_request_for_a_captcha_is_never_an_empty_list(served: Served, city: Departments, mode: Mode) -> None:
    city.fault("court_enforcement", mode)
    found = sections((await served.ask("portal", WHOLE, key=uscc_key(1))).subject)
    for name in COURT_LISTS:
        assert (found[name]["state"], found[name]["totalCount"]) == ("UNKNOWN", None)
        (coverage,) = found[name]["coverage"]
        assert (coverage["status"], "captcha" in coverage["reason"]) == ("UNAVAILABLE", True)


async def test_a_department_that_asks_for_a_pause_says_until_when(served: Served, city: Departments) -> None:
    city.fault("court_enforcement", "limited")
    found = sections((await served.ask("portal", WHOLE, key=uscc_key(3))).subject)
    assert all(each["coverage"][0]["until"] is not None for each in map(found.get, COURT_LISTS) if each)


async def test_a_connection_lost_once_is_nobodys_failure(served: Served, city: Departments) -> None:
    city.fault("environment_penalties", "down", times=1)
    penalties = (await served.ask(TAX, WHOLE, key=uscc_key(3))).subject["penalties"]
    assert (penalties["state"], penalties["totalCount"]) == ("COMPLETE", 5)


async def test_the_failure_of_one_subject_is_not_that_of_another(served: Served, city: Departments) -> None:
    """The first call of the tax bureau is lost, the second answered: each subject has its own coverage."""
    city.fault("tax_credit", "error", times=1)
    keys = [uscc_key(1), uscc_key(2), uscc_key(3)]
    query = """query($keys: [SubjectKey!]!) { subjects(keys: $keys) { ... on Organization {
        taxRatings { state items { level } coverage { source status } } } } }"""
    subjects = (await served.ask(TAX, query, keys=keys)).data["subjects"]
    failed = [each["taxRatings"] for each in subjects if each["taxRatings"]["state"] != "COMPLETE"]
    assert len(failed) == 1
    assert (failed[0]["state"], failed[0]["items"], statuses(failed[0])) == (
        "UNKNOWN",
        [],
        {"tax_credit": "UNAVAILABLE"},
    )


@pytest.fixture(scope="module")
async def hurried(demo_departments: Departments, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """A gateway with less time for a request than its sources have for a call."""
    async with serving(demo_departments.environment, tmp_path_factory.mktemp("hurried"), 1.5) as running:
        await running.ask(TAX, WHOLE, key=uscc_key(3))  # connections are made, files indexed
        yield running


async def test_at_the_deadline_what_has_come_is_shown_and_the_rest_is_timed_out(
    hurried: Served, city: Departments
) -> None:
    healthy = sections((await hurried.ask(TAX, WHOLE, key=uscc_key(3))).subject)
    for source in HTTP_SOURCES:
        city.fault(source, "slow", seconds=60)
    told = await hurried.ask(TAX, WHOLE, key=uscc_key(3))
    found = sections(told.subject)
    assert (told.status, told.errors) == (200, [])
    for name in {name for names in OF_SOURCE.values() for name in names}:
        late = [source for source, names in OF_SOURCE.items() if name in names]
        check_failed(found[name], late, "TIMED_OUT", healthy[name])
        reasons = {each["reason"] for each in found[name]["coverage"] if each["status"] == "TIMED_OUT"}
        assert reasons == {"no answer within the time that the request allows"}, "not its own, which is longer"
    for name in ("registration", "legalRepresentative"):
        assert found[name] == healthy[name]


async def test_a_slow_source_keeps_nobody_else_waiting(hurried: Served, city: Departments) -> None:
    city.fault("court_enforcement", "slow", seconds=60)
    query = "query($key: SubjectKey!) { subject(key: $key) { ... on Organization { penalties { %s } } } }"
    told = await hurried.ask(TAX, query % "state coverage { source status }", key=uscc_key(3))
    assert told.subject["penalties"]["state"] == "COMPLETE"
    assert statuses(told.subject["penalties"]) == dict.fromkeys(PUNISHERS, "ANSWERED")


async def test_what_was_slow_answers_again(hurried: Served, city: Departments) -> None:
    subject = (await hurried.ask(TAX, WHOLE, key=uscc_key(3))).subject
    assert set(states(subject).values()) == {"COMPLETE"}
    assert len(column(subject["penalties"], "decisionNo")) == 5
