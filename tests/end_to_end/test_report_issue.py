"""Reports through the graph: ordered by a mutation, and what the ledger knows of one by its number."""

import asyncio
from base64 import b64decode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from msgspec import structs

from gateway.anchors.declared import AnchorSpec
from gateway.cli.report_known import DOCUMENT
from gateway.demo import Departments
from gateway.issuer import KEY_FILE_ENV
from gateway.ledger import Entry
from gateway.proof.finding import Verdict
from gateway.reports.check import check_report
from tests.commands import Run
from tests.end_to_end.served import CONFIG, Served, Told, configuration, serving
from tests.end_to_end.test_reports import BUILDER, ENTERPRISE, certificates, order
from tests.tsa import Stamps, authority, stamper, stamping

CREATE = """mutation Order($input: CreditReportInput!) { createCreditReport(input: $input) {
  report { number issuedAt form language signature sha256 client department purpose case receipt answers }
  mediaType fileName size content } }"""
KNOWN = """query Known($number: String!) { creditReport(number: $number) {
  number issuedAt form language signature sha256 client department purpose case receipt answers } }"""
FORMS = {"JSON": "JWS", "HTML": "NONE", "PDF": "PADES_B_B", "SD_JWT": "SD_JWT"}


async def create(served: Served, client: str = "bank", code: str = BUILDER, **said: Any) -> Told:
    given = {"subject": {"scheme": "USCC", "value": code}, **said}
    return await served.ask(client, CREATE, input=given)


async def known(served: Served, number: str, client: str = "bank") -> Any:
    return (await served.ask(client, KNOWN, number=number)).data["creditReport"]


async def entry_of(served: Served, receipt: str) -> Entry:
    found = await served.gateway.desk.ledger.get(receipt)
    assert found is not None
    return found


@pytest.mark.parametrize("form", FORMS)
async def test_a_mutation_makes_every_form_and_the_ledger_knows_its_digest(served: Served, form: str) -> None:
    made = (await create(served, form=form)).data["createCreditReport"]
    told, body = made["report"], b64decode(made["content"])
    assert (told["form"], told["signature"], made["size"]) == (form, FORMS[form], len(body))
    assert told["sha256"] == sha256(body).hexdigest()
    assert await known(served, told["number"]) == told
    entry = await entry_of(served, told["receipt"])
    assert (entry.kind, entry.client, entry.response_digest) == ("ISSUED", "bank", told["sha256"])
    assert [(await entry_of(served, each)).kind for each in told["answers"]] == ["REPORT"]
    assert entry.subjects == (await entry_of(served, told["answers"][0])).subjects
    if form != "HTML":
        checked = await asyncio.to_thread(check_report, body, await certificates(served))
        assert checked.verdict is Verdict.HOLDS
        assert checked.report is not None
        assert (checked.report["reportNo"], checked.report["issue"]["id"]) == (told["number"], told["receipt"])
        assert checked.report["signed"]["level"] == told["signature"]


async def test_what_was_ordered_by_post_is_known_as_well(served: Served) -> None:
    told = await order(served, "bank", form="sd-jwt", language="en")
    found = await known(served, told.headers["Credit-Report"])
    assert (found["form"], found["language"], found["signature"]) == ("SD_JWT", "EN", told.headers["Credit-Signature"])
    assert (found["sha256"], found["receipt"]) == (sha256(told.body).hexdigest(), told.headers["Credit-Receipt"])
    assert (found["client"], found["purpose"]) == ("bank", "BANK_CREDIT")


async def test_only_who_ordered_it_and_auditors_are_told(served: Served) -> None:
    number = (await order(served, "bank")).headers["Credit-Report"]
    assert (await known(served, number, "auditor"))["client"] == "bank"
    other = await served.ask("tax_department", KNOWN, number=number)
    never = await served.ask("tax_department", KNOWN, number=f"{number[:-12]}{'0' * 12}")
    assert (other.data, other.errors[0]["extensions"]) == (never.data, never.errors[0]["extensions"])
    assert other.codes == {"creditReport": "REPORT_UNKNOWN"}
    own = (await order(served, "enterprise", ENTERPRISE)).headers["Credit-Report"]
    assert (await known(served, own, "enterprise"))["number"] == own


async def test_an_entry_of_another_kind_is_no_report(served: Served) -> None:
    made = (await create(served)).data["createCreditReport"]["report"]
    answer = await entry_of(served, made["answers"][0])
    ending = answer.receipt[-12:].upper()
    assert await known(served, f"{made['number'][:-12]}{ending}") is None


@pytest.mark.parametrize(
    ("client", "said", "code"),
    [
        ("bank", {"code": "91230881TJ00000351"}, "SUBJECT_NOT_RESOLVED"),
        ("bank", {"code": "11010519491231002X"}, "SUBJECT_NOT_RESOLVED"),
        ("bank", {"code": ""}, "INPUT_INVALID"),
        ("bank", {"code": "1" * 201}, "INPUT_INVALID"),
    ],
    ids=["check_digit", "person", "empty", "long"],
)
async def test_refusals_are_told_at_the_field(served: Served, client: str, said: dict[str, Any], code: str) -> None:
    told = await create(served, client, **said)
    assert told.data == {"createCreditReport": None}
    assert told.codes == {"createCreditReport": code}
    entry = await entry_of(served, told.receipt)
    assert (entry.kind, entry.outcome) == ("MUTATION", "REFUSED")
    assert said["code"].encode() not in told.said or not said["code"]


