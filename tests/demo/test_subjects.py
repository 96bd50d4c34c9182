"""The demo's world: the subjects of the plan are there, nobody in it can be real, and it is the same at any size."""

from itertools import islice

import pytest

from gateway.demo import codes
from gateway.demo.facts import COURT, MARKET
from gateway.demo.registry import base_rows, person_rows
from gateway.demo.scenarios import everyone, facts
from gateway.demo.subjects import FIRST_ORDINARY, SHARED_REG_NO, UNKNOWN_REG_NO, named, ordinary, person, subjects
from schema.identifiers import parse, subject_kind

PLANNED = [
    ("91230881TJ0000019A", "TJ0000019", "230881900000019", "230881TJ0000019", "三江口岸进出口贸易有限公司"),
    ("91230881TJ00000275", "TJ0000027", "230881900000027", "230881TJ0000027", "赫哲渔业食品有限公司"),
    ("91230881TJ00000350", "TJ0000035", "230881900000035", "230881TJ0000035", "北岸建筑工程有限公司"),
    ("91230881TJ0000043T", "TJ0000043", "230881900000043", "230881TJ0000043", "中俄大桥物流有限公司"),
    ("91230881TJ0000051M", "TJ0000051", "230881900000051", "230881TJ0000051", "黑土粮贸有限公司"),
    ("91230881TJ000006XD", "TJ000006X", "230881900000060", "230881TJ000006X", "江畔热力有限公司"),
    ("92230881TJ0000078A", "TJ0000078", "230881900000078", "230881TJ0000078", "老张五金建材商店"),
    ("93230881TJ00000862", "TJ0000086", "230881900000086", "230881TJ0000086", "街津口水稻种植专业合作社"),
    ("52230881TJ00000944", "TJ0000094", "", "230881TJ0000094", "阳光养老服务中心"),
    ("12230881TJ0000115Q", "TJ0000115", "", "230881TJ0000115", "第一人民医院"),
    ("11230881TJ0000123N", "TJ0000123", "", "230881TJ0000123", "市场监督管理局"),
    ("N2230881TJ000014XG", "TJ000014X", "", "230881TJ000014X", "示例村股份经济合作社"),
]
SIZE = 400


@pytest.mark.parametrize("planned", PLANNED, ids=lambda planned: planned[4])
def test_each_planned_subject_is_there(planned: tuple[str, ...]) -> None:
    by_uscc = {subject.uscc: subject for subject in named()}
    subject = by_uscc[planned[0]]
    found = (subject.uscc, subject.org_code, subject.registration_number, subject.tax15, subject.name)
    assert found == (*planned[:4], f"{planned[4]}(示例)")


def test_every_code_passes_its_check_and_none_can_be_real() -> None:
    for subject in subjects(SIZE):
        assert parse("USCC", subject.uscc).check == "OK"
        assert parse("ORG_CODE", subject.org_code).check == "OK"
        assert parse("TAX_NO", subject.tax15).check == "OK"
        assert subject.org_code.startswith("TJ"), "a body that was never issued"
        assert subject.name.endswith("(示例)")
        if subject.registered:
            assert parse("REG_NO", subject.registration_number).check == "OK"
            assert subject.registration_number.startswith("2308819"), "a sequence that is not in use"


def test_no_person_can_be_alive() -> None:
    people = [row[5] for row in person_rows(everyone(SIZE))] + [
        person(number).id_no for number in range(0, 300_000, 701)
    ]
    for id_no in people:
        assert len(id_no) == 18
        assert id_no.startswith("230881")
        assert 1885 <= int(id_no[6:10]) <= 1897
        assert _citizen_check(id_no[:17]) == id_no[17]


def test_the_check_of_citizen_numbers_is_that_of_the_standard() -> None:
    assert _citizen_check("11010519491231002") == "X"
    assert _citizen_check("44052418800101001") == "4"


def _citizen_check(head: str) -> str:
    """The check of GB 11643 by its definition: sum of digit times 2^(17-place) plus check is 1 modulo 11."""
    total = sum(int(digit) * pow(2, 17 - place) for place, digit in enumerate(head))
    return "0123456789X"[(1 - total) % 11]


def test_a_person_has_a_number_of_their_own() -> None:
    numbers = [codes.citizen_id(number, female=bool(number % 2)) for number in range(30_000)]
    assert len(set(numbers)) == len(numbers)


def test_the_same_subjects_at_any_size() -> None:
    small, large = list(everyone(60)), list(islice(everyone(100_000), SIZE))
    assert len(small) == 60
    assert small == large[:60]
    assert facts(ordinary(FIRST_ORDINARY + 250)) == large[len(named()) + 250].facts
    assert [known.subject for known in everyone(1)] == named(), "the named ones are there at any size"


def test_no_two_subjects_share_a_code_but_the_two_that_are_meant_to() -> None:
    everybody = list(subjects(SIZE))
    assert len({subject.uscc for subject in everybody}) == SIZE
    shared = [subject.number for subject in everybody if subject.registration_number == SHARED_REG_NO]
    assert shared == [21, 22]
    rest = [subject.registration_number for subject in everybody if subject.registered and subject.number != 22]
    assert len(set(rest)) == len(rest)
    assert UNKNOWN_REG_NO not in rest
    assert parse("REG_NO", UNKNOWN_REG_NO).check == "OK"


def test_kinds_are_mixed_and_follow_from_the_code() -> None:
    kinds = {subject_kind(subject.uscc) for subject in subjects(SIZE)}
    assert kinds >= {"ENTERPRISE", "INDIVIDUAL_BUSINESS", "FARMER_COOPERATIVE", "SOCIAL_ORGANIZATION"}
    assert kinds >= {"PUBLIC_INSTITUTION", "GOVERNMENT_BODY", "RURAL_COLLECTIVE"}


def test_people_lead_several_organizations() -> None:
    roles: dict[str, set[str]] = {}
    for row in person_rows(everyone(SIZE)):
        roles.setdefault(row[5], set()).add(row[1])
    assert len(roles[person(3).id_no]) == 3, "北岸建筑, 北岸劳务, 牵连投资"
    assert sum(len(organizations) > 1 for organizations in roles.values()) > 20


def test_every_registered_subject_is_in_the_registry() -> None:
    registered = {subject.pripid for subject in subjects(SIZE) if subject.registered}
    assert {row[0] for row in base_rows(everyone(SIZE))} == registered


def test_authorities_have_sound_codes() -> None:
    assert {parse("USCC", each.uscc).check for each in (MARKET, COURT)} == {"OK"}
    assert MARKET.uscc == next(subject.uscc for subject in named() if subject.number == 12)
