"""What the platform of the level above holds: entries of other counties, and penalties as the nation publishes them."""

from datetime import date
from typing import Any, Final

from msgspec import Struct

from gateway.demo import codes
from gateway.demo.chance import day, holds, pick
from gateway.demo.days import years_after
from gateway.demo.facts import Authority, Penalty
from gateway.demo.ordinary import penalty
from gateway.demo.scenarios import Known
from gateway.demo.subjects import FIRST_ORDINARY, Subject
from gateway.demo.words import MARKET_VIOLATIONS

COUNTIES: Final = {
    "230882": Authority("富锦市市场监督管理局(示例)", codes.uscc("11", 311), "富市监", ""),
    "230883": Authority("抚远市人力资源和社会保障局(示例)", codes.uscc("11", 312), "抚人社", ""),
    "230826": Authority("桦川县财政局(示例)", codes.uscc("11", 313), "桦财", ""),
}
"""Division -> an authority of that county."""
LISTS: Final = {
    "03": ("政府采购严重违法失信行为记录", "提供虚假材料谋取中标", "230826", 3),
    "05": ("市场监督管理严重违法失信名单", "生产销售不符合标准的产品,情节严重", "230882", 3),
    "06": ("拖欠农民工工资失信联合惩戒对象", "克扣、无故拖欠农民工工资,数额较大", "230883", 3),
    "12": ("严重违法超限超载运输失信当事人", "一年内违法超限运输超过三次", "230882", 2),
}
"""Code -> list, reason, division of the county, years on it."""


class Listing(Struct, frozen=True):
    """One entry of another county; ``removed_on`` None while it stands."""

    serial: int
    code: str
    included_on: date
    removed_on: date | None = None


class Published(Struct, frozen=True):
    """How the nation publishes a penalty that a local source holds too."""

    brackets: str = "（）"
    state: str = "PUBLIC"
    repaired_on: date | None = None
    fine: int | None = None
    """Another amount than the local one."""
    degree: str | None = None


_LISTINGS: Final[dict[int, tuple[Listing, ...]]] = {
    3: (Listing(24, "06", date(2026, 3, 30)),),
    25: (Listing(200, "03", date(2025, 12, 8)),),
    27: (Listing(216, "12", date(2023, 5, 15), date(2025, 5, 14)),),
}
_PUBLISHED: Final[dict[int, Published]] = {
    # Keys are serial numbers of decisions in local sources; 185 is what double publicity still shows.
    28: Published(degree="严重"),
    33: Published(state="REPAIRED", repaired_on=date(2026, 10, 26)),
    50: Published(state="OBJECTION"),
    168: Published(state="ENDED"),
    185: Published(state="REPAIRED", repaired_on=date(2026, 10, 15)),
    208: Published(brackets="【】", fine=25000),
    220: Published(state="SUSPENDED"),
}
_ELSEWHERE: Final = {27: penalty(219, MARKET_VIOLATIONS[0], COUNTIES["230882"], date(2026, 4, 9), fine=15800)}
"""Penalties that no local source holds, by the number of the subject."""


def listings(subject: Subject) -> tuple[Listing, ...]:
    """Return the entries of ``subject`` on lists of other counties."""
    number = subject.number
    if number in _LISTINGS:
        return _LISTINGS[number]
    if not holds(subject, "listed elsewhere", 150):
        return ()
    return (Listing(number * 8, pick("listed elsewhere", number, tuple(LISTS)), day("listed elsewhere", number)),)


def listed_rows(subject: Subject) -> list[dict[str, Any]]:
    """Return the entries as the platform tells them."""
    return [_listing_row(each) for each in listings(subject)]


def _listing_row(each: Listing) -> dict[str, Any]:
    name, reason, division, years = LISTS[each.code]
    authority = COUNTIES[division]
    return {
        "id": f"JMS-L-{each.serial:08d}",
        "listCode": each.code,
        "listName": name,
        "reason": reason,
        "docNo": f"{authority.letters}失信〔{each.included_on.year}〕{each.serial}号",
        "includedOn": each.included_on.isoformat(),
        "validUntil": years_after(each.included_on, years).isoformat(),
        "removedOn": each.removed_on.isoformat() if each.removed_on else None,
        "organ": {"name": authority.name, "code": authority.uscc, "division": division},
    }


def punishment_rows(known: Known) -> list[dict[str, Any]]:
    """Return the penalties of a subject as the nation publishes them, most of which a local source holds as well."""
    facts = known.facts
    local = (*facts.published_penalties, *facts.environment_penalties, *facts.fire_penalties)
    rows = [_punishment_row(each, told) for each in local if (told := _published(known.subject, each)) is not None]
    elsewhere = _ELSEWHERE.get(known.subject.number)
    return rows if elsewhere is None else [*rows, _punishment_row(elsewhere, Published("〔〕"), "230882")]


def _published(subject: Subject, each: Penalty) -> Published | None:
    """Return how a local penalty is published; one in three of the ordinary subjects', and those of scenarios."""
    if subject.number < FIRST_ORDINARY:
        return _PUBLISHED.get(each.serial)
    if subject.number % 3:
        return None
    if subject.number % 15 == 0:
        return Published(state="REPAIRED", repaired_on=max(each.decided_on, date(2026, 9, 1)))
    return Published(fine=each.fine + 1000) if subject.number % 21 == 0 and each.fine else Published()


def _punishment_row(each: Penalty, told: Published, division: str = "230881") -> dict[str, Any]:
    fine = each.fine if told.fine is None else told.fine
    return {
        "id": f"CN-P-{each.serial:08d}",
        "docNo": each.decision_no.translate(str.maketrans("〔〕", told.brackets)),
        "violation": each.violation.type,
        "facts": each.violation.facts,
        "grounds": each.violation.grounds,
        "kinds": each.violation.categories,
        "content": each.content if told.fine is None else f"罚款{fine}元",
        "fineYuan": float(fine) if fine else None,
        "confiscatedYuan": float(each.confiscated) if each.confiscated else None,
        "decidedOn": each.decided_on.isoformat(),
        "publicUntil": years_after(each.decided_on, 1).isoformat(),
        "degree": told.degree,
        "state": told.state,
        "repairedOn": told.repaired_on.isoformat() if told.repaired_on else None,
        "simple": each.simple,
        "organ": {"name": each.authority.name, "code": each.authority.uscc, "division": division},
    }
