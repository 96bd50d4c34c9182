"""The court's enforcement system: REST JSON, one code a call, pages of ten, and three forms of date in one record.

Oddities kept on purpose (`domain.md` §3.6): the total is one too high on the last page; `暂无` for nothing; party types
"0" and "1"; masked personal numbers; ages of organizations are 0.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Final

from msgspec import json

from gateway.demo.facts import COURT, Execution
from gateway.demo.listen import Answered, Asked
from gateway.demo.scenarios import Known
from gateway.demo.subjects import Subject

PAGE: Final = 10
_PROVINCE: Final = "黑龙江"


def _epoch(day: date) -> int:
    """Return 09:30 of ``day`` in Shanghai as epoch milliseconds."""
    local = datetime(day.year, day.month, day.day, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    return int(local.astimezone(UTC).timestamp() * 1000)


def _chinese(day: date) -> str:
    return f"{day:%Y年%m月%d日}"


def _common(subject: Subject, case: Execution) -> dict[str, Any]:
    return {
        "id": 700_000_000 + subject.number * 1000 + case.serial % 1000,
        "tyshxydm": subject.uscc,
        "iname": case.debtor.name if case.debtor else subject.name,
        "partyTypeName": "0" if case.debtor else "1",
        "sexy": case.debtor.sex if case.debtor else "",
        "age": case.debtor.age if case.debtor else 0,
        "cardNum": case.debtor.masked if case.debtor else f"{subject.uscc[:10]}****{subject.uscc[14:]}",
        "courtName": COURT.name,
        "areaName": _PROVINCE,
        "caseCode": case.case_no,
        "regDate": f"{case.filed_on:%Y%m%d}",
        "gxsj": _epoch(case.published_on),
    }


def dishonest(subject: Subject, case: Execution) -> dict[str, Any]:
    """Return an entry of the list of dishonest judgment debtors."""
    return _common(subject, case) | {
        "businessEntity": subject.representative.name,
        "gistId": f"({case.filed_on.year - 1})黑0881民初{case.serial}号",
        "gistUnit": COURT.name,
        "duty": case.obligation,
        "performance": case.performance,
        "performedPart": case.performed,
        "unperformPart": case.unperformed,
        "disruptTypeName": case.conduct,
        "publishDate": _chinese(case.published_on),
    }


def enforcement(subject: Subject, case: Execution) -> dict[str, Any]:
    """Return an enforcement case."""
    return _common(subject, case) | {"execMoney": f"{case.amount}", "caseCreateTime": _chinese(case.filed_on)}


def terminated(subject: Subject, case: Execution) -> dict[str, Any]:
    """Return a case whose execution the court ended without full result."""
    ended = case.terminated_on or case.published_on
    return _common(subject, case) | {
        "execMoney": f"{case.amount}",
        "endDate": f"{ended.year}-{ended.month}-{ended.day}",
        "unperformMoney": f"{case.amount * 3 // 4}",
    }


def restriction(subject: Subject, case: Execution) -> dict[str, Any]:
    """Return an order that restricts the consumption of the debtor's representative."""
    person = subject.representative
    return _common(subject, case) | {
        "xm": person.name,
        "xzcsx": person.sex,
        "cardNum": person.masked,
        "qyxx": subject.name,
        "gx": "经营者" if case.debtor else "法定代表人",
        "fbrq": _chinese(case.published_on),
        "docTitle": f"限制消费令{case.case_no}",
    }


_KINDS: Final[dict[str, tuple[str, Callable[[Subject, Execution], dict[str, Any]]]]] = {
    "/api/dishonest": ("D", dishonest),
    "/api/enforcement": ("E", enforcement),
    "/api/terminated": ("T", terminated),
    "/api/restriction": ("R", restriction),
}


class Court:
    """The court behind its HTTP interface: rows are encoded once, at start."""

    def __init__(self, everyone: Iterable[Known]) -> None:
        self._rows: dict[str, dict[str, list[bytes]]] = {path: defaultdict(list) for path in _KINDS}
        for known in everyone:
            for case in known.facts.executions:
                for path, (letter, dress) in _KINDS.items():
                    if letter in case.lists:
                        row = json.encode(dress(known.subject, case))
                        self._rows[path][known.subject.uscc].append(row)

    def answer(self, asked: Asked) -> Answered:
        """Return the page that ``asked`` names."""
        rows = self._rows.get(asked.path)
        if rows is None:
            return Answered(b'{"code":404,"message":"not found"}', 404)
        query = asked.query
        code, page = query.get("code", ""), query.get("page", "1")
        if not code or not page.isdigit():
            return Answered('{"code":400,"message":"缺少参数 code"}'.encode(), 400)
        return _page(rows.get(code.upper(), []), int(page))

    def nothing(self, asked: Asked) -> Answered:
        """Return an empty page."""
        return _page([], 1)


def _page(rows: list[bytes], page: int) -> Answered:
    shown = rows[(page - 1) * PAGE : page * PAGE]
    last = len(rows) > 0 and page * PAGE >= len(rows)
    head = (
        f'{{"code":200,"message":"成功","data":{{"total":{len(rows) + last},"pageNum":{page},"pageSize":{PAGE},"list":['
    )
    return Answered(head.encode() + b",".join(shown) + b"]}}", keys=1)
