"""`conform` as its users call it: the report in three forms, exit codes, and that no report tells too much."""

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from tests.commands import Run
from tests.kit.onboarding import City
from tests.kit.sources import COLUMNS, ONE, TWO, fill, row

ASKED = ("--key", f"USCC={ONE}", "--key", f"USCC={TWO}")


@pytest.fixture
def with_cases(city: City, live: Path) -> City:
    """The city with cases of the source that is live."""
    for situation in ("one", "two", "three"):
        (city.cases / "city_order").mkdir(exist_ok=True)
        text = f'# 没有:{situation}\nscheme = "USCC"\nask = ["{ONE}"]\n'
        (city.cases / "city_order" / f"AdministrativePenalty.{situation}.toml").write_text(text, encoding="utf-8")
    return city


def test_reports_are_written_in_every_form(run: Run, with_cases: City, live: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"order{suffix}" for suffix in (".html", ".md", ".json")]
    reports = [part for file in files for part in ("--report", str(file))]
    done = run("conform", "city_order", *with_cases.options, *ASKED, *reports)
    assert (done.returncode, done.stderr) == (0, "")
    assert "符合 kept" in done.stdout
    told = json.loads(files[2].read_text(encoding="utf-8"))
    assert told["kept"] is True
    assert told["department_code"] == "market_regulation"
    source_file = with_cases.config / "sources" / "city_order.toml"
    assert told["file_digest"] == sha256(source_file.read_bytes()).hexdigest()
    assert told["keys"] == {"USCC": 2}
    assert len(told["cases"]) == 4
    secrets = (ONE, TWO, ONE.lower(), str(live), "城罚", "CITY_ORDER_URL")
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert "城市管理行政处罚系统" in text
        assert not [secret for secret in secrets if secret in text]


def test_json_goes_to_the_output(run: Run, with_cases: City) -> None:
    done = run("conform", "city_order", *with_cases.options, *ASKED, "--json", "--keys", "1")
    told = json.loads(done.stdout)
    assert done.returncode == 0
    (line,) = [line for line in told["contract"] if line["name"] == "by_key"]
    assert line["evidence"]["keys"] == 1


def test_what_is_not_kept_ends_with_exit_code_one(run: Run, with_cases: City, live: Path) -> None:
    shutil.rmtree(with_cases.cases / "city_order")
    without_cases = run("conform", "city_order", *with_cases.options, *ASKED)
    assert without_cases.returncode == 1
    assert "不符合 not kept 1" in without_cases.stdout
    fill(live, [row(ONE)], [{"bz": "remarks"}.get(name, name) for name in COLUMNS])
    renamed = run("conform", "city_order", *with_cases.options, *ASKED)
    assert renamed.returncode == 1
    assert "column `bz` is missing at the source" in renamed.stdout


def test_only_known_forms_are_written(run: Run, city: City, live: Path, tmp_path: Path) -> None:
    done = run("conform", "city_order", *city.options, *ASKED, "--report", str(tmp_path / "order.pdf"))
    assert done.returncode == 2
    assert "ends in none of .html, .md, .json" in done.stderr
    assert not (tmp_path / "order.pdf").exists()


def test_what_cannot_be_asked_ends_with_exit_code_two(
    run: Run, city: City, live: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CITY_ORDER_URL", "sqlite+aiosqlite:////no/such/hidden.sqlite")
    done = run("conform", "city_order", *city.options, *ASKED, "--report", str(tmp_path / "order.html"))
    assert done.returncode == 2
    assert "city_order: UNAVAILABLE" in done.stderr
    assert "hidden" not in done.stderr
    assert not (tmp_path / "order.html").exists()
