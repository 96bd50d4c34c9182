"""Entries of real runs on invented sources: subjects, sources, denials and outcome, and nothing that a record says."""

import gc
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from time import monotonic
from typing import Any

import pytest

from connectors.errors import SourceClosed, SourceError, SourceUnavailable
from gateway.caller import Caller
from gateway.demo import codes
from gateway.denials import _links, denials_of
from gateway.ledger import Denial, Entry, Secret, pseudonym
from gateway.ledger.entry import encode_entry
from gateway.policy.model import Decision, Reason
from gateway.proof.parts import Encoded
from gateway.resolve import UNSTATED, Candidate, Unresolved
from gateway.seal import Seal
from tests.gateway.staged import Record, staged
from tests.gateway.world import MEN, Asked, World, configuration, uscc_of

SECRET = Secret(b"k" * 32)
CATALOGUE, POLICY = configuration().catalogue, configuration().policy
BODY = b'{"data":{"name":"CANARY"}}'
PENALTIES = "penalties { items { decisionNo facts } }"
DOWN = SourceUnavailable("down")


def subject(selection: str, name: str = "Report") -> str:
    return f"query {name}($key: SubjectKey!) {{ subject(key: $key) {{ ... on Organization {{ {selection} }} }} }}"


def key(value: str, scheme: str | None = "USCC") -> dict[str, Any]:
    return {"key": {"value": value} if scheme is None else {"scheme": scheme, "value": value}}


