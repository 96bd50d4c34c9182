"""Codes that sources want and registers hold: one call to each register, no code that is not the subject's own."""

from collections import Counter
from typing import Any

import pytest
from msgspec.structs import replace as with_changes

from connectors.errors import SourceUnavailable
from gateway.demo import codes
from tests.gateway.staged import Record, staged, with_fields
from tests.gateway.world import World, former_name, name_of, uscc_of

NUMBERS = (1, 3, 5, 7)
QUERY = """query($keys: [SubjectKey!]!) { subjects(keys: $keys) { ... on Organization { uscc identifiers { scheme }
    customsCredit { ...Told } socialInsurance { ...Told } taxArrears { ...Told } utilityArrears { ...Told }
    penalties { ...Told } registration { ...Told }
} } } fragment Told on Section { state coverage { source status reason matchConfidence } }"""
NAMES = ["同江第3公司(示例)", "同江老3厂(示例)"]
"""The canonical names of subject 3: today's, and a former one."""
MARKET, CUSTOMS, INSURANCE = "market_registry", "customs_credit", "social_insurance"


async def asked(made: World, *keys: str, scheme: str = "USCC") -> list[dict[str, Any]]:
    """Return per subject: section -> source -> its coverage."""
    variables = {"keys": [{"scheme": scheme, "value": key} for key in keys]}
    data = (await made.ask(QUERY, variables, made.caller("tax_department"))).data
    return [{name: value for name, value in subject.items() if isinstance(value, dict)} for subject in data["subjects"]]


def coverage(section: dict[str, Any], source: str) -> dict[str, Any]:
    (found,) = [each for each in section["coverage"] if each["source"] == source]
    return dict(found)


def keys(made: World, source: str, entity: str) -> list[str]:
    """Return the keys by which ``source`` was asked for ``entity``."""
    return [key for name, batch in made.batches() if (name, batch.entity) == (source, entity) for key in batch.keys]


async def test_every_register_is_asked_once_whatever_the_number_of_subjects_and_schemes() -> None:
    made = staged()
    await asked(made, *map(uscc_of, NUMBERS))
    calls = Counter((name, batch.entity, batch.scheme) for name, batch in made.batches() if "Crosswalk" in batch.entity)
    assert calls.pop((CUSTOMS, "Crosswalk", "USCC")) == len(NUMBERS)  # customs take one key a call
    assert calls.pop((CUSTOMS, "Crosswalk_by_code", "CUSTOMS_CODE")) == len(NUMBERS)
    assert calls == {
        (MARKET, "Crosswalk", "USCC"): 1,
        (MARKET, "Crosswalk_former_name", "USCC"): 1,
        (INSURANCE, "Crosswalk", "ORG_CODE"): 1,
        **{(MARKET, "Crosswalk", scheme): 1 for scheme in ("REG_NO", "NAME")},
        (MARKET, "Crosswalk_former_name", "NAME"): 1,
        ("institution_registry", "Crosswalk", "NAME"): 1,
        (INSURANCE, "Crosswalk", "UNIT_NO"): 1,
    }


async def test_every_source_is_asked_by_the_code_it_knows() -> None:
    made = staged()
    await asked(made, uscc_of(3))
    assert keys(made, CUSTOMS, "CustomsCredit") == [codes.customs_code(3)]
    assert keys(made, INSURANCE, "SocialInsurance") == [codes.unit_number(3)]
    assert keys(made, "market_penalties", "AdministrativePenalty") == [codes.registration_number(3)]
    assert keys(made, "utility_arrears", "UtilityArrears") == NAMES
    assert keys(made, "tax_notices", "TaxArrears") == [uscc_of(3)]
    (batch,) = [batch for name, batch in made.batches() if (name, batch.entity) == ("tax_notices", "TaxArrears")]
    assert list(batch.aliases["NAME"]) == NAMES


async def test_a_register_that_knows_organization_codes_only_is_asked_by_them() -> None:
    made = staged(configured=with_fields(INSURANCE, "Crosswalk", uscc=None))
    (subject,) = await asked(made, uscc_of(3))
    assert keys(made, INSURANCE, "Crosswalk") == [codes.org_code(3), codes.unit_number(3)]
    assert keys(made, INSURANCE, "SocialInsurance") == [codes.unit_number(3)]
    assert subject["socialInsurance"]["state"] == "COMPLETE"


def holder(source: str, part: str, key: str, number: int, **values: Any) -> Record:
    """Return a row in a register under ``key``: the subject of ``number``."""
    return Record(source, part, key, {"uscc": uscc_of(number), **values}, str(number))


async def test_a_name_that_two_subjects_have_is_used_for_neither() -> None:
    name = name_of(3)
    both = [holder(MARKET, "Crosswalk", NAMES[0], number, name=name) for number in (3, 9)]
    made = staged(*both)
    (subject,) = await asked(made, uscc_of(3))
    assert keys(made, "utility_arrears", "UtilityArrears") == NAMES[1:]
    told = coverage(subject["utilityArrears"], "utility_arrears")
    assert told["status"] == "IDENTITY_UNRESOLVED"
    assert told["reason"] == "could not be asked by every code: its NAME is registered for several subjects"
    assert subject["utilityArrears"]["state"] == "PARTIAL"


