"""What departments know of a subject, before each dresses it in the forms of its own system. Frozen values, no I/O.

Dates count back from `REFERENCE`: the data never change with the day on which they are generated.
"""

from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from gateway.demo.codes import uscc
from gateway.demo.subjects import Person
from gateway.demo.words import Violation

REFERENCE: Final = date(2026, 11, 1)
"""The day on which the demo's world stands still."""


class Authority(Struct, frozen=True):
    """A department as it signs decisions: ``as_written`` is the name that older rows still carry."""

    name: str
    uscc: str
    letters: str
    as_written: str


def _authority(number: int, name: str, letters: str, as_written: str) -> Authority:
    return Authority(f"{name}(示例)", uscc("11", number), letters, f"{as_written}(示例)")


MARKET: Final = _authority(12, "同江市市场监督管理局", "同市监", "同江市工商行政管理局")
BUSINESS_ENVIRONMENT: Final = _authority(81, "同江市营商环境建设监督局", "同营", "同江市征信中心")
TAXATION: Final = _authority(82, "国家税务总局同江市税务局", "同税", "同江市国家税务局")
COURT: Final = _authority(83, "同江市人民法院", "黑0881", "同江市人民法院")
ENVIRONMENT: Final = _authority(84, "佳木斯市同江生态环境局", "佳同环", "同江市环境保护局")
FIRE: Final = _authority(85, "同江市消防救援大队", "同消行", "同江市公安消防大队")
TRANSPORT: Final = _authority(86, "同江市交通运输局", "同交", "同江市交通局")
HOUSING: Final = _authority(87, "同江市住房和城乡建设局", "同建", "同江市住建局")
LABOR: Final = _authority(88, "同江市人力资源和社会保障局", "同人社", "同江市人社局")


class License(Struct, frozen=True):
    """One licensing decision; ``valid_to`` None means that it does not end. ``keyed_by`` names the only filled code."""

    serial: int
    decision_name: str
    certificate_name: str
    letters: str
    content: str
    category: str
    decided_on: date
    valid_to: date | None
    authority: Authority
    status: str = "1"
    keyed_by: str = "SHXYM"


class Penalty(Struct, frozen=True):
    """One penalty decision; amounts in yuan.

    ``status`` is 1 in force, 2 revoked, 3 altered, 9 repaired, D deleted at the source. ``public_until`` and
    ``effective_until`` stand as the source writes them.
    """

    serial: int
    decision_no: str
    violation: Violation
    fine: int
    confiscated: int
    decided_on: date
    authority: Authority
    status: str = "1"
    public_until: str = ""
    effective_until: str = ""
    license_affected: str = ""
    simple: bool = False
    repaired_on: date | None = None
    keyed_by: str = "SHXYM"

    @property
    def content(self) -> str:
        """What was imposed, in words."""
        parts = [f"罚款{self.fine}元" if self.fine else "警告"]
        if self.confiscated:
            parts.append(f"没收违法所得{self.confiscated}元")
        return ",".join(parts)


class Rating(Struct, frozen=True):
    """One year's tax credit rating; ``level`` as the tax system writes it."""

    year: int
    level: str
    score: int
    decided_on: date


class Execution(Struct, frozen=True):
    """One enforcement case and the court's public lists on which it stands.

    ``lists`` holds letters: E enforcement case, D dishonest debtor, T terminated execution, R consumption restriction.
    """

    serial: int
    filed_on: date
    published_on: date
    amount: int
    lists: str
    obligation: str
    performance: str = "全部未履行"
    performed: str = "暂无"
    unperformed: str = "暂无"
    conduct: str = "有履行能力而拒不履行生效法律文书确定义务"
    terminated_on: date | None = None
    debtor: Person | None = None
    """Set when the debtor is a natural person (the operator of an individual business)."""

    @property
    def case_no(self) -> str:
        """The case number as the court writes it."""
        return f"({self.filed_on.year})黑0881执{self.serial}号"


class Facts(Struct, frozen=True):
    """Everything that the departments know of one subject."""

    licenses: tuple[License, ...] = ()
    published_penalties: tuple[Penalty, ...] = ()
    environment_penalties: tuple[Penalty, ...] = ()
    fire_penalties: tuple[Penalty, ...] = ()
    market_penalties: tuple[Penalty, ...] = ()
    ratings: tuple[Rating, ...] = ()
    executions: tuple[Execution, ...] = ()
    tax_closed: bool = False
    """The tax system answers that it is closed, at any hour."""


def before(days: int) -> date:
    """Return the day ``days`` before `REFERENCE`."""
    return REFERENCE - timedelta(days=days)
