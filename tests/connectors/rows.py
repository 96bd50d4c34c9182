"""An entity with everything that a source file may say of one, and raw rows of it."""

from typing import Any

from connectors.mapping import Gathered, RowReader
from connectors.spec import AsOf, CurrencySpec, EntitySpec, FieldSpec, KeySpec, Tombstone

ONE, TWO, THREE = "91230881TJ0000019A", "91230881TJ00000275", "91230881TJ00000350"
ORG_ONE, ORG_TWO = "TJ0000019", "TJ0000027"
REG_ONE, REG_TWO = "230881900000019", "230881900000027"


def field(column: str, type_: Any, **more: Any) -> FieldSpec:
    """Return a public field."""
    return FieldSpec(column=column, type=type_, scope="public", **more)


ENTITY = EntitySpec(
    keys={
        "USCC": KeySpec(column="uscc"),
        "REG_NO": KeySpec(column="reg_no"),
        "ORG_CODE": KeySpec(column="org_code", form="hyphenated"),
    },
    also_by=["REG_NO", "ORG_CODE"],
    record_key=["doc", "serial"],
    as_of=AsOf(column="changed"),
    tombstone=Tombstone(column="flag", values=["D", "x"]),
    fields={
        "name": field("name", "text"),
        "decided_on": field("decided", "date"),
        "amount": field("amount", "wan_yuan", currency=CurrencySpec(column="cur", codes={"156": "CNY"})),
        "status": field("flag", "text"),
        "number": field("uscc", "uscc"),
    },
)
FIELDS = tuple(ENTITY.fields)
ALSO = ("REG_NO", "ORG_CODE")
ALIASES = {"REG_NO": {REG_ONE: ONE, REG_TWO: TWO}, "ORG_CODE": {ORG_ONE: ONE, ORG_TWO: TWO}}


def raw(**cells: Any) -> dict[str, Any]:
    """Return a readable row of `ONE`, but with ``cells``."""
    return {
        "uscc": ONE,
        "reg_no": None,
        "org_code": "",
        "doc": "同罚〔2026〕1号",
        "serial": 1,
        "changed": "2026-10-01 03:12:45",
        "flag": "I",
        "name": "甲公司",
        "decided": "20260930",
        "amount": "0.2",
        "cur": "156",
    } | cells


def gathered(*raws: dict[str, Any], wanted: tuple[str, ...] = (ONE, TWO), **options: Any) -> Gathered:
    """Return ``raws`` as rows of the keys ``wanted``, found by USCC or by an alias."""
    reader = RowReader(ENTITY, "USCC", FIELDS, also=ALSO, **options)
    return reader.gather(raws, frozenset(wanted), ALIASES)


def found(gathered: Gathered) -> dict[str, list[str]]:
    """Return the serial numbers of the rows per key."""
    return {key: [row.record_key.rpartition("|")[2] for row in rows] for key, rows in gathered.rows.items()}
