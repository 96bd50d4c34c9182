"""What the market registry holds beside registrations: changes, shareholders, annual reports, filings, former names.

Oddities kept on purpose (`domain.md` §3.3): a subject decides per figure of an annual report whether it is published,
flag 1 or 2 beside the column, and the view that the registry offers leaves out what is not; several former names in one
cell, set apart by `;`; amounts in ten thousand yuan; deleted rows that are only flagged D.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from gateway.demo import codes
from gateway.demo.chance import day, holds, lot, pick
from gateway.demo.facts import MARKET
from gateway.demo.scenarios import Known
from gateway.demo.subjects import Person, Subject, person

Row = tuple[Any, ...]

PUBLISHED: Final = "1"
WITHHELD: Final = "2"
FIGURES: Final = ("assgro", "liagro", "totequ", "vendinc", "maibusinc", "progro", "netinc", "ratgro", "empnum")
"""Total assets, liabilities, equity, revenue, main revenue, profit, net profit, taxes paid, staff."""

CHANGE_COLUMNS: Final = ("bgid", "pripid", "altitem", "altitem_cn", "altbe", "altaf", "altdate", "s_ext_flag")
INVESTOR_COLUMNS: Final = (
    "invid", "pripid", "inv", "invtype", "blicno", "cerno", "subconam", "subconform_cn", "subcondate", "acconam",
    "accondate", "subconprop", "s_ext_timestamp", "s_ext_flag",
)  # fmt: skip
REPORT_COLUMNS: Final = (
    "ancheid", "pripid", "ancheyear", "anchedate", "busst_cn", "tel", "email",
    *(column for figure in FIGURES for column in (figure, f"{figure}dis")), "s_ext_flag",
)  # fmt: skip
PLEDGE_COLUMNS: Final = (
    "stockid", "pripid", "equityno", "pledgor", "imporg", "impam", "equpledate", "exestate", "candate",
    "s_ext_timestamp", "s_ext_flag",
)  # fmt: skip
FREEZE_COLUMNS: Final = (
    "justid", "pripid", "executeno", "inv", "froauth", "froam", "frofrom", "froto", "frozstate", "thawdate",
    "s_ext_timestamp", "s_ext_flag",
)  # fmt: skip
FILING_COLUMNS: Final = (
    "baid", "pripid", "bano", "basx", "bajg", "badate", "valto", "bazt", "s_ext_timestamp", "s_ext_flag",
)  # fmt: skip


def _number(figure: str) -> str:
    return "integer" if figure == "empnum" else "numeric(18, 6)"


_JOINED: Final = "FROM {table} x JOIN e_baseinfo b USING (pripid) WHERE b.s_ext_flag <> 'D'"
LAYOUT: Final = f"""
CREATE TABLE e_alter_recoder (
    bgid varchar(40) NOT NULL, pripid varchar(36) NOT NULL, altitem varchar(3), altitem_cn varchar(100), altbe text,
    altaf text, altdate date, s_ext_flag char(1));
CREATE TABLE e_inv_investment (
    invid varchar(40) NOT NULL, pripid varchar(36) NOT NULL, inv varchar(300), invtype varchar(2), blicno varchar(20),
    cerno varchar(50), subconam numeric(18, 6), subconform_cn varchar(50), subcondate date, acconam numeric(18, 6),
    accondate date, subconprop numeric(9, 6), s_ext_timestamp timestamp, s_ext_flag char(1));
CREATE TABLE an_baseinfo (
    ancheid varchar(40) NOT NULL, pripid varchar(36) NOT NULL, ancheyear varchar(4), anchedate date,
    busst_cn varchar(20), tel varchar(30), email varchar(60),
    {", ".join(f"{figure} {_number(figure)}, {figure}dis varchar(1)" for figure in FIGURES)}, s_ext_flag char(1));
CREATE TABLE e_equity_pledge (
    stockid varchar(40) NOT NULL, pripid varchar(36) NOT NULL, equityno varchar(60), pledgor varchar(300),
    imporg varchar(300), impam numeric(18, 6), equpledate date, exestate varchar(2), candate date,
    s_ext_timestamp timestamp, s_ext_flag char(1));
CREATE TABLE e_equity_freeze (
    justid varchar(40) NOT NULL, pripid varchar(36) NOT NULL, executeno varchar(100), inv varchar(300),
    froauth varchar(100), froam numeric(18, 6), frofrom date, froto date, frozstate varchar(2), thawdate date,
    s_ext_timestamp timestamp, s_ext_flag char(1));
CREATE TABLE e_credit_filing (
    baid varchar(40) NOT NULL, pripid varchar(36) NOT NULL, bano varchar(60), basx varchar(200), bajg varchar(100),
    badate date, valto date, bazt varchar(2), s_ext_timestamp timestamp, s_ext_flag char(1));
