"""The court's enforcement system: REST JSON, one subject a call, pages of ten, and three forms of date in one record.

    GET  /api/dishonest?code=…  /api/enforcement  /api/terminated  /api/restriction  /api/judgment
    POST /api/person/restriction {"zjhm": …}     orders against one person, whose number never stands in an address

Oddities kept on purpose (`domain.md` §3.6): the total is one too high on the last page; `暂无` for nothing; party types
"0" and "1"; masked personal numbers; ages of organizations are 0. Judgments are only pointed to: the text stays where
the court publishes it. On demand it asks for the code in a picture, and fails at random (`gateway.demo.faults`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Final

from msgspec import Struct, ValidationError, json

from gateway.demo.facts import COURT, Execution
from gateway.demo.listen import Answered, Asked, Interface
from gateway.demo.scenarios import Known
from gateway.demo.subjects import Subject

PAGE: Final = 10
PERSON_PATH: Final = "/api/person/restriction"
_PROVINCE: Final = "黑龙江"
_CAUSES: Final = {
    "工程款": "建设工程施工合同纠纷",
    "劳务费": "劳务合同纠纷",
    "修理费": "承揽合同纠纷",
    "货款": "买卖合同纠纷",
}
"""What is owed -> cause of action."""


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


def judgment(subject: Subject, case: Execution) -> dict[str, Any]:
    """Return the judgment on which an enforcement case rests: where it is, not what it says."""
    decided_on = case.filed_on - timedelta(days=75)
    number = f"({case.filed_on.year - 1})黑0881民初{case.serial}号"
    return {
        "id": 500_000_000 + subject.number * 1000 + case.serial % 1000,
        "tyshxydm": subject.uscc,
        "ah": number,
        "ay": next(cause for owed, cause in _CAUSES.items() if owed in case.obligation),
        "fymc": COURT.name,
        "cprq": _chinese(decided_on),
        "dsrdw": "被告",
        "cpjg": "判决被告承担给付责任",
        "wsdz": f"https://wenshu.court.example/{case.filed_on.year - 1}/{case.serial}",
        "gxsj": _epoch(decided_on),
    }


def person_restriction(subject: Subject, case: Execution) -> dict[str, Any]:
    """Return an order that restricts a person's consumption, as one who asks by that person's number gets it."""
    order = restriction(subject, case)
    return {name: order[name] for name in _PERSON_COLUMNS} | {"qydm": subject.uscc}


_PERSON_COLUMNS: Final = (
    "id", "xm", "xzcsx", "cardNum", "qyxx", "gx", "courtName", "areaName", "caseCode", "regDate", "fbrq", "docTitle",
    "gxsj",
)  # fmt: skip
_KINDS: Final[dict[str, tuple[str, Callable[[Subject, Execution], dict[str, Any]]]]] = {
    "/api/dishonest": ("D", dishonest),
    "/api/enforcement": ("E", enforcement),
    "/api/terminated": ("T", terminated),
    "/api/restriction": ("R", restriction),
    "/api/judgment": ("E", judgment),
}


class _Person(Struct):
    zjhm: str
    page: int = 1


class Court:
    """The court behind its HTTP interface: rows are encoded once, at start."""

    def __init__(self, everyone: Iterable[Known]) -> None:
        self._rows: dict[str, dict[str, list[bytes]]] = {path: defaultdict(list) for path in (*_KINDS, PERSON_PATH)}
        for known in everyone:
            for case in known.facts.executions:
                self._keep(known.subject, case)

    def answer(self, asked: Asked) -> Answered:
        """Return the page that ``asked`` names."""
        rows = self._rows.get(asked.path)
        if rows is None:
            return Answered(b'{"code":404,"message":"not found"}', 404)
        if asked.path == PERSON_PATH:
            return _of_person(rows, asked)
        query = asked.query
        code, page = query.get("code", ""), query.get("page", "1")
        if not code or not page.isdigit():
            return Answered('{"code":400,"message":"缺少参数 code"}'.encode(), 400)
        return _page(rows.get(code.upper(), []), int(page))

    def nothing(self, asked: Asked) -> Answered:
        """Return an empty page."""
        return _page([], 1)

    def _keep(self, subject: Subject, case: Execution) -> None:
        for path, (letter, dress) in _KINDS.items():
            if letter in case.lists:
                self._rows[path][subject.uscc].append(json.encode(dress(subject, case)))
        if "R" in case.lists:
            row = json.encode(person_restriction(subject, case))
            self._rows[PERSON_PATH][subject.representative.id_no].append(row)


def _of_person(rows: Mapping[str, list[bytes]], asked: Asked) -> Answered:
    try:
        question = json.decode(asked.body, type=_Person)
    except (ValidationError, ValueError):
        return Answered('{"code":400,"message":"缺少参数 zjhm"}'.encode(), 400)
    return _page(rows.get(question.zjhm.upper(), []), question.page)


def _page(rows: Sequence[bytes], page: int) -> Answered:
    shown = rows[(page - 1) * PAGE : page * PAGE]
    last = len(rows) > 0 and page * PAGE >= len(rows)
    head = (
        f'{{"code":200,"message":"成功","data":{{"total":{len(rows) + last},"pageNum":{page},"pageSize":{PAGE},"list":['
    )
    return Answered(head.encode() + b",".join(shown) + b"]}}", keys=1)


def open_court(everyone: Iterable[Known]) -> Interface:
    """Return the court's interface."""
    return Interface(Court(everyone))
