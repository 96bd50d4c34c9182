"""Raw cells of sources to response-ready values: one reader per field, made once, run for every cell.

Nothing a source sends makes a reader raise, and nothing is repaired by guessing: a cell is read, holds nothing, or is
MISREAD with a reason that does not quote it (`connectors.values.reading`).
"""

from collections.abc import Callable
from typing import Any, Final

from connectors.base import Issue
from connectors.spec import FieldSpec, ValueType
from connectors.values.codes import boolean_parser, code_list_parser, code_parser
from connectors.values.dates import parse_date, parse_datetime
from connectors.values.identifiers import (
    canonical_code,
    parse_identifier,
    parse_masked_id,
    parse_org_code,
    parse_person_key,
    parse_uscc,
)
from connectors.values.masks import parse_masked_address, parse_masked_name, parse_masked_phone
from connectors.values.money import amount_parser
from connectors.values.months import parse_birth_year, parse_month
from connectors.values.numbers import parse_decimal, parse_integer, parse_year
from connectors.values.reading import Noted, Parser, Unread, noting, sparing
from connectors.values.text import is_blank, is_lost, parse_text

__all__ = ["Noted", "Unread", "canonical_code", "is_blank", "is_lost", "parser", "reader"]

_PARSERS: Final[dict[ValueType, Parser]] = {
    "text": parse_text,
    "date": parse_date,
    "datetime": parse_datetime,
    "month": parse_month,
    "year": parse_year,
    "integer": parse_integer,
    "decimal": parse_decimal,
    "uscc": parse_uscc,
    "org_code": parse_org_code,
    "identifier": parse_identifier,
    "masked_id": parse_masked_id,
    "masked_name": parse_masked_name,
    "masked_phone": parse_masked_phone,
    "masked_address": parse_masked_address,
    "birth_year": parse_birth_year,
    "person_key": parse_person_key,
}
_PARSER_MAKERS: Final[dict[ValueType, Callable[[FieldSpec], Parser]]] = {
    "code": code_parser,
    "code_list": code_list_parser,
    "boolean": boolean_parser,
    "yuan": amount_parser,
    "wan_yuan": amount_parser,
}


def parser(spec: FieldSpec) -> Parser:
    """Return the parser of the cells of a field: `connectors.values.reading` says what it returns and raises.

    The cell of a field with a currency column is the pair of its amount and its currency.
    """
    parse = _PARSERS.get(spec.type) or _PARSER_MAKERS[spec.type](spec)
    return sparing(parse, spec.blank) if spec.blank else parse


def reader(name: str, spec: FieldSpec, notes: list[Issue]) -> Callable[[Any], Any]:
    """Return the function that reads cells of the field ``name`` and appends what there is to say to ``notes``."""
    return noting(name, parser(spec), notes)
