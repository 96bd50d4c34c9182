"""Checks made by hand for tests: a small rule set, and an answer to what it needs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from gateway.caller import Caller
from gateway.checks.checker import Checked, Checker
from gateway.checks.request import CheckRequest, Key, Row
from gateway.inner import Answered, Inner, Question
from gateway.ledger import Secret
from gateway.rules import RuleBook

DAY: Final = "2026-11-20"
SECRET: Final = Secret(b"k" * 32)
BANK: Final = Caller("bank", None, frozenset({"credit.public", "credit.check.run"}), "GOVERNMENT_PROCUREMENT")
RULES: Final = """
code = "GP"
version = "{version}"
title = {{ zh = "试", en = "test" }}
purposes = ["GOVERNMENT_PROCUREMENT"]

[needs.fines]
section = "penalties"
fields = ["state", "fineAmount.amount", {more}]

[needs.ratings]
section = "taxRatings"
fields = ["level"]

[[rules]]
id = "GP-01"
title = {{ zh = "罚款", en = "fines" }}
verdict = "REJECT"
basis = [{{ base = "x", article = "1" }}]
reason = {{ zh = "罚款", en = "a fine" }}
[[rules.any]]
need = "fines"
when = "e.fineAmount != null && number(e.fineAmount.amount) >= {least}"

[[rules]]
id = "GP-02"
title = {{ zh = "级别", en = "level" }}
verdict = "ATTENTION"
reveal = "VERDICT_ONLY"
ground = {{ zh = "法", en = "law" }}
basis = [{{ base = "x", article = "2" }}]
reason = {{ zh = "级别", en = "the level" }}
[[rules.any]]
need = "ratings"
when = "e.level == \\"D\\""
"""


def book(folder: Path, version: str = "1", least: int = 1000, more: str = '"decidedOn"') -> RuleBook:
    """Return a book of one set, which rejects fines from ``least`` yuan on and reads ``more`` of them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gp.toml").write_text(RULES.format(version=version, least=least, more=more), encoding="utf-8")
    return RuleBook.load(folder)


def section(*items: Mapping[str, Any], state: str = "COMPLETE") -> dict[str, Any]:
    """Return a section of an answer."""
    status = "ANSWERED" if state == "COMPLETE" else "UNAVAILABLE"
    department = {"code": "d", "name": "部门"}
    coverage = {"source": "a", "part": None, "department": department, "status": status, "reason": None, "until": None}
    more = {"asOf": DAY, "fetchedAt": f"{DAY}T01:00:00Z", "matchConfidence": 1.0}
    return {
        "state": state,
        "coverage": [{**coverage, **more}],
        "pageInfo": {"hasNextPage": False},
        "items": list(items),
    }


def record(name: str, **fields: Any) -> dict[str, Any]:
    """Return a record of an answer."""
    origin = {"recordKey": name, "sourceUpdatedAt": None, "fetchedAt": f"{DAY}T01:00:00Z", "digest": "d"}
    return {"recordId": name, "source": "a", "underObjection": False, "issues": [], "provenance": origin, **fields}


def fine(amount: str) -> dict[str, Any]:
    """Return a published penalty with a fine in yuan."""
    return record(f"fine-{amount}", state="PUBLISHED", fineAmount={"amount": amount}, decidedOn="2026-01-01")


class Answers:
    """What the graph answers: the sections of every key, by its value; a text stands for a key that leads to nobody."""

    def __init__(self, subjects: Mapping[str, Mapping[str, Any] | str]) -> None:
        self.subjects = subjects
        self.asked: list[Question] = []

    async def put(self, question: Question) -> Answered:
        """Return the answer to ``question``: of each subject only what was asked for."""
        self.asked.append(question)
        keys = [each["value"] for each in question.variables["keys"]]
        told = [self._subject(key, question.document) for key in keys]
        return Answered(f"{len(self.asked):032x}", orjson.dumps({"data": {"subjects": told}}))

    def _subject(self, key: str, document: str) -> dict[str, Any]:
        found = self.subjects[key]
        if isinstance(found, str):
            return {"__typename": "SubjectNotFound", "message": found}
        sections = {name: each for name, each in found.items() if f" {name}: " in document}
        return {"__typename": "Enterprise", "uscc": key, "kind": "ENTERPRISE", "name": f"名{key}", **sections}


def request(*keys: str, **more: Any) -> CheckRequest:
    """Return a request to check ``keys`` by the set GP."""
    return CheckRequest("GP", tuple(Row(Key(key)) for key in keys), **more)


async def checked(rules: RuleBook, answers: Answers, asked: CheckRequest) -> Checked:
    """Return the check of ``asked``."""
    return await Checker(Inner(answers.put), lambda: rules).check(asked, BANK, DAY)


def subject(fines: Sequence[str] = (), level: str = "A", **sections: Any) -> dict[str, Any]:
    """Return the sections of a subject with these fines and that level."""
    return {
        "fines": section(*map(fine, fines)),
        "ratings": section(record("rating", level=level)),
        **sections,
    }
