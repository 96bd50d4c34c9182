"""Made-up codes and cells: what stands in the example cases of a new source, and codes that nobody has.

A body that begins with TJ was never issued; the person was born in 1885. The check characters are right.
"""

from collections.abc import Mapping
from typing import Final

from connectors.spec import FieldSpec
from schema.identifiers import org_code_check, uscc_check
from schema.identifiers.checks import USCC_ALPHABET

SUBJECT: Final[Mapping[str, str]] = {
    "USCC": "91230881TJ0000019A",
    "ORG_CODE": "TJ0000019",
    "REG_NO": "230881900000019",
    "TAX_NO": "91230881TJ0000019A",
    "PRIPID": "2308810000000001",
    "PERSON": "230881188501010011",
    "NAME": "三江口岸进出口贸易有限公司(示例)",
    "CUSTOMS_CODE": "2308960019",
}
"""The codes of one made-up subject, by scheme."""
NOBODY: Final[Mapping[str, str]] = {
    "USCC": "91230881TJ999999X4",
    "ORG_CODE": "TJ9999999",
    "REG_NO": "230881999999990",
    "TAX_NO": "230881TJ9999999",
    "PRIPID": "2308819999999999",
    "PERSON": "230881188501010011",
    "NAME": "查无此名有限公司(示例)",
    "CUSTOMS_CODE": "2308999999",
}
"""Codes, by scheme, under which no department holds anything."""
_ELSE: Final = "TJ0000019", "TJ9999999"
AUTHORITY: Final = "11230881TJ0000123N"
RECORD: Final = "SL-2026-001"
UNREADABLE: Final = ("待核实", "同江\ufffd\ufffd")
"""Cells that hardly a type reads; a text reads the first, but not the second."""


def subject_key(scheme: str) -> str:
    """Return the canonical code of the made-up subject in ``scheme``."""
    return SUBJECT.get(scheme, _ELSE[0])


def nobody_key(scheme: str) -> str:
    """Return a canonical code in ``scheme`` that nobody has."""
    return NOBODY.get(scheme, _ELSE[1])


def never_issued(scheme: str, number: int) -> str | None:
    """Return the code of running ``number`` that was never issued; None in a scheme of which none can be made."""
    body = f"TJ9{number:05d}"
    code = next(body + check for check in "0123456789X" if org_code_check(body + check))
    if scheme == "ORG_CODE":
        return code
    head = f"91230881{code}"
    return next(head + check for check in USCC_ALPHABET if uscc_check(head + check)) if scheme == "USCC" else None


def cell_of(spec: FieldSpec, zh: str, avoid: frozenset[str] = frozenset()) -> str:
    """Return a cell that reads as ``spec`` says; ``zh`` is what the field is called, ``avoid`` marks of deletion."""
    codes = [code for code in spec.codes or {} if code.upper() not in avoid and code not in spec.blank]
    if codes:
        return codes[0]
    return _CELLS.get(str(spec.type)) or f"示例{zh}"


_CELLS: Final[Mapping[str, str]] = {
    "date": "2026-03-02",
    "datetime": "2026-03-02 09:30:00",
    "year": "2025",
    "month": "2026-03",
    "integer": "3",
    "decimal": "77.5",
    "yuan": "2000",
    "wan_yuan": "0.2",
    "boolean": "1",
    "uscc": AUTHORITY,
    "org_code": SUBJECT["ORG_CODE"],
    "identifier": "TJ20260001",
    "masked_id": "230881********0011",
    "person_key": SUBJECT["PERSON"],
}
"""Type of value -> a cell of it; any other is a text."""
STRICTNESS: Final[Mapping[str, int]] = {"text": 2, "masked_id": 1, "identifier": 1}
"""Which of several fields of one column decides what stands in it: the lowest, 0 where nothing is said."""
