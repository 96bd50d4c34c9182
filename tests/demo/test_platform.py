"""What the platform of the level above tells, asked as the wire asks it, without a port."""

import json
from typing import Any

from gateway.demo.listen import Asked
from gateway.demo.platform import MOST_COST, PATH, Platform
from gateway.demo.scenarios import everyone
from gateway.demo.subjects import named

EVERYONE = list(everyone(600))
SUBJECT = {subject.number: subject for subject in named()}
PLATFORM = Platform(EVERYONE, "token")
PUNISHMENTS = "query ($keys: [String!]!) { creditObjects(codes: $keys) { code punishments { docNo fineYuan state } } }"
LISTINGS = "query ($keys: [String!]!) { creditObjects(codes: $keys) { code listings { listCode removedOn } } }"


def _ask(query: str, *numbers: int, token: str = "token", codes: list[str] | None = None) -> tuple[int, dict[str, Any]]:
    keys = [SUBJECT[number].uscc for number in numbers] if codes is None else codes
    body = json.dumps({"query": query, "variables": {"keys": keys}}).encode()
    answered = PLATFORM.answer(Asked("POST", PATH.encode(), {b"authorization": f"Bearer {token}".encode()}, body))
    return answered.status, json.loads(answered.body)


def _punishments(number: int) -> list[tuple[Any, ...]]:
    (found,) = _ask(PUNISHMENTS, number)[1]["data"]["creditObjects"]
    return [tuple(each.values()) for each in found["punishments"]]


def test_a_local_decision_stands_there_in_other_brackets_and_with_another_amount() -> None:
    assert _punishments(26) == [("同建罚【2026】208号", 25000.0, "PUBLIC")]
    local, *_ = next(known.facts.published_penalties for known in EVERYONE if known.subject.number == 26)
    assert (local.decision_no, local.fine) == ("同建罚〔2026〕208号", 20000)


def test_states_are_those_of_the_nation() -> None:
    assert _punishments(23) == [("同市监罚（2025）185号", 2000.0, "REPAIRED")], "double publicity still shows it"
    assert _punishments(6) == [("佳同环罚（2025）50号", 100000.0, "OBJECTION")]
    assert [each[2] for each in _punishments(21)] == ["ENDED"]
    states = {state for known in EVERYONE for *_, state in _of(known.subject.uscc)}
    assert states == {"PUBLIC", "REPAIRED", "OBJECTION", "SUSPENDED", "ENDED"}


def _of(uscc: str) -> list[tuple[Any, ...]]:
    (found,) = _ask(PUNISHMENTS, codes=[uscc])[1]["data"]["creditObjects"]
    return [] if found is None else [tuple(each.values()) for each in found["punishments"]]


def test_lists_are_told_apart_by_a_code() -> None:
    _, answer = _ask(LISTINGS, 3, 27, 1)
    third, twenty_seventh, first = answer["data"]["creditObjects"]
    assert third["listings"] == [{"listCode": "06", "removedOn": None}]
    assert twenty_seventh["listings"] == [{"listCode": "12", "removedOn": "2025-05-14"}]
    assert first is None, "nobody is known of whom there is nothing"


def test_what_costs_too_much_is_refused() -> None:
    fields = 6  # creditObjects, code, punishments, and three of each
    most = [SUBJECT[3].uscc] * (MOST_COST // fields)
    status, answer = _ask(PUNISHMENTS, codes=most)
    assert (status, len(answer["data"]["creditObjects"])) == (200, len(most))
    status, answer = _ask(PUNISHMENTS, codes=[*most, *most])
    assert (status, answer["errors"][0]["extensions"]["code"]) == (200, "COST_LIMIT_EXCEEDED")


def test_it_wants_its_own_token_and_a_document_that_fits() -> None:
    assert _ask(PUNISHMENTS, 3, token="other")[0] == 401
    status, answer = _ask("query ($keys: [String!]!) { subjects(codes: $keys) { uscc } }", 3)
    assert (status, answer["errors"][0]["extensions"]["code"]) == (400, "GRAPHQL_VALIDATION_FAILED")
    assert _ask("{", 3)[1]["errors"][0]["extensions"]["code"] == "GRAPHQL_PARSE_FAILED"
