"""Amount cells: what a source writes in yuan or in ten thousand yuan, to an exact amount in yuan.

A source that says the currency in another column has a `CurrencySpec`: its cells come here in pairs of amount and
currency, and the declared unit is then the unit, or ten thousand units, of that currency. An amount whose currency is
not known is not shown: a number with the wrong currency is worse than none.

A unit inside the cell (`罚款2000元`, `3万元`) is believed, and noted, for it is not what was agreed with the source.
"""

import re
from decimal import Decimal
from typing import Any, Final

from connectors.errors import InvalidValue
from connectors.spec import FieldSpec
from connectors.values.codes import CodeTable
from connectors.values.numbers import EXACT, NUMBER, parse_number, plain
from connectors.values.reading import Noted, Parser
from connectors.values.text import folded, is_blank
from schema.scalars import Decimal as DecimalText
from schema.values import Money

_CNY: Final = "CNY"
_UNITS: Final = {"wan_yuan": Decimal(10_000), "yuan": Decimal(1)}
_WORDS: Final = {None: Decimal(1), "万": Decimal(10_000), "亿": Decimal(100_000_000)}
_SPOKEN: Final = re.compile(
    rf"(?:罚款|处罚款|没收违法所得)?:?(?:人民币)?(?:¥ ?({NUMBER})|({NUMBER}) ?([万亿])?元)(?:整|人民币)?", re.ASCII
)


def amount_parser(spec: FieldSpec) -> Parser:
    """Return the parser of amounts for a field of type `yuan` or `wan_yuan`."""
    unit = _UNITS[spec.type]
    if spec.currency is None:
        return lambda cell: _amount(cell, unit, _CNY)
    currencies = CodeTable(spec.currency.codes)
    return lambda pair: _amount_in(pair, unit, currencies)


def _amount_in(pair: Any, unit: Decimal, currencies: CodeTable[str]) -> Money | Noted | None:
    cell, code = pair
    if _is_blank(cell):
        return None
    currency = currencies.find("" if _is_blank(code) else code)
    if currency is None:
        raise InvalidValue("an amount in a currency that the source file does not list")
    return _amount(cell, unit, currency)


def _is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and is_blank(folded(cell)))


def _amount(cell: Any, unit: Decimal, currency: str) -> Money | Noted | None:
    if isinstance(cell, str) and ("元" in cell or "¥" in cell or "￥" in cell):
        return _spoken(folded(cell), currency)
    number = parse_number(cell)
    return None if number is None else _money(number, unit, currency)


def _spoken(text: str, currency: str) -> Noted:
    """Return an amount that names its own unit."""
    found = _SPOKEN.fullmatch(text)
    if found is None:
        raise InvalidValue("not an amount")
    if currency != _CNY:
        raise InvalidValue("an amount in yuan beside another currency")
    number = Decimal((found[1] or found[2]).replace(",", ""))
    money = _money(number, _WORDS[found[3]], currency, unit_assumed=True)
    return Noted(money, "UNIT_ASSUMED", "the unit was read from the text of the amount")


def _money(number: Decimal, unit: Decimal, currency: str, *, unit_assumed: bool = False) -> Money:
    if number < 0:
        raise InvalidValue("a negative amount")
    amount = plain(EXACT.multiply(number, unit))
    return Money(amount=DecimalText(amount), currency=currency, unit_assumed=unit_assumed)
