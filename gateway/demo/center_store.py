"""The front-end database of the credit center: a SQLite file.

    cn_info   信用承诺 (twenty fields)      zw_info   政务诚信
    ry_info   诚实守信相关荣誉               bg_info   第三方信用报告, of which it keeps the address alone
    pj_info   公共信用综合评价             zj_info   中介服务机构信用评价

Oddities kept on purpose (`domain.md` §3.11): all text; each commitment says itself who may see it (公开类型), in one
table; days with slashes; amounts in ten thousand yuan; a matter of integrity has its kind as a number.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from gateway.demo.center import (
    UNDER_WAY,
    Commitment,
    Honor,
    Matter,
    Report,
    commitments,
    grade_of,
    honors,
    matters,
    reports,
)
from gateway.demo.codes import uscc
from gateway.demo.days import years_after
from gateway.demo.facts import BUSINESS_ENVIRONMENT
from gateway.demo.intermediaries import Evaluation, evaluations
from gateway.demo.scenarios import Known
from gateway.demo.subjects import Subject

Row = Mapping[str, str | None]
AGENCY: Final = ("龙江信用评估有限公司(示例)", uscc("91", 901))
"""The agency that issued the reports."""
_CATEGORY: Final = {"92": "个体工商户"}
_POINTS: Final = {"优": "93.5", "良": "82", "中": "70.5", "差": "48"}


def _slashed(day: date | None) -> str | None:
    return f"{day:%Y/%m/%d}" if day else None


def commitment_row(subject: Subject, each: Commitment) -> Row:
    """Return the row of a commitment."""
    judged = each.made_on + timedelta(days=30) if each.state != UNDER_WAY else None
    return {
        "cnbm": each.code,
        "cnrmc": subject.name,
        "cnrlb": _CATEGORY.get(subject.kind, "法人及非法人组织"),
        "tyshxydm": subject.uscc,
        "cnlx": each.kind,
        "cnsy": each.reason,
        "cnnr": "已知晓并将全面履行法律、法规、规章规定的义务,所提供材料真实有效",
        "wnzr": "违背承诺的,愿接受联合惩戒并承担相应法律责任",
        "cnrq": _slashed(each.made_on),
        "yxq": "长期" if each.kind == "主动型" else _slashed(years_after(each.made_on, 1)),
        "lxzt": each.state,
        "wlxnr": each.unperformed or "无",
        "zrzj": each.imposed or "无",
        "rdrq": _slashed(judged),
        "rddw": each.authority.name if judged else None,
        "rddwdm": each.authority.uscc if judged else None,
        "sldw": each.authority.name,
        "sldwdm": each.authority.uscc,
        "gklx": each.publication,
        "cnswz": f"https://credit.tongjiang.example/cns/{each.code}",
        "bz": "",
        "gxsj": f"{judged or each.made_on} 02:30:00",
    }


def honor_row(subject: Subject, each: Honor) -> Row:
    """Return the row of an honor."""
    return {
        "rybh": f"RY{each.serial:08d}",
        "ztmc": subject.name,
        "tyshxydm": subject.uscc,
        "rymc": each.name,
        "rdwh": f"同信办〔{each.granted_on.year}〕{each.serial}号",
        "wjm": f"关于命名{each.year}年度{each.name}的决定",
        "pjnd": f"{each.year}",
        "rdsj": _slashed(each.granted_on),
        "rddw": BUSINESS_ENVIRONMENT.name,
        "rddwdm": BUSINESS_ENVIRONMENT.uscc,
        "yxqz": _slashed(each.valid_to) or "长期",
        "gxsj": f"{each.granted_on} 02:30:00",
    }


def matter_row(subject: Subject, each: Matter) -> Row:
    """Return the row of a matter of integrity."""
    return {
        "xh": f"ZW{each.serial:08d}",
        "dwmc": subject.name,
        "tyshxydm": subject.uscc,
        "sxlb": each.kind,
        "sxmc": each.title,
        "xdf": each.other or None,
        "wh": each.document_no,
        "fymc": "同江市人民法院(示例)" if each.kind == "03" else None,
        "sjje": each.amount or None,
        "qje": each.outstanding or None,
        "rdrq": _slashed(each.recorded_on),
        "lxqx": _slashed(each.due_on),
        "lxrq": _slashed(each.fulfilled_on),
        "lxzt": each.state,
        "cljg": each.result or "—",
        "rdjg": BUSINESS_ENVIRONMENT.name,
        "rdjgdm": BUSINESS_ENVIRONMENT.uscc,
        "gxsj": f"{each.fulfilled_on or each.recorded_on} 02:30:00",
    }


def report_row(subject: Subject, each: Report) -> Row:
    """Return the row of a report: where it can be asked for."""
    name, code = AGENCY
    return {
        "bgbh": f"LJXY{each.issued_on:%Y%m%d}{each.serial:06d}",
        "bgmc": "企业信用报告",
        "tyshxydm": subject.uscc,
        "bgyt": each.purpose,
        "jgmc": name,
        "jgdm": code,
        "xydj": each.grade,
        "cjrq": _slashed(each.issued_on),
        "yxqz": _slashed(years_after(each.issued_on, 1)),
        "cxdz": f"https://report.agency.example/{each.serial}",
        "gxsj": f"{each.issued_on} 02:30:00",
    }


def grade_row(subject: Subject, grade: str) -> Row:
    """Return the row of the comprehensive evaluation."""
    return {
        "tyshxydm": subject.uscc,
        "ztmc": subject.name,
        "pjdj": grade,
        "pjdf": _POINTS[grade],
        "pjpc": "202609",
        "pjrq": "2026/09/30",
        "pjjg": "国家公共信用信息中心(示例)",
        "gxsj": "2026-10-05 02:30:00",
    }


def evaluation_row(subject: Subject, each: Evaluation) -> Row:
    """Return the row of an intermediary's evaluation."""
    return {
        "pjbh": f"ZJ{each.year}{subject.number:06d}",
        "tyshxydm": subject.uscc,
        "ztmc": subject.name,
        "fwlb": each.service,
        "xydj": each.grade,
        "pjnd": f"{each.year}",
        "pjrq": _slashed(each.decided_on),
        "yxqz": _slashed(years_after(each.decided_on, 1)),
        "pjjg": BUSINESS_ENVIRONMENT.name,
        "gxsj": f"{each.decided_on} 02:30:00",
    }


