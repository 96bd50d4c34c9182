"""`source new`: a file that loads and cases that pass, from flags, from answers, from a header; nothing overwritten."""

import sqlite3
import tomllib
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest

from connectors.load import STRUCT_OF_KIND
from connectors.spec import FileSource, RestSource, SqlEntity, SqlSource
from gateway.kit.cases import case_files, case_mistakes, read_case
from tests.commands import Run
from tests.kit.onboarding import City

ABOUT = (
    "--department",
    "market_regulation",
    "--title",
    "城市管理行政处罚系统",
    "--contact",
    "信息股(示例)0454-0000009",
)
SQL = ("--kind", "sql", *ABOUT, "--entity", "AdministrativePenalty", "--set", "table=v_cf", "--record-key", "cf_id")
FIELDS = (
    "--key", "USCC=tyshxydm:lower", "--as-of", "gxsj", "--tombstone", "sc_bz:1,D", "--field", "decision_no=wsh",
    "--field", "decided_on=jdrq:date", "--field", "fine_amount=fkje:wan_yuan", "--field", "person_id_no=zjhm",
    "--field", "procedure=ajcx", "--codes", "procedure=01:SIMPLE,02:ORDINARY", "--field", "categories=cfzl",
    "--field", "person_id_type=zjlx:text:credit.gov", "--field", "remark=bz:text:credit.gov:GOV",
)  # fmt: skip


def made(run: Run, city: City, *arguments: str, name: str = "city_order") -> str:
    """Run the command without questions and return the file that it wrote."""
    done = run("source", "new", name, "--yes", *city.options, *arguments)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert f"written: {city.config / 'sources' / f'{name}.toml'}" in done.stdout
    return city.text(name)


def test_what_is_told_stands_in_the_file(run: Run, city: City) -> None:
    made(
        run, city, *SQL, *FIELDS, "--set", "quiet_hours=23:30-05:30", "--set", "where.lx=1", "--set", "since_year=2019"
    )
    source = city.source("city_order")
    assert isinstance(source, SqlSource)
    assert (source.title, source.url_env, source.quiet_hours) == (
        "城市管理行政处罚系统",
        "CITY_ORDER_URL",
        "23:30-05:30",
    )
    assert source.since_year == 2019
    entity = source.entities["AdministrativePenalty"]
    assert isinstance(entity, SqlEntity)
    assert (entity.table, entity.where, entity.record_key) == ("v_cf", {"lx": "1"}, ["cf_id"])
    assert (entity.keys["USCC"].column, entity.keys["USCC"].form) == ("tyshxydm", "lower")
    assert entity.tombstone is not None
    assert entity.tombstone.values == ["1", "D"]
    told = {name: (spec.column, spec.type, spec.scope, spec.disclosure) for name, spec in entity.fields.items()}
    assert told["fine_amount"] == ("fkje", "wan_yuan", "credit.public", "PUBLIC")
    assert told["person_id_no"] == ("zjhm", "masked_id", "owner.city_order", "OWNER"), "never public by default"
    assert told["person_id_type"] == ("zjlx", "text", "credit.gov", "GOV_CONDITIONAL"), "the strictest that would do"
    assert told["remark"] == ("bz", "text", "credit.gov", "GOV")
    assert entity.fields["procedure"].codes == {"01": "SIMPLE", "02": "ORDINARY"}
    assert entity.fields["categories"].codes is not None
    assert entity.fields["categories"].codes["罚款"] == "FINE", "the schema's own words, until others are told"


def test_the_file_is_one_to_read_and_sign(run: Run, city: City) -> None:
    text = made(run, city, *SQL, *FIELDS)
    opening = text.partition("\n\n")[0]
    assert opening.startswith("# 城市管理行政处罚系统:行政处罚。")
    assert "whom to call:信息股(示例)0454-0000009" in opening
    assert "Oddities" in opening
    assert "# 罚款金额（元）" in text
    assert "\n# ---- 行政处罚 ---" in text