async def test_a_code_of_two_subjects_is_not_asked_by_at_all() -> None:
    number = codes.unit_number(3)
    both = [
        holder(INSURANCE, "Crosswalk", number, each, unit_no=number, org_code=codes.org_code(each)) for each in (3, 9)
    ]
    made = staged(*both)
    (subject,) = await asked(made, uscc_of(3))
    assert keys(made, INSURANCE, "SocialInsurance") == []
    told = coverage(subject["socialInsurance"], INSURANCE)
    assert (told["status"], told["reason"]) == ("IDENTITY_UNRESOLVED", "its UNIT_NO is registered for several subjects")
    assert subject["socialInsurance"]["state"] == "UNKNOWN"


@pytest.mark.parametrize("down", ["customs_credit", "institution_registry"])
async def test_a_register_that_does_not_answer_closes_its_own_source_and_no_other(down: str) -> None:
    made = staged(faults={down: SourceUnavailable("down")})
    (subject,) = await asked(made, uscc_of(3))
    unknown = {"customs_credit": "customsCredit", "institution_registry": "utilityArrears"}[down]
    assert subject[unknown]["state"] == "UNKNOWN"
    whole = {"customsCredit", "socialInsurance", "utilityArrears"} - {unknown}
    assert {name: subject[name]["state"] for name in whole} == dict.fromkeys(whole, "COMPLETE")


async def test_a_register_that_is_not_open_to_the_caller_closes_its_own_source_and_no_other() -> None:
    known = with_fields(CUSTOMS, "Crosswalk")
    fields = known.catalogue.sources[CUSTOMS].entities["Crosswalk"].fields
    closed = {name: with_changes(spec, scope=f"owner.{CUSTOMS}", disclosure="OWNER") for name, spec in fields.items()}
    made = staged(configured=with_fields(CUSTOMS, "Crosswalk", **closed))
    (subject,) = await asked(made, uscc_of(3))
    told = coverage(subject["customsCredit"], CUSTOMS)
    assert (told["status"], told["reason"]) == ("DENIED", "OWNER_ONLY")
    assert keys(made, CUSTOMS, "CustomsCredit") == keys(made, CUSTOMS, "Crosswalk") == []
    assert subject["penalties"]["state"] == subject["socialInsurance"]["state"] == "COMPLETE"


async def test_kinds_that_a_register_does_not_hold_have_no_such_codes() -> None:
    hospital = codes.uscc("12", 11)
    (subject,) = await asked(staged(), hospital)
    told = coverage(subject["penalties"], "market_penalties")
    assert told["status"] == "NOT_COVERED"
    assert coverage(subject["customsCredit"], CUSTOMS)["status"] == "NOT_COVERED"
    assert subject["penalties"]["state"] == "COMPLETE"


async def test_who_is_in_no_registry_is_not_known_and_who_is_not_at_customs_has_nothing_there() -> None:
    """A company must be registered at the market registry, but need not have to do with customs."""
    stranger = codes.uscc("91", 77)
    (subject,) = await asked(staged(), stranger)
    told = coverage(subject["penalties"], "market_penalties")
    assert (told["status"], told["reason"]) == ("IDENTITY_UNRESOLVED", "no register holds this subject")
    assert coverage(subject["customsCredit"], CUSTOMS)["reason"] == "the source's own register holds no such subject"
    assert (subject["penalties"]["state"], subject["customsCredit"]["state"]) == ("PARTIAL", "COMPLETE")


async def test_a_code_that_could_not_be_read_is_not_known() -> None:
    masked = Record(CUSTOMS, "Crosswalk", uscc_of(3), {"uscc": uscc_of(3)}, unread=("customs_code",))
    (subject,) = await asked(staged(masked), uscc_of(3))
    told = coverage(subject["customsCredit"], CUSTOMS)
    assert told["status"] == "IDENTITY_UNRESOLVED"
    assert told["reason"] == "the CUSTOMS_CODE that customs_credit holds of it could not be read"


async def test_a_scheme_of_which_no_register_tells_cannot_be_asked_by() -> None:
    made = staged(configured=with_fields(CUSTOMS, "Crosswalk", customs_code=None))
    (subject,) = await asked(made, uscc_of(3))
    assert coverage(subject["customsCredit"], CUSTOMS)["reason"] == "no register can be asked for it"


@pytest.mark.parametrize(("scheme", "key"), [("NAME", former_name(3)), ("REG_NO", codes.registration_number(3))])
async def test_the_answer_does_not_depend_on_the_key_by_which_a_subject_was_found(scheme: str, key: str) -> None:
    made = staged()
    (by_key,) = await asked(made, key, scheme=scheme)
    assert sorted(keys(made, "utility_arrears", "UtilityArrears")) == sorted(NAMES)
    (by_uscc,) = await asked(staged(), uscc_of(3))
    assert {name: each["state"] for name, each in by_key.items()} == {
        name: each["state"] for name, each in by_uscc.items()
    }


@pytest.mark.parametrize(("scheme", "key", "sure"), [("NAME", name_of(3), 0.8), ("USCC", uscc_of(3), 1.0)])
async def test_who_was_found_by_a_name_is_not_surely_meant(scheme: str, key: str, sure: float) -> None:
    (subject,) = await asked(staged(), key, scheme=scheme)
    assert coverage(subject["penalties"], "fire_penalties")["matchConfidence"] == sure
    assert coverage(subject["customsCredit"], CUSTOMS)["matchConfidence"] == sure
    assert coverage(subject["utilityArrears"], "utility_arrears")["matchConfidence"] == 0.8
