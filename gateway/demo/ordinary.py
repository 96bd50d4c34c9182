"""Facts of ordinary subjects: drawn from a generator seeded by the subject's number, so the same at any size.

Averages per subject: 3.4 licenses, 1 penalty over four sources, 2 tax ratings, 0.06 enforcement cases.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Final

from gateway.demo.facts import (
    ENVIRONMENT,
    FIRE,
    HOUSING,
    LABOR,
    MARKET,
    REFERENCE,
    TRANSPORT,
    Authority,
    Execution,
    Facts,
    License,
    Penalty,
    Rating,
    before,
)
from gateway.demo.subjects import Subject
from gateway.demo.words import (
    ENVIRONMENT_VIOLATIONS,
    FIRE_VIOLATIONS,
    LICENSES,
    MARKET_VIOLATIONS,
    PUBLICITY_VIOLATIONS,
    Violation,
)

LICENSORS: Final = (MARKET, TRANSPORT, ENVIRONMENT, FIRE, MARKET, MARKET, HOUSING, TRANSPORT, MARKET, MARKET)
"""Who grants the license at the same place of `LICENSES`."""
PUNISHERS: Final = (MARKET, TRANSPORT, HOUSING, LABOR, MARKET)
"""Who punishes the violation at the same place of `PUBLICITY_VIOLATIONS`."""
_DAYS: Final = [before(days) for days in range(2200)]
_LEVELS: Final = ("A", "A", "B", "B", "B", "M", "M", "C", "D")
_SCORES: Final = {"A": 90, "B": 70, "M": 70, "C": 40, "D": 10}


def ordinary_facts(subject: Subject) -> Facts:
    """Return what the departments know of an ordinary ``subject``."""
    draw = Random(subject.number)  # noqa: S311  # repeatable demo data, not a secret
    number = subject.number
    return Facts(
        licenses=tuple(_license(draw, number, turn) for turn in range(draw.choice((2, 3, 3, 3, 4, 4, 5)))),
        published_penalties=_penalties(draw, number, 0.30, PUBLICITY_VIOLATIONS, PUNISHERS, 2),
        environment_penalties=_penalties(draw, number, 0.08, ENVIRONMENT_VIOLATIONS, (ENVIRONMENT,), 1),
        fire_penalties=_penalties(draw, number, 0.15, FIRE_VIOLATIONS, (FIRE,), 1),
        market_penalties=_penalties(draw, number, 0.20, MARKET_VIOLATIONS, (MARKET,), 1) if subject.registered else (),
        ratings=_ratings(draw, subject),
        executions=_executions(draw, subject),
    )


def _license(draw: Random, number: int, turn: int) -> License:
    place = (number + turn * 3) % len(LICENSES)
    age = int(draw.random() * 2190)
    valid_to = _DAYS[age] + timedelta(days=365 * 5) if turn else None
    expired = valid_to is not None and valid_to < REFERENCE
    keyed_by = "GSZC" if turn == 2 and number % 9 == 0 else "SHXYM"
    return granted(number * 8 + turn, place, _DAYS[age], valid_to, keyed_by, status="2" if expired else "1")


def granted(
    serial: int, place: int, decided_on: date, valid_to: date | None, keyed_by: str = "SHXYM", *, status: str = "1"
) -> License:
    """Return the license at ``place`` of `LICENSES`, granted by whoever grants it."""
    decision_name, certificate, letters, content, category = LICENSES[place]
    return License(
        serial=serial,
        decision_name=f"准予{decision_name}决定书",
        certificate_name=certificate,
        letters=letters,
        content=content,
        category=category,
        decided_on=decided_on,
        valid_to=valid_to,
        authority=LICENSORS[place],
        status=status,
        keyed_by=keyed_by,
    )


def _penalties(
    draw: Random, number: int, share: float, menu: Sequence[Violation], authorities: Sequence[Authority], most: int
) -> tuple[Penalty, ...]:
    if draw.random() >= share:
        return ()
    return tuple(_penalty(draw, number, turn, menu, authorities) for turn in range(1 + int(draw.random() * most)))


def _penalty(
    draw: Random, number: int, turn: int, menu: Sequence[Violation], authorities: Sequence[Authority]
) -> Penalty:
    place = int(draw.random() * len(menu))
    violation, authority = menu[place], authorities[place % len(authorities)]
    decided_on = _DAYS[int(draw.random() * 1800)]
    return penalty(number * 8 + turn, violation, authority, decided_on, fine=violation.fine * (1 + turn))


def penalty(serial: int, violation: Violation, authority: Authority, decided_on: date, fine: int) -> Penalty:
    """Return a penalty whose further fields follow from the violation; published for one year."""
    return Penalty(
        serial=serial,
        decision_no=f"{authority.letters}罚〔{decided_on.year}〕{serial}号",
        violation=violation,
        fine=fine,
        confiscated=fine // 10 if "没收" in violation.categories else 0,
        decided_on=decided_on,
        authority=authority,
        public_until=(decided_on + timedelta(days=365)).isoformat(),
        simple=fine == 0,
    )


def _ratings(draw: Random, subject: Subject) -> tuple[Rating, ...]:
    if subject.kind not in {"91", "93"}:
        return ()
    return ratings("".join(draw.choice(_LEVELS) for _ in range(draw.choice((1, 2, 3, 3)))))


def ratings(levels: str) -> tuple[Rating, ...]:
    """Return ratings of the last years, the newest (2025, decided in April 2026) first."""
    return tuple(
        Rating(2025 - turn, level, _SCORES[level.upper()] + 7 - turn, date(2026 - turn, 4, 15))
        for turn, level in enumerate(levels)
    )


def _executions(draw: Random, subject: Subject) -> tuple[Execution, ...]:
    if draw.random() >= 0.04:
        return ()
    return tuple(_execution(draw, subject, turn) for turn in range(draw.choice((1, 1, 2))))


def _execution(draw: Random, subject: Subject, turn: int) -> Execution:
    filed = int(100 + draw.random() * 1200)
    amount = 1000 * int(5 + draw.random() * 900)
    return Execution(
        serial=subject.number * 8 + turn,
        filed_on=_DAYS[filed],
        published_on=_DAYS[filed - 30],
        amount=amount,
        lists=draw.choice(("E", "E", "ED", "EDR", "ET", "ETR")),
        obligation=f"被执行人给付申请执行人货款{amount}元及利息",
        terminated_on=_DAYS[filed - 90],
    )