def test_the_cases_say_what_comes_out(run: Run, city: City) -> None:
    made(run, city, *SQL, *FIELDS)
    source = city.source("city_order")
    files = case_files(city.cases, "city_order")
    assert [file.name for file in files] == [
        f"AdministrativePenalty.{situation}.toml" for situation in ("found", "none", "unreadable")
    ]
    assert case_mistakes(source, city.cases) == []
    found, none, unreadable = (read_case(file, source) for file in files)
    (record,) = found.spec.records
    assert record.values["fine_amount"] == {"amount": "2000", "currency": "CNY"}
    assert record.values["procedure"] == "SIMPLE"
    assert record.values["person_id_no"] == "230881********0011"
    assert record.as_of == "2026-03-02T09:30:00+08:00"
    assert record.issues == []
    assert found.spec.rows[0]["tyshxydm"] == "91230881tj0000019a", "as the source writes it"
    assert (none.spec.rows, none.spec.records) == ([], [])
    assert unreadable.spec.records[0].issues == ["decided_on MISREAD"]


NEEDED = {
    "sql": ("table=t",),
    "rest": (
        "path=/a",
        "key_parameter=k",
        "items=data.list",
        "signature.key_id_env=KEY",
        "signature.secret_env=SECRET",
    ),
    "graphql": (
        "field=penalties",
        "key_argument=codes",
        "key_type=[String!]!",
        "items=records",
        "arguments.kind=PENALTY",
    ),
    "soap": ("wsdl=tax_credit.wsdl", "operation=o", "key_element=k", "items=a.b", "status=c", "status_ok=00,01"),
    "file": ("pattern=处罚_*.csv", "header_line=3", "footer_marks=合计,填表人"),
}


@pytest.mark.parametrize("kind", NEEDED)
def test_every_kind_can_be_told(run: Run, city: City, kind: str) -> None:
    settings = [part for each in NEEDED[kind] for part in ("--set", each)]
    told = ("--key", "USCC=code", "--record-key", "id", "--field", "decided_on=jdrq")
    made(run, city, "--kind", kind, *ABOUT, "--entity", "AdministrativePenalty", *settings, *told)
    source = city.source("city_order")
    assert isinstance(source, STRUCT_OF_KIND[kind])
    if isinstance(source, RestSource):
        assert source.signature is not None
        assert (source.signature.key_id_env, source.batch_size) == ("KEY", 1)
    if isinstance(source, FileSource):
        assert source.entities["AdministrativePenalty"].footer_marks == ["合计", "填表人"]


def test_several_entities_have_what_is_told_of_each(run: Run, city: City) -> None:
    made(
        run, city, "--kind", "sql", *ABOUT, "--entity", "AdministrativePenalty", "--entity", "AdministrativeLicense",
        "--key", "USCC=code", "--record-key", "id", "--record-key", "AdministrativeLicense=xk_id,jg",
        "--set", "AdministrativePenalty.table=cf", "--set", "AdministrativeLicense.table=xk",
        "--field", "decided_on=jdrq", "--field", "AdministrativeLicense.valid_to=yxqz",
    )  # fmt: skip
    entities = city.source("city_order").entities
    assert set(entities["AdministrativePenalty"].fields) == {"decided_on"}
    assert set(entities["AdministrativeLicense"].fields) == {"decided_on", "valid_to"}
    assert entities["AdministrativeLicense"].record_key == ["xk_id", "jg"]
    assert len(case_files(city.cases, "city_order")) == 6


