"""Attacks by failure: what a source shows when it breaks, and what of that reaches a caller, a metric or a log."""

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Final

import pytest

from connectors.spec import SourceSpec
from gateway.demo import Departments
from schema.bindings import Section
from schema.entities import entity_of
from schema.schema import binding
from tests.connectors.departments import listening
from tests.end_to_end.notice import CODES
from tests.end_to_end.sections import sections_of
from tests.end_to_end.served import Served, Told, configuration, serving
from tests.red_team.attacks import INSIDE, PORTAL, key
from tests.red_team.broken import MODES, SECRET, answer, environment, strange, words

CONFIGURED: Final = configuration()
SOURCES: Final = CONFIGURED.catalogue.sources
KINDS: Final = {
    "INDIVIDUAL_BUSINESS": 7,
    "FARMER_COOPERATIVE": 8,
    "SOCIAL_ORGANIZATION": 9,
    "PUBLIC_INSTITUTION": 11,
    "GOVERNMENT_BODY": 12,
    "RURAL_COLLECTIVE": 14,
    "ENTERPRISE": 3,
}
"""Kind of a subject -> a demo subject of it; the last is asked for where a source holds several."""
TYPES: Final = ("Enterprise", "SocialOrganization", "PublicInstitution", "GovernmentBody", "CourtEnforcement")


def _section(entity: str) -> tuple[str, str] | None:
    """Return the type that has a section of ``entity``, and how that is selected with all its texts."""
    for type_name in TYPES:
        for name, selected in sections_of(type_name).items():
            bound = binding(type_name, name)
            if isinstance(bound, Section) and bound.entity == entity and not bound.person_key and not bound.fixed:
                return type_name, selected
    return None


def _question(spec: SourceSpec) -> Iterator[tuple[str, int]]:
    """Yield the sections that ``spec`` holds records of, each with a subject to ask it for."""
    for part, entity in spec.entities.items():
        kinds: Sequence[str] = entity.subject_kinds or spec.subject_kinds or [*KINDS]
        number = next((number for kind, number in reversed(KINDS.items()) if kind in kinds), 3)
        found = _section(entity_of(part))
        if found is not None:
            type_name, selected = found
            type_name = "Organization" if type_name in {"Enterprise", "CourtEnforcement"} else type_name
            inner = f"courtEnforcement {{ {selected} }}" if found[0] == "CourtEnforcement" else selected
            yield f"... on {type_name} {{ {inner} }}", number


QUESTIONS: Final = {name: list(dict.fromkeys(_question(spec)))[:2] for name, spec in SOURCES.items()}
ASKED: Final = [name for name, questions in QUESTIONS.items() if questions]


@pytest.fixture(scope="module", params=MODES)
async def broken(
    request: pytest.FixtureRequest, demo_departments: Departments, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Served, dict[str, str]]]:
    """A gateway all of whose sources fail, with the variables that lead to them."""
    mode: str = request.param
    folder = tmp_path_factory.mktemp(mode)
    async with listening(answer if mode == "ugly" else strange) as (_, url):
        variables = environment(mode, SOURCES.values(), demo_departments.environment, url, folder)
        async with serving(variables, folder) as running:
            yield running, variables


async def ask(served: Served, client: str, text: str, number: int, purpose: str) -> Told:
    """Ask as ``client`` does that may not read provenance: what columns are called is not for it."""
    assert served.gateway.issuer is not None
    scopes = [each for each in CONFIGURED.clients[client].scopes if each != "provenance.read"]
    token = served.gateway.issuer.mint(client, scopes=scopes)
    headers = {**served.headers(client, purpose), "Authorization": f"Bearer {token}"}
    return await served.post({"query": text, "variables": {"key": key(number)}}, headers)


def check_nothing_given_away(told: Told, spec: SourceSpec, variables: dict[str, str]) -> None:
    """Check that an answer tells nothing of how the sources, or the gateway, are built and where they are."""
    said = told.body + str(dict(told.headers)).encode()
    assert INSIDE.search(said) is None, INSIDE.search(said)
    assert SECRET.encode() not in said
    for name, value in variables.items():
        assert value.encode() not in said
        assert name.encode() not in said
    reasons = " ".join(_reasons(told.content))
    assert not [word for word in words(spec) if word in reasons], reasons
    assert not [code for code in CODES.values() if code in reasons]


