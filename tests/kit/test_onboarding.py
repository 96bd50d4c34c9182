"""A department is onboarded by one file and its cases: the walkthrough of `config/README.md`, run as it stands."""

import asyncio
import json
import re
import shlex
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from connectors.load import Known, load_sources
from gateway.app import open_gateway
from gateway.configuration import load_configuration
from gateway.kit.cases import case_mistakes
from tests.commands import ROOT, Run, nobody_there
from tests.gateway.desks import serving
from tests.kit.onboarding import City

README = (ROOT / "config" / "README.md").read_text(encoding="utf-8")
KEY = "91230881TJ00000350"
DAY = date.today() - timedelta(days=30)
EARLIER = DAY - timedelta(days=30)
QUERY = """
query ($key: SubjectKey!) { subject(key: $key) { ... on Enterprise { penalties {
  items { decisionNo decidedOn fineAmount { amount } provenance { source department { code } } }
  coverage { source status }
} } } }
"""
FIRE = f"""消防行政处罚信息公示表,,,,,,
单位:元,,,,,,
单位名称,统一社会信用代码,处罚决定书文号,违法行为类型,违法事实,处罚依据,处罚种类,处罚内容,罚款金额(元),处罚决定日期,公示截止期,处罚机关,处罚机关代码
北岸建筑工程有限公司(示例),{KEY},同消行罚〔2026〕28号,类型,事实,依据,罚款,罚款3000元,"3,000",{EARLIER:%Y%m%d},,\
同江市消防救援大队(示例),11230881TJ0000852E
"""
ROW = {"tyshxydm": KEY.lower(), "cf_id": "7", "wsh": "同城罚〔2026〕7号", "jdrq": f"{DAY:%Y%m%d}", "wfxw": "占道经营",
       "fkje": "0.2", "ajcx": "02", "gxsj": f"{DAY} 09:00:00", "sc_bz": "0"}  # fmt: skip


def walkthrough() -> tuple[str, list[list[str]]]:
    """Return the variable that the README exports, and the arguments of each of its commands."""
    part = README[README.index(" · A walkthrough\n") : README.index(" · The source\n")]
    (block,) = re.findall(r"^```sh\n(.*?)^```", part, flags=re.MULTILINE | re.DOTALL)
    lines = block.replace("\\\n", " ").splitlines()
    (variable,) = re.findall(r"^export (\w+)=", lines[0])
    commands = [shlex.split(line) for line in lines[1:]]
    assert all(command[:3] == ["python", "-m", "gateway"] for command in commands)
    return variable, [command[3:] for command in commands]


def files_of(city: City) -> set[Path]:
    return {path for folder in (city.config, city.cases) for path in folder.rglob("*") if path.is_file()}


def run_all(run: Run, city: City, commands: list[list[str]], report: Path) -> None:
    """Run ``commands`` in the city; each must end well."""
    for command in commands:
        named = [str(report) if each == "city_order.html" else each for each in command]
        done = run(*named, *city.options)
        assert done.returncode == 0, (command, done.stdout, done.stderr)


def assert_onboarded(city: City, before: Mapping[Path, bytes], report: Path) -> None:
    """One file and three cases are new, nothing else has changed, and the report can be signed."""
    new = files_of(city) - before.keys()
    names = {path.relative_to(city.config.parent).as_posix() for path in new}
    cases = {f"cases/city_order/AdministrativePenalty.{each}.toml" for each in ("found", "none", "unreadable")}
    assert names == {"config/sources/city_order.toml", *cases}
    assert all(path.read_bytes() == content for path, content in before.items())
    assert case_mistakes(load_sources(city.config / "sources", Known(None, None))["city_order"], city.cases) == []
    text = report.read_text(encoding="utf-8")
    assert "同江市城市管理综合执法局(示例)" in text
    assert "符合 conforms" in text


@asynccontextmanager
async def gateway_of(city: City, environ: Mapping[str, str], data: Path) -> AsyncIterator[dict[str, Any]]:
    """Serve the city and yield the penalties of the subject, as the public sees them."""
    async with (
        open_gateway(load_configuration(city.config), environ, data) as gateway,
        serving(gateway.app) as port,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
    ):
        assert gateway.issuer is not None
        body = {"query": QUERY, "variables": {"key": {"scheme": "USCC", "value": KEY}}}
        headers = {"Authorization": f"Bearer {gateway.issuer.mint('portal')}"}
        answer = (await client.post("/graphql", json=body, headers=headers)).json()
        yield answer["data"]["subject"]["penalties"]


