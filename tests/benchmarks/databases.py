"""The registry (PostgreSQL), double publicity (SQLite) and the two penalty lists (CSV), asked by hand."""

import asyncio
import csv
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import local
from typing import Any, Final

from tests.benchmarks import records
from tests.benchmarks.reading import text
from tests.benchmarks.records import By, Numbers, Record

_REGISTRATIONS: Final = """
SELECT uniscid, regno, zzjgdm, entname, cym, enttype, enttype_cn, regstate, regcap, regcapcur, dom, domdistrict,
    industryphy, industryco, opscope, estdate, apprdate, opfrom, opto, regorg, regorg_cn
FROM scjdgl.e_baseinfo WHERE uniscid = ANY($1) AND s_ext_flag <> 'D'"""
_NAMES: Final = "SELECT uniscid, entname FROM scjdgl.e_baseinfo WHERE uniscid = ANY($1) AND s_ext_flag <> 'D'"
_REPRESENTATIVES: Final = """
SELECT uniscid, position, position_cn, lerepsign, arrchdate, enddate, entname, name, sex, natcode
FROM scjdgl.v_person_role WHERE uniscid = ANY($1) AND lerepsign = '1' AND s_ext_flag <> 'D'"""
_LICENSE_COLUMNS: Final = (
    "ID, XK_XDR_MC, XK_XDR_LB, XK_XDR_SHXYM, XK_XDR_GSZC, XK_XDR_ZZJG, XK_XDR_SWDJ, XK_XDR_SYDW, XK_XDR_SHZZ, XK_FRDB, "
    "XK_FR_ZJLX, XK_XDR_ZJLX, XK_XKWS, XK_WSH, XK_XKLB, XK_XKZS, XK_XKBH, XK_NR, XK_JDRQ, XK_YXQZ, XK_YXQZI, XK_XKJG, "
    "XK_XKJGDM, XK_ZT, XK_LYDW, XK_LYDWDM, ADD_TIME, BZ"
)
_PENALTY_COLUMNS: Final = (
    "ID, CF_XDR_MC, CF_XDR_LB, CF_XDR_SHXYM, CF_XDR_GSZC, CF_XDR_ZZJG, CF_XDR_SWDJ, CF_XDR_SYDW, CF_XDR_SHZZ, CF_FRDB, "
    "CF_FR_ZJLX, CF_XDR_ZJLX, CF_WSH, CF_WFXW, CF_SY, CF_YJ, CF_CFLB, CF_NR, CF_NR_FK, CF_NR_WFFF, CF_NR_ZKDX, "
    "CF_JDRQ, CF_YXQ, CF_GSJZQ, CF_CFJG, CF_CFJGDM, CF_AJLB, CF_ZT, CF_XFRQ, CF_SJLY, CF_SJLYDM, ADD_TIME, BZ"
)
_BRACKETS: Final = str.maketrans("()", "〔〕")
_CODE_COLUMNS: Final = ("SHXYM", "GSZC", "ZZJG", "SWDJ")


class Registry:
    """The market registry, through a pool of asyncpg."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def registrations(self, usccs: Sequence[str]) -> By:
        """Return the registrations of ``usccs``."""
        return await self._ask(_REGISTRATIONS, usccs, records.registration)

    async def names(self, usccs: Sequence[str]) -> By:
        """Return records that hold nothing but the name."""
        return await self._ask(_NAMES, usccs, lambda row: {"name": text(row["entname"])})

    async def representatives(self, usccs: Sequence[str]) -> By:
        """Return the legal representatives of ``usccs``."""
        return await self._ask(_REPRESENTATIVES, usccs, records.legal_representative)

    async def _ask(self, sql: str, usccs: Sequence[str], read: Callable[[Any], Record]) -> By:
        found: By = defaultdict(list)
        for row in await self._pool.fetch(sql, [uscc.lower() for uscc in usccs]):
            found[row["uniscid"].upper()].append(read(row))
        return found


class Publicity:
    """Double publicity: SQLite in four threads, a connection each."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._threads = ThreadPoolExecutor(4)
        self._own = local()

    async def licenses(self, numbers: Numbers) -> By:
        """Return the licenses of the subjects of ``numbers``."""
        return await self._ask("xk_info", "XK", _LICENSE_COLUMNS, numbers, records.license)

    async def penalties(self, numbers: Numbers) -> By:
        """Return the penalties of the subjects of ``numbers`` that may still be shown, each decision once."""
        found = await self._ask("cf_info", "CF", _PENALTY_COLUMNS, numbers, records.published_penalty)
        return {uscc: _once(penalties) for uscc, penalties in found.items()}

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()

    async def _ask(self, table: str, prefix: str, columns: str, numbers: Numbers, read: Callable[[Any], Record]) -> By:
        owners = _owners(numbers)
        marks = [", ".join("?" * len(codes)) for codes in owners]
        where = " OR ".join(
            f"{prefix}_XDR_{column} IN ({mark})" for column, mark in zip(_CODE_COLUMNS, marks, strict=True) if mark
        )
        if prefix == "CF":
            where = f"({where}) AND CF_ZT NOT IN ('D', '2', '9')"
        values = [code for codes in owners for code in codes]
        sql = f"SELECT {columns} FROM {table} WHERE {where}"
        rows = await asyncio.get_running_loop().run_in_executor(self._threads, self._select, sql, values)
        found: By = defaultdict(list)
        for row in rows:
            owner = _owner(row, prefix, owners)
            if owner is not None:
                found[owner].append(read(row))
        return found

    def _select(self, sql: str, values: list[str]) -> list[Any]:
        database = getattr(self._own, "database", None)
        if database is None:
            database = self._own.database = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)
            database.row_factory = sqlite3.Row
        return database.execute(sql, values).fetchall()


def _owners(numbers: Numbers) -> tuple[dict[str, str], ...]:
    """Return per code column which code means which subject."""
    by_number = {number: uscc for uscc, number in numbers.items() if number}
    usccs = {uscc: uscc for uscc in numbers}
    return usccs, by_number, {uscc[8:17]: uscc for uscc in numbers}, usccs


def _once(penalties: list[Record]) -> list[Record]:
    """Return ``penalties`` without those whose number, in any brackets, and authority an earlier one has."""
    if len(penalties) < 2:
        return penalties
    known = {(str(each["decisionNo"]).translate(_BRACKETS), each["authorityUscc"]): each for each in penalties[::-1]}
    return list(known.values())[::-1]


def _owner(row: Any, prefix: str, owners: tuple[dict[str, str], ...]) -> str | None:
    """Return the subject that a row is about: the first code that is filled decides."""
    for column, codes in zip(_CODE_COLUMNS, owners, strict=True):
        code = row[f"{prefix}_XDR_{column}"]
        if code:
            return codes.get(code)
    return None


class Sheets:
    """The lists that two departments drop as files: read at start, records kept by code."""

    def __init__(self, folder: Path, pattern: str, key: str, read: Callable[[Mapping[str, Any]], Record]) -> None:
        newest = max(folder.glob(pattern), key=lambda path: path.stat().st_mtime)
        self._found: By = defaultdict(list)
        with newest.open(encoding="gb18030", newline="") as sheet:
            lines = csv.reader(sheet)
            header = [next(lines) for _ in range(3)][-1]
            for line in lines:
                if line[0] != "合计":
                    row = dict(zip(header, line, strict=True))
                    self._found[row[key]].append(read(row))

    def of(self, keys: Iterable[str | None]) -> By:
        """Return the records of ``keys``."""
        return {key: self._found.get(key, []) for key in keys if key}
