"""What the market regulator's credit supervision holds of a subject: lists, grades, samples, recalls, complaints.

Nothing here knows how the system stores it (`gateway.demo.supervision_rows`).
"""

from datetime import date, timedelta
from typing import Final, Literal

from msgspec import Struct

from gateway.demo.chance import day, hits, holds, lot, pick
from gateway.demo.listed import Listed, listed
from gateway.demo.subjects import Subject

ABNORMAL_REASONS: Final = (
    "未依照《企业信息公示暂行条例》第八条规定的期限公示年度报告",
    "通过登记的住所或者经营场所无法联系",
    "公示企业信息隐瞒真实情况、弄虚作假",
    "未在责令的期限内公示有关企业信息",
)
MARK_REASONS: Final = ("未按规定报送年度报告", "经查实未在登记的经营场所开展经营活动", "年度报告隐瞒真实情况、弄虚作假")
SERIOUS_REASONS: Final = (
    "被列入经营异常名录届满三年仍未履行相关义务",
    "销售不符合食品安全标准的食品,情节严重",
    "组织虚假交易,情节严重",
)

FOOD_TRADES: Final = frozenset({"粮贸", "渔业食品", "餐饮", "超市"})
MAKERS: Final = frozenset({"渔业食品", "木业", "化肥", "粮贸", "五金建材"})

_ABNORMAL: Final[dict[int, tuple[Listed, ...]]] = {
    # Placed under the registration number that 21 and 22 share: whose it is cannot be told.
    21: (Listed(21, ABNORMAL_REASONS[0], date(2016, 7, 9)),),
    23: (
        Listed(23, ABNORMAL_REASONS[1], date(2019, 4, 2), date(2021, 6, 18), "依法办理住所变更登记,申请移出"),
        Listed(230, ABNORMAL_REASONS[0], date(2025, 7, 8)),
    ),
    27: (Listed(27, ABNORMAL_REASONS[1], date(2017, 7, 10)),),
}
_MARKED: Final[dict[int, tuple[Listed, ...]]] = {
    7: (
        Listed(7, MARK_REASONS[0], date(2016, 7, 5), date(2017, 3, 14), "补报年度报告,申请恢复正常记载状态"),
        Listed(70, MARK_REASONS[0], date(2026, 7, 6)),
    ),
    137: (Listed(137, MARK_REASONS[1], date(2024, 5, 21)),),
}
_SERIOUS: Final[dict[int, tuple[Listed, ...]]] = {
    27: (
        Listed(26, SERIOUS_REASONS[2], date(2014, 3, 17), date(2017, 3, 16), "列入期满三年"),
        Listed(27, SERIOUS_REASONS[0], date(2025, 8, 15)),
    )
}


class Sample(Struct, frozen=True):
    """One product taken for testing; ``failed_item`` is blank when it passed."""

    serial: int
    product: str
    batch: str
    sampled_on: date
    failed_item: str = ""


class Recall(Struct, frozen=True):
    """One recall of a product."""

    serial: int
    product: str
    batch: str
    quantity: int
    defect: str
    measure: str
    started_on: date
    ordered: bool = False


class Complaint(Struct, frozen=True):
    """One complaint or report at the hotline; ``closed_on`` None while it is open."""

    serial: int
    report: bool
    content: str
    result: str
    accepted_on: date
    closed_on: date | None


class Grade(Struct, frozen=True):
    """One grade: of food safety (SP), or the general class of credit risk (FX)."""

    serial: int
    kind: Literal["SP", "FX"]
    grade: str
    decided_on: date
    valid_to: date | None


class Shop(Struct, frozen=True):
    """One shop on a platform of electronic commerce."""

    serial: int
    name: str
    platform: str
    address: str
    opened_on: date
    closed_on: date | None


class Certificate(Struct, frozen=True):
    """One product certificate or production license."""

    serial: int
    name: str
    number: str
    scope: str
    granted_on: date

    @property
    def valid_to(self) -> date:
        """Five years later."""
        return self.granted_on + timedelta(days=1826)


_PRODUCTS: Final = {
    "渔业食品": ("大马哈鱼罐头", "净含量不符"),
    "木业": ("细木工板", "甲醛释放量"),
    "化肥": ("复合肥料", "总养分"),
    "粮贸": ("东北大米", "镉(以Cd计)"),
    "五金建材": ("热轧带肋钢筋", "重量偏差"),
    "餐饮": ("餐饮具", "大肠菌群"),
    "超市": ("预包装糕点", "菌落总数"),
}
_COMPLAINTS: Final = (
    ("未明码标价", "已责令改正"),
    ("商品质量与宣传不符", "调解达成一致,退货退款"),
    ("拒不履行三包义务", "终止调解"),
    ("预付卡退费纠纷", "调解达成一致"),
)
_PLATFORMS: Final = (
    ("东极商城(示例)", "https://shop{}.dongji.example/"),
    ("三江优选(示例)", "https://mall.sanjiang.example/{}"),
)


