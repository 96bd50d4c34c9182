"""The command line as its users call it: help, tables, JSON, exit codes, mistakes that say what to do."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.load import Known, load_sources
from schema.schema import sdl
from tests.commands import ROOT, Run
from tests.nowhere import nobody_there

KEY = '{value: "91230881TJ00000350", scheme: USCC}'
FIELDS = "taxRatings { items { level } } penalties { items { legalRepIdNo } }"
QUERY = f"{{ subject(key: {KEY}) {{ ... on Enterprise {{ {FIELDS} }} }} }}"


def test_help_names_every_command(run: Run) -> None:
    done = run("--help")
    assert done.returncode == 0
    for command in ("demo", "serve", "check", "explain", "catalogue", "departments", "schema", "source"):
        assert command in done.stdout


def test_schema_prints_the_schema(run: Run) -> None:
    done = run("schema")
    assert done.returncode == 0
    assert done.stdout == sdl()


def test_check_accepts_the_configuration(run: Run) -> None:
    done = run("check")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"no mistakes: {len(list((ROOT / 'config' / 'sources').glob('*.toml')))} sources" in done.stdout
    assert "市人民法院" in done.stdout


def test_check_names_every_missing_variable(run: Run) -> None:
    done = run("check", "--environment")
    assert done.returncode == 1
    for name in ("MARKET_REGISTRY_URL", "TAX_CREDIT_TOKEN", "FIRE_PENALTIES_FOLDER", "ENVIRONMENT_PENALTIES_SECRET"):
        assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_check_lists_the_mistakes_of_all_files(run: Run, tmp_path: Path) -> None:
    """Invariant 10."""
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config)
    _change(config / "sources" / "tax_credit.toml", 'scope = "credit.gov.tax"', 'scope = "credit.gov.taxes"')
    _change(config / "sources" / "fire_penalties.toml", "batch_size", "batchsize")
    _change(config / "clients.toml", '"BANK_CREDIT"', '"BANK_LENDING"')
    _change(config / "departments.toml", 'code = "court"', 'code = "courts"')
    done = run("check", "--config", str(config))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for part in ("tax_credit.toml", "credit.gov.taxes", "fire_penalties.toml", "batchsize", "BANK_LENDING", "court"):
        assert part in done.stderr


def test_check_goes_on_when_a_file_cannot_be_read(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config)
    (config / "scopes.toml").write_text("nonsense", encoding="utf-8")
    (config / "departments.toml").unlink()
    _change(config / "sources" / "fire_penalties.toml", "batch_size", "batchsize")
    done = run("check", "--config", str(config))
    assert done.returncode == 1
    for part in (
        "scopes.toml: line 1: is not TOML",
        "departments.toml: cannot be read",
        "fire_penalties.toml: batchsize",
    ):
        assert part in done.stderr
    assert "unknown department" not in done.stderr
    assert "unknown scope" not in done.stderr


def test_check_prints_json(run: Run, tmp_path: Path) -> None:
    told = json.loads(run("check", "--json").stdout)
    assert told["mistakes"] == []
    cases = len(list((ROOT / "tests" / "cases" / "fire_penalties").glob("*.toml")))
    assert {source["name"]: source["cases"] for source in told["sources"]}["fire_penalties"] == cases
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config)
    _change(config / "sources" / "fire_penalties.toml", "batch_size", "batchsize")
    done = run("check", "--json", "--config", str(config))
    assert (done.returncode, done.stderr) == (1, "")
    mistakes = {(each["file"], each["place"]) for each in json.loads(done.stdout)["mistakes"]}
    assert mistakes == {("fire_penalties.toml", "batchsize"), ("fire_penalties.toml", "batch_size")}


def test_check_runs_the_cases(run: Run, tmp_path: Path) -> None:
    cases = tmp_path / "cases"
    shutil.copytree(ROOT / "tests" / "cases", cases)
    shutil.rmtree(cases / "tax_credit")
    fire = cases / "fire_penalties"
    _change(fire / "AdministrativePenalty.found.toml", 'amount = "1230000"', 'amount = "1230001"')
    _change(fire / "AdministrativePenalty.none.toml", "ask", "asks")
    done = run("check", "--cases", str(cases))
    assert done.returncode == 1
    for part in (
        "tax_credit.toml: entities.TaxCreditRating: 0 cases in cases/tax_credit/, at least 3 are needed",
        "fire_penalties/AdministrativePenalty.found.toml: records.1.values.fine_amount: differs",
        "fire_penalties/AdministrativePenalty.none.toml: asks: unknown key `asks`",
    ):
        assert part in done.stderr
    assert "1230001" not in done.stderr, "what a record says is not repeated"


def test_check_needs_the_folder_of_cases_that_is_named(run: Run, tmp_path: Path) -> None:
    done = run("check", "--cases", str(tmp_path / "none"))
    assert done.returncode == 2
    assert "there is no folder" in done.stderr


def test_check_sees_files_that_contradict_each_other(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config)
    _change(
        config / "clients.toml", '"owner.tax_credit"', '"owner.tax_credit", "owner.court_enforcement", "owner.none"'
    )
    fire = config / "sources" / "fire_penalties.toml"
    _change(fire, 'scope = "credit.public" }', 'scope = "credit.consent", disclosure = "GOV" }')
    done = run("check", "--config", str(config))
    assert done.returncode == 1
    for part in (
        "clients.toml: clients.tax_department.scopes: scope `owner.court_enforcement` opens nothing",
        "clients.toml: clients.tax_department.scopes: scope `owner.none` is of no source; known: civil_affairs",
        "fire_penalties.toml: entities.AdministrativePenalty.fields.counterpart_name: no purpose opens scope",
    ):
        assert part in done.stderr


def test_check_notes_what_nobody_is_shown(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config)
    _change(config / "clients.toml", '"owner.market_registry", ', "")
    done = run("check", "--config", str(config))
    assert done.returncode == 0
    fields = _fields_of("market_registry", "owner.market_registry")
    assert fields
    note = (
        f"note: market_registry: owner.market_registry is held by no client: {len(fields)} fields are shown to nobody"
    )
    assert note in " ".join(done.stdout.split())
    assert "note: tax_credit" not in done.stdout


def test_explain_shows_steps_and_denials(run: Run) -> None:
    done = run("explain", QUERY, "--client", "bank")
    assert done.returncode == 0
    assert "double_publicity" in done.stdout
    assert "CONSENT_MISSING" in done.stdout
    assert "OWNER_ONLY" in done.stdout


def test_explain_reads_files_and_prints_json(run: Run, tmp_path: Path) -> None:
    document = tmp_path / "query.graphql"
    document.write_text(QUERY, encoding="utf-8")
    by_file = run("explain", f"@{document}", "--client", "tax_department", "--purpose", "OWNER", "--json")
    by_stdin = run("explain", "-", "--client", "tax_department", "--purpose", "OWNER", "--json", stdin=QUERY)
    assert by_file.returncode == 0
    assert json.loads(by_file.stdout) == json.loads(by_stdin.stdout)
    assert "tax_credit" in {step["source"] for step in json.loads(by_file.stdout)["steps"]}


def test_catalogue_shows_items_and_why_some_are_not_served(run: Run) -> None:
    done = run("catalogue")
    assert (done.returncode, done.stderr) == (0, "")
    for part in ("C03-002", "行政处罚信息", "not served: DISCONTINUED", "不等于没有记录"):
        assert part in done.stdout.replace("\n", "")


def test_catalogue_is_written_as_sheets(run: Run, tmp_path: Path) -> None:
    done = run("catalogue", "--csv", str(tmp_path / "c.csv"), "--xlsx", str(tmp_path / "c.xlsx"))
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "c.csv").read_text(encoding="utf-8-sig").startswith("目录编码 Code,信息项名称 Item")
    assert (tmp_path / "c.xlsx").read_bytes().startswith(b"PK")
    assert done.stderr.count(" rows; catalogue ") == 2


def test_catalogue_is_printed_for_a_machine(run: Run) -> None:
    done = run("catalogue", "--json")
    found = {each["code"]: each for each in json.loads(done.stdout)}
    assert found["C09-002"]["fields"]["TaxCreditRating"] == ["score"]
    assert found["C09-013"]["owner"]["code"] == "taxation"
    assert found["C11-001"]["only"] == {"kind": ["HONOR"]}


def test_departments_are_shown_of_today_and_of_a_day(run: Run) -> None:
    today = run("departments")
    then = run("departments", "--as-of", "2018-06-01", "--json")
    assert today.returncode == then.returncode == 0
    assert "heat_water_utilities" in today.stdout
    assert "state_taxation" not in today.stdout
    assert {each["code"]: each["successor"] for each in json.loads(then.stdout)}["state_taxation"] == "taxation"
    assert run("departments", "--as-of", "2018-6-1").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("explain", "{ nonsense }"), "nonsense"),
        (("explain", QUERY, "--client", "nobody"), "known: portal"),
        (("explain", QUERY, "--client", "bank", "--purpose", "OWNER"), "allowed: BANK_CREDIT"),
        (("explain", QUERY, "--variables", "[]"), "not a JSON object"),
        (("explain", "@/no/such/file"), "No such file"),
        (("catalogue", "--csv", "/no/such/c.csv"), "No such file"),
        (("catalogue", "--xlsx", "/no/such/c.xlsx"), "No such file"),
        (("serve",), "MARKET_REGISTRY_URL"),
    ],
)
def test_mistakes_say_what_to_do(run: Run, arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment in which every source has an address at which nobody is."""
    for name, value in nobody_there(load_sources(ROOT / "config" / "sources", Known(None, None)).values()).items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("nowhere")
