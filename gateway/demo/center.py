"""What the city's credit center knows beside double publicity; `gateway.demo.center_store` has its tables."""

from datetime import date
from typing import Final

from msgspec import Struct

from gateway.demo.chance import day, hits, holds, pick
from gateway.demo.facts import HOUSING, MARKET, TRANSPORT, Authority
from gateway.demo.subjects import Subject

PUBLIC, LIMITED, CLOSED = "可向社会公开", "特定范围内公开", "不可公开"
FULL, PARTIAL, NONE, UNDER_WAY = "全部履行", "部分履行", "全部未履行", "履行中"
KINDS: Final = ("审批替代型", "容缺受理型", "证明事项型", "信用修复型", "行业自律型", "主动型")
_REASONS: Final = {
    "审批替代型": "食品经营许可告知承诺",
    "容缺受理型": "施工许可容缺受理",
    "证明事项型": "无违法违规证明替代承诺",
    "信用修复型": "行政处罚信息信用修复",
    "行业自律型": "诚信经营自律公约",
    "主动型": "主动公开信用承诺",
}


class Commitment(Struct, frozen=True):
    """One letter of commitment."""

    serial: int
    kind: str
    made_on: date
    state: str = FULL
    publication: str = PUBLIC
    unperformed: str = ""
    imposed: str = ""
    authority: Authority = MARKET

    @property
    def code(self) -> str:
        """Division, date and serial number."""
        return f"230881{self.made_on:%Y%m%d}{self.serial % 1_000_000:06d}"

    @property
    def reason(self) -> str:
        """What it was made for."""
        return _REASONS[self.kind]


class Honor(Struct, frozen=True):
    """One honor."""

    serial: int
    name: str
    year: int
    granted_on: date
    valid_to: date | None = None


class Matter(Struct, frozen=True):
    """One matter of a government body's or public institution's integrity; amounts in ten thousand yuan."""

    serial: int
    kind: str
    title: str
    other: str
    document_no: str
    recorded_on: date
    amount: str = ""
    outstanding: str = ""
    due_on: date | None = None
    fulfilled_on: date | None = None
    state: str = FULL
    result: str = ""


class Report(Struct, frozen=True):
    """One report of a credit-service agency."""

    serial: int
    purpose: str
    grade: str
    issued_on: date


_COMMITMENTS: Final[dict[int, tuple[Commitment, ...]]] = {
    1: (Commitment(8, "主动型", date(2026, 1, 6)),),
    2: (Commitment(16, "证明事项型", date(2026, 9, 18), UNDER_WAY),),
    3: (
        Commitment(24, "审批替代型", date(2026, 4, 2), NONE, PUBLIC, "未在承诺期限内补正安全生产条件", "撤销许可决定"),
        Commitment(25, "容缺受理型", date(2025, 11, 19), PARTIAL, LIMITED, "尚缺一份消防验收意见", authority=HOUSING),
    ),
    4: (Commitment(32, "信用修复型", date(2026, 10, 12), FULL, LIMITED, authority=TRANSPORT),),
    6: (
        Commitment(48, "行业自律型", date(2025, 10, 9), UNDER_WAY),
        Commitment(49, "主动型", date(2026, 2, 3), FULL, CLOSED),
    ),
    26: (Commitment(208, "审批替代型", date(2026, 5, 28), NONE, PUBLIC, "承诺的专业人员未到岗", authority=HOUSING),),
}
_HONORS: Final[dict[int, tuple[Honor, ...]]] = {
    1: (Honor(8, "黑龙江省诚信示范企业", 2025, date(2026, 3, 15), date(2029, 3, 14)),),
    8: (Honor(64, "省级农民合作社示范社", 2024, date(2024, 12, 20)),),
    11: (Honor(88, "全市行风建设先进单位", 2025, date(2026, 1, 30)),),
}
_MATTERS: Final[dict[int, tuple[Matter, ...]]] = {
    12: (
        Matter(
            serial=96,
            kind="02",
            title="拖欠办公楼维修工程款",
            other="北岸建筑工程有限公司(示例)",
            document_no="同审〔2026〕12号",
            recorded_on=date(2026, 6, 30),
            amount="48.600000",
            outstanding="20.000000",
            due_on=date(2026, 3, 31),
            state=PARTIAL,
            result="已列入年度清欠计划",
        ),
        Matter(
            serial=97,
            kind="03",
            title="撤销行政处罚决定",
            other="某餐饮店(示例)",
            document_no="(2025)黑0881行初14号",
            recorded_on=date(2025, 9, 22),
            fulfilled_on=date(2025, 10, 20),
            result="判决撤销,已履行",
        ),
    ),
    11: (
        Matter(
            serial=88,
            kind="01",
            title="十五分钟内开始急诊",
            other="",
            document_no="同一院〔2026〕3号",
            recorded_on=date(2026, 1, 12),
            due_on=date(2026, 12, 31),
            state=UNDER_WAY,
        ),
    ),
}
_REPORTS: Final[dict[int, tuple[Report, ...]]] = {
    1: (Report(8, "招标投标", "AAA", date(2026, 5, 8)),),
    3: (Report(24, "招标投标", "CC", date(2025, 12, 15)),),
}


def commitments(subject: Subject) -> tuple[Commitment, ...]:
    """Return the commitments of ``subject``."""
    number = subject.number
    if number in _COMMITMENTS:
        return _COMMITMENTS[number]
    if not holds(subject, "commitment", 5000):
        return ()
    broken = hits("commitment broken", number, 600)
    states = (NONE, PARTIAL) if broken else (FULL, FULL, UNDER_WAY)
    return (
        Commitment(
            serial=number * 8,
            kind=pick("commitment kind", number, KINDS),
            made_on=day("commitment", number, 10, 900),
            state=pick("commitment state", number, states),
            publication=pick("commitment publication", number, (PUBLIC, PUBLIC, PUBLIC, LIMITED, CLOSED)),
            unperformed="未按承诺期限补正材料" if broken else "",
        ),
    )


def honors(subject: Subject) -> tuple[Honor, ...]:
    """Return the honors of ``subject``."""
    number = subject.number
    if number in _HONORS:
        return _HONORS[number]
    if not holds(subject, "honor", 400):
        return ()
    granted_on, name = day("honor", number, 30, 900), pick("honor", number, ("守合同重信用企业", "诚信经营示范店"))
    return (Honor(number * 8, name, granted_on.year, granted_on),)


def matters(subject: Subject) -> tuple[Matter, ...]:
    """Return the matters of integrity of a government body or public institution."""
    return _MATTERS.get(subject.number, ())


def reports(subject: Subject) -> tuple[Report, ...]:
    """Return the reports that agencies issued on ``subject``."""
    number = subject.number
    if number in _REPORTS:
        return _REPORTS[number]
    if subject.kind != "91" or not holds(subject, "report", 600):
        return ()
    grade = pick("report grade", number, ("AAA", "AA", "A", "BBB", "B"))
    purpose = pick("report", number, ("招标投标", "政府采购", "融资"))
    return (Report(number * 8, purpose, grade, day("report", number, 5, 700)),)


def grade_of(subject: Subject) -> str | None:
    """Return the grade of the national comprehensive evaluation; enterprises alone have one."""
    named = {1: "优", 2: "良", 3: "差", 4: "良", 5: "良", 6: "中"}
    if subject.kind != "91" or not holds(subject, "evaluation", 9000, named):
        return None
    return named.get(subject.number) or pick("evaluation", subject.number, "优良良良中中差")
