"""Where a field stands, and whether it is about a natural person: the one who holds a role, or whom records are of."""

from connectors.personal import OF_PERSONS
from gateway.consents.fields import PERSONAL_FIELDS
from gateway.policy.model import Place


def place_of(entity: str, name: str, *, mine: bool = False) -> Place:
    """Return the place of field ``name`` of ``entity``; ``mine`` of records that the caller's department decided."""
    return Place(entity, name, person=entity in OF_PERSONS or name in PERSONAL_FIELDS, mine=mine)
