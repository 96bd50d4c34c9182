"""The sixteen departments through the front door, each with what is odd about its system (`domain.md` §6.2)."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.hours import CHINA_TIME
from gateway.demo import Departments
from gateway.demo.construction import write_construction
from gateway.demo.scenarios import everyone
from gateway.demo.subjects import DEFAULT_SIZE
from tests.end_to_end.notice import CODES
from tests.end_to_end.queries import NAMED, column, statuses
from tests.end_to_end.served import Served, configuration, serving, with_source

TOLD = """state totalCount coverage { source part status reason until asOf matchConfidence }
  items { recordId provenance { source recordKey keyScheme matchMethod confidence asOf departmentAsWritten } %s }"""
MARKET, TAX, LABOR = "market_regulation", "tax_department", "human_resources"


async def ask(
    served: Served, number: int, field: str, items: str, client: str = MARKET, purpose: str | None = None
) -> Any:
    """Return the section ``field`` of a demo subject, and ``items`` of its records."""
    found = f"found: {field} {{ {TOLD % items} }}"
    query = f"query($key: SubjectKey!) {{ subject(key: $key) {{ ... on Organization {{ {found} }} }} }}"
    told = await served.ask(client, query, purpose=purpose, key={"scheme": "USCC", "value": CODES[number]})
    return told.subject["found"]


def origins(section: Any, *names: str) -> list[Any]:
    """Return one or several words of the provenance of every record."""
    return column({"items": [item["provenance"] for item in section["items"]]}, *names)


def whole(section: Any) -> bool:
    return bool(section["state"] == "COMPLETE" and section["totalCount"] == len(section["items"]))


async def test_d01_market_registry_keeps_its_keys_its_tombstones_and_former_names(served: Served) -> None:
    fields = "name uscc termTo openEnded"
    registration = await ask(served, 1, "registration", fields, "portal")
    (item,) = registration["items"]
    assert (item["uscc"], item["termTo"], item["openEnded"]) == (CODES[1], None, True), "in lower case, and 9999-09-09"
    (key,) = origins(registration, "recordKey")
    assert len(key) == 32
    assert NAMED[1].pripid not in str(registration), "the registry's own key stays there"
    assert column(await ask(served, 6, "registration", fields), "name") == [NAMED[6].name], "its deleted twin is none"
    deleted = await ask(served, 24, "registration", fields)
    assert whole(deleted)
    assert deleted["items"] == []
    changes = await ask(served, 4, "changes", "item before")
    assert column(changes, "item", "before") == [("名称变更", "界江储运有限公司(示例)")]


async def test_d02_market_supervision_reads_two_encodings_and_rows_of_either_code(served: Served) -> None:
    marks = await ask(served, 7, "abnormalEntries", "name reason includedOn removedOn removalReason", "portal")
    assert column(marks, "includedOn", "removedOn") == [("2026-07-06", None)], "what is past is no more public"
    assert column(marks, "name", "reason") == [(NAMED[7].name, "未按规定报送年度报告")], "GBK declared latin1"
    past = await ask(served, 7, "abnormalEntries", "name includedOn removedOn removalReason")
    assert column(past, "includedOn", "removedOn") == [("2026-07-06", None), ("2016-07-05", "2017-03-14")]
    assert whole(past)
    licenses = await ask(served, 2, "qualifications", "certificateNo validFrom", "portal")
    keyed = dict(zip(column(licenses, "certificateNo"), origins(licenses, "keyScheme"), strict=True))
    assert keyed == {"SC10000000000002": "USCC", "SC10200000000002": "REG_NO"}, "new rows and old ones"
    samples = await ask(served, 2, "inspections", "productName", "portal")
    assert "?鱼牌大马哈鱼罐头" in column(samples, "productName"), "GBK has no such character: as the system holds it"


async def test_d03_double_publicity_has_one_decision_in_three_rows_and_two_dialects(served: Served) -> None:
    fields = """decisionNo fineAmount { amount } alsoReportedBy { source recordKey }
      conflicts { field values { value source } }"""
    penalties = await ask(served, 26, "penalties", fields, "portal")
    (item,) = penalties["items"]
    assert whole(penalties)
    assert item["fineAmount"] == {"amount": "20000"}, "2.000000 of ten thousand"
    assert [(each["source"], each["recordKey"]) for each in item["alsoReportedBy"]] == [
        ("double_publicity", "CF0000000209"),
        ("upper_platform", "CN-P-00000208"),
    ]
    (conflict,) = [each for each in item["conflicts"] if each["field"] == "fineAmount"]
    assert {(each["source"], each["value"]) for each in conflict["values"]} == {
        ("double_publicity", "20000 CNY"),
        ("upper_platform", "25000 CNY"),
    }
    licenses = await ask(served, 14, "licenses", "decisionNo decidedOn", "portal")
    assert column(licenses, "decidedOn")[-1] == "2015-12-07"
    (part,) = [each["part"] for each in licenses["coverage"] if (each["part"] or "").endswith("(2016 版归档)")]
    assert part == "行政许可(2016 版归档)"
    assert origins(licenses, "keyScheme", "departmentAsWritten")[-1] == ("ORG_CODE", "同江市交通局(示例)")


async def test_d04_tax_speaks_gbk_one_taxpayer_a_call_and_closes(served: Served, city: Departments) -> None:
    ratings = await ask(served, 6, "taxRatings", "level taxpayerName", TAX)
    assert column(ratings, "level", "taxpayerName") == [("A", NAMED[6].name), ("B", NAMED[6].name)], "a in lower case"
    query = "query($keys: [SubjectKey!]!) { subjects(keys: $keys) { ... on Organization { taxRatings { state } } } }"
    city.forget_calls("tax_credit")
    keys = [{"scheme": "USCC", "value": CODES[number]} for number in (1, 2, 3)]
    told = await served.ask(TAX, query, keys=keys)
    assert [each["taxRatings"]["state"] for each in told.data["subjects"]] == ["COMPLETE"] * 3
    assert city.calls("tax_credit")["calls"] == 3
    closed = await ask(served, 5, "taxRegistration", "status", TAX)
    (coverage,) = closed["coverage"]
    assert (closed["state"], closed["items"], closed["totalCount"]) == ("UNKNOWN", [], None)
    assert (coverage["status"], coverage["until"][10:]) == ("CLOSED", "T05:30:00+08:00")


async def test_d05_tax_notices_supersede_each_other_and_know_some_by_name_alone(served: Served) -> None:
    fields = "taxpayerName taxpayerNo announcedOn balance { amount } newlyOwed { amount } taxKinds"
    arrears = await ask(served, 3, "taxArrears", fields, "portal")
    (item,) = arrears["items"]
    assert (item["balance"], item["newlyOwed"]) == ({"amount": "386214.37"}, {"amount": "120000"})
    assert (item["announcedOn"], item["taxKinds"]) == ("2026-10-12", ["VALUE_ADDED", "CITY_MAINTENANCE"])
    by_name = await ask(served, 7, "taxArrears", fields, "portal")
    assert column(by_name, "taxpayerNo") == [None], "an individual's number may be that of a person"
    assert origins(by_name, "keyScheme", "matchMethod", "confidence") == [("NAME", "NAME", 0.8)]
    violations = await ask(served, 25, "listEntries(kinds: [MAJOR_TAX_VIOLATION])", "publishedOn", "portal")
    assert column(violations, "publishedOn") == ["2025-11-20"], "in the corrected issue, not in the first one"
    honored = await ask(served, 1, "listEntries(kinds: [A_LEVEL_TAXPAYER])", "evaluationYear", "portal")
    assert column(honored, "evaluationYear") == [2025], "that list stays in the folder of another quarter"


@pytest.mark.parametrize("mode", ["captcha", "captcha_json"])
async def test_d06_court_that_asks_for_a_picture_attests_nothing(served: Served, city: Departments, mode: str) -> None:
    clean = await ask(served, 1, "judgments", "caseNo", "portal")
    assert whole(clean)
    city.fault("court_enforcement", mode)
    refused = await ask(served, 1, "judgments", "caseNo", "portal")
    assert (refused["state"], refused["items"], refused["totalCount"]) == ("UNKNOWN", [], None)
    assert statuses(refused)["court_enforcement"] in {"UNAVAILABLE", "MISREAD"}
    city.fault("court_enforcement")
    assert (await ask(served, 1, "judgments", "caseNo", "portal"))["state"] == "COMPLETE"


async def test_d06_court_counts_one_too_many_on_its_last_page(served: Served) -> None:
    query = "query($key: SubjectKey!) { subject(key: $key) { ... on Organization { courtEnforcement { %s } } } }"
    cases = "enforcementCases(first: 100) { state totalCount items { caseNo } }"
    told = await served.ask("portal", query % cases, key={"scheme": "USCC", "value": CODES[27]})
    found = told.subject["courtEnforcement"]["enforcementCases"]
    assert (found["state"], found["totalCount"], len(set(column(found, "caseNo")))) == ("COMPLETE", 23, 23)


async def test_d07_social_insurance_is_asked_by_unit_numbers_of_its_own(served: Served) -> None:
    units = await ask(served, 6, "socialInsurance", "unitNo month insuredTotal pensionPaidTo", LABOR)
    assert whole(units)
    assert len(set(column(units, "unitNo"))) == 2, "one employer, two units"
    assert set(column(units, "month")) == {"2026-09"}, "the month before last"
    assert set(origins(units, "keyScheme", "matchMethod")) == {("UNIT_NO", "CROSSWALK")}
    behind = await ask(served, 3, "socialInsurance", "arrearsMonths pensionPaidTo", LABOR)
    assert column(behind, "arrearsMonths", "pensionPaidTo") == [(6, "2026-03")]


async def test_d07_social_insurance_that_closes_its_month_says_until_when(
    demo_departments: Departments, tmp_path: Path
) -> None:
    today = datetime.now(CHINA_TIME).date()
    days = f"{today.day}-{(today + timedelta(days=1)).day}"  # two, lest the day ends meanwhile
    closed = with_source(configuration(), "social_insurance", quiet_days=days)
    async with serving(demo_departments.environment, tmp_path, configured=closed) as served:
        section = await ask(served, 3, "socialInsurance", "month", LABOR)
        others = await ask(served, 3, "laborRating", "level", LABOR)
    (coverage,) = section["coverage"]
    assert (section["state"], section["items"], section["totalCount"]) == ("UNKNOWN", [], None)
    assert (coverage["status"], coverage["until"][10:]) == ("CLOSED", "T00:00:00+08:00")
    assert datetime.fromisoformat(coverage["until"]).date() > today
    assert others["state"] == "COMPLETE"


async def test_d08_labor_inspection_loses_codes_in_excel_and_corrects_itself(served: Served) -> None:
    lost = await ask(served, 6, "laborRating", "level issues { field code }", LABOR)
    assert column(lost, "level") == ["A"]
    assert lost["items"][0]["issues"] == []
    lost = await ask(served, 6, "laborRating", "level uscc issues { field code }", LABOR)
    assert (lost["state"], lost["totalCount"], statuses(lost)) == ("PARTIAL", None, {"labor_inspection": "MISREAD"})
    assert lost["items"][0]["uscc"] is None, "912308810000060000 is nobody's code: never guessed"
    assert lost["items"][0]["issues"] == [{"field": "uscc", "code": "MISREAD"}]
    corrected = await ask(served, 3, "laborRating", "level", LABOR)
    assert whole(corrected)
    assert column(corrected, "level") == ["C"], "in the first issue all had been graded A"
    wages = await ask(served, 3, "listEntries(kinds: [WAGE_ARREARS])", "source maskedIdNo", LABOR, "OWNER")
    assert wages["state"] == "PARTIAL", "the number of the representative has become a number as well"


RATED = """query($keys: [SubjectKey!]!) { subjects(keys: $keys) { ... on Organization {
  environmentalRating { state }
} } }"""


async def test_d09_environment_rates_by_two_scales_and_takes_twenty_codes_a_call(
    served: Served, city: Departments
) -> None:
    fields = "level levelAsWritten evaluationYear publishedOn division"
    ratings = await ask(served, 3, "environmentalRating", fields, "portal")
    assert whole(ratings)
    assert column(ratings, "level", "levelAsWritten", "division", "evaluationYear", "publishedOn") == [
        ("RED", "环保不良企业", "同江市", 2025, "2026-03-20"),
        ("BLACK", "黑牌", "哈尔滨市", 2024, "2025-03-08"),
    ]
    permits = await ask(served, 6, "licenses", "certificateName source alsoReportedBy { source }", "portal")
    (permit,) = [item for item in permits["items"] if item["certificateName"] == "排污许可证"]
    assert {permit["source"], *(each["source"] for each in permit["alsoReportedBy"])} == {
        "environment_credit",
        "double_publicity",
    }
    keys = [{"scheme": "USCC", "value": code} for code in CODES.values()]
    city.forget_calls("environment_credit")
    told = await served.ask("portal", RATED, keys=keys)
    assert {each["environmentalRating"]["state"] for each in told.data["subjects"]} == {"COMPLETE"}
    asked = city.calls("environment_credit")
    assert (asked["calls"], asked["keys"]) == (-(-len(keys) // 20), len(keys))


async def test_d10_construction_market_comes_anew_every_night_and_once_in_an_old_layout(
    demo_departments: Departments, tmp_path: Path
) -> None:
    database, known = tmp_path / "construction.sqlite", list(everyone(DEFAULT_SIZE))
    write_construction(database, known)
    environment = {**demo_departments.environment, "CONSTRUCTION_MARKET_URL": f"sqlite+aiosqlite:///{database}"}
    kind = "qualifications(kinds: [CONSTRUCTION])"
    async with serving(environment, tmp_path / "gateway") as served:
        before = await ask(served, 3, kind, "certificateNo status", "portal")
        assert column(before, "certificateNo", "status") == [("D223000003", "SUSPENDED"), ("D123000003", "VALID")]
        assert set(origins(before, "keyScheme", "matchMethod")) == {("ORG_CODE", "DERIVED")}, "with a hyphen"
        write_construction(database, known, old_layout=True)
        restored = await ask(served, 3, kind, "certificateNo status", "portal")
        assert (restored["state"], restored["items"], restored["totalCount"]) == ("PARTIAL", [], None)
        assert statuses(restored)["construction_market"] in {"MISREAD", "REJECTED", "UNAVAILABLE"}
        write_construction(database, known)
        assert column(await ask(served, 3, kind, "certificateNo", "portal"), "certificateNo") == column(
            before, "certificateNo"
        )


@pytest.mark.parametrize(
    ("number", "scheme", "confidence"), [(1, "USCC", 1.0), (8, "ORG_CODE", 1.0), (3, "REG_NO", 1.0), (2, "NAME", 0.8)]
)
async def test_d11_procurement_finds_a_supplier_by_whatever_stands_in_one_field(
    served: Served, number: int, scheme: str, confidence: float
) -> None:
    contracts = await ask(served, number, "contractPerformances", "contractNo supplier", "finance")
    assert origins(contracts, "keyScheme", "confidence") == [(scheme, confidence)]
    assert column(contracts, "supplier") == [NAMED[number].name]
    assert whole(contracts)


async def test_d12_customs_are_asked_through_their_own_register_and_grade_in_two_scales(served: Served) -> None:
    today = await ask(served, 1, "customsCredit", "level levelAsWritten aeoCode customsCode", "portal")
    assert column(today, "level", "customsCode") == [("ADVANCED", "2300000001")]
    assert origins(today, "keyScheme", "matchMethod") == [("CUSTOMS_CODE", "CROSSWALK")]
    older = await ask(served, 5, "customsCredit", "level levelAsWritten", "portal")
    assert column(older, "level", "levelAsWritten") == [("LEGACY_GENERAL_CREDIT", "一般信用企业")]
    assert origins(older, "departmentAsWritten") == ["同江出入境检验检疫局(示例)"], "the office of its time"
    never = await ask(served, 3, "customsCredit", "level", "portal")
    assert whole(never)
    assert never["items"] == [], "who never traded abroad has no grade: the customs' own register says so"


async def test_d13_upper_platform_brings_other_counties_and_the_nations_word(served: Served) -> None:
    penalties = await ask(served, 27, "penalties", "decisionNo authority state source", "portal")
    assert column(penalties, "authority", "source") == [("富锦市市场监督管理局(示例)", "upper_platform")]
    entries = await ask(served, 25, "listEntries(kinds: [GOVERNMENT_PROCUREMENT])", "source authority", "portal")
    assert column(entries, "source", "authority") == [("upper_platform", "桦川县财政局(示例)")]
    repaired = await ask(served, 23, "penalties", "decisionNo state", "portal")
    assert "185号" not in str(repaired)
    assert whole(repaired)
    owner = await ask(served, 23, "penalties", "decisionNo state", "business_environment", "OWNER")
    assert ("同市监罚〔2025〕185号", "REPAIRED") in column(owner, "decisionNo", "state")
    objected = await ask(served, 6, "penalties", "state underObjection alsoReportedBy { source }", "portal")
    assert column(objected, "state", "underObjection") == [("UNDER_OBJECTION", True)]


async def test_d14_civil_affairs_know_old_bodies_by_their_certificate_alone(served: Served) -> None:
    registration = await ask(served, 9, "registration", "uscc name establishedOn", "portal")
    assert column(registration, "uscc", "name", "establishedOn") == [(None, NAMED[9].name, "2012-03-07")]
    assert origins(registration, "keyScheme", "matchMethod", "confidence") == [("SOCIAL_ORG_CERT", "CROSSWALK", 1.0)]
    assert whole(registration)
    institution = await ask(served, 11, "registration", "name registeredCapital { amount } termTo", "portal")
    assert column(institution, "name", "registeredCapital", "termTo") == [
        (NAMED[11].name, {"amount": "126910000"}, "2031-03-31")
    ]
    assert statuses(institution)["civil_affairs"] == "NOT_COVERED"


VERIFIED = """query($key: SubjectKey!) { subject(key: $key) { ... on Organization {
  legalRepresentative { items { person {
    name identityVerification { state coverage { source status } items { result authority verifiedAt } }
  } } }
} } }"""


async def test_d15_police_only_say_whether_name_and_number_belong_together(served: Served, city: Departments) -> None:
    city.forget_calls("police_verification")
    for client, case in (("public_security", None), (MARKET, None), ("court", "(2026)黑0881执123号")):
        told = await served.ask(client, VERIFIED, case=case, key={"scheme": "USCC", "value": CODES[3]})
        (role,) = told.subject["legalRepresentative"]["items"]
        checked = role["person"]["identityVerification"]
        assert (checked["state"], column(checked, "result")) == ("COMPLETE", ["MATCH"])
        assert NAMED[3].representative.id_no.encode() not in told.body
    assert city.calls("police_verification")["calls"] == 3
    for client in ("portal", "bank", TAX):
        told = await served.ask(client, VERIFIED, key={"scheme": "USCC", "value": CODES[3]})
        (role,) = told.subject["legalRepresentative"]["items"]
        assert role["person"]["identityVerification"] is None
        assert set(told.codes.values()) == {"FIELD_FORBIDDEN"}
    assert city.calls("police_verification")["calls"] == 3, "who may not follow persons has nobody checked"


async def test_d16_utilities_know_names_alone_and_say_how_sure_that_is(served: Served) -> None:
    arrears = await ask(served, 6, "utilityArrears", "name periods")
    (coverage,) = arrears["coverage"]
    assert (arrears["state"], coverage["matchConfidence"]) == ("COMPLETE", 0.8)
    assert origins(arrears, "keyScheme", "matchMethod", "confidence") == [("NAME", "NAME", 0.8)]
    assert column(arrears, "name") == ["江畔热力有限公司（示例）"], "as the clerk typed it"
    former = await ask(served, 4, "utilityArrears", "name")
    assert column(former, "name") == ["界江储运有限公司(示例)"], "the company had another name when it moved in"
    clean = await ask(served, 1, "utilityArrears", "name")
    assert (clean["items"], clean["coverage"][0]["matchConfidence"]) == ([], 0.8), "weaker than elsewhere"


async def test_files_that_are_superseded_are_not_told(served: Served) -> None:
    fire = await ask(served, 3, "penalties(domain: FIRE)", "decisionNo", "portal")
    assert fire["totalCount"] == 1, "it stands in the sheets of two quarters"
    arrears = await ask(served, 6, "utilityArrears", "month")
    assert column(arrears, "month") == ["2026-10"], "and in those of two months"
    rated = await ask(served, 3, "inspections(kind: FIRE)", "inspectedOn", "portal")
    assert column(rated, "inspectedOn") == ["2026-08-03", "2026-04-22"]
