"""The demo subjects: twelve of `domain.md` §9, those of further scenarios, and ordinary ones in any number.

Everything is a pure function of the running number: the same subject at any ``size``, no clock, no global random state.

    1-14      the subjects of `domain.md` §9 (10 and 13 stand for nobody)
    21-32     subjects of further scenarios, named below
    81-88     the departments themselves, as authorities (12 is the market regulator)
    101-      ordinary subjects, as many as ``size`` asks for
"""

from collections.abc import Iterator
from typing import Final, Literal

from msgspec import Struct

from gateway.demo import codes
from gateway.demo.words import GIVEN, NAMES, OTHER_TRADES, STREETS, SURNAMES, TOWNS, TRADES, Trade

Kind = Literal["91", "92", "93", "52", "31", "12", "11", "N2"]
"""Registrar and class as a USCC begins with them: enterprise, individual business, cooperative, …"""

DEFAULT_SIZE: Final = 62
FIRST_ORDINARY: Final = 101
REGISTERED: Final = frozenset({"91", "92", "93"})
"""Kinds that the market registry registers; the others have no registration number."""


class Person(Struct, frozen=True):
    """A synthetic natural person; born between 1885 and 1897, so nobody's."""

    name: str
    id_no: str
    sex: Literal["男", "女"]

    @property
    def age(self) -> int:
        """An age as a court would write it; by the synthetic year of birth nobody would be alive."""
        return 30 + int(self.id_no[12:14]) % 40

    @property
    def masked(self) -> str:
        """The citizen ID as courts print it: ten characters, four stars, four characters."""
        return f"{self.id_no[:10]}****{self.id_no[14:]}"


class Subject(Struct, frozen=True):
    """One demo organization and how each department knows it."""

    number: int
    kind: Kind
    name: str
    uscc: str
    org_code: str
    registration_number: str
    pripid: str
    representative: Person
    trade: Trade
    address: str

    @property
    def registered(self) -> bool:
        """True when the market registry holds the subject."""
        return self.kind in REGISTERED

    @property
    def tax15(self) -> str:
        """The 15-digit tax number of the time before 2015."""
        return codes.DIVISION + self.org_code


_SEED: Final[tuple[tuple[int, Kind, str, int, int], ...]] = (
    # number, kind, name without mark, trade (place in TRADES and OTHER_TRADES), running number of the representative
    (1, "91", "三江口岸进出口贸易有限公司", 4, 1),
    (2, "91", "赫哲渔业食品有限公司", 1, 2),
    (3, "91", "北岸建筑工程有限公司", 2, 3),
    (4, "91", "中俄大桥物流有限公司", 3, 4),
    (5, "91", "黑土粮贸有限公司", 0, 5),
    (6, "91", "江畔热力有限公司", 5, 6),
    (7, "92", "老张五金建材商店", 13, 7),
    (8, "93", "街津口水稻种植专业合作社", 14, 8),
    (9, "52", "阳光养老服务中心", 15, 9),
    (11, "12", "第一人民医院", 8, 11),
    (12, "11", "市场监督管理局", 18, 12),
    (14, "N2", "示例村股份经济合作社", 14, 14),
    (21, "91", "重号商贸甲有限公司", 12, 21),
    (22, "91", "重号商贸乙有限公司", 12, 22),
    (23, "91", "异码物业服务有限公司", 19, 23),
    (24, "91", "旧注销木业有限公司", 10, 24),
    (25, "91", "牵连投资咨询有限公司", 16, 3),
    (26, "91", "北岸劳务有限公司", 2, 3),
    (27, "91", "长名单汽车维修有限公司", 18, 27),
    (31, "31", "界江律师事务所", 20, 31),
    (32, "52", "同江育才学校", 21, 32),
)
SHARED_REG_NO: Final = codes.registration_number(21)
"""The registration number that the registry holds for two live subjects, 21 and 22."""
UNKNOWN_REG_NO: Final = codes.registration_number(999_999)
"""A well-formed registration number that nobody has."""


def person(number: int) -> Person:
    """Return the synthetic person of running number ``number``."""
    female = number % 3 == 2
    surname = SURNAMES[number * 7 % len(SURNAMES)]
    given = GIVEN[number * 11 % len(GIVEN)] + (GIVEN[number // 5 * 13 % len(GIVEN)] if number % 4 else "")
    name = "张老实" if number == 7 else surname + given
    return Person(name, codes.citizen_id(number, female=female), "女" if female else "男")


def _subject(number: int, kind: Kind, name: str, trade: Trade, representative: int) -> Subject:
    uscc = codes.uscc(kind, number)
    address = (
        f"黑龙江省佳木斯市同江市{TOWNS[number % len(TOWNS)]}{STREETS[number // 3 % len(STREETS)]}{number % 400 + 1}号"
    )
    registration = SHARED_REG_NO if number == 22 else codes.registration_number(number)
    return Subject(
        number=number,
        kind=kind,
        name=f"{name}(示例)",
        uscc=uscc,
        org_code=uscc[8:17],
        registration_number=registration if kind in REGISTERED else "",
        pripid=codes.internal_key(number),
        representative=person(representative),
        trade=trade,
        address=address,
    )


def named() -> list[Subject]:
    """Return the subjects that stand for a scenario."""
    trades = (*TRADES, *OTHER_TRADES)
    return [_subject(number, kind, name, trades[trade], who) for number, kind, name, trade, who in _SEED]


def ordinary(number: int) -> Subject:
    """Return the ordinary subject of running number ``number``."""
    trade = TRADES[number * 7 % len(TRADES)]
    kind, ending = _kind(number)
    word = NAMES[number * 3 % len(NAMES)] + NAMES[number // len(NAMES) * 5 % len(NAMES)]
    serial = f"{number // 1000}" if number >= 1000 else ""
    # Every tenth representative also leads the organization before: links between people exist at any size.
    representative = number - 1 if number % 10 == 3 else number
    return _subject(number, kind, f"同江{word}{serial}{trade.word}{ending}", trade, representative)


def _kind(number: int) -> tuple[Kind, str]:
    turn = number % 20
    if turn < 14:
        return "91", "有限公司"
    if turn < 18:
        return "92", "店"
    return ("93", "专业合作社") if turn == 18 else ("52", "服务中心")


def subjects(size: int = DEFAULT_SIZE) -> Iterator[Subject]:
    """Yield ``size`` subjects, the named ones first; a smaller size still has all named ones."""
    scenarios = named()
    yield from scenarios
    for number in range(FIRST_ORDINARY, FIRST_ORDINARY + max(0, size - len(scenarios))):
        yield ordinary(number)
