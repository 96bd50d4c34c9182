"""The market registry: PostgreSQL schema `scjdgl` in the style of registration databases.

Oddities kept on purpose (`domain.md` §6.2 D01): credit codes in lower case, organization codes with a hyphen, capital
in ten thousand yuan, `9999-09-09` for no end, rows that are only flagged D when deleted, people in a second table, one
registration number that two live companies share, one state code that no code table lists, one organization code that
is not the one in the unified code.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import asyncpg

from gateway.demo import codes
from gateway.demo.facts import MARKET
from gateway.demo.registry_events import FORMER_NAMES, INDEXES, LAYOUT, ROWS
from gateway.demo.scenarios import Known
from gateway.demo.subjects import Person, Subject, person

SCHEMA: Final = "scjdgl"
READER: Final = "gateway_reader"
"""The role by which the gateway reads; it may do nothing else."""
BASE_COLUMNS: Final = (
    "pripid", "uniscid", "regno", "zzjgdm", "entname", "cym", "enttype", "enttype_cn", "regstate", "regcap",
    "regcapcur", "dom", "domdistrict", "industryphy", "industryco", "opscope", "estdate", "apprdate", "opfrom", "opto",
    "regorg", "regorg_cn", "s_ext_timestamp", "s_ext_sequence", "s_ext_flag",
)  # fmt: skip
PERSON_COLUMNS: Final = (
    "ryid", "pripid", "name", "sex", "certype", "cerno", "position", "position_cn", "lerepsign", "natcode",
    "arrchdate", "enddate", "s_ext_timestamp", "s_ext_flag",
)  # fmt: skip

_TABLES: Final = f"""
CREATE SCHEMA {SCHEMA};
SET search_path = {SCHEMA};
CREATE TABLE e_baseinfo (
    pripid varchar(36) NOT NULL, uniscid varchar(18), regno varchar(50), zzjgdm varchar(10), entname varchar(300),
    cym varchar(600), enttype varchar(4), enttype_cn varchar(100), regstate varchar(2), regcap numeric(18, 6),
    regcapcur varchar(3), dom varchar(512), domdistrict varchar(6), industryphy varchar(1), industryco varchar(4),
    opscope text, estdate date, apprdate date, opfrom date, opto date, regorg varchar(18), regorg_cn varchar(100),
    s_ext_timestamp timestamp, s_ext_sequence bigint, s_ext_flag char(1));
CREATE TABLE e_pri_person (
    ryid varchar(40) NOT NULL, pripid varchar(36) NOT NULL, name varchar(200), sex varchar(1), certype varchar(2),
    cerno varchar(50), position varchar(4), position_cn varchar(50), lerepsign varchar(1), natcode varchar(3),
    arrchdate date, enddate date, s_ext_timestamp timestamp, s_ext_flag char(1));
CREATE VIEW v_person_role AS
    SELECT p.*, b.uniscid, b.entname FROM e_pri_person p JOIN e_baseinfo b USING (pripid)
    WHERE b.s_ext_flag <> 'D';
"""  # noqa: S608  # the schema's name is a constant of this module
_INDEXES: Final = """
CREATE INDEX ON e_baseinfo (uniscid);
CREATE INDEX ON e_baseinfo (regno);
CREATE INDEX ON e_baseinfo (zzjgdm);
CREATE INDEX ON e_baseinfo (pripid);
CREATE INDEX ON e_pri_person (pripid);
CREATE INDEX ON e_pri_person (cerno);
ANALYZE;
"""
_TYPES: Final = {
    "91": ("1130", "有限责任公司(自然人投资或控股)"),
    "92": ("9500", "个体工商户"),
    "93": ("9100", "农民专业合作社"),
}
_LONG_TERM: Final = date(9999, 9, 9)
_FIRST_DAY: Final = date(2003, 3, 1)
OTHER_CODE: Final = 900_023
"""The running number of the organization code that the registry holds for subject 23; nobody else has it."""
UNLISTED_STATE: Final = "77"
"""A state code that the registry's own code table does not list (subject 23)."""


