"""What the HTTP and file departments must get wrong on purpose, asked as the wire asks them, without a port."""

import csv
import hmac
import json
import re
import time
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from gateway.demo.court import PERSON_PATH, Court
from gateway.demo.environment import HARBIN, PENALTIES, PERMITS, RATINGS, open_credit, open_penalties
from gateway.demo.files import FIRE_HEADER, MARKET_HEADER, write_fire, write_market
from gateway.demo.listen import Asked, Interface
from gateway.demo.publicity import LICENSE_COLUMNS, license_row
from gateway.demo.scenarios import everyone
from gateway.demo.sheets import ENCODING
from gateway.demo.signed import MOST_CODES
from gateway.demo.subjects import named
from gateway.demo.tax import NAMESPACE, Tax

SIZE = 300
SUBJECT = {subject.number: subject for subject in named()}
TAX = Tax(everyone(SIZE), "token")
COURT = Court(everyone(SIZE))
EVERYONE = list(everyone(SIZE))
FACTS = {known.subject.number: known.facts for known in EVERYONE}
PENALTY_LISTS, CREDIT_LISTS = open_penalties(EVERYONE), open_credit(EVERYONE)


def _ask_tax(taxpayer: str, token: str = "token", operation: str = "queryCredit") -> ElementTree.Element:
    envelope = (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:x="urn:x"><soapenv:Header>'
        f"<x:SessionToken>{token}</x:SessionToken></soapenv:Header><soapenv:Body><x:{operation}>"
        f"<x:nsrsbh>{taxpayer}</x:nsrsbh></x:{operation}></soapenv:Body></soapenv:Envelope>"
    )
    answered = TAX.answer(Asked("POST", b"/services/CreditService", {}, envelope.encode()))
    assert answered.status == 200, "failures come as HTTP 200"
    text = answered.body.decode("gb18030")
    assert text.startswith('<?xml version="1.0" encoding="GBK"?>')
    return ElementTree.fromstring(text.partition("?>")[2])


def _tax(taxpayer: str, token: str = "token", operation: str = "queryCredit") -> tuple[str, list[dict[str, str]]]:
    answer = _ask_tax(taxpayer, token, operation)
    code = answer.findtext(f".//{{{NAMESPACE}}}rtnCode")
    items = answer.iterfind(f".//{{{NAMESPACE}}}item")
    return str(code), [{cell.tag.partition("}")[2]: cell.text or "" for cell in item} for item in items]


def test_tax_answers_by_either_number_and_writes_dates_compactly() -> None:
    code, ratings = _tax(SUBJECT[1].uscc)
    assert code == "00"
    assert [rating["xydj"] for rating in ratings] == ["A", "A", "A"]
    assert ratings[0]["pjrq"] == "20260415"
    assert _tax(SUBJECT[1].tax15) == (code, ratings)


def test_tax_fails_as_http_200() -> None:
    assert _tax(SUBJECT[6].uscc)[1][0]["xydj"] == "a", "a level in lower case"
    assert _tax(SUBJECT[9].uscc) == ("01", [])
    assert _tax(SUBJECT[5].uscc) == ("90", []), "closed for this taxpayer at any hour"
    assert _tax(SUBJECT[1].uscc, token="old") == ("02", [])
    assert _tax("") == ("99", [])


def test_tax_keeps_the_state_of_a_household_and_when_it_was_not_normal() -> None:
    code, (entry,) = _tax(SUBJECT[27].tax15, operation="queryRegistration")
    assert (code, entry["nsrzt"], entry["ynsrsbh"]) == ("00", "05 非正常", SUBJECT[27].tax15)
    times = [(each["rdrq"], each["jcrq"]) for each in _tax(SUBJECT[27].uscc, operation="queryAnomaly")[1]]
    assert times == [("20260706", ""), ("20230911", "20240115")]
    assert _tax(SUBJECT[26].uscc, operation="queryRegistration")[1][0]["nsrzt"] == "03 正常", "released"
    assert _tax(SUBJECT[1].uscc, operation="queryAnomaly") == ("01", [])
    assert _tax(SUBJECT[12].uscc, operation="queryRegistration") == ("01", []), "an office pays no tax"
    assert _tax(SUBJECT[5].uscc, operation="queryAnomaly") == ("90", []), "closed, whatever is asked"


def _court(kind: str, code: str, page: int = 1) -> dict[str, Any]:
    asked = Asked("GET", f"/api/{kind}?code={code}&page={page}".encode(), {}, b"")
    data: dict[str, Any] = json.loads(COURT.answer(asked).body)["data"]
    return data


