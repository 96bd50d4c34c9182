"""The customs' enterprise credit interface: SOAP 1.1 in UTF-8, one enterprise a call, by its customs code.

    getRegistration   unified code -> customs code       0     found
    getCredit         credit grade                       1     nothing on record
    getSerious        list of serious dishonesty         -1    ticket refused
    getAdvanced       list of advanced certification     9     the system failed

Oddities kept on purpose (`domain.md` §6.2 D12): grades of order 251 and before (高级认证企业, 一般信用企业, 失信企业)
beside the five of order 282 of 2026, in one column; times of day behind dates; the ticket stands in the header; an
enterprise that never traded abroad has no customs code.
"""

import secrets
from collections.abc import Iterable
from datetime import date
from hmac import compare_digest
from typing import Final

from msgspec import Struct

from gateway.demo import codes
from gateway.demo.authorities import CUSTOMS
from gateway.demo.chance import day, hits, pick
from gateway.demo.listen import Answered, Asked, Interface
from gateway.demo.scenarios import Known
from gateway.demo.soap import Service, element, operation_of, text_of
from gateway.demo.subjects import FIRST_ORDINARY, Subject

NAMESPACE: Final = "http://credit.customs.example/"
OPERATIONS: Final = ("getRegistration", "getCredit", "getSerious", "getAdvanced")
TRADERS: Final = frozenset({"进出口贸易", "粮贸", "木业", "物流", "渔业食品"})
"""Trades of which many are registered at the customs."""
_SERVICE: Final = Service(NAMESPACE, "utf-8")
_MESSAGES: Final = {"0": "查询成功", "1": "无记录", "-1": "票据无效", "9": "报文缺少查询参数"}
_ORDER_282: Final = date(2026, 4, 1)
"""In force since; what was graded before stands in the words of order 251."""


class Trader(Struct, frozen=True):
    """One enterprise at the customs: its grade as written, when it was graded, when first registered."""

    grade: str
    graded_on: date
    registered_on: date
    aeo: bool = False


_TRADERS: Final[dict[int, Trader]] = {
    1: Trader("高级认证", date(2026, 5, 12), date(2012, 6, 1), aeo=True),
    2: Trader("常规", date(2026, 4, 1), date(2016, 9, 20)),
    4: Trader("认证", date(2026, 6, 30), date(2014, 3, 11)),
    5: Trader("一般信用企业", date(2022, 11, 7), date(2015, 10, 19)),
    24: Trader("严重失信", date(2026, 4, 20), date(2010, 8, 2)),
}
_GRADES: Final = ("高级认证", "认证", "常规", "常规", "一般信用企业", "高级认证企业", "失信企业", "失信")


def trader(subject: Subject) -> Trader | None:
    """Return what the customs know of ``subject``, None when it is not registered there."""
    number = subject.number
    if number < FIRST_ORDINARY:
        return _TRADERS.get(number)
    if subject.kind != "91" or subject.trade.word not in TRADERS or not hits("customs", number, 7000):
        return None
    grade = pick("customs grade", number, _GRADES)
    legacy = grade.endswith("企业")
    graded_on = day("customs grade", number, 250, 1400) if legacy else max(day("customs", number, 20, 200), _ORDER_282)
    return Trader(grade, graded_on, day("customs registered", number, 1500, 6000), aeo=grade.startswith("高级"))


def registration_row(subject: Subject, found: Trader) -> dict[str, str]:
    """Return the pair of codes."""
    return {
        "hgbm": codes.customs_code(subject.number),
        "tyshxydm": subject.uscc,
        "qymc": subject.name,
        "zcrq": f"{found.registered_on} 00:00:00",
        "zxbz": "0",
    }


def credit_row(subject: Subject, found: Trader) -> dict[str, str]:
    """Return the credit grade."""
    return {
        "hgbm": codes.customs_code(subject.number),
        "tyshxydm": subject.uscc,
        "qymc": subject.name,
        "xydj": found.grade,
        "rdsj": f"{found.graded_on} 00:00:00",
        "scbasj": f"{found.registered_on} 00:00:00",
        "zchg": CUSTOMS.name if found.graded_on >= _ORDER_282 else CUSTOMS.as_written,
        "zchgdm": CUSTOMS.uscc,
        "aeobm": f"AEOCN{codes.customs_code(subject.number)}" if found.aeo else "",
        "gxsj": f"{found.graded_on} 08:00:00",
    }


