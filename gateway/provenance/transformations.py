"""What a field of a source file does to its cells, as codes of the schema and in words. Pure, by the file alone."""

from functools import cache
from typing import Final, NamedTuple

from graphql import GraphQLEnumType

from connectors.columns import PERSONAL
from connectors.spec import FieldSpec, ValueType
from schema.schema import SCHEMA


class Transformation(NamedTuple):
    """One thing that is done to a value; the attributes of the schema's type of that name."""

    code: str
    description: str


_BY_TYPE: Final[dict[ValueType, str]] = {
    "text": "TEXT",
    "code": "CODE_TABLE",
    "code_list": "CODE_LIST",
    "date": "DATE_FORM",
    "datetime": "TIME_FORM",
    "month": "MONTH_FORM",
    "year": "YEAR_FORM",
    "integer": "NUMBER_FORM",
    "decimal": "NUMBER_FORM",
    "yuan": "YUAN",
    "wan_yuan": "TEN_THOUSAND_YUAN",
    "boolean": "TRUTH",
    "uscc": "CODE_FORM",
    "org_code": "CODE_FORM",
    "identifier": "CODE_FORM",
    "masked_id": "MASKED_NUMBER",
    "masked_name": "MASKED_NAME",
    "masked_phone": "MASKED_PHONE",
    "masked_address": "MASKED_ADDRESS",
    "birth_year": "BIRTH_YEAR",
}
"""Every type that an answer may show: a `person_key` never leaves the gateway."""


@cache
def in_words(code: str) -> Transformation:
    """Return the transformation ``code`` with the words that the schema has for it, Chinese first."""
    codes = SCHEMA.get_type("TransformationCode")
    assert isinstance(codes, GraphQLEnumType)
    return Transformation(code, codes.values[code].description or "")


def transformations_of(spec: FieldSpec) -> tuple[Transformation, ...]:
    """Return what is done to the cells of a field, in the order in which it is done."""
    if spec.value is not None:
        return (in_words("CONSTANT"),)
    codes = ["BLANK_WORDS"] if spec.blank else []
    codes += ["CODE_TABLE"] if spec.type == "boolean" and spec.codes else [_BY_TYPE[spec.type]]
    codes += ["CURRENCY"] if spec.currency is not None else []
    return tuple(map(in_words, codes))


def is_masked(spec: FieldSpec) -> bool:
    """Tell whether a field is shown in part only."""
    return spec.value is None and spec.type in PERSONAL
