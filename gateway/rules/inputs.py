"""What a check may be given beside its subjects: names, types, and what is wrong with values of them."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from connectors.declaration import sound_part
from connectors.spec import Text
from gateway.rules.conditions.types import DECIMAL, TEXT, Type, list_of, record_of


class RequiredQualification(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A qualification that is required; an empty ``grade`` stands for any."""

    kind: Text
    grade: str = ""


class Given(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """What a check was given; None is not given, which is not the same as an empty list.

    ``amount`` in yuan, of the loan or the project; ``license`` the license applied for; ``domain`` the field of
    supervision (`SupervisionDomain`) of an application; ``qualification`` the qualification applied for.
    """

    required_licenses: Annotated[list[Text], Meta(max_length=50)] | None = None
    required_qualifications: Annotated[list[RequiredQualification], Meta(max_length=50)] | None = None
    amount: Annotated[float, Meta(ge=0)] | None = None
    license: Text | None = None
    domain: Text | None = None
    qualification: Text | None = None


INPUTS: Final[Mapping[str, Type]] = {
    "requiredLicenses": list_of(TEXT),
    "requiredQualifications": list_of(record_of({"kind": TEXT, "grade": TEXT})),
    "amount": DECIMAL,
    "license": TEXT,
    "domain": TEXT,
    "qualification": TEXT,
}
"""Input -> its type in conditions: `input.<name>`."""


def input_mistakes(given: Mapping[str, Any], place: str = "input") -> list[tuple[str, str]]:
    """Return place and message of each thing wrong with ``given``."""
    found: list[tuple[str, str]] = []
    sound_part(dict(given), Given, place, lambda at, message: found.append((at, message)))
    return found


def input_values(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables of conditions that ``given``, without mistakes, fills; raises `msgspec.ValidationError`."""
    known = msgspec.convert(dict(given), Given)
    return {f"input.{name}": value for name, value in msgspec.to_builtins(known).items() if value is not None}