def _list_row(subject: Subject, found: Trader) -> dict[str, str]:
    return {
        "xh": f"{codes.customs_code(subject.number)}-{found.graded_on:%Y%m%d}",
        "hgbm": codes.customs_code(subject.number),
        "tyshxydm": subject.uscc,
        "qymc": subject.name,
        "fddbr": subject.representative.name,
        "wsh": f"{CUSTOMS.letters}信〔{found.graded_on.year}〕{subject.number}号",
        "rdsj": f"{found.graded_on} 00:00:00",
        "rdjg": CUSTOMS.name,
        "rdjgdm": CUSTOMS.uscc,
        "gxsj": f"{found.graded_on} 08:00:00",
    }


def serious_row(subject: Subject, found: Trader) -> dict[str, str]:
    """Return an entry of the list of serious dishonesty."""
    return _list_row(subject, found) | {
        "rdyy": "走私普通货物,经人民法院生效判决认定",
        "yj": "《中华人民共和国海关注册登记和备案企业信用管理办法》(海关总署令第282号)",
        "ycsj": "",
    }


def advanced_row(subject: Subject, found: Trader) -> dict[str, str]:
    """Return an entry of the list of advanced certification."""
    return _list_row(subject, found) | {"djmc": "高级认证企业", "scbasj": f"{found.registered_on} 00:00:00"}


class Customs:
    """The customs behind their SOAP interface; ``ticket`` is the one that they take."""

    def __init__(self, everyone: Iterable[Known], ticket: str) -> None:
        self._ticket = ticket.encode("ascii")
        self._answers: dict[str, dict[bytes, bytes]] = {operation: {} for operation in OPERATIONS}
        for known in everyone:
            found = trader(known.subject)
            if found is not None:
                self._keep(known.subject, found)

    def answer(self, asked: Asked) -> Answered:
        """Return what is on record of the enterprise in the envelope of ``asked``."""
        operation = operation_of(asked.body)
        key = text_of(asked.body, "tyshxydm" if operation == "getRegistration" else "hgbm")
        if not compare_digest(text_of(asked.body, "Ticket") or b"", self._ticket):
            body = _outcome(operation, "-1")
        elif not key or operation not in self._answers:
            body = _outcome(operation, "9")
        else:
            body = self._answers[operation].get(key) or _outcome(operation, "1")
        return Answered(body, content_type=_SERVICE.content_type, keys=1)

    def nothing(self, asked: Asked) -> Answered:
        """Return that nothing is on record."""
        return Answered(_outcome(operation_of(asked.body), "1"), content_type=_SERVICE.content_type, keys=1)

    def _keep(self, subject: Subject, found: Trader) -> None:
        code = codes.customs_code(subject.number)
        self._put("getRegistration", subject.uscc, registration_row(subject, found))
        self._put("getCredit", code, credit_row(subject, found))
        if found.grade == "严重失信":
            self._put("getSerious", code, serious_row(subject, found))
        if found.aeo:
            self._put("getAdvanced", code, advanced_row(subject, found))

    def _put(self, operation: str, key: str, row: dict[str, str]) -> None:
        self._answers[operation][key.encode("ascii")] = _outcome(operation, "0", element("row", row))


def _outcome(operation: str, code: str, rows: str = "") -> bytes:
    head = f"<head><code>{code}</code><message>{_MESSAGES[code]}</message></head>"
    return _SERVICE.answer(operation, f"{head}<rows>{rows}</rows>" if code == "0" else head)


def open_customs(everyone: Iterable[Known]) -> Interface:
    """Return the customs' interface, with a ticket made anew."""
    ticket = secrets.token_hex(16)
    return Interface(Customs(everyone, ticket), "/ws/EnterpriseCredit", {"CUSTOMS_CREDIT_TICKET": ticket})
