"""The register of public institutions and government bodies: a CSV file of the establishment office, yearly.

Oddities kept on purpose (`domain.md` §6.2 D14): the old number of a certificate beside the unified code; bodies have a
code and no certificate; capital in ten thousand yuan; a certificate's end as 2031年03月31日.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from gateway.demo.codes import DIVISION, institution_certificate
from gateway.demo.facts import (
    BUSINESS_ENVIRONMENT,
    COURT,
    FIRE,
    HOUSING,
    LABOR,
    TRANSPORT,
    Authority,
)
from gateway.demo.scenarios import Known
from gateway.demo.sheets import write_sheet
from gateway.demo.subjects import Subject

HEADER: Final = (
    "序号", "统一社会信用代码", "事业单位法人证书号", "单位名称", "单位性质", "法定代表人(负责人)", "住所",
    "宗旨和业务范围", "开办资金(万元)", "经费来源", "举办单位", "设立日期", "证书有效期至", "状态", "登记管理机关",
)  # fmt: skip
OFFICE: Final = "中共同江市委机构编制委员会办公室(示例)"
_BODIES: Final = (BUSINESS_ENVIRONMENT, COURT, FIRE, TRANSPORT, HOUSING, LABOR)
"""Departments that are no subjects of a scenario, and stand in the register like every other body."""


class _Body(NamedTuple):
    """What the register says of one body or institution."""

    uscc: str
    certificate: str
    name: str
    nature: str
    head: str
    address: str
    purpose: str
    capital: str
    funds: str
    founder: str
    founded: date
    certificate_to: str


def _institution(subject: Subject) -> _Body:
    return _Body(
        uscc=subject.uscc,
        certificate=institution_certificate(subject.number),
        name=subject.name,
        nature="事业单位",
        head=subject.representative.name,
        address=subject.address,
        purpose="为人民身体健康提供医疗与护理保健服务",
        capital=f"{12_680 + subject.number:,}",
        funds="财政补助、事业收入",
        founder="同江市卫生健康局(示例)",
        founded=date(1984, 5, 1),
        certificate_to="2031年03月31日",
    )


def _body(uscc: str, name: str, head: str = "—", address: str = "黑龙江省佳木斯市同江市通江街1号") -> _Body:
    return _Body(uscc, "", name, "机关", head, address, "—", "—", "财政拨款", "—", date(2019, 1, 11), "—")


def bodies(everyone: Iterable[Known]) -> Iterator[_Body]:
    """Yield the institutions and bodies among the subjects, then the departments themselves."""
    for known in everyone:
        subject = known.subject
        if subject.kind == "12":
            yield _institution(subject)
        elif subject.kind == "11":
            yield _body(subject.uscc, subject.name, subject.representative.name, subject.address)
    yield from (_department(each) for each in _BODIES)


def _department(authority: Authority) -> _Body:
    return _body(authority.uscc, authority.name)


def register_row(at: int, body: _Body) -> list[str]:
    """Return one line of the register."""
    *said, founded, certificate_to = body
    return [f"{at}", *map(str, said), f"{founded:%Y/%m/%d}", certificate_to, "正常", OFFICE]


def write_institutions(folder: Path, everyone: Iterable[Known]) -> None:
    """Write this year's file, and last year's, which it supersedes."""
    rows = [register_row(at, body) for at, body in enumerate(bodies(everyone), 1)]
    total = ["合计", f"{len(rows)}家"]
    for year, age_days in ((2025, 400), (2026, 30)):
        title = ["机关事业单位统一社会信用代码赋码名册", f"行政区划:{DIVISION} {year}年度"]
        write_sheet(folder / f"机关事业单位名册_{year}.csv", title, HEADER, rows, total, age_days)
