"""The return as a workbook, as a page and by the command: what a clerk reads in them is what was counted."""

import json
import re
import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from connectors.hours import CHINA_TIME
from gateway.cli.main import commands
from gateway.errors import ObjectionsUnavailable
from gateway.ledger import Ledger
from gateway.objections.counts import ObjectionCounts as Counted
from gateway.returns.document import document
from gateway.returns.page import page
from gateway.returns.printed import Document, written
from gateway.returns.report import Shown
from gateway.returns.workbook import workbook
from tests.gateway.objections import KEY, OWN, PATH, objections_url, office
from tests.gateway.returned import invented, reports

ENTRIES = list(invented(400))
OBJECTED = [Counted("taxation", 4, 1, {"ROUTED": 1, "CLOSED": 3}), Counted("court", 0)]
ALL = document(reports(ENTRIES, objected=OBJECTED))
ONE = document(reports(ENTRIES, objected=OBJECTED, shown=Shown("market_regulation", all=False), today="2026-10-20"))
RUNNER = CliRunner()


def cells(made: Document, sheet: str) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(BytesIO(workbook(made)))
    return book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def part(made: Document, name: str) -> str:
    with zipfile.ZipFile(BytesIO(workbook(made))) as archive:
        return archive.read(name).decode()


def test_a_sheet_for_each_table_and_one_of_notes() -> None:
    book = CalamineWorkbook.from_filelike(BytesIO(workbook(ALL)))
    assert book.sheet_names == [
        *("查询与答复", "质量与双公示", "查询情况", "通报", "分数据源", "异议", "指标说明", "说明"),
    ]


def test_the_workbook_says_what_was_counted() -> None:
    rows = cells(ALL, "查询与答复")
    assert rows[0][0] == "公共信用信息查询月报表(2026年10月)"
    assert "填报单位" in str(rows[2][0])
    assert "2026-10-01 至 2026-10-31" in str(rows[2][0])
    assert "制表时间 Made at:2026-11-03 09:30" in str(rows[3][0])
    assert rows[6][1] == "部门\nDepartment"
    found = reports(ENTRIES)
    assert found.total is not None
    first, total = found.departments[0], rows[7 + len(found.departments)]
    assert rows[7][:3] == [1.0, "同江市市场监督管理局(示例)", float(first.figures.queries)]
    assert total[1] == "合计 Total"
    assert total[3] == float(found.total.calls)
    assert rows[7][7] == float(first.figures.availability or 0)


def test_what_has_no_figure_is_a_dash_and_not_a_number() -> None:
    rows = cells(ALL, "通报")
    timeliness = [head for head in rows[6] if "双公示及时率" in str(head)]
    at = rows[6].index(timeliness[0])
    values = {row[1]: row[at] for row in rows[7:] if row[1]}
    assert values["同江市人民法院(示例)"] == "—"
    assert isinstance(values["同江市营商环境建设监督局(示例)"], float)


def test_the_sheets_are_set_up_for_paper() -> None:
    sheet = part(ALL, "xl/worksheets/sheet1.xml")
    assert 'orientation="landscape"' in sheet
    assert 'paperSize="9"' in sheet
    assert re.search(r'<pane xSplit="2" ySplit="7"[^>]*state="frozen"', sheet)
    assert 'fitToHeight="0"' in sheet
    assert "$7:$7" in part(ALL, "xl/workbook.xml"), "the heads are repeated on every page"
    assert "0.00%" in part(ALL, "xl/styles.xml")


def test_one_department_is_a_form_with_how_each_figure_is_made() -> None:
    rows = cells(ONE, "数据归属")
    assert "市场监督管理局" in str(rows[2][0])
    assert rows[4][0] == ONE.warning != ""
    assert [row[1] for row in rows[7:27]][:2] == ["被查询次数 Queries", "调用次数 Calls"]
    assert all(str(row[3]).endswith(".") for row in rows[7:27])
    assert {table.name for table in ONE.tables}.isdisjoint({"通报", "查询与答复"})
    text = page(ONE)
    assert "税务局" not in text, "nothing of another department"
    assert "本月未结束" in text


def test_the_page_holds_every_figure_and_nothing_from_elsewhere() -> None:
    text = page(ALL)
    assert text.startswith("<!DOCTYPE html>")
    assert "@page { size: A4 landscape" in text
    assert "thead { display: table-header-group }" in text
    assert not re.search(r"https?:|src=|<script|<link|@import|url\(", text)
    for table in ALL.tables:
        assert table.title in text
        for row in table.rows:
            for head, value in zip(table.heads, row, strict=True):
                assert f">{written(value, head.kind)}<".replace("'", "&#x27;") in text or head.kind == "TEXT"


