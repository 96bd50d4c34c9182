"""The finance bureau's procurement records: REST JSON, one field that holds any code of a supplier, or its name.

    POST /gp/api/blacklist   严重违法失信行为记录 (财办库〔2014〕526号)
    POST /gp/api/contracts   合同履约

Oddities kept on purpose (`domain.md` §6.2 D11): 主体标识码 is one field for unified code (the tax number, too),
organization code (with a hyphen), registration number or name, whichever the purchasing unit filled in; a record is
only found by what stands there. Names carry full-width brackets; amounts are in ten thousand yuan; a ban in words.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Final

from msgspec import Struct, ValidationError, json
from msgspec.structs import replace

from gateway.demo.authorities import FINANCE
from gateway.demo.chance import day, hits, pick
from gateway.demo.days import years_after
from gateway.demo.facts import REFERENCE
from gateway.demo.listen import Answered, Asked, Interface
from gateway.demo.scenarios import Known
from gateway.demo.subjects import FIRST_ORDINARY, Subject

BLACKLIST: Final = "/gp/api/blacklist"
CONTRACTS: Final = "/gp/api/contracts"
MOST_MARKS: Final = 50
MARKS: Final = ("USCC", "ORG_CODE", "REG_NO", "NAME")
_CONDUCT: Final = (
    ("提供虚假材料谋取中标", "《政府采购法》第七十七条第一款第一项"),
    ("与其他供应商恶意串通", "《政府采购法》第七十七条第一款第三项"),
    ("中标后无正当理由拒不签订合同", "《政府采购法实施条例》第七十二条"),
)
_GOODS: Final = ("办公用品采购", "供热管网维修工程", "校园食材配送服务", "公务用车维修服务", "档案数字化服务")


class Ban(Struct, frozen=True):
    """One supplier's entry: ``mark`` is the kind of code by which it stands in the list."""

    serial: int
    mark: str
    conduct: int
    punished_on: date
    years: int
    removed: bool = False

    @property
    def until(self) -> date:
        """The last day of the ban."""
        return years_after(self.punished_on, self.years) - timedelta(days=1)


class Contract(Struct, frozen=True):
    """One public contract and how it was performed."""

    serial: int
    mark: str
    amount: str
    signed_on: date
    state: str
    breach: str = ""


_BANS: Final[dict[int, tuple[Ban, ...]]] = {
    3: (Ban(25, "NAME", 1, date(2021, 5, 17), 3, removed=True),),
    7: (Ban(57, "REG_NO", 2, date(2025, 2, 11), 1, removed=True),),
    22: (Ban(177, "USCC", 1, date(2026, 1, 12), 1),),
    24: (Ban(193, "ORG_CODE", 0, date(2025, 8, 4), 3),),
    26: (Ban(209, "ORG_CODE", 0, date(2026, 3, 9), 2),),
}
_CONTRACTS: Final[dict[int, tuple[Contract, ...]]] = {
    1: (Contract(8, "USCC", "36.500000", date(2025, 9, 1), "已履约"),),
    2: (Contract(16, "NAME", "8.200000", date(2026, 2, 27), "已履约"),),
    3: (Contract(24, "REG_NO", "412.000000", date(2025, 4, 14), "违约", "逾期六个月未完工,采购人解除合同"),),
    4: (Contract(32, "NAME", "19.000000", date(2026, 6, 3), "履约中"),),
    6: (Contract(48, "USCC", "1280.000000", date(2025, 10, 8), "履约中"),),
    8: (Contract(64, "ORG_CODE", "5.600000", date(2025, 12, 22), "部分履约", "数量不足,已扣减货款"),),
}


def bans(subject: Subject) -> tuple[Ban, ...]:
    """Return the entries of ``subject`` in the list of serious dishonesty."""
    number = subject.number
    if number < FIRST_ORDINARY:
        return _BANS.get(number, ())
    if not hits("procurement ban", number, 400):
        return ()
    mark, conduct = pick("procurement ban mark", number, MARKS), pick("procurement conduct", number, range(3))
    ban = Ban(number * 8, mark, conduct, day("procurement ban", number), pick("procurement years", number, (1, 2, 3)))
    return (replace(ban, removed=ban.until < REFERENCE),)


def contracts(subject: Subject) -> tuple[Contract, ...]:
    """Return the public contracts of ``subject``."""
    number = subject.number
    if number < FIRST_ORDINARY:
        return _CONTRACTS.get(number, ())
    if not hits("procurement contract", number, 2500):
        return ()
    amount = f"{pick('contract amount', number, range(5, 900))}.500000"
    state = pick("contract state", number, ("已履约", "已履约", "已履约", "履约中", "违约"))
    breach = "未按合同约定交付" if state == "违约" else ""
    mark = pick("contract mark", number, MARKS)
    return (Contract(number * 8, mark, amount, day("contract", number, 10, 900), state, breach),)


