"""The tax bureau's credit interface: SOAP 1.1 in GBK, one taxpayer a call, faults as HTTP 200 with an rtnCode.

    00  the ratings follow          90  closed (the night run, or this taxpayer's file is being rebuilt)
    01  no rating on record         99  the system failed
    02  no or a wrong session token

Oddities kept on purpose (`domain.md` §6.2 D04): dates as YYYYMMDD, a level in lower case, 15- and 18-digit numbers.
"""

import re
from collections.abc import Iterable
from datetime import timedelta
from hmac import compare_digest
from typing import Final
from xml.sax.saxutils import escape

from gateway.demo.facts import TAXATION, Rating
from gateway.demo.listen import Answered, Asked
from gateway.demo.scenarios import Known
from gateway.demo.subjects import Subject

NAMESPACE: Final = "http://xypj.tax.example/"
_CONTENT_TYPE: Final = "text/xml; charset=GBK"
_TAXPAYER: Final = re.compile(rb"<(?:\w+:)?nsrsbh>\s*([0-9A-Za-z]{15,20})\s*</")
_TOKEN: Final = re.compile(rb"<(?:\w+:)?SessionToken\b[^>]*>\s*([^<\s]*)\s*</")
_HEAD: Final = (
    '<?xml version="1.0" encoding="GBK"?>'
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    f'<queryCreditResponse xmlns="{NAMESPACE}">'
)
_TAIL: Final = b"</queryCreditResponse></soap:Body></soap:Envelope>"


def _outcome(code: str, message: str) -> bytes:
    return f"{_HEAD}<rtnCode>{code}</rtnCode><rtnMsg>{message}</rtnMsg>".encode("gb18030")


_FOUND: Final = _outcome("00", "成功") + b"<pjxx>"
_NONE: Final = _outcome("01", "未查询到该纳税人的信用评价信息") + _TAIL
_NO_SESSION: Final = _outcome("02", "会话令牌无效") + _TAIL
_CLOSED: Final = _outcome("90", "系统关闭,开放时间05:30") + _TAIL
_FAILED: Final = _outcome("99", "请求报文缺少纳税人识别号") + _TAIL


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


def _item(subject: Subject, rating: Rating) -> bytes:
    cells = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in rating_row(subject, rating).items())
    return f"<item>{cells}</item>".encode("gb18030")


class Tax:
    """The tax bureau behind its SOAP interface; ``token`` is the session token that it takes."""

    def __init__(self, everyone: Iterable[Known], token: str) -> None:
        self._token = token.encode("ascii")
        self._ratings: dict[bytes, bytes] = {}
        for known in everyone:
            if not known.facts.ratings:
                continue
            items = b"".join(_item(known.subject, rating) for rating in known.facts.ratings)
            answer = _CLOSED if known.facts.tax_closed else _FOUND + items + b"</pjxx>" + _TAIL
            for number in (known.subject.uscc, known.subject.tax15):
                self._ratings[number.encode("ascii")] = answer

    def answer(self, asked: Asked) -> Answered:
        """Return the ratings of the taxpayer in the envelope of ``asked``."""
        token, taxpayer = _TOKEN.search(asked.body), _TAXPAYER.search(asked.body)
        if token is None or not compare_digest(token[1], self._token):
            body = _NO_SESSION
        elif taxpayer is None:
            body = _FAILED
        else:
            body = self._ratings.get(taxpayer[1].upper(), _NONE)
        return Answered(body, content_type=_CONTENT_TYPE, keys=1)

    def nothing(self, asked: Asked) -> Answered:
        """Return that no rating is on record."""
        return Answered(_NONE, content_type=_CONTENT_TYPE, keys=1)
