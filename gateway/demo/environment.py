"""The environment bureau's two systems, REST JSON behind signed requests (`gateway.demo.signed`).

    penalties     the bureau's own decisions
    credit        environmental credit ratings, and pollutant discharge permits

Oddities kept on purpose (`domain.md` §6.2 D09): dates without leading zeros; the year evaluated is the one before the
year of publication; the scale of Tongjiang in words (环保诚信 … 环保不良) and, for what Harbin rated, five colors with
black; the number of a permit is the code of its holder and a serial, its decision number has other brackets than in
double publicity.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from msgspec import Struct, json

from gateway.demo.chance import hits, pick
from gateway.demo.facts import ENVIRONMENT, License, Penalty
from gateway.demo.listen import Interface
from gateway.demo.scenarios import Known
from gateway.demo.signed import Rows, open_signed
from gateway.demo.subjects import FIRST_ORDINARY, Subject

PENALTIES: Final = "/openapi/v1/penalties"
RATINGS: Final = "/openapi/v1/ratings"
PERMITS: Final = "/openapi/v1/permits"
HARBIN: Final = "哈尔滨市生态环境局(示例)"
POLLUTERS: Final = frozenset({"渔业食品", "热力", "木业", "化肥", "汽车维修", "建筑工程"})
"""Trades that are rated."""


class Grade(Struct, frozen=True):
    """One year's environmental rating; ``level`` in the words of whoever rated, Harbin or the bureau itself."""

    year: int
    level: str
    score: str
    harbin: bool = False


_GRADES: Final[dict[int, tuple[Grade, ...]]] = {
    2: (Grade(2025, "环保良好企业", "86"),),
    3: (Grade(2025, "环保不良企业", "41.5"), Grade(2024, "黑牌", "22", harbin=True)),
    6: (Grade(2025, "黄", "71"), Grade(2024, "环保良好企业", "83")),
    24: (Grade(2023, "红色", "48", harbin=True),),
}
"""Ratings of named subjects (`domain.md` §9: 6 is YELLOW)."""
_WORDS: Final = ("环保诚信企业", "环保良好企业", "环保良好企业", "环保警示企业", "环保不良企业")
_COLORS: Final = ("绿牌", "蓝牌", "黄牌", "红牌", "黑牌")


def grades(subject: Subject) -> tuple[Grade, ...]:
    """Return the environmental ratings of ``subject``, the newest first."""
    number = subject.number
    if number < FIRST_ORDINARY:
        return _GRADES.get(number, ())
    if subject.trade.word not in POLLUTERS:
        return ()
    place = pick("environment grade", number, range(5))
    latest = Grade(2025, _WORDS[place], f"{95 - 15 * place}.5")
    if not hits("environment Harbin", number, 3000):
        return (latest,)
    return (latest, Grade(2024, _COLORS[place], f"{94 - 15 * place}", harbin=True))


def _short(day: date) -> str:
    return f"{day.year}-{day.month}-{day.day}"


def penalty_row(subject: Subject, penalty: Penalty) -> dict[str, Any]:
    """Return a penalty as the bureau sends it; dates without leading zeros, amounts in yuan."""
    day = penalty.decided_on
    return {
        "id": f"HBCF{penalty.serial:08d}",
        "tyshxydm": subject.uscc,
        "xdrmc": subject.name,
        "xdrlb": "法人及非法人组织" if subject.kind != "92" else "个体工商户",
        "fddbr": subject.representative.name,
        "jdswh": penalty.decision_no,
        "wfxwlx": penalty.violation.type,
        "wfss": penalty.violation.facts,
        "cfyj": penalty.violation.grounds,
        "cfzl": penalty.violation.categories,
        "cfnr": penalty.content,
        "fkje": f"{penalty.fine}.00",
        "msje": f"{penalty.confiscated}.00" if penalty.confiscated else None,
        "jdrq": _short(day),
        "gsjzq": penalty.public_until,
        "cfjg": penalty.authority.as_written if day.year < 2025 else penalty.authority.name,
        "cfjgdm": penalty.authority.uscc,
        "ajlb": "简易程序" if penalty.simple else "普通程序",
        "zt": "有效",
        "gxsj": f"{day:%Y-%m-%d} 17:20:00",
    }


def grade_row(subject: Subject, grade: Grade) -> dict[str, Any]:
    """Return a rating as the bureau sends it: of one year, published in the next."""
    published = date(grade.year + 1, 3, 8 if grade.harbin else 20)
    return {
        "id": f"HBPJ{grade.year}{subject.number:06d}{'H' if grade.harbin else 'T'}",
        "dqmc": "哈尔滨市" if grade.harbin else "同江市",
        "tyshxydm": subject.uscc,
        "ztmc": subject.name,
        "pjnd": grade.year,
        "pjdj": grade.level,
        "pjfz": grade.score,
        "pjpc": f"{grade.year}年度第一批",
        "pjmc": f"{grade.year}年度企业环境信用评价",
        "pjjg": HARBIN if grade.harbin else ENVIRONMENT.name,
        "pjjgdm": None if grade.harbin else ENVIRONMENT.uscc,
        "fbsj": _short(published),
        "yxqz": _short(published.replace(year=published.year + 1)),
        "gxsj": f"{published:%Y-%m-%d} 08:00:00",
    }


def permit_row(subject: Subject, each: License) -> dict[str, Any]:
    """Return a pollutant discharge permit; the same decision stands in double publicity."""
    day = each.decided_on
    return {
        "id": f"PWXK{each.serial:08d}",
        "tyshxydm": subject.uscc,
        "dwmc": subject.name,
        "xkzbh": f"{subject.uscc}001V",
        "jdswh": f"{ENVIRONMENT.letters}许[{day.year}]{each.serial}号",
        "wrwzl": each.content,
        "fzrq": _short(day),
        "yxqz": _short(each.valid_to) if each.valid_to else "长期",
        "fzjg": ENVIRONMENT.name,
        "fzjgdm": ENVIRONMENT.uscc,
        "zt": "有效" if each.status == "1" else "已过期",
        "gxsj": f"{day:%Y-%m-%d} 08:00:00",
    }


def _listed(rows: Iterable[tuple[str, dict[str, Any]]]) -> Rows:
    found: dict[str, list[bytes]] = {}
    for uscc, row in rows:
        found.setdefault(uscc, []).append(json.encode(row))
    return found


def open_penalties(everyone: Sequence[Known]) -> Interface:
    """Return the interface of the bureau's decisions."""
    rows = (
        (known.subject.uscc, penalty_row(known.subject, each))
        for known in everyone
        for each in known.facts.environment_penalties
    )
    return open_signed("ENVIRONMENT_PENALTIES", {PENALTIES: _listed(rows)})


def open_credit(everyone: Sequence[Known]) -> Interface:
    """Return the interface of ratings and permits."""
    subjects = [known.subject for known in everyone]
    ratings = ((subject.uscc, grade_row(subject, each)) for subject in subjects for each in grades(subject))
    permits = (
        (known.subject.uscc, permit_row(known.subject, each))
        for known in everyone
        for each in known.facts.licenses
        if each.letters == "PW"
    )
    return open_signed("ENVIRONMENT_CREDIT", {RATINGS: _listed(ratings), PERMITS: _listed(permits)})