def mark_of(subject: Subject, kind: str) -> str:
    """Return what stands in the field for any code: as the purchasing unit writes it; the name where there is none."""
    marks = {
        "USCC": subject.uscc,
        "ORG_CODE": f"{subject.org_code[:8]}-{subject.org_code[8]}",
        "REG_NO": subject.registration_number,
    }
    return marks.get(kind) or subject.name.replace("(", "（").replace(")", "）")


def ban_row(subject: Subject, ban: Ban) -> dict[str, Any]:
    """Return an entry of the list."""
    conduct, grounds = _CONDUCT[ban.conduct]
    return {
        "jlbh": f"ZFCG-SX-{ban.serial:07d}",
        "主体标识码": mark_of(subject, ban.mark),
        "企业名称": subject.name,
        "企业地址": subject.address,
        "具体情形": conduct,
        "处罚结果": f"列入不良行为记录名单,{'一二三'[ban.years - 1]}年内禁止参加政府采购活动",
        "处罚依据": grounds,
        "处罚文号": f"{FINANCE.letters}罚〔{ban.punished_on.year}〕{ban.serial}号",
        "处罚日期": f"{ban.punished_on:%Y年%m月%d日}",
        "公布日期": f"{ban.punished_on + timedelta(days=7):%Y-%m-%d}",
        "禁止期止": f"{ban.until:%Y-%m-%d}",
        "移出日期": f"{ban.until:%Y-%m-%d}" if ban.removed else "",
        "执法单位": FINANCE.name,
        "执法单位代码": FINANCE.uscc,
        "更新时间": f"{ban.until if ban.removed else ban.punished_on:%Y-%m-%d} 18:00:00",
    }


def contract_row(subject: Subject, contract: Contract) -> dict[str, Any]:
    """Return a contract; the amount in ten thousand yuan."""
    signed = contract.signed_on
    return {
        "htbh": f"TJCG-{signed.year}-{contract.serial:07d}",
        "主体标识码": mark_of(subject, contract.mark),
        "合同名称": f"{_GOODS[contract.serial // 8 % len(_GOODS)]}合同",
        "采购单位": "同江市机关事务服务中心(示例)",
        "供应商": subject.name,
        "合同金额": contract.amount,
        "签订日期": f"{signed:%Y-%m-%d}",
        "履约期限": f"{signed + timedelta(days=180):%Y-%m-%d}",
        "履约状态": contract.state,
        "验收日期": f"{signed + timedelta(days=170):%Y-%m-%d}" if contract.state == "已履约" else "",
        "违约情形": contract.breach or "无",
        "更新时间": f"{signed:%Y-%m-%d} 18:00:00",
    }


class _Question(Struct):
    marks: list[str]


class Procurement:
    """The bureau behind its HTTP interface: rows by what stands in 主体标识码."""

    def __init__(self, everyone: Iterable[Known]) -> None:
        self._rows: dict[str, dict[str, list[bytes]]] = {BLACKLIST: {}, CONTRACTS: {}}
        for known in everyone:
            for ban in bans(known.subject):
                self._keep(BLACKLIST, ban_row(known.subject, ban))
            for contract in contracts(known.subject):
                self._keep(CONTRACTS, contract_row(known.subject, contract))

    def answer(self, asked: Asked) -> Answered:
        """Return the records that stand under one of the marks in the body of ``asked``."""
        rows = self._rows.get(asked.path)
        if rows is None or asked.method != "POST":
            return _failed("404", "接口不存在", 404)
        try:
            marks = json.decode(asked.body, type=_Question).marks
        except (ValidationError, ValueError):
            return _failed("400", "请求体应为 {marks: [...]}", 400)
        if len(marks) > MOST_MARKS:
            return _failed("400", f"一次最多查询{MOST_MARKS}个标识码", 400)
        return _found([row for mark in dict.fromkeys(marks) for row in rows.get(mark, ())], len(marks))

    def nothing(self, asked: Asked) -> Answered:
        """Return that nothing is on record."""
        return _found([], 0)

    def _keep(self, path: str, row: dict[str, Any]) -> None:
        self._rows[path].setdefault(row["主体标识码"], []).append(json.encode(row))


def _found(rows: Sequence[bytes], keys: int) -> Answered:
    return Answered(b'{"returnCode":"0000","records":[' + b",".join(rows) + b"]}", keys=keys)


def _failed(code: str, message: str, status: int) -> Answered:
    return Answered(json.encode({"returnCode": code, "returnMsg": message}), status)


def open_procurement(everyone: Iterable[Known]) -> Interface:
    """Return the bureau's interface."""
    return Interface(Procurement(everyone))
