"""Screenings on the simulated departments: by file and by mutation, killed in the middle, and whom they ask."""

import asyncio
import csv
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.clock import today_text
from gateway.caller import Caller
from gateway.demo import Departments
from gateway.demo.court import PAGE
from gateway.demo.scenarios import everyone
from gateway.errors import BadQuery
from gateway.proof.note import VerifierKey
from gateway.screening.checking import Asked, rules_of
from gateway.screening.manifest import open_manifest
from gateway.screening.portfolio import Wish, digest_of, open_portfolio
from gateway.screening.proof import read_signed, verify_file
from gateway.screening.screening import Question, Screened, SignedManifest
from tests.commands import Done
from tests.end_to_end.served import Served
from tests.end_to_end.subscribing import socket

ROOT = Path(__file__).parents[2]
ROWS, SLICE = 60, 20
COURT = {"/api/dishonest": "D", "/api/enforcement": "E", "/api/terminated": "T", "/api/restriction": "R"}
"""The court's lists by path, with the letter of each in the facts of the demo; it is asked about one code a call."""
COLUMNS = ("row", "verdict", "outcomes", "reason", "missing", "until", "asOf")
PERSON = "230881199003070010"
START = """
mutation Start($given: StartScreeningInput!) {
  startScreening(input: $given) { id state rowCount done ruleSet rules purpose asOf manifest }
}
"""
LOOK = """
query Look($id: String!, $first: Int, $after: Int) {
  screening(id: $id, first: $first, after: $after) {
    state done rowCount failure manifest nextAfter waitsUntil
    counts { verdict rows }
    rows { row verdict fault rules { rule result } missing { source status until } receipts asOf cells }
  }
}
"""


def codes(count: int) -> list[str]:
    """Return the codes of the first subjects of the demo."""
    return [known.subject.uscc for known in everyone(count)][:count]


