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

from gateway.demo.court import Court
from gateway.demo.environment import MOST_CODES, PATH, Environment
from gateway.demo.files import FIRE_HEADER, MARKET_HEADER, write_fire, write_market
from gateway.demo.listen import Asked
from gateway.demo.scenarios import everyone
from gateway.demo.sheets import ENCODING
from gateway.demo.subjects import named
from gateway.demo.tax import NAMESPACE, Tax

SIZE = 300
SUBJECT = {subject.number: subject for subject in named()}
TAX = Tax(everyone(SIZE), "token")
COURT = Court(everyone(SIZE))
ENVIRONMENT = Environment(everyone(SIZE), "gateway", "secret")


def _ask_tax(taxpayer: str, token: str = "token") -> ElementTree.Element:
    envelope = (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:x="urn:x"><soapenv:Header>'
        f"<x:SessionToken>{token}</x:SessionToken></soapenv:Header><soapenv:Body><x:queryCredit>"
        f"<x:nsrsbh>{taxpayer}</x:nsrsbh></x:queryCredit></soapenv:Body></soapenv:Envelope>"
    )
    answered = TAX.answer(Asked("POST", b"/services/CreditService", {}, envelope.encode()))
    assert answered.status == 200, "failures come as HTTP 200"
    text = answered.body.decode("gb18030")
    assert text.startswith('<?xml version="1.0" encoding="GBK"?>')
    return ElementTree.fromstring(text.partition("?>")[2])


def _tax(taxpayer: str, token: str = "token") -> tuple[str, list[dict[str, str]]]:
    answer = _ask_tax(taxpayer, token)
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


def _environment(codes: list[str], **changed: str) -> tuple[int, dict[str, Any]]:
    body = json.dumps({"codes": codes}).encode()
    stamp = changed.get("stamp", str(int(time.time())))
    signed = f"POST\n{PATH}\n{stamp}\n{sha256(body).hexdigest()}"
    signature = hmac.new(changed.get("secret", "secret").encode(), signed.encode(), "sha256").hexdigest()
    headers = {"x-key-id": changed.get("key_id", "gateway"), "x-timestamp": stamp, "x-signature": signature}
    sent = {name.encode(): value.encode() for name, value in headers.items()}
    answered = ENVIRONMENT.answer(Asked("POST", PATH.encode(), sent, body))
    return answered.status, json.loads(answered.body)


def test_the_environment_bureau_takes_signed_batches_only() -> None:
    codes = [SUBJECT[3].uscc, SUBJECT[6].uscc, SUBJECT[1].uscc]
    status, answer = _environment(codes)
    assert (status, answer["code"]) == (200, 0)
    assert [row["tyshxydm"] for row in answer["data"]["list"]] == codes[:2]
    assert _environment(codes, secret="wrong")[0] == 401
    assert _environment(codes, key_id="another")[0] == 401
    assert _environment(codes, stamp=str(int(time.time()) - 3600))[0] == 401
    assert _environment(["x"] * MOST_CODES)[0] == 200
    assert _environment(["x"] * (MOST_CODES + 1))[0] == 400


def test_the_environment_bureau_writes_dates_without_zeros_and_the_old_name() -> None:
    row = _environment([SUBJECT[6].uscc])[1]["data"]["list"][0]
    assert (row["jdrq"], row["fkje"], row["msje"]) == ("2025-1-15", "100000.00", None)
    rows = _environment([known.subject.uscc for known in everyone(SIZE) if known.facts.environment_penalties][:20])
    assert {row["cfjg"] for row in rows[1]["data"]["list"]} == {
        "佳木斯市同江生态环境局(示例)",
        "同江市环境保护局(示例)",
    }


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
