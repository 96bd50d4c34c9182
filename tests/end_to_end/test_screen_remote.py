"""`screen FILE --url`: a portfolio screened by a gateway elsewhere is the one that the gateway itself would write."""

import asyncio
import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.main import commands
from gateway.demo.scenarios import everyone
from gateway.proof.note import VerifierKey
from gateway.screening.manifest import open_manifest
from gateway.screening.proof import read_signed
from tests.end_to_end.served import Served

PERSON = "230881199003070010"
COLUMNS = "row,verdict,outcomes,reason,missing,until,asOf"


def codes(count: int) -> list[str]:
    return [known.subject.uscc for known in everyone(count)][:count]


def portfolio(path: Path, keys: Sequence[str]) -> Path:
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows(
            [("编号", "统一社会信用代码", "贷款余额"), *((n, key, f"secret-{n}") for n, key in enumerate(keys, 1))]
        )
    return path


async def run(served: Served, *arguments: str, token: str | None = None) -> Result:
    environment = {"CREDIT_TOKEN": served.token("bank") if token is None else token, "COLUMNS": "200"}
    return await asyncio.to_thread(lambda: CliRunner().invoke(commands, arguments, env=environment))


def screen(file: Path, served: Served, *more: str) -> list[str]:
    return ["screen", str(file), "--rules", "BK", "--url", served.origin, "--columns", COLUMNS, "--json", *more]


async def test_a_portfolio_is_screened_fetched_and_verified(served: Served, tmp_path: Path) -> None:
    file = portfolio(tmp_path / "in.csv", [*codes(12), "不是代码", PERSON, codes(1)[0]])
    done = await run(served, *screen(file, served, "--slice", "5"))
    assert done.exit_code == 3, done.output + str(done.exception)
    print(done.output)
