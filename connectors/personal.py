"""What a source file may read of a natural person, and how: no declaration can show what a mask must hide.

Rules of this file: data and pure functions; rows are `domain.md` §4.5. Names are shown where the law publishes them
(a legal representative, a lawyer, a debtor on the court's list), so a name may be a text; nothing else may.

Terms
    of persons   the entities that hold records of natural persons alone
    numbered     a column that some field reads as a personal number, or by which persons are asked for
"""

from collections.abc import Iterator, Mapping
from typing import Final

from connectors.columns import PERSONAL
from connectors.declaration import Part
from connectors.spec import ValueType

OF_PERSONS: Final = (
    "PersonRole",
    "PersonQualification",
    "ProfessionBan",
    "PersonListEntry",
    "PersonConsumptionRestriction",
    "PersonVerification",
)
"""They are asked by PERSON, and no others are."""
NUMBERS: Final = frozenset({"legal_rep_id_no", "person_id_no", "masked_id_no", "person_masked_id"})
"""Fields of any entity that hold the number of a person's document."""
NAMES: Final = frozenset({"name", "person_name"})
"""Fields of entities of persons that hold the person's name; `person_name` of a role wherever it stands."""
WORDS: Final[tuple[tuple[str, tuple[ValueType, ...]], ...]] = (
    ("id_no", ("masked_id",)),
    ("phone", ("masked_phone",)),
    ("mobile", ("masked_phone",)),
    ("address", ("masked_address",)),
    ("birth", ("birth_year",)),
)
"""A word in the name of a field of an entity of persons -> the types that may read it."""
_OF_A_NUMBER: Final = frozenset({"masked_id", "person_key"})


def types_of_personal(entity: str, field: str) -> tuple[ValueType, ...] | None:
    """Return the types that may read ``field`` of ``entity`` because it is personal; None when it is not."""
    if field in NUMBERS:
        return ("masked_id",)
    if field == "person_name" or (entity in OF_PERSONS and field in NAMES):
        return ("text", "masked_name")
    if entity in OF_PERSONS or field.startswith(("person_", "legal_rep_")):
        return next((types for word, types in WORDS if word in field), None)
    return None


def shown_whole(entities: Mapping[str, Part]) -> Iterator[tuple[str, str]]:
    """Yield place and message of each personal column that another declaration of the source would show whole.

    A masked field hides nothing when a remark, or the record key in every provenance, reads the same column: of a
    number across the whole source, whose tables spell it alike; of anything else within one table.
    """
    numbered = {column for entity in entities.values() for column in _numbered(entity)}
    for part, entity in entities.items():
        hidden = numbered | set(_masked(entity))
        for name, field in entity.get("fields", {}).items():
            if field.get("column") in hidden and field.get("type", "masked_id") not in PERSONAL:
                column = field["column"]
                message = (
                    f"column `{column}` holds what is masked elsewhere in this file: `{field['type']}` shows it whole"
                )
                yield f"entities.{part}.fields.{name}.type", message
        for column in entity.get("record_key", ()):
            if column in hidden:
                message = f"column `{column}` holds what is masked elsewhere: a record key stands in every provenance"
                yield f"entities.{part}.record_key", message


def _numbered(entity: Part) -> Iterator[str]:
    person = entity.get("keys", {}).get("PERSON", Part())
    if "column" in person:
        yield person["column"]
    yield from (field["column"] for field in _fields(entity) if field.get("type") in _OF_A_NUMBER)


def _masked(entity: Part) -> Iterator[str]:
    yield from (field["column"] for field in _fields(entity) if field.get("type") in PERSONAL)


def _fields(entity: Part) -> Iterator[Part]:
    return (field for field in entity.get("fields", {}).values() if "column" in field)
