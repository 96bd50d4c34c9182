"""How the users of the city's market of intermediaries rated them: surveyors, appraisers, tax agents, consultants."""

from datetime import date
from typing import Final

from msgspec import Struct

from gateway.demo.chance import holds, pick
from gateway.demo.subjects import Subject

TRADES: Final = frozenset({"网络科技", "环保科技", "物业服务"})
SERVICES: Final = ("工程造价咨询", "环境影响评价", "资产评估", "涉税服务")


class Evaluation(Struct, frozen=True):
    """One year's evaluation of an intermediary."""

    service: str
    grade: str
    year: int
    decided_on: date


_NAMED: Final = {25: (Evaluation("投资咨询", "B", 2025, date(2026, 3, 6)),)}


def evaluations(subject: Subject) -> tuple[Evaluation, ...]:
    """Return the evaluations of ``subject``, when it is an intermediary."""
    number = subject.number
    if number in _NAMED:
        return _NAMED[number]
    if subject.kind != "91" or subject.trade.word not in TRADES or not holds(subject, "intermediary", 5000):
        return ()
    service, grade = pick("intermediary", number, SERVICES), pick("intermediary grade", number, "AAABBC")
    return (Evaluation(service, grade, 2025, date(2026, 3, 6)),)
