"""Scalars of the schema: strings in ISO form, in and out; sources are read into it by `connectors.values`."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal as Number
from decimal import InvalidOperation
from typing import Any, Final, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from schema.fields import say

Date = NewType("Date", str)
DateTime = NewType("DateTime", str)
Decimal = NewType("Decimal", str)
YearMonth = NewType("YearMonth", str)


def _read(name: str, form: str, check: Callable[[str], Any]) -> Callable[[Any], str]:
    """Return a reader of argument values; the error names the form wanted, never what was sent."""

    def read(value: Any) -> str:
        try:
            if isinstance(value, str):
                check(value)
                return value
        except (ValueError, InvalidOperation):
            pass
        raise GraphQLError(f"{name} must be a string such as `{form}`")

    return read


def _check_date(text: str) -> None:
    # fromisoformat also takes week dates and dates without hyphens
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError


def _check_month(text: str) -> None:
    _check_date(f"{text}-01")


def _check_decimal(text: str) -> None:
    if not Number(text).is_finite():
        raise ValueError


def _scalar(name: str, zh: str, en: str, form: str, check: Callable[[str], Any]) -> ScalarDefinition:
    return strawberry.scalar(name=name, description=say(zh, en), serialize=str, parse_value=_read(name, form, check))


SCALARS: Final[dict[object, ScalarDefinition]] = {
    Date: _scalar("Date", "日期，ISO 8601 格式", "A date in ISO 8601: `2026-03-18`", "2026-03-18", _check_date),
    DateTime: _scalar(
        "DateTime",
        "时间，ISO 8601 格式，含时区",
        "A time in ISO 8601 with its offset: `2026-03-18T09:30:00+08:00`",
        "2026-03-18T09:30:00+08:00",
        datetime.fromisoformat,
    ),
    Decimal: _scalar(
        "Decimal", "十进制数，以字符串表示，不丢精度", "A decimal number as an exact string", "0.25", _check_decimal
    ),
    YearMonth: _scalar("YearMonth", "年月，ISO 8601 格式", "A month in ISO 8601: `2026-03`", "2026-03", _check_month),
}
"""Type -> definition, as `strawberry.schema.config.StrawberryConfig.scalar_map` takes it."""
