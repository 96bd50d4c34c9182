"""What rule sets are held against, apart from the schema."""

from collections.abc import Collection
from dataclasses import dataclass

from gateway.catalogue.bases import LegalBases


@dataclass(frozen=True, slots=True)
class Known:
    """The names of purposes, and the legal bases; None leaves what names them unchecked."""

    purposes: Collection[str] | None = None
    bases: LegalBases | None = None


UNCHECKED = Known()
