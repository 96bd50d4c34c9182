"""`probe` as its users call it: tables, JSON, exit codes, what is said when the source cannot be asked."""

import json
import shutil
from pathlib import Path

import pytest

from tests.commands import Run
from tests.kit.onboarding import City
from tests.kit.sources import COLUMNS, ONE, TWO, fill, row


def test_a_table_for_people(run: Run, city: City, live: Path) -> None:
    done = run("probe", "city_order", *city.options, "--key", f"USCC={ONE}", "--key", f"USCC={TWO}")
    assert (done.returncode, done.stderr) == (0, "")
    for part in (
        "城市管理行政处罚系统",
        "行政处罚",
        "2/2",
        "没有发现问题",
        "从未有值 never filled in AdministrativePenalty: remark",
    ):
        assert part in done.stdout
    assert live.exists()


def test_json_for_machines(run: Run, city: City, live: Path, tmp_path: Path) -> None:
    keys = tmp_path / "keys.txt"
    keys.write_text(f"USCC={ONE}\nUSCC={TWO}\n", encoding="utf-8")
    fill(live, [row(ONE, jdrq="待定"), row(TWO, cf_id="2")])
    done = run("probe", "city_order", *city.options, "--keys-file", str(keys), "--calls", "4", "--json")
    assert (done.returncode, done.stderr) == (1, "")
    told = json.loads(done.stdout)
    assert [(each["kind"], each["field"], each["count"]) for each in told["findings"]] == [
        ("UNREADABLE", "decided_on", 1)
    ]
    (part,) = told["parts"]
    assert (part["calls"], part["keys"], part["rows"], part["deleted"]) == (4, 2, 2, 0)
    assert not [secret for secret in (ONE, TWO, str(live), "待定", "城罚") if secret in done.stdout]


def test_findings_end_with_exit_code_one(run: Run, city: City, live: Path) -> None:
    fill(live, [row(ONE)], [{"bz": "remarks"}.get(name, name) for name in COLUMNS])
    done = run("probe", "city_order", *city.options, "--key", f"USCC={ONE}")
    assert done.returncode == 1
    assert "缺少或改名的列" in done.stdout
    assert "column `bz` is missing at the source" in done.stdout


def test_keys_of_the_cases_do_where_none_is_told(run: Run, city: City, live: Path) -> None:
    without = run("probe", "city_order", *city.options)
    assert without.returncode == 2
    assert "--key SCHEME=VALUE" in without.stderr
    shutil.copytree(city.cases / "fire_penalties", city.cases / "city_order")
    found = city.cases / "city_order" / "AdministrativePenalty.found.toml"
    text = found.read_text(encoding="utf-8").replace("91230881TJ00000350", ONE)
    found.write_text(text, encoding="utf-8")
    done = run("probe", "city_order", *city.options)
    assert done.returncode == 0, done.stdout
    assert "1/" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("city_orders", "--key", f"USCC={ONE}"), "did you mean `city_order`?"),
        (("city_order", "--key", "PERSON=11010519491231002X"), "--key 1: reads as the number of a person"),
        (("fire_penalties", "--key", f"USCC={ONE}"), "`FIRE_PENALTIES_FOLDER` is not set"),
        (("city_order", "--key", "REG_NO=230881900000019"), "there is no key to ask by"),
    ],
)
def test_what_cannot_be_asked_ends_with_exit_code_two(
    run: Run, city: City, live: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = run("probe", *arguments, *city.options)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "11010519491231002X" not in done.stderr


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            "sqlite+aiosqlite:////no/such/hidden.sqlite",
            "city_order: UNAVAILABLE: the source's file could not be opened",
        ),
        ("postgresql+asyncpg://u:hidden@127.0.0.1:1/x", "city_order: UNAVAILABLE: the source could not be reached"),
        ("hidden", "`CITY_ORDER_URL` holds no URL of a database"),
    ],
)
def test_a_source_that_is_not_there_ends_with_exit_code_two(
    run: Run, city: City, live: Path, monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    monkeypatch.setenv("CITY_ORDER_URL", url)
    done = run("probe", "city_order", *city.options, "--key", f"USCC={ONE}")
    assert done.returncode == 2
    assert said in done.stderr
    assert "hidden" not in done.stderr
