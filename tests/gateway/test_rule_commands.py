"""`rules check` and `rules list` as people and programs see them: tables, JSON, exit codes, mistakes that say where."""

import json
import shutil
from pathlib import Path

import pytest

from tests.commands import ROOT, Run


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the city's configuration, for one rule set of its own."""
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "config", folder)
    for path in (folder / "rules").glob("*.toml"):
        if path.name not in {"gp.toml", "bk.toml"}:
            path.unlink()
    return folder


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_check_accepts_the_rules_of_the_city(run: Run) -> None:
    done = run("rules", "check")
    assert (done.returncode, done.stderr) == (0, "")
    sets = len(list((ROOT / "config" / "rules").glob("*.toml")))
    assert f"no mistakes: {sets} rule sets" in done.stdout
    told = json.loads(run("rules", "check", "--json").stdout)
    assert told["mistakes"] == []
    assert len(told["sets"]) == sets
    for each in told["sets"]:
        assert min(each["cases"].get(result, 0) for result in ("HIT", "CLEAN", "UNKNOWN")) >= each["rules"]


def test_check_lists_every_mistake_of_every_file(run: Run, config: Path) -> None:
    change(config / "rules" / "gp.toml", 'e.kind == "MAJOR_TAX_VIOLATION"', 'e.kind == "MAJOR_TAX_VIOLATIONS"')
    change(config / "rules" / "bk.toml", 'purposes = ["', 'purposes = ["X", "')
    change(config / "legal_bases.toml", 'code = "', 'coed = "')
    done = run("rules", "check", "--config", str(config))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for part in ("rules.GP-02.any.1.when: unknown name `MAJOR_TAX_VIOLATIONS`", "unknown purpose `X`", "`coed`"):
        assert part in done.stderr
    told = json.loads(run("rules", "check", "--json", "--config", str(config)).stdout)
    assert {each["file"] for each in told["mistakes"]} >= {"gp.toml", "bk.toml", "legal_bases.toml"}


def test_check_runs_the_cases_of_each_rule(run: Run, config: Path) -> None:
    change(config / "rules" / "gp.toml", "e.publishedOn <= asOf", "e.publishedOn < asOf")
    done = run("rules", "check", "--config", str(config))
    assert done.returncode == 1
    assert "gp.toml: rules.GP-01.cases.2: `published on the day of the check`: expected HIT, found CLEAN" in done.stderr
    whole = run("check", "--config", str(config))
    assert whole.returncode == 1
    assert "rules.GP-01.cases.2" in whole.stderr


@pytest.mark.parametrize("result", ["HIT", "CLEAN", "UNKNOWN"])
def test_check_refuses_a_rule_that_lacks_a_case(run: Run, config: Path, result: str) -> None:
    path = config / "rules" / "gp.toml"
    head, first, rest = path.read_text(encoding="utf-8").split("[[rules]]\n", 2)
    cases = first.split("[[rules.cases]]\n")
    kept = [case for case in cases if f'expect = "{result}"' not in case]
    assert len(kept) < len(cases)
    path.write_text("[[rules]]\n".join([head, "[[rules.cases]]\n".join(kept), rest]), encoding="utf-8")
    done = run("rules", "check", "--config", str(config))
    assert done.returncode == 1
    assert f"gp.toml: rules.GP-01.cases: no case of {result}: each rule shows" in done.stderr


def test_a_case_about_what_the_rule_does_not_read_is_a_mistake(run: Run, config: Path) -> None:
    change(config / "rules" / "gp.toml", "\ndishonest = {", "\nlicenses = {}\ndishonest = {")
    done = run("rules", "check", "--config", str(config))
    assert "gp.toml: rules.GP-01.cases.1.licenses: is not read by the rule" in done.stderr


def test_list_shows_titles_verdicts_and_bases(run: Run) -> None:
    done = run("rules", "list", "GP")
    assert done.returncode == 0
    for part in ("GP-01", "失信被执行人", "REJECT", "procurement_check_notice"):
        assert part in done.stdout
    told = json.loads(run("rules", "list", "BK", "--json").stdout)
    assert [each["code"] for each in told] == ["BK"]
    first = told[0]["rules"][0]
    assert first["needs"]
    assert first["basis"]
    assert set(first["title"]) == {"zh", "en"}
    assert "ATTENTION" in run("rules", "list", "BK").stdout
    assert "REJECT" not in run("rules", "list", "BK").stdout, "an advisory set stops at ATTENTION"


def test_list_is_of_a_day(run: Run) -> None:
    assert json.loads(run("rules", "list", "--as-of", "1999-01-01", "--json").stdout) == []
    done = run("rules", "list", "GP", "--as-of", "1999-01-01")
    assert (done.returncode, "no version in force on 1999-01-01" in done.stderr) == (2, True)
    assert run("rules", "list", "--as-of", "yesterday").returncode == 2
    done = run("rules", "list", "XX")
    assert (done.returncode, "unknown rule set `XX`" in done.stderr) == (2, True)


@pytest.mark.parametrize("command", [("rules", "check"), ("check",)], ids=" ".join)
def test_an_overlay_of_nobody_is_refused_by_name(run: Run, config: Path, command: tuple[str, ...]) -> None:
    overlays = config / "rules" / "overlays"
    (overlays / "rural_bank.toml").rename(overlays / "rual_bank.toml")
    done = run(*command, "--config", str(config))
    assert done.returncode == 1
    assert "rules/overlays/rual_bank.toml: out of use, unknown client `rual_bank`; known: " in done.stderr
    assert "remove the file, or name it for the client that it is of" in done.stderr
