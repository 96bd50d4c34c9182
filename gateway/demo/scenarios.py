"""The facts of the named subjects: one situation each that the gateway must show rightly (`domain.md` §9).

Raw oddities that belong to a department's system alone (formats of dates, codes in lower case) are in its module.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from gateway.demo.facts import (
    ENVIRONMENT,
    FIRE,
    HOUSING,
    LABOR,
    MARKET,
    TRANSPORT,
    Execution,
    Facts,
)
from gateway.demo.ordinary import granted, ordinary_facts, penalty, ratings
from gateway.demo.sectors import with_sectors
from gateway.demo.subjects import FIRST_ORDINARY, Subject, person, subjects
from gateway.demo.words import (
    ENVIRONMENT_VIOLATIONS,
    FIRE_VIOLATIONS,
    MARKET_VIOLATIONS,
    PUBLICITY_VIOLATIONS,
)

_TRADE = (granted(8, 8, date(2022, 3, 7), None), granted(9, 1, date(2024, 5, 20), date(2028, 5, 19)))
_FOOD = (granted(16, 0, date(2023, 6, 1), date(2028, 5, 31)),)
_FOOD_PENALTY = penalty(17, PUBLICITY_VIOLATIONS[4], MARKET, date(2026, 8, 14), fine=2000)

_NORTH_BANK = Facts(
    licenses=(granted(24, 6, date(2021, 9, 30), date(2026, 9, 29)),),
    published_penalties=(
        replace(
            penalty(25, PUBLICITY_VIOLATIONS[3], LABOR, date(2026, 3, 18), fine=50000),
            license_affected="建筑业企业资质证书 JZ230881024",
        ),
        replace(
            penalty(26, PUBLICITY_VIOLATIONS[2], HOUSING, date(2025, 12, 2), fine=20000), effective_until="无处罚期限"
        ),
    ),
    environment_penalties=(penalty(27, ENVIRONMENT_VIOLATIONS[1], ENVIRONMENT, date(2026, 1, 20), fine=26000),),
    fire_penalties=(penalty(28, FIRE_VIOLATIONS[2], FIRE, date(2026, 5, 11), fine=1230000),),
    market_penalties=(penalty(29, MARKET_VIOLATIONS[1], MARKET, date(2026, 2, 3), fine=3000),),
    ratings=ratings("DDC"),
    executions=(
        Execution(123, date(2026, 2, 9), date(2026, 4, 13), 3860000, "EDR", "给付工程款3860000元"),
        Execution(
            87,
            date(2025, 7, 9),
            date(2025, 9, 1),
            412000,
            "EDT",
            "给付劳务费412000元",
            performance="部分未履行",
            performed="112000元",
            unperformed="300000元",
            conduct="违反财产报告制度",
            terminated_on=date(2025, 12, 30),
        ),
    ),
)
_REPAIRED = replace(
    penalty(33, PUBLICITY_VIOLATIONS[1], TRANSPORT, date(2026, 2, 25), fine=30000),
    status="9",
    repaired_on=date(2026, 10, 26),
)
_STALL = Facts(
    licenses=(
        granted(56, 4, date(2012, 4, 16), None, "GSZC"),
        granted(57, 0, date(2025, 4, 16), date(2030, 4, 15), "GSZC"),
        granted(58, 5, date(2026, 4, 16), None),
    ),
    published_penalties=(
        replace(penalty(59, PUBLICITY_VIOLATIONS[0], MARKET, date(2026, 6, 9), fine=0), keyed_by="GSZC"),
    ),
    market_penalties=(penalty(60, MARKET_VIOLATIONS[2], MARKET, date(2026, 7, 21), fine=0),),
    executions=(
        Execution(311, date(2026, 5, 22), date(2026, 7, 13), 26000, "ED", "给付货款26000元", debtor=person(7)),
    ),
)
_OVERWRITTEN = replace(
    penalty(184, PUBLICITY_VIOLATIONS[1], TRANSPORT, date(2025, 3, 4), fine=30000), public_until="2026-10-20 03:12:45"
)
_PLACEHOLDER = replace(
    penalty(185, PUBLICITY_VIOLATIONS[4], MARKET, date(2025, 11, 17), fine=2000),
    public_until="1900-1-1 0:00:00",
    effective_until="2099-12-31",
)
_BRACKETS = penalty(208, PUBLICITY_VIOLATIONS[2], HOUSING, date(2026, 4, 27), fine=20000)
_PAST = penalty(168, PUBLICITY_VIOLATIONS[3], LABOR, date(2024, 5, 20), fine=50000)
"""An order to suspend business within three years, of which the nation says that its publicity has ended."""
_MANY = tuple(
    Execution(2000 + turn, date(2024, 1 + turn % 12, 1 + turn), date(2025, 1, 10), 10000 + turn, "E", "给付修理费")
    for turn in range(23)
)

_SCENARIOS: Final[dict[int, Facts]] = {
    1: Facts(licenses=_TRADE, ratings=ratings("AAA")),
    2: Facts(licenses=_FOOD, published_penalties=(_FOOD_PENALTY,), ratings=ratings("BB")),
    3: _NORTH_BANK,
    4: Facts(licenses=(_TRADE[1],), published_penalties=(_REPAIRED,), ratings=ratings("BA")),
    5: Facts(licenses=(granted(40, 0, date(2024, 8, 5), date(2029, 8, 4)),), ratings=ratings("A"), tax_closed=True),
    6: Facts(
        licenses=(granted(48, 2, date(2023, 10, 9), date(2028, 10, 8)), granted(49, 9, date(2020, 10, 12), None)),
        environment_penalties=(penalty(50, ENVIRONMENT_VIOLATIONS[0], ENVIRONMENT, date(2025, 1, 15), fine=100000),),
        ratings=ratings("aB"),
    ),
    7: _STALL,
    8: Facts(
        licenses=(
            granted(64, 4, date(2013, 5, 3), None, "ZZJG"),
            granted(65, 7, date(2024, 3, 29), date(2029, 3, 28), "SWDJ"),
        ),
        ratings=ratings("M"),
    ),
    9: Facts(licenses=(granted(72, 3, date(2022, 1, 18), None),)),
    11: Facts(licenses=(granted(88, 9, date(2019, 6, 24), None),)),
    12: Facts(),
    14: Facts(licenses=(granted(112, 7, date(2025, 2, 14), date(2030, 2, 13)),)),
    21: Facts(published_penalties=(_PAST,), ratings=ratings("B")),
    22: Facts(ratings=ratings("C")),
    23: Facts(published_penalties=(_OVERWRITTEN, _PLACEHOLDER), ratings=ratings("MB")),
    24: Facts(),
    25: Facts(ratings=ratings("B")),
    26: Facts(
        published_penalties=(
            _BRACKETS,
            replace(_BRACKETS, serial=209, decision_no=_BRACKETS.decision_no.translate(str.maketrans("〔〕", "()"))),
            replace(penalty(210, PUBLICITY_VIOLATIONS[0], MARKET, date(2025, 5, 6), fine=0), status="D"),
        ),
        ratings=ratings("C"),
        executions=(Execution(412, date(2026, 6, 1), date(2026, 8, 3), 180000, "ER", "给付劳务费180000元"),),
    ),
    27: Facts(executions=_MANY, ratings=ratings("C")),
}


def facts(subject: Subject) -> Facts:
    """Return what the departments know of ``subject``."""
    if subject.number >= FIRST_ORDINARY:
        return ordinary_facts(subject)
    return with_sectors(subject.number, _SCENARIOS.get(subject.number, Facts()))


class Known(Struct, frozen=True):
    """A subject and what the departments know of it."""

    subject: Subject
    facts: Facts


def everyone(size: int) -> Iterator[Known]:
    """Yield ``size`` subjects with their facts."""
    return (Known(subject, facts(subject)) for subject in subjects(size))
