"""The tax bureau's interface: SOAP 1.1 in GBK, one taxpayer a call, faults as HTTP 200 with an rtnCode.

    queryCredit         credit ratings                  00  found: the items follow
    queryRegistration   tax registration                01  nothing on record
    queryAnomaly        non-normal households (非正常户)   02  no or a wrong session token
                                                        90  closed (the night run, or this file is being rebuilt)
                                                        99  the system failed

Oddities kept on purpose (`domain.md` §6.2 D04): dates as YYYYMMDD, a level in lower case, 15- and 18-digit numbers; the
registration writes the state as code and word in one text; a household that was released keeps its entry; one taxpayer
stands here under another name than at the market registry.
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from hmac import compare_digest
from typing import Final

from msgspec import Struct

from gateway.demo.chance import day, hits, pick
from gateway.demo.facts import TAXATION, Rating
from gateway.demo.listen import Answered, Asked, Interface
from gateway.demo.scenarios import Known
from gateway.demo.soap import Service, element, operation_of, text_of
from gateway.demo.subjects import FIRST_ORDINARY, Subject

NAMESPACE: Final = "http://xypj.tax.example/"
_SERVICE: Final = Service(NAMESPACE, "gb18030")
_MESSAGES: Final = {
    "00": "成功",
    "01": "未查询到该纳税人的信息",
    "02": "会话令牌无效",
    "90": "系统关闭,开放时间05:30",
    "99": "请求报文缺少纳税人识别号",
}
_LISTS: Final = {"queryCredit": "pjxx", "queryRegistration": "djxx", "queryAnomaly": "fzchxx"}
"""Operation -> the element that holds its items."""
_OFFICES: Final = ("第一税务所", "第二税务所", "乐业税务所", "街津口税务所")


OTHER_NAMES: Final = {23: "异码物业管理有限公司(示例)"}
"""Taxpayers who stand here under another name than at the market registry."""


class Anomaly(Struct, frozen=True):
    """One time as a non-normal household; not over while ``released_on`` is None."""

    recognized_on: date
    released_on: date | None = None


_ANOMALIES: Final[dict[int, tuple[Anomaly, ...]]] = {
    24: (Anomaly(date(2024, 6, 3)),),
    26: (Anomaly(date(2025, 1, 8), date(2025, 4, 2)),),
    27: (Anomaly(date(2026, 7, 6)), Anomaly(date(2023, 9, 11), date(2024, 1, 15))),
}


def anomalies(subject: Subject) -> tuple[Anomaly, ...]:
    """Return the times at which ``subject`` was a non-normal household, the newest first."""
    number = subject.number
    if number < FIRST_ORDINARY:
        return _ANOMALIES.get(number, ())
    if not hits("tax anomaly", number, 500):
        return ()
    recognized_on = day("tax anomaly", number, 120, 1400)
    released = hits("tax anomaly released", number, 6000)
    return (Anomaly(recognized_on, recognized_on + timedelta(days=90) if released else None),)


def rating_row(subject: Subject, rating: Rating) -> dict[str, str]:
    """Return the elements of one rating."""
    until = rating.decided_on.replace(year=rating.decided_on.year + 1) - timedelta(days=1)
    return {
        "nsrsbh": subject.uscc,
        "nsrmc": subject.name,
        "pjmc": f"{rating.year}年度纳税缴费信用评价",
        "pjnd": f"{rating.year}",
        "xydj": rating.level,
        "pjdf": f"{rating.score}",
        "pjdw": TAXATION.name,
        "pjrq": f"{rating.decided_on:%Y%m%d}",
        "yxqq": f"{rating.decided_on:%Y%m%d}",
        "yxqz": f"{until:%Y%m%d}",
        "gxsj": f"{rating.decided_on:%Y%m%d}",
    }


def registration_row(subject: Subject) -> dict[str, str]:
    """Return the elements of a tax registration; the state follows from the newest anomaly."""
    number, found = subject.number, anomalies(subject)
    since = date(2008, 1, 2) + timedelta(days=number * 41 % 6200)
    lasting = bool(found) and found[0].released_on is None
    state = "05 非正常" if lasting else "07 注销" if hits("tax deregistered", number, 200) else "03 正常"
    return {
        "nsrsbh": subject.uscc,
        "ynsrsbh": subject.tax15,
        "nsrmc": OTHER_NAMES.get(number, subject.name),
        "nsrzt": state,
        "djrq": f"{since:%Y%m%d}",
        "zgswjgdm": "12308810000",
        "zgswjg": TAXATION.name,
        "zgsws": pick("tax office", number, _OFFICES),
        "gxsj": f"{since:%Y%m%d}",
    }


def anomaly_row(subject: Subject, anomaly: Anomaly) -> dict[str, str]:
    """Return the elements of one time as a non-normal household; no release is an empty element."""
    released = f"{anomaly.released_on:%Y%m%d}" if anomaly.released_on else ""
    return {
        "nsrsbh": subject.uscc,
        "nsrmc": subject.name,
        "fddbr": subject.representative.name,
        "rdrq": f"{anomaly.recognized_on:%Y%m%d}",
        "rdyy": "连续三个月未申报,经责令限期改正仍不申报",
        "jcrq": released,
        "rdjg": TAXATION.name,
        "rdjgdm": TAXATION.uscc,
        "gxsj": released or f"{anomaly.recognized_on:%Y%m%d}",
    }


def _rows(known: Known) -> dict[str, list[dict[str, str]]]:
    """Return what each operation finds of one taxpayer."""
    subject = known.subject
    if subject.kind == "11":
        return {}
    return {
        "queryCredit": [rating_row(subject, rating) for rating in known.facts.ratings],
        "queryRegistration": [registration_row(subject)],
        "queryAnomaly": [anomaly_row(subject, anomaly) for anomaly in anomalies(subject)],
    }


def _outcome(operation: str, code: str, rows: Iterable[Mapping[str, str]] = ()) -> bytes:
    content = f"<rtnCode>{code}</rtnCode><rtnMsg>{_MESSAGES[code]}</rtnMsg>"
    if code == "00":
        items = "".join(element("item", dict(row)) for row in rows)
        content += f"<{_LISTS[operation]}>{items}</{_LISTS[operation]}>"
    return _SERVICE.answer(operation, content)


class Tax:
    """The tax bureau behind its SOAP interface; ``token`` is the session token that it takes."""

    def __init__(self, everyone: Iterable[Known], token: str) -> None:
        self._token = token.encode("ascii")
        self._answers: dict[str, dict[bytes, bytes]] = {operation: {} for operation in _LISTS}
        for known in everyone:
            closed = known.facts.tax_closed
            for operation, rows in _rows(known).items():
                if rows or closed:
                    answer = _outcome(operation, "90" if closed else "00", rows)
                    for number in (known.subject.uscc, known.subject.tax15):
                        self._answers[operation][number.encode("ascii")] = answer

    def answer(self, asked: Asked) -> Answered:
        """Return what is on record of the taxpayer in the envelope of ``asked``."""
        operation = operation_of(asked.body)
        answers = self._answers.get(operation, {})
        token, taxpayer = text_of(asked.body, "SessionToken"), text_of(asked.body, "nsrsbh")
        if token is None or not compare_digest(token, self._token):
            body = _outcome(operation, "02")
        elif not taxpayer:
            body = _outcome(operation, "99")
        else:
            body = answers.get(taxpayer.upper()) or _outcome(operation, "01")
        return Answered(body, content_type=_SERVICE.content_type, keys=1)

    def nothing(self, asked: Asked) -> Answered:
        """Return that nothing is on record."""
        return Answered(_outcome(operation_of(asked.body), "01"), content_type=_SERVICE.content_type, keys=1)


def open_tax(everyone: Iterable[Known]) -> Interface:
    """Return the tax bureau's interface, with a session token made anew."""
    token = secrets.token_hex(16)
    return Interface(Tax(everyone, token), "/services/CreditService", {"TAX_CREDIT_TOKEN": token})
