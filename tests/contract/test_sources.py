"""Every source file against its simulated department: it answers what it promises, and its faults are told apart."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import pytest

from connectors import open_connector
from connectors.base import Answer, Batch
from connectors.errors import SourceClosed, SourceError
from connectors.gate import Gate
from connectors.load import Known, load_sources, missing_variables
from connectors.spec import SourceSpec
from gateway.demo import HTTP_SOURCES, Departments
from gateway.demo.codes import customs_code, institution_certificate, social_certificate
from gateway.demo.registry_events import FORMER_NAMES
from gateway.demo.social_insurance import units
from gateway.demo.subjects import Subject, named, subjects
from gateway.departments import load_departments
from gateway.policy import load_policy

CONFIG: Final = Path(__file__).parents[2] / "config"
IN_TIME: Final = 10.0
MANY_PAGES: Final = 27
"""The subject with more enforcement cases than two pages hold."""
CLOSED: Final = 5
"""The subject whose tax file is being rebuilt."""
MISREAD: Final = {
    ("market_registry", "Registration"): {"status"},
    ("labor_inspection", "LaborRating"): {"uscc"},
    ("labor_inspection", "ListEntry_wages"): {"masked_id_no"},
}
"""Fields that somebody's record has something unreadable in, on purpose: a state that is in no code table, a number of
eighteen digits that Excel has cut."""
FOUND: Final = {"customs_credit": 1, "procurement_records": 22}
"""The subject that the first part of a source holds, where it is not 3."""
CHECK: Final = "PersonVerification"
"""What tells of a number that nobody has, too: that it is not found."""
UNKNOWN: Final = {
    "USCC": "91230881TJ999999X4",
    "ORG_CODE": "TJ9999999",
    "REG_NO": "230881999999990",
    "TAX_NO": "230881TJ9999999",
    "PRIPID": "2308819999999999",
    "PERSON": "230881188501010011",
    "NAME": "查无此名有限公司(示例)",
    "UNIT_NO": "2308819999999",
    "CUSTOMS_CODE": "2300999999",
    "SOCIAL_ORG_CERT": "同民证字第9999999号",
    "INSTITUTION_CERT": "事证第12308819999999号",
}


def _sources() -> dict[str, SourceSpec]:
    policy = load_policy(CONFIG / "scopes.toml")
    known = Known(load_departments(CONFIG / "departments.toml"), policy.field_mistake)
    return load_sources(CONFIG / "sources", known)


SOURCES: Final = _sources()
ENTITIES: Final = [(name, entity) for name, spec in SOURCES.items() for entity in spec.entities]


@pytest.fixture(scope="session")
async def gates(demo_departments: Departments) -> AsyncIterator[dict[str, Gate]]:
    """The gates of all source files before the simulated departments."""
    environ, folder = demo_departments.environment, CONFIG / "sources"
    opened = {name: Gate(spec, open_connector(spec, environ, folder)) for name, spec in SOURCES.items()}
    yield opened
    for gate in opened.values():
        await gate.close()


@pytest.fixture
def faulty(demo_departments: Departments) -> Iterator[Departments]:
    """The departments, of which any may be let fail."""
    yield demo_departments
    for source in HTTP_SOURCES:
        demo_departments.fault(source)


def keys_of(subject: Subject, scheme: str) -> list[str]:
    """Return the codes of ``subject`` in ``scheme``."""
    codes = {
        "USCC": [subject.uscc],
        "ORG_CODE": [subject.org_code],
        "REG_NO": [subject.registration_number] if subject.registered else [],
        "TAX_NO": [subject.uscc, subject.tax15],
        "PRIPID": [subject.pripid] if subject.registered else [],
        "PERSON": [subject.representative.id_no],
        "NAME": [subject.name, *FORMER_NAMES.get(subject.number, "").split(";")],
        "CUSTOMS_CODE": [customs_code(subject.number)],
        "UNIT_NO": [unit.number for unit in units(subject)],
        "SOCIAL_ORG_CERT": [social_certificate(subject.number)] if subject.kind == "52" else [],
        "INSTITUTION_CERT": [institution_certificate(subject.number)] if subject.kind == "12" else [],
    }
    return [code for code in codes[scheme] if code]


def beside(gate: Gate, entity: str, keys: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Return what a source wants to be told beside the number of a person: the name."""
    if "NAME" not in getattr(gate.spec.entities[entity], "also_parameters", ()):
        return {}
    people = {each.representative.id_no: each.representative.name for each in named()}
    return {"NAME": {people.get(key, "查无此人"): key for key in keys}}