def _reasons(shown: Any) -> Iterator[str]:
    """Yield every reason and every message of an answer."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            if name in {"reason", "message"} and isinstance(value, str):
                yield value
            else:
                yield from _reasons(value)
    for value in shown if isinstance(shown, list) else ():
        yield from _reasons(value)


# Guard: drivers' words never leave a connector (`sql.failures`, `exchange`, `soap.reply`, …); what a source calls its
# tables and columns is told to those alone who may read provenance (`gateway.names`).
@pytest.mark.parametrize("name", ASKED)
async def test_a_failing_source_gives_nothing_away(
    broken: tuple[Served, dict[str, str]], caplog: pytest.LogCaptureFixture, name: str
) -> None:
    served, variables = broken
    spec = SOURCES[name]
    owner = next((each.id for each in CONFIGURED.clients.values() if f"owner.{name}" in each.scopes), "portal")
    purpose = "OWNER" if owner != "portal" else "PUBLIC_DISCLOSURE"
    statuses: set[str] = set()
    with caplog.at_level(logging.DEBUG):
        for selected, number in QUESTIONS[name]:
            text = f"query($key: SubjectKey!) {{ subject(key: $key) {{ {selected} }} }}"
            told = await ask(served, owner, text, number, purpose)
            statuses |= {each["status"] for each in _coverage(told.data) if each["source"] == name}
            check_nothing_given_away(told, spec, variables)
    assert statuses - {"ANSWERED", "NOT_COVERED", "DENIED"}, "it did fail"
    for secret in (SECRET, *CODES.values(), served.token(owner), *(value for value in variables.values() if value)):
        assert secret not in caplog.text


def _coverage(shown: Any) -> Iterator[dict[str, Any]]:
    if isinstance(shown, dict):
        if "source" in shown and "status" in shown:
            yield shown
        for value in shown.values():
            yield from _coverage(value)
    for value in shown if isinstance(shown, list) else ():
        yield from _coverage(value)


# Guard: the same for what is told of all sources at once, after they failed.
TOLD: Final = {
    "the state of the sources": "{ sources { name state failures drift { entity field reason } } }",
    "a key that nobody can look up": '{ subject(key: {scheme: REG_NO, value: "230881000000013"}) { __typename } }',
    "a name that nobody can look up": '{ subject(key: {scheme: NAME, value: "北岸公司"}) { ... on SubjectUnresolved {'
    " message coverage { source status reason } } } }",
}


@pytest.mark.parametrize("text", TOLD.values(), ids=TOLD)
async def test_what_is_told_of_failures_names_nothing(broken: tuple[Served, dict[str, str]], text: str) -> None:
    served, variables = broken
    told = await PORTAL.ask(served, text)
    for spec in SOURCES.values():
        check_nothing_given_away(told, spec, variables)


@pytest.mark.parametrize("path", ["/metrics", "/health/ready", "/health/live", "/nowhere", "/graphql"])
async def test_what_watches_the_gateway_is_told_no_more(broken: tuple[Served, dict[str, str]], path: str) -> None:
    served, variables = broken
    told = await served.get(path)
    for secret in (SECRET, "SELECT", "Traceback", "hunter2", *CODES.values(), *variables.values()):
        assert secret.encode() not in told.body
    assert not [word for spec in SOURCES.values() for word in words(spec) if f'"{word}"'.encode() in told.body]


# What the guard lets through is there: without it the attack above would find nothing either.
async def test_who_may_read_provenance_is_told_what_is_missing(broken: tuple[Served, dict[str, str]]) -> None:
    served, _ = broken
    spec = SOURCES["double_publicity"]
    selected, number = QUESTIONS[spec.name][0]
    text = f"query($key: SubjectKey!) {{ subject(key: $key) {{ {selected} }} }}"
    told = await served.ask("business_environment", text, purpose="OWNER", key=key(number))
    missing = [word for word in words(spec) if f"`{word}`".encode() in told.body]
    assert bool(missing) is ("drifted" in served.data.name)
    assert SECRET.encode() not in told.body