def test_the_court_writes_three_forms_of_date_in_one_record() -> None:
    entry = _court("dishonest", SUBJECT[3].uscc)["list"][0]
    assert (entry["regDate"], entry["publishDate"]) == ("20260209", "2026年04月13日")
    assert entry["gxsj"] == 1776043800000, "epoch milliseconds"
    assert entry["performedPart"] == "暂无"
    assert (entry["partyTypeName"], entry["age"], entry["sexy"]) == ("1", 0, "")


def test_the_court_masks_numbers_and_names_the_person_behind_a_business() -> None:
    entry = _court("dishonest", SUBJECT[7].uscc)["list"][0]
    assert (entry["partyTypeName"], entry["iname"], entry["sexy"]) == ("0", "张老实", "男")
    assert re.fullmatch(r"23088118\d\d\*{4}\d{3}[\dX]", entry["cardNum"])


def test_the_court_pages_by_ten_and_miscounts_on_the_last_page() -> None:
    pages = [_court("enforcement", SUBJECT[27].uscc, page) for page in (1, 2, 3, 4)]
    assert [len(page["list"]) for page in pages] == [10, 10, 3, 0]
    assert [page["total"] for page in pages] == [23, 23, 24, 24]
    rows = [row for page in pages for row in page["list"]]
    assert len({row["id"] for row in rows}) == 23


def test_the_court_restricts_the_representative() -> None:
    order = _court("restriction", SUBJECT[26].uscc)["list"][0]
    assert (order["iname"], order["gx"]) == (SUBJECT[26].name, "法定代表人")
    assert order["xm"] == SUBJECT[3].representative.name
    assert _court("restriction", SUBJECT[25].uscc)["list"] == [], "25 only shares the person"


def test_the_court_points_to_judgments_and_keeps_their_text() -> None:
    (judgment, other) = _court("judgment", SUBJECT[3].uscc)["list"]
    assert (judgment["ah"], judgment["ay"], judgment["dsrdw"]) == (
        "(2025)黑0881民初123号",
        "建设工程施工合同纠纷",
        "被告",
    )
    assert judgment["wsdz"].startswith("https://wenshu.court.example/")
    assert other["ay"] == "劳务合同纠纷"


def _person(body: object) -> tuple[int, dict[str, Any]]:
    answered = COURT.answer(Asked("POST", PERSON_PATH.encode(), {}, json.dumps(body).encode()))
    return answered.status, json.loads(answered.body)


def test_the_court_tells_of_a_person_by_the_number_in_the_body() -> None:
    who = SUBJECT[3].representative
    status, answer = _person({"zjhm": who.id_no, "page": 1})
    orders = answer["data"]["list"]
    assert status == 200
    assert {(each["xm"], each["qydm"]) for each in orders} == {(who.name, SUBJECT[at].uscc) for at in (3, 26)}
    assert {each["cardNum"] for each in orders} == {who.masked}, "its own number is masked all the same"
    assert _person({"zjhm": SUBJECT[1].representative.id_no})[1]["data"]["list"] == []
    assert _person({"page": 1})[0] == 400


def _signed(interface: Interface, path: str, codes: list[str], **changed: str) -> tuple[int, dict[str, Any]]:
    known, secret = interface.secrets.values()
    body = json.dumps({"codes": codes}).encode()
    stamp = changed.get("stamp", str(int(time.time())))
    signed = f"POST\n{path}\n{stamp}\n{sha256(body).hexdigest()}"
    signature = hmac.new(changed.get("secret", secret).encode(), signed.encode(), "sha256").hexdigest()
    headers = {"x-key-id": changed.get("key_id", known), "x-timestamp": stamp, "x-signature": signature}
    sent = {name.encode(): value.encode() for name, value in headers.items()}
    answered = interface.department.answer(Asked("POST", path.encode(), sent, body))
    return answered.status, json.loads(answered.body)


def _rows(interface: Interface, path: str, *codes: str) -> list[dict[str, Any]]:
    status, answer = _signed(interface, path, list(codes))
    assert (status, answer["code"]) == (200, 0)
    rows: list[dict[str, Any]] = answer["data"]["list"]
    return rows