def _grades(subject: Subject) -> Iterable[str]:
    grade = grade_of(subject)
    return () if grade is None else (grade,)


_TABLES: Final[dict[str, tuple[Callable[[Subject], Iterable[Any]], Callable[[Subject, Any], Row]]]] = {
    "cn_info": (commitments, commitment_row),
    "ry_info": (honors, honor_row),
    "zw_info": (matters, matter_row),
    "bg_info": (reports, report_row),
    "pj_info": (_grades, grade_row),
    "zj_info": (evaluations, evaluation_row),
}


def write_center(path: Path, everyone: Iterable[Known]) -> None:
    """Write the database file ``path`` anew, with an index on the code of every table."""
    known = list(everyone)
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        for table, (held, dress) in _TABLES.items():
            rows = [dress(each.subject, one) for each in known for one in held(each.subject)]
            write_table(database, table, rows, "tyshxydm")


def write_table(database: sqlite3.Connection, table: str, rows: list[Row], key: str) -> None:
    """Write ``rows``, of which there is one at least, into a new ``table`` of text columns with an index on ``key``."""
    columns = list(rows[0])
    # Table and column names are constants of this package.
    database.execute(f"CREATE TABLE {table} ({', '.join(f'{column} VARCHAR' for column in columns)})")
    marks = ", ".join(f":{column}" for column in columns)
    database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608  # as above
    database.execute(f"CREATE INDEX {table}_{key} ON {table} ({key})")
