"""After a load nothing of a record is left: not in the gateway's own files, not in what it logged, not in its errors.

The demo's own data are the canaries: names, codes, decision and case numbers, facts, people and their numbers.
"""

import asyncio
import logging
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gateway.demo import Departments
from gateway.demo.scenarios import Known, everyone
from gateway.demo.subjects import DEFAULT_SIZE
from gateway.ledger import Ledger
from gateway.shared import REDIS_URL_ENV
from tests.end_to_end.queries import NAMED, PERSON, PROBE, uscc_key
from tests.end_to_end.sections import answered, queries, texts
from tests.end_to_end.served import CONFIG, Served, Told, serving
from tests.end_to_end.shared import stored

CITY = list(everyone(DEFAULT_SIZE))
NEW_KINDS = {
    *("civil_affairs", "construction_market", "credit_center", "customs_credit", "environment_credit"),
    *("labor_inspection", "market_supervision", "police_verification", "procurement_records"),
    *("profession_registry", "social_insurance", "tax_notices", "upper_platform", "utility_arrears", "work_safety"),
}
"""Sources of every kind and form: sql, rest, soap, graphql, csv, xlsx."""
EVERYTHING = """
query Everything($key: SubjectKey!) {
  subject(key: $key) {
    ... on Organization {
      name
      identifiers { value }
      registration { items { regNo address businessScope } }
      legalRepresentative { items { person { name } } }
      licenses { items { counterpartName decisionName decisionNo content certificateNo } }
      penalties { items { counterpartName decisionNo violationType facts legalGrounds content issues { message } } }
      taxRatings { items { taxpayerName level score } }
      courtEnforcement {
        dishonestEntries(first: 100) { items { name caseNo obligation conduct maskedIdNo } }
        enforcementCases(first: 100) { items { name caseNo } }
      }
    }
  }
}
"""
BODIES = [
    {"query": 'query Q%s { subject(key: {value: "%s"}) { __typename } }'},
    {"query": '{ subject(key: {value: "%s", scheme: USCC, x: "%s"}) { __typename } }'},
    {"query": "query($k: SubjectKey!) { subject(key: $k) { __typename } }", "variables": {"k": {"value": "%s"}}},
    {"query": "{ __typename }", "operationName": "Q%s"},
    {"query": 'query Q_%u { subject(key: {value: "1"}) { __typename } }'},
]
"""Requests that carry a personal number where none belongs: %s, or %u in groups of four."""


@dataclass
class Load:
    """What came of a load: the answers, what the gateway wrote, what it logged, and the ledger's entries."""

    told: list[Told] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    logged: list[str] = field(default_factory=list)
    entries: list[Any] = field(default_factory=list)
    shared: dict[str, bytes] = field(default_factory=dict)
    """What stands on the shared server, by key."""
    sections: list[Told] = field(default_factory=list)
    """The answers about every section, of a few subjects."""


class Listener(logging.Handler):
    """Keeps every message, with its traceback."""

    def __init__(self, logged: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._logged = logged

    def emit(self, record: logging.LogRecord) -> None:
        self._logged.append(self.format(record))


@pytest.fixture(scope="module")
async def load(demo_departments: Departments, tmp_path_factory: pytest.TempPathFactory, valkey_url: str) -> Load:
    folder, temporary = tmp_path_factory.mktemp("canaries"), tmp_path_factory.mktemp("temporary")
    made = Load()
    root = logging.getLogger()
    listener, level = Listener(made.logged), root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    try:
        environment = {**demo_departments.environment, REDIS_URL_ENV: valkey_url}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tempfile, "tempdir", str(temporary))
            async with serving(environment, folder) as running:
                made.told = await ask_everything(running, demo_departments)
                made.sections = await ask_every_section(running)
                made.files = read(folder)
                made.shared = await stored(valkey_url)
        made.files |= {f"temporary {name}": content for name, content in read(temporary).items()}
        made.files |= {f"closed {name}": content for name, content in read(folder).items()}
    finally:
        root.removeHandler(listener)
        root.setLevel(level)
    ledger = await Ledger.open(f"sqlite:///{folder / 'ledger.sqlite'}")
    made.entries = await ledger.entries(100_000)
    await ledger.close()
    return made


