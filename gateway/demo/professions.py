"""The register of professionals and of what they are barred from: a SQLite file, by the number of the person.

    zyzg   职业资格、执业注册: the professional groups of 同政发〔2018〕12号 二(七)9
    jrxx   行业禁入、限制从业
    smd    个人失信名单

Oddities kept on purpose: the profession is a code of two digits; a lifelong ban writes 终身 for its last day; every
table holds the number of the person.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Final

from msgspec import Struct

from gateway.demo.authorities import CIVIL_AFFAIRS
from gateway.demo.center_store import Row, write_table
from gateway.demo.chance import day, hits, holds, pick
from gateway.demo.days import years_after
from gateway.demo.facts import LABOR, MARKET
from gateway.demo.scenarios import Known
from gateway.demo.subjects import Person, Subject

PROFESSIONS: Final = {
    "01": ("律师", "律师执业证", "黑龙江省司法厅(示例)"),
    "02": ("教师", "教师资格证书", "同江市教育和体育局(示例)"),
    "03": ("医师", "医师执业证书", "同江市卫生健康局(示例)"),
    "04": ("护士", "护士执业证书", "同江市卫生健康局(示例)"),
    "05": ("执业药师", "执业药师注册证", "黑龙江省药品监督管理局(示例)"),
    "06": ("建造师", "二级建造师注册证书", "黑龙江省住房和城乡建设厅(示例)"),
    "07": ("会计", "会计专业技术资格证书", "同江市财政局(示例)"),
    "08": ("税务师", "税务师职业资格证书", "黑龙江省注册税务师协会(示例)"),
    "09": ("评审专家", "政府采购评审专家证书", "同江市财政局(示例)"),
    "10": ("导游", "导游证", "同江市文化广电和旅游局(示例)"),
    "11": ("安全管理人员", "安全生产知识和管理能力考核合格证", "同江市应急管理局(示例)"),
}
"""Code -> group, certificate, who issues it."""
_NAMED: Final = {2: "05", 3: "06", 5: "07", 9: "04", 11: "03", 22: "02", 23: "08", 25: "09", 27: "03"}
"""Representatives of named subjects who have a profession, by the number of the subject."""


class Ban(Struct, frozen=True):
    """One ban; for life when ``years`` is None."""

    serial: int
    industry: str
    reason: str
    grounds: str
    decided_on: date
    years: int | None


_FOOD: Final = ("食品生产经营管理", "因食品安全犯罪被判处有期徒刑以上刑罚", "《食品安全法》第一百三十五条第二款")
_SAFETY: Final = ("生产经营单位主要负责人", "对较大生产安全事故负有责任", "《安全生产法》第九十四条")
_BANS: Final = {
    3: Ban(24, *_SAFETY, date(2025, 7, 15), 5),
    21: Ban(168, *_FOOD, date(2024, 5, 20), 5),
    24: Ban(192, *_FOOD, date(2023, 3, 8), None),
}
_ASSISTANCE: Final = {22: date(2026, 3, 12)}
"""Representatives who obtained social assistance by false statements, and since when they are on that list."""


def profession_of(subject: Subject) -> str | None:
    """Return the code of the profession of the subject's representative."""
    if not holds(subject, "profession", 3500, _NAMED):
        return None
    return _NAMED.get(subject.number) or pick("profession", subject.number, tuple(PROFESSIONS))


def ban_of(subject: Subject) -> Ban | None:
    """Return the ban of the subject's representative."""
    number = subject.number
    if not holds(subject, "profession ban", 100, _BANS):
        return None
    years = pick("profession ban years", number, (1, 3, 5, None))
    return _BANS.get(number) or Ban(number * 8, *_SAFETY, day("profession ban", number, 30, 1400), years)


