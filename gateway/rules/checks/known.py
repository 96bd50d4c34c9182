"""What rule sets are held against, apart from the schema."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gateway.catalogue.bases import LegalBases


@dataclass(frozen=True, slots=True)
class Known:
    """Purposes by name, the legal bases, and the purposes of each client; None leaves what names them unchecked."""

    purposes: Collection[str] | None = None
    bases: LegalBases | None = None
    clients: Mapping[str, Collection[str]] | None = None


UNCHECKED = Known()