async def ask_everything(served: Served, city: Departments) -> list[Told]:
    """Ask for everybody as several clients, with healthy and failing sources, rightly and wrongly."""
    keys = [{"scheme": "USCC", "value": each.subject.uscc} for each in CITY]
    told = [each for at in range(0, len(keys), 10) for each in await ask_all(served, keys[at : at + 10])]
    for source in ("court_enforcement", "environment_penalties", "tax_credit"):
        city.fault(source, "garbled")
    told += await ask_all(served, keys[:5])
    for source in ("court_enforcement", "environment_penalties", "tax_credit"):
        city.fault(source)
    for body in BODIES:
        for number in (CITY[2].subject.representative.id_no, CITY[6].subject.representative.id_no):
            told.append(await served.post(filled(body, number), served.headers("bank")))
    return told


async def ask_all(served: Served, keys: list[dict[str, str]]) -> list[Told]:
    asked = [("tax_department", "OWNER", EVERYTHING), ("court", None, PERSON), ("bank", None, PROBE)]
    return await asyncio.gather(
        *(served.ask(client, query, purpose=purpose, key=key) for key in keys for client, purpose, query in asked)
    )


async def ask_every_section(served: Served) -> list[Told]:
    """Ask for all texts of every section, of those subjects of whom most is known, by those who see most."""
    keys = [uscc_key(number) for number in NAMED if number <= 12 or number in {25, 26, 27, 33, 50}]
    asked = [(client, query, key) for client in ("court", "human_resources") for query in queries() for key in keys]
    told: list[Told] = []
    for at in range(0, len(asked), 20):
        some = asked[at : at + 20]
        told += await asyncio.gather(*(served.ask(client, query, key=key) for client, query, key in some))
    return told


def filled(body: Any, number: str) -> Any:
    if isinstance(body, str):
        return body.replace("%s", number).replace("%u", "_".join(number[at : at + 4] for at in range(0, 18, 4)))
    return {name: filled(value, number) for name, value in body.items()}


