"""The core platform of social insurance: a PostgreSQL database of its own, asked by its own unit numbers.

Oddities kept on purpose (`domain.md` §6.2 D07): months as YYYYMM; kinds of insurance 11 pension, 21 unemployment, 31
medical, 41 injury, 51 maternity; one row a kind in the tables, one row a unit in the view; no unified code in old rows;
organization codes with a hyphen; what was paid in a month stands there a month later; one unit has two numbers.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import asyncpg
from msgspec import Struct

from gateway.demo.chance import hits, holds, lot
from gateway.demo.codes import unit_number
from gateway.demo.facts import LABOR
from gateway.demo.listed import Listed, listed
from gateway.demo.scenarios import Known
from gateway.demo.subjects import FIRST_ORDINARY, Subject

Row = tuple[Any, ...]

DATABASE: Final = "sbhx"
READER: Final = "social_insurance_reader"
"""The role by which the gateway reads; it may do nothing else."""
KINDS: Final = ("11", "21", "31", "41", "51")
LAST_MONTH: Final = "202609"
"""The last month that is there."""
LOADED: Final = datetime(2026, 10, 4, 1, 30)
"""When that month was closed and loaded."""
MONTHS: Final = 12
"""How many months of payments are there; of ordinary subjects only two, for the demo to stay small."""
FRAUD_REASONS: Final = ("伪造证明材料骗取社会保险待遇", "拒不缴纳社会保险费,经责令限期缴纳逾期仍不缴纳")
_FRAUD: Final[dict[int, tuple[Listed, ...]]] = {26: (Listed(26, FRAUD_REASONS[0], date(2025, 6, 17)),)}
_TABLES: Final = """
CREATE TABLE ab01 (
    aab001 varchar(20) PRIMARY KEY, aab003 varchar(10), aab998 varchar(18), aab004 varchar(300), aab050 varchar(6),
    aab051 varchar(1), aae036 timestamp);
CREATE TABLE ab02 (
    aab001 varchar(20) NOT NULL, aae140 varchar(2) NOT NULL, aac001 integer, aae042 varchar(6),
    PRIMARY KEY (aab001, aae140));
CREATE TABLE ab07 (
    aaz288 varchar(30) PRIMARY KEY, aab001 varchar(20) NOT NULL, aae140 varchar(2), aae341 varchar(5),
    aae003 varchar(6), aae041 varchar(6), aae042 varchar(6), aac001 integer, aae080 numeric(16, 2), aae079 date);
CREATE TABLE ab08 (aab001 varchar(20) PRIMARY KEY, aae044 varchar(6), aae201 integer, aae082 numeric(16, 2));
CREATE TABLE gj01 (
    dwzh varchar(20) PRIMARY KEY, aab001 varchar(20) NOT NULL, jcrs integer, yjce numeric(16, 2), jzny varchar(6),
    gjzt varchar(1), aae036 timestamp);
CREATE TABLE sx01 (
    sxid varchar(20) PRIMARY KEY, aab001 varchar(20) NOT NULL, aab004 varchar(300), lryy varchar(300), lrrq varchar(8),
    lrwh varchar(60), lrjg varchar(100), ycrq varchar(8), ycyy varchar(300), aae036 timestamp);
"""
_COLUMN_PER_KIND: Final = ", ".join(
    f"max({column}) FILTER (WHERE aae140 = '{kind}') AS {name}_{kind}"
    for kind in KINDS
    for column, name in (("aac001", "rs"), ("aae042", "jz"))
)
_VIEWS: Final = f"""
CREATE INDEX ON ab01 (aab003);
CREATE INDEX ON ab01 (aab998);
CREATE INDEX ON ab07 (aab001);
CREATE INDEX ON gj01 (aab001);
CREATE INDEX ON sx01 (aab001);
CREATE VIEW v_dwcb AS
    SELECT u.*, k.*, '{LAST_MONTH}' AS ssny, q.aae044 AS qfny, q.aae201 AS qfys, q.aae082 AS qfje
    FROM ab01 u
    JOIN LATERAL (SELECT max(aac001) AS rs, {_COLUMN_PER_KIND} FROM ab02 WHERE ab02.aab001 = u.aab001) k ON true
    LEFT JOIN ab08 q ON q.aab001 = u.aab001;
