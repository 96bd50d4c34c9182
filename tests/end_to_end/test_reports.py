"""Reports of a real gateway over HTTP: every form, the caller's rights, what is down, and nothing kept."""

import asyncio
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from cryptography import x509

from gateway.demo import Departments
from gateway.demo.facts import REFERENCE
from gateway.http.reports import REPORTS_PATH
from gateway.ledger.tables import LEDGER
from gateway.proof.finding import Verdict
from gateway.reports.check import check_report
from gateway.reports.signed import read_signed_json
from tests.commands import Run
from tests.end_to_end.served import Served, Told

BUILDER = "91230881TJ00000350"
ENTERPRISE = "91230881TJ0000019A"
FORMS = {"json": b"{", "html": b"<!doctype html>", "pdf": b"%PDF-", "sd-jwt": b"ey"}


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.reports.maker.today_text", REFERENCE.isoformat)


async def order(
    served: Served, client: str, code: str = BUILDER, purpose: str | None = None, scheme: str = "USCC", **said: Any
) -> Told:
    body = BytesIO(orjson.dumps({"subject": {"scheme": scheme, "value": code}, **said}))
    url, headers = served.origin + REPORTS_PATH, served.headers(client, purpose)
    async with served.session.post(url, data=body, headers=headers) as response:
        return Told(response.status, response.headers, await response.read())


async def certificates(served: Served) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates((await served.get(f"{REPORTS_PATH}/certificate")).body)


def labels(told: Told) -> list[str]:
    return [each["answer"] for each in told.content["report"]["labels"]]


def section(told: Told, name: str) -> dict[str, Any]:
    found = {each["name"]: each for part in told.content["report"]["parts"] for each in part["sections"]}
    return dict(found[name])


@pytest.mark.parametrize("form", FORMS)
async def test_every_form_is_given_at_once_and_verifies(served: Served, form: str) -> None:
    told = await order(served, "bank", form=form)
    assert told.status == 200, told.body
    assert told.body.startswith(FORMS[form])
    assert told.headers["Cache-Control"] == "no-store"
    assert told.headers["Credit-Report"] in told.headers["Content-Disposition"]
    assert "ratelimit" in told.headers
    if form == "html":
        assert told.headers["Credit-Receipt"].encode() in told.body
        return
    checked = await asyncio.to_thread(check_report, told.body, await certificates(served))
    assert checked.verdict is Verdict.HOLDS
    assert checked.report is not None
    assert checked.report["reportNo"] == told.headers["Credit-Report"]
    assert checked.report["issue"]["id"] == told.headers["Credit-Receipt"]


async def test_a_report_is_in_the_ledger_by_the_answer_that_it_was_made_from(served: Served) -> None:
    told = await order(served, "bank")
    (receipt,) = told.content["report"]["receipts"]
    rows = await served.gateway.desk.ledger.rows(sa.select(LEDGER.c.entry))
    entries = [orjson.loads(row[0]) for row in rows]
    (entry,) = [each for each in entries if each["receipt"] == receipt["id"]]
    assert (entry["kind"], entry["client"], entry["purpose"]) == ("REPORT", "bank", "BANK_CREDIT")
    assert entry["response_digest"] == receipt["responseDigest"]
    assert receipt["link"] == f"{served.origin}/receipts/{receipt['id']}"
    read = await served.get(f"/receipts/{receipt['id']}", served.headers("bank"))
    assert read.status == 200


async def test_what_a_caller_may_not_see_is_named_and_is_not_there(served: Served) -> None:
    told = await order(served, "portal")
    denied = section(told, "taxRatings")
    assert (denied["state"], denied["records"], denied["denied"]["reason"]) == ("DENIED", [], "SCOPE_MISSING")
    own = await order(served, "enterprise", ENTERPRISE)
    assert section(own, "taxRatings")["state"] == "COMPLETE"
    assert len(section(own, "taxRatings")["records"]) == 3


async def test_labels_of_the_demo(served: Served) -> None:
    assert labels(await order(served, "bank")) == ["NO", "YES", "NO", "YES"]
    assert labels(await order(served, "bank", ENTERPRISE)) == ["YES", "NO", "NO", "YES"]


async def test_the_court_is_named_when_it_does_not_answer(served: Served, city: Departments) -> None:
    city.fault("court_enforcement", "down")
    told = await order(served, "bank", ENTERPRISE)
    assert labels(told) == ["YES", "UNKNOWN", "NO", "YES"]
    found = section(told, "dishonestDebtors")
    assert (found["state"], found["total"]) == ("UNKNOWN", None)
    assert "同江市人民法院" in found["summary"]["zh"]