def court_calls(count: int) -> dict[str, int]:
    """Return how often each list of the court is asked for, about the first subjects: a call for each, and as many more

    as its records fill pages of ten; where the last is full, the next must be looked at.
    """
    facts = [known.facts.executions for known in everyone(count)][:count]
    return {
        path: sum(1 + sum(letter in each.lists for each in cases) // PAGE for cases in facts)
        for path, letter in COURT.items()
    }


def portfolio(folder: Path, keys: Sequence[str]) -> Path:
    path = folder / "portfolio.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([("编号", "统一社会信用代码"), *enumerate(keys, 1)])
    return path


def command(path: Path, out: Path, data: Path, *more: str) -> list[str]:
    """Return the command that screens ``path``; receipts are random, so that outputs without them are compared."""
    asked = ["screen", str(path), "--rules", "BK", "--data", str(data), "--out", str(out)]
    asked += ["--columns", ",".join(COLUMNS)]
    return [sys.executable, "-m", "gateway", *asked, "--slice", str(SLICE), "--json", *more]


def screen(city: Departments, *arguments: str) -> Done:
    done = subprocess.run(
        arguments, cwd=ROOT, env=os.environ | city.environment, capture_output=True, text=True, check=False
    )
    return Done(done.returncode, done.stdout, done.stderr)


async def screened(served: Served, path: Path, out: Path) -> Screened:
    """Screen ``path`` in this process, from the beginning to the end."""
    screenings = served.gateway.screenings
    client = screenings.front.loaded.register.find("bank")
    assert client is not None
    caller = Caller(client.id, client.department, client.scopes, "BANK_CREDIT")
    portfolio = open_portfolio(path, Wish(columns=COLUMNS, slice_rows=SLICE))
    check = screenings.check(caller, Asked("BK", today_text(), {}), wait=False)
    rules = rules_of(screenings.checker, "bank", "BK", today_text())
    job = await screenings.files.begin(portfolio, Question("bank", "BANK_CREDIT", rules, today_text()))
    return await screenings.files.finish(job, portfolio, check, out, lambda _: None, wait=False)


async def test_a_killed_screening_gives_the_same_file_and_asks_nothing_twice(
    served: Served, city: Departments, tmp_path: Path
) -> None:
    keys = codes(ROWS)
    path, data = portfolio(tmp_path, [*keys[:30], "不是代码", PERSON, *keys[30:]]), tmp_path / "data"
    with subprocess.Popen(
        command(path, tmp_path / "out.csv", data),
        cwd=ROOT,
        env=os.environ | city.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        told = ""
        while "--resume" not in told:
            told = process.stderr.readline()
            assert told, "it ended by itself"
        while city.calls("court_enforcement")["keys"] < SLICE * len(COURT):
            assert process.poll() is None
        process.kill()
    job = told.rsplit(" ", 1)[1].strip()
    before = city.calls("court_enforcement")["keys"]
    assert not (tmp_path / "out.csv").exists()
    done = screen(city, *command(path, tmp_path / "out.csv", data, "--resume", job))
    assert done.returncode == 3, done.stderr
    after = city.calls("court_enforcement")["keys"]
    # two slices were being asked about when it was killed, at most; the others once
    once, further = court_calls(ROWS), sum(court_calls(ROWS).values()) - ROWS * len(COURT)
    assert sum(once.values()) <= after <= (ROWS + 2 * SLICE) * len(COURT) + 2 * further
    assert before < after
    for source in ("court_enforcement", "environment_penalties", "environment_credit"):
        city.forget_calls(source)
    whole = await screened(served, path, tmp_path / "whole.csv")
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    # ceil(n / batch) calls per source and entity; and of the court, which pages, what a first page does not hold
    assert city.calls("court_enforcement")["paths"] == once
    assert further > 0
    batches = -(-(ROWS + 2) // SLICE)
    assert city.calls("environment_penalties")["paths"] == {"/openapi/v1/penalties": batches}
    ratings = {"/openapi/v1/ratings": batches, "/openapi/v1/permits": batches}
    assert city.calls("environment_credit")["paths"] == ratings
    told_ = json.loads(done.stdout)
    assert told_["counts"] == whole.progress.counts
    assert (told_["rows"], told_["counts"]["INVALID"]) == (ROWS + 2, 2)
    with (tmp_path / "out.csv").open(encoding="gb18030", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[32][1] == "***"
    assert [row[5] for row in rows[31:33]] == ["KEY_UNREAD", "PERSONAL_NUMBER"]
    key = (data / "ledger.vkeys").read_text(encoding="ascii").strip()
    signed = read_signed((tmp_path / "out.csv.manifest").read_bytes())
    assert open_manifest(signed.note, [VerifierKey.parse(key)]).counts == told_["counts"]


def test_rows_go_to_standard_output_as_they_are_done(city: Departments, tmp_path: Path) -> None:
    path, data = portfolio(tmp_path, [*codes(3), PERSON]), tmp_path / "data"
    done = screen(city, *command(path, Path("-"), data))
    assert done.returncode == 3, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(each["编号"], each["row"]) for each in told] == [(str(number), str(number)) for number in range(1, 5)]
    assert [each["统一社会信用代码"] for each in told] == [*codes(3), "***"]
    manifest = tmp_path / "portfolio.screened.ndjson.manifest"
    (tmp_path / "out.ndjson").write_text(done.stdout, encoding="utf-8")
    key = VerifierKey.parse((data / "ledger.vkeys").read_text(encoding="ascii").strip())
    proven = verify_file(read_signed(manifest.read_bytes()), tmp_path / "out.ndjson", [key], None).manifest
    assert proven.output == digest_of(tmp_path / "out.ndjson")
    job = proven.job
    again = screen(city, *command(path, Path("-"), data, "--resume", job, "--after", "3"))
    assert again.stdout == done.stdout.splitlines(keepends=True)[3]


async def finished(served: Served, client: str, job: str) -> Any:
    async with asyncio.timeout(120):
        while True:
            told = (await served.ask(client, LOOK, id=job, first=1000)).data["screening"]
            if told["state"] != "RUNNING":
                return told
            await asyncio.sleep(0.2)


async def test_keys_that_are_sent_are_screened_in_the_background(served: Served) -> None:
    keys = [{"value": key} for key in (*codes(4), PERSON, "x!y", codes(1)[0])]
    given = {"ruleSet": "BK", "keys": keys, "clientMutationId": "portfolio-1"}
    begun = (await served.ask("bank", START, given=given)).data["startScreening"]
    assert (begun["rowCount"], begun["ruleSet"], begun["purpose"]) == (7, "BK", "BANK_CREDIT")
    again = (await served.ask("bank", START, given=given)).data["startScreening"]
    assert again["id"] == begun["id"]
    other = await served.ask("bank", START, given={**given, "keys": keys[:2]})
    assert other.codes == {"startScreening": "MUTATION_REUSED"}
    told = await finished(served, "bank", begun["id"])
    assert (told["state"], told["done"], told["failure"]) == ("FINISHED", 7, None)
    assert [row["row"] for row in told["rows"]] == list(range(1, 8))
    assert [row["fault"] for row in told["rows"]][4:6] == ["PERSONAL_NUMBER", "KEY_UNREAD"]
    first, last = told["rows"][0], told["rows"][6]
    assert {**first, "row": 0, "cells": first["cells"][1:]} == {**last, "row": 0, "cells": last["cells"][1:]}
    assert first["verdict"] in {"PASS", "ATTENTION", "UNDETERMINED"}
    assert sum(each["rows"] for each in told["counts"]) == 7
    page = (await served.ask("bank", LOOK, id=begun["id"], first=2, after=4)).data["screening"]
    assert ([row["row"] for row in page["rows"]], page["nextAfter"]) == ([5, 6], 6)
    assert page["rows"] == told["rows"][4:6]
    manifest = msgspec.json.decode(told["manifest"], type=SignedManifest)
    assert open_manifest(manifest.note, [VerifierKey.parse(each) for each in served.gateway.desk.ledger.keys]).rows == 7
    hidden = await served.ask("portal", LOOK, id=begun["id"])
    assert (hidden.data, hidden.codes) == ({"screening": None}, {"screening": "FIELD_FORBIDDEN"})
    stranger = await served.ask("procurement", LOOK, id=begun["id"], purpose="GOVERNMENT_PROCUREMENT", case="P-1")
    assert stranger.codes == {"screening": "SCREENING_UNKNOWN"}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"ruleSet": "BK", "keys": []}, "INPUT_INVALID"),
        ({"ruleSet": "BK", "keys": [{"value": "x"}] * 10_001}, "INPUT_INVALID"),
        ({"ruleSet": "BK", "keys": [{"value": "x" * 500}]}, "INPUT_INVALID"),
        ({"ruleSet": "BK", "keys": [{"value": "x"}], "asOf": "2999-01-01"}, "INPUT_INVALID"),
        ({"ruleSet": "BK", "keys": [{"value": "x"}], "clientMutationId": PERSON}, "INPUT_INVALID"),
        ({"ruleSet": "NONE", "keys": [{"value": "x"}]}, "RULE_SET_UNKNOWN"),
        ({"ruleSet": "GP", "keys": [{"value": "x"}]}, "FIELD_FORBIDDEN"),
    ],
    ids=["none", "many", "long", "future", "number-as-idempotency-key", "unknown-set", "other-purpose"],
)
async def test_what_cannot_be_screened_is_told(served: Served, given: dict[str, Any], code: str) -> None:
    told = await served.ask("bank", START, given=given)
    assert told.codes == {"startScreening": code}
    assert PERSON not in told.body.decode()


