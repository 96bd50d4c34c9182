"""What the police's identity check tells: a code, and nothing of anybody."""

import json
from typing import Any

from gateway.demo.listen import Asked
from gateway.demo.police import PATH, Police
from gateway.demo.scenarios import everyone
from gateway.demo.subjects import named, person

POLICE = Police(everyone(60), "gateway")
WHO = next(subject.representative for subject in named() if subject.number == 3)


def _ask(body: object, unit: bytes = b"gateway") -> tuple[int, dict[str, Any], bytes]:
    answered = POLICE.answer(Asked("POST", PATH.encode(), {b"x-audit-unit": unit}, json.dumps(body).encode()))
    return answered.status, json.loads(answered.body), answered.body


def _result(name: str, number: str) -> str:
    status, answer, _ = _ask({"xm": name, "gmsfhm": number})
    assert status == 200
    result: str = answer["data"][0]["hyjg"]
    return result


def test_one_two_three() -> None:
    assert _result(WHO.name, WHO.id_no) == "1"
    assert _result("张三", WHO.id_no) == "2"
    assert _result(WHO.name, person(290_000).id_no) == "3"


def test_it_tells_nothing_but_the_code_and_the_number_of_the_check() -> None:
    _, answer, body = _ask({"xm": WHO.name, "gmsfhm": WHO.id_no})
    assert set(answer["data"][0]) == {"hylsh", "hyjg"}
    assert WHO.id_no.encode() not in body
    assert WHO.name.encode() not in body
    again = _ask({"xm": WHO.name, "gmsfhm": WHO.id_no})[1]
    assert again["data"][0]["hylsh"] != answer["data"][0]["hylsh"], "each check has a number of its own"


def test_it_refuses_who_does_not_say_who_asks_or_asks_for_half() -> None:
    assert _ask({"xm": WHO.name, "gmsfhm": WHO.id_no}, unit=b"")[0] == 403
    assert _ask({"gmsfhm": WHO.id_no})[0] == 400
    assert _ask({"xm": "", "gmsfhm": WHO.id_no})[0] == 400
    assert _ask({"xm": WHO.name, "gmsfhm": "2308"})[0] == 400