def abnormal(subject: Subject) -> tuple[Listed, ...]:
    """Return the entries of an enterprise on the list of abnormal operation."""
    if subject.kind not in {"91", "93"}:
        return ()
    return listed(subject, "abnormal", _ABNORMAL, 600, ABNORMAL_REASONS)


def marked(subject: Subject) -> tuple[Listed, ...]:
    """Return the marks of abnormal operation of an individual business: it stands on no list, it is marked."""
    return listed(subject, "marked", _MARKED, 900, MARK_REASONS) if subject.kind == "92" else ()


def serious(subject: Subject) -> tuple[Listed, ...]:
    """Return the entries on the list of serious violations."""
    return listed(subject, "serious", _SERIOUS, 60, SERIOUS_REASONS) if subject.registered else ()


def samples(subject: Subject) -> tuple[Sample, ...]:
    """Return the samples taken of the subject's products."""
    number, product = subject.number, _PRODUCTS.get(subject.trade.word)
    if number == 2:
        # The brand has a character that GBK lacks: the system holds a question mark in its place.
        return (
            Sample(16, "䶮鱼牌大马哈鱼罐头", "20260311", date(2026, 3, 25)),
            Sample(17, "赫哲鱼毛", "20251102", date(2025, 11, 18)),
        )
    if product is None or not subject.registered or not holds(subject, "sample", 3500, {7}):
        return ()
    failed_item = product[1] if hits("sample failed", number, 1200) else ""
    taken_on = day("sample", number, 20, 1200)
    return (Sample(number, product[0], f"{taken_on - timedelta(days=14):%Y%m%d}", taken_on, failed_item),)


def recalls(subject: Subject) -> tuple[Recall, ...]:
    """Return the recalls of the subject's products: of some that failed a test."""
    if subject.number == 2:
        return (
            Recall(1, "冷冻鳇鱼", "20160405", 36, "菌落总数超标", "退货", date(2016, 5, 9), ordered=True),
            Recall(2, "赫哲鱼毛", "20240608", 120, "标签未标注致敏物质", "更换标签", date(2024, 7, 2)),
        )
    failed = [each for each in samples(subject) if each.failed_item and subject.trade.word in MAKERS]
    return tuple(
        Recall(
            serial=each.serial,
            product=each.product,
            batch=each.batch,
            quantity=lot("recall", each.serial) + 1,
            defect=f"{each.failed_item}不合格",
            measure="退货",
            started_on=each.sampled_on + timedelta(days=20),
            ordered=each.serial % 3 == 0,
        )
        for each in failed
    )


def complaints(subject: Subject) -> tuple[Complaint, ...]:
    """Return what was complained of."""
    number = subject.number
    if not subject.registered or not holds(subject, "complaint", 800, {7, 27}):
        return ()
    content, result = pick("complaint", number, _COMPLAINTS)
    accepted_on = day("complaint", number, 5, 900)
    closed = hits("complaint closed", number, 9000)
    closed_on = accepted_on + timedelta(days=4) if closed else None
    return (Complaint(number, number % 4 == 3, content, result if closed else "", accepted_on, closed_on),)


def grades(subject: Subject) -> tuple[Grade, ...]:
    """Return the grade of food safety of those who make or serve food, and the risk class that every enterprise has."""
    number = subject.number
    found: list[Grade] = []
    if subject.registered and subject.trade.word in FOOD_TRADES:
        decided_on = day("food grade", number, 60, 360)
        grade = "B" if number == 2 else pick("food grade", number, "AAABBC")
        found.append(Grade(number * 2, "SP", grade, decided_on, decided_on + timedelta(days=365)))
    if subject.kind in {"91", "93"}:
        grade = {1: "A", 3: "D", 27: "D", 25: "C"}.get(number) or pick("risk", number, "AAAABBBBBC")
        found.append(Grade(number * 2 + 1, "FX", grade, date(2026, 9, 30), None))
    return tuple(found)


def shops(subject: Subject) -> tuple[Shop, ...]:
    """Return the subject's shops on platforms."""
    number = subject.number
    if not subject.registered or not holds(subject, "shop", 700, {2, 7}):
        return ()
    platform, address = pick("shop", number, _PLATFORMS)
    opened_on = day("shop", number, 100, 2000)
    closed_on = opened_on + timedelta(days=60) if hits("shop closed", number, 1500) else None
    return (Shop(number, f"{subject.name[:6]}旗舰店", platform, address.format(90000 + number), opened_on, closed_on),)


def certificates(subject: Subject) -> tuple[Certificate, ...]:
    """Return the production licenses and product certificates of those who make things."""
    number = subject.number
    if subject.kind != "91" or subject.trade.word not in MAKERS or not holds(subject, "certificate", 6000, {2}):
        return ()
    food = subject.trade.word in FOOD_TRADES
    name, code = ("食品生产许可证", f"SC1{number:013d}") if food else ("工业产品生产许可证", f"XK08-005-{number:05d}")
    latest = Certificate(number, name, code, subject.trade.scope, day("certificate", number, 30, 1800))
    # The certificate before: its row still carries the registration number.
    before = Certificate(900_002, name, "SC10200000000002", subject.trade.scope, date(2016, 8, 1))
    return (before, latest) if number == 2 else (latest,)