async def test_a_mutation_makes_one_report(served: Served) -> None:
    twice = CREATE.replace("createCreditReport", "first: createCreditReport", 1).replace(
        "mediaType fileName size content } }",
        "size } second: createCreditReport(input: $input) { size } }",
    )
    told = await served.ask("bank", twice, input={"subject": {"value": BUILDER}, "form": "JSON"})
    assert told.data["first"]["size"] > 0
    assert (told.data["second"], told.codes) == (None, {"second": "TOO_COSTLY"})


async def test_a_report_file_is_proven_by_its_receipt(
    served: Served, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDIT_TOKEN", served.token("bank"))
    told = await order(served, "bank")
    file, bundle, keys = tmp_path / "report.json", tmp_path / "bundle.json", tmp_path / "keys.txt"
    file.write_bytes(told.body)
    keys.write_bytes((await served.get("/ledger/keys")).body)
    fetch = ("receipt", told.headers["Credit-Receipt"], "--answer", str(file), "--gateway", served.origin)
    result = await asyncio.to_thread(run, *fetch, "-o", str(bundle))
    assert result.returncode == 0, result
    found = orjson.loads(bundle.read_bytes())
    assert orjson.loads(found["receipt"]["entry"])["kind"] == "ISSUED"
    result = await asyncio.to_thread(run, "verify", str(bundle), "--key", str(keys))
    assert result.returncode == 0, result
    file.write_bytes(told.body.replace(b"BANK_CREDIT", b"BANK_CREDIX"))
    assert (await asyncio.to_thread(run, *fetch, "-o", str(tmp_path / "other.json"))).returncode == 1


async def test_a_print_is_stamped_by_the_authority_of_the_ledger(
    demo_departments: Departments, key_file: Path, run: Run, tmp_path: Path
) -> None:
    root, pem, ca, file = authority(), tmp_path / "report.pem", tmp_path / "ca.pem", tmp_path / "report.pdf"
    stamps = Stamps(tmp_path / "tsa", stamper(root))
    ca.write_bytes(root.pem)
    anchor = AnchorSpec(name="tsa", kind="rfc3161", url_env="TSA_URL", ca_file=str(ca), every_seconds=86_400)
    loaded = configuration()
    ledger = structs.replace(loaded.settings.ledger, anchors=[anchor])
    configured = replace(loaded, settings=structs.replace(loaded.settings, ledger=ledger))
    async with stamping(stamps.answer) as (url, _):
        environment = {**demo_departments.environment, KEY_FILE_ENV: str(key_file), "TSA_URL": url}
        async with serving(environment, tmp_path / "data", configured=configured) as served:
            told = await order(served, "bank", form="pdf")
            pem.write_bytes((await served.get("/reports/certificate")).body)
    assert told.headers["Credit-Signature"] == "PADES_B_T"
    file.write_bytes(told.body)
    verify = ("report", "verify", str(file), "--certificate", str(pem), "--authority")
    found = orjson.loads((await asyncio.to_thread(run, *verify, str(ca), "--json")).stdout)
    assert (found["verdict"], found["findings"][-1]["code"]) == ("HOLDS", "STAMPED")
    assert (await asyncio.to_thread(run, *verify, str(pem))).returncode == 1, "another is no authority for it"
    assert (await asyncio.to_thread(run, *verify, str(file))).returncode == 2


async def test_the_command_tells_what_is_known_and_whether_a_file_is_it(
    served: Served, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDIT_TOKEN", served.token("bank"))
    told = await order(served, "bank", form="html")
    number, file = told.headers["Credit-Report"], tmp_path / "report.html"
    file.write_bytes(told.body)
    ask = ("report", "known", number, "--gateway", served.origin)
    shown = await asyncio.to_thread(run, *ask, "--file", str(file))
    assert shown.returncode == 0, shown
    assert all(each in shown.stdout for each in (number, "HTML", "BANK_CREDIT", "文件就是这份报告"))
    found = orjson.loads((await asyncio.to_thread(run, *ask, "--file", str(file), "--json")).stdout)
    assert (found["sameFile"], found["receipt"]) == (True, told.headers["Credit-Receipt"])
    file.write_bytes(told.body + b" ")
    assert (await asyncio.to_thread(run, *ask, "--file", str(file))).returncode == 1
    monkeypatch.setenv("CREDIT_TOKEN", served.token("court"))
    other = await asyncio.to_thread(run, *ask)
    assert (other.returncode, "REPORT_UNKNOWN" in other.stderr) == (1, True)


def test_the_commands_document_is_one_of_the_trusted() -> None:
    assert (CONFIG / "documents" / "credit_report_known.graphql").read_text(encoding="utf-8") == DOCUMENT
