"""Attacks on the replay of checks: evidence that somebody else wrote into an answer that is genuine.

Guard: `gateway.checks.kept.is_own`, asked by `gateway.checks.replay` of whatever reads like evidence.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson
import pytest

from gateway.checks.kept import KeptCheck, keep, marked
from gateway.checks.replay import MAXIMUM_CHECKS, replay_checks
from gateway.ledger import Secret
from tests.checks.checked import DAY, SECRET, Answers, book, checked, request, subject

OTHER: Final = Secret(b"o" * 32)
LATER: Final = Secret(b"l" * 32, earlier=(SECRET,))
SHORTEST: Final = (
    '{"format":"credit-gateway/evidence/1","ruleSet":{"code":"GP","version":"1","digest":""},'
    '"asOf":"2026-11-20","purpose":"","verdict":"PASS","subjects":[]}'
)
"""A check of nobody that was passed: short enough for the name of a bidder."""


async def kept(tmp_path: Path, *fines: str) -> KeptCheck:
    return keep(await checked(book(tmp_path), Answers({"a": subject(fines)}), request("a")))


def replayed(tmp_path: Path, data: Any, *secrets: Secret) -> list[tuple[str, str, str]]:
    answer = orjson.dumps({"data": data}).decode()
    told = replay_checks(answer, book(tmp_path), DAY, secrets or [SECRET])
    return [(each.path, each.outcome, each.verdict_then) for each in told]


async def test_what_the_gateway_marked_is_judged(tmp_path: Path) -> None:
    text = marked(await kept(tmp_path, "5000"), SECRET)
    assert replayed(tmp_path, {"c": {"evidence": text}}) == [("c", "IDENTICAL", "REJECT")]


async def test_what_it_marked_by_an_earlier_secret_is_judged(tmp_path: Path) -> None:
    text = marked(await kept(tmp_path, "5000"), SECRET)
    assert replayed(tmp_path, {"c": {"evidence": text}}, LATER, *LATER.earlier) == [("c", "IDENTICAL", "REJECT")]


def passed(found: KeptCheck) -> KeptCheck:
    """Return a check without its fines, and with what it would have come to."""
    (one,) = found.subjects
    sections = {**one.sections, "fines": msgspec.structs.replace(one.sections["fines"], items=[])}
    outcomes = {**one.outcomes, "GP-01": msgspec.structs.replace(one.outcomes["GP-01"], result="CLEAN", verdict=None)}
    clean = msgspec.structs.replace(one, sections=sections, outcomes=outcomes, verdict="PASS")
    return msgspec.structs.replace(found, subjects=[clean], verdict="PASS")


def with_mark_of(found: KeptCheck, other: KeptCheck) -> str:
    return msgspec.json.encode(
        msgspec.structs.replace(found, mark=orjson.loads(marked(other, SECRET))["mark"])
    ).decode()


FORGED: Final[dict[str, Callable[[KeptCheck], str]]] = {
    "no mark": lambda found: marked(passed(found), None),
    "an empty mark": lambda found: msgspec.json.encode(msgspec.structs.replace(passed(found), mark="")).decode(),
    "a mark in other characters": lambda found: with_mark_of(found, found).replace('"mark":"', '"mark":"é'),
    "the mark of another check": lambda found: with_mark_of(passed(found), found),
    "a mark of another gateway": lambda found: marked(passed(found), OTHER),
    "the subject of another": lambda found: with_mark_of(found, found).replace('"key":"a"', '"key":"b"'),
    "another day": lambda found: with_mark_of(found, found).replace(DAY, "2026-11-19"),
    "another rule set": lambda found: with_mark_of(found, found).replace('"version":"1"', '"version":"2"'),
    "another verdict": lambda found: with_mark_of(found, found).replace('"verdict":"REJECT"', '"verdict":"ATTENTION"'),
    "an input that was not given": lambda found: with_mark_of(found, found).replace(
        '"input":{}', '"input":{"amount":1}'
    ),
    "a day that is none": lambda _: SHORTEST.replace("2026-11-20", "x"),
    "the shortest": lambda _: SHORTEST,
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
@pytest.mark.parametrize(
    "place",
    [
        lambda text: {"creditCheck": {"subjects": [{"bidder": text}]}},
        lambda text: {"creditCheck": {"case": text}},
        lambda text: {"creditCheck": {"evidence": text}},
        lambda text: {"subject": {"commitments": {"items": [{"content": text}]}}},
    ],
    ids=["as a bidder", "as a case", "as evidence", "in a record"],
)
async def test_evidence_of_somebody_elses_is_not_judged(
    tmp_path: Path, forge: Callable[[KeptCheck], str], place: Callable[[str], Any]
) -> None:
    assert replayed(tmp_path, place(forge(await kept(tmp_path, "5000")))) == []


async def test_forged_evidence_does_not_crowd_out_what_is_genuine(tmp_path: Path) -> None:
    genuine = marked(await kept(tmp_path, "5000"), SECRET)
    data = {"a": [{"bidder": SHORTEST}] * (MAXIMUM_CHECKS + 1), "c": {"evidence": genuine}}
    assert replayed(tmp_path, data) == [("c", "IDENTICAL", "REJECT")]
