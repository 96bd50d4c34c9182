"""The police's identity check: REST, one person a call, and never any data: 1 match, 2 mismatch, 3 not found.

    POST /rkhy/verify {"xm": …, "gmsfhm": …}   with the header X-Audit-Unit: who asks, for the police's own log

Oddities kept on purpose (`domain.md` §6.2 D15): the answer is a code alone, beside a serial number of the check; a
question without the audit header is refused with HTTP 403; really, an answer takes two seconds (`--police-latency`).
"""

import re
import secrets
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from msgspec import Struct, ValidationError, json

from gateway.demo.listen import Answered, Asked, Interface
from gateway.demo.scenarios import Known
from gateway.demo.subjects import person

PATH: Final = "/rkhy/verify"
MATCH, MISMATCH, NOT_FOUND = "1", "2", "3"
_NUMBER: Final = re.compile(r"[0-9]{17}[0-9X]")


class _Question(Struct):
    xm: str
    gmsfhm: str


class Police:
    """The population register behind its interface; ``unit`` is the caller that it knows."""

    def __init__(self, everyone: Iterable[Known], unit: str) -> None:
        self._unit = unit.encode("ascii")
        self._names: dict[str, str] = {}
        for known in everyone:
            for who in (known.subject.representative, person(known.subject.number + 150_000)):
                self._names[who.id_no] = who.name

    def answer(self, asked: Asked) -> Answered:
        """Return whether the name and the number in the body of ``asked`` belong together."""
        if asked.path != PATH or asked.method != "POST":
            return _failed(404, "接口不存在")
        if asked.headers.get(b"x-audit-unit") != self._unit:
            return _failed(403, "缺少审计信息,已拒绝并记录")
        try:
            question = json.decode(asked.body, type=_Question)
        except (ValidationError, ValueError):
            return _failed(400, "须同时提供姓名和公民身份号码")
        if not question.xm or _NUMBER.fullmatch(question.gmsfhm) is None:
            return _failed(400, "姓名或公民身份号码格式错误")
        return _told(question, self._result(question))

    def nothing(self, asked: Asked) -> Answered:
        """Return that there is no such person."""
        return _told(_Question("", ""), NOT_FOUND)

    def _result(self, question: _Question) -> str:
        name = self._names.get(question.gmsfhm)
        if name is None:
            return NOT_FOUND
        return MATCH if name == question.xm else MISMATCH


def _told(question: _Question, result: str) -> Answered:
    # The serial number stands for an entry in the police's log; it tells nothing of the person.
    serial = sha256(f"{secrets.token_hex(4)} {question.gmsfhm}".encode()).hexdigest()[:16].upper()
    return Answered(json.encode({"code": "0", "data": [{"hylsh": serial, "hyjg": result}]}), keys=1)


def _failed(status: int, message: str) -> Answered:
    return Answered(json.encode({"code": str(status), "message": message, "data": []}), status)


def open_police(everyone: Iterable[Known]) -> Interface:
    """Return the police's interface, with the name of the calling unit made anew."""
    unit = f"credit-gateway-{secrets.token_hex(4)}"
    return Interface(Police(everyone, unit), secrets={"POLICE_VERIFICATION_UNIT": unit})