CREATE VIEW v_gjj AS SELECT g.*, u.aab004, '{LAST_MONTH}' AS ssny FROM gj01 g JOIN ab01 u USING (aab001);
ANALYZE;
"""  # noqa: S608  # names and constants of this module


class Unit(Struct, frozen=True):
    """One unit as it stands here: ``staff`` insured, ``behind`` months not paid for."""

    number: str
    staff: int
    behind: int
    since: str
    status: str


def units(subject: Subject) -> tuple[Unit, ...]:
    """Return the units of a subject that employs people; subject 6 has two, of its two works."""
    number = subject.number
    if subject.kind == "N2" or (subject.kind == "92" and not holds(subject, "insured", 3000, {7})):
        return ()
    behind = {3: 6, 27: 2}.get(number, 1 + lot("behind", number) % 5 if holds(subject, "behind", 500) else 0)
    status = "2" if holds(subject, "suspended", 200) else "1"
    since = f"{2004 + number % 20}{1 + number % 12:02d}"
    unit = Unit(unit_number(number), _staff(subject), behind, since, status)
    return (unit, Unit(unit_number(900_006), 18, 0, "201911", "1")) if number == 6 else (unit,)


def _staff(subject: Subject) -> int:
    largest = {"12": 400, "11": 120, "92": 4}.get(subject.kind, 60)
    return 1 + lot("staff", subject.number) % largest


def month(behind: int) -> str:
    """Return the month ``behind`` the last one as YYYYMM."""
    months = int(LAST_MONTH[:4]) * 12 + int(LAST_MONTH[4:]) - 1 - behind
    return f"{months // 12}{months % 12 + 1:02d}"


def frauds(subject: Subject) -> tuple[Listed, ...]:
    """Return the entries on the list of serious dishonesty in social insurance."""
    return listed(subject, "social insurance", _FRAUD, 20, FRAUD_REASONS) if units(subject) else ()


def _unit_rows(subject: Subject) -> Iterator[Row]:
    for unit in units(subject):
        old = unit.since < "201510" and hits("old unit", subject.number, 7000)
        yield (
            unit.number,
            f"{subject.org_code[:8]}-{subject.org_code[8]}",
            None if old else subject.uscc,
            subject.name,
            unit.since,
            unit.status,
            LOADED,
        )


def _insured_rows(subject: Subject) -> Iterator[Row]:
    """Yield a row a kind; an individual business insures against unemployment and injury only."""
    for unit in units(subject):
        for at, kind in enumerate(KINDS):
            if subject.kind != "92" or kind in {"21", "41"}:
                yield (unit.number, kind, max(1, unit.staff - at), month(unit.behind))


def _payment_rows(subject: Subject) -> Iterator[Row]:
    """Yield the payments of the last months, a row a kind: 1,200 yuan a head for pensions, less for the others."""
    months = MONTHS if subject.number < FIRST_ORDINARY else 2
    for unit in units(subject):
        for behind in range(unit.behind, months):
            for at, kind in enumerate(KINDS if subject.kind != "92" else ("21", "41")):
                paid = Decimal(unit.staff * (1200 - at * 230))
                due = month(behind)
                at_last = date(int(due[:4]), int(due[4:]), 20)
                serial = f"{unit.number}{due}{kind}"
                yield (serial, unit.number, kind, f"1020{at + 1}", due, due, due, unit.staff, paid, at_last)


def _arrears_rows(subject: Subject) -> Iterator[Row]:
    for unit in units(subject):
        if unit.behind:
            yield (unit.number, month(0), unit.behind, Decimal(unit.staff * 2100 * unit.behind))


def _fund_rows(subject: Subject) -> Iterator[Row]:
    """Yield the housing fund accounts: individual businesses have none."""
    for unit in units(subject):
        if subject.kind != "92" and holds(subject, "fund", 8000, range(100)):
            account, staff = f"0881{unit.number[-7:]}", max(1, unit.staff - 2)
            paid_to, amount = month(min(unit.behind, 1)), Decimal(staff * 850)
            yield (account, unit.number, staff, amount, paid_to, "1" if unit.status == "1" else "2", LOADED)


def _fraud_rows(subject: Subject) -> Iterator[Row]:
    for each in frauds(subject):
        yield (
            f"SX{each.serial:08d}",
            units(subject)[0].number,
            subject.name,
            each.reason,
            f"{each.included_on:%Y%m%d}",
            f"{LABOR.letters}社保失信〔{each.included_on.year}〕{each.serial}号",
            LABOR.name,
            f"{each.removed_on:%Y%m%d}" if each.removed_on else None,
            each.removal_reason or None,
            LOADED,
        )


_ROWS: Final[dict[str, Callable[[Subject], Iterator[Row]]]] = {
    "ab01": _unit_rows,
    "ab02": _insured_rows,
    "ab07": _payment_rows,
    "ab08": _arrears_rows,
    "gj01": _fund_rows,
    "sx01": _fraud_rows,
}


async def write_social_insurance(url: str, password: str, everyone: Iterable[Known]) -> None:
    """Make the database `DATABASE` on the server of ``url``, fill it, and let `READER` read it with ``password``."""
    server = await asyncpg.connect(url)
    try:
        await server.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await server.close()
    subjects = [known.subject for known in everyone]
    database = await asyncpg.connect(url, database=DATABASE)
    try:
        await database.execute(_TABLES)
        for table, rows in _ROWS.items():
            await database.copy_records_to_table(table, records=(row for subject in subjects for row in rows(subject)))
        await database.execute(_VIEWS)
        # The password is made here of letters and digits only; a role's password cannot be a bind parameter.
        await database.execute(
            f"CREATE ROLE {READER} LOGIN PASSWORD '{password}';GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER};"
        )
    finally:
        await database.close()