async def ask(gate: Gate, entity: str, scheme: str, keys: list[str]) -> list[Answer]:
    """Return the answers about ``keys``, as many a batch as the source wants."""
    fields, size = tuple(gate.spec.entities[entity].fields), gate.spec.batch_size
    batches = [
        Batch(entity, scheme, part, fields, aliases=beside(gate, entity, part))
        for part in (tuple(keys[at : at + size]) for at in range(0, len(keys), size))
    ]
    return await asyncio.gather(*(gate.fetch(batch, IN_TIME) for batch in batches))


def test_demo_sets_every_variable_that_sources_need(demo_departments: Departments) -> None:
    assert missing_variables(SOURCES, demo_departments.environment) == []


@pytest.mark.parametrize("name", SOURCES)
async def test_every_source_is_there(gates: dict[str, Gate], name: str) -> None:
    await gates[name].probe()
    assert gates[name].health().state == "UP"


@pytest.mark.parametrize(("name", "entity"), ENTITIES, ids=lambda value: str(value))
async def test_every_entity_answers_by_every_scheme(gates: dict[str, Gate], name: str, entity: str) -> None:
    """Under each scheme somebody is found, and read without a misreading; a code that nobody has finds nobody."""
    gate = gates[name]
    for scheme in gate.spec.entities[entity].keys:
        due = [subject for subject in subjects() if subject.number != CLOSED]
        keys = dict.fromkeys(key for subject in due for key in keys_of(subject, scheme))
        answers = await ask(gate, entity, scheme, list(keys))
        rows = [row for answer in answers for found in answer.rows.values() for row in found]
        assert rows, scheme
        assert {issue.field for row in rows for issue in row.issues if issue.misread} <= MISREAD.get(
            (name, entity), set()
        )
        assert not any(answer.unreadable for answer in answers)
        (nobody,) = await ask(gate, entity, scheme, [UNKNOWN[scheme]])
        assert not nobody.unreadable
        assert bool(nobody.rows) is (entity == CHECK)


async def test_all_pages_of_the_court_are_read(gates: dict[str, Gate], demo_departments: Departments) -> None:
    (subject,) = [each for each in named() if each.number == MANY_PAGES]
    demo_departments.forget_calls("court_enforcement")
    (answer,) = await ask(gates["court_enforcement"], "EnforcementCase", "USCC", [subject.uscc])
    assert len({row.record_key for row in answer.rows[subject.uscc]}) == 23
    assert demo_departments.calls("court_enforcement")["calls"] == 3


async def test_full_batch_is_one_signed_call(gates: dict[str, Gate], demo_departments: Departments) -> None:
    gate = gates["environment_penalties"]
    keys = [subject.uscc for subject in subjects()][: gate.spec.batch_size]
    demo_departments.forget_calls("environment_penalties")
    await ask(gate, "AdministrativePenalty", "USCC", keys)
    calls = demo_departments.calls("environment_penalties")
    assert (calls["calls"], calls["keys"]) == (1, gate.spec.batch_size)


async def test_tax_bureau_that_is_closed_says_until_when(gates: dict[str, Gate]) -> None:
    (subject,) = [each for each in named() if each.number == CLOSED]
    with pytest.raises(SourceClosed) as caught:
        await ask(gates["tax_credit"], "TaxCreditRating", "TAX_NO", [subject.uscc])
    assert caught.value.until is not None
    assert caught.value.until.endswith("T05:30:00+08:00")


@pytest.mark.parametrize("name", HTTP_SOURCES)
@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("down", "UNAVAILABLE"),
        ("cut", "UNAVAILABLE"),
        ("error", "UNAVAILABLE"),
        ("bad_gateway", "UNAVAILABLE"),
        ("limited", "UNAVAILABLE"),
        ("garbled", "MISREAD"),
        ("html", "MISREAD"),
        ("blank", "MISREAD"),
        ("slow", "TIMED_OUT"),
    ],
)
async def test_faults(gates: dict[str, Gate], faulty: Departments, name: str, fault: str, status: str) -> None:
    gate = gates[name]
    (entity, spec), *_ = gate.spec.entities.items()
    (scheme, _), *_ = spec.keys.items()
    key = keys_of(next(each for each in named() if each.number == FOUND.get(name, 3)), scheme)[0]
    batch = Batch(entity, scheme, (key,), tuple(spec.fields), aliases=beside(gate, entity, (key,)))
    faulty.fault(name, fault)
    with pytest.raises(SourceError) as caught:
        await gate.fetch(batch, 0.3 if fault == "slow" else IN_TIME)
    assert caught.value.status == status
    assert (caught.value.until is not None) is (fault == "limited")
    assert not [secret for secret in ("127.0.0.1", "/", batch.keys[0]) if secret in caught.value.reason]
    faulty.fault(name)
    assert (await gate.fetch(batch, IN_TIME)).rows