def shown(item: dict[str, Any]) -> tuple[str, str, str, str]:
    owner = item["provenance"]["department"]["code"]
    return item["decisionNo"], item["decidedOn"], item["fineAmount"]["amount"], owner


async def assert_served(city: City, environ: Mapping[str, str], tmp_path: Path) -> None:
    """The penalties of the new department stand beside those of the fire brigade, each with its owner."""
    fire = tmp_path / "fire"
    fire.mkdir()
    (fire / "消防行政处罚_2026Q3.csv").write_bytes(FIRE.encode("gb18030"))
    environ = {**nobody_there(), **environ, "FIRE_PENALTIES_FOLDER": str(fire)}
    async with gateway_of(city, environ, tmp_path / "data") as penalties:
        assert [shown(item) for item in penalties["items"]] == [
            ("同城罚〔2026〕7号", DAY.isoformat(), "2000", "urban_management"),
            ("同消行罚〔2026〕28号", EARLIER.isoformat(), "3000", "fire_rescue"),
        ]
        coverage = {each["source"]: each["status"] for each in penalties["coverage"]}
        assert coverage["city_order"] == coverage["fire_penalties"] == "ANSWERED"


async def test_the_walkthrough_onboards_a_department(
    run: Run, city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable, commands = walkthrough()
    assert [command[0] for command in commands] == ["source", "check", "probe", "conform", "serve"]
    path = tmp_path / "city_order.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"CREATE TABLE v_cf ({', '.join(f'{name} text' for name in (*ROW, 'lrr'))})")
        rows = [ROW, {**ROW, "cf_id": "8", "sc_bz": "1"}]
        marks = ", ".join("?" * len(ROW))
        database.executemany(f"INSERT INTO v_cf VALUES ({marks}, NULL)", [[*row.values()] for row in rows])
    environ = {variable: f"sqlite+aiosqlite:///{path}"}
    monkeypatch.setenv(variable, environ[variable])
    before = {file: file.read_bytes() for file in files_of(city)}
    await asyncio.to_thread(run_all, run, city, commands[:-1], tmp_path / "city_order.html")
    assert_onboarded(city, before, tmp_path / "city_order.html")
    await assert_served(city, environ, tmp_path)


class _Interface(BaseHTTPRequestHandler):
    """An HTTP JSON interface that takes codes in the body of a POST."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["codes"]
        rows = [{**ROW, "tyshxydm": KEY}] if KEY in asked else []
        body = json.dumps({"code": "0", "data": {"list": rows}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def interface() -> Iterator[str]:
    """Run the interface in a thread; yield its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Interface)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def test_a_department_with_an_interface_is_onboarded_the_same_way(
    run: Run, city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = (
        "source new city_order --yes --kind rest --department urban_management --title 城管系统 --contact 法制科"
        " --entity AdministrativePenalty --set path=/api/cf --set method=POST --set key_parameter=codes"
        " --set items=data.list --set status=code --set status_ok=0 --set batch_size=5"
        " --key USCC=tyshxydm --record-key cf_id --as-of gxsj"
        " --field decision_no=wsh --field decided_on=jdrq --field fine_amount=fkje:wan_yuan --field procedure=ajcx"
        " --codes procedure=02:ORDINARY"
    )
    asking = f"--key USCC={KEY}"
    commands = [told, "check", f"probe city_order {asking}", f"conform city_order {asking} --report city_order.html"]
    with interface() as url:
        environ = {"CITY_ORDER_URL": url}
        monkeypatch.setenv("CITY_ORDER_URL", url)
        before = {file: file.read_bytes() for file in files_of(city)}
        report = tmp_path / "city_order.html"
        await asyncio.to_thread(run_all, run, city, [command.split() for command in commands], report)
        assert_onboarded(city, before, report)
        assert "while_waiting UNAVAILABLE" in report.read_text(encoding="utf-8"), "its line was cut"
        await assert_served(city, environ, tmp_path)