def read(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def shown(known: Known) -> Iterator[str]:
    """Yield what answers show of somebody."""
    subject, facts = known.subject, known.facts
    yield from (subject.name.removesuffix("(示例)"), subject.uscc, subject.org_code)
    if subject.registered:
        yield from (subject.registration_number, subject.address, subject.representative.name)
    for penalty in (*facts.published_penalties, *facts.environment_penalties, *facts.fire_penalties):
        yield from (penalty.decision_no, penalty.violation.facts, penalty.violation.type, penalty.violation.grounds)
    for case in facts.executions:
        yield from (case.case_no, case.obligation)
    for license_ in facts.licenses:
        yield from (license_.decision_name, license_.content)


def hidden(known: Known) -> Iterator[str]:
    """Yield what no answer shows of somebody."""
    subject, person = known.subject, known.subject.representative
    yield from (person.id_no, person.id_no[:14], subject.uscc.lower())
    if subject.registered:
        yield subject.pripid


SHOWN = sorted({canary for known in CITY for canary in shown(known)})
ALL = sorted({*SHOWN, *(canary for known in CITY for canary in hidden(known))})
NUMBERS = sorted({known.subject.representative.id_no for known in CITY})


def test_the_load_brought_the_canaries_out(load: Load) -> None:
    answers = b"".join(each.body for each in load.told)
    missing = [canary for canary in SHOWN if canary.encode() not in answers]
    assert len(load.told) > 180
    assert len(missing) < len(SHOWN) // 10, "but for what the rules of disclosure keep from those who asked"


def test_no_file_of_the_gateway_holds_anything_of_a_record(load: Load) -> None:
    assert {"ledger.sqlite", "ledger.sqlite-wal", "ledger.secret", "closed ledger.sqlite"} <= set(load.files)
    written = b"".join(load.files.values())
    assert load.entries[0].receipt.encode() in written
    assert [canary for canary in ALL if canary.encode() in written] == []


def test_nothing_on_the_shared_server_holds_anything_of_a_record(load: Load) -> None:
    assert load.shared, "replicas count together there"
    held = b"".join(name.encode() + value for name, value in load.shared.items())
    assert [canary for canary in ALL if canary.encode() in held] == []


def test_the_traces_of_every_answer_are_there_and_name_records_by_pseudonyms(load: Load) -> None:
    records = [record for entry in load.entries for trace in entry.traces for record in trace.records]
    assert len(records) > 1_000
    assert all(re.fullmatch("[0-9a-f]{32}", key) for _, key in records)
    assert {table.partition(".")[0] for table, _ in records} >= NEW_KINDS


def test_nothing_that_was_logged_holds_anything_of_a_record(load: Load) -> None:
    logged = "\n".join(load.logged)
    assert [canary for canary in ALL if canary in logged] == []


def test_a_ledger_entry_is_made_of_pseudonyms_names_and_digests(load: Load) -> None:
    told = [each for each in (*load.told, *load.sections) if "extensions" in each.content]
    of_requests = [entry for entry in load.entries if entry.kind != "CHANGE"]
    assert {each.receipt for each in told} == {entry.receipt for entry in of_requests}
    answered = {each.receipt for each in told if "data" in each.content}
    assert answered == {entry.receipt for entry in of_requests if entry.kind == "QUERY"}
    for entry in of_requests:
        assert all(re.fullmatch("[0-9a-f]{8}:[0-9a-f]{64}", subject) for subject in entry.subjects)
        assert entry.subjects or entry.kind == "REFUSAL"
        assert entry.operation_name in {None, "Everything", "Person", "Probe", "Q****", "Q_****"}
        for use in (use for uses in entry.sources.values() for use in uses):
            assert all(re.fullmatch("[a-z_]+", name) for name in use.fields)
            assert use.digest is None or re.fullmatch("[0-9a-f]{8}:[0-9a-f]{64}", use.digest)
        assert all(re.fullmatch(r"[A-Za-z]+\.[A-Za-z_*]+", each.field) for each in entry.denied)


def test_no_error_holds_a_personal_number(load: Load) -> None:
    refused = [each for each in load.told if "data" not in each.content]
    assert len(refused) >= 3
    for told in load.told:
        errors = str(told.errors)
        assert [number for number in NUMBERS if number in errors or number[:14] in errors] == []


def test_no_answer_holds_a_whole_personal_number(load: Load) -> None:
    answers = b"".join(each.body for each in load.told)
    assert [number for number in NUMBERS if number.encode() in answers] == []


def canaries(load: Load) -> set[str]:
    """Return what the records of every section said, but for words that the project's own configuration holds."""
    configured = "\n".join(path.read_text() for path in CONFIG.rglob("*.toml"))
    said = {text for each in load.sections for text in texts(each.data)}
    return {each for each in said if len(each.encode()) >= 9 and each not in configured}


def test_the_sections_brought_canaries_out_of_every_kind_of_source(load: Load) -> None:
    sources = {source for each in load.sections for source in answered(each.data)}
    assert sources >= NEW_KINDS
    assert len(canaries(load)) > 500


def test_nothing_of_any_section_is_kept_or_logged(load: Load) -> None:
    written = b"".join(load.files.values())
    logged = "\n".join(load.logged)
    assert [each for each in canaries(load) if each.encode() in written or each in logged] == []


def test_nobody_s_number_or_name_leaves_through_the_sections_of_persons(load: Load) -> None:
    """The police are told both: neither log, ledger nor error tells of either, and of the number no answer."""
    answers = b"".join(each.body for each in load.sections)
    errors = str([each.errors for each in load.sections])
    logged = "\n".join(load.logged)
    for person in (known.subject.representative for known in CITY):
        assert person.id_no.encode() not in answers
        assert person.name not in errors
        for kept in (logged, errors, str(load.entries)):
            assert person.id_no not in kept
            assert person.name not in kept
