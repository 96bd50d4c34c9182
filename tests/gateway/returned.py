"""Months of invented entries for the tests of the return, and the return that is made of them."""

from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

from gateway.ledger import Denial, Entry, Pseudonym, SourceUse
from gateway.ledger.entry import encode_entry
from gateway.objections.counts import ObjectionCounts as Counted
from gateway.returns.month import Month, read_month
from gateway.returns.owners import CatalogueOwners
from gateway.returns.report import DepartmentReports, Made, Shown, report
from gateway.returns.tally import Tally
from tests.gateway.entries import entry
from tests.gateway.test_working_days import DAYS
from tests.gateway.world import configuration

OCTOBER = read_month("2026-10")
AT = "2026-10-15T02:00:00.000Z"
MADE_AT = "2026-11-03T01:30:00.000Z"
CATALOGUE = configuration().catalogue
OWNERS = CatalogueOwners(CATALOGUE)


def asked(at: str = AT, department: str | None = None, **changes: Any) -> Entry:
    """Return an entry that asks no source and is refused nothing, as ``changes`` say otherwise."""
    blank = {"sources": {}, "denied": (), "outcome": "ANSWERED", "subjects": ()}
    return entry(at=at, department=department, **{**blank, **changes})


def use(source: str, entity: str = "Registration", **changes: Any) -> dict[str, tuple[SourceUse, ...]]:
    """Return the use of one entity of one source, answered once in 20 ms."""
    department = CATALOGUE.sources[source].department if source in CATALOGUE.sources else ""
    made = {"calls": 1, "statuses": {"ANSWERED": 1}, "department": department, "elapsed_ms": 20, **changes}
    return {source: (SourceUse(entity=entity, fields=("name",), **made),)}


def tallied(entries: Iterable[Entry]) -> Tally:
    """Return the tally of ``entries``."""
    tally = Tally(OWNERS)
    tally.add(enumerate(map(encode_entry, entries)))
    return tally


def reports(
    entries: Iterable[Entry],
    month: Month = OCTOBER,
    objected: Sequence[Counted] | None = None,
    shown: Shown = Shown(),  # noqa: B008  (frozen)
    today: str = "2026-11-03",
) -> DepartmentReports:
    """Return the return that is made of ``entries``, all taken to be of ``month``."""
    made = Made(configuration().departments, list(OWNERS), DAYS, today, MADE_AT)
    return report(month, tallied(entries), objected, made, shown)


def invented(count: int, seed: int = 1) -> Iterable[Entry]:
    """Yield ``count`` entries of an ordinary October: queries of many, some refused, some failing."""
    draw = Random(seed)
    sources = list(CATALOGUE.sources)
    askers = [None, None, "taxation", "court", "market_regulation", "finance"]
    for number in range(count):
        second = number * 31 * 86_400 // max(count, 1)
        day, rest = divmod(second, 86_400)
        at = f"2026-10-{day + 1:02d}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}.{number % 1000:03d}Z"
        yield _invented(draw, at, draw.choice(askers), sources)


def _invented(draw: Random, at: str, department: str | None, sources: Sequence[str]) -> Entry:
    if draw.random() < 0.02:
        return asked(at, department, kind="REFUSAL", outcome="REFUSED", code="TOO_COSTLY", count=draw.randint(1, 3))
    uses: dict[str, tuple[SourceUse, ...]] = {}
    for source in draw.sample(sources, draw.randint(1, 6)):
        bad = draw.random() < 0.03
        status = draw.choice(("UNAVAILABLE", "TIMED_OUT", "CLOSED", "MISREAD")) if bad else "ANSWERED"
        records = 0 if bad else draw.randint(0, 5)
        double = source in {"double_publicity", "market_penalties"}
        uses |= use(
            source,
            "AdministrativePenalty" if double else "Registration",
            statuses={status: draw.randint(1, 3)},
            elapsed_ms=int(draw.expovariate(1 / 60)) + 3,
            records=records,
            misread=int(records > 0 and draw.random() < 0.02),
            timely=records if double and draw.random() < 0.7 else 0,
            overdue=int(double and records > 0 and draw.random() < 0.1),
            as_of=f"2026-09-{draw.randint(1, 30):02d}T03:12:45+08:00" if draw.random() < 0.8 else None,
        )
    denied = (Denial(field="TaxCreditRating.level", reason="SCOPE_MISSING"),) if draw.random() < 0.1 else ()
    subjects = tuple(Pseudonym(f"01234567:{draw.getrandbits(256):064x}") for _ in range(draw.randint(1, 3)))
    purpose = "BANK_CREDIT" if department is None else draw.choice(("SUPERVISION", "LAW_ENFORCEMENT"))
    return asked(at, department, sources=uses, denied=denied, subjects=subjects, purpose=purpose)