async def test_further_pages_are_asked_for_until_the_end(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = section(await order(served, "bank"), "penalties")
    monkeypatch.setattr("gateway.reports.asked.FIRST", 2)
    monkeypatch.setattr("gateway.reports.asked.PAGE", 2)
    told = await order(served, "bank")
    found = section(told, "penalties")
    assert [each["recordId"] for each in found["records"]] == [each["recordId"] for each in whole["records"]]
    assert found["truncated"] is None
    assert len(told.content["report"]["receipts"]) > 2
    monkeypatch.setattr("gateway.reports.asked.MAXIMUM_OF_SECTION", 2)
    cut = section(await order(served, "bank"), "penalties")
    assert len(cut["records"]) == 2
    assert "多于 2 条" in cut["truncated"]["zh"]


@pytest.mark.parametrize(
    ("client", "said", "purpose", "status", "code"),
    [
        ("bank", {"code": "91230881TJ00000351"}, None, 404, "SUBJECT_NOT_RESOLVED"),
        ("bank", {"code": "没有这个公司", "scheme": "NAME"}, None, 404, "SUBJECT_NOT_RESOLVED"),
        ("bank", {"scheme": "PERSON"}, None, 400, "BAD_REQUEST"),
        ("bank", {"form": "docx"}, None, 400, "BAD_REQUEST"),
        ("bank", {"code": "1" * 5000}, None, 413, "TOO_LARGE"),
        ("bank", {}, "SUPERVISION", 403, "FORBIDDEN"),
        ("procurement", {}, "BIDDING", 400, "BAD_REQUEST"),
    ],
    ids=["check_digit", "name", "person", "form", "large", "purpose", "no_case"],
)
async def test_refusals_are_those_of_a_query(
    served: Served, client: str, said: dict[str, Any], purpose: str | None, status: int, code: str
) -> None:
    told = await order(served, client, purpose=purpose, **said)
    assert (told.status, told.errors[0]["extensions"]["code"]) == (status, code)
    if status in (403, 404):
        assert told.content["extensions"]["receipt"]["id"]


async def test_nobody_orders_without_a_token_or_by_url(served: Served) -> None:
    url = served.origin + REPORTS_PATH
    order_ = orjson.dumps({"subject": {"value": BUILDER}})
    json = {"Content-Type": "application/json"}
    async with served.session.post(url, data=order_, headers=json) as response:
        assert response.status == 401
    async with served.session.get(f"{url}?subject={BUILDER}", headers=served.headers("bank")) as response:
        assert response.status == 405
    form = {**served.headers("bank"), "Content-Type": "text/plain"}
    async with served.session.post(url, data=order_, headers=form) as response:
        assert response.status == 415


async def test_a_personal_number_is_neither_answered_nor_told_back(served: Served) -> None:
    number = "11010519491231002X"
    told = await order(served, "bank", number)
    assert told.status == 404
    assert number.encode() not in told.body


async def test_nothing_of_a_report_is_kept(served: Served) -> None:
    told = await order(served, "market_regulation", form="pdf")
    assert told.status == 200
    kept = [path for path in served.data.rglob("*") if path.is_file()]
    names = {path.name for path in kept}
    assert not [name for name in names if name.endswith((".pdf", ".html", ".sd-jwt"))]
    for path in kept:
        assert "同消行罚〔2026〕28号".encode() not in path.read_bytes(), path.name


async def test_the_commands_fetch_withhold_and_verify(
    served: Served, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = tmp_path / "report.pem"
    pem.write_bytes((await served.get(f"{REPORTS_PATH}/certificate")).body)
    monkeypatch.setenv("CREDIT_TOKEN", served.token("bank"))
    got, shown = tmp_path / "a.sd-jwt", tmp_path / "b.sd-jwt"
    fetch = ("report", "get", BUILDER, "--out", str(got), "--gateway", served.origin)
    result = await asyncio.to_thread(run, *fetch)
    assert result.returncode == 0, result
    assert got.stat().st_mode & 0o777 == 0o600
    assert (await asyncio.to_thread(run, *fetch)).returncode == 1, "a file that is there is never written over"
    result = await asyncio.to_thread(run, "report", "withhold", str(got), "--out", str(shown), "--section", "4")
    assert result.returncode == 0, result
    verify = ("report", "verify", str(shown), "--certificate", str(pem))
    result = await asyncio.to_thread(run, *verify)
    assert result.returncode == 0, result
    assert "严重失信" in result.stdout
    told = orjson.loads((await asyncio.to_thread(run, *verify, "--json")).stdout)
    assert (told["verdict"], told["findings"][-1]["code"]) == ("HOLDS", "WITHHELD")
    assert (await asyncio.to_thread(run, "report", "verify", str(shown))).returncode == 1
    shown.chmod(0o600)
    shown.write_text(shown.read_text().replace("~", "~x", 1))
    assert (await asyncio.to_thread(run, *verify)).returncode == 1
    assert (await asyncio.to_thread(run, "report", "verify", str(pem))).returncode == 2
    refused = ("report", "get", "91230881TJ00000351", "--out", str(tmp_path / "c.json"), "--gateway", served.origin)
    result = await asyncio.to_thread(run, *refused)
    assert (result.returncode, (tmp_path / "c.json").exists()) == (1, False)


async def test_the_json_form_is_what_the_receipts_say(served: Served) -> None:
    told = await order(served, "court", ENTERPRISE)
    report, _ = read_signed_json(told.body.decode())
    assert report["askedFor"]["purpose"] == "LAW_ENFORCEMENT"
    assert [part["number"] for part in report["parts"]] == list(range(1, 10))
