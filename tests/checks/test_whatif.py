"""Other rules over kept evidence, by hand and by the commands `rules try` and `rules diff`."""

import shutil
from pathlib import Path

import msgspec
import orjson
import pytest

from gateway.checks.kept import keep
from gateway.checks.whatif import changes, try_rules
from gateway.demo.subjects import named
from tests.checks.checked import DAY, RULES, Answers, book, checked, request, subject
from tests.commands import Run
from tests.end_to_end.notice import CODES


async def kept_text(tmp_path: Path, **subjects: list[str]) -> bytes:
    answers = Answers({name: subject(fines) for name, fines in subjects.items()})
    found = keep(await checked(book(tmp_path / "then", "1", 1000), answers, request(*subjects)))
    return msgspec.json.encode(found)


async def test_rules_that_were_changed_name_whose_verdict_changes(tmp_path: Path) -> None:
    answers = Answers({"a": subject(["500"]), "b": subject(["5000"]), "c": "没有。None"})
    before, after = book(tmp_path / "before", "1", 1000), book(tmp_path / "after", "2", 100)
    kept = keep(await checked(before, answers, request("a", "b", "c")))
    assert [(each.subject, each.then, each.now) for each in changes([kept], before, after)] == [
        ("a", "PASS", "REJECT"),
        ("b", "REJECT", "REJECT"),
        ("c", "UNDETERMINED", "UNDETERMINED"),
    ]
    assert [each.changed for each in try_rules(kept, before.at("GP", DAY))] == [False, False, False]


def _rules(folder: Path, least: int) -> Path:
    folder.mkdir(exist_ok=True)
    text = RULES.format(version="9", least=least, more='"decidedOn"').replace(
        'base = "x"', 'base = "government_procurement_law"'
    )
    (folder / "gp.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(("least", "code"), [(1000, 0), (100, 1)], ids=["the same", "another verdict"])
async def test_the_command_tries_a_draft_over_an_answer(tmp_path: Path, run: Run, least: int, code: int) -> None:
    evidence = (await kept_text(tmp_path, a=["500"])).decode()
    answer = tmp_path / "answer.json"
    answer.write_bytes(orjson.dumps({"data": {"creditCheck": {"evidence": evidence}}}))
    draft = _rules(tmp_path / "draft", least)
    told = run("rules", "try", "GP", "--receipt", str(answer), "--rules", str(draft), "--json")
    assert told.returncode == code, told.stderr
    (row,) = orjson.loads(told.stdout)
    assert (row["subject"], row["then"], row["now"]) == ("a", "PASS", "REJECT" if code else "PASS")


@pytest.mark.parametrize(
    ("text", "words"),
    [(b"{", "cannot be read"), (b"{}", "is no evidence"), (b'{"data": {}}', "no evidence"), (b"[]", "is no evidence")],
)
def test_what_holds_no_evidence_is_refused(tmp_path: Path, run: Run, text: bytes, words: str) -> None:
    path = tmp_path / "kept.json"
    path.write_bytes(text)
    told = run("rules", "try", "GP", "--receipt", str(path))
    assert told.returncode == 2
    assert words in told.stderr


async def test_the_command_compares_folders_over_kept_evidence(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "kept.json"
    path.write_bytes(await kept_text(tmp_path, a=["500"], b=[]))
    draft = _rules(tmp_path / "draft", 100)
    told = run("rules", "diff", str(draft), "--receipt", str(path), "--json")
    assert told.returncode == 1, told.stderr
    rows = {row["subject"]: (row["then"], row["now"]) for row in orjson.loads(told.stdout)}
    assert rows == {"a": ("UNDETERMINED", "REJECT"), "b": ("UNDETERMINED", "PASS")}, "the city's own rules need more"


def test_a_set_that_is_not_there_is_not_compared(tmp_path: Path, run: Run) -> None:
    told = run("rules", "diff", str(_rules(tmp_path / "draft", 100)), "--set", "GPP")
    assert (told.returncode, told.stdout) == (2, "")
    assert "unknown rule set `GPP`" in told.stderr


def test_the_command_compares_folders_over_the_demo(tmp_path: Path, run: Run) -> None:
    draft = tmp_path / "draft"
    shutil.copytree("config/rules", draft)
    text = (draft / "gp.toml").read_text(encoding="utf-8")
    (draft / "gp.toml").write_text(text.replace('verdict = "REJECT"', 'verdict = "ATTENTION"'), encoding="utf-8")
    told = run("rules", "diff", str(draft), "--set", "GP", "--json")
    assert told.returncode == 1, told.stderr
    rows = {row["subject"]: (row["then"], row["now"]) for row in orjson.loads(told.stdout)}
    assert len(rows) == len(named())
    then, now = rows[CODES[3]]
    assert (then, now != "REJECT") == ("REJECT", True)
    assert len(set(rows[CODES[1]])) == 1, "both are judged over the same answers"