def test_serve_names_every_address_that_is_none(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("MARKET_REGISTRY_URL", "TAX_CREDIT_URL"):
        monkeypatch.setenv(name, "nonsense")
    done = run("serve", "--data", str(tmp_path))
    assert done.returncode == 1
    assert "`MARKET_REGISTRY_URL` holds no URL of a database" in done.stderr
    assert "`TAX_CREDIT_URL` holds no address" in done.stderr
    assert "nonsense" not in done.stderr


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "environment: CREDIT_LEDGER_URL: the ledger's URL must begin with"),
        ("postgresql://u:hidden@127.0.0.1:1/x", "ledger: cannot be opened"),
        ("sqlite:////proc/no/such", "ledger: cannot be opened"),
    ],
)
@pytest.mark.usefixtures("nowhere")
def test_serve_needs_a_ledger(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, said: str) -> None:
    monkeypatch.setenv("CREDIT_LEDGER_URL", url)
    done = run("serve", "--data", str(tmp_path))
    assert done.returncode == 1
    assert said in done.stderr
    assert "hidden" not in done.stderr


def test_wrong_use_is_exit_code_two(run: Run) -> None:
    assert run("no-such-command").returncode == 2
    assert run("explain").returncode == 2


def test_demo_answers_one_real_query() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "demo", "--once"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    answer, _ = json.JSONDecoder().raw_decode(done.stdout[done.stdout.index('{\n  "data"') :])
    subject = answer["data"]["subject"]
    assert subject["name"] == "北岸建筑工程有限公司(示例)"
    assert subject["penalties"]["state"] == "PARTIAL"
    statuses = {each["source"]: each["status"] for each in subject["penalties"]["coverage"]}
    assert statuses["environment_penalties"] == "UNAVAILABLE"
    assert subject["penalties"]["items"][0]["provenance"]["recordKey"]
    assert subject["taxRatings"] is None
    assert answer["errors"][0]["extensions"]["code"] == "FIELD_FORBIDDEN"
    for client in ("PORTAL", "BANK", "PROCUREMENT", "TAX_DEPARTMENT", "COURT", "AUDITOR"):
        assert f"\n{client}=eyJ" in done.stdout


def _fields_of(source: str, scope: str) -> list[str]:
    """Return the fields that the file of ``source`` gives ``scope``."""
    spec = load_sources(ROOT / "config" / "sources", Known(None, None))[source]
    return [name for table in spec.entities.values() for name, field in table.fields.items() if field.scope == scope]


def _change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