async def test_what_a_set_demands_is_asked_for_before_a_screening_begins(served: Served) -> None:
    keys = [{"value": codes(1)[0]}]
    told = await served.ask("market_regulation", START, purpose="ADMIN_APPROVAL", given={"ruleSet": "AA", "keys": keys})
    assert told.codes == {"startScreening": "INPUT_INVALID"}
    assert [each["field"] for each in told.errors[0]["extensions"]["inputs"]] == ["license"]
    whole = {"ruleSet": "AA", "keys": keys, "license": "食品经营许可"}
    begun = await served.ask("market_regulation", START, purpose="ADMIN_APPROVAL", given=whole)
    assert begun.data["startScreening"]["ruleSet"] == "AA"
    screenings = served.gateway.screenings
    client = screenings.front.loaded.register.find("market_regulation")
    assert client is not None
    caller = Caller(client.id, client.department, client.scopes, "ADMIN_APPROVAL")
    with pytest.raises(BadQuery, match="`license` is demanded by rule set `AA`"):
        screenings.check(caller, Asked("AA", today_text(), {}), wait=False)


async def test_pages_out_of_range_are_refused(served: Served) -> None:
    for name, value in (("first", 1001), ("first", -1), ("after", -1)):
        arguments: dict[str, Any] = {name: value}
        told = await served.ask("bank", LOOK, id="x", **arguments)
        assert told.content["errors"][0]["extensions"]["code"] == "BAD_QUERY"


PROGRESS = "subscription($id: String!) { screeningProgress(id: $id) { state done rowCount manifest } }"


async def test_progress_is_told_until_the_end(served: Served) -> None:
    given = {"ruleSet": "BK", "keys": [{"value": key} for key in codes(3)]}
    begun = (await served.ask("bank", START, given=given)).data["startScreening"]
    async with socket(served, "bank") as client:
        await client.subscribe("1", PROGRESS, variables={"id": begun["id"]})
        told = [await client.next("1")]
        while told[-1]["data"]["screeningProgress"]["state"] == "RUNNING":
            told.append(await client.next("1"))
        assert await client.receive() == {"type": "complete", "id": "1"}
    done = [each["data"]["screeningProgress"]["done"] for each in told]
    assert done == sorted(done)
    last = told[-1]["data"]["screeningProgress"]
    assert (last["state"], last["done"], last["manifest"] is not None) == ("FINISHED", 3, True)
    entries = [await served.gateway.desk.ledger.get(each["extensions"]["receipt"]["id"]) for each in told]
    assert [entry.kind for entry in entries if entry is not None] == ["EVENT"] * len(told)


@pytest.mark.parametrize(
    ("client", "headers", "code"),
    [
        ("procurement", {"Credit-Purpose": "BIDDING", "Credit-Case": "P-1"}, "SCREENING_UNKNOWN"),
        ("portal", {}, "FIELD_FORBIDDEN"),
    ],
)
async def test_progress_is_for_who_began_it(served: Served, client: str, headers: dict[str, str], code: str) -> None:
    given = {"ruleSet": "BK", "keys": [{"value": codes(1)[0]}]}
    begun = (await served.ask("bank", START, given=given)).data["startScreening"]
    async with socket(served) as stranger:
        await stranger.init({"Authorization": f"Bearer {served.token(client)}", **headers})
        await stranger.subscribe("1", PROGRESS, variables={"id": begun["id"]})
        told = await stranger.next("1")
        assert told["data"] == {"screeningProgress": None}
        assert told["errors"][0]["extensions"]["code"] == code
        assert await stranger.receive() == {"type": "complete", "id": "1"}