def base_row(subject: Subject, *, flag: str = "I", name: str | None = None) -> tuple[Any, ...]:
    """Return the row of ``BASE_COLUMNS`` of one registered subject."""
    number, trade = subject.number, subject.trade
    founded = _FIRST_DAY + timedelta(days=number * 37 % 8000)
    changed = founded + timedelta(days=number * 11 % 600)
    code, in_words = _TYPES[subject.kind]
    return (
        subject.pripid,
        subject.uscc.lower(),
        subject.registration_number,
        _org_code(subject),
        name or subject.name,
        FORMER_NAMES.get(number),
        code,
        in_words,
        UNLISTED_STATE if number == 23 else "2" if number % 50 == 41 else "1",
        Decimal(number * 13 % 500 + 5) / 2 if subject.kind != "92" else None,
        "156",
        subject.address,
        "230881",
        trade.section,
        trade.code,
        trade.scope,
        founded,
        changed,
        founded,
        _LONG_TERM if number % 3 else founded + timedelta(days=10_957),
        MARKET.uscc,
        MARKET.name,
        datetime.combine(changed, datetime.min.time()).replace(hour=2, minute=15),
        number,
        flag,
    )


def _org_code(subject: Subject) -> str:
    """Return the organization code in the registry: of subject 23 it is not the one in its unified code."""
    code = codes.uscc("91", OTHER_CODE)[8:17] if subject.number == 23 else subject.org_code
    return f"{code[:8]}-{code[8]}"


def person_row(subject: Subject, who: Person, turn: int, position: str, flag: str = "I") -> tuple[Any, ...]:
    """Return the row of ``PERSON_COLUMNS`` of one role; the first one (``turn`` 0) is the legal representative."""
    since = _FIRST_DAY + timedelta(days=subject.number * 37 % 8000)
    code = {"执行董事": "432A", "监事": "408A", "经营者": "4900", "理事长": "436A", "董事长": "431A"}[position]
    return (
        f"{subject.pripid}-{turn}",
        subject.pripid,
        who.name,
        "1" if who.sex == "男" else "2",
        "10",
        who.id_no,
        code,
        position,
        "1" if turn == 0 else "2",
        "156",
        since,
        date(2024, 1, 31) if flag == "D" else None,
        datetime.combine(since, datetime.min.time()).replace(hour=2, minute=15),
        flag,
    )


def base_rows(everyone: Iterable[Known]) -> Iterator[tuple[Any, ...]]:
    """Yield the registered subjects; 24 is deleted, and 6 has a deleted row beside the live one."""
    for known in everyone:
        subject = known.subject
        if subject.registered:
            yield base_row(subject, flag="D" if subject.number == 24 else "U" if subject.number % 4 == 0 else "I")
            if subject.number == 6:
                yield base_row(subject, flag="D", name="同江热电有限公司(示例)")


def person_rows(everyone: Iterable[Known]) -> Iterator[tuple[Any, ...]]:
    """Yield the roles: representatives, supervisors, and a former representative (deleted) of subject 4."""
    for known in everyone:
        subject = known.subject
        if not subject.registered:
            continue
        yield person_row(subject, subject.representative, 0, _first_position(subject))
        if subject.kind == "91":
            # The representative of 4 supervises 5; elsewhere somebody of their own does.
            supervisor = person(4) if subject.number == 5 else person(subject.number + 150_000)
            yield person_row(subject, supervisor, 1, "监事")
        if subject.number == 4:
            yield person_row(subject, person(150_900), 2, "董事长", flag="D")


def _first_position(subject: Subject) -> str:
    return {"92": "经营者", "93": "理事长"}.get(subject.kind, "执行董事")


async def write_registry(url: str, password: str, everyone: Sequence[Known]) -> None:
    """Fill the database behind ``url`` and let `READER` read it with ``password``."""
    database = await asyncpg.connect(url)
    try:
        await database.execute(_TABLES + LAYOUT)
        for table, columns, rows in (
            ("e_baseinfo", BASE_COLUMNS, base_rows(everyone)),
            ("e_pri_person", PERSON_COLUMNS, person_rows(everyone)),
            *((table, columns, rows_of(everyone)) for table, (columns, rows_of) in ROWS.items()),
        ):
            await database.copy_records_to_table(table, schema_name=SCHEMA, columns=columns, records=rows)
        await database.execute(INDEXES + _INDEXES)
        # The password is made here of letters and digits only; a role's password cannot be a bind parameter.
        await database.execute(
            f"CREATE ROLE {READER} LOGIN PASSWORD '{password}';"
            f"GRANT USAGE ON SCHEMA {SCHEMA} TO {READER}; GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {READER};"
        )
        # What subjects withhold from publication stands in this table: the view without it is all that is offered.
        await database.execute(f"REVOKE ALL ON {SCHEMA}.an_baseinfo FROM {READER}")
    finally:
        await database.close()