def test_tables_of_one_entity_are_parts_with_constants(run: Run, city: City) -> None:
    parts = ("--entity", "ListEntry_abnormal", "--entity", "ListEntry_serious")
    tables = ("--set", "ListEntry_abnormal.table=ycml", "--set", "ListEntry_serious.table=yzsx")
    titles = ("--set", "ListEntry_abnormal.title=经营异常名录")
    kinds = ("--constant", "ListEntry_abnormal.kind=ABNORMAL_OPERATION", "--constant",
             "ListEntry_serious.kind=SERIOUS_MARKET_VIOLATION:credit.gov:GOV")  # fmt: skip
    told = ("--key", "USCC=code", "--record-key", "id", "--field", "included_on=lrrq", "--constant", "reason=12:30:00")
    made(run, city, "--kind", "sql", *ABOUT, *parts, *tables, *titles, *told, *kinds, name="lists")
    entities = city.source("lists").entities
    assert entities["ListEntry_abnormal"].title == "经营异常名录"
    assert entities["ListEntry_abnormal"].fields["kind"].value == "ABNORMAL_OPERATION"
    assert entities["ListEntry_serious"].fields["kind"].scope == "credit.gov"
    assert entities["ListEntry_serious"].fields["kind"].disclosure == "GOV"
    assert entities["ListEntry_serious"].fields["reason"].value == "12:30:00"
    assert case_mistakes(city.source("lists"), city.cases) == []


def test_what_is_missing_is_told_with_what_mends_it(run: Run, city: City) -> None:
    told = (
        "--kind",
        "rest",
        *ABOUT[2:],
        "--entity",
        "AdministrativePenalty",
        "--field",
        "decided=x",
        "--field",
        "facts=y",
    )
    done = run("source", "new", "city_order", "--yes", *city.options, *told)
    assert done.returncode == 1
    for part in (
        "city_order.toml: department: missing; say it with --department …",
        "city_order.toml: entities.AdministrativePenalty.keys: missing; say it with --key SCHEME=COLUMN",
        "city_order.toml: entities.AdministrativePenalty.path: missing; say it with --set path=…",
        "city_order.toml: entities.AdministrativePenalty.record_key: missing; say it with --record-key",
        "fields.decided: unknown field of AdministrativePenalty `decided`",
        "did you mean `decided_on`?",
    ):
        assert part in done.stderr
    assert not (city.config / "sources" / "city_order.toml").exists()
    assert not (city.cases / "city_order").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("city_order",), "--kind: missing; known: sql"),
        (("City",), "expected a name in lower-case letters"),
        (("../x",), "expected a name in lower-case letters"),
        ((), "expected a name in lower-case letters"),
        (("city_order", "--kind", "sqll"), "did you mean `sql`?"),
        (("city_order", *SQL, "--field", "facts"), "expected [PART.]NAME=COLUMN"),
        (("city_order", *SQL, "--field", "facts=a:text:b:PUBLIC:e"), "expected [PART.]NAME=COLUMN"),
        (("city_order", *SQL, "--field", "Registration.name=a"), "unknown entity of this source `Registration`"),
        (("city_order", *SQL, "--set", "tabel=x"), "did you mean `table`?"),
        (("city_order", *SQL, "--codes", "procedure=01"), "expected [PART.]FIELD=CODE:NAME"),
        (("--list", "entitys"), "did you mean `entities`?"),
        (("Penalty", "--list", "fields"), "unknown entity `Penalty`"),
        (("city_order", *ABOUT, "--from-database", "sqlite+aiosqlite:///x"), "name the table with --table"),
    ],
)
def test_wrong_use_is_told(run: Run, city: City, arguments: tuple[str, ...], said: str) -> None:
    done = run("source", "new", "--yes", *city.options, *arguments)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr


def test_nothing_is_overwritten(run: Run, city: City) -> None:
    text = made(run, city, *SQL, *FIELDS)
    again = run("source", "new", "city_order", "--yes", *city.options, *SQL, *FIELDS)
    assert again.returncode == 1
    assert "is there already" in again.stderr
    (city.config / "sources" / "city_order.toml").unlink()
    for_cases = run("source", "new", "city_order", "--yes", *city.options, *SQL, *FIELDS)
    assert for_cases.returncode == 1
    assert "cases are there already" in for_cases.stderr
    assert not (city.config / "sources" / "city_order.toml").exists()
    assert text