def test_the_page_of_a_whole_month_has_no_warning() -> None:
    assert ALL.warning == ""
    assert "class=open" not in page(ALL)


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "SHARE", "—"),
        ("0.9999", "SHARE", "99.99%"),
        ("1.0000", "SHARE", "100.00%"),
        (1234567, "COUNT", "1,234,567"),
    ],
)
def test_figures_as_they_are_printed(value: str | int | None, kind: str, text: str) -> None:
    assert written(value, kind) == text  # type: ignore[arg-type]


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    ledger = await Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    for each in ENTRIES[:60]:
        await ledger.append(each)
    await ledger.close()
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    result = RUNNER.invoke(commands, ["returns", *arguments], terminal_width=200)
    return result.exit_code, result.output if result.exit_code else result.stdout


@pytest.fixture
async def objected(data: Path) -> str:
    """Two objections in the store beside the ledger; the month in which they were filed."""
    async with office(objections_url(data)) as desk:
        for path in (PATH, "subject.name"):
            given = desk.given(path=path, record_key=KEY if path == PATH else None)
            made = await desk.changes(OWN).file_objection(given)
    return f"{datetime.fromisoformat(made.filed_at).astimezone(CHINA_TIME):%Y-%m}"


@pytest.mark.parametrize("where", ["data", "url", "objections-url"])
def test_the_command_counts_objections_where_they_are_kept(
    data: Path, objected: str, tmp_path_factory: pytest.TempPathFactory, where: str
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    ledger = f"sqlite:///{data / 'ledger.sqlite'}"
    places = {
        "data": ["--data", str(data)],
        "url": ["--data", str(elsewhere), "--url", ledger],
        "objections-url": ["--data", str(data), "--objections-url", objections_url(data)],
    }
    code, text = run(objected, "--format", "json", *places[where])
    assert code == 0, text
    told = {each["department"]["code"]: each["objections"] for each in json.loads(text)["departments"]}
    assert told["market_regulation"]["filed"] == 2
    assert told["taxation"]["filed"] == 0


def test_where_none_were_ever_kept_none_are_counted_and_it_says_so(data: Path) -> None:
    result = RUNNER.invoke(commands, ["returns", "2026-10", "--format", "json", "--data", str(data)])
    assert result.exit_code == 0
    assert {each["objections"] for each in json.loads(result.stdout)["departments"]} == {None}
    assert "no objections are counted: there is no store of objections" in result.stderr


def test_a_store_that_cannot_be_read_is_never_taken_for_an_empty_one(data: Path) -> None:
    (data / "objections.sqlite").write_bytes(b"no database" * 100)
    result = RUNNER.invoke(commands, ["returns", "2026-10", "--format", "json", "--data", str(data)])
    assert result.exit_code != 0
    assert isinstance(result.exception, ObjectionsUnavailable)
    assert result.stdout == ""


def test_the_command_prints_json_of_what_was_counted(data: Path) -> None:
    code, text = run("2026-10", "--data", str(data), "--format", "json")
    told = json.loads(text)
    assert code == 0
    assert told["read"] == 60
    assert told["total"]["queries"] == sum(len(each.sources) > 0 for each in ENTRIES[:60])
    assert {each["department"]["code"] for each in told["departments"]} >= {"court", "taxation"}


@pytest.mark.parametrize(("kind", "begin"), [("xlsx", b"PK"), ("html", b"<!DOCTYPE html>"), ("json", b"{")])
def test_the_command_writes_files(data: Path, kind: str, begin: bytes) -> None:
    path = data / f"return.{kind}"
    url = f"sqlite:///{data / 'ledger.sqlite'}"
    code, _ = run("2026-10", "--url", url, "--format", kind, "--department", "court", "-o", str(path))
    assert code == 0
    assert path.read_bytes().startswith(begin)


def test_the_command_prints_tables(data: Path) -> None:
    code, text = run("2026-10", "--data", str(data))
    assert code == 0
    assert "公共信用信息查询月报表(2026年10月)" in text
    assert "合计" in text


@pytest.mark.parametrize(
    "arguments",
    [
        ["2026-13"],
        ["2026-10", "--department", "nobody"],
        ["2999-01"],
        ["2026-10", "--url", "mysql://a"],
        ["2026-10", "--objections-url", "mysql://a"],
        ["2026-10", "--format", "pdf"],
    ],
    ids=[
        "no month",
        "no department",
        "not begun",
        "no ledger of that kind",
        "no objections of that kind",
        "no such format",
    ],
)
def test_the_command_refuses_what_it_cannot_do(data: Path, arguments: list[str]) -> None:
    code, text = run(*arguments, "--data", str(data))
    assert code == 2
    assert "Traceback" not in text