CREATE VIEW v_alter_recoder AS SELECT x.*, b.uniscid {_JOINED.format(table="e_alter_recoder")};
CREATE VIEW v_investment AS SELECT x.*, b.uniscid {_JOINED.format(table="e_inv_investment")};
CREATE VIEW v_credit_filing AS SELECT x.*, b.uniscid, b.entname {_JOINED.format(table="e_credit_filing")};
CREATE VIEW v_equity_encumbrance AS
    SELECT x.stockid, x.pripid, b.uniscid, '1' AS sharetype, x.equityno, x.pledgor, x.imporg, x.impam, x.equpledate,
    NULL::date AS frozto, x.exestate, x.candate, b.regorg_cn, x.s_ext_timestamp, x.s_ext_flag
    {_JOINED.format(table="e_equity_pledge")}
    UNION ALL
    SELECT x.justid, x.pripid, b.uniscid, '2', x.executeno, x.inv, x.froauth, x.froam, x.frofrom, x.froto, x.frozstate,
    x.thawdate, b.regorg_cn, x.s_ext_timestamp, x.s_ext_flag {_JOINED.format(table="e_equity_freeze")};
CREATE VIEW v_annual_report AS
    SELECT x.ancheid, x.pripid, b.uniscid, b.entname, x.ancheyear, x.anchedate, x.busst_cn, x.s_ext_flag,
    {", ".join(f"CASE WHEN x.{each}dis = '{PUBLISHED}' THEN x.{each} END AS {each}" for each in FIGURES)},
    {", ".join(f"x.{each}dis" for each in FIGURES)}
    {_JOINED.format(table="an_baseinfo")};
"""  # names of this module
INDEXES: Final = """
CREATE TABLE e_former_name AS
    SELECT b.pripid, b.uniscid, b.regno, b.zzjgdm, b.s_ext_timestamp, b.s_ext_flag, trim(each) AS cym
    FROM e_baseinfo b, unnest(string_to_array(b.cym, ';')) AS each;