def test_answers_make_the_same_file_as_flags(run: Run, city: City) -> None:
    answers = (
        "order_answers", "nonsense", "rest", "market_regulation", "城市管理行政处罚系统", "信息股(示例)0454-0000009",
        "AdministrativePenalty", "", "USCC", "tyshxydm", "", "cf_id", "/cf", "code", "data.list", "decided_on", "jdrq",
        "", "facts", "sy", "", "", "gxsj", "zt:D", "y",
    )  # fmt: skip
    done = run("source", "new", *city.options, stdin="\n".join(answers) + "\n")
    assert done.returncode == 0, done.stderr
    assert "unknown name `nonsense`" in done.stderr
    by_flags = made(
        run, city, "--kind", "rest", *ABOUT, "--entity", "AdministrativePenalty", "--key", "USCC=tyshxydm",
        "--record-key", "cf_id", "--field", "decided_on=jdrq", "--field", "facts=sy", "--set", "path=/cf",
        "--set", "key_parameter=code", "--set", "items=data.list", "--as-of", "gxsj", "--tombstone", "zt:D",
    )  # fmt: skip
    by_answers = (
        city.text("order_answers").replace("order_answers", "city_order").replace("ORDER_ANSWERS", "CITY_ORDER")
    )
    assert tomllib.loads(by_answers) == tomllib.loads(by_flags)


def test_nobody_is_made_to_write(run: Run, city: City) -> None:
    told = ("--as-of", "gxsj", "--tombstone", "sc_bz:1")
    done = run("source", "new", "city_order", *city.options, *SQL, *FIELDS, *told, stdin="n\n")
    assert done.returncode == 1
    assert "[entities.AdministrativePenalty.fields]" in done.stdout, "the file is shown before"
    assert not (city.config / "sources" / "city_order.toml").exists()


HEADER = (
    "序号,当事人,统一社会信用代码,行政处罚决定书文号,违法行为类型,处罚类别,罚款金额(万元),处罚决定日期,处罚机关,经办人"
)