def qualification_row(subject: Subject, code: str) -> Row:
    """Return the row of a profession."""
    who, (group, certificate, authority) = subject.representative, PROFESSIONS[code]
    issued = day("profession issued", subject.number, 100, 3000)
    suspended = hits("profession suspended", subject.number, 300)
    return {
        "zsbh": f"{code}230881{issued.year}{subject.number:06d}",
        "xm": who.name,
        "zjhm": who.id_no,
        "zylb": code,
        "zsmc": certificate,
        "zy": f"{group}(综合)",
        "dj": "二级" if code == "06" else None,
        "zcbh": f"ZC{subject.number:08d}",
        "dwmc": subject.name,
        "dwdm": subject.uscc,
        "fzrq": f"{issued:%Y-%m-%d}",
        "yxqz": "长期" if code in {"02", "07"} else f"{years_after(issued, 12):%Y-%m-%d}",
        "zt": "暂停" if suspended else "有效",
        "jf": f"{subject.number % 7}" if code in {"03", "04"} else None,
        "fzjg": authority,
        "gxsj": f"{issued} 01:10:00",
    }


def ban_row(subject: Subject, ban: Ban) -> Row:
    """Return the row of a ban."""
    who = subject.representative
    return {
        "jdbh": f"JR{ban.serial:08d}",
        "xm": who.name,
        "zjhm": who.id_no,
        "hy": ban.industry,
        "wh": f"{MARKET.letters}限〔{ban.decided_on.year}〕{ban.serial}号",
        "yy": ban.reason,
        "yj": ban.grounds,
        "jdrq": f"{ban.decided_on:%Y-%m-%d}",
        "qsrq": f"{ban.decided_on:%Y-%m-%d}",
        "jzrq": f"{years_after(ban.decided_on, ban.years):%Y-%m-%d}" if ban.years else "终身",
        "sfzs": "否" if ban.years else "是",
        "jcrq": None,
        "dwmc": subject.name,
        "jdjg": MARKET.name,
        "jdjgdm": MARKET.uscc,
        "gxsj": f"{ban.decided_on} 01:10:00",
    }


def listed_row(subject: Subject, who: Person) -> Row:
    """Return the row of a person who arranged for wages not to be paid."""
    since = day("person list", subject.number, 60, 900) if subject.number != 3 else date(2026, 5, 6)
    return {
        "mdbh": f"SM{subject.number:08d}",
        "mdlb": "拖欠农民工工资",
        "xm": who.name,
        "zjhm": who.id_no,
        "dwmc": subject.name,
        "dwdm": subject.uscc,
        "zw": "主要负责人",
        "lryy": "拖欠农民工工资,数额较大,经责令限期支付逾期未支付",
        "wh": f"{LABOR.letters}失信〔{since.year}〕{subject.number}号",
        "lrrq": f"{since:%Y-%m-%d}",
        "yxqz": f"{years_after(since, 3):%Y-%m-%d}",
        "ycrq": None,
        "lrjg": LABOR.name,
        "lrjgdm": LABOR.uscc,
        "gxsj": f"{since} 01:10:00",
    }


def assistance_row(subject: Subject, since: date) -> Row:
    """Return the row of a person who obtained social assistance by false statements."""
    return {
        **listed_row(subject, subject.representative),
        "mdbh": f"SJ{subject.number:08d}",
        "mdlb": "社会救助",
        "zw": None,
        "lryy": "虚报、隐瞒家庭收入骗取最低生活保障金",
        "wh": f"{CIVIL_AFFAIRS.letters}失信〔{since.year}〕{subject.number}号",
        "lrrq": f"{since:%Y-%m-%d}",
        "yxqz": f"{years_after(since, 3):%Y-%m-%d}",
        "lrjg": CIVIL_AFFAIRS.name,
        "lrjgdm": CIVIL_AFFAIRS.uscc,
        "gxsj": f"{since} 01:10:00",
    }


def write_professions(path: Path, everyone: Iterable[Known]) -> None:
    """Write the database file ``path`` anew."""
    subjects = [known.subject for known in everyone]
    qualified = [qualification_row(each, code) for each in subjects if (code := profession_of(each))]
    barred = [ban_row(each, ban) for each in subjects if (ban := ban_of(each))]
    listed = [listed_row(each, each.representative) for each in subjects if holds(each, "person list", 60, {3})]
    listed += [assistance_row(each, since) for each in subjects if (since := _ASSISTANCE.get(each.number))]
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        write_table(database, "zyzg", qualified, "zjhm")
        write_table(database, "jrxx", barred, "zjhm")
        write_table(database, "smd", listed, "zjhm")