def test_the_environment_bureau_takes_signed_batches_only() -> None:
    codes = [SUBJECT[3].uscc, SUBJECT[6].uscc, SUBJECT[1].uscc]
    assert [row["tyshxydm"] for row in _rows(PENALTY_LISTS, PENALTIES, *codes)] == codes[:2]
    assert _signed(PENALTY_LISTS, PENALTIES, codes, secret="wrong")[0] == 401
    assert _signed(PENALTY_LISTS, PENALTIES, codes, key_id="another")[0] == 401
    assert _signed(PENALTY_LISTS, PENALTIES, codes, stamp=str(int(time.time()) - 3600))[0] == 401
    assert _signed(PENALTY_LISTS, PENALTIES, ["x"] * MOST_CODES)[0] == 200
    assert _signed(PENALTY_LISTS, PENALTIES, ["x"] * (MOST_CODES + 1))[0] == 400
    assert _signed(PENALTY_LISTS, RATINGS, codes)[0] == 404, "a system of its own"


def test_the_environment_bureau_writes_dates_without_zeros_and_the_old_name() -> None:
    (row,) = _rows(PENALTY_LISTS, PENALTIES, SUBJECT[6].uscc)
    assert (row["jdrq"], row["fkje"], row["msje"]) == ("2025-1-15", "100000.00", None)
    punished = [known.subject.uscc for known in EVERYONE if known.facts.environment_penalties][:20]
    names = {each["cfjg"] for each in _rows(PENALTY_LISTS, PENALTIES, *punished)}
    assert names == {"佳木斯市同江生态环境局(示例)", "同江市环境保护局(示例)"}


def test_the_environment_bureau_rates_on_two_scales_a_year_late() -> None:
    latest, before = _rows(CREDIT_LISTS, RATINGS, SUBJECT[3].uscc)
    assert (latest["pjnd"], latest["fbsj"], latest["pjdj"]) == (2025, "2026-3-20", "环保不良企业")
    assert (before["pjdj"], before["pjjg"], before["pjjgdm"]) == ("黑牌", HARBIN, None)
    assert [row["pjdj"] for row in _rows(CREDIT_LISTS, RATINGS, SUBJECT[6].uscc)] == ["黄", "环保良好企业"]
    assert _rows(CREDIT_LISTS, RATINGS, SUBJECT[1].uscc) == [], "traders are not rated"


def test_a_permit_has_the_decision_of_double_publicity_in_other_brackets() -> None:
    (permit,) = _rows(CREDIT_LISTS, PERMITS, SUBJECT[6].uscc)
    assert (permit["jdswh"], permit["xkzbh"]) == ("佳同环许[2023]48号", f"{SUBJECT[6].uscc}001V")
    (granted,) = [each for each in FACTS[6].licenses if each.letters == "PW"]
    row = dict(zip(LICENSE_COLUMNS, license_row(SUBJECT[6], granted), strict=True))
    assert row["XK_WSH"] == "佳同环许〔2023〕48号"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    write_fire(folder, everyone(SIZE))
    write_market(folder, everyone(SIZE))
    return folder


def _sheet(path: Path) -> list[list[str]]:
    with path.open(encoding=ENCODING, newline="") as sheet:
        return list(csv.reader(sheet))


def test_fire_files_have_lines_around_the_data(folder: Path) -> None:
    title, unit, header, *rows, total = _sheet(folder / "消防行政处罚_2026Q3.csv")
    assert title[0] == "消防行政处罚信息公示表"
    assert unit[0].startswith("填报单位")
    assert header == list(FIRE_HEADER)
    assert total[0] == "合计"
    amounts = {row[9] for row in rows}
    assert "1,230,000" in amounts, "thousands separators"
    assert any(re.fullmatch("[０-９]+", amount) for amount in amounts), "full-width digits"
    assert all(re.fullmatch(r"\d{8}", row[10]) for row in rows)


def test_market_files_know_the_registration_number_alone(folder: Path) -> None:
    _, _, header, *rows, total = _sheet(folder / "市场监管处罚_202610.csv")
    assert header == list(MARKET_HEADER)
    assert total[:2] == ["合计", f"共{len(rows)}件"]
    assert all(re.fullmatch(r"2308819\d{8}", row[1]) for row in rows)
    assert {row[9] for row in rows} >= {"—", "3,000"}
    assert {row[13] for row in rows} == {"简易", "普通"}


@pytest.mark.parametrize(
    ("older", "newer"), [("消防行政处罚_2026Q2", "消防行政处罚_2026Q3"), ("市场监管处罚_202609", "市场监管处罚_202610")]
)
def test_a_newer_file_supersedes_an_older_one(folder: Path, older: str, newer: str) -> None:
    before, after = folder / f"{older}.csv", folder / f"{newer}.csv"
    assert before.stat().st_mtime < after.stat().st_mtime - 86_400
    assert len(_sheet(before)) < len(_sheet(after))