def test_a_header_proposes_what_is_called_as_in_the_schema(run: Run, city: City, tmp_path: Path) -> None:
    header = tmp_path / "处罚_2026.csv"
    header.write_bytes(f"城管处罚台账,,,,,,,,,\n{HEADER}\n1,某公司,SECRET,x,y,z,1,2,3,4\n".encode("gb18030"))
    done = run(
        "source", "new", "city_order", "--yes", *city.options, *ABOUT, "--entity", "AdministrativePenalty",
        "--from-header", str(header), "--set", "header_line=2", "--set", "pattern=处罚_*.csv",
        "--record-key", "行政处罚决定书文号", "--field", "counterpart_name=当事人",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "未对应的列 columns that are called like no field: 序号、当事人、经办人" in done.stderr
    assert "SECRET" not in done.stdout + done.stderr
    source = city.source("city_order")
    assert isinstance(source, FileSource)
    assert source.encoding == "gb18030"
    entity = source.entities["AdministrativePenalty"]
    assert entity.header_line == 2
    assert entity.keys["USCC"].column == "统一社会信用代码"
    assert {name: (spec.column, spec.type) for name, spec in entity.fields.items()} == {
        "counterpart_name": ("当事人", "text"),
        "counterpart_uscc": ("统一社会信用代码", "uscc"),
        "decision_no": ("行政处罚决定书文号", "text"),
        "violation_type": ("违法行为类型", "text"),
        "categories": ("处罚类别", "code_list"),
        "fine_amount": ("罚款金额(万元)", "wan_yuan"),
        "decided_on": ("处罚决定日期", "date"),
        "authority": ("处罚机关", "text"),
    }


def test_the_header_of_a_workbook_is_read(run: Run, city: City, tmp_path: Path) -> None:
    path = tmp_path / "处罚.xlsx"
    workbook = import_module("xlsxwriter").Workbook(str(path))
    sheet = workbook.add_worksheet()
    sheet.write_row(2, 1, ["统一社会信用代码", "处罚决定日期", "没收金额(元)"])
    sheet.write_row(3, 1, ["SECRET", "x", 1])
    workbook.close()
    done = run(
        "source",
        "new",
        "city_order",
        "--yes",
        *city.options,
        *SQL,
        "--from-header",
        str(path),
        "--set",
        "header_line=3",
    )
    assert done.returncode == 2, "a database has no header line"
    file = (
        "--kind",
        "file",
        *ABOUT,
        "--entity",
        "AdministrativePenalty",
        "--set",
        "pattern=*.csv",
        "--record-key",
        "x",
    )
    done = run("source", "new", "city_order", "--yes", *city.options, *file, "--from-header", str(path))
    assert done.returncode == 1
    assert "say which line does with --set header_line=N" in done.stderr
    made_by = ("--from-header", str(path), "--set", "header_line=3")
    done = run("source", "new", "city_order", "--yes", *city.options, *file, *made_by)
    assert done.returncode == 0, done.stderr
    assert set(city.source("city_order").entities["AdministrativePenalty"].fields) == {
        "counterpart_uscc", "decided_on", "confiscated_amount",
    }  # fmt: skip


def test_a_database_tells_its_columns_and_no_row(
    run: Run, city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "order.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE cf_info (CF_WSH text, CF_JDRQ text, cf_nr_fk text, CF_XDR_SHXYM text, lrr text)")
        database.execute("INSERT INTO cf_info VALUES ('SECRET', '', '', '', '')")
    monkeypatch.setenv("CITY_ORDER_URL", f"sqlite+aiosqlite:///{path}")
    about = (*ABOUT, "--entity", "AdministrativePenalty", "--record-key", "CF_WSH", "--key", "USCC=CF_XDR_SHXYM")
    done = run(
        "source", "new", "city_order", "--yes", *city.options, *about, "--from-database", "CITY_ORDER_URL",
        "--table", "cf_info",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "like no field: lrr" in done.stderr
    assert "SECRET" not in done.stdout + done.stderr
    entity = city.source("city_order").entities["AdministrativePenalty"]
    assert isinstance(entity, SqlEntity)
    assert entity.table == "cf_info"
    assert {name: (spec.column, spec.type) for name, spec in entity.fields.items()} == {
        "counterpart_uscc": ("CF_XDR_SHXYM", "uscc"),
        "decision_no": ("CF_WSH", "text"),
        "fine_amount": ("cf_nr_fk", "wan_yuan"),
        "decided_on": ("CF_JDRQ", "date"),
    }, "in the standard amounts are in ten thousand yuan"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql+asyncpg://u:hidden@127.0.0.1:1/x", "the source could not be reached"),
        ("hidden", "not a URL of a database; known: postgresql+asyncpg://"),
        ("sqlite+aiosqlite:///{}", "table `cf` is missing at the source"),
    ],
)
def test_a_database_that_cannot_be_asked_is_told(run: Run, city: City, url: str, said: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "empty.sqlite")) as database:
        database.execute("CREATE TABLE other (x text)")
    asked = ("--from-database", url.format(tmp_path / "empty.sqlite"), "--table", "cf")
    done = run("source", "new", "city_order", "--yes", *city.options, *SQL, *asked)
    assert done.returncode == 1
    assert said in done.stderr
    assert "hidden" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("entities",), "行政处罚"),
        (("fields", "AdministrativePenalty"), "行政处罚决定书文号"),
        (("fields", "AdministrativePenalty_city"), "CF_NR_FK"),
        (("departments",), "同江市人民法院"),
        (("scopes",), "credit.public"),
        (("types",), "wan_yuan"),
        (("schemes",), "统一社会信用代码"),
        (("levels",), "GOV_CONDITIONAL"),
        (("kinds",), "key_parameter"),
    ],
)
def test_lists_tell_what_may_stand_there(run: Run, arguments: tuple[str, ...], said: str) -> None:
    done = run("source", "new", "--list", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert said in done.stdout


def test_the_next_steps_are_told(run: Run, city: City) -> None:
    done = run("source", "new", "city_order", "--yes", *city.options, *SQL, *FIELDS)
    for part in ("CITY_ORDER_URL", "credit-gateway check", "credit-gateway probe city_order", "conform city_order"):
        assert part in done.stdout