class Sealed:
    """One query, asked and sealed."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.seal = Seal(SECRET, CATALOGUE.version, POLICY.version)
        self.entry = self.made()

    def made(self, body: bytes = BODY, started: float | None = None) -> Entry:
        asked, started = self.asked, monotonic() if started is None else started
        return self.seal.entry("0" * 32, asked.run, asked.operation, asked.values, Encoded(body, {}), started)

    @cached_property
    def statuses(self) -> dict[str, dict[str, int]]:
        """Per source and entity the counted statuses."""
        uses = {f"{source} {use.entity}": use for source, found in self.entry.sources.items() for use in found}
        return {name: use.statuses for name, use in uses.items()}

    @property
    def subjects(self) -> set[str]:
        return set(self.entry.subjects)


async def sealed(
    query: str,
    variables: dict[str, Any] | None = None,
    caller: Caller | None = None,
    faults: Mapping[str, SourceError] | None = None,
) -> Sealed:
    return Sealed(await World(faults).ask(query, variables, caller))


def who(client: str, **changes: Any) -> Caller:
    return replace(World().caller(client), **changes)


def of(scheme: str, *values: str) -> set[str]:
    return {pseudonym(SECRET, scheme, value) for value in values}


async def test_an_answer_from_all() -> None:
    made = await sealed(subject("uscc registration { items { status } }"), key(uscc_of(1)))
    entry = made.entry
    assert (entry.client, entry.department, entry.purpose) == ("court", "court", "LAW_ENFORCEMENT")
    assert (entry.operation_name, entry.operation_hash) == ("Report", made.asked.operation.sha256)
    assert (entry.catalogue_version, entry.policy_version) == (CATALOGUE.version, POLICY.version)
    assert (entry.response_digest, entry.outcome, entry.denied) == (sha256(BODY).hexdigest(), "ANSWERED", ())
    assert made.subjects == of("USCC", uscc_of(1))
    (use,) = entry.sources["market_registry"]
    assert (use.entity, use.fields[-1], use.calls, use.statuses) == ("Registration", "status", 1, {"ANSWERED": 1})
    assert {use.digest} == of("answer", "0" * 64)
    assert (use.department, use.elapsed_ms >= 0) == ("market_regulation", True)


async def test_what_the_caller_states_about_itself() -> None:
    caller = who("bank", case="合同-1", consent="consent/2026/7")
    entry = (await sealed(subject("uscc"), key(uscc_of(1)), caller)).entry
    assert (entry.case, entry.department) == ("合同-1", None)
    assert {entry.consent} == of("consent", "consent/2026/7")
    assert "consent/2026/7" not in encode_entry(entry)


async def test_the_time_it_took() -> None:
    made = await sealed(subject("uscc"), key(uscc_of(1)))
    assert 1_400 < made.made(started=monotonic() - 1.5).elapsed_ms < 60_000


@pytest.mark.parametrize(
    ("faults", "outcome", "statuses"),
    [
        ({}, "ANSWERED", {"ANSWERED": 2}),
        ({"market_registry": DOWN}, "PARTIAL", {"UNAVAILABLE": 2}),
        ({"market_registry": SourceClosed("quiet hours")}, "PARTIAL", {"CLOSED": 2}),
        (dict.fromkeys(CATALOGUE.sources, DOWN), "FAILED", {"UNAVAILABLE": 2}),
    ],
)
async def test_sources_that_do_not_answer(
    faults: dict[str, SourceError], outcome: str, statuses: dict[str, int]
) -> None:
    keys = [key(uscc_of(number))["key"] for number in (1, 3)]
    selection = "registration { state } courtEnforcement { enforcementCases { state } }"
    query = f"query ($keys: [SubjectKey!]!) {{ subjects(keys: $keys) {{ ... on Organization {{ {selection} }} }} }}"
    made = await sealed(query, {"keys": keys}, faults=faults)
    assert made.entry.outcome == outcome
    assert made.statuses["market_registry Registration"] == statuses
    (use,) = made.entry.sources["market_registry"]
    assert (use.calls, use.digest is None) == (1, bool(faults))
    assert made.subjects == of("USCC", uscc_of(1), uscc_of(3))


async def test_statuses_are_those_that_the_caller_saw() -> None:
    made = await sealed(
        subject("licenses { coverage { source status } } penalties { coverage { source status } }"),
        key(uscc_of(1)),
        faults={"market_registry": DOWN},
    )
    (organization,) = made.asked.data.values()
    shown = Counter((each["source"], each["status"]) for each in organization["licenses"]["coverage"])
    shown.update((each["source"], each["status"]) for each in organization["penalties"]["coverage"])
    assert made.statuses.pop("market_registry Crosswalk") == {"UNAVAILABLE": 1}
    noted = Counter[tuple[str, str]]()
    for name, statuses in made.statuses.items():
        noted.update({(name.partition(" ")[0], status): count for status, count in statuses.items()})
    assert noted == shown
    assert {"ANSWERED", "IDENTITY_UNRESOLVED"} <= {status for _, status in shown}


async def test_everything_denied() -> None:
    made = await sealed(subject(f"uscc {PENALTIES}"), key(uscc_of(1)), who("auditor"))
    assert made.entry.outcome == "DENIED"
    assert {denial.field for denial in made.entry.denied} == {"AdministrativePenalty.*"}
    assert not any(use.calls for uses in made.entry.sources.values() for use in uses)
    assert made.subjects == of("USCC", uscc_of(1))


async def test_denied_fields_stand_once() -> None:
    remark = "penalties { items { decisionNo remark } }"
    selection = f"{remark} legalRepresentative {{ items {{ organization {{ {remark} }} }} }}"
    made = await sealed(subject(selection), key(uscc_of(1)), who("portal"))
    assert made.entry.denied == (Denial(field="AdministrativePenalty.remark", reason="SCOPE_MISSING"),)
    needs = [need for stage in made.asked.run.plan.stages for need in stage.needs.values()]
    assert sum(any("remark" in ask.denied for ask in need.asks) for need in needs) == 2


async def test_what_was_denied_counts_even_where_no_record_would_have_shown_it() -> None:
    for number in range(1, 40, 2):
        made = await sealed(subject("licenses { items { remark } }"), key(uscc_of(number)), who("portal"))
        assert made.entry.outcome == "PARTIAL"
        if not made.asked.errors:
            return
    pytest.fail("every subject of this world has a license")


async def test_rows_that_a_filter_could_not_test_are_missing() -> None:
    record = Record("fire_penalties", "AdministrativePenalty", uscc_of(1), {"decided_on": "2026-09-01"})
    made = Sealed(await staged(record).ask(subject("penalties(status: IN_FORCE) { state }"), key(uscc_of(1))))
    assert made.asked.errors == []
    assert made.statuses["fire_penalties AdministrativePenalty"] == {"NOT_COVERED": 1}
    assert set(made.statuses["environment_penalties AdministrativePenalty"]) == {"ANSWERED"}
    assert made.entry.outcome == "PARTIAL"


ROLES = "legalRepresentative { items { title person { roles { items { title organization { uscc } } } } } }"


async def test_persons_and_organizations_behind_links() -> None:
    followed, wanted = set[str](), set[str]()
    for number in range(1, 12, 2):
        made = await sealed(subject(ROLES), key(uscc_of(number)))
        followed |= made.subjects
        wanted |= of("USCC", uscc_of(number))
        shown = json.dumps(made.asked.data)
        wanted |= of("USCC", *(code for code in (codes.uscc("91", n) for n in range(1, 40)) if code in shown))
    assert wanted <= followed
    persons = of("PERSON", *MEN)
    assert persons & followed
    assert followed <= wanted | persons


async def test_a_link_that_is_denied() -> None:
    made = await sealed(subject(ROLES), key(uscc_of(1)), who("bank"))
    assert made.entry.denied == (
        Denial(field="PersonRole.*", reason="SCOPE_MISSING"),
        Denial(field="LegalRepresentative.person_key", reason="SCOPE_MISSING"),
    )
    assert made.subjects.isdisjoint(of("PERSON", *MEN))


async def test_a_link_that_needs_a_scope_of_its_own() -> None:
    made = await sealed(subject(ROLES), key(uscc_of(1)))
    plan = made.asked.run.plan
    assert denials_of(plan).denied == ()
    for link in _links(plan.roots[0].selected):
        assert link.follow is not None
        link.follow.denied = Decision(False, "person.link", Reason.PURPOSE_NOT_ALLOWED)
    assert [(each.field, each.reason) for each in denials_of(plan).denied] == [
        ("PersonRole.person", "PURPOSE_NOT_ALLOWED"),
        ("PersonRole.organization", "PURPOSE_NOT_ALLOWED"),
    ]


MISTYPED = uscc_of(1)[:-1] + ("0" if uscc_of(1)[-1] != "0" else "1")
PERSON = codes.citizen_id(5, female=True)


@pytest.mark.parametrize(
    ("value", "scheme", "as_written"),
    [
        (f" {MISTYPED[:9]}-{MISTYPED[9:].lower()}", "USCC", ("USCC", MISTYPED)),
        ("不是代码", "USCC", ("USCC", "不是代码")),
        (PERSON, "USCC", ("USCC", PERSON)),
        (PERSON, None, (UNSTATED, PERSON)),
        ("what is this", None, (UNSTATED, "WHATISTHIS")),
        (codes.registration_number(9), "REG_NO", ("REG_NO", codes.registration_number(9))),
        (codes.registration_number(9), None, ("REG_NO", codes.registration_number(9))),
    ],
)
async def test_a_key_that_leads_nowhere(value: str, scheme: str | None, as_written: tuple[str, str]) -> None:
    made = await sealed(subject("uscc"), key(value, scheme), faults={"market_registry": DOWN})
    assert made.subjects == of(*as_written)
    (unresolved,) = made.asked.values[0]
    told = json.dumps([made.asked.data, made.asked.errors], ensure_ascii=False) + repr(unresolved)
    assert as_written[1] not in told + encode_entry(made.entry)


async def test_a_representation_that_leads_nowhere() -> None:
    query = "query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }"
    given = [{"__typename": "Enterprise", "uscc": MISTYPED}, {"__typename": "Enterprise"}]
    assert (await sealed(query, {"of": given})).subjects == of("USCC", MISTYPED)


async def test_candidates_are_subjects_too() -> None:
    made = await sealed(subject("uscc"), key(uscc_of(1)))
    candidates = [Candidate("USCC", "OK", uscc_of(3), "ENTERPRISE"), Candidate("REG_NO", "OK")]
    made.asked.values[0] = [Unresolved("SubjectAmbiguous", "several", candidates=candidates, key=("ORG_CODE", "X"))]
    assert set(made.made().subjects) == of("USCC", uscc_of(3)) | of("ORG_CODE", "X")


async def test_a_subject_asked_for_twice_stands_once() -> None:
    query = (
        "query ($keys: [SubjectKey!]!) { a: subjects(keys: $keys) { __typename } b: subjects(keys: $keys) { ...X } }"
    )
    query += " fragment X on Organization { uscc }"
    made = await sealed(query, {"keys": [key(uscc_of(1))["key"]] * 3})
    assert made.entry.subjects == tuple(of("USCC", uscc_of(1)))


async def test_a_question_about_nobody() -> None:
    made = await sealed("{ sources { name } catalogueFields { field } __typename }")
    assert (made.entry.subjects, made.entry.sources, made.entry.outcome) == ((), {}, "ANSWERED")
    assert made.entry.operation_name is None


async def test_no_record_and_no_code_is_in_an_entry() -> None:
    registered = codes.registration_number(5)  # a number of a person as a name is no document that is taken
    selection = f"name uscc {PENALTIES} {ROLES} licenses {{ items {{ decisionNo content provenance {{ digest }} }} }}"
    for number in range(1, 12):
        made = await sealed(subject(selection, f"Q{registered}"), key(uscc_of(number)))
        answers = [reached.answer for _, _, reached in made.asked.run.calls if reached.answer is not None]
        rows = [row for answer in answers for found in answer.rows.values() for row in found]
        said = {str(value) for row in rows for value in (*row.values, row.record_key, row.digest)}
        canaries = {text for text in said if len(text) > 5} | {uscc_of(number), *MEN, registered, "CANARY"}
        assert len(canaries) > 12
        assert not [text for text in canaries if text in encode_entry(made.entry)]


async def test_what_a_plan_denies_is_found_once_and_let_go_with_it() -> None:
    made = await sealed(subject(PENALTIES), key(uscc_of(1)), who("portal"))
    again = made.made()
    assert again.denied is made.entry.denied
    assert denials_of(made.asked.run.plan).denied == again.denied
    seal = made.seal
    assert len(seal._of_plans) == 1
    del made, again
    gc.collect()
    assert len(seal._of_plans) == 0


async def test_a_kind_that_no_source_holds_leaves_nothing_to_be_asked() -> None:
    made = await sealed(subject("registration { state }"), key(codes.uscc("12", 11)))
    assert made.statuses["market_registry Registration"] == {"NOT_COVERED": 1}
    assert made.entry.outcome == "ANSWERED"