CREATE INDEX ON e_former_name (cym);
CREATE INDEX ON e_former_name (uniscid);
CREATE INDEX ON e_baseinfo (entname);
CREATE INDEX ON e_alter_recoder (pripid);
CREATE INDEX ON e_inv_investment (pripid);
CREATE INDEX ON an_baseinfo (pripid);
CREATE INDEX ON e_credit_filing (pripid);
CREATE INDEX ON e_equity_pledge (pripid);
CREATE INDEX ON e_equity_freeze (pripid);
"""

FORMER_NAMES: Final = {4: "界江储运有限公司(示例)", 26: "北岸人力有限公司(示例);同江劳务输出服务部(示例)"}
"""Subject -> what stands in the column of former names."""


def _stamp(moment: date) -> datetime:
    return datetime(moment.year, moment.month, moment.day, 2, 15)  # as the registry has it


def changes(subject: Subject) -> Iterator[Row]:
    """Yield the changes of a registration: the names that subject 4 and 26 had, and two of every third other."""
    number = subject.number
    if number in FORMER_NAMES:
        former = FORMER_NAMES[number].split(";")
        for turn, (before, after) in enumerate(zip(former, [*former[1:], subject.name], strict=True)):
            yield _change(subject, turn, "01", "名称变更", before, after, date(2018 + turn, 5, 14), "I")
    elif number % 3 == 0:
        old, new = person(number + 300_011).name, subject.representative.name
        yield _change(subject, 0, "03", "法定代表人变更", old, new, day("change", number, 400, 2000), "I")
        street = subject.address[:-1] + "副1号"
        flag = "D" if number % 12 == 0 else "I"
        yield _change(subject, 1, "04", "住所变更", street, subject.address, day("move", number, 60, 390), flag)


def _change(subject: Subject, turn: int, item: str, name: str, old: str, new: str, when: date, flag: str) -> Row:
    return (f"{subject.pripid}-B{turn}", subject.pripid, item, name, old, new, when, flag)


def _capital(subject: Subject) -> Decimal:
    """Return the capital of a company in ten thousand yuan."""
    return Decimal(subject.number * 13 % 500 + 5) / 2


def investors(subject: Subject) -> Iterator[Row]:
    """Yield the shareholders of a company: one or two persons; of subject 26 its parent, subject 3."""
    if subject.kind != "91":
        return
    number = subject.number
    capital = _capital(subject)
    if number == 26:
        parent = codes.uscc("91", 3)
        yield _investor(subject, 0, ("北岸建筑工程有限公司(示例)", "11", parent, None), capital, 100)
        return
    share = 100 if number % 2 else 60
    yield _investor(subject, 0, _natural(subject.representative), capital, share)
    if share < 100:
        yield _investor(subject, 1, _natural(person(number + 350_017)), capital, 100 - share)


def _natural(who: Person) -> Row:
    return (who.name, "20", None, who.id_no)


def _investor(subject: Subject, turn: int, investor: Row, capital: Decimal, share: int) -> Row:
    """Return one shareholder; ``investor`` is a name, a kind, and the number of a license or of a person."""
    pledged = capital * share / 100
    since = day("invested", subject.number, 900, 5000)
    paid = pledged if subject.number % 3 else pledged / 2
    return (
        f"{subject.pripid}-T{turn}",
        subject.pripid,
        *investor,
        pledged,
        "货币",
        since + timedelta(days=3650),
        paid,
        since,
        Decimal(share),
        _stamp(since),
        "I",
    )


def reports(subject: Subject) -> Iterator[Row]:
    """Yield the annual reports of 2024 and 2025; of five figures each subject withholds what its number says."""
    number = subject.number
    for turn, year in enumerate((2025, 2024)):
        if holds(subject, f"no report {year}", 700, {7, 27}):
            continue
        due = date(year + 1, 1 + lot(f"report {year}", number) % 6, 1 + number % 28)
        yield (
            f"{subject.pripid}-N{year}",
            subject.pripid,
            f"{year}",
            due,
            "开业" if number % 9 else "歇业",
            f"0454-1{number:06d}",
            f"n{number}@example.invalid",
            *_figures(subject, turn),
            "I",
        )


def _figures(subject: Subject, turn: int) -> Iterator[Any]:
    """Yield each figure and its flag; what is withheld stands in the table all the same."""
    number = subject.number
    assets = Decimal(number * 37 % 9000 + 100) + turn
    parts = {"liagro": "0.4", "totequ": "0.6", "vendinc": "1.3", "maibusinc": "1.2", "progro": "0.1", "netinc": "0.08"}
    amounts = {"assgro": assets, "ratgro": assets * Decimal("0.05"), "empnum": number % 60 + 2}
    for at, figure in enumerate(FIGURES):
        withheld = number != 1 and (figure in {"netinc", "progro"} or (number + at) % 4 == 0)
        yield amounts.get(figure) or assets * Decimal(parts[figure])
        yield WITHHELD if withheld else PUBLISHED


def filings(subject: Subject) -> Iterator[Row]:
    """Yield the filing of those who offer credit services: subject 25, and a few of the network trade."""
    number = subject.number
    offers = number == 25 or (subject.trade.word == "网络科技" and subject.kind == "91")
    if not offers or not holds(subject, "filing", 2500, {25}):
        return
    filed_on = day("filing", number, 60, 1500)
    service = pick("filing", number, ("信用报告、信用评价", "企业征信咨询", "信用修复培训"))
    yield (
        f"{subject.pripid}-X",
        subject.pripid,
        f"{MARKET.letters}信服备〔{filed_on.year}〕{number}号",
        service,
        MARKET.name,
        filed_on,
        filed_on + timedelta(days=1095),
        "1",
        _stamp(filed_on),
        "I",
    )


def pledges(subject: Subject) -> Iterator[Row]:
    """Yield pledges of shares: that of subject 22 stands, that of 25 was released, and a few of ordinary companies."""
    number = subject.number
    if subject.kind != "91" or not holds(subject, "equity pledge", 900, {22, 25}):
        return
    pledged_on = day("equity pledge", number, 200, 1500)
    released = number == 25 or (number != 22 and number % 3 == 0)
    yield (
        f"{subject.pripid}-G",
        subject.pripid,
        f"{MARKET.letters}股质登记设〔{pledged_on.year}〕第{number:04d}号",
        subject.representative.name,
        "同江农村商业银行(示例)",
        _capital(subject) / 4,
        pledged_on,
        "2" if released else "1",
        pledged_on + timedelta(days=150) if released else None,
        _stamp(pledged_on),
        "I",
    )


def freezes(subject: Subject) -> Iterator[Row]:
    """Yield what courts froze: the shares of subject 26 that its parent holds, subject 3, a debtor."""
    if subject.number != 26:
        return
    frozen_on = date(2026, 4, 20)
    yield (
        f"{subject.pripid}-D",
        subject.pripid,
        "(2026)黑0881执123号之一",
        "北岸建筑工程有限公司(示例)",
        "同江市人民法院(示例)",
        _capital(subject),
        frozen_on,
        date(2029, 4, 19),
        "1",
        None,
        _stamp(frozen_on),
        "I",
    )


def _of_all(rows: Callable[[Subject], Iterator[Row]]) -> Callable[[Iterable[Known]], Iterator[Row]]:
    return lambda everyone: (row for known in everyone if known.subject.registered for row in rows(known.subject))


ROWS: Final[dict[str, tuple[tuple[str, ...], Callable[[Iterable[Known]], Iterator[Row]]]]] = {
    "e_alter_recoder": (CHANGE_COLUMNS, _of_all(changes)),
    "e_inv_investment": (INVESTOR_COLUMNS, _of_all(investors)),
    "an_baseinfo": (REPORT_COLUMNS, _of_all(reports)),
    "e_credit_filing": (FILING_COLUMNS, _of_all(filings)),
    "e_equity_pledge": (PLEDGE_COLUMNS, _of_all(pledges)),
    "e_equity_freeze": (FREEZE_COLUMNS, _of_all(freezes)),
}
"""Table -> its columns, and its rows for everyone."""
